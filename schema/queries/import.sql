-- Importing published cases.

-- The job, and the reply of the request that made it.
-- name: import_job_open :one
-- in:   organ_id bigint, unit_id bigint, account_id bigint, name text, total bigint, key text?,
--       request_digest text?
-- out:  reply text
WITH job AS (
    INSERT INTO ipcase.import_job (organ_id, unit_id, account_id, name, total)
    VALUES ($1::bigint, $2::bigint, $3::bigint, $4::text, $5::bigint) RETURNING id
), replied AS (
    INSERT INTO ipcase.idempotency (account_id, key, request_digest, status, reply)
    SELECT $3::bigint, $6::text, decode($7::text, 'hex'), 201, jsonb_build_object('id', id::text)::text
      FROM job WHERE $6::text IS NOT NULL
)
SELECT jsonb_build_object('id', id::text)::text FROM job;

-- name: import_job_get :optional
-- in:   id bigint
-- out:  id, name, total, read, new, unchanged, failed, account_id, started_at, touched_at
SELECT id, name, total, read, new, unchanged, failed, account_id, started_at, touched_at
  FROM ipcase.import_job WHERE id = $1::bigint;

-- name: import_job_count :exec
-- in:   id bigint, new integer, unchanged integer, failed integer
UPDATE ipcase.import_job
   SET new = new + $2::integer, unchanged = unchanged + $3::integer, failed = failed + $4::integer,
       read = read + $2::integer + $3::integer + $4::integer, touched_at = now()
 WHERE id = $1::bigint;

-- name: import_reply_keep :exec
-- in:   account_id bigint, key text, request_digest text, reply text
INSERT INTO ipcase.idempotency (account_id, key, request_digest, status, reply)
VALUES ($1::bigint, $2::text, decode($3::text, 'hex'), 200, $4::text);

-- Of these keys, those that the caller's organ has already.
-- name: import_originals_find :many
-- in:   organ_id bigint, keys jsonb (array of texts)
-- out:  key, digest text, matter_id
SELECT key, encode(digest, 'hex'), matter_id
  FROM ipcase.import_original
 WHERE organ_id = $1::bigint AND key = ANY (ARRAY(SELECT jsonb_array_elements_text($2::jsonb)));

-- name: import_ids_next :many
-- in:   count bigint
-- out:  id
SELECT nextval('ipcase.matter_id_seq') FROM generate_series(1, $1::bigint);

-- name: import_campaigns :many
-- out:  code, name, year integer?, aliases text
SELECT code, coalesce(name_zh, ''), year, coalesce(aliases, '')
  FROM ipcase.law_campaigns ORDER BY code LIMIT 512;

-- A page ends by its rows or by its bytes, whichever comes first; `more`: the bytes ended it.
-- name: import_originals_page :many
-- in:   after bigint, rows bigint, bytes bigint
-- out:  ordinal, key, original, more boolean
SELECT ordinal, key, original, following IS NOT NULL AND upto >= $3::bigint
  FROM (SELECT ordinal, key, original, sum(octet_length(original)) OVER w AS upto,
               lead(ordinal) OVER w AS following
          FROM (SELECT ordinal, key, original FROM ipcase.import_original
                 WHERE ordinal > $1::bigint ORDER BY ordinal LIMIT $2::bigint) page
        WINDOW w AS (ORDER BY ordinal)) sized
 WHERE upto - octet_length(original) < $3::bigint ORDER BY ordinal;

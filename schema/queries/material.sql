-- Materials: uploads, what a matter has, goods.

-- ---- uploads ----

-- Bytes of the matter's materials, of its uploads under way, and how many materials there are.
-- name: material_used :one
-- in:   matter_id bigint
-- out:  bytes bigint, waiting bigint, materials bigint
SELECT coalesce(sum((payload ->> 'material_size')::bigint), 0)::bigint,
       (SELECT coalesce(sum(u.size), 0)::bigint FROM ipcase.upload u
         WHERE u.matter_id = $1::bigint AND u.finished_seq IS NULL),
       count(*)
  FROM ipcase.act WHERE matter_id = $1::bigint AND act = 'material_add' AND stage = 'do';

-- The upload, and the reply of the request that made it.
-- name: upload_open :one
-- in:   id uuid, matter_id bigint, organ_id bigint, unit_id bigint, account_id bigint, name text, kind text,
--       media_type text, size bigint, chunk bigint, sha256 text?, key text, request_digest text
-- out:  reply text
WITH made AS (
    INSERT INTO ipcase.upload (id, matter_id, organ_id, unit_id, account_id, name, kind, media_type, size, chunk, sha256)
    VALUES ($1::uuid, $2::bigint, $3::bigint, $4::bigint, $5::bigint, $6::text, $7::text, $8::text, $9::bigint,
            $10::bigint, decode($11::text, 'hex'))
    RETURNING jsonb_build_object('id', id::text, 'size', size, 'chunk_size', chunk,
                                 'chunks', (size + chunk - 1) / chunk)::text AS reply
), replied AS (
    INSERT INTO ipcase.idempotency (account_id, key, request_digest, status, reply)
    SELECT $5::bigint, $12::text, decode($13::text, 'hex'), 201, reply FROM made
)
SELECT reply FROM made;

-- Whose upload it is: only the account that began it goes on with it.
-- name: upload_find :optional
-- in:   id uuid, account_id bigint
-- out:  id text, matter_id bigint, matter_kind text, name text, kind text, media_type text, size bigint, chunk bigint,
--       sha256 text?, finished_seq integer?
SELECT u.id::text, u.matter_id, m.kind, u.name, u.kind, u.media_type, u.size, u.chunk, encode(u.sha256, 'hex'),
       u.finished_seq
  FROM ipcase.upload u JOIN ipcase.matter m ON m.id = u.matter_id
 WHERE u.id = $1::uuid AND u.account_id = $2::bigint;

-- name: upload_drop :exec
-- in:   id uuid, account_id bigint
DELETE FROM ipcase.upload WHERE id = $1::uuid AND account_id = $2::bigint AND finished_seq IS NULL;

-- name: upload_finish :one
-- in:   id uuid, seq integer
-- out:  none of interest
SELECT ipcase.upload_finish($1::uuid, $2::integer);

-- name: content_add :exec
-- in:   sha256 text, sha512 text, sm3 text, size bigint
INSERT INTO ipcase.content (sha256, sha512, sm3, size)
VALUES (decode($1::text, 'hex'), decode($2::text, 'hex'), decode($3::text, 'hex'), $4::bigint)
ON CONFLICT (sha256) DO NOTHING;

-- Housekeeping sees the uploads of every unit.
-- name: upload_all_units :one
-- in:   none
-- out:  none of interest
SELECT set_config('ipcase.account', '0', true),
       set_config('ipcase.units', (SELECT coalesce(array_agg(id), '{}')::text FROM ipcase.unit), true);

-- Forgets what is finished, or was left alone, for that long; `active`: uploads with newer chunks.
-- name: upload_expire :exec
-- in:   idle_seconds bigint, active uuid[]
DELETE FROM ipcase.upload
 WHERE created_at < now() - make_interval(secs => $1::bigint)
   AND (finished_seq IS NOT NULL OR id <> ALL ($2::uuid[]));

-- name: upload_living :many
-- in:   none
-- out:  id text
SELECT id::text FROM ipcase.upload WHERE finished_seq IS NULL;

-- ---- what a matter has ----

-- Numbers count the materials of a matter from 1. One of them: by its number, or by the act that added it.
-- name: material_list :many
-- in:   matters bigint[], number bigint?, seq integer?
-- out:  matter_id bigint, matter_kind text, number bigint, seq integer, name text, title text?, kind text,
--       media_type text, size bigint, sha256 text, sha512 text, sm3 text, origin text?, account text, person text,
--       happened_at timestamptz, recorded_at timestamptz, void_seq integer?, void_reason text?
WITH added AS (
    SELECT a.matter_id, row_number() OVER (PARTITION BY a.matter_id ORDER BY a.seq) AS number, a.seq, a.payload,
           a.actor_id, a.happened_at, a.recorded_at
      FROM ipcase.act a
     WHERE a.matter_id = ANY ($1::bigint[]) AND a.act = 'material_add' AND a.stage = 'do'
), voided AS (
    SELECT a.matter_id, (a.payload ->> 'material')::bigint AS number, min(a.seq) AS seq
      FROM ipcase.act a
     WHERE a.matter_id = ANY ($1::bigint[]) AND a.act = 'material_void' AND a.stage = 'do'
     GROUP BY 1, 2
)
SELECT x.matter_id, m.kind, x.number, x.seq, x.payload ->> 'material_name', x.payload ->> 'material_title',
       x.payload ->> 'material_kind', x.payload ->> 'media_type', (x.payload ->> 'material_size')::bigint,
       x.payload ->> 'sha256', x.payload ->> 'sha512', x.payload ->> 'sm3', x.payload ->> 'origin',
       p.name, p.display_name, x.happened_at, x.recorded_at, v.seq,
       (SELECT w.payload ->> 'reason' FROM ipcase.act w WHERE w.matter_id = v.matter_id AND w.seq = v.seq)
  FROM added x
  JOIN ipcase.matter m ON m.id = x.matter_id
  JOIN ipcase.account p ON p.id = x.actor_id
  LEFT JOIN voided v ON v.matter_id = x.matter_id AND v.number = x.number
 WHERE ($2::bigint IS NULL OR x.number = $2::bigint) AND ($3::integer IS NULL OR x.seq = $3::integer)
 ORDER BY x.matter_id, x.number;

-- Every act on goods and media, in order: the chain of custody of each is made of them.
-- name: item_acts :many
-- in:   matters bigint[]
-- out:  matter_id bigint, seq integer, act text, account text, person text, happened_at timestamptz,
--       recorded_at timestamptz, payload text
SELECT a.matter_id, a.seq, a.act, p.name, p.display_name, a.happened_at, a.recorded_at, a.payload::text
  FROM ipcase.act a JOIN ipcase.account p ON p.id = a.actor_id
 WHERE a.matter_id = ANY ($1::bigint[]) AND a.act IN ('item_add', 'item_seal', 'item_move', 'item_test', 'item_return',
       'item_destroy') AND a.stage = 'do'
 ORDER BY a.matter_id, a.seq;

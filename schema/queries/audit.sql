-- The audit: what it may look at, the rows as of an instant K, runs and snapshots.

-- ---- before a run ----

-- Organs whose cases the caller sees; whole: the organ itself and all the units it had then, but the restricted ones.
-- name: audit_organs :many
-- in:   k timestamptz?
-- out:  id bigint, code text, name text, whole boolean
SELECT u.id, u.code, coalesce(ipcase.name_as_of('unit', u.id::text, coalesce($1::timestamptz, now())) ->> 'name', u.name),
       u.id = ANY (ipcase.caller_units())
       AND NOT EXISTS (SELECT FROM ipcase.unit p WHERE p.organ_id = u.id AND p.kind <> 'restricted'
                       AND p.created_at <= coalesce($1::timestamptz, now()) AND p.id <> ALL (ipcase.caller_units()))
  FROM ipcase.unit u
 WHERE u.id = u.organ_id AND u.kind IN ('bureau', 'department')
   AND EXISTS (SELECT FROM ipcase.unit p WHERE p.organ_id = u.id AND p.id = ANY (ipcase.caller_units()))
 ORDER BY u.id;

-- name: audit_now :one
-- in:   none
-- out:  now timestamptz
SELECT now();

-- A campaign as it was at K.
-- name: audit_campaign :optional
-- in:   code text, k timestamptz?
-- out:  name text, starts_on date?, ends_on date?
SELECT coalesce(w.was ->> 'name', c.name_zh, c.code),
       CASE WHEN w.was IS NULL THEN c.starts_on ELSE (w.was ->> 'starts_on')::date END,
       CASE WHEN w.was IS NULL THEN c.ends_on ELSE (w.was ->> 'ends_on')::date END
  FROM ipcase.law_campaigns c,
       LATERAL (SELECT ipcase.name_as_of('campaign', c.code, coalesce($2::timestamptz, now())) AS was) w
 WHERE c.code = $1::text;

-- Was anything of the organ known by then? If not: when the first was.
-- name: audit_known :one
-- in:   organ_id bigint, k timestamptz
-- out:  known boolean, first timestamptz?
SELECT k.known, CASE WHEN NOT k.known THEN (SELECT min(known_from) FROM ipcase.rate_mark WHERE organ_id = $1::bigint) END
  FROM (SELECT EXISTS (SELECT FROM ipcase.rate_mark WHERE organ_id = $1::bigint AND known_from <= $2::timestamptz)
               AS known) k;

-- name: audit_open :one
-- in:   organ_id bigint, account_id bigint, whole boolean, period text, kind text, name text, from_on date, to_on date,
--       open boolean, as_of timestamptz, key text, request_digest text
-- out:  id bigint, reply text
WITH made AS (
    INSERT INTO ipcase.audit_run (organ_id, account_id, whole, period, kind, name, from_on, to_on, open, as_of)
    VALUES ($1::bigint, $2::bigint, $3::boolean, $4::text, $5::text, $6::text, $7::date, $8::date, $9::boolean,
            $10::timestamptz)
    RETURNING id
), said AS (
    SELECT id, jsonb_build_object('id', id::text, 'period', $4::text, 'state', 'running')::text AS reply FROM made
), replied AS (
    INSERT INTO ipcase.idempotency (account_id, key, request_digest, status, reply)
    SELECT $2::bigint, $11::text, decode($12::text, 'hex'), 202, reply FROM said
)
SELECT id, reply FROM said;

-- ---- a run ----

-- name: audit_settled :one
-- in:   k timestamptz
-- out:  settled boolean
SELECT NOT ipcase.still_writing($1::timestamptz) AND NOT ipcase.owner_still_writing($1::timestamptz);

-- name: audit_units :many
-- in:   organ_id bigint, k timestamptz
-- out:  id bigint, code text, name text
SELECT id, code, coalesce(ipcase.name_as_of('unit', id::text, $2::timestamptz) ->> 'name', name)
  FROM ipcase.unit
 WHERE organ_id = $1::bigint AND id = ANY (ipcase.caller_units())
 ORDER BY id;

-- Whoever may be an officer of some row, also of one from before he moved; which ones stand in the document, the rows decide.
-- name: audit_officers :many
-- in:   k timestamptz
-- out:  id bigint, code text, name text
SELECT a.id, a.name, coalesce(ipcase.name_as_of('account', a.id::text, $1::timestamptz) ->> 'name', a.display_name)
  FROM ipcase.account a
 WHERE a.roles <> '{exchange}'
 ORDER BY a.id;

-- name: audit_campaigns :many
-- in:   k timestamptz
-- out:  code text, name text, parent text?
SELECT c.code, coalesce(w.was ->> 'name', c.name_zh, c.code),
       CASE WHEN w.was IS NULL THEN c.parent ELSE w.was ->> 'parent' END
  FROM ipcase.law_campaigns c,
       LATERAL (SELECT ipcase.name_as_of('campaign', c.code, $1::timestamptz) AS was) w
 ORDER BY c.code;

-- The last edition of the legal tables that was known.
-- name: audit_law :optional
-- in:   k timestamptz
-- out:  version integer, known_from timestamptz
SELECT version, known_from FROM ipcase.law_edition WHERE known_from <= $1::timestamptz ORDER BY known_from DESC, version LIMIT 1;

-- Units that handle cases and of which nothing in the period was known. A matter's last act is its updated_at.
-- name: audit_silent :many
-- in:   organ_id bigint, from_at timestamptz, until_at timestamptz, k timestamptz
-- out:  code text, name text
SELECT u.code, coalesce(w.was ->> 'name', u.name)
  FROM ipcase.unit u, LATERAL (SELECT ipcase.name_as_of('unit', u.id::text, $4::timestamptz) AS was) w
 WHERE u.organ_id = $1::bigint AND u.id = ANY (ipcase.caller_units()) AND u.kind IN ('brigade', 'station')
   AND coalesce((w.was ->> 'active')::boolean, u.active)
   AND (u.created_at <= $4::timestamptz OR EXISTS (SELECT FROM ipcase.matter m WHERE m.unit_id = u.id
                                                   AND m.created_at <= $4::timestamptz))
   AND NOT EXISTS (SELECT FROM ipcase.matter m
                    WHERE m.unit_id = u.id AND m.updated_at >= $2::timestamptz
                      AND EXISTS (SELECT FROM ipcase.act a WHERE a.matter_id = m.id AND a.recorded_at <= $4::timestamptz
                                  AND a.happened_at >= $2::timestamptz AND a.happened_at < $3::timestamptz))
 ORDER BY u.id;

-- Back-entered matters without some of their dates.
-- name: audit_incomplete :many
-- in:   organ_id bigint, k timestamptz, most bigint
-- out:  matter_id bigint, number?, title text, unit text, missing text, total bigint
SELECT r.matter_id, r.number, r.title, u.code,
       concat_ws('、', CASE WHEN r.filed_on IS NULL THEN '立案日期' END, CASE WHEN r.decided_on IS NULL THEN '决定日期' END,
                 CASE WHEN r.closed_on IS NULL THEN '结案日期' END), count(*) OVER ()
  FROM ipcase.rate_mark r JOIN ipcase.unit u ON u.id = r.unit_id
 WHERE r.procedure = 'back_entry' AND r.organ_id = $1::bigint AND r.known_from <= $2::timestamptz
   AND r.known_until > $2::timestamptz AND (r.filed_on IS NULL OR r.decided_on IS NULL OR r.closed_on IS NULL)
 ORDER BY r.matter_id LIMIT $3::bigint;

-- Rows that were in force at K and can matter, in three parts (a name of its own for each text: ORDER BY takes the output's
-- column when it has the same). First what is still in force and did not end before the earliest
-- period, along rate_mark_active_idx.
-- name: audit_rows :many
-- in:   organ_id bigint, after_until date, after_opened date, after_id bigint, to_on date, k timestamptz, page bigint
-- out:  matter_id bigint, procedure text, performing_open boolean, declined boolean, excluded?, days text, until text,
--       number?, title text, party text, ip_type text, unit_id bigint, officer_id bigint?, campaigns text,
--       case_id bigint?, value_fen bigint?, income_fen bigint?, fine_fen bigint?, confiscated_fen bigint?, cursor text
SELECT matter_id, procedure, performing_open, declined, excluded, days, active_until::text AS until, number, title, party, ip_type,
       unit_id, officer_id, array_to_string(campaigns, chr(31)), case_id, value_fen, income_fen, fine_fen,
       confiscated_fen, opened_on::text AS after
  FROM ipcase.rate_row
 WHERE known_until = 'infinity' AND organ_id = $1::bigint
   AND (active_until, opened_on, matter_id) > ($2::date, $3::date, $4::bigint)
   AND opened_on <= $5::date AND known_from <= $6::timestamptz AND kind <> 'handoff' AND procedure <> 'back_entry'
 ORDER BY active_until, opened_on, matter_id LIMIT $7::bigint;

-- Then disclosures that ended before: M7 looks at all years.
-- name: audit_rows_published :many
-- in:   organ_id bigint, after_due date, after_id bigint, cut_off date, first date, k timestamptz, page bigint
-- out:  as audit_rows
SELECT matter_id, procedure, performing_open, declined, excluded, days, active_until::text AS until, number, title, party, ip_type,
       unit_id, officer_id, array_to_string(campaigns, chr(31)), case_id, value_fen, income_fen, fine_fen,
       confiscated_fen, publish_due_on::text AS after
  FROM ipcase.rate_row
 WHERE known_until = 'infinity' AND publish_due_on IS NOT NULL AND organ_id = $1::bigint
   AND (publish_due_on, matter_id) > ($2::date, $3::bigint) AND publish_due_on <= $4::date
   AND active_until <= $5::date AND known_from <= $6::timestamptz AND procedure = 'disclosure' AND excluded IS NULL
 ORDER BY publish_due_on, matter_id LIMIT $7::bigint;

-- Last what was in force at K and is no more. It is read last: whatever is superseded meanwhile is found here.
-- name: audit_rows_past :many
-- in:   organ_id bigint, after_known timestamptz, after_id bigint, cut_off date, first date, k timestamptz, page bigint
-- out:  as audit_rows
SELECT matter_id, procedure, performing_open, declined, excluded, days, active_until::text AS until, number, title, party, ip_type,
       unit_id, officer_id, array_to_string(campaigns, chr(31)), case_id, value_fen, income_fen, fine_fen,
       confiscated_fen, known_until::text AS after
  FROM ipcase.rate_row
 WHERE known_until <> 'infinity' AND organ_id = $1::bigint
   AND (known_until, matter_id) > ($2::timestamptz, $3::bigint) AND known_from <= $6::timestamptz
   AND opened_on <= $4::date AND (active_until > $5::date OR publish_due_on <= $4::date)
   AND kind <> 'handoff' AND procedure <> 'back_entry'
 ORDER BY known_until, matter_id LIMIT $7::bigint;

-- name: audit_touch :exec
-- in:   id bigint, rows bigint
UPDATE ipcase.audit_run SET rows = $2::bigint, touched_at = clock_timestamp() WHERE id = $1::bigint AND state = 'running';

-- name: audit_done :exec
-- in:   id bigint, rows bigint, sha256 text, size bigint
UPDATE ipcase.audit_run SET state = 'done', rows = $2::bigint, sha256 = decode($3::text, 'hex'), size = $4::bigint,
       touched_at = clock_timestamp()
 WHERE id = $1::bigint AND state = 'running';

-- name: audit_failed :exec
-- in:   id bigint, problem text
UPDATE ipcase.audit_run SET state = 'failed', problem = $2::text, touched_at = clock_timestamp()
 WHERE id = $1::bigint AND state = 'running';

-- ---- afterwards ----

-- One that nobody has touched for two minutes died with its daemon. same: a snapshot of the same organ, period and instant,
-- and whether this run gave the same bytes.
-- name: audit_show :optional
-- in:   id bigint
-- out:  id bigint, organ text, period text, name text, kind text, from_on date, to_on date, open boolean, as_of timestamptz,
--       state text, rows bigint, problem text?, sha256 text?, size bigint?, whole boolean, snapshot bigint?, same_id bigint?,
--       same boolean?
SELECT r.id, u.code, r.period, r.name, r.kind, r.from_on, r.to_on, r.open, r.as_of,
       CASE WHEN r.state = 'running' AND r.touched_at < clock_timestamp() - interval '2 minutes' THEN 'failed'
            ELSE r.state END,
       r.rows, CASE WHEN r.state = 'running' AND r.touched_at < clock_timestamp() - interval '2 minutes'
                    THEN '计算中断，请重新开始' ELSE r.problem END,
       encode(r.sha256, 'hex'), r.size, r.whole, (SELECT s.id FROM ipcase.snapshot s WHERE s.run_id = r.id),
       m.id, m.digest = r.sha256
  FROM ipcase.audit_run r JOIN ipcase.unit u ON u.id = r.organ_id
  LEFT JOIN LATERAL (SELECT s.id, s.digest FROM ipcase.snapshot s
                      WHERE r.whole AND r.state = 'done' AND s.organ_id = r.organ_id AND s.period = r.period AND s.as_of = r.as_of
                      ORDER BY s.n LIMIT 1) m ON true
 WHERE r.id = $1::bigint;

-- The caller's own, newest first.
-- name: audit_list :many
-- in:   account_id bigint, most bigint
-- out:  as audit_show
SELECT r.id, u.code, r.period, r.name, r.kind, r.from_on, r.to_on, r.open, r.as_of,
       CASE WHEN r.state = 'running' AND r.touched_at < clock_timestamp() - interval '2 minutes' THEN 'failed'
            ELSE r.state END,
       r.rows, CASE WHEN r.state = 'running' AND r.touched_at < clock_timestamp() - interval '2 minutes'
                    THEN '计算中断，请重新开始' ELSE r.problem END,
       encode(r.sha256, 'hex'), r.size, r.whole, (SELECT s.id FROM ipcase.snapshot s WHERE s.run_id = r.id),
       m.id, m.digest = r.sha256
  FROM ipcase.audit_run r JOIN ipcase.unit u ON u.id = r.organ_id
  LEFT JOIN LATERAL (SELECT s.id, s.digest FROM ipcase.snapshot s
                      WHERE r.whole AND r.state = 'done' AND s.organ_id = r.organ_id AND s.period = r.period AND s.as_of = r.as_of
                      ORDER BY s.n LIMIT 1) m ON true
 WHERE r.account_id = $1::bigint ORDER BY r.id DESC LIMIT $2::bigint;

-- name: snapshot_make :one
-- in:   run_id bigint, account_id bigint, key text?, request_digest text?
-- out:  id bigint?, reply text?
WITH made AS (
    SELECT ipcase.snapshot_make($1::bigint) AS id
), said AS (
    SELECT id, jsonb_build_object('id', id::text)::text AS reply FROM made WHERE id IS NOT NULL
), replied AS (
    INSERT INTO ipcase.idempotency (account_id, key, request_digest, status, reply)
    SELECT $2::bigint, $3::text, decode($4::text, 'hex'), 201, reply FROM said WHERE $3::text IS NOT NULL
)
SELECT made.id, said.reply FROM made LEFT JOIN said ON true;

-- name: snapshot_list :many
-- in:   period text?, id bigint?, most bigint
-- out:  id bigint, organ text, period text, n integer, name text, from_on date, to_on date, as_of timestamptz, made_by text,
--       made_by_name text, made_at timestamptz, audit bigint, sha256 text, size bigint, kind text
SELECT s.id, u.code, s.period, s.n, r.name, r.from_on, r.to_on, s.as_of, a.name, a.display_name, s.made_at, s.run_id,
       encode(s.digest, 'hex'), s.size, r.kind
  FROM ipcase.snapshot s JOIN ipcase.audit_run r ON r.id = s.run_id JOIN ipcase.unit u ON u.id = s.organ_id
  JOIN ipcase.account a ON a.id = s.made_by
 WHERE ($1::text IS NULL OR s.period = $1::text) AND ($2::bigint IS NULL OR s.id = $2::bigint)
 ORDER BY s.id DESC LIMIT $3::bigint;

-- What was recorded between two snapshots about these matters.
-- name: snapshot_acts :many
-- in:   ids bigint[], after timestamptz, until timestamptz, most bigint
-- out:  matter_id bigint, seq integer, act text, stage text, actor text, recorded_at timestamptz, happened_at timestamptz,
--       procedure text
SELECT a.matter_id, a.seq, a.act, a.stage, a.actor_name, a.recorded_at, a.happened_at, m.procedure
  FROM ipcase.act a JOIN ipcase.matter m ON m.id = a.matter_id
 WHERE a.matter_id = ANY ($1::bigint[]) AND a.recorded_at > $2::timestamptz AND a.recorded_at <= $3::timestamptz
 ORDER BY a.matter_id, a.seq LIMIT $4::bigint;

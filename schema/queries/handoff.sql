-- Hand-overs: what an act on one needs beside the matter, reading them, the inbox, the outbox, the sweep.

-- ---- an act on a hand-over -------------------------------------------------------------------

-- Every organ that this act or this copy names, and the caller's own. connected: it answers by itself.
-- name: handoff_organs :many
-- in:   matter_id bigint, organ_id bigint, codes text[]
-- out:  code text, name text, kind text, region text?, way text, hub_organ bigint?, connected boolean, own boolean,
--       active boolean
WITH facts AS (SELECT d.body::json -> 'facts' AS f FROM ipcase.dossier d WHERE d.matter_id = $1::bigint)
SELECT p.code, p.name, p.kind, p.region, p.way, p.hub_organ,
       p.active AND (p.way = 'network' OR (p.way = 'hub' AND EXISTS (
           SELECT 1 FROM ipcase.account a JOIN ipcase.unit u ON u.id = a.unit_id
            WHERE u.organ_id = p.hub_organ AND a.active AND a.roles = '{exchange}'))),
       p.hub_organ IS NOT DISTINCT FROM $2::bigint, p.active
  FROM ipcase.organ_peer p
 WHERE p.hub_organ = $2::bigint OR p.code = ANY ($3::text[])
    OR p.code IN (SELECT f ->> 'peer' FROM facts UNION SELECT f ->> 'receiver' FROM facts
                  UNION SELECT json_array_elements_text(f -> 'copy_to') FROM facts WHERE f -> 'copy_to' IS NOT NULL
                  UNION SELECT r.lane FROM ipcase.record r WHERE r.matter_id = $1::bigint)
 LIMIT 100;

-- The last record of each lane.
-- name: record_heads :many
-- in:   matter_id bigint
-- out:  lane text, n integer, digest text
SELECT DISTINCT ON (lane) lane, n, encode(digest, 'hex')
  FROM ipcase.record WHERE matter_id = $1::bigint ORDER BY lane, n DESC LIMIT 100;

-- The linked case and the linked clue: named by the act, by the request that it decides, else by the copy. id is there even
-- when the caller may not see it.
-- name: handoff_linked :many
-- in:   matter_id bigint, case_id bigint?, clue_id bigint?, act text
-- out:  is_clue boolean, linked_id bigint, id bigint?, organ_id bigint?, unit_id bigint?, number text?, title text?,
--       body text?
WITH copy AS (
    SELECT d.body::json AS b FROM ipcase.dossier d WHERE d.matter_id = $1::bigint
), facts AS (
    SELECT b -> 'facts' AS f, 1 AS place FROM copy
    UNION ALL
    SELECT q -> 'payload', 0 FROM copy, json_array_elements(b -> 'requests') q
     WHERE q ->> 'status' IN ('open', 'endorsed') AND $4::text LIKE (q ->> 'act') || '\_%'
)
SELECT l.is_clue, l.id, m.id, m.organ_id, m.unit_id, m.number, m.title, d.body
  FROM (VALUES (false, coalesce($2::bigint, (SELECT (f ->> 'case')::bigint FROM facts
                                            WHERE f ->> 'case' IS NOT NULL ORDER BY place LIMIT 1))),
               (true, coalesce($3::bigint, (SELECT (f ->> 'clue')::bigint FROM facts
                                             WHERE f ->> 'clue' IS NOT NULL ORDER BY place LIMIT 1)))) AS l (is_clue, id)
  LEFT JOIN ipcase.matter m ON m.id = l.id
  LEFT JOIN ipcase.dossier d ON d.matter_id = m.id
 WHERE l.id IS NOT NULL;

-- The number that each paper of the unit (else of its organ) would take next.
-- name: numbers_next :many
-- in:   matter_id bigint, unit_id bigint, organ_id bigint, year integer
-- out:  paper text, number text
SELECT DISTINCT ON (s.paper) s.paper, s.prefix || '〔' || $4::integer || '〕' || coalesce(c.last, 0) + 1 || '号'
  FROM (SELECT coalesce((SELECT m.unit_id FROM ipcase.matter m WHERE m.id = $1::bigint), $2::bigint) AS id) u
  JOIN ipcase.number_series s ON s.unit_id IN (u.id, $3::bigint)
  LEFT JOIN ipcase.number_counter c ON c.prefix = s.prefix AND c.year = $4::integer
 ORDER BY s.paper, (s.unit_id = u.id) DESC LIMIT 200;

-- Of the copy: how many packages our lane has sent already.
-- name: handoff_packages :one
-- in:   matter_id bigint, organ_id bigint
-- out:  packages bigint
SELECT count(*) FROM ipcase.package k JOIN ipcase.organ_peer p ON p.code = k.lane AND p.hub_organ = $2::bigint
 WHERE k.matter_id = $1::bigint;

-- The materials of the hand-over and of its case or clue, numbered as queries/material.sql does.
-- name: handoff_materials :many
-- in:   matter_id bigint, linked_id bigint?
-- out:  of_case boolean, number bigint, name text, title text?, kind text, media_type text, size bigint, sha256 text,
--       sha512 text, sm3 text, voided boolean
WITH these AS (
    SELECT $1::bigint AS id, false AS of_case
    UNION ALL
    SELECT coalesce($2::bigint, (SELECT coalesce(d.body::json -> 'facts' ->> 'case', d.body::json -> 'facts' ->> 'clue')::bigint
                                   FROM ipcase.dossier d WHERE d.matter_id = $1::bigint)), true
), added AS (
    SELECT t.of_case, a.matter_id, row_number() OVER (PARTITION BY a.matter_id ORDER BY a.seq) AS number, a.payload
      FROM these t JOIN ipcase.act a ON a.matter_id = t.id
     WHERE a.act = 'material_add' AND a.stage = 'do'
)
SELECT x.of_case, x.number, x.payload ->> 'material_name', x.payload ->> 'material_title', x.payload ->> 'material_kind',
       x.payload ->> 'media_type', (x.payload ->> 'material_size')::bigint, x.payload ->> 'sha256',
       x.payload ->> 'sha512', x.payload ->> 'sm3',
       EXISTS (SELECT 1 FROM ipcase.act v WHERE v.matter_id = x.matter_id AND v.act = 'material_void' AND v.stage = 'do'
                  AND (v.payload ->> 'material')::bigint = x.number)
  FROM added x ORDER BY x.of_case, x.number LIMIT 4000;

-- name: restricted_unit :one
-- in:   account text?, caller bigint
-- out:  unit_id bigint?
SELECT ipcase.restricted_unit(coalesce((SELECT a.id FROM ipcase.account a WHERE a.name = $1::text), $2::bigint));

-- ---- reading ----------------------------------------------------------------------------------

-- name: handoff_list :many
-- in:   organ_id bigint, before bigint, rows integer, side integer?, channel text?, state text?, peer text?,
--       number text?, case_id bigint?, open boolean?, all_organs boolean
-- out:  id bigint, version integer, case_id bigint?, channel text, thread text, side integer, number text?, title text,
--       party text, turn text, officer_name text, next_rule text, peer text, peer_name text, state text, open boolean,
--       next_due_on date, sent_at timestamptz?
SELECT m.id, m.version, h.case_id, h.channel, h.thread::text, h.side, m.number, m.title, m.party, m.turn,
       m.officer_name, m.next_rule, h.peer_code, h.peer_name, m.state, m.open, m.next_due_on, h.sent_at
  FROM ipcase.handoff h JOIN ipcase.matter m ON m.id = h.matter_id
 WHERE ($11::boolean OR h.organ_id = $1::bigint) AND h.matter_id < $2::bigint
   AND ($4::integer IS NULL OR (h.side & $4::integer) <> 0) AND ($5::text IS NULL OR h.channel = $5::text)
   AND ($6::text IS NULL OR m.state = $6::text) AND ($7::text IS NULL OR h.peer_code = $7::text)
   AND ($8::text IS NULL OR m.number = $8::text OR h.thread::text = $8::text) AND ($9::bigint IS NULL OR h.case_id = $9::bigint)
   AND ($10::boolean IS NULL OR m.open = $10::boolean)
 ORDER BY h.matter_id DESC LIMIT $3::integer;

-- name: handoff_show :optional
-- in:   matter_id bigint
-- out:  id bigint, version integer, case_id bigint?, channel text, thread text, side integer, number text?, title text,
--       party text, turn text, officer_name text, next_rule text, peer text, peer_name text, state text, open boolean,
--       next_due_on date, sent_at timestamptz?, own text?, own_name text?, waiting bigint, failed bigint
SELECT m.id, m.version, h.case_id, h.channel, h.thread::text, h.side, m.number, m.title, m.party, m.turn,
       m.officer_name, m.next_rule, h.peer_code, h.peer_name, m.state, m.open, m.next_due_on, h.sent_at, p.code, p.name,
       (SELECT count(*) FROM ipcase.outbox o WHERE o.matter_id = m.id AND o.done_at IS NULL AND o.failed_at IS NULL),
       (SELECT count(*) FROM ipcase.outbox o WHERE o.matter_id = m.id AND o.done_at IS NULL AND o.failed_at IS NOT NULL)
  FROM ipcase.handoff h JOIN ipcase.matter m ON m.id = h.matter_id
  LEFT JOIN ipcase.organ_peer p ON p.hub_organ = h.organ_id
 WHERE h.matter_id = $1::bigint;

-- name: record_list :many
-- in:   matter_id bigint
-- out:  ordinal integer, lane text, n integer, seq integer, kind text, digest text, body text, cms text, sm2 text?,
--       stored_at timestamptz
SELECT ordinal, lane, n, seq, kind, 'sha256:' || encode(digest, 'hex'), body,
       translate(encode(cms, 'base64'), E'\n', ''), translate(encode(sm2, 'base64'), E'\n', ''), stored_at
  FROM ipcase.record WHERE matter_id = $1::bigint ORDER BY ordinal LIMIT 2000;

-- name: record_export :many
-- in:   matter_id bigint
-- out:  lane text, n integer, body text, cms text, sm2 text?
SELECT lane, n, body, encode(cms, 'hex'), encode(sm2, 'hex')
  FROM ipcase.record WHERE matter_id = $1::bigint ORDER BY ordinal LIMIT 2000;

-- name: package_list :many
-- in:   matter_id bigint
-- out:  seq integer, name text, lane text, manifest text, tagmanifest text, items integer, bytes bigint, held boolean
SELECT seq, name, lane, 'sha256:' || encode(manifest_sha256, 'hex'), 'sha256:' || encode(tagmanifest_sha256, 'hex'),
       items, bytes, held
  FROM ipcase.package WHERE matter_id = $1::bigint ORDER BY seq LIMIT 200;

-- name: outbox_list :many
-- in:   matter_id bigint
-- out:  to_code text, to_name text?, way text?, lane text, n integer, tries integer, made_at timestamptz,
--       next_at timestamptz?, done_at timestamptz?, error text?
SELECT o.to_code, p.name, p.way, o.lane, o.n, o.tries, o.made_at,
       CASE WHEN o.done_at IS NULL AND o.failed_at IS NULL THEN nullif(o.next_at, 'infinity') END, o.done_at, o.error
  FROM ipcase.outbox o LEFT JOIN ipcase.organ_peer p ON p.code = o.to_code
 WHERE o.matter_id = $1::bigint ORDER BY o.id LIMIT 5000;

-- name: package_load :optional
-- in:   matter_id bigint, seq integer
-- out:  name text, plan text, texts text, held boolean, lane text, n integer
SELECT name, plan, texts, held, lane, n FROM ipcase.package WHERE matter_id = $1::bigint AND seq = $2::integer;

-- name: package_load_all :many
-- in:   matter_id bigint
-- out:  name text, plan text, texts text, held boolean, lane text, n integer
SELECT name, plan, texts, held, lane, n FROM ipcase.package WHERE matter_id = $1::bigint ORDER BY seq LIMIT 200;

-- Has our lane said `retrieved` since that package came?
-- name: handoff_retrieved :one
-- in:   matter_id bigint, organ_id bigint, seq integer
-- out:  retrieved boolean, version integer
SELECT EXISTS (SELECT 1 FROM ipcase.record r JOIN ipcase.organ_peer p ON p.hub_organ = $2::bigint AND p.code = r.lane
                WHERE r.matter_id = $1::bigint AND r.kind = 'retrieved' AND r.ordinal > $3::integer),
       (SELECT version FROM ipcase.matter WHERE id = $1::bigint);

-- name: peer_list :many
-- in:   organ_id bigint
-- out:  code text, name text, kind text, region text?, way text, active boolean, own boolean
SELECT code, name, kind, region, way, active, hub_organ IS NOT DISTINCT FROM $1::bigint
  FROM ipcase.organ_peer ORDER BY code LIMIT 2000;

-- name: quarantine_list :many
-- in:   before bigint, rows integer
-- out:  id bigint, times integer, at timestamptz, last_at timestamptz, organ text?, source text, digest text, rule text,
--       message text, path text?
SELECT q.id, q.times, q.at, q.last_at, p.code, q.source, 'sha256:' || encode(q.digest, 'hex'), q.rule, q.message, q.path
  FROM ipcase.quarantine q LEFT JOIN ipcase.organ_peer p ON p.hub_organ = q.organ_id
 WHERE q.id < $1::bigint ORDER BY q.id DESC LIMIT $2::integer;

-- ---- the inbox --------------------------------------------------------------------------------

-- joined_lane, joined_n: the record that brought us in, which is the one before our own first.
-- name: inbox_copy :optional
-- in:   organ_id bigint, thread uuid, own text
-- out:  matter_id bigint, version integer, channel text, side integer, joined_lane text?, joined_n integer?
SELECT h.matter_id, m.version, h.channel, h.side, j.lane, j.n
  FROM ipcase.handoff h
  JOIN ipcase.matter m ON m.id = h.matter_id
  LEFT JOIN ipcase.record j ON j.matter_id = h.matter_id AND j.ordinal = coalesce((SELECT min(o.ordinal)
       FROM ipcase.record o WHERE o.matter_id = h.matter_id AND o.lane = $3::text), 2) - 1
 WHERE h.organ_id = $1::bigint AND h.thread = $2::uuid;

-- Of the records that the arriving one names (itself, the one before, those it has seen) the ones that are here.
-- name: inbox_records :many
-- in:   organ_id bigint, thread uuid, lanes text[], ns integer[]
-- out:  lane text, n integer, digest text, seq integer
SELECT r.lane, r.n, encode(r.digest, 'hex'), r.seq
  FROM ipcase.handoff h
  JOIN ipcase.record r ON r.matter_id = h.matter_id
  JOIN unnest($3::text[], $4::integer[]) AS wanted (lane, n) ON wanted.lane = r.lane AND wanted.n = r.n
 WHERE h.organ_id = $1::bigint AND h.thread = $2::uuid;

-- name: organ_peer_find :optional
-- in:   code text
-- out:  code text, name text, kind text, region text?, way text, url text?, pin text?, active boolean
SELECT code, name, kind, region, way, url, pin, active FROM ipcase.organ_peer WHERE code = $1::text;

-- The newest signature of each organ elsewhere, for its certificate. Walks the primary key backwards to its first row.
-- name: peer_certificates :many
-- out:  code text, pin text?, cms text?
SELECT p.code, p.pin,
       (SELECT encode(r.cms, 'hex') FROM ipcase.record r WHERE r.lane = p.code
         ORDER BY r.matter_id DESC, r.lane DESC, r.n DESC LIMIT 1)
  FROM ipcase.organ_peer p
 WHERE p.active AND p.way IN ('network', 'disc') ORDER BY p.code LIMIT 10000;

-- name: quarantine_add :one
-- in:   organ_id bigint, unit_id bigint, source text, digest text, rule text, message text, path text?
-- out:  id bigint
INSERT INTO ipcase.quarantine AS q (organ_id, unit_id, source, digest, rule, message, path)
VALUES ($1::bigint, $2::bigint, $3::text, decode($4::text, 'hex'), $5::text, $6::text, $7::text)
ON CONFLICT (organ_id, digest, rule) DO UPDATE SET times = q.times + 1, last_at = now()
RETURNING q.id;

-- ---- the exchange -----------------------------------------------------------------------------

-- name: exchange_accounts :many
-- out:  account_id bigint, account_name text, display_name text, unit_id bigint, unit_name text, organ_id bigint,
--       organ_name text, kind text, region text?, code text, inbox_unit bigint, units text
SELECT account_id, account_name, display_name, unit_id, unit_name, organ_id, organ_name, kind, region, code,
       inbox_unit, units::text
  FROM ipcase.exchange_accounts() LIMIT 1000;

-- Due rows, the first of each hand-over and addressee, leased for some seconds.
-- name: outbox_take :many
-- in:   rows integer, lease_seconds integer
-- out:  id bigint, organ_id bigint, matter_id bigint, lane text, n integer, to_code text, tries integer,
--       history boolean, body text, cms text, sm2 text?, way text?, url text?, pin text?, hub_organ bigint?,
--       package_name text?, package_plan text?, package_texts text?, package_held boolean?
WITH due AS (
    SELECT o.id FROM ipcase.outbox o
     WHERE o.done_at IS NULL AND o.failed_at IS NULL AND o.next_at <= now()
       AND NOT EXISTS (SELECT 1 FROM ipcase.outbox e WHERE e.matter_id = o.matter_id AND e.to_code = o.to_code
                          AND e.done_at IS NULL AND e.id < o.id)
     ORDER BY o.next_at LIMIT $1::integer FOR UPDATE OF o SKIP LOCKED
), taken AS (
    UPDATE ipcase.outbox o SET tries = o.tries + 1, next_at = now() + make_interval(secs => $2::integer)
      FROM due WHERE o.id = due.id
    RETURNING o.id, o.organ_id, o.matter_id, o.lane, o.n, o.to_code, o.tries, o.history
)
SELECT t.id, t.organ_id, t.matter_id, t.lane, t.n, t.to_code, t.tries, t.history, r.body, encode(r.cms, 'hex'),
       encode(r.sm2, 'hex'), p.way, p.url, p.pin, p.hub_organ, k.name, k.plan, k.texts, k.held
  FROM taken t
  JOIN ipcase.record r ON (r.matter_id, r.lane, r.n) = (t.matter_id, t.lane, t.n)
  LEFT JOIN ipcase.package k ON (k.matter_id, k.lane, k.n) = (t.matter_id, t.lane, t.n)
  LEFT JOIN ipcase.organ_peer p ON p.code = t.to_code AND p.active
 ORDER BY t.id;

-- All records of a copy before one of them, with their packages: what goes along with a hand-over that is sent on.
-- name: outbox_history :many
-- in:   matter_id bigint, lane text, n integer
-- out:  lane text, n integer, body text, cms text, sm2 text?, package_name text?, package_plan text?,
--       package_texts text?, package_held boolean?
SELECT r.lane, r.n, r.body, encode(r.cms, 'hex'), encode(r.sm2, 'hex'), k.name, k.plan, k.texts, k.held
  FROM ipcase.record last
  JOIN ipcase.record r ON r.matter_id = last.matter_id AND r.ordinal < last.ordinal
  LEFT JOIN ipcase.package k ON (k.matter_id, k.lane, k.n) = (r.matter_id, r.lane, r.n)
 WHERE last.matter_id = $1::bigint AND last.lane = $2::text AND last.n = $3::integer
 ORDER BY r.ordinal LIMIT 500;

-- name: outbox_done :exec
-- in:   id bigint
UPDATE ipcase.outbox SET done_at = now(), failed_at = NULL, error = NULL WHERE id = $1::bigint AND done_at IS NULL;

-- name: outbox_retry :exec
-- in:   id bigint, wait_ms bigint, error text
UPDATE ipcase.outbox SET next_at = now() + make_interval(secs => $2::bigint / 1000.0), error = $3::text
 WHERE id = $1::bigint AND done_at IS NULL;

-- name: outbox_fail :exec
-- in:   id bigint, error text
UPDATE ipcase.outbox SET failed_at = now(), error = $2::text WHERE id = $1::bigint AND done_at IS NULL;

-- name: exchange_counts :one
-- out:  waiting bigint, failed bigint, quarantine bigint, next_seconds double precision?
SELECT count(*) FILTER (WHERE failed_at IS NULL), count(*) FILTER (WHERE failed_at IS NOT NULL),
       (SELECT count(*) FROM ipcase.quarantine),
       extract(epoch FROM min(next_at) FILTER (WHERE failed_at IS NULL AND next_at < 'infinity') - now())::double precision
  FROM ipcase.outbox WHERE done_at IS NULL;

-- ---- silence ----------------------------------------------------------------------------------

-- Clocks of other organs in our hand-overs whose lawful time has passed, without the record that says so.
-- name: sweep_clocks :many
-- in:   organ_id bigint, owners text[]
-- out:  matter_id bigint, version integer, channel text, rule text, idx integer
SELECT c.matter_id, m.version, h.channel, c.rule, c.idx
  FROM ipcase.clock c
  JOIN ipcase.handoff h ON h.matter_id = c.matter_id AND h.side = 1
  JOIN ipcase.matter m ON m.id = c.matter_id AND m.open
  JOIN ipcase.dossier d ON d.matter_id = c.matter_id
 WHERE c.organ_id = $1::bigint AND c.state = 'running' AND c.owner = ANY ($2::text[])
   AND CASE WHEN c.due_at IS NULL THEN c.due_on < (now() AT TIME ZONE 'Asia/Shanghai')::date ELSE c.due_at < now() END
   AND NOT coalesce((d.body::jsonb -> 'facts' -> 'silent') ? c.rule, false)
 ORDER BY c.matter_id, c.idx LIMIT 200;

-- Terms of our own that have passed and about which nothing was said since: the answer to an opinion, the window in which
-- a court may be asked.
-- name: sweep_own_terms :many
-- in:   organ_id bigint
-- out:  matter_id bigint, version integer, act text
SELECT DISTINCT ON (m.id) m.id, m.version, x.act
  FROM ipcase.handoff h
  JOIN ipcase.matter m ON m.id = h.matter_id AND m.open
  JOIN LATERAL (
      SELECT 'term_passed' AS act
        FROM ipcase.clock c
       WHERE h.side = 2 AND h.channel IN ('c4', 'c5') AND c.matter_id = m.id AND c.state = 'running'
         AND c.rule IN ('C4.1', 'C4.1b', 'C5.1', 'C5.1b') AND c.due_on < (now() AT TIME ZONE 'Asia/Shanghai')::date
         AND NOT EXISTS (SELECT 1 FROM ipcase.act a WHERE a.matter_id = m.id AND a.act = 'term_passed'
                            AND (a.happened_at AT TIME ZONE 'Asia/Shanghai')::date > c.due_on)
      UNION ALL
      SELECT 'time_barred'
        FROM ipcase.dossier d
       WHERE h.side = 1 AND h.channel = 'c6' AND m.state IN ('eligible', 'dunned', 'handoff_approved') AND d.matter_id = m.id
         AND (d.body::json -> 'facts' ->> 'court_until')::date < (now() AT TIME ZONE 'Asia/Shanghai')::date
  ) x ON true
 WHERE h.organ_id = $1::bigint
 ORDER BY m.id LIMIT 200;

-- Records of ours that have been on their way too long, and nothing was said about it since.
-- name: sweep_undelivered :many
-- in:   organ_id bigint, lane text, after_seconds integer
-- out:  matter_id bigint, version integer, channel text, to_code text, to_name text, kind text
SELECT DISTINCT ON (o.matter_id, o.to_code) o.matter_id, m.version, h.channel, o.to_code, coalesce(p.name, o.to_code), r.kind
  FROM ipcase.outbox o
  JOIN ipcase.record r ON (r.matter_id, r.lane, r.n) = (o.matter_id, o.lane, o.n)
  JOIN ipcase.handoff h ON h.matter_id = o.matter_id
  JOIN ipcase.matter m ON m.id = o.matter_id
  LEFT JOIN ipcase.organ_peer p ON p.code = o.to_code
 WHERE o.organ_id = $1::bigint AND o.lane = $2::text AND o.done_at IS NULL AND o.next_at < 'infinity'
   AND o.made_at < now() - make_interval(secs => $3::integer)
   AND r.kind NOT IN ('delivered', 'retrieved', 'not-delivered', 'not-retrieved', 'not-answered-in-time', 'reminded')
   AND NOT EXISTS (SELECT 1 FROM ipcase.record s WHERE s.matter_id = o.matter_id AND s.lane = o.lane
                      AND s.kind = 'not-delivered' AND s.ordinal > r.ordinal)
 ORDER BY o.matter_id, o.to_code, o.id LIMIT 200;

-- Packages of ours that arrived and that the receiver has not fetched for too long.
-- name: sweep_unretrieved :many
-- in:   organ_id bigint, lane text, after_seconds integer
-- out:  matter_id bigint, version integer, channel text, to_name text
SELECT DISTINCT ON (k.matter_id) k.matter_id, m.version, h.channel, h.peer_name
  FROM ipcase.handoff h
  JOIN ipcase.matter m ON m.id = h.matter_id AND m.open
  JOIN ipcase.package k ON k.matter_id = h.matter_id AND k.lane = $2::text
  JOIN ipcase.record r ON (r.matter_id, r.lane, r.n) = (k.matter_id, k.lane, k.n)
  JOIN ipcase.record v ON v.matter_id = k.matter_id AND v.kind = 'delivered' AND v.lane = h.peer_code AND v.ordinal > r.ordinal
   AND v.stored_at < now() - make_interval(secs => $3::integer)
 WHERE h.organ_id = $1::bigint
   AND NOT EXISTS (SELECT 1 FROM ipcase.record s WHERE s.matter_id = k.matter_id AND s.ordinal > r.ordinal
                      AND ((s.kind = 'retrieved' AND s.lane = h.peer_code) OR (s.kind = 'not-retrieved' AND s.lane = $2::text)))
 ORDER BY k.matter_id LIMIT 200;

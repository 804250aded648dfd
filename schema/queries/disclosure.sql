-- Disclosures: what an act needs beside the matter, reading them, the preview, the sweep.

-- ---- an act ------------------------------------------------------------------------------------

-- Where secrets of a decision may stand: the dossiers of its case, of the case's clue and of the hand-overs of either.
-- name: disclosure_sources :many
-- in:   matter_id bigint
-- out:  id bigint, kind text, body text
WITH own AS (
    SELECT case_id AS id FROM ipcase.disclosure WHERE matter_id = $1::bigint AND case_id IS NOT NULL
), kin AS (
    SELECT id FROM own
    UNION
    SELECT (d.body::json -> 'facts' ->> 'clue')::bigint FROM own JOIN ipcase.dossier d ON d.matter_id = own.id
)
SELECT m.id, m.kind, d.body
  FROM ipcase.matter m JOIN ipcase.dossier d ON d.matter_id = m.id
 WHERE m.id IN (SELECT id FROM kin)
    OR m.id IN (SELECT h.matter_id FROM ipcase.handoff h WHERE h.case_id IN (SELECT id FROM kin))
 ORDER BY m.id LIMIT 60;

-- And the acts of these, whose fields the dossier need not keep.
-- name: disclosure_source_acts :many
-- in:   matter_id bigint
-- out:  payload text
WITH own AS (
    SELECT case_id AS id FROM ipcase.disclosure WHERE matter_id = $1::bigint AND case_id IS NOT NULL
), kin AS (
    SELECT id FROM own
    UNION
    SELECT (d.body::json -> 'facts' ->> 'clue')::bigint FROM own JOIN ipcase.dossier d ON d.matter_id = own.id
)
SELECT a.payload::text
  FROM ipcase.act a
 WHERE a.matter_id IN (SELECT id FROM kin UNION SELECT $1::bigint
                       UNION SELECT h.matter_id FROM ipcase.handoff h WHERE h.case_id IN (SELECT id FROM kin))
 ORDER BY a.matter_id, a.seq LIMIT 2000;

-- Nobody of the organ is named in what it publishes.
-- name: disclosure_officers :many
-- in:   matter_id bigint
-- out:  name text
SELECT DISTINCT a.display_name
  FROM ipcase.account a JOIN ipcase.unit u ON u.id = a.unit_id
 WHERE u.organ_id = (SELECT d.organ_id FROM ipcase.disclosure d WHERE d.matter_id = $1::bigint) AND NOT a.roles = '{exchange}'
 ORDER BY a.display_name LIMIT 2000;

-- ---- reading ----------------------------------------------------------------------------------

-- What something is to be done about, in the order of what falls due first: the index gives the page in its order, and the
-- rest is looked up for one row after the other (LATERAL with OFFSET 0 cannot be turned round).
-- name: disclosure_due :many
-- in:   due date, id bigint, until date, state text?, unit_id bigint?, rows integer, organ_id bigint
-- out:  id bigint, version integer, case_id bigint?, number text?, title text, party text, class text, state text,
--       open boolean, turn text, officer_name text, unit_name text, next_on date, next_rule text, publish_due_on date?,
--       published_on date?, stop_due_on date?, decided_on date?
SELECT d.matter_id, m.version, d.case_id, m.number, m.title, m.party, d.class, d.state, d.open, m.turn, m.officer_name,
       m.unit_name, d.next_on, m.next_rule, d.publish_due_on, coalesce(d.published_on, d.pushed_on), d.stop_due_on, d.decided_on
  FROM (SELECT p.matter_id FROM ipcase.disclosure p
         WHERE p.open AND p.organ_id = $7::bigint AND (p.next_on, p.matter_id) > ($1::date, $2::bigint) AND p.next_on <= $3::date
           AND ($4::text IS NULL OR p.state = $4::text) AND ($5::bigint IS NULL OR p.unit_id = $5::bigint)
         ORDER BY p.next_on, p.matter_id LIMIT $6::integer) p
  CROSS JOIN LATERAL (SELECT d.* FROM ipcase.disclosure d WHERE d.matter_id = p.matter_id OFFSET 0) d
  CROSS JOIN LATERAL (SELECT m.version, m.number, m.title, m.party, m.turn, m.officer_name, m.next_rule, u.name AS unit_name
                        FROM ipcase.matter m JOIN ipcase.unit u ON u.id = m.unit_id
                       WHERE m.id = d.matter_id OFFSET 0) m;

-- name: disclosure_list :many
-- in:   due date, id bigint, until date, state text?, unit_id bigint?, rows integer, organ_id bigint, open boolean?
-- out:  id bigint, version integer, case_id bigint?, number text?, title text, party text, class text, state text,
--       open boolean, turn text, officer_name text, unit_name text, next_on date, next_rule text, publish_due_on date?,
--       published_on date?, stop_due_on date?, decided_on date?
SELECT d.matter_id, m.version, d.case_id, m.number, m.title, m.party, d.class, d.state, d.open, m.turn, m.officer_name,
       m.unit_name, d.next_on, m.next_rule, d.publish_due_on, coalesce(d.published_on, d.pushed_on), d.stop_due_on, d.decided_on
  FROM (SELECT p.matter_id FROM ipcase.disclosure p
         WHERE p.organ_id = $7::bigint AND ($8::boolean IS NULL OR p.open = $8::boolean) AND (p.next_on, p.matter_id) > ($1::date, $2::bigint) AND p.next_on <= $3::date
           AND ($4::text IS NULL OR p.state = $4::text) AND ($5::bigint IS NULL OR p.unit_id = $5::bigint)
         ORDER BY p.next_on, p.matter_id LIMIT $6::integer) p
  CROSS JOIN LATERAL (SELECT d.* FROM ipcase.disclosure d WHERE d.matter_id = p.matter_id OFFSET 0) d
  CROSS JOIN LATERAL (SELECT m.version, m.number, m.title, m.party, m.turn, m.officer_name, m.next_rule, u.name AS unit_name
                        FROM ipcase.matter m JOIN ipcase.unit u ON u.id = m.unit_id
                       WHERE m.id = d.matter_id OFFSET 0) m;

-- For those who see several organs.
-- name: disclosure_list_all :many
-- in:   due date, id bigint, until date, state text?, unit_id bigint?, rows integer, open boolean?
-- out:  id bigint, version integer, case_id bigint?, number text?, title text, party text, class text, state text,
--       open boolean, turn text, officer_name text, unit_name text, next_on date, next_rule text, publish_due_on date?,
--       published_on date?, stop_due_on date?, decided_on date?
SELECT d.matter_id, m.version, d.case_id, m.number, m.title, m.party, d.class, d.state, d.open, m.turn, m.officer_name,
       m.unit_name, d.next_on, m.next_rule, d.publish_due_on, coalesce(d.published_on, d.pushed_on), d.stop_due_on, d.decided_on
  FROM (SELECT p.matter_id FROM ipcase.disclosure p
         WHERE ($7::boolean IS NULL OR p.open = $7::boolean) AND (p.next_on, p.matter_id) > ($1::date, $2::bigint) AND p.next_on <= $3::date
           AND ($4::text IS NULL OR p.state = $4::text) AND ($5::bigint IS NULL OR p.unit_id = $5::bigint)
         ORDER BY p.next_on, p.matter_id LIMIT $6::integer) p
  CROSS JOIN LATERAL (SELECT d.* FROM ipcase.disclosure d WHERE d.matter_id = p.matter_id OFFSET 0) d
  CROSS JOIN LATERAL (SELECT m.version, m.number, m.title, m.party, m.turn, m.officer_name, m.next_rule, u.name AS unit_name
                        FROM ipcase.matter m JOIN ipcase.unit u ON u.id = m.unit_id
                       WHERE m.id = d.matter_id OFFSET 0) m;

-- name: disclosure_find_number :many
-- in:   number_key text, rows integer
-- out:  id bigint, version integer, case_id bigint?, number text?, title text, party text, class text, state text,
--       open boolean, turn text, officer_name text, unit_name text, next_on date, next_rule text, publish_due_on date?,
--       published_on date?, stop_due_on date?, decided_on date?
SELECT d.matter_id, m.version, d.case_id, m.number, m.title, m.party, d.class, d.state, d.open, m.turn, m.officer_name,
       m.unit_name, d.next_on, m.next_rule, d.publish_due_on, coalesce(d.published_on, d.pushed_on), d.stop_due_on, d.decided_on
  FROM ipcase.disclosure d
  CROSS JOIN LATERAL (SELECT m.version, m.number, m.title, m.party, m.turn, m.officer_name, m.next_rule, u.name AS unit_name
                        FROM ipcase.matter m JOIN ipcase.unit u ON u.id = m.unit_id
                       WHERE m.id = d.matter_id OFFSET 0) m
 WHERE d.decision_no_key = $1::text
 ORDER BY d.matter_id DESC LIMIT $2::integer;

-- name: disclosure_find_case :many
-- in:   case_id bigint, rows integer
-- out:  id bigint, version integer, case_id bigint?, number text?, title text, party text, class text, state text,
--       open boolean, turn text, officer_name text, unit_name text, next_on date, next_rule text, publish_due_on date?,
--       published_on date?, stop_due_on date?, decided_on date?
SELECT d.matter_id, m.version, d.case_id, m.number, m.title, m.party, d.class, d.state, d.open, m.turn, m.officer_name,
       m.unit_name, d.next_on, m.next_rule, d.publish_due_on, coalesce(d.published_on, d.pushed_on), d.stop_due_on, d.decided_on
  FROM ipcase.disclosure d
  CROSS JOIN LATERAL (SELECT m.version, m.number, m.title, m.party, m.turn, m.officer_name, m.next_rule, u.name AS unit_name
                        FROM ipcase.matter m JOIN ipcase.unit u ON u.id = m.unit_id
                       WHERE m.id = d.matter_id OFFSET 0) m
 WHERE d.case_id = $1::bigint
 ORDER BY d.matter_id DESC LIMIT $2::integer;

-- name: disclosure_show :optional
-- in:   matter_id bigint
-- out:  case_id bigint?, case_number text?, case_title text?, case_state text?, organ_name text
SELECT d.case_id, c.number, c.title, c.state, o.name
  FROM ipcase.disclosure d
  JOIN ipcase.unit o ON o.id = d.organ_id
  LEFT JOIN ipcase.matter c ON c.id = d.case_id
 WHERE d.matter_id = $1::bigint;

-- What was public from when to when.
-- name: public_periods :many
-- in:   matter_id bigint
-- out:  id bigint, n integer, from_at timestamptz, until_at timestamptz?, until_why text?, published_on date,
--       stop_due date, summary text, body text, digest text
SELECT id, n, from_at, until_at, until_why, published_on, stop_due, summary::text, body, encode(digest, 'hex')
  FROM ipcase.public_record WHERE matter_id = $1::bigint ORDER BY n LIMIT 200;

-- ---- the sweep ---------------------------------------------------------------------------------

-- name: disclosure_stoppers :many
-- in:   today date
-- out:  account_id bigint, display_name text, organ_id bigint, organ_name text, units text
SELECT account_id, display_name, organ_id, organ_name, units::text FROM ipcase.disclosure_stoppers($1::date);

-- Past their last day, and still not stopped.
-- name: disclosure_stop_due :many
-- in:   organ_id bigint, today date, after bigint, rows integer
-- out:  id bigint, version integer, stop_due_on date, last_on date
SELECT x.matter_id, m.version, x.stop_due_on, (d.body::json ->> 'last_on')::date
  FROM ipcase.disclosure x
  JOIN ipcase.matter m ON m.id = x.matter_id
  JOIN ipcase.dossier d ON d.matter_id = x.matter_id
 WHERE x.published_on IS NOT NULL AND x.withdrawn_on IS NULL AND x.stopped_on IS NULL AND x.stop_due_on < $2::date
   AND x.organ_id = $1::bigint AND x.matter_id > $3::bigint
 ORDER BY x.matter_id LIMIT $4::integer;

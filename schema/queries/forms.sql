-- Report forms: what they are, the cases and entries that fill them, and entering.

-- ---- what a form is ----

-- name: form_list :many
-- in:   none
-- out:  code text, name text, basis text?, layout text, periods text, due text?, valid_from date, valid_to date?, note text?
SELECT code, name_zh, basis_zh, layout, periods, due_zh, valid_from, valid_to, note
  FROM ipcase.law_report_forms ORDER BY code, valid_from LIMIT 1000;

-- name: form_figures :many
-- in:   none
-- out:  form text, code text, name text, unit text, decimals integer, valid_from date, valid_to date?, note text?
SELECT form, code, name_zh, unit, decimals, valid_from, valid_to, note
  FROM ipcase.law_report_columns WHERE source = 'figure' ORDER BY form, sort, code, valid_from LIMIT 10000;

-- All versions of one form: which is meant is decided when the period's last day is known.
-- name: form_head :many
-- in:   code text
-- out:  code text, name text, basis text?, layout text, periods text, filter text?, campaigns text?, once text,
--       primary_rule text, due text?, note text?, valid_from date, valid_to date?
SELECT code, name_zh, basis_zh, layout, periods, filter, campaigns, once, primary_rule, due_zh, note, valid_from, valid_to
  FROM ipcase.law_report_forms WHERE code = $1::text ORDER BY valid_from;

-- name: form_columns :many
-- in:   form text
-- out:  code text, block text, block_zh text?, name text, group_zh text?, unit text, source text, measure text?, by text?,
--       filter text?, decimals integer, rounding text, total text, over text?, not_rows text?, note text?, valid_from date,
--       valid_to date?
SELECT code, block, block_zh, name_zh, group_zh, unit, source, measure, by, filter, decimals, rounding, total, over,
       not_rows, note, valid_from, valid_to
  FROM ipcase.law_report_columns WHERE form = $1::text ORDER BY sort, code, valid_from;

-- name: form_rows :many
-- in:   form text
-- out:  code text, name text, kind text, filter text?, valid_from date, valid_to date?
SELECT code, name_zh, kind, filter, valid_from, valid_to
  FROM ipcase.law_report_rows WHERE form = $1::text ORDER BY sort, code, valid_from;

-- ---- filling it ----

-- Cases as known at K of which something happened in the period, a page along form_mark_last_idx.
-- name: form_cases :many
-- in:   organ_id bigint, after_on date, after_id bigint, to_on date, k timestamptz, unit_id bigint?, page bigint
-- out:  matter_id bigint, unit_id bigint, procedure text, excluded?, ip_type text, cause text, outcome text,
--       supervised text, campaigns text, tags text, primary_campaign text?, person_penalised boolean, days text, sums text,
--       number?, title text, last_on date
SELECT matter_id, unit_id, procedure, excluded, ip_type, cause, outcome, supervised, array_to_string(campaigns, chr(31)),
       array_to_string(tags, chr(31)), primary_campaign, person_penalised,
       array_to_string(ARRAY[filed_on - date 'epoch', decided_on - date 'epoch', closed_on - date 'epoch',
           police_on - date 'epoch', procuratorate_on - date 'epoch'], ',', ''),
       array_to_string(ARRAY[value_fen, penalty_fen, recovered_fen, recovered_foreign_fen, dens], ',', ''),
       number, title, last_on
  FROM ipcase.form_mark
 WHERE organ_id = $1::bigint AND (last_on, matter_id) > ($2::date, $3::bigint) AND first_on <= $4::date
   AND known_from <= $5::timestamptz AND known_until > $5::timestamptz
   AND unit_id = ANY (ipcase.caller_units()) AND ($6::bigint IS NULL OR unit_id = $6::bigint)
 ORDER BY last_on, matter_id LIMIT $7::bigint;

-- The last entry by K of each unit, figure and period, for this period or one that lies inside it.
-- name: form_entries :many
-- in:   organ_id bigint, form text, period text, from_on date, to_on date, k timestamptz, unit_id bigint?
-- out:  unit_id bigint, figure text, period text, from_on date, to_on date, value bigint, entered_by_name text,
--       entered_at timestamptz, revision bigint
SELECT DISTINCT ON (e.unit_id, e.figure, e.period)
       e.unit_id, e.figure, e.period, e.from_on, e.to_on, e.value, e.entered_by_name, e.entered_at,
       count(*) OVER (PARTITION BY e.unit_id, e.figure, e.period)
  FROM ipcase.form_entry e
 WHERE e.organ_id = $1::bigint AND e.form = $2::text AND e.entered_at <= $6::timestamptz
   AND (e.period = $3::text OR (e.from_on >= $4::date AND e.to_on <= $5::date))
   AND e.unit_id = ANY (ipcase.caller_units()) AND ($7::bigint IS NULL OR e.unit_id = $7::bigint)
 ORDER BY e.unit_id, e.figure, e.period, e.id DESC;

-- Units that owe figures: those that handle cases.
-- name: form_reporters :many
-- in:   organ_id bigint, k timestamptz
-- out:  id bigint
SELECT u.id
  FROM ipcase.unit u, LATERAL (SELECT ipcase.name_as_of('unit', u.id::text, $2::timestamptz) AS was) w
 WHERE u.organ_id = $1::bigint AND u.id = ANY (ipcase.caller_units()) AND u.kind IN ('brigade', 'station')
   AND coalesce((w.was ->> 'active')::boolean, u.active)
   AND (u.created_at <= $2::timestamptz OR EXISTS (SELECT FROM ipcase.matter m WHERE m.unit_id = u.id
                                                   AND m.created_at <= $2::timestamptz))
 ORDER BY u.id;

-- ---- entering ----

-- name: form_units :many
-- in:   none
-- out:  id bigint, code text, name text
SELECT id, code, name FROM ipcase.unit WHERE id = ANY (ipcase.caller_units()) AND kind <> 'restricted' ORDER BY id;

-- name: form_enter :one
-- in:   account_id bigint, key text, request_digest text, unit_id bigint, form text, period text, from_on date, to_on date,
--       figures jsonb, note text?
-- out:  reply text
INSERT INTO ipcase.idempotency (account_id, key, request_digest, status, reply)
SELECT $1::bigint, $2::text, decode($3::text, 'hex'), 201,
       ipcase.form_enter($4::bigint, $5::text, $6::text, $7::date, $8::date, $9::jsonb, $10::text)
RETURNING reply;

-- Everything that was entered, the newest first.
-- name: form_history :many
-- in:   form text, period text?, unit_id bigint?, most bigint
-- out:  id bigint, unit text, unit_name text, figure text, period text, value bigint, replaces bigint?, note text?, account text,
--       entered_by_name text, entered_at timestamptz
SELECT e.id, u.code, u.name, e.figure, e.period, e.value, e.replaces, e.note, a.name, e.entered_by_name, e.entered_at
  FROM ipcase.form_entry e JOIN ipcase.unit u ON u.id = e.unit_id JOIN ipcase.account a ON a.id = e.entered_by
 WHERE e.form = $1::text AND ($2::text IS NULL OR e.period = $2::text) AND ($3::bigint IS NULL OR e.unit_id = $3::bigint)
   AND e.unit_id = ANY (ipcase.caller_units())
 ORDER BY e.id DESC LIMIT $4::bigint;

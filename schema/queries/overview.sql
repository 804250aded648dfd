-- The leader's overview: figures, and the matters behind each. Both read ipcase.overview_cells (migration 0017).

-- What is asked about; a unit by code or id, a campaign by code.
-- name: overview_scope :one
-- in:   unit text?, campaign text?
-- out:  now timestamptz, unit_id bigint?, unit_name text?, campaign text?
SELECT now(),
       (SELECT u.id FROM ipcase.unit u WHERE u.id = ANY (ipcase.caller_units())
           AND (u.code = $1::text OR u.id::text = $1::text) ORDER BY (u.code = $1::text) DESC LIMIT 1),
       (SELECT u.name FROM ipcase.unit u WHERE u.id = ANY (ipcase.caller_units())
           AND (u.code = $1::text OR u.id::text = $1::text) ORDER BY (u.code = $1::text) DESC LIMIT 1),
       (SELECT c.code FROM ipcase.law_campaigns c WHERE c.code = $2::text);

-- name: overview_counts :many
-- in:   from_on date, to_on date, cut_off date, k timestamptz, unit_id bigint?, campaign text?
-- out:  grouping text, key text, cell text, matters bigint, fen bigint
WITH cells AS MATERIALIZED (
    SELECT * FROM ipcase.overview_cells($1::date, $2::date, $3::date, $4::timestamptz, $5::bigint, $6::text)
)
SELECT 'all', '', cell, count(*), coalesce(sum(fen), 0)::bigint FROM cells GROUP BY cell
UNION ALL
SELECT 'unit', unit_id::text, cell, count(*), coalesce(sum(fen), 0)::bigint FROM cells GROUP BY unit_id, cell
UNION ALL
SELECT 'campaign', g.key, cell, count(*), coalesce(sum(fen), 0)::bigint
  FROM cells, unnest(CASE WHEN campaigns = '{}' THEN ARRAY[''] ELSE campaigns END) AS g(key) GROUP BY g.key, cell
UNION ALL
SELECT 'month', to_char(on_day, 'YYYY-MM'), cell, count(*), coalesce(sum(fen), 0)::bigint
  FROM cells GROUP BY to_char(on_day, 'YYYY-MM'), cell;

-- What things were called at K. Units that handle cases stand in the overview even without a figure.
-- name: overview_names :many
-- in:   k timestamptz, unit_id bigint?
-- out:  grouping text, key text, name text, always boolean
WITH RECURSIVE below AS (
    SELECT u.id FROM ipcase.unit u WHERE u.id = ANY (ipcase.caller_units()) AND ($2::bigint IS NULL OR u.id = $2::bigint)
    UNION
    SELECT u.id FROM ipcase.unit u JOIN below b ON u.parent_id = b.id
)
SELECT 'unit', u.id::text, coalesce(w.was ->> 'name', u.name),
       u.kind IN ('brigade', 'station') AND coalesce((w.was ->> 'active')::boolean, u.active)
  FROM ipcase.unit u, LATERAL (SELECT ipcase.name_as_of('unit', u.id::text, $1::timestamptz) AS was) w
 WHERE u.id IN (SELECT id FROM below) AND u.id = ANY (ipcase.caller_units())
UNION ALL
SELECT 'campaign', c.code, coalesce(w.was ->> 'name', c.name_zh, c.code), false
  FROM ipcase.law_campaigns c, LATERAL (SELECT ipcase.name_as_of('campaign', c.code, $1::timestamptz) AS was) w;

-- The matters of some cells, newest first; `by` with the key of a row narrows it to that row. The row is that of the queue.
-- name: overview_cases :many
-- in:   from_on date, to_on date, cut_off date, k timestamptz, unit_id bigint?, campaign text?, cells text[], by text?,
--       key text, before bigint, rows bigint
-- out:  id bigint, kind text, number text?, title text, party text, state text, turn text, officer_name text,
--       next_due_on date, next_rule text, version integer, unit_id bigint
SELECT m.id, m.kind, m.number, m.title, m.party, m.state, m.turn, m.officer_name, m.next_due_on, m.next_rule, m.version,
       m.unit_id
  FROM ipcase.overview_cells($1::date, $2::date, $3::date, $4::timestamptz, $5::bigint, $6::text) c
  JOIN ipcase.matter m ON m.id = c.matter_id
 WHERE c.cell = ANY ($7::text[]) AND c.matter_id < $10::bigint
   AND CASE $8::text WHEN 'unit' THEN c.unit_id::text = $9::text
                     WHEN 'campaign' THEN CASE WHEN $9::text = '' THEN c.campaigns = '{}' ELSE $9::text = ANY (c.campaigns) END
                     WHEN 'month' THEN to_char(c.on_day, 'YYYY-MM') = $9::text ELSE true END
 ORDER BY c.matter_id DESC LIMIT $11::bigint;

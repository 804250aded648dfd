-- Reading one matter.

-- name: matter_view :optional
-- in:   id bigint
-- out:  id bigint, kind text, procedure text, organ_id bigint, unit_id bigint, unit_name text, version integer,
--       number text?, title text, dossier text, officer text?, officer_name text?, co_officer text?,
--       co_officer_name text?, closed_on date?, incomplete boolean
SELECT m.id, m.kind, m.procedure, m.organ_id, m.unit_id, u.name, m.version, m.number, m.title, d.body,
       o.name, o.display_name, c.name, c.display_name, m.closed_on, m.incomplete
  FROM ipcase.matter m
  JOIN ipcase.dossier d ON d.matter_id = m.id
  JOIN ipcase.unit u ON u.id = m.unit_id
  LEFT JOIN ipcase.account o ON o.id = m.officer_id
  LEFT JOIN ipcase.account c ON c.id = m.co_officer_id
 WHERE m.id = $1::bigint;

-- name: matter_kind :optional
-- in:   id bigint
-- out:  kind text
SELECT kind FROM ipcase.matter WHERE id = $1::bigint;

-- The timeline, forwards, by sequence number.
-- name: act_list :many
-- in:   matter_id bigint, after integer, rows integer
-- out:  seq integer, act text, stage text, request integer?, account text, name text, behalf text?,
--       behalf_name text?, unit text, happened_at timestamptz, recorded_at timestamptz, number text?,
--       back_entry boolean, payload text, digest text
SELECT a.seq, a.act, a.stage, a.request, p.name, p.display_name, b.name, b.display_name, u.name,
       a.happened_at, a.recorded_at, a.number, a.back_entry, a.payload::text, encode(a.digest, 'hex')
  FROM ipcase.act a
  JOIN ipcase.account p ON p.id = a.actor_id
  JOIN ipcase.unit u ON u.id = a.actor_unit
  LEFT JOIN ipcase.account b ON b.id = a.on_behalf_of
 WHERE a.matter_id = $1::bigint AND a.seq > $2::integer
 ORDER BY a.seq LIMIT $3::integer;

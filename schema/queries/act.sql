-- Loading what a decision needs, and writing it.

-- name: idempotency_find :optional
-- in:   account bigint, key text
-- out:  request_digest text, status integer, reply text
SELECT encode(request_digest, 'hex'), status, reply
  FROM ipcase.idempotency WHERE account_id = $1::bigint AND key = $2::text;

-- name: matter_id_next :one
-- out:  id bigint
SELECT nextval('ipcase.matter_id_seq');

-- name: matter_load :optional
-- in:   id bigint
-- out:  id, kind, procedure, organ_id, unit_id, state, version, number?, title, body
SELECT m.id, m.kind, m.procedure, m.organ_id, m.unit_id, m.state, m.version, m.number, m.title, d.body
  FROM ipcase.matter m JOIN ipcase.dossier d ON d.matter_id = m.id
 WHERE m.id = $1::bigint;

-- name: matter_target :optional
-- in:   id bigint
-- out:  id, kind, state, organ_id
SELECT id, kind, state, organ_id FROM ipcase.matter WHERE id = $1::bigint;

-- name: accounts_by_name :many
-- in:   names text[]
-- out:  id, name, display_name, unit_id, organ_id, roles text, active
SELECT a.id, a.name, a.display_name, a.unit_id, u.organ_id, array_to_string(a.roles, ','), a.active
  FROM ipcase.account a JOIN ipcase.unit u ON u.id = a.unit_id
 WHERE a.name = ANY ($1::text[]) LIMIT 20;

-- name: act_record :one
-- in:   doc jsonb
-- out:  reply text
SELECT ipcase.act_record($1::jsonb);

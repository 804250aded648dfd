-- The directory of organs.

-- Unknown codes have no row.
-- name: peer_names :many
-- in:   codes text[]
-- out:  code text, name text
SELECT p.code, p.name FROM ipcase.organ_peer p WHERE p.code = ANY ($1::text[]) LIMIT 100;

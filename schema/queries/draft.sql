-- What an account has typed and not sent (migration 0016). Row-level security: its own only.

-- name: draft_list :many
-- in:   account_id bigint
-- out:  key text, title text, updated_at timestamptz, version integer
SELECT key, title, updated_at, version FROM ipcase.draft
 WHERE account_id = $1::bigint ORDER BY updated_at DESC, key LIMIT 200;

-- name: draft_get :optional
-- in:   account_id bigint, key text
-- out:  key text, title text, updated_at timestamptz, version integer, body text
SELECT key, title, updated_at, version, body::text FROM ipcase.draft
 WHERE account_id = $1::bigint AND key = $2::text;

-- name: draft_put :one
-- in:   key text, title text, based_on integer, body text
-- out:  version integer, updated_at timestamptz
SELECT version, updated_at FROM ipcase.draft_put($1::text, $2::text, $3::integer, $4::text);

-- name: draft_drop :exec
-- in:   account_id bigint, key text
DELETE FROM ipcase.draft WHERE account_id = $1::bigint AND key = $2::text;

-- Logins and the caller's context.

-- name: caller_set :one
-- in:   account text, units text
-- out:  none of interest
SELECT set_config('ipcase.account', $1::text, true), set_config('ipcase.units', $2::text, true);

-- name: auth_find :optional
-- in:   account text, place text, window_seconds integer
-- out:  account_id bigint?, password_hash text?, failures bigint
SELECT f.account_id, f.password_hash, ipcase.auth_failures($1::text, $2::text, $3::integer)
  FROM (SELECT 1) one LEFT JOIN ipcase.auth_find($1::text) f ON true;

-- name: auth_failed :one
-- in:   account text, place text
SELECT ipcase.auth_failed($1::text, $2::text);

-- name: session_open :one
-- in:   account_id bigint, digest text, place text, account text, lifetime_seconds integer
-- out:  expires_at timestamptz
SELECT ipcase.session_open($1::bigint, decode($2::text, 'hex'), $3::text, $4::text, $5::integer);

-- name: session_find :optional
-- in:   digest text, idle_seconds integer
-- out:  account_id, account_name, display_name, unit_id, unit_name, organ_id, organ_name, roles text, expires_at,
--       units text, delegated text?
SELECT account_id, account_name, display_name, unit_id, unit_name, organ_id, organ_name,
       array_to_string(roles, ','), expires_at, units::text, delegated
  FROM ipcase.session_find(decode($1::text, 'hex'), $2::integer);

-- name: session_close :one
-- in:   digest text
SELECT ipcase.session_close(decode($1::text, 'hex'));

-- name: audit_add :exec
-- in:   account_id bigint?, place text, request_id text, action text, outcome text, rule text?, matter_id bigint?
INSERT INTO ipcase.audit (account_id, place, request_id, action, outcome, rule, matter_id)
VALUES ($1::bigint, $2::text, $3::text, $4::text, $5::text, $6::text, $7::bigint);

-- name: law_now :one
-- out:  version integer, texts json
SELECT version, texts FROM ipcase.law_edition_now();

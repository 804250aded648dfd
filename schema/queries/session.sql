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
-- in:   account_id bigint, digest text, place text, account text, lifetime_seconds integer, agent text,
--       code_step bigint?
-- out:  expires_at timestamptz?
SELECT ipcase.session_open($1::bigint, decode($2::text, 'hex'), $3::text, $4::text, $5::integer, $6::text, $7::bigint);

-- name: session_find :optional
-- in:   digest text, idle_seconds integer
-- out:  account_id, account_name, display_name, unit_id, unit_name, organ_id, organ_name, roles text, expires_at,
--       units text, delegated text?, id bigint, totp boolean
SELECT account_id, account_name, display_name, unit_id, unit_name, organ_id, organ_name,
       array_to_string(roles, ','), expires_at, units::text, delegated, id, totp
  FROM ipcase.session_find(decode($1::text, 'hex'), $2::integer);

-- name: session_close :one
-- in:   digest text
SELECT ipcase.session_close(decode($1::text, 'hex'));

-- Changes whenever something that was looked up with a session may not be true any more.
-- name: session_epoch :one
-- out:  n bigint
SELECT n FROM ipcase.session_epoch;

-- name: session_mine :many
-- in:   idle_seconds integer
-- out:  id bigint, created_at timestamptz, seen_at timestamptz, expires_at timestamptz, place text?, agent text?
SELECT id, created_at, seen_at, expires_at, place, agent FROM ipcase.session_mine($1::integer);

-- One of the caller's sessions, or all of them.
-- name: session_end :one
-- in:   id bigint?
-- out:  ended bigint
SELECT ipcase.session_end($1::bigint);

-- name: totp_status :optional
-- in:   account_id bigint
-- out:  since timestamptz?
SELECT enabled_at FROM ipcase.account_totp WHERE account_id = $1::bigint;

-- name: totp_begin :one
-- in:   secret text
-- out:  begun boolean
SELECT ipcase.totp_begin(decode($1::text, 'hex'));

-- name: totp_pending :one
-- out:  secret text?
SELECT encode(ipcase.totp_pending(), 'hex');

-- name: totp_confirm :one
-- in:   secret text, step bigint, place text, request_id text
-- out:  confirmed boolean
SELECT ipcase.totp_confirm(decode($1::text, 'hex'), $2::bigint, $3::text, $4::text);

-- name: totp_remove :one
-- in:   step bigint, place text, request_id text
-- out:  removed boolean
SELECT ipcase.totp_remove($1::bigint, $2::text, $3::text);

-- name: audit_add :exec
-- in:   account_id bigint?, place text, request_id text, action text, outcome text, rule text?, matter_id bigint?
INSERT INTO ipcase.audit (account_id, place, request_id, action, outcome, rule, matter_id)
VALUES ($1::bigint, $2::text, $3::text, $4::text, $5::text, $6::text, $7::bigint);

-- name: law_now :one
-- out:  version integer, texts json
SELECT version, texts FROM ipcase.law_edition_now();

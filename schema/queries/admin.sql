-- Units, accounts, delegations, campaigns. Changes are functions (migration 0003) that check the caller, write
-- their audit line and return the reply; the idempotency row is written in the same statement.

-- name: auth_attempt :one
-- in:   account text, place text, window_seconds integer, max_failures integer
-- out:  allowed boolean, account_id bigint?, password_hash text?, totp_secret text?
SELECT allowed, account_id, password_hash, encode(totp_secret, 'hex')
  FROM ipcase.auth_attempt($1::text, $2::text, $3::integer, $4::integer);

-- name: auth_forget :one
-- in:   account text, place text
SELECT ipcase.auth_forget($1::text, $2::text);

-- name: unit_list :many
-- in:   after bigint, rows integer
-- out:  id bigint, code text, name text, kind text, parent_id bigint?, parent text?, organ_id bigint,
--       region text?, prefix text?, active boolean
SELECT u.id, u.code, u.name, u.kind, u.parent_id, p.name, u.organ_id, u.region,
       (SELECT string_agg(DISTINCT s.prefix, '、') FROM ipcase.number_series s WHERE s.unit_id = u.id), u.active
  FROM ipcase.unit u LEFT JOIN ipcase.unit p ON p.id = u.parent_id
 WHERE u.id > $1::bigint ORDER BY u.id LIMIT $2::integer;

-- name: account_list :many
-- in:   after bigint, rows integer
-- out:  id bigint, account text, name text, unit_id bigint, unit text, roles text, active boolean, last_login timestamptz?,
--       totp boolean
SELECT a.id, a.name, a.display_name, a.unit_id, u.name, array_to_string(a.roles, ','), a.active, l.at,
       EXISTS (SELECT FROM ipcase.account_totp t WHERE t.account_id = a.id AND t.enabled_at IS NOT NULL)
  FROM ipcase.account a JOIN ipcase.unit u ON u.id = a.unit_id
  LEFT JOIN ipcase.account_login l ON l.account_id = a.id
 WHERE a.id > $1::bigint ORDER BY a.id LIMIT $2::integer;

-- Those of the caller; all of them for an administrator.
-- name: delegation_list :many
-- in:   account bigint, all boolean, before bigint, rows integer
-- out:  id bigint, giver text, giver_name text, taker text, taker_name text, roles text, starts_on date,
--       ends_on date, reason text, ended_at timestamptz?
SELECT d.id, f.name, f.display_name, t.name, t.display_name, array_to_string(d.roles, ','), d.starts_on,
       d.ends_on, d.reason, d.ended_at
  FROM ipcase.delegation d
  JOIN ipcase.account f ON f.id = d.from_account
  JOIN ipcase.account t ON t.id = d.to_account
 WHERE ($2::boolean OR $1::bigint IN (d.from_account, d.to_account)) AND d.id < $3::bigint
 ORDER BY d.id DESC LIMIT $4::integer;

-- name: campaign_list :many
-- in:   none
-- out:  code text, name text, year integer?, organiser text?, aliases text?, starts_on date?, ends_on date?,
--       parent text?, note text?
SELECT code, name_zh, year, organiser, aliases, starts_on, ends_on, parent, note
  FROM ipcase.law_campaigns ORDER BY year DESC NULLS LAST, code LIMIT 1000;

-- name: account_create :one
-- in:   caller bigint, key text, digest text, name text, display_name text, unit_id bigint, roles text,
--       password_hash text, place text, request_id text
-- out:  reply text
INSERT INTO ipcase.idempotency (account_id, key, request_digest, status, reply)
SELECT $1::bigint, $2::text, decode($3::text, 'hex'), 201,
       ipcase.account_create($4::text, $5::text, $6::bigint, string_to_array($7::text, ','), $8::text, $9::text,
                             $10::text)
RETURNING reply;

-- name: account_set :one
-- in:   caller bigint, key text, digest text, id bigint, act text, display_name text, unit_id bigint, roles text,
--       password_hash text, place text, request_id text
-- out:  reply text
INSERT INTO ipcase.idempotency (account_id, key, request_digest, status, reply)
SELECT $1::bigint, $2::text, decode($3::text, 'hex'), 201,
       ipcase.account_set($4::bigint, $5::text, $6::text, $7::bigint, string_to_array($8::text, ','), $9::text,
                          $10::text, $11::text)
RETURNING reply;

-- name: account_password :one
-- in:   password_hash text, keep_digest text, place text, request_id text
SELECT ipcase.account_password($1::text, decode($2::text, 'hex'), $3::text, $4::text);

-- name: delegation_create :one
-- in:   caller bigint, key text, digest text, giver text, taker text, roles text, starts_on date, ends_on date,
--       reason text, place text, request_id text
-- out:  reply text
INSERT INTO ipcase.idempotency (account_id, key, request_digest, status, reply)
SELECT $1::bigint, $2::text, decode($3::text, 'hex'), 201,
       ipcase.delegation_create($4::text, $5::text, string_to_array($6::text, ','), $7::date, $8::date, $9::text,
                                $10::text, $11::text)
RETURNING reply;

-- name: delegation_end :one
-- in:   caller bigint, key text, digest text, id bigint, place text, request_id text
-- out:  reply text
INSERT INTO ipcase.idempotency (account_id, key, request_digest, status, reply)
SELECT $1::bigint, $2::text, decode($3::text, 'hex'), 201, ipcase.delegation_end($4::bigint, $5::text, $6::text)
RETURNING reply;

-- name: campaign_create :one
-- in:   caller bigint, key text, digest text, code text, name text, year integer, organiser text, aliases text,
--       starts_on date, ends_on date, parent text, note text, place text, request_id text
-- out:  reply text
INSERT INTO ipcase.idempotency (account_id, key, request_digest, status, reply)
SELECT $1::bigint, $2::text, decode($3::text, 'hex'), 201,
       ipcase.campaign_create($4::text, $5::text, $6::integer, $7::text, $8::text, $9::date, $10::date, $11::text,
                              $12::text, $13::text, $14::text)
RETURNING reply;

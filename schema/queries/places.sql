-- Units, number prefixes, holidays and the legal tables. Changes are functions (migration 0017) as in admin.sql.

-- name: unit_create :one
-- in:   caller bigint, key text, digest text, code text, name text, kind text, parent bigint?, region text?, place text,
--       request_id text
-- out:  reply text
INSERT INTO ipcase.idempotency (account_id, key, request_digest, status, reply)
SELECT $1::bigint, $2::text, decode($3::text, 'hex'), 201,
       ipcase.unit_create($4::text, $5::text, $6::text, $7::bigint, $8::text, $9::text, $10::text)
RETURNING reply;

-- name: unit_set :one
-- in:   caller bigint, key text, digest text, id bigint, act text, name text?, parent bigint?, place text, request_id text
-- out:  reply text
INSERT INTO ipcase.idempotency (account_id, key, request_digest, status, reply)
SELECT $1::bigint, $2::text, decode($3::text, 'hex'), 201,
       ipcase.unit_set($4::bigint, $5::text, $6::text, $7::bigint, $8::text, $9::text)
RETURNING reply;

-- name: number_series_list :many
-- in:   unit_id bigint?
-- out:  unit_id bigint, unit text, paper text, prefix text, years text
SELECT s.unit_id, u.name, s.paper, s.prefix,
       coalesce((SELECT json_agg(json_build_object('year', c.year, 'last', c.last) ORDER BY c.year DESC)
                   FROM ipcase.number_counter c WHERE c.prefix = s.prefix), '[]')::text
  FROM ipcase.number_series s JOIN ipcase.unit u ON u.id = s.unit_id
 WHERE $1::bigint IS NULL OR s.unit_id = $1::bigint
 ORDER BY u.organ_id, u.id, s.paper LIMIT 5000;

-- name: number_series_set :one
-- in:   caller bigint, key text, digest text, unit_id bigint, paper text, prefix text?, place text, request_id text
-- out:  reply text
INSERT INTO ipcase.idempotency (account_id, key, request_digest, status, reply)
SELECT $1::bigint, $2::text, decode($3::text, 'hex'), 201,
       ipcase.number_series_set($4::bigint, $5::text, $6::text, $7::text, $8::text)
RETURNING reply;

-- name: holiday_list :many
-- in:   year integer
-- out:  date date, kind text, name text?
SELECT date, kind, name FROM ipcase.law_holidays WHERE date >= make_date($1::integer, 1, 1) AND date < make_date($1::integer + 1, 1, 1)
 ORDER BY date;

-- Until when the calendar is known (the end of its last year), and today by the database's clock.
-- name: holiday_span :one
-- in:   none
-- out:  known_until date?, today date
SELECT (date_trunc('year', max(date)) + interval '1 year - 1 day')::date, (now() AT TIME ZONE 'Asia/Shanghai')::date
  FROM ipcase.law_holidays;

-- name: holidays_set :one
-- in:   caller bigint, key text, digest text, year integer, days jsonb, place text, request_id text
-- out:  reply text
INSERT INTO ipcase.idempotency (account_id, key, request_digest, status, reply)
SELECT $1::bigint, $2::text, decode($3::text, 'hex'), 201, ipcase.holidays_set($4::integer, $5::jsonb, $6::text, $7::text)
RETURNING reply;

-- name: law_count :one
-- in:   law_table text
-- out:  rows bigint
SELECT ipcase.law_count($1::text);

-- name: law_rows :many
-- in:   law_table text, after bigint, most bigint
-- out:  cells text
SELECT cells FROM ipcase.law_rows($1::text, $2::bigint, $3::bigint);

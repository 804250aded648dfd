-- Live work: what happened since, and who still may hear of it (migration 0016).

-- Asked before news_since, in the same segment: the next question begins here.
-- name: news_mark :one
-- out:  mark timestamptz
SELECT least(ipcase.news_mark(), ipcase.owner_news_mark());

-- By matter and act; at most $2.
-- name: news_since :many
-- in:   since timestamptz, rows integer
-- out:  matter_id bigint, seq integer, unit_id bigint, kind text
SELECT matter_id, seq, unit_id, kind FROM ipcase.news_since($1::timestamptz, $2::integer);

-- name: sessions_living :many
-- in:   digests text[], idle_seconds integer
-- out:  digest text, units text
SELECT digest, units FROM ipcase.sessions_living($1::text[], $2::integer);

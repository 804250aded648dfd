-- What the forms of the next acts offer beside what the law says: who may be named, campaigns, causes, organs.

-- Accounts of the organ, the caller's own unit first.
-- name: next_accounts :many
-- in:   organ_id bigint, unit_id bigint
-- out:  id bigint, account text, name text, roles text, unit text
SELECT a.id, a.name, a.display_name, array_to_string(a.roles, ','), u.name
  FROM ipcase.account a JOIN ipcase.unit u ON u.id = a.unit_id
 WHERE u.organ_id = $1::bigint AND a.active AND NOT a.roles && ARRAY['exchange', 'admin', 'auditor']
 ORDER BY (a.unit_id = $2::bigint) DESC, a.name LIMIT 500;

-- Campaigns that are on, or ended not long ago.
-- name: next_campaigns :many
-- in:   today date
-- out:  code text, name text, year integer?, organiser text?
SELECT code, name_zh, year, organiser
  FROM ipcase.law_campaigns
 WHERE coalesce(starts_on, make_date(coalesce(year, 1), 1, 1)) <= $1::date
   AND coalesce(ends_on, make_date(coalesce(year, 9998), 12, 31)) >= $1::date - 180
 ORDER BY year DESC NULLS LAST, code LIMIT 60;

-- Causes in force on a day, with the statute.
-- name: next_causes :many
-- in:   today date
-- out:  name text, ip_type text, statute text?, article text?
SELECT c.name_zh, c.ip_type, s.name_zh, c.article
  FROM ipcase.law_causes c
  LEFT JOIN ipcase.law_statutes s ON s.code = c.statute_code AND s.valid_from <= $1::date
       AND (s.valid_to IS NULL OR s.valid_to >= $1::date)
 WHERE c.valid_from <= $1::date AND (c.valid_to IS NULL OR c.valid_to >= $1::date)
 ORDER BY c.ip_type, c.code LIMIT 200;

-- Organs that a hand-over can go to.
-- name: next_peers :many
-- in:   organ_id bigint
-- out:  code text, name text, kind text, way text
SELECT code, name, kind, way FROM ipcase.organ_peer
 WHERE active AND hub_organ IS DISTINCT FROM $1::bigint ORDER BY kind, code LIMIT 200;

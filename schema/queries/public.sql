-- The public site. No caller is set: each is a function that looks at the window itself (migration 0011). `at` is the daemon's
-- clock; a page begins below the id `before`.

-- name: public_list :many
-- in:   at timestamptz, before bigint, rows integer
-- out:  id bigint, organ_name text, decision_no text, party text, decided_on date, published_on date
SELECT id, organ_name, decision_no, party, decided_on, published_on
  FROM ipcase.public_list($1::timestamptz, $2::bigint, $3::integer);

-- name: public_search_party :many
-- in:   grams text[], folded text, at timestamptz, before bigint, rows integer
-- out:  id bigint, organ_name text, decision_no text, party text, decided_on date, published_on date
SELECT id, organ_name, decision_no, party, decided_on, published_on
  FROM ipcase.public_search_party($1::text[], $2::text, $3::timestamptz, $4::bigint, $5::integer);

-- name: public_search_code :many
-- in:   code text, at timestamptz, before bigint, rows integer
-- out:  id bigint, organ_name text, decision_no text, party text, decided_on date, published_on date
SELECT id, organ_name, decision_no, party, decided_on, published_on
  FROM ipcase.public_search_code($1::text, $2::timestamptz, $3::bigint, $4::integer);

-- name: public_search_number :many
-- in:   from text, upto text, at timestamptz, before bigint, rows integer
-- out:  id bigint, organ_name text, decision_no text, party text, decided_on date, published_on date
SELECT id, organ_name, decision_no, party, decided_on, published_on
  FROM ipcase.public_search_number($1::text, $2::text, $3::timestamptz, $4::bigint, $5::integer);

-- name: public_page :optional
-- in:   id bigint, at timestamptz
-- out:  state text, successor bigint?, why text?, ended_on date?, version integer?, from_at timestamptz?,
--       published_on date?, stop_due date?, class text?, summary text?, body text?, digest text?,
--       person boolean?
SELECT state, successor, why, ended_on, version, from_at, published_on, stop_due, class, summary, body, digest,
       person
  FROM ipcase.public_page($1::bigint, $2::timestamptz);

-- name: public_ledger :many
-- in:   at timestamptz, from date?, until date?, after bigint, rows integer
-- out:  id bigint, state text, organ_name text?, decision_no text?, party text?, uscc text?, decided_on date?,
--       published_on date?, stop_due date?, from_at timestamptz, ended_at timestamptz?, digest text?
SELECT id, state, organ_name, decision_no, party, uscc, decided_on, published_on, stop_due, from_at, ended_at, digest
  FROM ipcase.public_ledger($1::timestamptz, $2::date, $3::date, $4::bigint, $5::integer);

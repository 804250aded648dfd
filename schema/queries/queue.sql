-- The queue pages and search. Each queue statement names its rows by one index, in the order of that index, so
-- that a page costs what it shows; row-level security only filters behind it. Pages of several statements are
-- merged by the program. All give the same row:
--   id, kind, number, title, party, state, turn, officer_name, next_due_on, next_rule, version, unit_id
-- ($d, $i) is the row after which the page begins, $k the kind or null, $u the last due day of interest, $s the state or null.

-- name: queue_officer :many
-- in:   officer_id bigint, due date, id bigint, kind text, today date, rows integer, state text?
-- out:  id bigint, kind text, number text?, title text, party text, state text, turn text, officer_name text,
--       next_due_on date, next_rule text, version integer, unit_id bigint
SELECT id, kind, number, title, party, state, turn, officer_name, next_due_on, next_rule, version,
       unit_id
  FROM ipcase.matter
 WHERE open AND officer_id = $1::bigint AND (next_due_on, id) > ($2::date, $3::bigint)
   AND ($4::text IS NULL OR kind = $4::text)
   AND (turn IN ('officer', 'co_officer') OR (turn IN ('party', 'peer') AND next_due_on < $5::date))
   AND ($7::text IS NULL OR state = $7::text)
 ORDER BY next_due_on, id LIMIT $6::integer;

-- name: queue_waiting :many
-- in:   officer_id bigint, due date, id bigint, kind text, today date, rows integer, state text?
-- out:  id bigint, kind text, number text?, title text, party text, state text, turn text, officer_name text,
--       next_due_on date, next_rule text, version integer, unit_id bigint
SELECT id, kind, number, title, party, state, turn, officer_name, next_due_on, next_rule, version,
       unit_id
  FROM ipcase.matter
 WHERE open AND officer_id = $1::bigint AND (next_due_on, id) > ($2::date, $3::bigint)
   AND ($4::text IS NULL OR kind = $4::text)
   AND turn NOT IN ('officer', 'co_officer') AND (turn NOT IN ('party', 'peer') OR next_due_on >= $5::date)
   AND ($7::text IS NULL OR state = $7::text)
 ORDER BY next_due_on, id LIMIT $6::integer;

-- name: queue_co_officer :many
-- in:   co_officer_id bigint, due date, id bigint, kind text, today date, rows integer, state text?
-- out:  id bigint, kind text, number text?, title text, party text, state text, turn text, officer_name text,
--       next_due_on date, next_rule text, version integer, unit_id bigint
SELECT id, kind, number, title, party, state, turn, officer_name, next_due_on, next_rule, version,
       unit_id
  FROM ipcase.matter
 WHERE open AND co_officer_id = $1::bigint AND (next_due_on, id) > ($2::date, $3::bigint)
   AND ($4::text IS NULL OR kind = $4::text)
   AND (turn IN ('officer', 'co_officer') OR (turn IN ('party', 'peer') AND next_due_on < $5::date))
   AND ($7::text IS NULL OR state = $7::text)
 ORDER BY next_due_on, id LIMIT $6::integer;

-- name: queue_co_waiting :many
-- in:   co_officer_id bigint, due date, id bigint, kind text, today date, rows integer, state text?
-- out:  id bigint, kind text, number text?, title text, party text, state text, turn text, officer_name text,
--       next_due_on date, next_rule text, version integer, unit_id bigint
SELECT id, kind, number, title, party, state, turn, officer_name, next_due_on, next_rule, version,
       unit_id
  FROM ipcase.matter
 WHERE open AND co_officer_id = $1::bigint AND (next_due_on, id) > ($2::date, $3::bigint)
   AND ($4::text IS NULL OR kind = $4::text)
   AND turn NOT IN ('officer', 'co_officer') AND (turn NOT IN ('party', 'peer') OR next_due_on >= $5::date)
   AND ($7::text IS NULL OR state = $7::text)
 ORDER BY next_due_on, id LIMIT $6::integer;

-- name: queue_turn :many
-- in:   organ_id bigint, turn text, due date, id bigint, kind text, until date, rows integer, state text?
-- out:  id bigint, kind text, number text?, title text, party text, state text, turn text, officer_name text,
--       next_due_on date, next_rule text, version integer, unit_id bigint
SELECT id, kind, number, title, party, state, turn, officer_name, next_due_on, next_rule, version,
       unit_id
  FROM ipcase.matter
 WHERE open AND organ_id = $1::bigint AND turn = $2::text AND (next_due_on, id) > ($3::date, $4::bigint)
   AND ($5::text IS NULL OR kind = $5::text) AND next_due_on <= $6::date
   AND ($8::text IS NULL OR state = $8::text)
 ORDER BY next_due_on, id LIMIT $7::integer;

-- name: queue_unit :many
-- in:   unit_id bigint, due date, id bigint, kind text, until date, rows integer, state text?
-- out:  id bigint, kind text, number text?, title text, party text, state text, turn text, officer_name text,
--       next_due_on date, next_rule text, version integer, unit_id bigint
SELECT id, kind, number, title, party, state, turn, officer_name, next_due_on, next_rule, version,
       unit_id
  FROM ipcase.matter
 WHERE open AND unit_id = $1::bigint AND (next_due_on, id) > ($2::date, $3::bigint)
   AND ($4::text IS NULL OR kind = $4::text) AND next_due_on <= $5::date
   AND ($7::text IS NULL OR state = $7::text)
 ORDER BY next_due_on, id LIMIT $6::integer;

-- Everything of a unit, newest first.
-- name: search_unit :many
-- in:   unit_id bigint, kind text, before bigint, rows integer
-- out:  id bigint, kind text, number text?, title text, party text, state text, turn text, officer_name text,
--       next_due_on date, next_rule text, version integer, unit_id bigint
SELECT id, kind, number, title, party, state, turn, officer_name, next_due_on, next_rule, version,
       unit_id
  FROM ipcase.matter
 WHERE unit_id = $1::bigint AND kind = $2::text AND id < $3::bigint
 ORDER BY id DESC LIMIT $4::integer;

-- Everything visible, newest first: for those who see more units than a page can ask for one by one.
-- name: search_all :many
-- in:   kind text, before bigint, rows integer
-- out:  id bigint, kind text, number text?, title text, party text, state text, turn text, officer_name text,
--       next_due_on date, next_rule text, version integer, unit_id bigint
SELECT id, kind, number, title, party, state, turn, officer_name, next_due_on, next_rule, version,
       unit_id
  FROM ipcase.matter
 WHERE ($1::text IS NULL OR kind = $1::text) AND id < $2::bigint
 ORDER BY id DESC LIMIT $3::integer;

-- Parties whose folded name begins with a text: the exact name first, then in the order of names. from and upto
-- bound the names, (from, id) is where the page begins. ~>=~ and ~<~ are the index's own comparisons.
-- name: search_party :many
-- in:   from text, upto text, id bigint, kind text, rows integer
-- out:  id bigint, kind text, number text?, title text, party text, state text, turn text, officer_name text,
--       next_due_on date, next_rule text, version integer, unit_id bigint, name_key text
SELECT m.id, m.kind, m.number, m.title, m.party, m.state, m.turn, m.officer_name, m.next_due_on, m.next_rule,
       m.version, m.unit_id, p.name_key
  FROM ipcase.party p JOIN ipcase.matter m ON m.id = p.matter_id
 WHERE p.name_key ~>=~ $1::text AND p.name_key ~<~ $2::text
   AND (p.name_key ~>~ $1::text OR p.matter_id > $3::bigint)
   AND ($4::text IS NULL OR m.kind = $4::text)
 ORDER BY p.name_key USING ~<~, p.matter_id LIMIT $5::integer;

-- A party by its unified social credit code.
-- name: search_uscc :many
-- in:   uscc text, before bigint, kind text, rows integer
-- out:  id bigint, kind text, number text?, title text, party text, state text, turn text, officer_name text,
--       next_due_on date, next_rule text, version integer, unit_id bigint
SELECT m.id, m.kind, m.number, m.title, m.party, m.state, m.turn, m.officer_name, m.next_due_on, m.next_rule,
       m.version, m.unit_id
  FROM ipcase.matter m
 WHERE m.id IN (SELECT p.matter_id FROM ipcase.party p WHERE p.uscc = $1::text) AND m.id < $2::bigint
   AND ($3::text IS NULL OR m.kind = $3::text)
 ORDER BY m.id DESC LIMIT $4::integer;

-- Papers by number: one key, or all that begin with it. Bounds as in search_party.
-- name: search_number :many
-- in:   from text, upto text, id bigint, kind text, rows integer
-- out:  id bigint, kind text, number text?, title text, party text, state text, turn text, officer_name text,
--       next_due_on date, next_rule text, version integer, unit_id bigint, number_key text
SELECT m.id, m.kind, m.number, m.title, m.party, m.state, m.turn, m.officer_name, m.next_due_on, m.next_rule,
       m.version, m.unit_id, d.number_key
  FROM ipcase.document d JOIN ipcase.matter m ON m.id = d.matter_id
 WHERE d.number_key ~>=~ $1::text AND d.number_key ~<~ $2::text
   AND (d.number_key ~>~ $1::text OR d.matter_id > $3::bigint)
   AND ($4::text IS NULL OR m.kind = $4::text)
 ORDER BY d.number_key USING ~<~, d.matter_id LIMIT $5::integer;

-- grams finds candidates, position() proves them; why a function: migration 0004.
-- name: search_text :many
-- in:   grams text[], folded text, before bigint, kind text, rows integer
-- out:  id bigint, kind text, number text?, title text, party text, state text, turn text, officer_name text,
--       next_due_on date, next_rule text, version integer, unit_id bigint
SELECT m.id, m.kind, m.number, m.title, m.party, m.state, m.turn, m.officer_name, m.next_due_on, m.next_rule,
       m.version, m.unit_id
  FROM ipcase.search_text_ids($1::text[], $2::text, $3::bigint, $4::text, $5::integer) AS f(id)
  JOIN ipcase.matter m ON m.id = f.id
 ORDER BY m.id DESC;

-- name: search_campaign :many
-- in:   campaign text, before bigint, kind text, rows integer
-- out:  id bigint, kind text, number text?, title text, party text, state text, turn text, officer_name text,
--       next_due_on date, next_rule text, version integer, unit_id bigint
SELECT m.id, m.kind, m.number, m.title, m.party, m.state, m.turn, m.officer_name, m.next_due_on, m.next_rule,
       m.version, m.unit_id
  FROM ipcase.search_campaign_ids($1::text, $2::bigint, $3::text, $4::integer) AS f(id)
  JOIN ipcase.matter m ON m.id = f.id
 ORDER BY m.id DESC;

-- The very matter.
-- name: find_id :many
-- in:   id bigint
-- out:  id bigint, kind text, number text?, title text, party text, state text, turn text, officer_name text,
--       next_due_on date, next_rule text, version integer, unit_id bigint
SELECT id, kind, number, title, party, state, turn, officer_name, next_due_on, next_rule, version,
       unit_id
  FROM ipcase.matter WHERE id = $1::bigint;

-- For lists that have the ids: all units, which are few.
-- name: unit_names :many
-- out:  id bigint, name text
SELECT id, name FROM ipcase.unit ORDER BY id LIMIT 20000;

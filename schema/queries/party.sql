-- Parties of earlier matters: suggested while one is typed, and what they were decided against before. Row-level security: only
-- matters that the caller sees.

-- A clue that became a case is left out: the case has its parties.
-- name: party_by_code :many
-- in:   uscc text?, id_number text?, account bigint
-- out:  matter_id bigint, kind text, number text?, title text, opened_on date, name text, party_kind text?, uscc text?,
--       id_number text?, representative text?, address text?, phone text?, name_key text, mine boolean
SELECT m.id, m.kind, m.number, m.title, m.opened_on, p.name, p.kind, p.uscc, p.id_number, p.representative, p.address, p.phone,
       p.name_key, (m.officer_id = $3::bigint OR m.co_officer_id = $3::bigint) IS TRUE
  FROM (SELECT matter_id, idx FROM ipcase.party WHERE uscc = $1::text
        UNION SELECT matter_id, idx FROM ipcase.party WHERE id_number = $2::text) k
  JOIN ipcase.party p ON p.matter_id = k.matter_id AND p.idx = k.idx
  JOIN ipcase.matter m ON m.id = p.matter_id
 WHERE m.kind IN ('clue', 'case') AND m.state <> 'clue_filed'
 ORDER BY m.id DESC LIMIT 100;

-- Names that begin so, in the order of names ($1 to before $2, folded).
-- name: party_by_name :many
-- in:   from text, upto text, account bigint, rows integer
-- out:  matter_id bigint, kind text, number text?, title text, opened_on date, name text, party_kind text?, uscc text?,
--       id_number text?, representative text?, address text?, phone text?, name_key text, mine boolean
SELECT m.id, m.kind, m.number, m.title, m.opened_on, p.name, p.kind, p.uscc, p.id_number, p.representative, p.address, p.phone,
       p.name_key, (m.officer_id = $3::bigint OR m.co_officer_id = $3::bigint) IS TRUE
  FROM ipcase.party p JOIN ipcase.matter m ON m.id = p.matter_id
 WHERE p.name_key ~>=~ $1::text AND p.name_key ~<~ $2::text
   AND m.kind IN ('clue', 'case') AND m.state <> 'clue_filed'
 ORDER BY p.name_key USING ~<~, p.matter_id LIMIT $4::integer;

-- Earlier decisions against this party: by code, or by the very name where no other code speaks against it.
-- name: party_history :many
-- in:   uscc text?, id_number text?, name_key text?, ip_type text?, from date, to date
-- out:  matter_id bigint, number text?, title text, decided_on date, outcome text, fine_fen bigint?, cause text
SELECT f.matter_id, f.number, f.title, f.decided_on, f.outcome, r.fine_fen, f.cause
  FROM (SELECT matter_id FROM ipcase.party WHERE uscc = $1::text
        UNION SELECT matter_id FROM ipcase.party WHERE id_number = $2::text
        UNION SELECT matter_id FROM ipcase.party
               WHERE name_key = $3::text AND ($1::text IS NULL OR uscc IS NULL OR uscc = $1::text)
                 AND ($2::text IS NULL OR id_number IS NULL OR id_number = $2::text)) k
  JOIN ipcase.form_mark f ON f.matter_id = k.matter_id AND f.known_until = 'infinity'
  LEFT JOIN ipcase.rate_mark r ON r.matter_id = f.matter_id AND r.known_until = 'infinity'
 WHERE f.decided_on BETWEEN $5::date AND $6::date AND f.outcome <> '' AND ($4::text IS NULL OR f.ip_type = $4::text)
 ORDER BY f.decided_on DESC, f.matter_id DESC LIMIT 50;

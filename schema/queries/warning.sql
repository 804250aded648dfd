-- Early warning: running clocks of those who work here, in the order of their due days. clock_due_idx gives the clocks of
-- one organ and one owner in that order, so a page costs what it shows; the owners are merged. Whose clocks are ours: of a
-- partner organ those of its own kind, of everybody else the roles of the bureau; on a hand-over also the organ's side.
-- Rights that end without anybody being late are not among them.

-- name: warning_list :many
-- in:   until date, after_due date, after_id bigint, after_idx integer, unit_id bigint?, rows integer
-- out:  matter_id bigint, idx integer, rule text, owner text, due_on date, due_at timestamptz?, kind text, number text?,
--       title text, state text, unit text, officer text, strict_on date?
SELECT c.matter_id, c.idx, c.rule, c.owner, c.due_on, c.due_at, m.kind, m.number, m.title, m.state, u.name, m.officer_name,
       c.strict_on
  FROM (SELECT x.*
          FROM (SELECT o.id, unnest(CASE WHEN o.kind IN ('police', 'procuratorate', 'court')
                                         THEN ARRAY[o.kind, 'sender', 'receiver', 'third']
                                         ELSE ARRAY['officer', 'clerk', 'unit_head', 'legal_reviewer', 'deputy_head', 'principal',
                                                    'host', 'credit_clerk', 'sender', 'receiver', 'third'] END) AS owner
                  FROM ipcase.unit o
                 WHERE o.id IN (SELECT organ_id FROM ipcase.unit WHERE id = ANY (ipcase.caller_units()))) w,
               LATERAL (SELECT k.matter_id, k.idx, k.rule, k.owner, k.due_on, k.due_at, k.strict_on
                          FROM ipcase.clock k
                         WHERE k.state = 'running' AND k.organ_id = w.id AND k.owner = w.owner AND k.due_on <= $1::date
                           AND (k.due_on, k.matter_id) >= ($2::date, $3::bigint)
                           AND (k.due_on, k.matter_id, k.idx) > ($2::date, $3::bigint, $4::integer)
                           AND ($5::bigint IS NULL OR k.unit_id = $5::bigint) AND k.rule NOT IN ('D45a', 'D45b')
                           AND (k.owner NOT IN ('sender', 'receiver', 'third')
                                OR EXISTS (SELECT FROM ipcase.handoff h WHERE h.matter_id = k.matter_id
                                           AND h.side = CASE k.owner WHEN 'sender' THEN 1 WHEN 'receiver' THEN 2 ELSE 4 END))
                         ORDER BY k.due_on, k.matter_id, k.idx LIMIT $6::integer) x
         ORDER BY x.due_on, x.matter_id, x.idx LIMIT $6::integer) c
  JOIN ipcase.matter m ON m.id = c.matter_id
  JOIN ipcase.unit u ON u.id = m.unit_id
 ORDER BY c.due_on, c.matter_id, c.idx;

-- Of the matters that one account works, as first officer or as co-officer.
-- name: warning_own :many
-- in:   until date, after_due date, after_id bigint, after_idx integer, account_id bigint, rows integer
-- out:  as warning_list
SELECT c.matter_id, c.idx, c.rule, c.owner, c.due_on, c.due_at, m.kind, m.number, m.title, m.state, u.name, m.officer_name,
       c.strict_on
  FROM (SELECT id FROM ipcase.matter WHERE open AND officer_id = $5::bigint
        UNION SELECT id FROM ipcase.matter WHERE open AND co_officer_id = $5::bigint) w
  JOIN ipcase.clock c ON c.matter_id = w.id
  JOIN ipcase.matter m ON m.id = w.id
  JOIN ipcase.unit u ON u.id = m.unit_id
 WHERE c.state = 'running' AND c.due_on <= $1::date AND (c.due_on, c.matter_id, c.idx) > ($2::date, $3::bigint, $4::integer)
   AND c.rule NOT IN ('D45a', 'D45b')
   AND (c.owner IN ('officer', 'clerk', 'unit_head', 'legal_reviewer', 'deputy_head', 'principal', 'host', 'credit_clerk')
        OR EXISTS (SELECT FROM ipcase.handoff h WHERE h.matter_id = c.matter_id
                   AND h.side = CASE c.owner WHEN 'sender' THEN 1 WHEN 'receiver' THEN 2 WHEN 'third' THEN 4 END))
 ORDER BY c.due_on, c.matter_id, c.idx LIMIT $6::integer;

-- How many by unit or by officer: overdue today, and due until the last day. account_id: only his.
-- name: warning_groups :many
-- in:   until date, today date, unit_id bigint?, account_id bigint?, by text
-- out:  key text, zh text, overdue bigint, due bigint, first_on date
SELECT CASE WHEN $5::text = 'officer' THEN coalesce(a.name, '') ELSE u.code END AS key,
       CASE WHEN $5::text = 'officer' THEN coalesce(a.display_name, '') ELSE u.name END AS zh,
       count(*) FILTER (WHERE c.due_on < $2::date) AS overdue, count(*) FILTER (WHERE c.due_on >= $2::date) AS due,
       min(c.due_on)
  FROM (SELECT o.id, unnest(CASE WHEN o.kind IN ('police', 'procuratorate', 'court')
                                 THEN ARRAY[o.kind, 'sender', 'receiver', 'third']
                                 ELSE ARRAY['officer', 'clerk', 'unit_head', 'legal_reviewer', 'deputy_head', 'principal',
                                            'host', 'credit_clerk', 'sender', 'receiver', 'third'] END) AS owner
          FROM ipcase.unit o
         WHERE o.id IN (SELECT organ_id FROM ipcase.unit WHERE id = ANY (ipcase.caller_units()))) w
  JOIN ipcase.clock c ON c.state = 'running' AND c.organ_id = w.id AND c.owner = w.owner AND c.due_on <= $1::date
  JOIN ipcase.matter m ON m.id = c.matter_id
  JOIN ipcase.unit u ON u.id = m.unit_id
  LEFT JOIN ipcase.account a ON a.id = m.officer_id
 WHERE ($3::bigint IS NULL OR c.unit_id = $3::bigint) AND c.rule NOT IN ('D45a', 'D45b')
   AND ($4::bigint IS NULL OR (m.open AND $4::bigint IN (m.officer_id, m.co_officer_id)))
   AND (c.owner NOT IN ('sender', 'receiver', 'third')
        OR EXISTS (SELECT FROM ipcase.handoff h WHERE h.matter_id = c.matter_id
                   AND h.side = CASE c.owner WHEN 'sender' THEN 1 WHEN 'receiver' THEN 2 WHEN 'third' THEN 4 END))
 GROUP BY 1, 2 ORDER BY 3 DESC, 4 DESC, 1 LIMIT 1000;

-- name: warning_metrics :many
-- in:   none
-- out:  rule text, metric text, why text
SELECT rule, metric, why FROM ipcase.law_clock_metrics ORDER BY rule, metric;

-- ---- the daily digest ------------------------------------------------------------------------------------

-- name: digest_ask :many
-- in:   day date, due boolean
-- out:  account_id bigint, display_name text, organ_id bigint, organ_code text, organ_name text, units text, id text
SELECT account_id, display_name, organ_id, organ_code, organ_name, units::text, id::text
  FROM ipcase.digest_ask($1::date, $2::boolean);

-- Of several daemons that made it, one is first.
-- name: digest_made :exec
-- in:   organ_id bigint, day date, body text, readable text
UPDATE ipcase.digest SET body = $3::text, readable = $4::text, made_at = now()
 WHERE organ_id = $1::bigint AND day = $2::date AND body IS NULL;

-- One to deliver, kept for the caller for some seconds. All organs: the caller is the machine.
-- name: digest_take :many
-- in:   day date, files boolean, posts boolean, lease_s integer
-- out:  organ_id bigint, organ_code text, day date, id text, body text, readable text, filed boolean, posted boolean,
--       attempts integer, lease text, units text
SELECT * FROM ipcase.digest_take($1::date, $2::boolean, $3::boolean, $4::integer);

-- What became of it. A success is a success whoever holds the lease by now; a failure counts only for who does.
-- name: digest_done :exec
-- in:   organ_id bigint, day date, lease uuid, filed boolean, posted boolean, problem text?, pause_s integer
UPDATE ipcase.digest SET filed_at = CASE WHEN $4::boolean THEN coalesce(filed_at, now()) ELSE filed_at END,
       posted_at = CASE WHEN $5::boolean THEN coalesce(posted_at, now()) ELSE posted_at END,
       problem = CASE WHEN lease = $3::uuid THEN $6::text ELSE problem END,
       next_at = CASE WHEN lease = $3::uuid THEN now() + make_interval(secs => $7::integer) ELSE next_at END,
       lease_until = CASE WHEN lease = $3::uuid THEN NULL ELSE lease_until END,
       lease = CASE WHEN lease = $3::uuid THEN NULL ELSE lease END
 WHERE organ_id = $1::bigint AND day = $2::date;

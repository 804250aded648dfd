-- What is reported to the credit platform (双公示).

-- name: shuanggongshi_rules :one
-- in:   none
-- out:  fields text, words text
SELECT ipcase.law_csv('shuanggongshi'), ipcase.law_csv('shuanggongshi_words');

-- Own decisions of these days that are to be reported; who shows up twice (two parties) is for the program.
-- name: shuanggongshi_page :many
-- in:   from date, to date, after_on date, after_id bigint, rows integer
-- out:  matter_id bigint, version integer, decided_on date, number text?, state text, organ text, organ_uscc text?,
--       dossier text, credit_on date?
SELECT d.matter_id, m.version, d.decided_on, d.decision_no, d.state, o.name, o.uscc, s.body, d.credit_on
  FROM ipcase.unit o,
       LATERAL (SELECT x.* FROM ipcase.disclosure x
                 WHERE x.organ_id = o.id AND x.decided_on BETWEEN $1::date AND $2::date
                   AND (x.decided_on, x.matter_id) > ($3::date, $4::bigint) AND x.class <> ''
                   AND x.state NOT IN ('not_required', 'exempt', 'to_withdraw', 'disclosure_withdrawn', 'stopped', 'shielded')
                 ORDER BY x.decided_on, x.matter_id LIMIT $5::integer) d
  JOIN ipcase.matter m ON m.id = d.matter_id
  JOIN ipcase.dossier s ON s.matter_id = d.matter_id
 WHERE o.id IN (SELECT organ_id FROM ipcase.unit WHERE id = ANY (ipcase.caller_units()))
 ORDER BY d.decided_on, d.matter_id LIMIT $5::integer;

-- name: credit_batch_make :one
-- in:   from date, to date, format text, lines integer, size bigint, sha256 text, ids bigint[], versions integer[]
-- out:  id bigint?
SELECT ipcase.credit_batch_make($1::date, $2::date, $3::text, $4::integer, $5::bigint, decode($6::text, 'hex'),
                                $7::bigint[], $8::integer[]);

-- name: credit_batch_list :many
-- in:   id bigint?, before bigint, rows integer
-- out:  id bigint, no text, organ text, from_on date, to_on date, format text, lines integer, size bigint, sha256 text,
--       made_by text, made_by_name text, made_at timestamptz, decisions bigint, reported bigint, first_on date?, last_on date?
SELECT b.id, b.no, o.code, b.from_on, b.to_on, b.format, b.lines, b.size, encode(b.digest, 'hex'), a.name, a.display_name,
       b.made_at, n.decisions, n.reported, n.first_on, n.last_on
  FROM (SELECT * FROM ipcase.credit_batch
         WHERE ($1::bigint IS NULL OR id = $1::bigint) AND id < $2::bigint ORDER BY id DESC LIMIT $3::integer) b
  JOIN ipcase.unit o ON o.id = b.organ_id
  JOIN ipcase.account a ON a.id = b.made_by,
       LATERAL (SELECT count(*) AS decisions, count(r.on_day) AS reported, min(r.on_day) AS first_on, max(r.on_day) AS last_on
                  FROM ipcase.credit_batch_item i
                  LEFT JOIN LATERAL (SELECT min((x.happened_at AT TIME ZONE 'Asia/Shanghai')::date) AS on_day
                                       FROM ipcase.act x
                                      WHERE x.matter_id = i.matter_id AND x.act = 'credit_report'
                                        AND x.payload ->> 'credit_batch' = b.no) r ON true
                 WHERE i.batch_id = b.id) n
 ORDER BY b.id DESC;

-- name: credit_batch_items :many
-- in:   id bigint, after bigint, rows integer
-- out:  matter_id bigint, number text?, title text, exported_version integer, version integer, state text, reported_on date?
SELECT i.matter_id, m.number, m.title, i.version, m.version, m.state,
       (SELECT min((x.happened_at AT TIME ZONE 'Asia/Shanghai')::date) FROM ipcase.act x
         WHERE x.matter_id = i.matter_id AND x.act = 'credit_report' AND x.payload ->> 'credit_batch' = b.no)
  FROM ipcase.credit_batch b
  JOIN ipcase.credit_batch_item i ON i.batch_id = b.id
  JOIN ipcase.matter m ON m.id = i.matter_id
 WHERE b.id = $1::bigint AND i.matter_id > $2::bigint
 ORDER BY i.matter_id LIMIT $3::integer;

-- Reported, and changed since: corrected, withdrawn, hidden, repaired.
-- name: credit_again :many
-- in:   after bigint, rows integer
-- out:  matter_id bigint, number text?, title text, state text, act text, on date, credit_on date
SELECT d.matter_id, m.number, m.title, m.state, c.act, (c.happened_at AT TIME ZONE 'Asia/Shanghai')::date, d.credit_on
  FROM (SELECT DISTINCT ON (a.matter_id) a.matter_id, a.seq, a.act, a.happened_at
          FROM ipcase.act a
         WHERE a.organ_id IN (SELECT organ_id FROM ipcase.unit WHERE id = ANY (ipcase.caller_units()))
           AND a.act IN ('correct', 'withdraw', 'shield', 'unshield', 'stop', 'repair_carry_out', 'repair_revoke')
           AND a.stage IN ('do', 'approve') AND a.matter_id > $1::bigint
         ORDER BY a.matter_id, a.seq DESC) c
  JOIN ipcase.disclosure d ON d.matter_id = c.matter_id AND d.credit_on IS NOT NULL
  JOIN ipcase.matter m ON m.id = d.matter_id
 WHERE NOT EXISTS (SELECT FROM ipcase.act r WHERE r.matter_id = c.matter_id AND r.seq > c.seq AND r.act = 'credit_report')
 ORDER BY d.matter_id LIMIT $2::integer;

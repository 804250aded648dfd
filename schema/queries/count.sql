-- How long the queues are, each counted to at most 1000: from the same indexes as their pages.

-- name: count_own :one
-- in:   account bigint, today date
-- out:  mine bigint, waiting bigint
SELECT (SELECT count(*) FROM (SELECT FROM ipcase.matter WHERE open AND officer_id = $1::bigint
            AND (turn IN ('officer', 'co_officer') OR (turn IN ('party', 'peer') AND next_due_on < $2::date)) LIMIT 1000) a)
     + (SELECT count(*) FROM (SELECT FROM ipcase.matter WHERE open AND co_officer_id = $1::bigint
            AND (turn IN ('officer', 'co_officer') OR (turn IN ('party', 'peer') AND next_due_on < $2::date)) LIMIT 1000) b),
       (SELECT count(*) FROM (SELECT FROM ipcase.matter WHERE open AND officer_id = $1::bigint
            AND turn NOT IN ('officer', 'co_officer') AND (turn NOT IN ('party', 'peer') OR next_due_on >= $2::date)
            LIMIT 1000) c)
     + (SELECT count(*) FROM (SELECT FROM ipcase.matter WHERE open AND co_officer_id = $1::bigint
            AND turn NOT IN ('officer', 'co_officer') AND (turn NOT IN ('party', 'peer') OR next_due_on >= $2::date)
            LIMIT 1000) d);

-- name: count_turns :one
-- in:   organ_id bigint, turns text[]
-- out:  matters bigint
SELECT count(*) FROM (SELECT FROM ipcase.matter WHERE open AND organ_id = $1::bigint AND turn = ANY ($2::text[])
                      LIMIT 1000) a;

-- name: count_units :one
-- in:   units bigint[], today date, week_end date
-- out:  unit bigint, week bigint, overdue bigint
SELECT (SELECT count(*) FROM (SELECT FROM ipcase.matter WHERE open AND unit_id = ANY ($1::bigint[]) LIMIT 1000) a),
       (SELECT count(*) FROM (SELECT FROM ipcase.matter WHERE open AND unit_id = ANY ($1::bigint[])
            AND next_due_on <= $3::date LIMIT 1000) b),
       (SELECT count(*) FROM (SELECT FROM ipcase.matter WHERE open AND unit_id = ANY ($1::bigint[])
            AND next_due_on < $2::date LIMIT 1000) c);

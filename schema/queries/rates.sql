-- The rates. K is the instant of "known at"; where a statement has one and the present is asked for, it is a day
-- far in the future, which only rows in force (known_until = infinity) outlast.

-- name: rates_organs :many
-- in:   none
-- out:  organ_id bigint
SELECT DISTINCT organ_id FROM ipcase.unit WHERE id = ANY (ipcase.caller_units()) ORDER BY organ_id;

-- For this transaction: pages follow an index from where the last one ended. With its own prices the planner
-- rather reads all rows of the period and sorts them, for every page anew.
-- name: rates_plan :one
-- in:   none
-- out:  none of interest
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
       set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true);

-- Rows of the period in the order of rate_mark_active_idx, without the years that cannot matter; a page begins
-- behind the last row of the one before. The group's keys stand in one text, between U+001F.
-- name: rates_rows :many
-- in:   organ_id bigint, after_until date, after_opened date, after_id bigint, to_on date, page bigint,
--       grouping text
-- out:  matter_id, procedure text, performing_open boolean, excluded?, keys text, days text, until text,
--       number?, title text
SELECT matter_id, procedure, performing_open, excluded,
       CASE $7::text WHEN 'campaign' THEN array_to_string(campaigns, chr(31)) WHEN 'unit' THEN unit_id::text
                     WHEN 'ip_type' THEN ip_type WHEN 'officer' THEN coalesce(officer_id::text, '') ELSE '' END,
       days, active_until::text AS until, number, title
  FROM ipcase.rate_row
 WHERE known_until = 'infinity' AND organ_id = $1::bigint
   AND (active_until, opened_on, matter_id) > ($2::date, $3::date, $4::bigint)
   AND opened_on <= $5::date AND procedure <> 'back_entry'
 ORDER BY active_until, opened_on, matter_id LIMIT $6::bigint;

-- The same of what was known at an instant, along the primary key.
-- name: rates_rows_known :many
-- in:   from_on date, to_on date, after_id bigint, page bigint, k timestamptz, grouping text
-- out:  matter_id, procedure text, performing_open boolean, excluded?, keys text, days text, until text,
--       number?, title text
SELECT matter_id, procedure, performing_open, excluded,
       CASE $6::text WHEN 'campaign' THEN array_to_string(campaigns, chr(31)) WHEN 'unit' THEN unit_id::text
                     WHEN 'ip_type' THEN ip_type WHEN 'officer' THEN coalesce(officer_id::text, '') ELSE '' END,
       days, active_until::text AS until, number, title
  FROM ipcase.rate_row
 WHERE known_from <= $5::timestamptz AND known_until > $5::timestamptz
   AND organ_id = ANY (ARRAY(SELECT DISTINCT organ_id FROM ipcase.unit WHERE id = ANY (ipcase.caller_units())))
   AND active_until >= $1::date AND opened_on <= $2::date
   AND procedure <> 'back_entry' AND matter_id > $3::bigint
 ORDER BY matter_id LIMIT $4::bigint;

-- M7 looks at all years, so the database counts it.
-- Compiling these statements takes longer than they do.
-- name: rates_plain :one
-- in:   none
-- out:  none of interest
SELECT set_config('jit', 'off', true);

-- name: rates_m7 :one
-- in:   as_of date, k timestamptz
-- out:  denominator bigint, numerator bigint
SELECT count(*), count(*) FILTER (WHERE published_on <= $1::date)
  FROM ipcase.rate_mark
 WHERE known_from <= $2::timestamptz AND known_until > $2::timestamptz
   AND organ_id = ANY (ARRAY(SELECT DISTINCT organ_id FROM ipcase.unit WHERE id = ANY (ipcase.caller_units())))
   AND procedure = 'disclosure' AND excluded IS NULL AND publish_due_on <= $1::date;

-- name: rates_m7_groups :many
-- in:   as_of date, k timestamptz, grouping text
-- out:  key text, denominator bigint, numerator bigint
SELECT g.key, count(*), count(*) FILTER (WHERE published_on <= $1::date)
  FROM ipcase.rate_mark,
       unnest(CASE $3::text WHEN 'campaign' THEN CASE WHEN campaigns = '{}' THEN ARRAY[''] ELSE campaigns END
              WHEN 'unit' THEN ARRAY[unit_id::text] WHEN 'ip_type' THEN ARRAY[ip_type]
              ELSE ARRAY[coalesce(officer_id::text, '')] END) AS g(key)
 WHERE known_from <= $2::timestamptz AND known_until > $2::timestamptz
   AND organ_id = ANY (ARRAY(SELECT DISTINCT organ_id FROM ipcase.unit WHERE id = ANY (ipcase.caller_units())))
   AND procedure = 'disclosure' AND excluded IS NULL AND publish_due_on <= $1::date
 GROUP BY g.key;

-- Not published by the cut-off: what was due longest first. Such a row is active beyond the cut-off.
-- name: rates_m7_out :many
-- in:   as_of date, most bigint
-- out:  matter_id, number?, title, publish_due_on, published_on date?
SELECT r.matter_id, r.number, r.title, r.publish_due_on, r.published_on
  FROM (SELECT matter_id, number, title, publish_due_on, published_on FROM ipcase.rate_mark
         WHERE known_until = 'infinity' AND active_until > $1::date AND opened_on <= $1::date
           AND organ_id = ANY (ARRAY(SELECT DISTINCT organ_id FROM ipcase.unit
                                      WHERE id = ANY (ipcase.caller_units())))
           AND procedure = 'disclosure' AND excluded IS NULL AND publish_due_on <= $1::date
           AND (published_on IS NULL OR published_on > $1::date)
         ORDER BY publish_due_on, matter_id LIMIT $2::bigint) r
 ORDER BY r.publish_due_on, r.matter_id;

-- name: rates_m7_out_known :many
-- in:   as_of date, most bigint, k timestamptz
-- out:  matter_id, number?, title, publish_due_on, published_on date?
SELECT r.matter_id, r.number, r.title, r.publish_due_on, r.published_on
  FROM (SELECT matter_id, number, title, publish_due_on, published_on FROM ipcase.rate_mark
         WHERE known_from <= $3::timestamptz AND known_until > $3::timestamptz
           AND organ_id = ANY (ARRAY(SELECT DISTINCT organ_id FROM ipcase.unit
                                      WHERE id = ANY (ipcase.caller_units())))
           AND procedure = 'disclosure' AND excluded IS NULL AND publish_due_on <= $1::date
           AND (published_on IS NULL OR published_on > $1::date)
         ORDER BY publish_due_on, matter_id LIMIT $2::bigint) r
 ORDER BY r.publish_due_on, r.matter_id;

-- Published by the cut-off: the latest matters first, straight from the primary key.
-- name: rates_m7_in :many
-- in:   as_of date, k timestamptz, most bigint
-- out:  matter_id, number?, title
SELECT r.matter_id, r.number, r.title
  FROM ipcase.rate_mark r
 WHERE r.known_from <= $2::timestamptz AND r.known_until > $2::timestamptz
   AND r.organ_id = ANY (ARRAY(SELECT DISTINCT organ_id FROM ipcase.unit WHERE id = ANY (ipcase.caller_units())))
   AND r.procedure = 'disclosure' AND r.excluded IS NULL AND r.publish_due_on <= $1::date
   AND r.published_on <= $1::date
 ORDER BY r.matter_id DESC LIMIT $3::bigint;

-- Back-entered matters, whatever the period: what was not published about them cannot be counted.
-- name: rates_incomplete :many
-- in:   k timestamptz, most bigint
-- out:  id, number?, title, total bigint
SELECT matter_id, number, title, count(*) OVER ()
  FROM ipcase.rate_mark
 WHERE procedure = 'back_entry' AND known_from <= $1::timestamptz AND known_until > $1::timestamptz
   AND organ_id = ANY (ARRAY(SELECT DISTINCT organ_id FROM ipcase.unit WHERE id = ANY (ipcase.caller_units())))
 ORDER BY matter_id LIMIT $2::bigint;

-- name: rates_group_names :many
-- in:   grouping text
-- out:  key text, zh text
SELECT id::text, name FROM ipcase.unit WHERE $1::text = 'unit'
UNION ALL
SELECT id::text, display_name FROM ipcase.account WHERE $1::text = 'officer'
UNION ALL
SELECT code, name_zh FROM ipcase.law_campaigns WHERE $1::text = 'campaign';

-- The leader's overview, administration of units, number prefixes and holidays, diagnostics.

SET LOCAL search_path = ipcase, pg_catalog;

-- ---- the overview ------------------------------------------------------------------------------------

-- What the overview counts, one row for each matter in a cell: the number is the count of these rows and the list behind it is
-- these rows, so both are the same. Cases are counted by the days of the report forms (form_mark), the disclosures as M6 does,
-- and overdue is what has a duty behind its last day on the cut-off, whatever the period (its day: the earliest such last day).
-- Only what is not excluded, as known at k, of the units below of_unit and the campaigns below of_campaign when these are given.
CREATE FUNCTION overview_cells(from_on date, to_on date, cut_off date, k timestamptz, of_unit bigint, of_campaign text)
RETURNS TABLE (cell text, matter_id bigint, unit_id bigint, campaigns text[], on_day date, fen bigint)
LANGUAGE sql STABLE
AS $$
    WITH RECURSIVE organs AS (
        SELECT array_agg(DISTINCT u.organ_id) AS ids FROM ipcase.unit u WHERE u.id = ANY (ipcase.caller_units())
    ), below AS (
        SELECT of_unit AS id WHERE of_unit IS NOT NULL
        UNION
        SELECT u.id FROM ipcase.unit u JOIN below b ON u.parent_id = b.id
    ), tags AS (
        SELECT of_campaign AS code WHERE of_campaign IS NOT NULL
        UNION
        SELECT c.code FROM ipcase.law_campaigns c JOIN tags t ON c.parent = t.code
    ), marks AS NOT MATERIALIZED ( -- rows in force at k, in two parts, so that the present follows the indexes of the present
        SELECT * FROM ipcase.rate_mark
         WHERE known_until = 'infinity' AND known_from <= k AND organ_id = ANY ((SELECT ids FROM organs)::bigint[])
        UNION ALL
        SELECT * FROM ipcase.rate_mark
         WHERE known_until <> 'infinity' AND known_until > k AND known_from <= k
           AND organ_id = ANY ((SELECT ids FROM organs)::bigint[])
    ), cells AS (
        SELECT c.cell, f.matter_id, f.unit_id, f.campaigns, c.on_day, c.fen
          FROM ipcase.form_mark f,
               LATERAL (VALUES ('filed', f.filed_on, NULL::bigint), ('closed', f.closed_on, NULL),
                               ('penalty', f.decided_on, f.penalty_fen),
                               ('handoffs', least(f.police_on, f.procuratorate_on), NULL)) c (cell, on_day, fen)
         WHERE f.organ_id = ANY ((SELECT ids FROM organs)::bigint[]) AND f.last_on >= from_on AND f.first_on <= to_on
           AND f.known_from <= k AND f.known_until > k AND f.excluded IS NULL
           AND c.on_day >= from_on AND c.on_day <= to_on AND (c.cell <> 'penalty' OR c.fen > 0)
        UNION ALL
        SELECT CASE WHEN r.published_on <= r.publish_due_on THEN 'published' ELSE 'unpublished' END, r.matter_id, r.unit_id,
               r.campaigns, r.publish_due_on, NULL
          FROM marks r
         WHERE r.publish_due_on >= from_on AND r.publish_due_on <= to_on AND r.procedure = 'disclosure'
           AND r.excluded IS NULL
        UNION ALL
        SELECT 'overdue', r.matter_id, r.unit_id, r.campaigns, o.due, NULL
          FROM marks r,
               -- A day behind the cut-off has not happened.
               LATERAL (SELECT coalesce(r.clue_decided_on <= cut_off, false) AS clue_decided,
                               coalesce(r.decided_on <= cut_off, false) AS decided, coalesce(r.ground_on <= cut_off, false) AS ground,
                               coalesce(r.closed_on <= cut_off, false) AS closed,
                               coalesce(r.suspended_on <= cut_off, false) AND NOT coalesce(r.resumed_on <= cut_off, false) AS suspended,
                               coalesce(r.published_on <= cut_off, false) AS published, coalesce(r.credit_on <= cut_off, false) AS credit,
                               coalesce(r.withdrawn_on <= cut_off, false) AS withdrawn,
                               coalesce(r.stopped_on <= cut_off, false) AS stopped) d,
               LATERAL (SELECT least(
                   CASE WHEN r.procedure = 'clue' AND d.clue_decided THEN NULL WHEN r.procedure = 'clue' THEN r.clue_due_on END,
                   CASE WHEN r.procedure <> 'ordinary' OR d.closed THEN NULL WHEN d.ground THEN r.ground_due_on
                        WHEN NOT d.decided AND NOT d.suspended THEN r.decision_due_on END,
                   CASE WHEN r.procedure = 'disclosure' AND NOT d.published THEN r.publish_due_on END,
                   CASE WHEN r.procedure = 'disclosure' AND NOT d.credit THEN r.credit_due_on END,
                   CASE WHEN r.procedure = 'disclosure' AND NOT d.withdrawn THEN r.withdraw_due_on END,
                   CASE WHEN r.procedure = 'disclosure' AND d.published AND NOT d.withdrawn AND NOT d.stopped
                        THEN r.stop_due_on END)) o (due)
         WHERE r.active_until > cut_off AND r.opened_on <= cut_off AND r.excluded IS NULL AND o.due < cut_off
    )
    SELECT c.cell, c.matter_id, c.unit_id, c.campaigns, c.on_day, c.fen
      FROM cells c
     WHERE (of_unit IS NULL OR c.unit_id IN (SELECT id FROM below))
       AND (of_campaign IS NULL OR c.campaigns && ARRAY(SELECT code FROM tags))
$$;

REVOKE ALL ON FUNCTION overview_cells(date, date, date, timestamptz, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION overview_cells(date, date, date, timestamptz, bigint, text) TO ipcase_app;

-- The auditor's desk lists one's own runs.
CREATE INDEX audit_run_account_idx ON audit_run (account_id, id DESC);

-- ---- diagnostics ---------------------------------------------------------------------------------------

-- The number that law_edition_now() would give, without keeping the edition.
CREATE FUNCTION law_version_now() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
    SELECT ((get_byte(d, 0) & 127) << 24) | (get_byte(d, 1) << 16) | (get_byte(d, 2) << 8) | get_byte(d, 3)
      FROM (SELECT sha256(convert_to(string_agg(law_csv(t), '' ORDER BY n), 'UTF8')) AS d
              FROM unnest(ARRAY['holidays', 'clocks', 'vocabulary', 'thresholds', 'limits', 'regions'])
                   WITH ORDINALITY AS names (t, n)) x
$$;

-- Health of the whole installation, in counts: nothing of any matter. Rows of all organs are counted: the caller's units
-- are put back before it returns (a failure ends the transaction and them with it).
CREATE FUNCTION diagnostics(late_seconds integer, files boolean, posts boolean,
    OUT now timestamptz, OUT server text, OUT bytes bigint, OUT migrations integer, OUT law integer, OUT waiting bigint,
    OUT failed bigint, OUT late bigint, OUT oldest timestamptz, OUT delivered timestamptz, OUT refused bigint,
    OUT refused_at timestamptz, OUT digests_late bigint, OUT digest_at timestamptz, OUT calendar date, OUT provisional bigint,
    OUT archiving text, OUT archived_at timestamptz, OUT archive_failed_at timestamptz, OUT exchanging bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
DECLARE
    units text := coalesce(current_setting('ipcase.units', true), '');
BEGIN
    PERFORM set_config('ipcase.units', (SELECT coalesce(array_agg(id), '{}')::text FROM unit), true);
    now := clock_timestamp();
    server := current_setting('server_version');
    bytes := pg_database_size(current_database());
    SELECT count(*) INTO migrations FROM public.schema_migration;
    law := law_version_now();
    SELECT count(*) FILTER (WHERE o.failed_at IS NULL AND o.next_at < 'infinity'), count(*) FILTER (WHERE o.failed_at IS NOT NULL),
           count(*) FILTER (WHERE o.failed_at IS NULL AND o.next_at < 'infinity'
                            AND o.made_at < clock_timestamp() - make_interval(secs => late_seconds)),
           min(o.made_at) FILTER (WHERE o.failed_at IS NULL AND o.next_at < 'infinity')
      INTO waiting, failed, late, oldest FROM outbox o WHERE o.done_at IS NULL;
    SELECT max(o.done_at) INTO delivered FROM (SELECT done_at FROM outbox ORDER BY id DESC LIMIT 1000) o;
    SELECT count(*), max(q.last_at) INTO refused, refused_at FROM quarantine q
     WHERE q.last_at > clock_timestamp() - interval '30 days';
    SELECT count(*) FILTER (WHERE d.asked_at < clock_timestamp() - interval '1 hour' AND (d.body IS NULL
               OR (files AND d.filed_at IS NULL) OR (posts AND d.posted_at IS NULL))),
           max(greatest(d.filed_at, d.posted_at))
      INTO digests_late, digest_at FROM digest d WHERE d.day > clock_timestamp() - interval '14 days';
    SELECT (date_trunc('year', max(h.date)) + interval '1 year - 1 day')::date INTO calendar FROM law_holidays h;
    SELECT count(DISTINCT c.matter_id) INTO provisional FROM clock c
     WHERE c.state = 'running' AND c.provisional AND c.due_on <= calendar;
    archiving := current_setting('archive_mode');
    SELECT a.last_archived_time, a.last_failed_time INTO archived_at, archive_failed_at FROM pg_stat_archiver a;
    SELECT count(*) INTO exchanging FROM exchange_accounts();
    PERFORM set_config('ipcase.units', units, true);
END $$;

-- Certificates of organs elsewhere: the pin, and the newest signature that was seen.
CREATE FUNCTION diagnostics_peers() RETURNS TABLE (code text, name text, pin text, cms text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
DECLARE
    units text := coalesce(current_setting('ipcase.units', true), '');
BEGIN
    PERFORM set_config('ipcase.units', (SELECT coalesce(array_agg(id), '{}')::text FROM unit), true);
    RETURN QUERY SELECT p.code, p.name, p.pin,
           (SELECT encode(r.cms, 'hex') FROM record r WHERE r.lane = p.code
             ORDER BY r.matter_id DESC, r.lane DESC, r.n DESC LIMIT 1)
      FROM organ_peer p WHERE p.active AND p.way IN ('network', 'disc') ORDER BY p.code LIMIT 1000;
    PERFORM set_config('ipcase.units', units, true);
END $$;

REVOKE ALL ON FUNCTION law_version_now(), diagnostics(integer, boolean, boolean), diagnostics_peers() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION law_version_now(), diagnostics(integer, boolean, boolean), diagnostics_peers() TO ipcase_app;

-- ---- units ---------------------------------------------------------------------------------------------

-- What a worker knows of a session (visible units, names) is not true any more.
CREATE TRIGGER unit_changed AFTER INSERT OR UPDATE ON unit FOR EACH STATEMENT EXECUTE FUNCTION session_epoch_next();

CREATE FUNCTION unit_json(for_unit bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
    SELECT (jsonb_build_object('id', u.id::text, 'code', u.code, 'name', u.name, 'kind', u.kind, 'parent', p.name,
                               'organ_id', u.organ_id::text, 'region', u.region, 'active', u.active,
                               'prefix', (SELECT string_agg(DISTINCT s.prefix, '、') FROM number_series s WHERE s.unit_id = u.id))
            || CASE WHEN p.id IS NULL THEN '{}' ELSE jsonb_build_object('parent_id', p.id::text) END)::text
      FROM unit u LEFT JOIN unit p ON p.id = u.parent_id WHERE u.id = for_unit
$$;

-- Bureaus, departments and partners are organs of their own; brigades, stations and sections belong to their parent's organ.
CREATE FUNCTION unit_create(code text, name text, kind text, parent bigint, region text, place text, request_id text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
DECLARE
    above unit;
    made bigint := nextval(pg_get_serial_sequence('ipcase.unit', 'id'));
    inside boolean := $3 IN ('brigade', 'station', 'section');
BEGIN
    PERFORM caller_must_be_admin();
    IF $1 !~ '^[A-Za-z0-9][A-Za-z0-9-]{0,59}$' THEN
        RAISE EXCEPTION 'code' USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_code_form';
    END IF;
    IF $5 IS NOT NULL AND $5 !~ '^[0-9]{6}$' THEN
        RAISE EXCEPTION 'region' USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_region_form';
    END IF;
    IF $4 IS NOT NULL THEN
        SELECT * INTO above FROM unit u WHERE u.id = $4 AND u.active AND u.kind <> 'restricted' FOR SHARE;
    END IF;
    IF above.id IS NULL AND ($4 IS NOT NULL OR inside) THEN
        RAISE EXCEPTION 'no such parent' USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_parent';
    END IF;
    IF EXISTS (SELECT 1 FROM unit u WHERE u.active AND u.name = $2
               AND (NOT inside OR u.organ_id = above.organ_id)) THEN
        RAISE EXCEPTION 'name' USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_name_used';
    END IF;
    INSERT INTO unit (id, parent_id, organ_id, kind, code, name, region)
    VALUES (made, $4, CASE WHEN inside THEN above.organ_id ELSE made END, $3, $1, $2, $5);
    PERFORM account_audit($6, $7, 'unit_create ' || $1);
    RETURN unit_json(made);
END $$;

-- rename, move, deactivate, activate. Matters carry their organ, so a unit moves within its organ only.
CREATE FUNCTION unit_set(for_unit bigint, act text, name text, parent bigint, place text, request_id text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
DECLARE
    was unit;
    above unit;
    units text := coalesce(current_setting('ipcase.units', true), '');
BEGIN
    PERFORM caller_must_be_admin();
    SELECT * INTO was FROM unit u WHERE u.id = $1 AND u.kind <> 'restricted' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such unit' USING ERRCODE = 'no_data_found', CONSTRAINT = 'unit_missing';
    END IF;
    IF $2 = 'rename' THEN
        IF EXISTS (SELECT 1 FROM unit u WHERE u.active AND u.name = $3 AND u.id <> $1
                   AND (was.id = was.organ_id OR u.organ_id = was.organ_id)) THEN
            RAISE EXCEPTION 'name' USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_name_used';
        END IF;
        UPDATE unit u SET name = $3 WHERE u.id = $1;
        UPDATE organ_peer p SET name = $3 WHERE p.hub_organ = $1;
    ELSIF $2 = 'move' THEN
        SELECT * INTO above FROM unit u WHERE u.id = $4 AND u.active AND u.kind <> 'restricted' FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'no such parent' USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_parent';
        END IF;
        IF was.id <> was.organ_id AND above.organ_id <> was.organ_id THEN
            RAISE EXCEPTION 'another organ' USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_move_organ';
        END IF;
        IF EXISTS (WITH RECURSIVE below AS (SELECT $1 AS id UNION SELECT u.id FROM unit u JOIN below b ON u.parent_id = b.id)
                   SELECT 1 FROM below WHERE id = $4) THEN
            RAISE EXCEPTION 'below itself' USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_move_below';
        END IF;
        UPDATE unit u SET parent_id = $4 WHERE u.id = $1;
    ELSIF $2 = 'activate' THEN
        IF EXISTS (SELECT 1 FROM unit u WHERE u.id = was.parent_id AND NOT u.active) THEN
            RAISE EXCEPTION 'parent' USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_parent_inactive';
        END IF;
        UPDATE unit u SET active = true WHERE u.id = $1;
    ELSE
        IF EXISTS (SELECT 1 FROM account a WHERE a.unit_id = $1 AND a.active AND a.roles <> '{exchange}') THEN
            RAISE EXCEPTION 'accounts' USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_has_accounts';
        END IF;
        IF EXISTS (SELECT 1 FROM unit u WHERE u.parent_id = $1 AND u.active) THEN
            RAISE EXCEPTION 'units' USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_has_units';
        END IF;
        PERFORM set_config('ipcase.units', '{' || $1 || '}', true);
        IF EXISTS (SELECT 1 FROM matter m WHERE m.unit_id = $1 AND m.open) THEN
            RAISE EXCEPTION 'matters' USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_has_matters';
        END IF;
        PERFORM set_config('ipcase.units', units, true);
        UPDATE unit u SET active = false WHERE u.id = $1;
    END IF;
    PERFORM account_audit($5, $6, 'unit_' || $2 || ' ' || was.code);
    RETURN unit_json($1);
END $$;

-- ---- number prefixes -----------------------------------------------------------------------------------

CREATE FUNCTION number_series_json(for_unit bigint, for_paper text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
    SELECT json_build_object('unit', json_build_object('id', u.id::text, 'name', u.name), 'paper', for_paper,
                             'prefix', s.prefix)::text
      FROM unit u LEFT JOIN number_series s ON s.unit_id = u.id AND s.paper = for_paper WHERE u.id = for_unit
$$;

-- A NULL prefix ends the series. Units with the same prefix share one gap-free counter, within their organ only.
CREATE FUNCTION number_series_set(for_unit bigint, for_paper text, new_prefix text, place text, request_id text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
DECLARE
    of unit;
BEGIN
    PERFORM caller_must_be_admin();
    SELECT * INTO of FROM unit u WHERE u.id = $1 AND u.kind <> 'restricted' FOR SHARE;
    IF NOT FOUND OR (NOT of.active AND $3 IS NOT NULL) THEN
        RAISE EXCEPTION 'no such unit' USING ERRCODE = 'check_violation', CONSTRAINT = 'account_unit_fkey';
    END IF;
    IF $3 IS NULL THEN
        DELETE FROM number_series s WHERE s.unit_id = $1 AND s.paper = $2;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'no such series' USING ERRCODE = 'no_data_found', CONSTRAINT = 'number_series_missing';
        END IF;
        PERFORM account_audit($4, $5, 'number_end ' || of.code || ' ' || $2);
        RETURN number_series_json($1, $2);
    END IF;
    IF $3 ~ '[〔〕﹝﹞【】［］\[\]|[:space:][:cntrl:]]' OR $3 ~ '[0-9０-９]$' THEN
        RAISE EXCEPTION 'prefix' USING ERRCODE = 'check_violation', CONSTRAINT = 'number_prefix_form';
    END IF;
    IF EXISTS (SELECT 1 FROM number_series s JOIN unit u ON u.id = s.unit_id
                WHERE lower(s.prefix) = lower($3) AND u.organ_id <> of.organ_id) THEN
        RAISE EXCEPTION 'another organ' USING ERRCODE = 'check_violation', CONSTRAINT = 'number_prefix_organ';
    END IF;
    INSERT INTO number_series AS s (unit_id, paper, prefix) VALUES ($1, $2, $3)
        ON CONFLICT (unit_id, paper) DO UPDATE SET prefix = excluded.prefix;
    PERFORM account_audit($4, $5, 'number_set ' || of.code || ' ' || $2 || ' ' || $3);
    RETURN number_series_json($1, $2);
END $$;

-- ---- holidays ------------------------------------------------------------------------------------------

-- The whole arrangement of a year: {date, kind, name} in `days`. What has begun is history: days up to today stay as they are.
-- Running clocks are computed anew by `ipcasectl recompute`; `pending` is how many matters it may move.
CREATE FUNCTION holidays_set(of_year integer, days jsonb, place text, request_id text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
DECLARE
    today date := (now() AT TIME ZONE 'Asia/Shanghai')::date;
    units text := coalesce(current_setting('ipcase.units', true), '');
    first date;
    last date;
    added integer;
    removed integer;
    changed integer;
    pending bigint := 0;
BEGIN
    PERFORM caller_must_be_admin();
    PERFORM pg_advisory_xact_lock(hashtextextended('law_holidays', 0));
    IF (SELECT count(*) <> count(DISTINCT n.date) FROM jsonb_populate_recordset(NULL::law_holidays, $2) n) THEN
        RAISE EXCEPTION 'twice' USING ERRCODE = 'check_violation', CONSTRAINT = 'holiday_twice';
    END IF;
    IF EXISTS (SELECT 1 FROM jsonb_populate_recordset(NULL::law_holidays, $2) n WHERE extract(year FROM n.date) <> $1) THEN
        RAISE EXCEPTION 'year' USING ERRCODE = 'check_violation', CONSTRAINT = 'holiday_year';
    END IF;
    SELECT count(*) FILTER (WHERE o.date IS NULL), count(*) FILTER (WHERE n.date IS NULL),
           count(*) FILTER (WHERE o.date IS NOT NULL AND n.date IS NOT NULL),
           min(coalesce(o.date, n.date)), max(coalesce(o.date, n.date))
      INTO added, removed, changed, first, last
      FROM (SELECT h.* FROM law_holidays h WHERE extract(year FROM h.date) = $1) o
      FULL JOIN jsonb_populate_recordset(NULL::law_holidays, $2) n ON n.date = o.date
     WHERE (o.date IS NULL) <> (n.date IS NULL) OR (o.kind, o.name) IS DISTINCT FROM (n.kind, n.name);
    IF first <= today THEN
        RAISE EXCEPTION 'past' USING ERRCODE = 'check_violation', CONSTRAINT = 'holiday_past';
    END IF;
    DELETE FROM law_holidays h WHERE extract(year FROM h.date) = $1;
    INSERT INTO law_holidays (date, kind, name) SELECT n.date, n.kind, n.name FROM jsonb_populate_recordset(NULL::law_holidays, $2) n;
    IF first IS NOT NULL THEN
        PERFORM set_config('ipcase.units', (SELECT coalesce(array_agg(u.id), '{}')::text FROM unit u), true);
        SELECT count(DISTINCT c.matter_id) INTO pending FROM clock c
         WHERE c.state = 'running' AND (c.provisional OR (c.start_on <= last AND coalesce(c.due_on, 'infinity') >= first));
        PERFORM set_config('ipcase.units', units, true);
        PERFORM account_audit($3, $4, 'holidays_set ' || $1 || ' +' || added || ' -' || removed || ' ~' || changed);
    END IF;
    RETURN json_build_object('year', $1, 'days', jsonb_array_length($2), 'added', added, 'removed', removed,
        'changed', changed, 'pending', pending, 'command', 'ipcasectl recompute --account '
            || (SELECT a.name FROM account a WHERE a.id = caller_account()) || ' --database CONNINFO',
        'message', CASE WHEN first IS NULL THEN '没有变化'
                        WHEN pending = 0 THEN '已保存，没有正在计算的期限受影响'
                        ELSE '已保存，新的期限按新的安排计算；已在计算的期限，请系统管理员在服务器上运行下面的命令重新计算' END)::text;
END $$;

-- ---- the law, read only --------------------------------------------------------------------------------

-- A page of a legal table in the order of its rows; the first row holds the columns. The table's name is the program's.
CREATE FUNCTION law_rows(law_table text, after bigint, most bigint) RETURNS TABLE (cells text)
LANGUAGE plpgsql STABLE SET search_path = ipcase, pg_temp
AS $$
DECLARE
    columns text;
    list text;
BEGIN
    SELECT string_agg(quote_literal(attname), ',' ORDER BY attnum), string_agg(format('coalesce(t.%I::text, '''')', attname), ','
                                                                              ORDER BY attnum)
      INTO STRICT columns, list
      FROM pg_attribute WHERE attrelid = ('ipcase.law_' || law_table)::regclass AND attnum > 0 AND NOT attisdropped;
    RETURN QUERY EXECUTE format('SELECT json_build_array(%s)::text', columns);
    RETURN QUERY EXECUTE format('SELECT json_build_array(%s)::text FROM ipcase.%I t ORDER BY t OFFSET $1 LIMIT $2', list,
                                'law_' || law_table) USING after, most;
END $$;
CREATE FUNCTION law_count(law_table text) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = ipcase, pg_temp
AS $$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM ipcase.%I', 'law_' || law_table) INTO n;
    RETURN n;
END $$;

REVOKE ALL ON FUNCTION unit_json(bigint), unit_create(text, text, text, bigint, text, text, text),
    unit_set(bigint, text, text, bigint, text, text), number_series_json(bigint, text),
    number_series_set(bigint, text, text, text, text), holidays_set(integer, jsonb, text, text),
    law_rows(text, bigint, bigint), law_count(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unit_create(text, text, text, bigint, text, text, text),
    unit_set(bigint, text, text, bigint, text, text), number_series_set(bigint, text, text, text, text),
    holidays_set(integer, jsonb, text, text), law_rows(text, bigint, bigint), law_count(text) TO ipcase_app;

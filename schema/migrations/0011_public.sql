-- What everybody may read: the functions behind /public.
--
-- They run with the owner's rights and need no caller, so each says itself what is public: a record that has begun, has
-- not been ended, and whose last day is not over, at the instant that the daemon names (its clock is the only one).
-- A sweep that comes late therefore shows nothing. They give no column that was not made for the public.
--
-- Two costs are to be avoided: reading all matches of a common word (有限公司) to sort them, and walking the whole ledger
-- for a rare one. So a search for a party looks through the newest records first; what is common fills a page there. What
-- does not is rare, and the index of character pairs finds it. Such an index is read through a bitmap, which the sessions of
-- short reads otherwise do without.

SET LOCAL search_path = ipcase, pg_catalog;

-- Pairs of adjacent characters of each of the names in a key (one a line), as text_bigrams() in lib/base/text.h makes
-- them of what is asked; a name of one character gives itself.
CREATE FUNCTION public_grams(party_key text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
    SELECT array_agg(DISTINCT substr(name, i, 2))
      FROM pg_catalog.string_to_table(party_key, E'\n') name,
           pg_catalog.generate_series(1, greatest(length(name) - 1, 1)) i
$$;

-- Only what is not ended. The first serves the newest pages and the look through the newest names without the table.
CREATE INDEX public_record_open_idx ON public_record (id DESC) INCLUDE (from_at, stop_due, party_key)
    WHERE until_at IS NULL;
CREATE INDEX public_record_party_idx ON public_record USING gin (public_grams(party_key)) WITH (fastupdate = off)
    WHERE until_at IS NULL;
CREATE INDEX public_record_code_idx ON public_record USING gin (string_to_array(uscc, ' ')) WITH (fastupdate = off)
    WHERE until_at IS NULL AND uscc IS NOT NULL;
CREATE INDEX public_record_number_idx ON public_record (decision_no_key text_pattern_ops, id) WHERE until_at IS NULL;

CREATE TYPE public_row AS (
    id           bigint,
    organ_name   text,
    decision_no  text,
    party        text,
    decided_on   date,
    published_on date
);

CREATE FUNCTION public_day(at timestamptz) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT (at AT TIME ZONE 'Asia/Shanghai')::date $$;

-- ---- lists: newest first, each page begins below an id ---------------------------------------

CREATE FUNCTION public_list(at timestamptz, before bigint, most integer) RETURNS SETOF public_row
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 21 SET search_path = ipcase, pg_temp
AS $$
BEGIN
    RETURN QUERY
        SELECT r.id, r.organ_name, r.decision_no, r.party, r.decided_on, r.published_on
          FROM public_record r
         WHERE r.until_at IS NULL AND r.from_at <= public_list.at AND r.stop_due >= public_day(public_list.at)
           AND r.id < public_list.before
         ORDER BY r.id DESC LIMIT public_list.most;
END $$;

CREATE FUNCTION public_search_party(grams text[], folded text, at timestamptz, before bigint, most integer)
RETURNS SETOF public_row
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 21 SET search_path = ipcase, pg_temp SET enable_bitmapscan = on
AS $$
DECLARE
    today CONSTANT date := public_day(public_search_party.at);
    newest CONSTANT integer := 2000;
    oldest bigint;
    ids bigint[];
BEGIN
    SELECT min(w.id), coalesce(array_agg(w.id) FILTER (WHERE w.from_at <= public_search_party.at AND w.stop_due >= today
                                AND position(public_search_party.folded IN w.party_key) > 0), '{}')
      INTO oldest, ids
      FROM (SELECT r.id, r.from_at, r.stop_due, r.party_key FROM public_record r
             WHERE r.until_at IS NULL AND r.id < public_search_party.before ORDER BY r.id DESC LIMIT newest) w;
    -- All of them, and sorted afterwards: a LIMIT here would tempt the planner to walk the ledger after all.
    IF cardinality(ids) < public_search_party.most AND oldest IS NOT NULL THEN
        ids := ids || ARRAY(
            SELECT r.id FROM public_record r
             WHERE r.until_at IS NULL AND public_grams(r.party_key) @> public_search_party.grams
               AND position(public_search_party.folded IN r.party_key) > 0
               AND r.from_at <= public_search_party.at AND r.stop_due >= today AND r.id < oldest);
    END IF;
    RETURN QUERY
        SELECT r.id, r.organ_name, r.decision_no, r.party, r.decided_on, r.published_on
          FROM (SELECT u.id FROM unnest(ids) u (id) ORDER BY u.id DESC LIMIT public_search_party.most) p
          JOIN public_record r ON r.id = p.id ORDER BY p.id DESC;
END $$;

CREATE FUNCTION public_search_code(code text, at timestamptz, before bigint, most integer) RETURNS SETOF public_row
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 21 SET search_path = ipcase, pg_temp SET enable_bitmapscan = on
AS $$
DECLARE
    ids bigint[];
BEGIN
    ids := ARRAY(
        SELECT r.id FROM public_record r
         WHERE r.until_at IS NULL AND r.uscc IS NOT NULL
           AND string_to_array(r.uscc, ' ') @> ARRAY[public_search_code.code]
           AND r.from_at <= public_search_code.at AND r.stop_due >= public_day(public_search_code.at));
    RETURN QUERY
        SELECT r.id, r.organ_name, r.decision_no, r.party, r.decided_on, r.published_on
          FROM (SELECT u.id FROM unnest(ids) u (id) WHERE u.id < public_search_code.before
                 ORDER BY u.id DESC LIMIT public_search_code.most) p
          JOIN public_record r ON r.id = p.id ORDER BY p.id DESC;
END $$;

-- Numbers whose key lies in [from, upto): one key, or all that begin with it. ~>=~ and ~<~ are the index's own comparisons.
-- Of a beginning that fits more than 5,000 numbers, those with the lowest keys count; who wants others writes more of it.
CREATE FUNCTION public_search_number(from_key text, upto_key text, at timestamptz, before bigint, most integer)
RETURNS SETOF public_row
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 21 SET search_path = ipcase, pg_temp
AS $$
DECLARE
    ids bigint[];
BEGIN
    ids := ARRAY(
        SELECT r.id FROM public_record r
         WHERE r.until_at IS NULL AND r.decision_no_key ~>=~ public_search_number.from_key
           AND r.decision_no_key ~<~ public_search_number.upto_key AND r.id < public_search_number.before
           AND r.from_at <= public_search_number.at AND r.stop_due >= public_day(public_search_number.at)
         ORDER BY r.decision_no_key USING ~<~ LIMIT 5000);
    RETURN QUERY
        SELECT r.id, r.organ_name, r.decision_no, r.party, r.decided_on, r.published_on
          FROM (SELECT u.id FROM unnest(ids) u (id) ORDER BY u.id DESC LIMIT public_search_number.most) p
          JOIN public_record r ON r.id = p.id ORDER BY p.id DESC;
END $$;

-- ---- one page --------------------------------------------------------------------------------

-- state: public   and everything of it; person: the punished is a natural person (has no code)
--        moved    a later version is public: its id in successor
--        ended    why and ended_on of the last version, and nothing else
-- No row: there never was such a page, or it has not begun.
CREATE FUNCTION public_page(page bigint, at timestamptz)
RETURNS TABLE (state text, successor bigint, why text, ended_on date, version integer, from_at timestamptz,
               published_on date, stop_due date, class text, summary text, body text, digest text, person boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = ipcase, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    today CONSTANT date := public_day(public_page.at);
    r public_record;
    last public_record;
BEGIN
    SELECT * INTO r FROM public_record p WHERE p.id = public_page.page AND p.from_at <= public_page.at;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF r.until_at IS NULL AND r.stop_due >= today THEN
        RETURN QUERY SELECT 'public'::text, NULL::bigint, NULL::text, NULL::date, r.n, r.from_at, r.published_on, r.stop_due,
                            r.class, r.summary::text, r.body, encode(r.digest, 'hex'), r.uscc IS NULL;
        RETURN;
    END IF;
    SELECT * INTO last FROM public_record p
     WHERE p.matter_id = r.matter_id AND p.from_at <= public_page.at ORDER BY p.n DESC LIMIT 1;
    IF last.until_at IS NULL AND last.stop_due >= today THEN
        RETURN QUERY SELECT 'moved'::text, last.id, NULL::text, NULL::date, NULL::integer, NULL::timestamptz, NULL::date,
                            NULL::date, NULL::text, NULL::text, NULL::text, NULL::text, NULL::boolean;
        RETURN;
    END IF;
    -- Past its last day: over, whether the sweep has been here or not.
    RETURN QUERY SELECT 'ended'::text, NULL::bigint,
                        CASE WHEN last.until_at IS NULL THEN '停止：公示期满' ELSE last.until_why END,
                        CASE WHEN last.until_at IS NULL THEN last.stop_due ELSE public_day(last.until_at) END,
                        NULL::integer, NULL::timestamptz, NULL::date, NULL::date, NULL::text, NULL::text, NULL::text,
                        NULL::text, NULL::boolean;
END $$;

-- ---- the ledger, for programs ------------------------------------------------------------------

-- Records by id: of what is public everything but the text, of what is over only when it was and how it ended.
CREATE FUNCTION public_ledger(at timestamptz, from_day date, until_day date, after bigint, most integer)
RETURNS TABLE (id bigint, state text, organ_name text, decision_no text, party text, uscc text, decided_on date,
               published_on date, stop_due date, from_at timestamptz, ended_at timestamptz, digest text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1000 SET search_path = ipcase, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    today CONSTANT date := public_day(public_ledger.at);
BEGIN
    RETURN QUERY
        SELECT r.id,
               CASE WHEN w.live THEN 'public'
                    WHEN r.until_at IS NULL OR r.until_why LIKE '停止%' THEN 'stopped'
                    WHEN r.until_why LIKE '撤回%' THEN 'withdrawn'
                    WHEN r.until_why LIKE '更正%' THEN 'corrected'
                    ELSE 'hidden' END,
               CASE WHEN w.live THEN r.organ_name END, CASE WHEN w.live THEN r.decision_no END,
               CASE WHEN w.live THEN r.party END, CASE WHEN w.live THEN r.uscc END,
               CASE WHEN w.live THEN r.decided_on END, CASE WHEN w.live THEN r.published_on END,
               CASE WHEN w.live THEN r.stop_due END, r.from_at,
               CASE WHEN w.live THEN NULL
                    ELSE coalesce(r.until_at, (r.stop_due + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') END,
               CASE WHEN w.live THEN encode(r.digest, 'hex') END
          FROM public_record r
         CROSS JOIN LATERAL (SELECT r.until_at IS NULL AND r.stop_due >= today AS live) w
         WHERE r.id > public_ledger.after AND r.from_at <= public_ledger.at
           AND (public_ledger.from_day IS NULL
                OR r.from_at >= public_ledger.from_day::timestamp AT TIME ZONE 'Asia/Shanghai')
           AND (public_ledger.until_day IS NULL
                OR r.from_at < (public_ledger.until_day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')
         ORDER BY r.id LIMIT public_ledger.most;
END $$;

REVOKE ALL ON FUNCTION public_grams(text), public_day(timestamptz), public_list(timestamptz, bigint, integer),
    public_search_party(text[], text, timestamptz, bigint, integer),
    public_search_code(text, timestamptz, bigint, integer),
    public_search_number(text, text, timestamptz, bigint, integer), public_page(bigint, timestamptz),
    public_ledger(timestamptz, date, date, bigint, integer) FROM PUBLIC;
-- public_grams: an index's function runs with the rights of who writes the row.
GRANT EXECUTE ON FUNCTION public_grams(text), public_list(timestamptz, bigint, integer),
    public_search_party(text[], text, timestamptz, bigint, integer),
    public_search_code(text, timestamptz, bigint, integer),
    public_search_number(text, text, timestamptz, bigint, integer), public_page(bigint, timestamptz),
    public_ledger(timestamptz, date, date, bigint, integer) TO ipcase_app;

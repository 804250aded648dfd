-- The law as data: one table per file of schema/law, same columns. `ipcasectl migrate` loads the rows it
-- does not find; nothing is overwritten, so what an administrator changed stays. A change of law is a new row
-- with its valid_from.

SET LOCAL search_path = ipcase, pg_catalog;

CREATE TABLE law_holidays (
    date date NOT NULL,
    kind text,
    name text,
    CONSTRAINT law_holidays_pkey PRIMARY KEY (date)
);

CREATE TABLE law_clocks (
    id text NOT NULL,
    family text,
    name_zh text,
    trigger_zh text,
    length text,
    roll text,
    owner text,
    purpose_zh text,
    excluded text,
    extension text,
    missed text,
    basis text,
    article text,
    confidence text,
    valid_from date NOT NULL,
    valid_to date,
    note text,
    CONSTRAINT law_clocks_pkey PRIMARY KEY (id, valid_from)
);

CREATE TABLE law_thresholds (
    rule_id text NOT NULL,
    law_art text,
    interp_art text,
    offence text,
    q text,
    metric text,
    ge bigint,
    agg_mult text,
    valid_from date NOT NULL,
    valid_to date,
    CONSTRAINT law_thresholds_pkey PRIMARY KEY (rule_id, valid_from)
);

CREATE TABLE law_limits (
    id text NOT NULL,
    name_zh text,
    value bigint NOT NULL,
    unit text,
    article text,
    confidence text,
    valid_from date,
    valid_to date,
    CONSTRAINT law_limits_key UNIQUE NULLS NOT DISTINCT (id, valid_from)
);

CREATE TABLE law_statutes (
    code text NOT NULL,
    name_zh text,
    instrument text,
    valid_from date NOT NULL,
    valid_to date,
    note text,
    CONSTRAINT law_statutes_pkey PRIMARY KEY (code, valid_from)
);

CREATE TABLE law_causes (
    code text NOT NULL,
    name_zh text,
    ip_type text,
    statute_code text,
    article text,
    valid_from date NOT NULL,
    valid_to date,
    offence text,
    note text,
    CONSTRAINT law_causes_pkey PRIMARY KEY (code, valid_from)
);

CREATE TABLE law_regions (
    code text NOT NULL,
    name_zh text,
    parent text,
    CONSTRAINT law_regions_pkey PRIMARY KEY (code)
);

CREATE TABLE law_forms (
    no integer NOT NULL,
    name_zh text,
    abbrev text,
    CONSTRAINT law_forms_pkey PRIMARY KEY (no)
);

CREATE TABLE law_campaigns (
    code text NOT NULL,
    name_zh text,
    year integer,
    organiser text,
    aliases text,
    starts_on date,
    ends_on date,
    parent text,
    note text,
    CONSTRAINT law_campaigns_pkey PRIMARY KEY (code)
);

CREATE TABLE law_vocabulary (
    list text NOT NULL,
    value text NOT NULL,
    sort integer,
    CONSTRAINT law_vocabulary_pkey PRIMARY KEY (list, value)
);

-- A law table as CSV text, the form in which the program reads it.
CREATE FUNCTION law_csv(law_table text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = ipcase, pg_temp
AS $$
DECLARE
    header text;
    cells text;
    body text;
BEGIN
    SELECT string_agg(quote_ident(attname), ',' ORDER BY attnum),
           string_agg(format('''"'' || replace(coalesce(%I::text, ''''), ''"'', ''""'') || ''"''', attname), ' || '','' || '
                      ORDER BY attnum)
      INTO STRICT header, cells
      FROM pg_attribute WHERE attrelid = ('ipcase.law_' || law_table)::regclass AND attnum > 0 AND NOT attisdropped;
    EXECUTE format('SELECT string_agg(%s, E''\n'' ORDER BY t) FROM ipcase.%I t', cells, 'law_' || law_table) INTO body;
    RETURN replace(header, '"', '') || E'\n' || coalesce(body || E'\n', '');
END $$;

REVOKE ALL ON FUNCTION law_csv(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION law_csv(text) TO ipcase_app, ipcase_auditor;
DO $$
DECLARE
    t text;
BEGIN
    FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'ipcase'::regnamespace AND relkind = 'r'
             AND relname LIKE 'law\_%' LOOP
        EXECUTE format('GRANT SELECT ON ipcase.%I TO ipcase_app, ipcase_auditor', t);
    END LOOP;
END $$;

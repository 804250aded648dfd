-- Report forms (报表): what a form is (data), what it counts of a case (a projection of the ledger), and what units enter for
-- a period because no case knows it.

SET LOCAL search_path = ipcase, pg_catalog;

-- ---- forms as data: schema/law/report_*.csv ----------------------------------------------------------

-- A form, its columns and its rows are looked up by the last day of the period: next year's form is rows with another
-- valid_from. The words in them are explained in lib/app/forms_rule.h.
CREATE TABLE law_report_forms (
    code         text NOT NULL,
    name_zh      text NOT NULL,
    basis_zh     text,
    layout       text NOT NULL CONSTRAINT law_report_forms_layout_check CHECK (layout IN ('table', 'list')),
    periods      text NOT NULL,          -- kinds it is made for: week;month;quarter;year;campaign
    filter       text,                   -- cases it is about; NULL: all
    campaigns    text,                   -- patterns of campaign codes; NULL: all cases
    once         text NOT NULL CONSTRAINT law_report_forms_once_check CHECK (once IN ('each', 'primary')),
    primary_rule text NOT NULL CONSTRAINT law_report_forms_primary_check CHECK (primary_rule IN ('deepest', 'first')),
    due_zh       text,
    valid_from   date NOT NULL,
    valid_to     date,
    note         text,
    CONSTRAINT law_report_forms_pkey PRIMARY KEY (code, valid_from)
);
CREATE TABLE law_report_columns (
    form       text NOT NULL,
    code       text NOT NULL,
    sort       integer NOT NULL,
    block      text NOT NULL,            -- columns of a block stand side by side
    block_zh   text,
    name_zh    text NOT NULL,
    group_zh   text,                     -- head over neighbouring columns
    unit       text NOT NULL,
    source     text NOT NULL CONSTRAINT law_report_columns_source_check CHECK (source IN ('figure', 'count', 'sum')),
    measure    text,                     -- of a sum
    by         text,                     -- day by which a case falls into the period
    filter     text,
    decimals   integer NOT NULL DEFAULT 0 CONSTRAINT law_report_columns_decimals_check CHECK (decimals BETWEEN 0 AND 4),
    rounding   text NOT NULL DEFAULT 'half_up' CONSTRAINT law_report_columns_rounding_check CHECK
               (rounding IN ('half_up', 'cut')),
    total      text NOT NULL DEFAULT 'shown' CONSTRAINT law_report_columns_total_check CHECK (total IN ('shown', 'exact')),
    over       text CONSTRAINT law_report_columns_over_check CHECK (over IN ('sum', 'last')), -- of a figure, over time
    not_rows   text,                     -- rows where it does not apply: empty while 0
    valid_from date NOT NULL,
    valid_to   date,
    note       text,
    CONSTRAINT law_report_columns_pkey PRIMARY KEY (form, code, valid_from)
);
CREATE TABLE law_report_rows (
    form       text NOT NULL,
    code       text NOT NULL,
    sort       integer NOT NULL,
    name_zh    text NOT NULL,
    kind       text NOT NULL CONSTRAINT law_report_rows_kind_check CHECK (kind IN ('cases', 'total')),
    filter     text,
    valid_from date NOT NULL,
    valid_to   date,
    note       text,
    CONSTRAINT law_report_rows_pkey PRIMARY KEY (form, code, valid_from)
);
GRANT SELECT ON law_report_forms, law_report_columns, law_report_rows TO ipcase_app, ipcase_auditor;

-- ---- what the forms count ------------------------------------------------------------------------------

-- One row for each time what a form may ask of a case changed (lib/law/form_mark.h). The row in force has known_until =
-- infinity. With number, title and party as known then, so that a form as of an instant gives the same bytes later. Cases that
-- are older than this migration get theirs from `ipcasectl rebuild`.
CREATE TABLE form_mark (
    matter_id             bigint NOT NULL CONSTRAINT form_mark_matter_fkey REFERENCES matter,
    seq                   integer NOT NULL,  -- act that made it
    known_from            timestamptz NOT NULL,
    known_until           timestamptz NOT NULL DEFAULT 'infinity',
    organ_id              bigint NOT NULL,
    unit_id               bigint NOT NULL,
    procedure             text NOT NULL,
    excluded              text,
    ip_type               text NOT NULL,
    cause                 text NOT NULL,
    outcome               text NOT NULL,
    campaigns             text[] NOT NULL,
    primary_campaign      text,              -- chosen by the officer; NULL: the form's rule
    tags                  text[] NOT NULL,
    supervised            text NOT NULL,
    person_penalised      boolean NOT NULL,
    filed_on              date,
    decided_on            date,
    closed_on             date,
    police_on             date,
    procuratorate_on      date,
    value_fen             bigint,
    penalty_fen           bigint,
    recovered_fen         bigint,
    recovered_foreign_fen bigint,
    dens                  bigint,
    number                text,
    title                 text NOT NULL,
    party                 text NOT NULL,
    officer_name          text NOT NULL,
    first_on              date,              -- of the five days
    last_on               date,
    CONSTRAINT form_mark_pkey PRIMARY KEY (matter_id, seq)
);
-- Forms are about recent periods: the pages follow this index from the period's first day on. Also rows that are no more in
-- force, because a form as of a past instant needs them.
CREATE INDEX form_mark_last_idx ON form_mark (organ_id, last_on, matter_id);

-- Called by act_record() when the act changed it.
CREATE FUNCTION form_mark_record(m jsonb, of_act act) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    k jsonb := m -> 'form';
    r jsonb := m -> 'matter';
BEGIN
    UPDATE ipcase.form_mark SET known_until = now() WHERE matter_id = of_act.matter_id AND known_until = 'infinity';
    INSERT INTO ipcase.form_mark (matter_id, seq, known_from, known_until, organ_id, unit_id, procedure, excluded, ip_type,
        cause, outcome, campaigns, primary_campaign, tags, supervised, person_penalised, filed_on, decided_on, closed_on,
        police_on, procuratorate_on, value_fen, penalty_fen, recovered_fen, recovered_foreign_fen, dens, number, title,
        party, officer_name, first_on, last_on)
    VALUES (of_act.matter_id, of_act.seq, now(), 'infinity', of_act.organ_id, of_act.unit_id, r ->> 'procedure', k ->> 'excluded',
        k ->> 'ip_type', k ->> 'cause', k ->> 'outcome', ARRAY(SELECT jsonb_array_elements_text(k -> 'campaigns')),
        k ->> 'primary', ARRAY(SELECT jsonb_array_elements_text(k -> 'tags')), k ->> 'supervised',
        (k ->> 'person_penalised')::boolean, (k ->> 'filed_on')::date, (k ->> 'decided_on')::date,
        (k ->> 'closed_on')::date, (k ->> 'police_on')::date, (k ->> 'procuratorate_on')::date,
        (k ->> 'value')::bigint, (k ->> 'penalty')::bigint, (k ->> 'recovered')::bigint,
        (k ->> 'recovered_foreign')::bigint, (k ->> 'dens')::bigint,
        (SELECT t.number FROM ipcase.matter t WHERE t.id = of_act.matter_id), r ->> 'title', r ->> 'party',
        r ->> 'officer_name', (k ->> 'first_on')::date, (k ->> 'last_on')::date);
END $$;

-- ---- activity figures ------------------------------------------------------------------------------------

-- What a unit did in a period: vehicles, people, inspections. Never changed: a correction is a further row that replaces
-- the one before it, so that who said what when stays known.
CREATE TABLE form_entry (
    id              bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT form_entry_pkey PRIMARY KEY,
    organ_id        bigint NOT NULL CONSTRAINT form_entry_organ_fkey REFERENCES unit,
    unit_id         bigint NOT NULL CONSTRAINT form_entry_unit_fkey REFERENCES unit,
    form            text NOT NULL,
    figure          text NOT NULL,           -- a column of source `figure`
    period          text NOT NULL,
    from_on         date NOT NULL,
    to_on           date NOT NULL,           -- of a campaign: its last day, or the day of the entry
    value           bigint NOT NULL CONSTRAINT form_entry_value_check CHECK (value BETWEEN 0 AND 10000000000000000),
                                             -- in ten thousandths
    replaces        bigint CONSTRAINT form_entry_replaces_key UNIQUE CONSTRAINT form_entry_replaces_fkey REFERENCES form_entry,
    note            text,
    entered_by      bigint NOT NULL CONSTRAINT form_entry_by_fkey REFERENCES account,
    entered_by_name text NOT NULL,
    entered_at      timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX form_entry_first_key ON form_entry (unit_id, form, period, figure) WHERE replaces IS NULL;
CREATE INDEX form_entry_organ_idx ON form_entry (organ_id, form, to_on);
CREATE TRIGGER form_entry_insert_only BEFORE UPDATE OR DELETE ON form_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER form_entry_no_truncate BEFORE TRUNCATE ON form_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Stores [{"figure":"staff","value":120000}], each replacing the figure's last entry for that unit and period. What is the
-- same as before makes no row. Returns the reply. The caller's rights apply.
CREATE FUNCTION form_enter(of_unit bigint, of_form text, of_period text, from_day date, to_day date, figures jsonb,
                           of_note text) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    f jsonb;
    last ipcase.form_entry;
    made bigint;
    items jsonb := '[]';
    of_organ bigint;
BEGIN
    SELECT organ_id INTO STRICT of_organ FROM ipcase.unit WHERE id = of_unit;
    PERFORM pg_advisory_xact_lock(hashtextextended('form ' || of_form || ' ' || of_period || ' ' || of_unit, 0));
    FOR f IN SELECT value FROM jsonb_array_elements(figures) LOOP
        SELECT * INTO last FROM ipcase.form_entry e
         WHERE e.unit_id = of_unit AND e.form = of_form AND e.period = of_period AND e.figure = f ->> 'figure'
         ORDER BY e.id DESC LIMIT 1;
        IF last.id IS NOT NULL AND last.value = (f -> 'value')::bigint AND last.to_on = to_day THEN
            CONTINUE;
        END IF;
        INSERT INTO ipcase.form_entry (organ_id, unit_id, form, figure, period, from_on, to_on, value, replaces, note,
                                       entered_by, entered_by_name)
        VALUES (of_organ, of_unit, of_form, f ->> 'figure', of_period, from_day, to_day, (f -> 'value')::bigint, last.id,
                of_note, ipcase.caller_account(),
                (SELECT display_name FROM ipcase.account WHERE id = ipcase.caller_account()))
        RETURNING id INTO made;
        items := items || jsonb_build_object('id', made::text, 'figure', f -> 'figure', 'replaces', last.id::text);
    END LOOP;
    RETURN jsonb_build_object('items', items)::text;
END $$;

-- ---- rights ------------------------------------------------------------------------------------------------

ALTER TABLE form_mark ENABLE ROW LEVEL SECURITY;
ALTER TABLE form_mark FORCE ROW LEVEL SECURITY;
CREATE POLICY form_mark_unit ON form_mark USING ((unit_id + 0) = ANY ((SELECT ipcase.caller_units())::bigint[]));
ALTER TABLE form_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE form_entry FORCE ROW LEVEL SECURITY;
CREATE POLICY form_entry_unit ON form_entry USING ((unit_id + 0) = ANY ((SELECT ipcase.caller_units())::bigint[]));

REVOKE ALL ON FUNCTION form_mark_record(jsonb, act), form_enter(bigint, text, text, date, date, jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION form_mark_record(jsonb, act), form_enter(bigint, text, text, date, date, jsonb, text) TO ipcase_app;
GRANT SELECT, INSERT ON form_mark, form_entry TO ipcase_app;
GRANT UPDATE (known_until) ON form_mark TO ipcase_app;
GRANT SELECT ON form_mark, form_entry TO ipcase_auditor;

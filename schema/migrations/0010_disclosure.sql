-- Disclosure of penalty decisions (行政处罚信息公示): a matter of kind `disclosure` for each decision, its projection for
-- lists, and the ledger of what was public from when to when.
--
-- public_record is insert-only, like the ledger of acts: by privilege for the daemon, by trigger for everybody. Only the
-- end of a row (until_at, until_why) is set, once. It is written by act_record() in the transaction of the act that makes
-- something public or ends it, through disclosure_record() below. It holds what is, or was, open to everybody, and nothing
-- else: no unit, no officer, no reporter.

SET LOCAL search_path = ipcase, pg_catalog;

ALTER TABLE matter
    DROP CONSTRAINT matter_kind_check,
    ADD CONSTRAINT matter_kind_check CHECK (kind IN ('clue', 'case', 'handoff', 'disclosure')),
    DROP CONSTRAINT matter_procedure_check,
    ADD CONSTRAINT matter_procedure_check CHECK (procedure IN ('clue', 'ordinary', 'summary', 'back_entry',
        'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9', 'disclosure'));

-- ---- the projection --------------------------------------------------------------------------

CREATE TABLE disclosure (
    matter_id       bigint CONSTRAINT disclosure_pkey PRIMARY KEY
                    CONSTRAINT disclosure_matter_fkey REFERENCES matter,
    organ_id        bigint NOT NULL,
    unit_id         bigint NOT NULL,
    case_id         bigint,              -- matter.id; NULL: a decision of another province, pushed to us
    decision_no     text,                -- as on the paper; NULL: the decision took no number
    decision_no_key text,                -- folded, as in table document
    decided_on      date,
    class           text NOT NULL,       -- 轻微, 一般, 严重; '' when nothing is to be published
    state           text NOT NULL,
    open            boolean NOT NULL,    -- something is still expected
    next_on         date NOT NULL,       -- day that falls due first; infinity: none
    publish_due_on  date,                -- D32, D33 or D34
    published_on    date,
    pushed_on       date,                -- to the other province
    credit_due_on   date,                -- D36
    credit_on       date,
    withdraw_due_on date,                -- D35
    withdrawn_on    date,
    stop_due_on     date,                -- last day on which it may be public
    stopped_on      date
);
-- The lists are served in this order: what something is to be done about, and all.
CREATE INDEX disclosure_due_idx ON disclosure (organ_id, next_on, matter_id) INCLUDE (unit_id, state) WHERE open;
CREATE INDEX disclosure_all_idx ON disclosure (organ_id, next_on, matter_id) INCLUDE (unit_id, state, open);
CREATE INDEX disclosure_case_idx ON disclosure (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX disclosure_number_idx ON disclosure (decision_no_key text_pattern_ops) WHERE decision_no_key IS NOT NULL;
-- What the sweep stops: public, or to be withdrawn and so public still.
CREATE INDEX disclosure_stop_idx ON disclosure (stop_due_on, organ_id, matter_id)
    WHERE published_on IS NOT NULL AND withdrawn_on IS NULL AND stopped_on IS NULL;

-- ---- what was public from when to when ---------------------------------------------------------

CREATE TABLE public_record (
    id              bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT public_record_pkey PRIMARY KEY, -- number of the page
    matter_id       bigint NOT NULL CONSTRAINT public_record_matter_fkey REFERENCES matter,
    n               integer NOT NULL CONSTRAINT public_record_n_check CHECK (n > 0), -- version of this disclosure
    from_at         timestamptz NOT NULL,
    until_at        timestamptz,         -- NULL: until stop_due
    until_why       text,
    organ_name      text NOT NULL,
    decision_no     text NOT NULL,
    decision_no_key text NOT NULL,
    party           text NOT NULL,       -- as published
    party_key       text NOT NULL,
    uscc            text,
    decided_on      date NOT NULL,
    published_on    date NOT NULL,
    class           text NOT NULL,
    stop_due        date NOT NULL,       -- last day on which anybody may see it, whether a sweep comes or not
    summary         jsonb NOT NULL,      -- the six items
    body            text NOT NULL,       -- the published text, rebuilt without what was cut
    digest          bytea NOT NULL CONSTRAINT public_record_digest_check CHECK (digest = sha256(convert_to(body, 'UTF8'))),
    CONSTRAINT public_record_version_key UNIQUE (matter_id, n),
    CONSTRAINT public_record_until_check CHECK ((until_at IS NULL) = (until_why IS NULL) AND until_at >= from_at)
);
CREATE UNIQUE INDEX public_record_one_open ON public_record (matter_id) WHERE until_at IS NULL;

CREATE FUNCTION public_record_only_ends() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.until_at IS NULL AND NEW.until_at IS NOT NULL THEN
        OLD.until_at := NEW.until_at;
        OLD.until_why := NEW.until_why;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the ledger of what was public is insert-only'
        USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'public_record_insert_only';
END $$;
CREATE TRIGGER public_record_only_ends BEFORE UPDATE OR DELETE ON public_record
    FOR EACH ROW EXECUTE FUNCTION public_record_only_ends();
CREATE TRIGGER public_record_no_truncate BEFORE TRUNCATE ON public_record
    FOR EACH STATEMENT EXECUTE FUNCTION public_record_only_ends();

-- ---- writing ---------------------------------------------------------------------------------

-- The disclosure's part of one act: called by act_record(), in its transaction and with the caller's rights.
--   {"row": {...}, "number_of"?: case, "number"?, "number_key"?, "until"?: why, "public"?: {...}}
-- number_of: the disclosure of a decision that was numbered by the act before it in this transaction. Returns the number
-- that the disclosure goes by from its first act on; later null.
CREATE FUNCTION disclosure_record(m jsonb, made act) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    h jsonb := m -> 'disclosure';
    r jsonb := m -> 'disclosure' -> 'row';
    p jsonb;
    no text := m -> 'disclosure' ->> 'number';
    no_key text := m -> 'disclosure' ->> 'number_key';
BEGIN
    IF h ? 'number_of' THEN
        SELECT d.number, d.number_key INTO no, no_key FROM ipcase.act a
          JOIN ipcase.document d ON d.matter_id = a.matter_id AND d.seq = a.seq
         WHERE a.matter_id = (h ->> 'number_of')::bigint
         ORDER BY a.seq DESC LIMIT 1;
    END IF;
    IF made.seq = 1 THEN
        UPDATE ipcase.matter SET number = no WHERE id = made.matter_id AND no IS NOT NULL;
        INSERT INTO ipcase.disclosure (matter_id, organ_id, unit_id, case_id, decision_no, decision_no_key, decided_on,
            class, state, open, next_on, publish_due_on, published_on, pushed_on, credit_due_on, credit_on,
            withdraw_due_on, withdrawn_on, stop_due_on, stopped_on)
        VALUES (made.matter_id, made.organ_id, made.unit_id, (r ->> 'case_id')::bigint, no, no_key,
            (r ->> 'decided_on')::date, r ->> 'class', r ->> 'state', (r ->> 'open')::boolean, (r ->> 'next_on')::date,
            (r ->> 'publish_due_on')::date, (r ->> 'published_on')::date, (r ->> 'pushed_on')::date,
            (r ->> 'credit_due_on')::date, (r ->> 'credit_on')::date, (r ->> 'withdraw_due_on')::date,
            (r ->> 'withdrawn_on')::date, (r ->> 'stop_due_on')::date, (r ->> 'stopped_on')::date);
    ELSE
        UPDATE ipcase.disclosure SET decided_on = (r ->> 'decided_on')::date, class = r ->> 'class', state = r ->> 'state',
            open = (r ->> 'open')::boolean, next_on = (r ->> 'next_on')::date,
            publish_due_on = (r ->> 'publish_due_on')::date, published_on = (r ->> 'published_on')::date,
            pushed_on = (r ->> 'pushed_on')::date, credit_due_on = (r ->> 'credit_due_on')::date,
            credit_on = (r ->> 'credit_on')::date, withdraw_due_on = (r ->> 'withdraw_due_on')::date,
            withdrawn_on = (r ->> 'withdrawn_on')::date, stop_due_on = (r ->> 'stop_due_on')::date,
            stopped_on = (r ->> 'stopped_on')::date
         WHERE matter_id = made.matter_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'disclosure % has no row', made.matter_id
                USING ERRCODE = 'data_corrupted', CONSTRAINT = 'disclosure_missing';
        END IF;
    END IF;
    IF h ? 'until' THEN
        UPDATE ipcase.public_record SET until_at = made.recorded_at, until_why = h ->> 'until'
         WHERE matter_id = made.matter_id AND until_at IS NULL;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'disclosure % is not public', made.matter_id
                USING ERRCODE = 'data_corrupted', CONSTRAINT = 'public_record_not_open';
        END IF;
    END IF;
    IF h ? 'public' THEN
        p := h -> 'public';
        INSERT INTO ipcase.public_record (matter_id, n, from_at, organ_name, decision_no, decision_no_key, party, party_key,
            uscc, decided_on, published_on, class, stop_due, summary, body, digest)
        VALUES (made.matter_id,
            1 + coalesce((SELECT max(n) FROM ipcase.public_record WHERE matter_id = made.matter_id), 0),
            made.recorded_at, p ->> 'organ_name', p ->> 'decision_no', p ->> 'decision_no_key', p ->> 'party',
            p ->> 'party_key', p ->> 'uscc', (p ->> 'decided_on')::date, (p ->> 'published_on')::date, p ->> 'class',
            (p ->> 'stop_due')::date, (p ->> 'summary')::jsonb, p ->> 'body', decode(p ->> 'digest', 'hex'));
    END IF;
    RETURN CASE WHEN made.seq = 1 THEN no END;
END $$;

-- ---- the machine -------------------------------------------------------------------------------

-- Nobody unlocks it, or makes an officer of it.
ALTER TABLE account ADD CONSTRAINT account_system_check
    CHECK (name !~ '^system\.[0-9]+$' OR (NOT active AND roles = ARRAY['exchange']));

-- Organs with something to stop on `today`, and the account that stops it: `system.ID`, made when it is needed first. It has
-- no password and is not active, so nobody logs in with it, and the exchange does not take it for its own.
CREATE FUNCTION disclosure_stoppers(today date)
RETURNS TABLE (account_id bigint, display_name text, organ_id bigint, organ_name text, units bigint[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    organ unit;
BEGIN
    FOR organ IN
        SELECT u.* FROM unit u WHERE u.id IN (
            SELECT d.organ_id FROM disclosure d
             WHERE d.published_on IS NOT NULL AND d.withdrawn_on IS NULL AND d.stopped_on IS NULL
               AND d.stop_due_on < disclosure_stoppers.today)
         ORDER BY u.id
    LOOP
        INSERT INTO account (name, display_name, unit_id, roles, active)
        VALUES ('system.' || organ.id, '系统（' || organ.name || '）', organ.id, '{exchange}', false)
            ON CONFLICT (name) DO NOTHING;
        RETURN QUERY SELECT a.id, a.display_name, organ.id, organ.name, visible_units(a.id)
                       FROM account a WHERE a.name = 'system.' || organ.id;
    END LOOP;
END $$;

-- ---- who sees what -----------------------------------------------------------------------------

ALTER TABLE disclosure ENABLE ROW LEVEL SECURITY;
ALTER TABLE disclosure FORCE ROW LEVEL SECURITY;
CREATE POLICY disclosure_unit ON disclosure
    USING ((unit_id + 0) = ANY ((SELECT coalesce(nullif(current_setting('ipcase.units', true), ''), '{}')::bigint[])::bigint[]));

-- Inside, who sees the matter sees its public periods. What everybody may read now is for the public functions to say, which
-- run with the owner's rights and look at the window themselves.
ALTER TABLE public_record ENABLE ROW LEVEL SECURITY;
ALTER TABLE public_record FORCE ROW LEVEL SECURITY;
CREATE POLICY disclosure_owner ON disclosure FOR SELECT TO CURRENT_ROLE USING (true);
CREATE POLICY public_record_matter ON public_record
    USING (EXISTS (SELECT 1 FROM ipcase.matter m WHERE m.id = matter_id));
CREATE POLICY public_record_owner ON public_record FOR SELECT TO CURRENT_ROLE USING (true);

REVOKE ALL ON FUNCTION disclosure_record(jsonb, act), public_record_only_ends(), disclosure_stoppers(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION disclosure_record(jsonb, act), public_record_only_ends(), disclosure_stoppers(date)
    TO ipcase_app;
GRANT SELECT, INSERT, UPDATE ON disclosure TO ipcase_app;
GRANT SELECT, INSERT ON public_record TO ipcase_app;
GRANT UPDATE (until_at, until_why) ON public_record TO ipcase_app;
GRANT SELECT ON disclosure, public_record TO ipcase_auditor;

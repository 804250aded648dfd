-- Early warning, the daily digest, and what was reported to the credit platform (双公示).

SET LOCAL search_path = ipcase, pg_catalog;

-- ---- what a missed clock costs: schema/law/clock_metrics.csv ---------------------------------------------

CREATE TABLE law_clock_metrics (
    rule   text NOT NULL,                -- clocks.csv
    metric text NOT NULL,                -- M1 ... M10
    why    text NOT NULL,                -- what a miss does to it
    CONSTRAINT law_clock_metrics_pkey PRIMARY KEY (rule, metric)
);

-- ---- the daily digest ------------------------------------------------------------------------------------

-- One digest of an organ a day, whatever the number of daemons: the key says so. `body` is null from the moment somebody
-- asks for it (the clock, or `ipcasectl digest now`) until one daemon has made it.
CREATE TABLE digest (
    organ_id    bigint NOT NULL CONSTRAINT digest_organ_fkey REFERENCES unit,
    day         date NOT NULL,
    id          uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT digest_id_key UNIQUE, -- travels as Idempotency-Key
    asked_at    timestamptz NOT NULL DEFAULT now(),
    again       boolean NOT NULL DEFAULT false, -- deliver it although its day has passed: `ipcasectl digest retry`
    made_at     timestamptz,
    body        text,                    -- canonical JSON: these bytes are posted
    readable    text,
    filed_at    timestamptz,             -- written as files
    posted_at   timestamptz,             -- the receiver answered 2xx: never asked again
    attempts    integer NOT NULL DEFAULT 0,
    next_at     timestamptz NOT NULL DEFAULT now(),
    lease       uuid,                    -- of who delivers it now
    lease_until timestamptz,
    problem     text,                    -- of the last attempt
    CONSTRAINT digest_pkey PRIMARY KEY (organ_id, day),
    CONSTRAINT digest_made_check CHECK ((made_at IS NULL) = (body IS NULL) AND (body IS NULL) = (readable IS NULL)),
    CONSTRAINT digest_sent_check CHECK (body IS NOT NULL OR (filed_at IS NULL AND posted_at IS NULL))
);
CREATE INDEX digest_day_idx ON digest (day);
CREATE INDEX digest_again_idx ON digest (day) WHERE again;

-- Asks for the day's digest of every organ that has one; `due` false: only those that were asked for already are
-- returned. The machine's account of each is made where it is missing, as for disclosures (0010).
CREATE FUNCTION digest_ask(of_day date, due boolean)
RETURNS TABLE (account_id bigint, display_name text, organ_id bigint, organ_code text, organ_name text, units bigint[], id uuid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    organ unit;
BEGIN
    IF due THEN
        INSERT INTO digest (organ_id, day)
        SELECT u.id, of_day FROM unit u
         WHERE u.id = u.organ_id AND u.kind IN ('bureau', 'department') AND u.active
           AND EXISTS (SELECT FROM account a JOIN unit x ON x.id = a.unit_id
                        WHERE x.organ_id = u.id AND a.active AND NOT a.roles && ARRAY['exchange', 'admin'])
            ON CONFLICT DO NOTHING;
    END IF;
    FOR organ IN
        SELECT u.* FROM unit u JOIN digest d ON d.organ_id = u.id WHERE d.day = of_day AND d.body IS NULL ORDER BY u.id
    LOOP
        INSERT INTO account (name, display_name, unit_id, roles, active)
        VALUES ('system.' || organ.id, '系统（' || organ.name || '）', organ.id, '{exchange}', false)
            ON CONFLICT (name) DO NOTHING;
        RETURN QUERY SELECT a.id, a.display_name, organ.id, organ.code, organ.name, visible_units(a.id), d.id
                       FROM account a, digest d
                      WHERE a.name = 'system.' || organ.id AND d.organ_id = organ.id AND d.day = of_day;
    END LOOP;
END $$;

-- One digest to deliver: of its day, or asked for again. Whoever takes it has it until the lease ends.
CREATE FUNCTION digest_take(of_day date, files boolean, posts boolean, lease_s integer)
RETURNS TABLE (organ_id bigint, organ_code text, day date, id text, body text, readable text, filed boolean, posted boolean,
               attempts integer, lease text, units text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
    UPDATE digest d SET lease = gen_random_uuid(), lease_until = now() + make_interval(secs => lease_s),
           attempts = d.attempts + 1
      FROM unit u
     WHERE u.id = d.organ_id AND (d.organ_id, d.day) = (
        SELECT n.organ_id, n.day FROM digest n
         WHERE (n.day = of_day OR (n.again AND n.day < of_day)) AND n.body IS NOT NULL
           AND ((files AND n.filed_at IS NULL) OR (posts AND n.posted_at IS NULL))
           AND n.next_at <= now() AND (n.lease_until IS NULL OR n.lease_until < now())
         ORDER BY n.next_at, n.organ_id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING d.organ_id, u.code, d.day, d.id::text, d.body, d.readable, d.filed_at IS NOT NULL, d.posted_at IS NOT NULL,
              d.attempts, d.lease::text, ARRAY[d.organ_id]::text
$$;

-- ---- reported to the credit platform -----------------------------------------------------------------------

-- Fields and words of the standard: schema/law/shuanggongshi*.csv. They are replaced as a whole with the program.
CREATE TABLE law_shuanggongshi (
    no      integer NOT NULL,
    code    text NOT NULL,
    name_zh text NOT NULL,
    kind    text NOT NULL CONSTRAINT law_shuanggongshi_kind_check CHECK (kind IN ('text', 'date', 'amount', 'uscc', 'id')),
    length  integer,                     -- most characters; NULL: no limit
    need    text CONSTRAINT law_shuanggongshi_need_check CHECK (need IN ('always', 'organisation', 'natural', 'fine',
            'confiscation', 'licence', 'with')),
    with_no integer,                     -- need = with: required together with this field
    words   text,                        -- list in law_shuanggongshi_words that the value is taken from
    note    text,
    CONSTRAINT law_shuanggongshi_pkey PRIMARY KEY (no)
);
CREATE TABLE law_shuanggongshi_words (
    list  text NOT NULL,
    value text NOT NULL,                 -- as in our vocabulary
    word  text NOT NULL,                 -- as in the standard
    CONSTRAINT law_shuanggongshi_words_pkey PRIMARY KEY (list, value)
);

ALTER TABLE unit ADD COLUMN uscc text;   -- of an organ: 统一社会信用代码

-- A file that was made: these bytes, these decisions. That it was reported, and when, say the acts `credit_report` of the
-- disclosures, which carry its number and digest.
CREATE TABLE credit_batch (
    id       bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT credit_batch_pkey PRIMARY KEY,
    organ_id bigint NOT NULL CONSTRAINT credit_batch_organ_fkey REFERENCES unit,
    no       text NOT NULL,              -- 20261124-1
    from_on  date NOT NULL,
    to_on    date NOT NULL,
    format   text NOT NULL CONSTRAINT credit_batch_format_check CHECK (format IN ('csv', 'xlsx')),
    lines    integer NOT NULL,           -- a decision with two parties has two
    size     bigint NOT NULL,
    digest   bytea NOT NULL CONSTRAINT credit_batch_digest_check CHECK (octet_length(digest) = 32),
    made_by  bigint NOT NULL CONSTRAINT credit_batch_by_fkey REFERENCES account,
    made_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT credit_batch_no_key UNIQUE (organ_id, no),
    CONSTRAINT credit_batch_bytes_key UNIQUE (organ_id, digest)
);
CREATE TABLE credit_batch_item (
    batch_id  bigint NOT NULL CONSTRAINT credit_batch_item_batch_fkey REFERENCES credit_batch,
    matter_id bigint NOT NULL CONSTRAINT credit_batch_item_matter_fkey REFERENCES matter,
    version   integer NOT NULL,          -- of the disclosure, as exported
    CONSTRAINT credit_batch_item_pkey PRIMARY KEY (batch_id, matter_id)
);
CREATE TRIGGER credit_batch_insert_only BEFORE UPDATE OR DELETE ON credit_batch FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER credit_batch_no_truncate BEFORE TRUNCATE ON credit_batch FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER credit_batch_item_insert_only BEFORE UPDATE OR DELETE ON credit_batch_item
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER credit_batch_item_no_truncate BEFORE TRUNCATE ON credit_batch_item
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE INDEX disclosure_decided_idx ON disclosure (organ_id, decided_on, matter_id);
-- Few acts change what was reported; each has to be reported again.
CREATE INDEX act_report_again_idx ON act (organ_id, matter_id, seq)
    WHERE act IN ('correct', 'withdraw', 'shield', 'unshield', 'stop', 'repair_carry_out', 'repair_revoke')
      AND stage IN ('do', 'approve');

-- The same bytes are the same batch. NULL: some of the decisions are not the caller's, or not of one organ.
CREATE FUNCTION credit_batch_make(of_from date, of_to date, of_format text, of_lines integer, of_size bigint, of_digest bytea,
                                  ids bigint[], versions integer[]) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    of_organ bigint;
    found_organs integer;
    found integer;
    made bigint;
    of_no text;
BEGIN
    SELECT min(d.organ_id), count(DISTINCT d.organ_id), count(DISTINCT d.matter_id) INTO of_organ, found_organs, found
      FROM ipcase.disclosure d WHERE d.matter_id = ANY (ids);
    IF found_organs <> 1 OR found <> cardinality(ids) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('credit ' || of_organ, 0));
    SELECT b.id INTO made FROM ipcase.credit_batch b WHERE b.organ_id = of_organ AND b.digest = of_digest;
    IF made IS NOT NULL THEN
        RETURN made;
    END IF;
    of_no := to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD');
    of_no := of_no || '-' || (SELECT count(*) + 1 FROM ipcase.credit_batch b
                               WHERE b.organ_id = of_organ AND starts_with(b.no, of_no || '-'));
    INSERT INTO ipcase.credit_batch (organ_id, no, from_on, to_on, format, lines, size, digest, made_by)
    VALUES (of_organ, of_no, of_from, of_to, of_format, of_lines, of_size, of_digest, ipcase.caller_account())
    RETURNING id INTO made;
    INSERT INTO ipcase.credit_batch_item (batch_id, matter_id, version)
    SELECT made, i.id, i.version FROM unnest(ids, versions) AS i (id, version);
    RETURN made;
END $$;

-- ---- rights --------------------------------------------------------------------------------------------------

ALTER TABLE digest ENABLE ROW LEVEL SECURITY;
ALTER TABLE digest FORCE ROW LEVEL SECURITY;
CREATE POLICY digest_organ ON digest USING ((organ_id + 0) = ANY ((SELECT ipcase.caller_units())::bigint[]));
CREATE POLICY digest_owner ON digest TO CURRENT_ROLE USING (true);
ALTER TABLE credit_batch ENABLE ROW LEVEL SECURITY;
ALTER TABLE credit_batch FORCE ROW LEVEL SECURITY;
CREATE POLICY credit_batch_organ ON credit_batch USING ((organ_id + 0) = ANY ((SELECT ipcase.caller_units())::bigint[]));
ALTER TABLE credit_batch_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE credit_batch_item FORCE ROW LEVEL SECURITY;
CREATE POLICY credit_batch_item_batch ON credit_batch_item
    USING (EXISTS (SELECT 1 FROM ipcase.credit_batch b WHERE b.id = batch_id));

REVOKE ALL ON FUNCTION digest_ask(date, boolean), digest_take(date, boolean, boolean, integer),
    credit_batch_make(date, date, text, integer, bigint, bytea, bigint[], integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION digest_ask(date, boolean), digest_take(date, boolean, boolean, integer),
    credit_batch_make(date, date, text, integer, bigint, bytea, bigint[], integer[]) TO ipcase_app;
GRANT SELECT ON law_clock_metrics, law_shuanggongshi, law_shuanggongshi_words TO ipcase_app, ipcase_auditor;
GRANT SELECT, UPDATE ON digest TO ipcase_app;
GRANT SELECT, INSERT ON credit_batch, credit_batch_item TO ipcase_app;
GRANT SELECT ON digest, credit_batch, credit_batch_item TO ipcase_auditor;

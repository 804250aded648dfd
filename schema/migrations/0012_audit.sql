-- The audit: what its runs and snapshots are, what was called what when, and the indexes that find a past instant.

SET LOCAL search_path = ipcase, pg_catalog;

-- ---- what is counted -----------------------------------------------------------------------------

-- A row of rate_mark as the program reads it: the days are numbers since 1970-01-01 in one text, empty where unknown,
-- one cell instead of twenty (their order is rate_day_names in lib/app/rates_count.c). The caller's rights apply.
CREATE VIEW rate_row WITH (security_invoker = true) AS
SELECT matter_id, known_from, known_until, organ_id, unit_id, active_until, kind, procedure, performing_open, declined,
       excluded, number, title, party, ip_type, officer_id, campaigns, case_id, value_fen, income_fen, fine_fen,
       confiscated_fen, opened_on, publish_due_on, published_on,
       array_to_string(ARRAY[opened_on - date 'epoch', clue_due_on - date 'epoch', clue_decided_on - date 'epoch',
           filed_on - date 'epoch', decision_due_on - date 'epoch', decided_on - date 'epoch',
           perform_due_on - date 'epoch', ground_on - date 'epoch', ground_due_on - date 'epoch',
           closed_on - date 'epoch', suspended_on - date 'epoch', resumed_on - date 'epoch',
           publish_due_on - date 'epoch', published_on - date 'epoch', credit_due_on - date 'epoch',
           credit_on - date 'epoch', withdraw_due_on - date 'epoch', withdrawn_on - date 'epoch',
           stop_due_on - date 'epoch', stopped_on - date 'epoch'], ',', '') AS days
  FROM rate_mark;

-- Pages begin behind the last row of the one before, matter and all.
DROP INDEX rate_mark_active_idx;
CREATE INDEX rate_mark_active_idx ON rate_mark (organ_id, active_until, opened_on, matter_id)
    WHERE known_until = 'infinity';

-- M7 looks at all years, among disclosures only.
DROP INDEX rate_mark_organ_idx;
CREATE INDEX rate_mark_publish_idx ON rate_mark (organ_id, publish_due_on, matter_id)
    WHERE publish_due_on IS NOT NULL AND known_until = 'infinity';
CREATE INDEX rate_mark_publish_past_idx ON rate_mark (organ_id, publish_due_on)
    WHERE publish_due_on IS NOT NULL AND known_until <> 'infinity';
CREATE INDEX rate_mark_back_entry_idx ON rate_mark (organ_id, matter_id) WHERE procedure = 'back_entry';

-- ---- names as they were --------------------------------------------------------------------------

ALTER TABLE unit ADD COLUMN created_at timestamptz NOT NULL DEFAULT '-infinity';
ALTER TABLE unit ALTER COLUMN created_at SET DEFAULT now();

-- What a unit, an account's holder or a campaign was called (and whether a unit was active, and the campaign's days), until it
-- was changed. As of an instant the first row that lasted longer says it; without one, the present.
CREATE TABLE name_was (
    id       bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT name_was_pkey PRIMARY KEY,
    kind     text NOT NULL CONSTRAINT name_was_kind_check CHECK (kind IN ('unit', 'account', 'campaign')),
    key      text NOT NULL,
    was      jsonb NOT NULL,
    until_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX name_was_key_idx ON name_was (kind, key, until_at, id);
CREATE TRIGGER name_was_insert_only BEFORE UPDATE OR DELETE ON name_was FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION unit_keep_name() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
BEGIN
    INSERT INTO name_was (kind, key, was)
    VALUES ('unit', OLD.id::text, jsonb_build_object('name', OLD.name, 'active', OLD.active));
    RETURN NULL;
END $$;
CREATE TRIGGER unit_keep_name AFTER UPDATE ON unit FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name OR OLD.active <> NEW.active) EXECUTE FUNCTION unit_keep_name();

CREATE FUNCTION account_keep_name() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
BEGIN
    INSERT INTO name_was (kind, key, was)
    VALUES ('account', OLD.id::text, jsonb_build_object('name', OLD.display_name));
    RETURN NULL;
END $$;
CREATE TRIGGER account_keep_name AFTER UPDATE ON account FOR EACH ROW
    WHEN (OLD.display_name <> NEW.display_name) EXECUTE FUNCTION account_keep_name();

CREATE FUNCTION campaign_keep_name() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
BEGIN
    INSERT INTO name_was (kind, key, was)
    VALUES ('campaign', OLD.code, jsonb_build_object('name', OLD.name_zh, 'starts_on', OLD.starts_on,
                                                     'ends_on', OLD.ends_on, 'parent', OLD.parent));
    RETURN NULL;
END $$;
CREATE TRIGGER campaign_keep_name AFTER UPDATE ON law_campaigns FOR EACH ROW
    WHEN ((OLD.name_zh, OLD.starts_on, OLD.ends_on, OLD.parent) IS DISTINCT FROM
          (NEW.name_zh, NEW.starts_on, NEW.ends_on, NEW.parent))
    EXECUTE FUNCTION campaign_keep_name();

-- NULL: it is today what it was then.
CREATE FUNCTION name_as_of(of_kind text, of_key text, k timestamptz) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT was FROM ipcase.name_was WHERE kind = of_kind AND key = of_key AND until_at > k ORDER BY until_at, id LIMIT 1
$$;

-- ---- is everything written that counts as known by then? -------------------------------------------

-- known_from and recorded_at are the time at which a transaction began, so one that began by K may still be on its way. A
-- transaction that has written nothing for two seconds is a reader: an act writes at once. Sessions of the owner are seen by the
-- owner alone, those of the caller by the caller; both ask.
CREATE FUNCTION still_writing(k timestamptz) RETURNS boolean
LANGUAGE sql VOLATILE
AS $$
    SELECT EXISTS (SELECT FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start <= k
                      AND (backend_xid IS NOT NULL OR xact_start > clock_timestamp() - interval '2 seconds'))
$$;
CREATE FUNCTION owner_still_writing(k timestamptz) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$ SELECT ipcase.still_writing(k) $$;

-- ---- runs and snapshots ------------------------------------------------------------------------------

-- One computation of the document. Its bytes are a content (lib/store/content.h).
CREATE TABLE audit_run (
    id         bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_run_pkey PRIMARY KEY,
    organ_id   bigint NOT NULL CONSTRAINT audit_run_organ_fkey REFERENCES unit,
    account_id bigint NOT NULL CONSTRAINT audit_run_account_fkey REFERENCES account,
    whole      boolean NOT NULL,            -- all units of the organ were visible to that account
    period     text NOT NULL,
    kind       text NOT NULL CONSTRAINT audit_run_kind_check CHECK (kind IN ('week', 'month', 'quarter', 'year', 'campaign')),
    name       text NOT NULL,
    from_on    date NOT NULL,
    to_on      date NOT NULL,
    open       boolean NOT NULL,            -- the period had not ended
    as_of      timestamptz NOT NULL,
    state      text NOT NULL DEFAULT 'running' CONSTRAINT audit_run_state_check CHECK
               (state IN ('running', 'done', 'failed')),
    rows       bigint NOT NULL DEFAULT 0,   -- counted so far
    problem    text,                        -- why it failed
    sha256     bytea CONSTRAINT audit_run_sha256_check CHECK (octet_length(sha256) = 32),
    size       bigint,
    started_at timestamptz NOT NULL DEFAULT now(),
    touched_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT audit_run_done_check CHECK ((state = 'done') = (sha256 IS NOT NULL AND size IS NOT NULL))
);

-- A submitted period. Never changed; what is corrected later makes another one, with the next n.
CREATE TABLE snapshot (
    id        bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT snapshot_pkey PRIMARY KEY,
    organ_id  bigint NOT NULL CONSTRAINT snapshot_organ_fkey REFERENCES unit,
    period    text NOT NULL,
    n         integer NOT NULL,
    as_of     timestamptz NOT NULL,
    made_by   bigint NOT NULL CONSTRAINT snapshot_made_by_fkey REFERENCES account,
    made_at   timestamptz NOT NULL DEFAULT now(),
    run_id    bigint NOT NULL CONSTRAINT snapshot_run_key UNIQUE CONSTRAINT snapshot_run_fkey REFERENCES audit_run,
    digest    bytea NOT NULL CONSTRAINT snapshot_digest_check CHECK (octet_length(digest) = 32), -- SHA-256 of audit.json
    size      bigint NOT NULL,
    CONSTRAINT snapshot_period_key UNIQUE (organ_id, period, n)
);
CREATE TRIGGER snapshot_insert_only BEFORE UPDATE OR DELETE ON snapshot FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER snapshot_no_truncate BEFORE TRUNCATE ON snapshot FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A run that is over does not change either.
CREATE FUNCTION audit_run_is_over() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'a finished audit does not change'
        USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'audit_run_over';
END $$;
CREATE TRIGGER audit_run_over BEFORE UPDATE ON audit_run FOR EACH ROW WHEN (OLD.state = 'done')
    EXECUTE FUNCTION audit_run_is_over();

ALTER TABLE audit_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_run FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_run_reader ON audit_run
    USING (account_id = (SELECT ipcase.caller_account())
           OR (whole AND (organ_id + 0) = ANY ((SELECT ipcase.caller_units())::bigint[])));
ALTER TABLE snapshot ENABLE ROW LEVEL SECURITY;
ALTER TABLE snapshot FORCE ROW LEVEL SECURITY;
CREATE POLICY snapshot_organ ON snapshot USING ((organ_id + 0) = ANY ((SELECT ipcase.caller_units())::bigint[]));

-- The snapshot of a run; the same run makes one only. NULL: no finished run of a whole, ended period that the caller sees.
CREATE FUNCTION snapshot_make(of_run bigint) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    run ipcase.audit_run;
    made bigint;
BEGIN
    SELECT * INTO run FROM ipcase.audit_run WHERE id = of_run AND state = 'done' AND whole AND (NOT open OR kind = 'campaign');
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('snapshot ' || run.organ_id || ' ' || run.period, 0));
    SELECT id INTO made FROM ipcase.snapshot WHERE run_id = of_run;
    IF NOT FOUND THEN
        INSERT INTO ipcase.snapshot (organ_id, period, n, as_of, made_by, run_id, digest, size)
        VALUES (run.organ_id, run.period,
                (SELECT coalesce(max(n), 0) + 1 FROM ipcase.snapshot WHERE organ_id = run.organ_id AND period = run.period),
                run.as_of, ipcase.caller_account(), of_run, run.sha256, run.size)
        RETURNING id INTO made;
    END IF;
    RETURN made;
END $$;

REVOKE ALL ON FUNCTION unit_keep_name(), account_keep_name(), campaign_keep_name(), name_as_of(text, text, timestamptz),
    still_writing(timestamptz), owner_still_writing(timestamptz), audit_run_is_over(), snapshot_make(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION name_as_of(text, text, timestamptz), still_writing(timestamptz),
    owner_still_writing(timestamptz), audit_run_is_over(), snapshot_make(bigint) TO ipcase_app;
GRANT EXECUTE ON FUNCTION name_as_of(text, text, timestamptz) TO ipcase_auditor;
GRANT SELECT ON rate_row, name_was TO ipcase_app, ipcase_auditor;
GRANT SELECT, INSERT ON audit_run, snapshot TO ipcase_app;
GRANT UPDATE (state, rows, problem, sha256, size, touched_at) ON audit_run TO ipcase_app;
GRANT SELECT ON audit_run, snapshot TO ipcase_auditor;

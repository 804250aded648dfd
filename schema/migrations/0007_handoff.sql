-- Hand-overs between organs (移送): a matter of kind `handoff` in each organ that takes part, the signed records that
-- keep the copies equal, the packages, what is on its way (outbox), and what was refused at the door (quarantine).
--
-- Records and packages are insert-only, like the ledger: by privilege for the daemon, by trigger for everybody. All of
-- it is written by act_record() in the transaction of the act that makes it, through handoff_record() below.

SET LOCAL search_path = ipcase, pg_catalog;

ALTER TABLE matter
    DROP CONSTRAINT matter_kind_check,
    ADD CONSTRAINT matter_kind_check CHECK (kind IN ('clue', 'case', 'handoff')),
    DROP CONSTRAINT matter_procedure_check,
    ADD CONSTRAINT matter_procedure_check CHECK (procedure IN ('clue', 'ordinary', 'summary', 'back_entry',
        'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9'));

-- exchange: the system account under which an organ's side of the exchange is done. Nobody logs in with it.
ALTER TABLE account
    DROP CONSTRAINT account_roles_check,
    ADD CONSTRAINT account_roles_check CHECK (roles <@ ARRAY['officer', 'co_officer', 'clerk', 'unit_head',
        'legal_reviewer', 'deputy_head', 'principal', 'credit_clerk', 'police', 'procuratorate', 'court', 'auditor',
        'admin', 'exchange'] AND cardinality(roles) > 0),
    ADD CONSTRAINT account_exchange_check CHECK (NOT 'exchange' = ANY (roles) OR roles = ARRAY['exchange']);

-- restricted: a unit of its own for each matter that only the principal and one named officer (reader_id) may see.
ALTER TABLE unit
    DROP CONSTRAINT unit_kind_check,
    ADD CONSTRAINT unit_kind_check CHECK (kind IN ('government', 'bureau', 'brigade', 'station', 'section',
        'department', 'police', 'procuratorate', 'court', 'mediation', 'supervision', 'township', 'restricted')),
    ADD COLUMN reader_id bigint CONSTRAINT unit_reader_fkey REFERENCES account,
    ADD CONSTRAINT unit_reader_check CHECK ((kind = 'restricted') = (reader_id IS NOT NULL));
CREATE INDEX unit_reader_idx ON unit (reader_id) WHERE reader_id IS NOT NULL;

-- ---- the directory of organs -----------------------------------------------------------------

-- code is the name of the organ's lane in records and the OU of its certificate. pin: SHA-256 of the one certificate
-- that is taken from it; null: any that the trusted authorities vouch for.
CREATE TABLE organ_peer (
    code       text CONSTRAINT organ_peer_pkey PRIMARY KEY
               CONSTRAINT organ_peer_code_check CHECK (code ~ '^[a-z0-9-]{1,60}$'),
    name       text NOT NULL CONSTRAINT organ_peer_name_check CHECK (name <> ''),
    kind       text NOT NULL CONSTRAINT organ_peer_kind_check CHECK (kind IN
               ('government', 'bureau', 'department', 'police', 'procuratorate', 'court', 'mediation',
                'supervision', 'township')),
    region     text CONSTRAINT organ_peer_region_check CHECK (region ~ '^[0-9]{6}$'),
    way        text NOT NULL CONSTRAINT organ_peer_way_check CHECK (way IN ('hub', 'network', 'disc', 'paper')),
    url        text CONSTRAINT organ_peer_url_check CHECK (url ~ '^https://'),
    pin        text CONSTRAINT organ_peer_pin_check CHECK (pin ~ '^[0-9a-f]{64}$'),
    hub_organ  bigint CONSTRAINT organ_peer_organ_key UNIQUE CONSTRAINT organ_peer_organ_fkey REFERENCES unit,
    inbox_unit bigint CONSTRAINT organ_peer_inbox_fkey REFERENCES unit, -- where what arrives is put
    active     boolean NOT NULL DEFAULT true,
    CONSTRAINT organ_peer_hub_check CHECK ((way = 'hub') = (hub_organ IS NOT NULL)
                                           AND (hub_organ IS NULL) = (inbox_unit IS NULL)),
    CONSTRAINT organ_peer_network_check CHECK (way <> 'network' OR (url IS NOT NULL AND pin IS NOT NULL))
);

-- An organ of this hub is in the directory from the start; its code in small letters.
CREATE FUNCTION organ_peer_of_unit(u unit) RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO ipcase.organ_peer AS p (code, name, kind, region, way, hub_organ, inbox_unit)
    SELECT lower(u.code), u.name, u.kind, CASE WHEN u.region ~ '^[0-9]{6}$' THEN u.region END, 'hub', u.id, u.id
     WHERE u.id = u.organ_id AND u.kind IN ('government', 'bureau', 'department', 'police', 'procuratorate', 'court',
           'mediation', 'supervision', 'township') AND lower(u.code) ~ '^[a-z0-9-]{1,60}$' AND u.name <> ''
    ON CONFLICT (code) DO UPDATE SET way = 'hub', hub_organ = excluded.hub_organ, inbox_unit = excluded.inbox_unit,
        url = NULL, pin = NULL
        WHERE p.hub_organ IS NULL
$$;

CREATE FUNCTION organ_peer_add() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM ipcase.organ_peer_of_unit(NEW);
    RETURN NULL;
END $$;
CREATE TRIGGER unit_organ_peer AFTER INSERT ON unit FOR EACH ROW WHEN (NEW.id = NEW.organ_id)
    EXECUTE FUNCTION organ_peer_add();
SELECT organ_peer_of_unit(u) FROM unit u ORDER BY u.id;

-- ---- the copy of one organ -------------------------------------------------------------------

-- A projection of the dossier, for lists and for the exchange.
CREATE TABLE handoff (
    matter_id bigint CONSTRAINT handoff_pkey PRIMARY KEY CONSTRAINT handoff_matter_fkey REFERENCES matter,
    organ_id  bigint NOT NULL,
    unit_id   bigint NOT NULL,
    thread    uuid NOT NULL,
    channel   text NOT NULL,
    side      integer NOT NULL CONSTRAINT handoff_side_check CHECK (side IN (0, 1, 2, 4)), -- sender, receiver, third; 0: sent on, it only follows
    case_id   bigint,              -- the linked case of this organ
    peer_code text NOT NULL,       -- the main counterpart
    peer_name text NOT NULL,
    sent_at   timestamptz,         -- when the record `submitted` was made
    CONSTRAINT handoff_thread_key UNIQUE (organ_id, thread)
);
CREATE INDEX handoff_organ_idx ON handoff (organ_id, matter_id DESC);
CREATE INDEX handoff_case_idx ON handoff (case_id) WHERE case_id IS NOT NULL;

CREATE TABLE record (
    matter_id bigint NOT NULL CONSTRAINT record_matter_fkey REFERENCES matter,
    lane      text NOT NULL CONSTRAINT record_lane_check CHECK (lane ~ '^[a-z0-9-]{1,60}$'),
    n         integer NOT NULL CONSTRAINT record_n_check CHECK (n > 0),
    organ_id  bigint NOT NULL,
    unit_id   bigint NOT NULL,
    seq       integer NOT NULL,    -- the act of this copy
    ordinal   integer NOT NULL,    -- place in this copy's thread
    kind      text NOT NULL,
    body      text NOT NULL,       -- canonical JSON, the signed bytes
    digest    bytea NOT NULL CONSTRAINT record_digest_check CHECK (digest = sha256(convert_to(body, 'UTF8'))),
    cms       bytea NOT NULL,
    sm2       bytea,
    stored_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT record_pkey PRIMARY KEY (matter_id, lane, n),
    CONSTRAINT record_ordinal_key UNIQUE (matter_id, ordinal),
    CONSTRAINT record_act_fkey FOREIGN KEY (matter_id, seq) REFERENCES act
);

CREATE TABLE package (
    matter_id          bigint NOT NULL CONSTRAINT package_matter_fkey REFERENCES matter,
    seq                integer NOT NULL, -- place of its record in this copy's thread
    organ_id           bigint NOT NULL,
    unit_id            bigint NOT NULL,
    lane               text NOT NULL,    -- whose package, and in which record it is named
    n                  integer NOT NULL,
    name               text NOT NULL,
    plan               text NOT NULL,    -- paths, sums and sizes of all files
    texts              text NOT NULL,    -- the small files by their sum: tag files, signatures, certificates
    manifest_sha256    bytea NOT NULL,
    tagmanifest_sha256 bytea NOT NULL,
    items              integer NOT NULL,
    bytes              bigint NOT NULL,
    held               boolean NOT NULL, -- false: a third's copy, lists without contents
    CONSTRAINT package_pkey PRIMARY KEY (matter_id, seq),
    CONSTRAINT package_record_fkey FOREIGN KEY (matter_id, lane, n) REFERENCES record
);

CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege', CONSTRAINT = TG_TABLE_NAME || '_insert_only';
END $$;
CREATE TRIGGER record_insert_only BEFORE UPDATE OR DELETE ON record FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER record_no_truncate BEFORE TRUNCATE ON record FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER package_insert_only BEFORE UPDATE OR DELETE ON package FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER package_no_truncate BEFORE TRUNCATE ON package FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- ---- on its way, and refused at the door -------------------------------------------------------

-- One row for each record and addressee. A row is leased by moving next_at; infinity: it waits for a disc.
CREATE TABLE outbox (
    id        bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT outbox_pkey PRIMARY KEY,
    organ_id  bigint NOT NULL,
    unit_id   bigint NOT NULL,
    matter_id bigint NOT NULL,
    lane      text NOT NULL,
    n         integer NOT NULL,
    to_code   text NOT NULL,
    history   boolean NOT NULL DEFAULT false, -- with all records before it: a hand-over that is sent on
    made_at   timestamptz NOT NULL DEFAULT now(),
    tries     integer NOT NULL DEFAULT 0,
    next_at   timestamptz NOT NULL DEFAULT now(),
    done_at   timestamptz,
    failed_at timestamptz,                    -- refused for good; an administrator looks at it
    error     text,
    CONSTRAINT outbox_record_key UNIQUE (matter_id, lane, n, to_code),
    CONSTRAINT outbox_record_fkey FOREIGN KEY (matter_id, lane, n) REFERENCES record
);
CREATE INDEX outbox_due_idx ON outbox (next_at) WHERE done_at IS NULL AND failed_at IS NULL;
CREATE INDEX outbox_order_idx ON outbox (matter_id, to_code, id) WHERE done_at IS NULL;

CREATE TABLE quarantine (
    id       bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT quarantine_pkey PRIMARY KEY,
    organ_id bigint NOT NULL,        -- whose inbox it was
    unit_id  bigint NOT NULL,
    at       timestamptz NOT NULL DEFAULT now(),
    source   text NOT NULL,
    digest   bytea NOT NULL CONSTRAINT quarantine_digest_check CHECK (octet_length(digest) = 32),
    rule     text NOT NULL,
    message  text NOT NULL,
    path     text,                   -- file in the quarantine folder; null: not kept
    times    integer NOT NULL DEFAULT 1,
    last_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT quarantine_digest_key UNIQUE (organ_id, digest, rule)
);

-- ---- writing ---------------------------------------------------------------------------------

-- The hand-over's part of one act: called by act_record(), in its transaction and with the caller's rights.
--   {"expect_number"?, "number"?, "copy"?: {...}, "records": [{...}], "packages": [{...}], "outbox": [{...}],
--    "acknowledged"?: {"to", "lane", "n"}, "reader"?}
CREATE FUNCTION handoff_record(m jsonb, made act) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    h jsonb := m -> 'handoff';
    part jsonb;
    place integer;
BEGIN
    -- The signed record names the number that was next when it was read.
    IF h ? 'expect_number' AND made.number IS DISTINCT FROM h ->> 'expect_number' THEN
        RAISE EXCEPTION 'the number % was taken meanwhile', h ->> 'expect_number'
            USING ERRCODE = 'serialization_failure', CONSTRAINT = 'handoff_number_moved';
    END IF;
    IF h ? 'number' THEN
        UPDATE ipcase.matter SET number = h ->> 'number'
         WHERE id = made.matter_id AND number IS DISTINCT FROM h ->> 'number';
    END IF;
    IF h ? 'copy' THEN
        part := h -> 'copy';
        INSERT INTO ipcase.handoff AS c (matter_id, organ_id, unit_id, thread, channel, side, case_id, peer_code,
            peer_name, sent_at)
        VALUES (made.matter_id, made.organ_id, made.unit_id, (part ->> 'thread')::uuid, part ->> 'channel',
            (part ->> 'side')::integer, (part ->> 'case_id')::bigint, part ->> 'peer_code', part ->> 'peer_name',
            (part ->> 'sent_at')::timestamptz)
        ON CONFLICT (matter_id) DO UPDATE SET side = excluded.side, case_id = excluded.case_id, peer_code = excluded.peer_code,
            peer_name = excluded.peer_name, sent_at = coalesce(c.sent_at, excluded.sent_at);
    END IF;
    SELECT coalesce(max(ordinal), 0) INTO place FROM ipcase.record WHERE matter_id = made.matter_id;
    FOR part IN SELECT value FROM jsonb_array_elements(h -> 'records') LOOP
        IF (part ->> 'n')::integer > 1 AND NOT EXISTS (SELECT 1 FROM ipcase.record WHERE matter_id = made.matter_id
           AND lane = part ->> 'lane' AND n = (part ->> 'n')::integer - 1) THEN
            RAISE EXCEPTION 'record % of lane % has no predecessor', part ->> 'n', part ->> 'lane'
                USING ERRCODE = 'serialization_failure', CONSTRAINT = 'record_gap';
        END IF;
        place := place + 1;
        INSERT INTO ipcase.record (matter_id, lane, n, organ_id, unit_id, seq, ordinal, kind, body, digest, cms, sm2)
        VALUES (made.matter_id, part ->> 'lane', (part ->> 'n')::integer, made.organ_id, made.unit_id, made.seq, place,
            part ->> 'kind', part ->> 'body', decode(part ->> 'digest', 'hex'), decode(part ->> 'cms', 'hex'),
            decode(part ->> 'sm2', 'hex'));
    END LOOP;
    FOR part IN SELECT value FROM jsonb_array_elements(h -> 'packages') LOOP
        INSERT INTO ipcase.package (matter_id, seq, organ_id, unit_id, lane, n, name, plan, texts, manifest_sha256,
            tagmanifest_sha256, items, bytes, held)
        SELECT r.matter_id, r.ordinal, r.organ_id, r.unit_id, r.lane, r.n, part ->> 'name', part ->> 'plan',
            part ->> 'texts', decode(part ->> 'manifest', 'hex'), decode(part ->> 'tagmanifest', 'hex'),
            (part ->> 'items')::integer, (part ->> 'bytes')::bigint, (part ->> 'held')::boolean
          FROM ipcase.record r
         WHERE r.matter_id = made.matter_id AND r.lane = part ->> 'lane' AND r.n = (part ->> 'n')::integer;
    END LOOP;
    INSERT INTO ipcase.outbox (organ_id, unit_id, matter_id, lane, n, to_code, history, next_at)
    SELECT made.organ_id, made.unit_id, made.matter_id, o ->> 'lane', (o ->> 'n')::integer, o ->> 'to',
           coalesce((o ->> 'history')::boolean, false),
           CASE WHEN (o ->> 'by_hand')::boolean THEN 'infinity' ELSE now() END
      FROM jsonb_array_elements(h -> 'outbox') o;
    -- What the other organ has seen has arrived, whichever way it went.
    IF h ? 'acknowledged' THEN
        part := h -> 'acknowledged';
        UPDATE ipcase.outbox SET done_at = now(), failed_at = NULL, error = NULL
         WHERE matter_id = made.matter_id AND done_at IS NULL AND to_code = part ->> 'to' AND lane = part ->> 'lane'
           AND n <= (part ->> 'n')::integer;
    END IF;
    IF h ? 'reader' THEN
        PERFORM ipcase.restricted_reader(made.unit_id, (h ->> 'reader')::bigint);
    END IF;
END $$;

-- ---- who sees what -----------------------------------------------------------------------------

-- Units whose matters an account may see. Leaders, reviewers, credit clerks and auditors see their organ;
-- an auditor of the county government sees every organ; officers and clerks see their own unit and those below it.
-- Liaisons of police, procuratorate and court see their own organ, which holds the hand-overs addressed to it and
-- nothing else of any case; they must belong to such an organ. Restricted units are seen by their reader, the organ's
-- principal and its exchange, by nobody else and not by delegation. Administrators see no matter.
CREATE OR REPLACE FUNCTION visible_units(for_account bigint) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
    WITH RECURSIVE me AS (
        SELECT a.unit_id, u.organ_id, o.kind AS organ_kind, a.roles
        FROM account a JOIN unit u ON u.id = a.unit_id JOIN unit o ON o.id = u.organ_id
        WHERE a.id = for_account
    ), held AS (
        SELECT roles FROM me
        UNION ALL
        SELECT d.roles FROM delegation d
        WHERE d.to_account = for_account AND d.ended_at IS NULL
          AND (now() AT TIME ZONE 'Asia/Shanghai')::date BETWEEN d.starts_on AND d.ends_on
    ), wide AS (
        SELECT coalesce(bool_or(held.roles && ARRAY['legal_reviewer', 'deputy_head', 'principal', 'credit_clerk',
                                                    'auditor', 'exchange']), false)
               OR coalesce(bool_or(me.organ_kind IN ('police', 'procuratorate', 'court')
                                   AND me.organ_kind = ANY (held.roles)), false) AS organ,
               bool_or(held.roles && ARRAY['officer', 'co_officer', 'clerk', 'unit_head']) AS own
        FROM held, me
    ), below AS (
        SELECT me.unit_id AS id FROM me, wide WHERE wide.own
        UNION
        SELECT u.id FROM unit u JOIN below b ON u.parent_id = b.id WHERE u.kind <> 'restricted'
    )
    SELECT coalesce(array_agg(DISTINCT x.id ORDER BY x.id), '{}') FROM (
        SELECT id FROM below
        UNION ALL
        SELECT u.id FROM unit u, me, wide
        WHERE wide.organ AND u.kind <> 'restricted' AND (u.organ_id = me.organ_id
              OR (me.organ_kind = 'government' AND me.roles @> ARRAY['auditor']))
        UNION ALL
        SELECT u.id FROM unit u, me
        WHERE u.kind = 'restricted' AND (u.reader_id = for_account
              OR (u.organ_id = me.organ_id AND me.roles && ARRAY['principal', 'exchange']))
    ) x
$$;

-- A new restricted unit in the caller's organ, to be read by an account of that organ. NULL: there is no such account.
CREATE FUNCTION restricted_unit(for_account bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
DECLARE
    organ unit;
    made bigint;
BEGIN
    SELECT o.* INTO organ
      FROM account a JOIN unit u ON u.id = a.unit_id JOIN unit o ON o.id = u.organ_id
      JOIN account c ON c.id = caller_account() JOIN unit cu ON cu.id = c.unit_id AND cu.organ_id = u.organ_id
     WHERE a.id = for_account AND a.active;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    made := nextval(pg_get_serial_sequence('ipcase.unit', 'id'));
    INSERT INTO unit (id, parent_id, organ_id, kind, code, name, reader_id)
    VALUES (made, organ.id, organ.id, 'restricted', organ.code || '-restricted-' || made, organ.name || '（限制知悉）',
            for_account);
    RETURN made;
END $$;

-- Another officer is named: he reads it from now on, and the one before no more.
CREATE FUNCTION restricted_reader(of_unit bigint, reader bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
BEGIN
    UPDATE unit u SET reader_id = reader
     WHERE u.id = of_unit AND u.kind = 'restricted' AND u.id = ANY (caller_units())
       AND EXISTS (SELECT 1 FROM account a JOIN unit au ON au.id = a.unit_id
                    WHERE a.id = reader AND a.active AND au.organ_id = u.organ_id);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not a restricted unit of the caller, or not an account of its organ'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_reader_check';
    END IF;
END $$;

-- The exchange accounts of this hub, each with its organ and what it may see: who the exchange acts as.
CREATE FUNCTION exchange_accounts()
RETURNS TABLE (account_id bigint, account_name text, display_name text, unit_id bigint, unit_name text,
               organ_id bigint, organ_name text, kind text, region text, code text, inbox_unit bigint, units bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
    SELECT DISTINCT ON (o.id) a.id, a.name, a.display_name, u.id, u.name, o.id, p.name, p.kind, p.region, p.code,
           p.inbox_unit, visible_units(a.id)
      FROM account a
      JOIN unit u ON u.id = a.unit_id
      JOIN unit o ON o.id = u.organ_id
      JOIN organ_peer p ON p.hub_organ = o.id AND p.active
     WHERE a.active AND a.roles = ARRAY['exchange']
     ORDER BY o.id, a.id
$$;

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['handoff', 'record', 'package', 'outbox', 'quarantine'] LOOP
        EXECUTE format('ALTER TABLE ipcase.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE ipcase.%I FORCE ROW LEVEL SECURITY', t);
        -- Administrators look after the quarantine, which says nothing of any case.
        EXECUTE format('CREATE POLICY %I ON ipcase.%I USING ((unit_id + 0) = ANY ((SELECT '
                       'coalesce(nullif(current_setting(''ipcase.units'', true), ''''), ''{}'')::bigint[])::bigint[])%s)',
                       t || '_unit', t,
                       CASE t WHEN 'quarantine' THEN ' OR (SELECT ipcase.caller_is_admin())' ELSE '' END);
    END LOOP;
END $$;

REVOKE ALL ON FUNCTION organ_peer_of_unit(unit), organ_peer_add(), refuse_change(), handoff_record(jsonb, act),
    restricted_unit(bigint), restricted_reader(bigint, bigint), exchange_accounts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION handoff_record(jsonb, act), refuse_change(), restricted_unit(bigint),
    restricted_reader(bigint, bigint), exchange_accounts(), caller_is_admin() TO ipcase_app;
GRANT EXECUTE ON FUNCTION caller_is_admin() TO ipcase_auditor;
GRANT SELECT ON organ_peer TO ipcase_app;
GRANT SELECT, INSERT ON record, package TO ipcase_app;
GRANT SELECT, INSERT, UPDATE ON handoff TO ipcase_app;
GRANT SELECT, INSERT ON outbox, quarantine TO ipcase_app;
GRANT UPDATE (tries, next_at, done_at, failed_at, error) ON outbox TO ipcase_app;
GRANT UPDATE (times, last_at) ON quarantine TO ipcase_app;
GRANT SELECT ON organ_peer, handoff, record, package, outbox, quarantine TO ipcase_auditor;

-- Writing an act, and the law it was decided by.
--
-- An act costs less: values are taken from the document one by one (jsonb_populate_record() looks up every
-- column's input function in each call), what cannot be there yet is inserted and what must be there updated, and the
-- ledger no longer locks the actor's account and unit, which every act of that officer had to share.

SET LOCAL search_path = ipcase, pg_catalog;

-- Accounts and units are never deleted, so the ledger's references cannot dangle.
CREATE FUNCTION refuse_delete() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION '% is never deleted', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege', CONSTRAINT = TG_TABLE_NAME || '_never_deleted';
END $$;
REVOKE ALL ON FUNCTION refuse_delete() FROM PUBLIC;
CREATE TRIGGER account_never_deleted BEFORE DELETE ON account FOR EACH ROW EXECUTE FUNCTION refuse_delete();
CREATE TRIGGER unit_never_deleted BEFORE DELETE ON unit FOR EACH ROW EXECUTE FUNCTION refuse_delete();
ALTER TABLE act DROP CONSTRAINT act_actor_fkey, DROP CONSTRAINT act_behalf_fkey, DROP CONSTRAINT act_actor_unit_fkey;

-- STABLE, which concat_ws() is: a function declared stricter than its body is called each time instead of inlined.
ALTER FUNCTION act_digest(bytea, act) STABLE;

-- Everything of one user action, in one call: idempotency row, acts, numbers, projections. The program has decided;
-- this function only refuses what must not be (version, four eyes, numbers). It runs with the caller's rights, so
-- row-level security applies to every statement in it. Returns the reply's JSON.
CREATE OR REPLACE FUNCTION ipcase.act_record(doc jsonb) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    m jsonb;
    r jsonb;
    a jsonb;
    row ipcase.act;
    prev bytea;
    key_made text;
    reply jsonb;
    spawned jsonb := '[]';
    text_reply text;
    matter_number text;
    expect integer;
BEGIN
    FOR m IN SELECT value FROM jsonb_array_elements(doc -> 'matters') LOOP
        r := m -> 'matter';
        a := m -> 'act';
        expect := m -> 'expect';
        row.matter_id := r -> 'id';
        row.organ_id := r -> 'organ_id';
        row.unit_id := r -> 'unit_id';
        row.seq := r -> 'version';
        IF expect = 0 THEN
            INSERT INTO ipcase.matter (id, kind, procedure, organ_id, unit_id, state, version, title, party,
                ip_type, officer_id, officer_name, co_officer_id, campaigns, turn, open, incomplete,
                opened_on, closed_on, next_due_on, next_rule)
            VALUES (row.matter_id, r ->> 'kind', r ->> 'procedure', row.organ_id, row.unit_id, r ->> 'state', row.seq,
                r ->> 'title', r ->> 'party', r ->> 'ip_type', (r ->> 'officer_id')::bigint, r ->> 'officer_name',
                (r ->> 'co_officer_id')::bigint, ARRAY(SELECT jsonb_array_elements_text(r -> 'campaigns')), r ->> 'turn',
                (r ->> 'open')::boolean, (r ->> 'incomplete')::boolean, (r ->> 'opened_on')::date,
                (r ->> 'closed_on')::date, (r ->> 'next_due_on')::date, r ->> 'next_rule');
            prev := NULL;
        ELSE
            UPDATE ipcase.matter t SET state = r ->> 'state', version = row.seq, title = r ->> 'title',
                party = r ->> 'party', ip_type = r ->> 'ip_type', officer_id = (r ->> 'officer_id')::bigint,
                officer_name = r ->> 'officer_name', co_officer_id = (r ->> 'co_officer_id')::bigint,
                campaigns = ARRAY(SELECT jsonb_array_elements_text(r -> 'campaigns')), turn = r ->> 'turn',
                open = (r ->> 'open')::boolean, closed_on = (r ->> 'closed_on')::date,
                next_due_on = (r ->> 'next_due_on')::date, next_rule = r ->> 'next_rule', updated_at = now()
            WHERE t.id = row.matter_id AND t.version = expect
            RETURNING t.number INTO matter_number;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'matter changed since it was read'
                    USING ERRCODE = 'serialization_failure', CONSTRAINT = 'matter_version_stale';
            END IF;
            SELECT digest INTO STRICT prev FROM ipcase.act WHERE matter_id = row.matter_id AND seq = expect;
        END IF;

        row.act := a ->> 'act';
        row.stage := a ->> 'stage';
        row.request := a -> 'request';
        row.actor_id := a -> 'actor_id';
        row.actor_name := a ->> 'actor_name';
        row.on_behalf_of := a -> 'on_behalf_of';
        row.actor_unit := a -> 'actor_unit';
        row.happened_at := a ->> 'happened_at';
        row.recorded_at := now();
        row.back_entry := coalesce((a -> 'back_entry')::boolean, false);
        row.law_version := a -> 'law_version';
        row.payload := a ->> 'payload';
        row.number := a ->> 'doc_no';
        key_made := a ->> 'doc_no_key';
        IF row.number IS NULL AND a ? 'paper' THEN
            SELECT n.number, n.number_key INTO row.number, key_made FROM ipcase.next_number(row.unit_id, row.organ_id, a ->> 'paper',
                extract(year FROM row.happened_at AT TIME ZONE 'Asia/Shanghai')::int) n;
        END IF;
        row.digest := ipcase.act_digest(prev, row);
        INSERT INTO ipcase.act SELECT row.*;
        IF row.number IS NOT NULL THEN
            INSERT INTO ipcase.document (matter_id, seq, organ_id, unit_id, paper, number, number_key, issued_on)
            VALUES (row.matter_id, row.seq, row.organ_id, row.unit_id, coalesce(a ->> 'paper', ''),
                    row.number, key_made, (row.happened_at AT TIME ZONE 'Asia/Shanghai')::date);
            IF (m -> 'names_matter')::boolean THEN
                UPDATE ipcase.matter SET number = row.number WHERE id = row.matter_id;
                matter_number := row.number;
            END IF;
        END IF;

        IF expect = 0 THEN
            INSERT INTO ipcase.dossier (matter_id, organ_id, unit_id, body)
            VALUES (row.matter_id, row.organ_id, row.unit_id, m ->> 'dossier');
        ELSE
            UPDATE ipcase.dossier SET body = m ->> 'dossier' WHERE matter_id = row.matter_id;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'matter % has no dossier', row.matter_id
                    USING ERRCODE = 'data_corrupted', CONSTRAINT = 'dossier_missing';
            END IF;
        END IF;

        IF m ? 'clocks' THEN
            INSERT INTO ipcase.clock
            SELECT row.matter_id, c.idx, row.organ_id, row.unit_id, c.rule, c.ref, c.state, c.owner, c.start_on,
                   c.strict_on, c.due_on, c.due_at, c.provisional, c.met_on, c.late
            FROM jsonb_populate_recordset(NULL::ipcase.clock, m -> 'clocks') c
            ON CONFLICT (matter_id, idx) DO UPDATE SET state = excluded.state, start_on = excluded.start_on,
                strict_on = excluded.strict_on, due_on = excluded.due_on, due_at = excluded.due_at,
                provisional = excluded.provisional, met_on = excluded.met_on, late = excluded.late;
        END IF;
        IF m ? 'parties' THEN
            IF expect > 0 THEN
                DELETE FROM ipcase.party WHERE matter_id = row.matter_id;
            END IF;
            INSERT INTO ipcase.party
            SELECT row.matter_id, p.idx, row.organ_id, row.unit_id, p.name, p.name_key, p.kind, p.role, p.uscc,
                   p.id_number, p.representative, p.address, p.phone
            FROM jsonb_populate_recordset(NULL::ipcase.party, m -> 'parties') p;
        END IF;
        IF m ? 'text' THEN
            INSERT INTO ipcase.matter_text (matter_id, organ_id, unit_id, folded, grams)
            VALUES (row.matter_id, row.organ_id, row.unit_id, m -> 'text' ->> 'folded',
                    ARRAY(SELECT jsonb_array_elements_text(m -> 'text' -> 'grams')))
            ON CONFLICT (matter_id) DO UPDATE SET folded = excluded.folded, grams = excluded.grams;
        END IF;
        IF m ? 'mark' THEN
            IF expect > 0 THEN
                UPDATE ipcase.rate_mark SET known_until = now()
                 WHERE matter_id = row.matter_id AND known_until = 'infinity';
            END IF;
            INSERT INTO ipcase.rate_mark
            SELECT row.matter_id, row.seq, now(), 'infinity', row.organ_id, row.unit_id, k.kind, k.procedure,
                   k.ip_type, k.officer_id, k.campaigns, k.excluded, k.opened_on, k.clue_due_on,
                   k.clue_decided_on, k.filed_on, k.decision_due_on, k.decided_on, k.perform_due_on,
                   k.performing_open, k.ground_on, k.ground_due_on, k.closed_on, k.suspended_on,
                   k.resumed_on, k.publish_due_on, k.published_on, k.active_until
            FROM jsonb_populate_record(NULL::ipcase.rate_mark, m -> 'mark') k;
        END IF;

        IF m ? 'handoff' THEN
            PERFORM ipcase.handoff_record(m, row);
            matter_number := coalesce(m -> 'handoff' ->> 'number', matter_number);
        END IF;

        IF reply IS NULL THEN
            reply := jsonb_build_object(
                'matter', jsonb_build_object('id', row.matter_id::text, 'kind', r -> 'kind',
                    'version', row.seq, 'state', r -> 'state', 'state_zh', m -> 'state_zh',
                    'number', matter_number),
                'act', jsonb_build_object('seq', row.seq, 'act', row.act, 'stage', row.stage,
                    'request', row.request, 'number', row.number,
                    'recorded_at', to_char(row.recorded_at AT TIME ZONE 'Asia/Shanghai',
                                           'YYYY-MM-DD"T"HH24:MI:SS.US"+08:00"')));
        ELSE
            spawned := spawned || jsonb_build_object('id', row.matter_id::text, 'kind', r -> 'kind', 'number', matter_number);
        END IF;
        matter_number := NULL;
    END LOOP;
    text_reply := (reply || jsonb_build_object('spawned', spawned))::text;
    IF doc ? 'original' THEN
        INSERT INTO ipcase.import_original (organ_id, unit_id, key, digest, original, matter_id)
        VALUES ((doc -> 'original' ->> 'organ_id')::bigint, (doc -> 'original' ->> 'unit_id')::bigint,
                doc -> 'original' ->> 'key', decode(doc -> 'original' ->> 'digest', 'hex'),
                doc -> 'original' ->> 'text', row.matter_id);
    END IF;
    IF doc ->> 'key' IS NOT NULL THEN
        INSERT INTO ipcase.idempotency (account_id, key, request_digest, status, reply)
        VALUES ((doc ->> 'account')::bigint, doc ->> 'key', decode(doc ->> 'digest', 'hex'), 201, text_reply);
    END IF;
    RETURN text_reply;
END $$;

-- ---- editions of the law ------------------------------------------------------------------------

-- Each state of the legal tables that a program has decided by, under the number that its acts carry as law_version.
-- An act is folded by the law as it was known then: a holiday notice or a corrected period that comes later changes
-- no past answer, and running clocks move by an act of their own (ipcasectl recompute).
CREATE TABLE law_edition (
    version    integer CONSTRAINT law_edition_pkey PRIMARY KEY,
    known_from timestamptz NOT NULL DEFAULT now(),
    texts      json NOT NULL        -- table name: CSV
);
CREATE TRIGGER law_edition_insert_only BEFORE UPDATE OR DELETE ON law_edition
    FOR EACH ROW EXECUTE FUNCTION act_refuse_change();

-- The law of now, kept as an edition. The same tables give the same number, in every database.
CREATE FUNCTION law_edition_now(OUT version integer, OUT texts json)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    digest bytea;
BEGIN
    SELECT json_object_agg(t, law_csv(t) ORDER BY n), sha256(convert_to(string_agg(law_csv(t), '' ORDER BY n), 'UTF8'))
      INTO texts, digest
      FROM unnest(ARRAY['holidays', 'clocks', 'vocabulary', 'thresholds', 'limits', 'regions'])
           WITH ORDINALITY AS names (t, n);
    version := ((get_byte(digest, 0) & 127) << 24) | (get_byte(digest, 1) << 16) | (get_byte(digest, 2) << 8)
               | get_byte(digest, 3);
    INSERT INTO law_edition AS e (version, texts) VALUES (law_edition_now.version, law_edition_now.texts)
        ON CONFLICT (version) DO NOTHING;
    IF (SELECT e.texts::text FROM law_edition e WHERE e.version = law_edition_now.version) <> law_edition_now.texts::text THEN
        RAISE EXCEPTION 'another edition of the law has the number %', version
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'law_edition_number';
    END IF;
END $$;

REVOKE ALL ON FUNCTION law_edition_now() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION law_edition_now() TO ipcase_app;
GRANT SELECT ON law_edition TO ipcase_app, ipcase_auditor;

-- What the audit reads: rate_mark carries the dates of a disclosure, and number, title, party and officer as they
-- were known, so that an audit as of an instant gives the same bytes later. Rows that are older than this migration
-- get theirs from `ipcasectl rebuild`.

SET LOCAL search_path = ipcase, pg_catalog;

ALTER TABLE rate_mark
    ADD COLUMN credit_due_on   date,    -- D36
    ADD COLUMN credit_on       date,
    ADD COLUMN withdraw_due_on date,    -- D35; NULL: need not be withdrawn
    ADD COLUMN withdrawn_on    date,
    ADD COLUMN stop_due_on     date,    -- D37 by class, or the end of a restriction
    ADD COLUMN stopped_on      date,
    ADD COLUMN declined        boolean NOT NULL DEFAULT false, -- a clue that ended without a case
    ADD COLUMN number          text,
    ADD COLUMN title           text NOT NULL DEFAULT '',
    ADD COLUMN party           text NOT NULL DEFAULT '',
    ADD COLUMN officer_name    text NOT NULL DEFAULT '',
    ADD COLUMN case_id         bigint,  -- of a disclosure: the case it belongs to
    ADD COLUMN value_fen       bigint,  -- 案值: what was illegally traded, else the goods' value
    ADD COLUMN income_fen      bigint,
    ADD COLUMN fine_fen        bigint,
    ADD COLUMN confiscated_fen bigint;
COMMENT ON COLUMN rate_mark.publish_due_on IS 'D32, D33 for another province, D34 for a foreign decision; NULL: not publishable';

-- What was in force at an instant is what is in force now and known by then, and what ended after it.
CREATE INDEX rate_mark_past_idx ON rate_mark (organ_id, known_until, matter_id) WHERE known_until <> 'infinity';

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
    k jsonb;
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
        IF m ? 'handoff' THEN
            PERFORM ipcase.handoff_record(m, row);
            matter_number := coalesce(m -> 'handoff' ->> 'number', matter_number);
        END IF;

        -- What was published; a disclosure goes by the number of its decision.
        IF m ? 'disclosure' THEN
            matter_number := coalesce(ipcase.disclosure_record(m, row), matter_number);
        END IF;
        -- The mark carries the number as it is now. Hand-overs count nowhere.
        IF m ? 'mark' THEN
            k := m -> 'mark';
            IF expect > 0 THEN
                UPDATE ipcase.rate_mark SET known_until = now()
                 WHERE matter_id = row.matter_id AND known_until = 'infinity';
            END IF;
            INSERT INTO ipcase.rate_mark (matter_id, seq, known_from, known_until, organ_id, unit_id, kind, procedure,
                ip_type, officer_id, campaigns, excluded, opened_on, clue_due_on, clue_decided_on, filed_on,
                decision_due_on, decided_on, perform_due_on, performing_open, ground_on, ground_due_on, closed_on,
                suspended_on, resumed_on, publish_due_on, published_on, credit_due_on, credit_on, withdraw_due_on,
                withdrawn_on, stop_due_on, stopped_on, declined, number, title, party, officer_name, case_id, value_fen,
                income_fen, fine_fen, confiscated_fen, active_until)
            VALUES (row.matter_id, row.seq, now(), 'infinity', row.organ_id, row.unit_id, k ->> 'kind', k ->> 'procedure',
                k ->> 'ip_type', (k ->> 'officer_id')::bigint, ARRAY(SELECT jsonb_array_elements_text(k -> 'campaigns')),
                k ->> 'excluded', (k ->> 'opened_on')::date, (k ->> 'clue_due_on')::date, (k ->> 'clue_decided_on')::date,
                (k ->> 'filed_on')::date, (k ->> 'decision_due_on')::date, (k ->> 'decided_on')::date,
                (k ->> 'perform_due_on')::date, (k ->> 'performing_open')::boolean, (k ->> 'ground_on')::date,
                (k ->> 'ground_due_on')::date, (k ->> 'closed_on')::date, (k ->> 'suspended_on')::date,
                (k ->> 'resumed_on')::date, (k ->> 'publish_due_on')::date, (k ->> 'published_on')::date,
                (k ->> 'credit_due_on')::date, (k ->> 'credit_on')::date, (k ->> 'withdraw_due_on')::date,
                (k ->> 'withdrawn_on')::date, (k ->> 'stop_due_on')::date, (k ->> 'stopped_on')::date,
                (k ->> 'declined')::boolean,
                CASE WHEN r ->> 'kind' <> 'handoff' THEN matter_number END, r ->> 'title', r ->> 'party',
                r ->> 'officer_name', (k ->> 'case_id')::bigint, (k ->> 'value_fen')::bigint,
                (k ->> 'income_fen')::bigint, (k ->> 'fine_fen')::bigint, (k ->> 'confiscated_fen')::bigint,
                (k ->> 'active_until')::date);
        END IF;

        IF m ? 'form' THEN -- what the report forms count
            PERFORM ipcase.form_mark_record(m, row);
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

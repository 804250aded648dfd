-- Accounts, delegations and campaigns as the administrator changes them. The daemon's role loses the right to
-- write these tables itself: every change goes through a function that looks at who asks, ends the sessions
-- that must end, and writes its own audit line. Passwords arrive hashed.

SET LOCAL search_path = ipcase, pg_catalog;

REVOKE INSERT ON account, delegation FROM ipcase_app;
REVOKE UPDATE (active, roles, display_name, unit_id) ON account FROM ipcase_app;
REVOKE UPDATE (ended_at) ON delegation FROM ipcase_app;

-- Search by campaign.
CREATE INDEX matter_campaigns_idx ON matter USING gin (campaigns);

-- ---- logins ----------------------------------------------------------------------------------

-- One try: counts as failed until session_open() clears it, so tries sent at the same time cannot pass the
-- limit together. Not allowed any more: nothing is added, and the ban ends by itself.
CREATE FUNCTION auth_attempt(account_name text, place text, within_seconds integer, max_failures integer)
RETURNS TABLE (allowed boolean, account_id bigint, password_hash text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(auth_attempt.account_name || '@' || auth_attempt.place, 1));
    allowed := auth_failures(auth_attempt.account_name, auth_attempt.place, within_seconds) < max_failures;
    IF allowed THEN
        PERFORM auth_failed(auth_attempt.account_name, auth_attempt.place);
        SELECT f.account_id, f.password_hash INTO account_id, password_hash
          FROM auth_find(auth_attempt.account_name) f;
    END IF;
    RETURN NEXT;
END $$;

-- A try that was never judged (the server was busy) is taken back.
CREATE FUNCTION auth_forget(account_name text, place text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
    DELETE FROM login_failure WHERE ctid IN (
        SELECT f.ctid FROM login_failure f WHERE f.account_name = $1 AND f.place = $2
        ORDER BY f.failed_at DESC LIMIT 1)
$$;

-- ---- who asks --------------------------------------------------------------------------------

CREATE FUNCTION caller_is_admin() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
    SELECT EXISTS (SELECT 1 FROM account WHERE id = caller_account() AND active AND 'admin' = ANY (roles))
$$;

CREATE FUNCTION caller_must_be_admin() RETURNS void
LANGUAGE plpgsql STABLE SET search_path = ipcase, pg_temp
AS $$
BEGIN
    IF NOT caller_is_admin() THEN
        RAISE EXCEPTION 'administrators only'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'account_admin_only';
    END IF;
END $$;

CREATE FUNCTION account_audit(place text, request_id text, what text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
    INSERT INTO audit (account_id, place, request_id, action, outcome)
    VALUES (caller_account(), $1, $2, $3, 'ok')
$$;

-- ---- accounts --------------------------------------------------------------------------------

CREATE FUNCTION account_json(for_account bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
    SELECT json_build_object('id', a.id::text, 'account', a.name, 'name', a.display_name,
        'unit', json_build_object('id', u.id::text, 'name', u.name), 'roles', to_json(a.roles),
        'active', a.active)::text
    FROM account a JOIN unit u ON u.id = a.unit_id WHERE a.id = for_account
$$;

CREATE FUNCTION account_create(account_name text, display_name text, unit_id bigint, roles text[],
                               password_hash text, place text, request_id text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    made bigint;
BEGIN
    PERFORM caller_must_be_admin();
    IF NOT EXISTS (SELECT 1 FROM unit u WHERE u.id = account_create.unit_id AND u.active) THEN
        RAISE EXCEPTION 'no such unit' USING ERRCODE = 'check_violation', CONSTRAINT = 'account_unit_fkey';
    END IF;
    INSERT INTO account (name, display_name, unit_id, roles)
    VALUES ($1, $2, $3, $4) RETURNING id INTO made;
    INSERT INTO account_secret (account_id, password_hash) VALUES (made, $5);
    PERFORM account_audit(account_create.place, account_create.request_id, 'account_create ' || $1);
    RETURN account_json(made);
END $$;

-- Changes what is not null. Locking, a new password, other roles or another unit end the account's sessions.
CREATE FUNCTION account_set(for_account bigint, act text, display_name text, unit_id bigint, roles text[],
                            password_hash text, place text, request_id text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    was account;
BEGIN
    PERFORM caller_must_be_admin();
    SELECT * INTO was FROM account WHERE id = for_account FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such account' USING ERRCODE = 'no_data_found', CONSTRAINT = 'account_missing';
    END IF;
    IF for_account = caller_account()
       AND (act = 'lock' OR (account_set.roles IS NOT NULL AND NOT 'admin' = ANY (account_set.roles))) THEN
        RAISE EXCEPTION 'not oneself' USING ERRCODE = 'check_violation', CONSTRAINT = 'account_self';
    END IF;
    IF account_set.unit_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM unit u WHERE u.id = account_set.unit_id AND u.active) THEN
        RAISE EXCEPTION 'no such unit' USING ERRCODE = 'check_violation', CONSTRAINT = 'account_unit_fkey';
    END IF;
    UPDATE account a SET
        active = CASE act WHEN 'lock' THEN false WHEN 'unlock' THEN true ELSE a.active END,
        display_name = coalesce(account_set.display_name, a.display_name),
        unit_id = coalesce(account_set.unit_id, a.unit_id),
        roles = coalesce(account_set.roles, a.roles)
     WHERE a.id = for_account;
    IF account_set.password_hash IS NOT NULL THEN
        INSERT INTO account_secret AS s (account_id, password_hash) VALUES (for_account, account_set.password_hash)
        ON CONFLICT (account_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = now();
    END IF;
    IF act = 'unlock' THEN
        DELETE FROM login_failure f WHERE f.account_name = was.name;
    END IF;
    IF act IN ('lock', 'password', 'roles', 'unit') THEN
        UPDATE session s SET revoked_at = now() WHERE s.account_id = for_account AND s.revoked_at IS NULL;
    END IF;
    PERFORM account_audit(account_set.place, account_set.request_id, 'account_' || act || ' ' || was.name);
    RETURN account_json(for_account);
END $$;

-- One's own password; the program has checked the old one. The session that asks stays, all others end.
CREATE FUNCTION account_password(password_hash text, keep_digest bytea, place text, request_id text) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
    UPDATE account_secret SET password_hash = $1, changed_at = now() WHERE account_id = caller_account();
    UPDATE session SET revoked_at = now()
     WHERE account_id = caller_account() AND revoked_at IS NULL AND token_digest <> keep_digest;
    DELETE FROM login_failure f USING account a
     WHERE a.id = caller_account() AND f.account_name = a.name AND f.place = $3;
    SELECT account_audit($3, $4, 'account_password_own')
$$;

-- ---- delegations (授权代审) --------------------------------------------------------------------

CREATE FUNCTION delegation_json(for_delegation bigint) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
    SELECT json_build_object('id', d.id::text,
        'from', json_build_object('account', f.name, 'name', f.display_name),
        'to', json_build_object('account', t.name, 'name', t.display_name),
        'roles', to_json(d.roles), 'starts_on', d.starts_on, 'ends_on', d.ends_on, 'reason', d.reason,
        'ended_at', to_char(d.ended_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS"+08:00"'))::text
    FROM delegation d JOIN account f ON f.id = d.from_account JOIN account t ON t.id = d.to_account
    WHERE d.id = for_delegation
$$;

-- Roles are the delegating account's own, now and later: session_find() checks again. Not to another organ.
CREATE FUNCTION delegation_create(from_name text, to_name text, roles text[], starts_on date, ends_on date,
                                  reason text, place text, request_id text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    giver account;
    taker account;
    made bigint;
BEGIN
    SELECT * INTO giver FROM account a WHERE a.active AND CASE WHEN from_name IS NULL THEN a.id = caller_account()
                                                              ELSE a.name = from_name END;
    SELECT * INTO taker FROM account a WHERE a.active AND a.name = to_name;
    IF giver.id IS NULL OR taker.id IS NULL THEN
        RAISE EXCEPTION 'no such account' USING ERRCODE = 'no_data_found', CONSTRAINT = 'account_missing';
    END IF;
    IF giver.id <> caller_account() AND NOT caller_is_admin() THEN
        RAISE EXCEPTION 'not yours'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'delegation_not_yours';
    END IF;
    IF NOT delegation_create.roles <@ giver.roles THEN
        RAISE EXCEPTION 'not the roles of the giver'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'delegation_roles_check';
    END IF;
    IF (SELECT organ_id FROM unit WHERE id = giver.unit_id) <> (SELECT organ_id FROM unit WHERE id = taker.unit_id) THEN
        RAISE EXCEPTION 'another organ' USING ERRCODE = 'check_violation', CONSTRAINT = 'delegation_organ';
    END IF;
    IF delegation_create.ends_on < (now() AT TIME ZONE 'Asia/Shanghai')::date THEN
        RAISE EXCEPTION 'over already' USING ERRCODE = 'check_violation', CONSTRAINT = 'delegation_past';
    END IF;
    IF delegation_create.ends_on > delegation_create.starts_on + 366 THEN
        RAISE EXCEPTION 'too long' USING ERRCODE = 'check_violation', CONSTRAINT = 'delegation_length';
    END IF;
    INSERT INTO delegation (from_account, to_account, roles, starts_on, ends_on, reason)
    VALUES (giver.id, taker.id, $3, $4, $5, $6) RETURNING id INTO made;
    PERFORM account_audit(delegation_create.place, delegation_create.request_id,
                          'delegation_create ' || giver.name || ' ' || taker.name);
    RETURN delegation_json(made);
END $$;

CREATE FUNCTION delegation_end(for_delegation bigint, place text, request_id text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    was delegation;
BEGIN
    SELECT * INTO was FROM delegation d WHERE d.id = for_delegation AND d.ended_at IS NULL FOR UPDATE;
    IF NOT FOUND OR NOT (caller_is_admin() OR caller_account() IN (was.from_account, was.to_account)) THEN
        RAISE EXCEPTION 'no such delegation' USING ERRCODE = 'no_data_found', CONSTRAINT = 'delegation_missing';
    END IF;
    IF was.from_account <> caller_account() AND NOT caller_is_admin() THEN
        RAISE EXCEPTION 'not yours'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'delegation_not_yours';
    END IF;
    UPDATE delegation SET ended_at = now() WHERE id = for_delegation;
    PERFORM account_audit(delegation_end.place, delegation_end.request_id, 'delegation_end ' || for_delegation);
    RETURN delegation_json(for_delegation);
END $$;

-- ---- campaigns (专项行动) ------------------------------------------------------------------------

CREATE FUNCTION campaign_create(code text, name_zh text, year integer, organiser text, aliases text,
                                starts_on date, ends_on date, parent text, note text, place text,
                                request_id text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
BEGIN
    PERFORM caller_must_be_admin();
    INSERT INTO law_campaigns (code, name_zh, year, organiser, aliases, starts_on, ends_on, parent, note)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);
    PERFORM account_audit(campaign_create.place, campaign_create.request_id, 'campaign_create ' || $1);
    RETURN json_build_object('id', $1, 'name', $2, 'year', $3, 'unit', $4, 'aliases', $5, 'starts_on', $6,
                             'ends_on', $7, 'parent', $8, 'note', $9)::text;
END $$;

-- ---- privileges ------------------------------------------------------------------------------

REVOKE ALL ON FUNCTION auth_attempt(text, text, integer, integer), auth_forget(text, text), caller_is_admin(),
    caller_must_be_admin(), account_audit(text, text, text), account_json(bigint), delegation_json(bigint),
    account_create(text, text, bigint, text[], text, text, text),
    account_set(bigint, text, text, bigint, text[], text, text, text), account_password(text, bytea, text, text),
    delegation_create(text, text, text[], date, date, text, text, text), delegation_end(bigint, text, text),
    campaign_create(text, text, integer, text, text, date, date, text, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth_attempt(text, text, integer, integer), auth_forget(text, text),
    account_create(text, text, bigint, text[], text, text, text),
    account_set(bigint, text, text, bigint, text[], text, text, text), account_password(text, bytea, text, text),
    delegation_create(text, text, text[], date, date, text, text, text), delegation_end(bigint, text, text),
    campaign_create(text, text, integer, text, text, date, date, text, text, text, text) TO ipcase_app;

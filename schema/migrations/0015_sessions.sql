-- Sessions as their account sees them, and the second factor (动态口令).

SET LOCAL search_path = ipcase, pg_catalog;

-- ---- sessions --------------------------------------------------------------------------------

ALTER TABLE session
    ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT session_id_key UNIQUE,
    ADD COLUMN place text, -- where it was opened from, and by which program
    ADD COLUMN agent text;

-- The last login of each account; sessions themselves are removed a week after their end.
CREATE TABLE account_login (
    account_id bigint CONSTRAINT account_login_pkey PRIMARY KEY
               CONSTRAINT account_login_account_fkey REFERENCES account,
    at         timestamptz NOT NULL,
    place      text NOT NULL
);

-- Counts what makes a looked-up session untrue: every daemon reads it each second and looks up again.
CREATE TABLE session_epoch (
    one boolean CONSTRAINT session_epoch_pkey PRIMARY KEY DEFAULT true CONSTRAINT session_epoch_one_check CHECK (one),
    n   bigint NOT NULL
);
INSERT INTO session_epoch (n) VALUES (1);

CREATE FUNCTION session_epoch_next() RETURNS trigger
LANGUAGE plpgsql SET search_path = ipcase, pg_temp
AS $$
BEGIN
    UPDATE session_epoch SET n = n + 1;
    RETURN NULL;
END $$;

CREATE TRIGGER session_revoked AFTER UPDATE ON session FOR EACH ROW
    WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION session_epoch_next();
CREATE TRIGGER delegation_changed AFTER INSERT OR UPDATE ON delegation FOR EACH ROW
    EXECUTE FUNCTION session_epoch_next();

-- ---- the second factor -----------------------------------------------------------------------

-- enabled_at NULL: a secret was made and no code of it has been seen yet. last_step: a code is good once.
CREATE TABLE account_totp (
    account_id bigint CONSTRAINT account_totp_pkey PRIMARY KEY
               CONSTRAINT account_totp_account_fkey REFERENCES account,
    secret     bytea NOT NULL CONSTRAINT account_totp_secret_check CHECK (length(secret) BETWEEN 16 AND 64),
    created_at timestamptz NOT NULL DEFAULT now(),
    enabled_at timestamptz,
    last_step  bigint NOT NULL DEFAULT 0
);

-- True: the account needs no code, or this step was never used before (and is now).
CREATE FUNCTION totp_use(for_account bigint, step bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
BEGIN
    UPDATE account_totp t SET last_step = totp_use.step
     WHERE t.account_id = for_account AND t.enabled_at IS NOT NULL AND t.last_step < totp_use.step;
    RETURN FOUND OR NOT EXISTS (SELECT 1 FROM account_totp t
                                 WHERE t.account_id = for_account AND t.enabled_at IS NOT NULL);
END $$;

-- A new secret in place of one that was never confirmed. False: the second factor is on.
CREATE FUNCTION totp_begin(secret bytea) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
BEGIN
    INSERT INTO account_totp AS t (account_id, secret) VALUES (caller_account(), $1)
    ON CONFLICT (account_id) DO UPDATE SET secret = excluded.secret, created_at = now()
     WHERE t.enabled_at IS NULL;
    RETURN FOUND;
END $$;

-- What the caller has still to confirm; within an hour.
CREATE FUNCTION totp_pending() RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
    SELECT secret FROM account_totp
     WHERE account_id = caller_account() AND enabled_at IS NULL AND created_at > now() - interval '1 hour'
$$;

CREATE FUNCTION totp_confirm(secret bytea, step bigint, place text, request_id text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
BEGIN
    UPDATE account_totp t SET enabled_at = now(), last_step = $2
     WHERE t.account_id = caller_account() AND t.enabled_at IS NULL AND t.secret = $1;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE session_epoch SET n = n + 1;
    PERFORM account_audit($3, $4, 'totp_on');
    RETURN true;
END $$;

-- The program has checked password and code; the step must be a new one here too.
CREATE FUNCTION totp_remove(step bigint, place text, request_id text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
BEGIN
    IF NOT totp_use(caller_account(), $1) THEN
        RETURN false;
    END IF;
    DELETE FROM account_totp t WHERE t.account_id = caller_account();
    UPDATE session_epoch SET n = n + 1;
    PERFORM account_audit($2, $3, 'totp_off');
    RETURN true;
END $$;

-- ---- logins ----------------------------------------------------------------------------------

-- One try: counts as failed until session_open() clears it, so tries sent at the same time cannot pass the
-- limit together. Not allowed any more: nothing is added, and the ban ends by itself.
DROP FUNCTION auth_attempt(text, text, integer, integer);
CREATE FUNCTION auth_attempt(account_name text, place text, within_seconds integer, max_failures integer)
RETURNS TABLE (allowed boolean, account_id bigint, password_hash text, totp_secret bytea)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(auth_attempt.account_name || '@' || auth_attempt.place, 1));
    allowed := auth_failures(auth_attempt.account_name, auth_attempt.place, within_seconds) < max_failures;
    IF allowed THEN
        PERFORM auth_failed(auth_attempt.account_name, auth_attempt.place);
        SELECT f.account_id, f.password_hash, t.secret INTO account_id, password_hash, totp_secret
          FROM auth_find(auth_attempt.account_name) f
          LEFT JOIN account_totp t ON t.account_id = f.account_id AND t.enabled_at IS NOT NULL;
    END IF;
    RETURN NEXT;
END $$;

-- NULL: the account needs a code, and this step is none or was used before. The failure stays counted.
DROP FUNCTION session_open(bigint, bytea, text, text, integer);
CREATE FUNCTION session_open(for_account bigint, digest bytea, place text, account_name text,
                             lifetime_seconds integer, agent text, code_step bigint) RETURNS timestamptz
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
DECLARE
    ends timestamptz := now() + make_interval(secs => lifetime_seconds);
BEGIN
    IF NOT totp_use(for_account, code_step) THEN
        RETURN NULL;
    END IF;
    DELETE FROM login_failure f WHERE f.account_name = $4 AND f.place = $3;
    DELETE FROM session s WHERE s.expires_at < now() - interval '7 days';
    INSERT INTO session (token_digest, account_id, expires_at, place, agent)
    VALUES (digest, for_account, ends, $3, $6);
    INSERT INTO account_login AS l (account_id, at, place) VALUES (for_account, now(), $3)
    ON CONFLICT (account_id) DO UPDATE SET at = excluded.at, place = excluded.place;
    RETURN ends;
END $$;

-- One row when the token is good. Marks it seen, at most once a minute.
DROP FUNCTION session_find(bytea, integer);
CREATE FUNCTION session_find(digest bytea, idle_seconds integer)
RETURNS TABLE (account_id bigint, account_name text, display_name text, unit_id bigint, unit_name text,
               organ_id bigint, organ_name text, roles text[], expires_at timestamptz, units bigint[],
               delegated text, id bigint, totp boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    today date := (now() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    UPDATE session s SET seen_at = now()
     WHERE s.token_digest = digest AND s.revoked_at IS NULL AND s.expires_at > now()
       AND s.seen_at < now() - interval '1 minute'
       AND s.seen_at > now() - make_interval(secs => idle_seconds);
    RETURN QUERY
    SELECT a.id, a.name, a.display_name, u.id, u.name, o.id, o.name, a.roles, s.expires_at,
           visible_units(a.id),
           -- role:delegating account, comma-separated
           (SELECT string_agg(r || ':' || d.from_account, ',')
              FROM delegation d JOIN account f ON f.id = d.from_account AND f.active, unnest(d.roles) r
             WHERE d.to_account = a.id AND d.ended_at IS NULL
               AND today BETWEEN d.starts_on AND d.ends_on AND r = ANY (f.roles)),
           s.id,
           EXISTS (SELECT 1 FROM account_totp t WHERE t.account_id = a.id AND t.enabled_at IS NOT NULL)
      FROM session s
      JOIN account a ON a.id = s.account_id AND a.active
      JOIN unit u ON u.id = a.unit_id
      JOIN unit o ON o.id = u.organ_id
     WHERE s.token_digest = digest AND s.revoked_at IS NULL AND s.expires_at > now()
       AND s.seen_at > now() - make_interval(secs => idle_seconds);
END $$;

-- The caller's living sessions.
CREATE FUNCTION session_mine(idle_seconds integer)
RETURNS TABLE (id bigint, created_at timestamptz, seen_at timestamptz, expires_at timestamptz, place text, agent text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
    SELECT s.id, s.created_at, s.seen_at, s.expires_at, s.place, s.agent
      FROM session s
     WHERE s.account_id = caller_account() AND s.revoked_at IS NULL AND s.expires_at > now()
       AND s.seen_at > now() - make_interval(secs => idle_seconds)
     ORDER BY s.id DESC LIMIT 200
$$;

-- Ends one of the caller's sessions, or all of them (NULL); how many.
CREATE FUNCTION session_end(which bigint) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
    WITH ended AS (
        UPDATE session s SET revoked_at = now()
         WHERE s.account_id = caller_account() AND s.revoked_at IS NULL AND s.expires_at > now()
           AND (which IS NULL OR s.id = which)
        RETURNING 1)
    SELECT count(*) FROM ended
$$;

-- ---- accounts --------------------------------------------------------------------------------

-- Changes what is not null. Locking, a new password, other roles or another unit end the account's sessions, and so
-- does taking away its second factor.
CREATE OR REPLACE FUNCTION account_set(for_account bigint, act text, display_name text, unit_id bigint, roles text[],
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
    IF for_account = caller_account() AND act = 'reset_totp' THEN
        RAISE EXCEPTION 'not oneself' USING ERRCODE = 'check_violation', CONSTRAINT = 'account_totp_self';
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
    IF act = 'reset_totp' THEN
        DELETE FROM account_totp t WHERE t.account_id = for_account;
    END IF;
    IF act IN ('lock', 'password', 'roles', 'unit', 'reset_totp') THEN
        UPDATE session s SET revoked_at = now() WHERE s.account_id = for_account AND s.revoked_at IS NULL;
    END IF;
    PERFORM account_audit(account_set.place, account_set.request_id, 'account_' || act || ' ' || was.name);
    RETURN account_json(for_account);
END $$;

-- ---- privileges ------------------------------------------------------------------------------

REVOKE ALL ON FUNCTION session_epoch_next(), totp_use(bigint, bigint), totp_begin(bytea), totp_pending(),
    totp_confirm(bytea, bigint, text, text), totp_remove(bigint, text, text),
    auth_attempt(text, text, integer, integer), session_open(bigint, bytea, text, text, integer, text, bigint),
    session_find(bytea, integer), session_mine(integer), session_end(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION totp_begin(bytea), totp_pending(), totp_confirm(bytea, bigint, text, text),
    totp_remove(bigint, text, text), auth_attempt(text, text, integer, integer),
    session_open(bigint, bytea, text, text, integer, text, bigint), session_find(bytea, integer),
    session_mine(integer), session_end(bigint) TO ipcase_app;
GRANT SELECT ON session_epoch, account_login TO ipcase_app;
GRANT SELECT (account_id, enabled_at) ON account_totp TO ipcase_app;

-- What the browser console keeps on the server: drafts of forms, and the way to live work (events).

SET LOCAL search_path = ipcase, pg_catalog;

-- ---- drafts ------------------------------------------------------------------------------------

-- What an account has typed and not sent yet, and its saved filters (key `settings`). The body is the console's own: the
-- server looks at nothing but its size. Only the account itself ever sees it.
CREATE TABLE draft (
    account_id bigint NOT NULL CONSTRAINT draft_account_fkey REFERENCES account,
    key        text NOT NULL CONSTRAINT draft_key_check CHECK (key ~ '^[A-Za-z0-9._-]{1,80}$'),
    title      text NOT NULL,
    version    integer NOT NULL CONSTRAINT draft_version_check CHECK (version > 0),
    body       json NOT NULL CONSTRAINT draft_body_check CHECK (octet_length(body::text) <= 262144),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT draft_pkey PRIMARY KEY (account_id, key)
);

-- Stores a draft that is based on a version (0: a new one). The same request again, after its reply was lost, is answered as
-- before. The caller's rights apply.
CREATE FUNCTION draft_put(of_key text, of_title text, based_on integer, of_body text,
                          OUT version integer, OUT updated_at timestamptz)
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    me bigint := ipcase.caller_account();
    was ipcase.draft;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('draft ' || me, 0));
    SELECT * INTO was FROM ipcase.draft d WHERE d.account_id = me AND d.key = of_key;
    IF was.version = based_on + 1 AND was.title = of_title AND was.body::text = of_body THEN
        draft_put.version := was.version;
        draft_put.updated_at := was.updated_at;
        RETURN;
    END IF;
    IF coalesce(was.version, 0) <> based_on THEN
        RAISE EXCEPTION 'draft changed since it was read'
            USING ERRCODE = 'serialization_failure', CONSTRAINT = 'draft_version_stale';
    END IF;
    IF was.version IS NULL AND (SELECT count(*) FROM ipcase.draft d WHERE d.account_id = me) >= 200 THEN
        RAISE EXCEPTION 'too many drafts' USING ERRCODE = 'check_violation', CONSTRAINT = 'draft_limit';
    END IF;
    INSERT INTO ipcase.draft AS d (account_id, key, title, version, body) VALUES (me, of_key, of_title, 1, of_body::json)
    ON CONFLICT (account_id, key) DO UPDATE SET title = excluded.title, version = d.version + 1, body = excluded.body,
        updated_at = now()
    RETURNING d.version, d.updated_at INTO draft_put.version, draft_put.updated_at;
END $$;

ALTER TABLE draft ENABLE ROW LEVEL SECURITY;
ALTER TABLE draft FORCE ROW LEVEL SECURITY;
CREATE POLICY draft_account ON draft USING (account_id = (SELECT ipcase.caller_account()));
REVOKE ALL ON FUNCTION draft_put(text, text, integer, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION draft_put(text, text, integer, text) TO ipcase_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON draft TO ipcase_app;

-- ---- live work -----------------------------------------------------------------------------------

-- The daemon asks once a second for the acts that came, as long as somebody listens. A NOTIFY would serialise all commits.
-- Acts are written in the order of time, or nearly so: a summary of block ranges costs a writer next to nothing.
CREATE INDEX act_recorded_idx ON act USING brin (recorded_at) WITH (pages_per_range = 32, autosummarize = on);
CREATE POLICY act_news ON act FOR SELECT TO CURRENT_ROLE USING (true);

-- Acts since an instant, whoever may see them: the daemon tells each listener only those of his visible units. No more of an
-- act than that it happened.
CREATE FUNCTION news_since(since timestamptz, most integer)
RETURNS TABLE (matter_id bigint, seq integer, unit_id bigint, kind text)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100 SET search_path = ipcase, pg_temp SET enable_bitmapscan = on
AS $$
BEGIN
    RETURN QUERY EXECUTE
        'SELECT a.matter_id, a.seq, a.unit_id, m.kind FROM act a JOIN matter m ON m.id = a.matter_id
          WHERE a.recorded_at >= $1 ORDER BY a.matter_id, a.seq LIMIT $2' USING since, most;
END $$;

-- Since when is everything known? Whatever becomes visible later was recorded after it: the start of the oldest transaction
-- that may still write (see still_writing), and a little before, since a transaction has a time before it shows one.
CREATE FUNCTION news_mark() RETURNS timestamptz
LANGUAGE sql VOLATILE
AS $$
    SELECT least(now(), min(xact_start)) - interval '1 second' FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND (backend_xid IS NOT NULL OR xact_start > clock_timestamp() - interval '2 seconds')
$$;
CREATE FUNCTION owner_news_mark() RETURNS timestamptz
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$ SELECT ipcase.news_mark() $$;

-- Which of these sessions live, and the units that their accounts see. Listening is not using: nothing is marked as seen.
CREATE FUNCTION sessions_living(digests text[], idle_seconds integer)
RETURNS TABLE (digest text, units text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ipcase, pg_temp
AS $$
    SELECT encode(s.token_digest, 'hex'), visible_units(a.id)::text
      FROM session s JOIN account a ON a.id = s.account_id AND a.active
     WHERE s.token_digest = ANY (ARRAY(SELECT decode(d, 'hex') FROM unnest(digests) AS d))
       AND s.revoked_at IS NULL AND s.expires_at > now() AND s.seen_at > now() - make_interval(secs => idle_seconds)
$$;
REVOKE ALL ON FUNCTION news_since(timestamptz, integer), news_mark(), owner_news_mark(), sessions_living(text[], integer)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION news_since(timestamptz, integer), news_mark(), owner_news_mark(),
    sessions_living(text[], integer) TO ipcase_app;

-- ---- earlier decisions on the same cause ----------------------------------------------------------

CREATE INDEX form_mark_cause_idx ON form_mark (organ_id, cause, decided_on, matter_id)
    WHERE decided_on IS NOT NULL AND known_until = 'infinity';

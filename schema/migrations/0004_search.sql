-- Indexes that a large database showed to be missing: for search, and for the rates.
--
-- Under row-level security PostgreSQL applies a caller's own conditions to a row only after the policy,
-- unless their operators are known not to leak what they see. Those of arrays (@>) are not known to, so
-- a statement of the daemon's role can never use a GIN index: every search read the whole table. The two
-- functions here search with the owner's rights, apply the caller's units themselves and give
-- back ids only; the statement around them reads the matters under the policies as ever.
--
-- The functions plan each call by its parameters (EXECUTE): whether to walk the newest matters until the
-- page is full or to ask the index depends on how common the text is.

SET LOCAL search_path = ipcase, pg_catalog;

-- What the functions read, and only for their owner. For everybody else nothing changes.
CREATE POLICY matter_search ON matter FOR SELECT TO ipcase_owner USING (true);
CREATE POLICY matter_text_search ON matter_text FOR SELECT TO ipcase_owner USING (true);

CREATE FUNCTION search_text_ids(grams text[], folded text, before bigint, of_kind text, most integer)
RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50 SET search_path = ipcase, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE
        'SELECT t.matter_id FROM matter_text t JOIN matter m ON m.id = t.matter_id
          WHERE t.grams @> $1 AND position($2 IN t.folded) > 0 AND t.matter_id < $3
            AND ($4 IS NULL OR m.kind = $4) AND (t.unit_id + 0) = ANY ((SELECT caller_units())::bigint[])
          ORDER BY t.matter_id DESC LIMIT $5'
        USING grams, folded, before, of_kind, most;
END $$;

CREATE FUNCTION search_campaign_ids(campaign text, before bigint, of_kind text, most integer)
RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50 SET search_path = ipcase, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE
        'SELECT m.id FROM matter m
          WHERE m.campaigns @> ARRAY[$1] AND m.id < $2 AND ($3 IS NULL OR m.kind = $3)
            AND (m.unit_id + 0) = ANY ((SELECT caller_units())::bigint[])
          ORDER BY m.id DESC LIMIT $4'
        USING campaign, before, of_kind, most;
END $$;

REVOKE ALL ON FUNCTION search_text_ids(text[], text, bigint, text, integer),
    search_campaign_ids(text, bigint, text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_text_ids(text[], text, bigint, text, integer),
    search_campaign_ids(text, bigint, text, integer) TO ipcase_app;

-- Papers by the beginning of a number, in the order of numbers and of matters: without a sort of all that begin so.
DROP INDEX document_key_idx;
CREATE INDEX document_key_idx ON document (number_key text_pattern_ops, matter_id);

-- M7 looks at all years, and what was known at an earlier instant is in rows that rate_mark_active_idx does not hold:
-- both read the rows of every organ without this.
CREATE INDEX rate_mark_organ_idx ON rate_mark (organ_id, publish_due_on);

-- Materials: evidence and papers of a matter. Their bytes are files below [store] dir (docs/decisions/0004); here stand the
-- digests of what is stored, and the uploads under way. What belongs to which matter says the ledger alone (acts
-- material_add), so a content is seen only by those who see a matter that it was added to.

SET LOCAL search_path = ipcase, pg_catalog;

-- One row for each content. Holds nothing of any case: not even a name.
CREATE TABLE content (
    sha256    bytea CONSTRAINT content_pkey PRIMARY KEY
              CONSTRAINT content_sha256_check CHECK (octet_length(sha256) = 32),
    sha512    bytea NOT NULL CONSTRAINT content_sha512_check CHECK (octet_length(sha512) = 64),
    sm3       bytea NOT NULL CONSTRAINT content_sm3_check CHECK (octet_length(sm3) = 32),
    size      bigint NOT NULL CONSTRAINT content_size_check CHECK (size >= 0),
    stored_at timestamptz NOT NULL DEFAULT now()
);

-- An upload under way; which chunks are there says its journal on the disk. A finished one stays for a while, so that
-- whoever lost the reply finds out.
CREATE TABLE upload (
    id           uuid CONSTRAINT upload_pkey PRIMARY KEY,
    matter_id    bigint NOT NULL CONSTRAINT upload_matter_fkey REFERENCES matter,
    organ_id     bigint NOT NULL,
    unit_id      bigint NOT NULL,
    account_id   bigint NOT NULL,
    name         text NOT NULL,
    kind         text NOT NULL,
    media_type   text NOT NULL,
    size         bigint NOT NULL CONSTRAINT upload_size_check CHECK (size > 0),
    chunk        bigint NOT NULL CONSTRAINT upload_chunk_check CHECK (chunk > 0),
    sha256       bytea CONSTRAINT upload_sha256_check CHECK (octet_length(sha256) = 32), -- announced by the sender
    created_at   timestamptz NOT NULL DEFAULT now(),
    finished_seq integer    -- act that added the material
);
CREATE INDEX upload_matter_idx ON upload (matter_id) WHERE finished_seq IS NULL;

ALTER TABLE upload ENABLE ROW LEVEL SECURITY;
ALTER TABLE upload FORCE ROW LEVEL SECURITY;
CREATE POLICY upload_unit ON upload
    USING ((unit_id + 0) = ANY ((SELECT coalesce(nullif(current_setting('ipcase.units', true), ''), '{}')::bigint[])::bigint[]));

-- Ends an upload in the transaction of its act. Two requests may have come this far: the second one falls.
CREATE FUNCTION upload_finish(of_upload uuid, by_seq integer) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE ipcase.upload SET finished_seq = by_seq WHERE id = of_upload AND finished_seq IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'upload is over' USING ERRCODE = 'check_violation', CONSTRAINT = 'upload_finished';
    END IF;
END $$;

REVOKE ALL ON FUNCTION upload_finish(uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION upload_finish(uuid, integer) TO ipcase_app;
GRANT SELECT, INSERT ON content TO ipcase_app;
GRANT SELECT, INSERT, DELETE ON upload TO ipcase_app;
GRANT UPDATE (finished_seq) ON upload TO ipcase_app;
GRANT SELECT ON content, upload TO ipcase_auditor;

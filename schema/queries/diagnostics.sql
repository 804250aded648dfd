-- Health of the installation (migration 0017).

-- name: diagnostics :one
-- in:   late_seconds integer, files boolean, posts boolean
-- out:  now timestamptz, server text, bytes bigint, migrations integer, law integer, waiting bigint, failed bigint, late bigint,
--       oldest timestamptz?, delivered timestamptz?, refused bigint, refused_at timestamptz?, digests_late bigint,
--       digest_at timestamptz?, calendar date?, provisional bigint, archiving text, archived_at timestamptz?,
--       archive_failed_at timestamptz?, exchanging bigint
SELECT * FROM ipcase.diagnostics($1::integer, $2::boolean, $3::boolean);

-- name: diagnostics_peers :many
-- in:   none
-- out:  code text, name text, pin text?, cms text?
SELECT * FROM ipcase.diagnostics_peers();

-- How much a namespace may have, beside `quota_bytes`: from when on that is warned of, and how much it has, in bytes of distinct
-- blobs. Counted when a blob is given or taken, and made anew by the garbage job.
ALTER TABLE namespace ADD COLUMN warn_bytes BIGINT;
ALTER TABLE namespace ADD COLUMN used_bytes BIGINT NOT NULL DEFAULT 0;

-- Namespaces that have what another registry has.
CREATE TABLE namespace_upstream (
    namespace BIGINT PRIMARY KEY REFERENCES namespace (number) ON DELETE CASCADE,
    address TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Manifests without a tag, the oldest first.
CREATE INDEX registry_manifest_untagged ON registry_manifest (untagged_at) WHERE untagged_at IS NOT NULL;

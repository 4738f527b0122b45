-- Scans that Harbor asked for. `state` is waiting (for its job), submitted (its image is indexed, or is being indexed: the manifest
-- tells) or failed (and why). What the registry is asked with stands in the job alone.
CREATE TABLE harbor_scan (
    id TEXT /*postgres COLLATE "C"*/ PRIMARY KEY,
    manifest TEXT /*postgres COLLATE "C"*/ NOT NULL,
    repository TEXT NOT NULL,
    tag TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    state TEXT /*postgres COLLATE "C"*/ NOT NULL,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX harbor_scan_created ON harbor_scan (created_at);

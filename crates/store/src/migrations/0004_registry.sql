-- The registry: what was pushed, and where.

-- A blob of any algorithm, and the blob (SHA-256) that has its bytes.
CREATE TABLE registry_blob (
    digest TEXT /*postgres COLLATE "C"*/ PRIMARY KEY,
    stored TEXT /*postgres COLLATE "C"*/ NOT NULL,
    bytes BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX registry_blob_stored ON registry_blob (stored);

-- Which repository has which blob: nobody reads one through another repository. Touched by whoever is told that it is there.
CREATE TABLE repository_blob (
    repository BIGINT NOT NULL REFERENCES repository (number) ON DELETE CASCADE,
    digest TEXT /*postgres COLLATE "C"*/ NOT NULL REFERENCES registry_blob (digest),
    touched_at BIGINT NOT NULL,
    PRIMARY KEY (repository, digest)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX repository_blob_digest ON repository_blob (digest);
CREATE INDEX repository_blob_touched ON repository_blob (touched_at);

-- Uploads that are not finished, of one repository and one principal each. Parts are blobs.
CREATE TABLE upload (
    id TEXT /*postgres COLLATE "C"*/ PRIMARY KEY,
    repository BIGINT NOT NULL REFERENCES repository (number) ON DELETE CASCADE,
    principal TEXT /*postgres COLLATE "C"*/ NOT NULL,
    algorithm TEXT /*postgres COLLATE "C"*/ NOT NULL,
    bytes BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    touched_at BIGINT NOT NULL
);
CREATE INDEX upload_touched ON upload (touched_at);
CREATE TABLE upload_part (
    upload TEXT /*postgres COLLATE "C"*/ NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
    place BIGINT NOT NULL,
    stored TEXT /*postgres COLLATE "C"*/ NOT NULL,
    bytes BIGINT NOT NULL,
    PRIMARY KEY (upload, place)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX upload_part_stored ON upload_part (stored);

-- Manifests as they were pushed. `kind` is image, index or artifact.
CREATE TABLE registry_manifest (
    repository BIGINT NOT NULL REFERENCES repository (number) ON DELETE CASCADE,
    digest TEXT /*postgres COLLATE "C"*/ NOT NULL,
    kind TEXT /*postgres COLLATE "C"*/ NOT NULL,
    media_type TEXT NOT NULL,
    body /*sqlite BLOB*/ /*postgres BYTEA*/ NOT NULL,
    bytes BIGINT NOT NULL,
    subject TEXT /*postgres COLLATE "C"*/,
    artifact_type TEXT /*postgres COLLATE "C"*/ NOT NULL,
    annotations TEXT NOT NULL,
    pushed_by TEXT /*postgres COLLATE "C"*/ NOT NULL,
    pushed_at BIGINT NOT NULL,
    pulled_at BIGINT,
    untagged_at BIGINT,
    PRIMARY KEY (repository, digest)
);
CREATE INDEX registry_manifest_digest ON registry_manifest (digest);
CREATE INDEX registry_manifest_subject ON registry_manifest (repository, subject, digest) WHERE subject IS NOT NULL;

-- What a manifest needs: its configuration and layers (blob), its children (manifest). `bytes` as the manifest says.
CREATE TABLE manifest_reference (
    repository BIGINT NOT NULL,
    manifest TEXT /*postgres COLLATE "C"*/ NOT NULL,
    place BIGINT NOT NULL,
    kind TEXT /*postgres COLLATE "C"*/ NOT NULL,
    digest TEXT /*postgres COLLATE "C"*/ NOT NULL,
    bytes BIGINT NOT NULL,
    platform TEXT NOT NULL,
    PRIMARY KEY (repository, manifest, place),
    FOREIGN KEY (repository, manifest) REFERENCES registry_manifest (repository, digest) ON DELETE CASCADE
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX manifest_reference_digest ON manifest_reference (repository, digest);

CREATE TABLE tag (
    repository BIGINT NOT NULL REFERENCES repository (number) ON DELETE CASCADE,
    name TEXT /*postgres COLLATE "C"*/ NOT NULL,
    manifest TEXT /*postgres COLLATE "C"*/ NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    expires_at BIGINT,
    is_immutable BIGINT NOT NULL,
    PRIMARY KEY (repository, name)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX tag_manifest ON tag (repository, manifest);
CREATE INDEX tag_expires ON tag (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX tag_changed ON tag (repository, changed_at);

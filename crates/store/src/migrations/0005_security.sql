-- What is known about the security of what was pushed, by digest: the same image in a hundred repositories is one row.

-- `state` is queued, unsupported (and why), artifact (nothing that runs: what it is), or index (of images: its state is that of
-- its children). Whether what was
-- queued is being indexed, is indexed or has failed is told by its manifest, its job and its report.
CREATE TABLE security_status (
    digest TEXT /*postgres COLLATE "C"*/ PRIMARY KEY,
    state TEXT /*postgres COLLATE "C"*/ NOT NULL,
    reason TEXT NOT NULL,
    pushed_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX security_status_pushed ON security_status (pushed_at);

CREATE TABLE security_child (
    parent TEXT /*postgres COLLATE "C"*/ NOT NULL REFERENCES security_status (digest) ON DELETE CASCADE,
    place BIGINT NOT NULL,
    child TEXT /*postgres COLLATE "C"*/ NOT NULL,
    platform TEXT NOT NULL,
    PRIMARY KEY (parent, place)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX security_child_child ON security_child (child);

-- The counts of the last report, for lists. `made_of` names all that it was made of: of other ones it is stale. `circumstances`
-- is the part of it that all images share: catalog, policy and program. `known` are the findings, to tell which ones are new.
CREATE TABLE security_summary (
    digest TEXT /*postgres COLLATE "C"*/ PRIMARY KEY REFERENCES security_status (digest) ON DELETE CASCADE,
    made_of TEXT NOT NULL,
    circumstances TEXT /*postgres COLLATE "C"*/ NOT NULL,
    verdict TEXT /*postgres COLLATE "C"*/ NOT NULL,
    highest BIGINT NOT NULL,
    findings BIGINT NOT NULL,
    fixable BIGINT NOT NULL,
    body TEXT NOT NULL,
    known TEXT NOT NULL,
    made_at BIGINT NOT NULL
);

-- Who wants to be told about a repository.
CREATE TABLE repository_notification (
    id TEXT /*postgres COLLATE "C"*/ PRIMARY KEY,
    repository BIGINT NOT NULL REFERENCES repository (number) ON DELETE CASCADE,
    event TEXT /*postgres COLLATE "C"*/ NOT NULL,
    method TEXT /*postgres COLLATE "C"*/ NOT NULL,
    title TEXT NOT NULL,
    config TEXT NOT NULL,
    event_config TEXT NOT NULL,
    failures BIGINT NOT NULL,
    error TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX repository_notification_repository ON repository_notification (repository);

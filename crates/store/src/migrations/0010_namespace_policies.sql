-- What a namespace decided about findings, as the text of a file of decisions.
CREATE TABLE namespace_policy (
    namespace BIGINT PRIMARY KEY REFERENCES namespace (number) ON DELETE CASCADE,
    body TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);

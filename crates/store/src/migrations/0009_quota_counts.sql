-- What namespaces had before the seventh step counted as nothing until the garbage job had counted it.
UPDATE namespace SET used_bytes = COALESCE((
    SELECT CAST(SUM(registry_blob.bytes) AS BIGINT) FROM registry_blob
    WHERE registry_blob.digest IN (
        SELECT repository_blob.digest
        FROM repository_blob JOIN repository ON repository.number = repository_blob.repository
        WHERE repository.namespace = namespace.number)), 0);

//! What holds of rows and storage at every moment, looked at beside the registry itself.

use std::collections::{BTreeMap, BTreeSet};

use limpid_store::{Database, StoreError, Transaction};

use super::{super::support::Home, node::NODE};

/// Rows that must not be there, by what is wrong with them.
const WRONG: &[(&str, &str)] = &[
    (
        "a tag points to nothing",
        "SELECT tag.name FROM tag WHERE NOT EXISTS (
            SELECT 1 FROM registry_manifest AS there
            WHERE there.repository = tag.repository AND there.digest = tag.manifest)",
    ),
    (
        "a manifest lacks a blob",
        "SELECT needed.digest FROM manifest_reference AS needed WHERE needed.kind = 'blob' AND NOT EXISTS (
            SELECT 1 FROM repository_blob AS there
            WHERE there.repository = needed.repository AND there.digest = needed.digest)",
    ),
    (
        "an index lacks a manifest",
        "SELECT needed.digest FROM manifest_reference AS needed WHERE needed.kind = 'manifest' AND NOT EXISTS (
            SELECT 1 FROM registry_manifest AS there
            WHERE there.repository = needed.repository AND there.digest = needed.digest)",
    ),
    (
        "a manifest has no state of security",
        "SELECT digest FROM registry_manifest AS pushed WHERE NOT EXISTS (
            SELECT 1 FROM security_status WHERE security_status.digest = pushed.digest)",
    ),
    (
        "a repository has a blob that is none",
        "SELECT digest FROM repository_blob AS had WHERE NOT EXISTS (
            SELECT 1 FROM registry_blob WHERE registry_blob.digest = had.digest)",
    ),
    (
        "the bytes of a blob are not stored, or being removed",
        "SELECT stored FROM registry_blob AS needed WHERE NOT EXISTS (
            SELECT 1 FROM blob WHERE blob.digest = needed.stored AND blob.bytes = needed.bytes
                AND blob.deleting_since IS NULL)",
    ),
    (
        "the bytes of an upload are not stored, or being removed",
        "SELECT stored FROM upload_part AS needed WHERE NOT EXISTS (
            SELECT 1 FROM blob WHERE blob.digest = needed.stored AND blob.bytes = needed.bytes
                AND blob.deleting_since IS NULL)",
    ),
];

/// What is referred to, with its length.
const NEEDED: &str = "
    SELECT digest, bytes FROM blob
    WHERE EXISTS (SELECT 1 FROM registry_blob WHERE registry_blob.stored = blob.digest)
        OR EXISTS (SELECT 1 FROM upload_part WHERE upload_part.stored = blob.digest)
        OR EXISTS (SELECT 1 FROM evidence WHERE evidence.pack = blob.digest)
        OR EXISTS (SELECT 1 FROM catalog_segment WHERE catalog_segment.segment = blob.digest)";

/// The first column of all rows.
fn texts(tx: &mut Transaction<'_>, query: &'static str) -> Result<Vec<String>, StoreError> {
    tx.query(query, &[])?.iter().map(|row| row.get(0)).collect()
}

/// What is wrong, in words, and what must be in the storage: its name there, and its length.
fn look(database: &Database) -> (Vec<String>, BTreeMap<String, u64>) {
    let looked = database.read(|tx| {
        let mut wrong = Vec::new();
        for (what, query) in WRONG {
            wrong.extend(texts(tx, query)?.into_iter().map(|which| format!("{what}: {which}")));
        }
        let mut needed = BTreeMap::new();
        for row in tx.query(NEEDED, &[])? {
            let digest: String = row.get(0)?;
            let hex = digest.strip_prefix("sha256:").unwrap();
            needed.insert(format!("sha256/{}/{hex}", &hex[..2]), row.get(1)?);
        }
        Ok::<_, StoreError>((wrong, needed))
    });
    looked.unwrap()
}

/// Asserts that every manifest has its blobs, their rows, and their bytes in the storage, and that every tag has its manifest.
pub(super) fn assert_sound(home: &Home) {
    let (wrong, needed) = look(&home.database(NODE));
    assert_eq!(wrong, Vec::<String>::new());
    let stored = home.stored(NODE);
    for (name, bytes) in needed {
        assert_eq!(stored.get(&name), Some(&bytes), "{name} is needed and not stored as it was");
    }
}

/// The digests of all manifests.
pub(super) fn manifests(home: &Home) -> BTreeSet<String> {
    let query = "SELECT digest FROM registry_manifest";
    home.database(NODE).read(|tx| texts(tx, query)).unwrap().into_iter().collect()
}

/// What is stored although nothing refers to it, or was never finished: garbage that is not collected yet. Rows as well.
pub(super) fn garbage(home: &Home) -> Vec<String> {
    let database = home.database(NODE);
    let (wrong, needed) = look(&database);
    assert_eq!(wrong, Vec::<String>::new());
    let rows = database.read(|tx| {
        let mut rows = texts(tx, "SELECT id FROM upload")?;
        rows.extend(texts(
            tx,
            "SELECT digest FROM registry_blob AS unused WHERE NOT EXISTS (
                SELECT 1 FROM manifest_reference WHERE manifest_reference.digest = unused.digest)",
        )?);
        rows.extend(texts(tx, "SELECT digest FROM blob WHERE bytes < 0 OR deleting_since IS NOT NULL")?);
        Ok::<_, StoreError>(rows)
    });
    let stored = home.stored(NODE).into_keys().filter(|name| !needed.contains_key(name));
    rows.unwrap().into_iter().chain(stored).collect()
}

/// How many bytes are stored.
pub(super) fn bytes(home: &Home) -> u64 {
    home.stored(NODE).values().sum()
}

//! The inverted index: from the name of a package to the manifests that have it.
//!
//! A name is that of the installed package or of its source; both are there. Names are kept once and numbered, because
//! a hundred thousand manifests share some thousands of them.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use limpid_core::Digest;

use crate::{
    StoreError, Transaction,
    database::{Row, Value, rows, storable},
    limits,
};

/// The name of a package, as advisories name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageKey {
    /// Ecosystem and release, such as `Alpine:v3.16`.
    pub namespace: String,
    /// Name of the installed package, or of its source.
    pub name: String,
}

const HOLDERS: &str = "
    SELECT manifest_package.manifest, item.key /*postgres - 1*/
    FROM /*sqlite json_each($1) AS item*/
        /*postgres jsonb_array_elements($1::text::jsonb) WITH ORDINALITY AS item (value, key)*/
    JOIN package_key ON package_key.namespace = item.value ->> 0 AND package_key.name = item.value ->> 1
    JOIN manifest_package ON manifest_package.package = package_key.number";

/// The manifests that have any of these packages: by their numbers, each with the places of its packages in `keys`.
///
/// # Errors
/// Those of the database.
pub fn holders(
    tx: &mut Transaction<'_>,
    keys: &[PackageKey],
) -> Result<BTreeMap<i64, Vec<usize>>, StoreError> {
    let mut holders: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (part, keys) in keys.chunks(limits::ROWS_A_STATEMENT).enumerate() {
        for row in tx.query(HOLDERS, &[rows(keys.iter().map(columns))?])? {
            let place = usize::try_from(row.get::<i64>(1)?)
                .map_err(|error| StoreError::Damaged(format!("a place in the list: {error}")))?;
            holders.entry(row.get(0)?).or_default().push(part * limits::ROWS_A_STATEMENT + place);
        }
    }
    for places in holders.values_mut() {
        places.sort_unstable();
    }
    Ok(holders)
}

const HOLDING: &str = "
    SELECT DISTINCT manifest_package.manifest
    FROM /*sqlite json_each($1) AS item*/ /*postgres jsonb_array_elements($1::text::jsonb) AS item (value)*/
    JOIN package_key ON package_key.namespace = item.value ->> 0 AND package_key.name = item.value ->> 1
    JOIN manifest_package ON manifest_package.package = package_key.number";

/// The numbers of the manifests that have any of these packages. Where it does not matter which, [`holders`] would hold a row
/// for each of them in memory: millions.
///
/// # Errors
/// Those of the database.
pub fn holding(tx: &mut Transaction<'_>, keys: &[PackageKey]) -> Result<BTreeSet<i64>, StoreError> {
    let mut holding = BTreeSet::new();
    for keys in keys.chunks(limits::ROWS_A_STATEMENT) {
        for row in tx.query(HOLDING, &[rows(keys.iter().map(columns))?])? {
            holding.insert(row.get(0)?);
        }
    }
    Ok(holding)
}

/// The names that are known of packages called so, one for each namespace that has any.
///
/// # Errors
/// Those of the database.
pub fn in_all_namespaces(tx: &mut Transaction<'_>, name: &str) -> Result<Vec<PackageKey>, StoreError> {
    let query = "SELECT namespace, name FROM package_key WHERE name = $1 ORDER BY namespace";
    let key = |row: &Row| Ok(PackageKey { namespace: row.get(0)?, name: row.get(1)? });
    tx.query(query, &[name.into()])?.iter().map(key).collect()
}

/// The namespaces of which any package is known, sorted.
///
/// # Errors
/// Those of the database.
pub fn namespaces(tx: &mut Transaction<'_>) -> Result<Vec<String>, StoreError> {
    let query = "SELECT DISTINCT namespace FROM package_key ORDER BY namespace";
    tx.query(query, &[])?.iter().map(|row| row.get(0)).collect()
}

fn columns(key: &PackageKey) -> [&str; 2] {
    [&key.namespace, &key.name]
}

/// The names of one manifest's packages, each once.
pub(crate) struct Names {
    list: Value,
    count: u64,
    digest: Digest,
}

const INSERT_KEYS: &str = "
    INSERT INTO package_key (namespace, name)
    SELECT item.value ->> 0, item.value ->> 1
    FROM /*sqlite json_each($1) AS item*/
        /*postgres jsonb_array_elements($1::text::jsonb) WITH ORDINALITY AS item (value, key)*/
    WHERE NOT EXISTS (
        SELECT 1 FROM package_key AS known
        WHERE known.namespace = item.value ->> 0 AND known.name = item.value ->> 1)
    ORDER BY item.key
    ON CONFLICT (namespace, name) DO NOTHING";

const DELETE_OTHERS: &str = "
    DELETE FROM manifest_package
    WHERE manifest = $2 AND package NOT IN (
        SELECT package_key.number
        FROM /*sqlite json_each($1) AS item*/ /*postgres jsonb_array_elements($1::text::jsonb) AS item (value)*/
        JOIN package_key ON package_key.namespace = item.value ->> 0 AND package_key.name = item.value ->> 1)";

/// Locks the names, so that garbage collection leaves them where they are.
const INSERT_PLACES: &str = "
    INSERT INTO manifest_package (package, manifest)
    SELECT package_key.number, CAST($2 AS BIGINT)
    FROM /*sqlite json_each($1) AS item*/ /*postgres jsonb_array_elements($1::text::jsonb) AS item (value)*/
    JOIN package_key ON package_key.namespace = item.value ->> 0 AND package_key.name = item.value ->> 1
    WHERE true
    /*postgres FOR KEY SHARE OF package_key*/
    ON CONFLICT (package, manifest) DO NOTHING";

impl Names {
    pub(crate) fn of(keys: &[PackageKey]) -> Result<Self, StoreError> {
        // Sorted, also because two who insert the same names must do so in one order.
        let distinct: BTreeSet<[Cow<'_, str>; 2]> =
            keys.iter().map(|key| columns(key).map(storable)).collect();
        let mut written = Vec::new();
        for column in distinct.iter().flatten() {
            written.extend_from_slice(column.as_bytes());
            written.push(0);
        }
        let list = rows(distinct.iter().map(|[namespace, name]| [namespace.as_ref(), name.as_ref()]))?;
        Ok(Self { list, count: distinct.len() as u64, digest: Digest::of(&written) })
    }

    /// Stands for all the names together.
    pub(crate) fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Puts these names in the inverted index in place of those that the manifest had.
    pub(crate) fn replace(
        &self,
        tx: &mut Transaction<'_>,
        manifest: i64,
        had_others: bool,
    ) -> Result<(), StoreError> {
        for _ in 0..limits::ROW_ATTEMPTS {
            tx.execute(INSERT_KEYS, std::slice::from_ref(&self.list))?;
            if had_others {
                tx.execute(DELETE_OTHERS, &[self.list.clone(), manifest.into()])?;
            }
            tx.execute(INSERT_PLACES, &[self.list.clone(), manifest.into()])?;
            // A name that garbage collection removed in between has no place. It must not be missing: who has the package
            // would never be told.
            let count = "SELECT COUNT(*) FROM manifest_package WHERE manifest = $1";
            if tx.query_one(count, &[manifest.into()])?.get::<u64>(0)? == self.count {
                return Ok(());
            }
        }
        Err(StoreError::Unavailable("names of packages are being removed again and again".to_owned()))
    }
}

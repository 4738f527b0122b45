//! For the packages of which namespaces a statement may hold.
//!
//! Most hold for those of their own. Some vendors speak about products, and which packages those are for is asked of the
//! ecosystem for each package: so all of its namespaces come into question, and judging tells.

use std::collections::BTreeSet;

use limpid_core::ecosystem::Ecosystems;
use limpid_store::packages::PackageKey;

use crate::engine::Engine;

/// The namespaces, of those that any stored package has, for whose packages statements under `namespace` may hold.
pub(crate) fn reach<'a>(ecosystems: &Ecosystems, namespace: &'a str, stored: &'a [String]) -> Vec<&'a str> {
    let Some(ecosystem) = ecosystems.of_namespace(namespace).filter(|ecosystem| ecosystem.crosses) else {
        return vec![namespace];
    };
    let is_its =
        |other: &&String| ecosystems.of_namespace(other).is_some_and(|of_other| of_other.id == ecosystem.id);
    let mut reached: Vec<&str> = stored.iter().filter(is_its).map(String::as_str).collect();
    // None would be read as any.
    if reached.is_empty() {
        reached.push(namespace);
    }
    reached
}

/// The names of archives that are these packages by the table of this service, each with the package's.
pub(crate) fn archives_of(engine: &Engine, keys: &BTreeSet<PackageKey>) -> Vec<(PackageKey, PackageKey)> {
    let artifacts = &engine.policy.artifacts;
    let namespaces: BTreeSet<&str> = keys.iter().map(|key| &*key.namespace).collect();
    let mut found = Vec::new();
    for namespace in namespaces.into_iter().filter(|_| !artifacts.is_empty()) {
        let Some(ecosystem) = engine.indexer.ecosystems().of_namespace(namespace) else { continue };
        artifacts.each_name(ecosystem, &mut |name, archive| {
            let key = |name: String| PackageKey { namespace: namespace.to_owned(), name };
            let asked = key(name);
            if keys.contains(&asked) {
                found.push((key(archive), asked));
            }
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use limpid_core::ecosystems;

    use super::*;

    #[test]
    fn a_statement_reaches_its_own_namespace_or_all_of_an_ecosystem_whose_statements_cross() {
        let stored = ["Alpine:v3.16", "Alpine:v3.17", "Wolfi"].map(str::to_owned);
        let plain = ecosystems::all();
        assert_eq!(reach(&plain, "Alpine:v3.16", &stored), ["Alpine:v3.16"]);
        assert_eq!(reach(&plain, "Nobody:1", &stored), ["Nobody:1"]);
        let crossing = plain.iter().map(|one| limpid_core::Ecosystem { crosses: one.id == "alpine", ..*one });
        let crossing = Ecosystems::new(crossing.collect::<Vec<_>>());
        assert_eq!(reach(&crossing, "Alpine:product", &stored), ["Alpine:v3.16", "Alpine:v3.17"]);
        assert_eq!(reach(&crossing, "Wolfi", &stored), ["Wolfi"]);
        assert_eq!(reach(&crossing, "Alpine:product", &[]), ["Alpine:product"]);
    }
}

//! For the packages of which namespaces a statement may hold.
//!
//! Most hold for those of their own. Some vendors speak about products, and which packages those are for is asked of the
//! ecosystem for each package: so all of its namespaces come into question, and judging tells.

use limpid_core::ecosystem::Ecosystems;

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

//! Which releases a product of SUSE's belongs to, from its name.
//!
//! Rather one too many than one too few: a product that tells no service pack holds for all.

use std::collections::BTreeSet;

/// Products with numbers of their own and the service pack that they are built on: a part of the name, the number, the
/// release. Source: the release notes of each.
const LAYERED: &str = include_str!("products.tsv");

/// What the name of a product tells.
enum Product<'a> {
    /// `SUSE Linux Enterprise Module for Basesystem 15 SP5`: what comes before the release, and the release.
    Numbered {
        stem: String,
        release: String,
        has_pack: bool,
    },
    /// Built on a service pack of another number.
    Layered(&'a str),
    /// One that has documents of its own, or is none of SUSE's.
    Elsewhere,
    Untold,
}

/// For each product the releases (`15 SP5`) of the major release that it belongs to.
pub(super) fn releases(major: &str, products: &[&str]) -> Vec<Vec<String>> {
    let read: Vec<Product<'_>> = products.iter().map(|name| Product::read(major, name)).collect();
    let mut with_packs = BTreeSet::new();
    for product in &read {
        if let Product::Numbered { stem, has_pack: true, .. } = product {
            with_packs.insert(stem.as_str());
        }
    }
    // A product that has never had a service pack is for all of them, such as the modules of 12.
    let is_of_one = |stem: &str, has_pack: bool| has_pack || with_packs.contains(stem);
    let mut all = BTreeSet::from([major.to_owned()]);
    for product in &read {
        if let Product::Numbered { stem, release, has_pack } = product
            && is_of_one(stem, *has_pack)
        {
            all.insert(release.clone());
        }
    }
    let of = |product: &Product<'_>| match product {
        Product::Numbered { stem, release, has_pack } if is_of_one(stem, *has_pack) => vec![release.clone()],
        Product::Layered(release) => vec![(*release).to_owned()],
        Product::Elsewhere => Vec::new(),
        Product::Numbered { .. } | Product::Untold => all.iter().cloned().collect(),
    };
    read.iter().map(of).collect()
}

impl Product<'_> {
    fn read(major: &str, name: &str) -> Self {
        let words: Vec<&str> = name.split_whitespace().collect();
        if name.starts_with("openSUSE") || (words.contains(&"Micro") && !words.contains(&"Manager")) {
            return Self::Elsewhere;
        }
        // Names have other numbers too: `Module for Python 3 15 SP5`.
        let number = |word: &&str| {
            let number = word.split('-').next().unwrap_or_default();
            number == major || number.strip_prefix(major).is_some_and(|minor| minor.starts_with('.'))
        };
        let Some(place) = words.iter().rposition(number) else { return Self::layered(major, name, &words) };
        let number = words.get(place).and_then(|word| word.split('-').next()).unwrap_or(major);
        let next = words.get(place + 1).and_then(|word| word.split('-').next());
        let pack = next.filter(|word| {
            word.strip_prefix("SP").is_some_and(|pack| pack.starts_with(|one: char| one.is_ascii_digit()))
        });
        let stem = words.iter().take(place).copied().collect::<Vec<_>>().join(" ");
        match pack {
            Some(pack) => Self::Numbered { stem, release: format!("{number} {pack}"), has_pack: true },
            None => Self::Numbered { stem, release: number.to_owned(), has_pack: number != major },
        }
    }

    fn layered(major: &str, name: &str, words: &[&str]) -> Self {
        let rows = LAYERED.lines().filter_map(|line| {
            let mut columns = line.split('\t');
            Some((columns.next()?, columns.next()?, columns.next()?))
        });
        let mut rows = rows.filter(|(part, number, _)| {
            name.contains(part) && words.iter().any(|word| word.split('-').next() == Some(*number))
        });
        match rows.next() {
            Some((_, _, release)) if release.split(' ').next() == Some(major) => Self::Layered(release),
            Some(_) => Self::Elsewhere,
            None if name.contains("SUSE") => Self::Untold,
            None => Self::Elsewhere,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_extensions_and_long_term_support_belong_to_their_service_pack() {
        let products = [
            ("SUSE Linux Enterprise Server 15", "15"),
            ("SUSE Linux Enterprise Server 15-LTSS", "15"),
            ("SUSE Linux Enterprise Server 15 SP1-BCL", "15 SP1"),
            ("SUSE Linux Enterprise Server 15 SP5-LTSS", "15 SP5"),
            ("SUSE Linux Enterprise Server 15 SP4-LTSS Extended Security", "15 SP4"),
            ("SUSE Linux Enterprise Module for Basesystem 15", "15"),
            ("SUSE Linux Enterprise Module for Basesystem 15 SP5", "15 SP5"),
            ("SUSE Linux Enterprise Module for Python 3 15 SP5", "15 SP5"),
            ("SUSE Linux Enterprise High Performance Computing 15 SP5-ESPOS", "15 SP5"),
            ("SUSE Package Hub 15 SP5", "15 SP5"),
            ("SUSE Manager Server 4.3", "15 SP4"),
            ("SUSE Linux Enterprise Module for SUSE Manager Proxy 4.1", "15 SP2"),
            ("SUSE Linux Enterprise Storage 7", "15 SP2"),
            ("SUSE OpenStack Cloud 9", ""),
            ("openSUSE Leap 15.5", ""),
            ("SUSE Linux Enterprise Micro 5.5", ""),
            // No service pack of these exists, so that they are for each.
            ("SUSE Manager Tools 15", "15,15 SP1,15 SP4,15 SP5"),
            ("SUSE Something New", "15,15 SP1,15 SP4,15 SP5"),
            ("Photon OS 3", ""),
        ];
        let names = products.map(|(name, _)| name);
        let releases = releases("15", &names);
        for ((name, expected), releases) in products.iter().zip(releases) {
            assert_eq!(releases.join(","), *expected, "{name}");
        }
    }

    #[test]
    fn what_was_built_on_the_server_by_others_is_judged_with_it() {
        let names = ["SUSE OpenStack Cloud 9", "HPE Helion OpenStack 8"];
        assert_eq!(releases("12", &names), [["12 SP4"], ["12 SP3"]]);
    }

    #[test]
    fn releases_from_16_on_have_minor_numbers() {
        let names =
            ["SUSE Linux Enterprise Server 16.0", "SUSE Linux Enterprise Server for SAP applications 16.1"];
        assert_eq!(releases("16", &names), [["16.0"], ["16.1"]]);
    }
}

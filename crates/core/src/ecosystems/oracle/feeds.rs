//! Oracle's OVAL document of all advisories (ELSA).
//!
//! One for all releases and years. There are also documents by year, but which years there are would have to be known to
//! need them all, and one that is missing would be missed by nobody.

use std::collections::BTreeSet;

use super::BUILDS;
use crate::{
    AffectedRange,
    advisory::{Names, Record},
    feed::{DiscoveryError, FeedDocument, FeedError, FeedFamily, FeedHead, FeedSource, Guard, Upstream},
    formats::{
        end_of_life::{Ends, Until},
        oval::{self, Dialect},
    },
    revision,
};

/// See [`crate::Ecosystem::feeds`].
pub(super) const FAMILY: FeedFamily = FeedFamily {
    needed_by: |namespace| ENDS.needed_by(namespace, needed_by),
    discover,
    locate: None,
    parse,
    guard: |feed| ENDS.guard(feed, |_| GUARD),
    revisions: &[revision::of("formats/oval"), revision::of("formats/end_of_life")],
    increments: None,
    mark: None,
    is_second: |_| false,
};

const ENDS: Ends = Ends {
    feed: "oracle/end-of-life",
    product: "oracle-linux",
    namespace: |release| Some(format!("Oracle Linux:{release}")),
    until: Until::General,
};

const GUARD: Guard = Guard {
    // It has ten thousands, of all years; a thousand would be a part of it.
    floor: 1000,
    // Advisories are added and corrected, never taken back in numbers.
    most_shrink_percent: 5,
    // Advisories come on most days.
    stale_after_hours: 72,
    // It has some hundred MB and grows by a tenth a year.
    most_bytes: 2 << 30,
};

const URL: &str = "https://linux.oracle.com/security/oval/com.oracle.elsa-all.xml.bz2";

fn source() -> FeedSource {
    FeedSource { name: "oracle/all".to_owned(), namespace: "Oracle Linux".to_owned(), url: URL.to_owned() }
}

fn needed_by(namespace: &str) -> Vec<FeedSource> {
    let is_own =
        namespace.strip_prefix("Oracle Linux").is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
    is_own.then(source).into_iter().collect()
}

fn discover(upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    let mut sources = upstream.exists(URL)?.then(source).into_iter().collect();
    ENDS.add_to(&mut sources, upstream);
    Ok(sources)
}

fn parse(
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    if let Some(head) = ENDS.parse(source, document, sink) {
        return head;
    }
    let dialect = Dialect { publisher: "Oracle", names: Names::Binary, releases: &releases, variant: &build };
    oval::parse(&dialect, source, document, sink)
}

/// `Oracle Linux 8`, `Oracle Linux 8.6`. What is Oracle Linux by its name and tells no release is every release that the
/// document has.
fn releases(products: &[&str]) -> Vec<Vec<String>> {
    let number = |product: &str| {
        let word =
            product.split_whitespace().find(|word| word.starts_with(|one: char| one.is_ascii_digit()))?;
        let number: String = word.chars().take_while(char::is_ascii_digit).collect();
        Some(format!("Oracle Linux:{number}"))
    };
    let is_own =
        |product: &&str| product.contains("Oracle Linux") || product.contains("Oracle Enterprise Linux");
    let own = products.iter().copied().filter(|product| is_own(product));
    let all: BTreeSet<String> = own.filter_map(number).collect();
    let of = |product: &&str| match number(product) {
        _ if !is_own(product) => Vec::new(),
        Some(release) => vec![release],
        None => all.iter().cloned().collect(),
    };
    products.iter().map(of).collect()
}

/// The namespace of the build that a statement is about: by the condition “is ksplice-based”, or by the version, which
/// FIPS builds alone tell by.
fn build(namespace: &str, word: Option<&str>, range: &AffectedRange) -> String {
    let version = match range {
        AffectedRange::Fixed { fixed, .. } => fixed,
        AffectedRange::Through { last, .. } => last,
        AffectedRange::Unfixed { .. }
        | AffectedRange::Exactly { .. }
        | AffectedRange::NeverAffected
        | AffectedRange::Unreadable { .. } => "",
    };
    let build = BUILDS.iter().find(|build| word == Some(build.name) || version.contains(build.mark));
    build.map_or_else(|| namespace.to_owned(), |build| format!("{namespace}:{}", build.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_document_is_needed_for_every_release() {
        for namespace in ["Oracle Linux", "Oracle Linux:5", "Oracle Linux:11"] {
            assert_eq!(needed_by(namespace), [source()], "{namespace}");
        }
        assert_eq!(needed_by("Oracle Linuxes:5"), []);
    }

    #[test]
    fn no_product_of_the_distribution_is_lost() {
        let found = releases(&[
            "Oracle Linux 8",
            "Oracle Linux 9.4",
            "Oracle Linux",
            "Oracle VM Server 3",
            "Photon OS 3",
        ]);
        let found: Vec<String> = found.into_iter().map(|releases| releases.join(",")).collect();
        let all = "Oracle Linux:8,Oracle Linux:9";
        assert_eq!(found, ["Oracle Linux:8", "Oracle Linux:9", all, "", ""]);
    }

    #[test]
    fn a_statement_is_about_one_build() {
        let build = |word, fixed: &str| {
            let range = AffectedRange::Fixed { introduced: None, fixed: fixed.to_owned() };
            build("Oracle Linux:8", word, &range)
        };
        assert_eq!(build(None, "1:1.1.1k-6.el8_5"), "Oracle Linux:8");
        assert_eq!(build(Some("ksplice"), "2:1.1.1g-15.ksplice1.el8_3"), "Oracle Linux:8:ksplice");
        assert_eq!(build(None, "2:1.1.1g-15.ksplice1.el8_3"), "Oracle Linux:8:ksplice");
        assert_eq!(build(None, "10:3.6.16-4.0.1.el8_fips"), "Oracle Linux:8:fips");
        assert_eq!(build(Some("other"), "0:1-1.el8"), "Oracle Linux:8");
    }
}

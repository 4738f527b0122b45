//! Azure Linux's OVAL documents: one for each release, which does not say of which.
//!
//! Their definitions name no product, so that a document is believed to be that of its address, and told to be another
//! one where the versions in it carry the mark of another release.

use crate::{
    AffectedRange,
    advisory::{Names, Record},
    feed::{
        DiscoveryError, FeedDocument, FeedError, FeedFamily, FeedHead, FeedSource, Guard, Upstream, probe,
    },
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
    feed: "azurelinux/end-of-life",
    product: "azure-linux",
    namespace: |release| Some(format!("Azure Linux:{}", release.strip_suffix(".0")?)),
    until: Until::General,
};

const GUARD: Guard = Guard {
    // Releases have more than a thousand; a young one begins with what its packages are known for.
    floor: 20,
    // Definitions of packages that left the distribution are taken out, a few at a time.
    most_shrink_percent: 10,
    // It is written every day.
    stale_after_hours: 72,
    // The largest has some 10 MB.
    most_bytes: 256 << 20,
};

const ROOT: &str = "https://raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main/";

/// The first release under the present name.
const FIRST_AZURE: u32 = 3;

/// How many releases in a row may be missing before the search ends: upstream gives no listing.
const TOLERATED_HOLE: u32 = 2;

fn source(release: u32) -> FeedSource {
    let name = if release < FIRST_AZURE { "cbl-mariner" } else { "azurelinux" };
    FeedSource {
        name: format!("azurelinux/{release}"),
        namespace: format!("Azure Linux:{release}"),
        url: format!("{ROOT}{name}-{release}.0-oval.xml"),
    }
}

fn needed_by(namespace: &str) -> Vec<FeedSource> {
    let release = namespace.strip_prefix("Azure Linux:");
    let number = |text: &str| text.parse().ok().filter(|number: &u32| number.to_string() == text);
    release.and_then(number).map(source).into_iter().collect()
}

fn discover(upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    let mut sources = probe((1..).map(source), TOLERATED_HOLE, upstream)?;
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
    let releases = |products: &[&str]| vec![Vec::new(); products.len()];
    let dialect = Dialect {
        publisher: "Microsoft",
        names: Names::Source,
        releases: &releases,
        variant: &oval::one_variant,
    };
    let release = source.namespace.strip_prefix("Azure Linux:").unwrap_or_default();
    let own = [format!("cm{release}"), format!("azl{release}")];
    let (mut of_own, mut of_other) = (0_u64, None);
    let mut head = oval::parse(&dialect, source, document, &mut |record| {
        for mark in record.affected.iter().filter_map(|affected| mark(&affected.range)) {
            if own.iter().any(|own| own == mark) {
                of_own += 1;
            } else {
                of_other = Some(mark.to_owned());
            }
        }
        sink(record);
    })?;
    if let (0, Some(mark)) = (of_own, of_other) {
        head.misfit.get_or_insert_with(|| format!("its versions are marked “{mark}”"));
    }
    Ok(head)
}

/// The mark of the release in a version such as `0:2.13-4.cm2`.
fn mark(range: &AffectedRange) -> Option<&str> {
    let version = match range {
        AffectedRange::Fixed { fixed, .. } => fixed,
        AffectedRange::Through { last, .. } => last,
        AffectedRange::Unfixed { .. }
        | AffectedRange::Exactly { .. }
        | AffectedRange::NeverAffected
        | AffectedRange::Unreadable { .. } => return None,
    };
    let (_, mark) = version.rsplit_once('.')?;
    let number = mark.strip_prefix("cm").or_else(|| mark.strip_prefix("azl"))?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_named_as_they_were_called() {
        let url = |namespace| needed_by(namespace).into_iter().map(|source| source.url).collect::<String>();
        assert_eq!(url("Azure Linux:2"), format!("{ROOT}cbl-mariner-2.0-oval.xml"));
        assert_eq!(url("Azure Linux:3"), format!("{ROOT}azurelinux-3.0-oval.xml"));
        for none in ["Azure Linux", "Azure Linux:4.1", "Azure Linux:03", "Mariner:2"] {
            assert_eq!(url(none), "", "{none}");
        }
    }
}

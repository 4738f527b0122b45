//! The feeds: one of Bitnami about many programs, and those of authors about their own. Each has a namespace of its own, so that an
//! image needs those that speak about what is in it, and no others.

use super::{bitnami, curl, openssl};
use crate::{
    advisory::Record,
    feed::{DiscoveryError, FeedDocument, FeedError, FeedFamily, FeedHead, FeedSource, Guard, Upstream},
    revision,
};

/// All of them.
pub(super) const FAMILY: FeedFamily = FeedFamily {
    needed_by,
    discover,
    locate: None,
    parse,
    increments: None,
    mark: None,
    guard,
    revisions: &[revision::of("formats/osv"), revision::of("formats/cve5")],
    is_second: |_| false,
};

fn needed_by(namespace: &str) -> Vec<FeedSource> {
    match namespace {
        bitnami::NAMESPACE => vec![bitnami::source()],
        curl::NAMESPACE => vec![curl::source()],
        other if openssl::is_its(other) => vec![openssl::source()],
        _ => Vec::new(),
    }
}

/// That the host of one gives no answer hides no other: its own fetch says so.
fn discover(upstream: &dyn Upstream) -> Result<Vec<FeedSource>, DiscoveryError> {
    let of_many = bitnami::source();
    let mut found = Vec::new();
    if upstream.exists(&of_many.url)? {
        found.push(of_many);
    }
    let of_authors = [curl::source(), openssl::source()];
    found.extend(of_authors.into_iter().filter(|source| upstream.exists(&source.url).unwrap_or(true)));
    Ok(found)
}

fn guard(feed: &str) -> Guard {
    match feed {
        "programs/curl" => curl::GUARD,
        "programs/openssl" => openssl::GUARD,
        _ => bitnami::GUARD,
    }
}

fn parse(
    source: &FeedSource,
    document: &mut FeedDocument<'_>,
    sink: &mut dyn FnMut(Record),
) -> Result<FeedHead, FeedError> {
    match source.name.as_str() {
        "programs/curl" => curl::parse(source, document, sink),
        "programs/openssl" => openssl::parse(document, sink),
        _ => bitnami::parse(source, document, sink),
    }
}

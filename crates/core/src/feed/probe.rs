//! Asking for one document after the other, where upstream gives no listing.

use super::{DiscoveryError, FeedSource, Upstream};

/// Of feeds that are numbered on without end those that upstream has: they are asked for until more than `tolerated` in a
/// row are missing.
///
/// # Errors
/// Where upstream cannot be asked.
pub fn probe(
    candidates: impl IntoIterator<Item = FeedSource>,
    tolerated: u32,
    upstream: &dyn Upstream,
) -> Result<Vec<FeedSource>, DiscoveryError> {
    let (mut found, mut missing) = (Vec::new(), 0);
    for source in candidates {
        if upstream.exists(&source.url)? {
            found.push(source);
            missing = 0;
        } else {
            missing += 1;
        }
        if missing > tolerated {
            break;
        }
    }
    Ok(found)
}

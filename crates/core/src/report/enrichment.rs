//! What a gate would have to know of vulnerabilities, and the data does not tell.

use super::Report;
use crate::{BlindSpot, Reason, enrichment::Kind};

impl Report {
    /// Why a gate that asks for an enrichment cannot be passed by what is known; `None` where it can. Without a finding there is
    /// nothing to be known.
    pub(super) fn lacks(&self, kind: Kind) -> Option<BlindSpot> {
        self.standing().next()?;
        let (feed, name) = (kind.feed(), kind.as_str());
        let spot = |reason, why: &str| {
            let remedy = format!("limpid db update {feed}, or the next update of a service");
            let detail = format!("{why}; a gate asks for {name}, and cannot tell without it: {remedy}");
            Some(BlindSpot::new(reason, feed, detail))
        };
        let Some(loaded) = self.feeds.iter().find(|one| one.name == feed) else {
            return spot(Reason::FeedNotLoaded, "never loaded");
        };
        match &loaded.doubt {
            Some(doubt) => spot(Reason::FeedQuarantined, doubt),
            None if self.proof.stale.iter().any(|stale| stale == feed) => {
                spot(Reason::FeedStale, "nobody has looked for long whether upstream has newer data")
            }
            None => None,
        }
    }
}

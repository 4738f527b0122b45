//! Blind spots that came, went or changed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Cause, Change, Inputs, Side};
use crate::{BlindSpot, Reason};

/// A blind spot that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlindSpotChange {
    /// Where it is.
    pub change: Change,
    /// Which input explains it.
    pub cause: Cause,
    /// That of A.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub a: Option<BlindSpot>,
    /// That of B.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b: Option<BlindSpot>,
}

impl BlindSpotChange {
    /// The blind spot: that of B where it is in both.
    pub fn blind_spot(&self) -> Option<&BlindSpot> {
        self.b.as_ref().or(self.a.as_ref())
    }
}

type Listing<'a> = BTreeMap<(Reason, &'a str), Vec<&'a BlindSpot>>;

fn listing(side: &Side) -> Listing<'_> {
    let mut listing = Listing::new();
    for spot in &side.blind_spots {
        listing.entry((spot.reason, &spot.subject)).or_default().push(spot);
    }
    listing
}

/// The blind spots that differ, by reason and subject.
pub(super) fn changes(a: &Side, b: &Side, inputs: &Inputs) -> Vec<BlindSpotChange> {
    let (in_a, in_b) = (listing(a), listing(b));
    let same_releases = releases(a) == releases(b);
    let keys: BTreeSet<_> = in_a.keys().chain(in_b.keys()).copied().collect();
    let mut changes = Vec::new();
    for key in keys {
        let spots_a = in_a.get(&key).cloned().unwrap_or_default();
        let spots_b = in_b.get(&key).cloned().unwrap_or_default();
        let mut gone = spots_a.iter().filter(|spot| !spots_b.contains(spot));
        let mut new = spots_b.iter().filter(|spot| !spots_a.contains(spot));
        loop {
            let (a, b) = (gone.next().copied().cloned(), new.next().copied().cloned());
            let change = match (&a, &b) {
                (None, None) => break,
                (None, Some(_)) => Change::Added,
                (Some(_), None) => Change::Removed,
                (Some(_), Some(_)) => Change::Changed,
            };
            let waived = a.as_ref().zip(b.as_ref()).is_some_and(|(a, b)| a.waived != b.waived);
            let cause = if waived { Cause::Policy } else { cause(key.0, same_releases, inputs) };
            changes.push(BlindSpotChange { change, cause, a, b });
        }
    }
    changes
}

fn releases(side: &Side) -> BTreeSet<&str> {
    side.distributions.iter().map(|distribution| distribution.ecosystem.as_str()).collect()
}

/// Where other releases are in question, the image decides which feeds are asked; else the feeds' own state does.
fn cause(reason: Reason, same_releases: bool, inputs: &Inputs) -> Cause {
    use Cause::{AdvisoryData, Day, Image, IndexState, Policy};
    let image = [Image, IndexState];
    let candidates: &[Cause] = match reason {
        Reason::ReleaseNotCovered | Reason::FeedNotLoaded | Reason::FeedQuarantined if same_releases => {
            &[AdvisoryData, Policy, Image, IndexState]
        }
        Reason::FeedStale if same_releases => &[Day, AdvisoryData, Policy],
        Reason::EndOfLife if same_releases => &[Day, Policy, AdvisoryData],
        Reason::ReleaseNotCovered | Reason::FeedNotLoaded | Reason::FeedQuarantined => {
            &[Image, IndexState, AdvisoryData]
        }
        Reason::FeedStale | Reason::EndOfLife => &[Image, IndexState, Day],
        Reason::VersionUnparsable => {
            return Cause::only_that_differs(&[Image, IndexState, AdvisoryData, Policy], inputs);
        }
        Reason::ThirdParty => &[Image, IndexState, Policy],
        Reason::NoDistribution
        | Reason::DatabaseUnreadable
        | Reason::OverBudget
        | Reason::LayerUnsupported
        | Reason::DetectorFailed
        | Reason::UnidentifiedExecutables
        | Reason::NothingRecognised => &image,
    };
    Cause::first_that_differs(candidates, inputs)
}

//! The verdict beside an answer that has no place for it: headers that no client of Clair trips over.

use axum::http::{HeaderName, header::LINK};
use limpid_core::{Digest, Verdict};

use super::Document;
use crate::{http::ApiError, matching::CountedBlindSpots};

/// `vulnerable`, `clean` or `unproven`.
const VERDICT: HeaderName = HeaderName::from_static("limpid-verdict");

/// A structured field (RFC 9651): how many blind spots count, and for what reasons: `2;reasons="feed-stale,third-party"`.
const BLIND_SPOTS: HeaderName = HeaderName::from_static("limpid-blind-spots");

/// The relation of an answer to Limpid's full report. Ours for ever, whoever serves it.
const REPORT_RELATION: &str = "urn:limpid:report";

/// Adds what is known beside the document: the verdict, where it is one of advisory data too, the blind spots that
/// count, and where the full report is.
pub(crate) fn with_verdict(
    document: Document,
    manifest: &Digest,
    verdict: Option<Verdict>,
    blind_spots: &CountedBlindSpots,
) -> Result<Document, ApiError> {
    let document = document
        .with(LINK, &format!("</api/v1/manifests/{manifest}/report>; rel=\"{REPORT_RELATION}\""))?
        .with(BLIND_SPOTS, &counted(blind_spots))?;
    match verdict {
        Some(verdict) => document.with(VERDICT, verdict.as_str()),
        None => Ok(document),
    }
}

fn counted(blind_spots: &CountedBlindSpots) -> String {
    let CountedBlindSpots { number, reasons } = blind_spots;
    if *number == 0 { "0".to_owned() } else { format!("{number};reasons=\"{}\"", reasons.join(",")) }
}

#[cfg(test)]
mod tests {
    use limpid_core::{BlindSpot, Reason};

    use super::*;

    #[test]
    fn only_what_counts_is_counted_and_each_reason_is_named_once() {
        let spot = |reason| BlindSpot::new(reason, "subject", "detail");
        let counted = |spots: &[BlindSpot]| counted(&CountedBlindSpots::of(spots));
        assert_eq!(counted(&[spot(Reason::UnidentifiedExecutables)]), "0");
        let spots = [spot(Reason::ThirdParty), spot(Reason::FeedStale), spot(Reason::ThirdParty)];
        assert_eq!(counted(&spots), "3;reasons=\"feed-stale,third-party\"");
    }
}

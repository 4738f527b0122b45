//! Blind spots, for people and for programs.

use std::{collections::BTreeMap, io, io::Write};

use limpid_core::{BlindSpot, Reason};

use super::{
    lines::line,
    page::Page,
    style,
    text::{counted, escaped},
};

/// How many blind spots of one reason a page tells one by one; plain lines and JSON have all.
const TOLD: usize = 12;

/// The section NOT JUDGED; nothing where there are no blind spots.
pub(super) fn section(page: &mut Page<'_>, spots: &[BlindSpot]) -> io::Result<()> {
    if spots.is_empty() {
        return Ok(());
    }
    page.blank()?;
    let counting = spots.iter().any(|spot| spot.counts);
    let title = page.styled(if counting { style::NOT_JUDGED.bold() } else { style::QUIET }, "NOT JUDGED");
    page.line(&title)?;
    let mut by_reason: BTreeMap<Reason, Vec<&BlindSpot>> = BTreeMap::new();
    for spot in spots {
        by_reason.entry(spot.reason).or_default().push(spot);
    }
    by_reason.into_iter().try_for_each(|(reason, spots)| of_reason(page, reason, &spots))
}

fn of_reason(page: &mut Page<'_>, reason: Reason, spots: &[&BlindSpot]) -> io::Result<()> {
    for spot in spots.iter().take(TOLD) {
        one(page, spot)?;
    }
    if let Some(more) = spots.get(TOLD..).filter(|more| !more.is_empty()) {
        let more = counted(more.len() as u64, "more blind spot");
        page.prose(style::PLAIN, 0, &format!("{reason}  and {more}: --format json has all of them"))?;
    }
    Ok(())
}

fn one(page: &mut Page<'_>, spot: &BlindSpot) -> io::Result<()> {
    let [reason, subject, detail] =
        if spot.counts { [style::NOT_JUDGED, style::STRONG, style::PLAIN] } else { [style::QUIET; 3] };
    let mut pieces = vec![(reason, spot.reason.to_string()), (subject, escaped(&spot.subject))];
    if spot.packages > 0 {
        pieces.push((style::QUIET, counted(spot.packages, "package")));
    }
    match weight(spot) {
        WAIVED => pieces.push((style::QUIET, "waived".to_owned())),
        NOTED => pieces.push((style::QUIET, "does not count".to_owned())),
        _ => {}
    }
    page.pieces(&pieces)?;
    page.prose(detail, 2, &escaped(&spot.detail))
}

const COUNTS: &str = "counts";
const WAIVED: &str = "waived";
const NOTED: &str = "noted";

/// `counts`, `waived`, or `noted` for what never counts.
fn weight(spot: &BlindSpot) -> &'static str {
    match (spot.counts, spot.waived) {
        (true, _) => COUNTS,
        (false, true) => WAIVED,
        (false, false) => NOTED,
    }
}

/// One line for each blind spot: reason, weight, packages, subject, detail.
pub(super) fn lines(out: &mut dyn Write, spots: &[BlindSpot]) -> io::Result<()> {
    spots.iter().try_for_each(|spot| {
        let packages = spot.packages.to_string();
        line(out, "blind-spot", [spot.reason.as_str(), weight(spot), &packages, &spot.subject, &spot.detail])
    })
}

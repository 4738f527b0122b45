//! What became of an image since an earlier report: which of the inputs changed, and what each of them brought.

use std::collections::BTreeMap;

use super::{Cause, Change, Side, compare};
use crate::{
    IndexReport, Report,
    report::{Finding, Since, SinceInput},
    words::counted,
};

/// What stands in a report and did not in an earlier one. The report is under a policy with that baseline, so that what it
/// knows already is suppressed; `gone` is how many of the earlier findings are none any more.
pub fn since(before: &Report, now: &Report, index: Option<&IndexReport>, gone: u64) -> Since {
    let comparison = compare(&Side::of(before.clone(), None), &Side::of(now.clone(), index.cloned()));
    let cause = |finding: &Finding| {
        let is_it = |change: &&super::FindingChange| {
            change.change != Change::Removed && change.id == finding.id && change.package == finding.package
        };
        comparison.findings.iter().find(is_it).map_or(Cause::Unclear, |change| change.cause)
    };
    let mut new: BTreeMap<String, u64> = BTreeMap::new();
    for finding in now.standing() {
        *new.entry(cause(finding).name().to_owned()).or_default() += 1;
    }
    let state = |same: Option<bool>| match same {
        Some(true) => SinceInput::Same,
        Some(false) => SinceInput::Differs,
        None => SinceInput::Unknown,
    };
    let known =
        now.findings.iter().filter(|one| one.suppressed.as_ref().is_some_and(|by| by.by == "baseline"));
    let (image, advisory_data) = (state(comparison.inputs.image.same), state(comparison.inputs.catalog.same));
    Since {
        reference: before.image.reference.clone(),
        digest: before.image.digest.clone(),
        as_of: before.proof.as_of,
        image,
        index_state: state(comparison.inputs.index_state.same),
        advisory_data,
        known: known.count() as u64,
        gone,
        explanation: explanation(image, advisory_data, &new, gone),
        new,
    }
}

fn explanation(image: SinceInput, data: SinceInput, new: &BTreeMap<String, u64>, gone: u64) -> String {
    let word = |input: SinceInput| match input {
        SinceInput::Same => "is the same",
        SinceInput::Differs => "changed",
        SinceInput::Unknown => "may have changed",
    };
    let causes: Vec<String> = new
        .iter()
        .map(|(cause, count)| match cause.as_str() {
            "unclear" => format!("{count} by what is not clear"),
            "image" => format!("{count} by the image"),
            "advisory-data" => format!("{count} by the advisory data"),
            "index-state" => format!("{count} by what Limpid reads of images"),
            "policy" => format!("{count} by the policy"),
            other => format!("{count} by the {other}"),
        })
        .collect();
    let new = match new.values().sum::<u64>() {
        0 => "nothing is new".to_owned(),
        total => format!(
            "{} new: {}",
            if total == 1 { "1 finding is".to_owned() } else { format!("{} are", counted(total, "finding")) },
            causes.join(", ")
        ),
    };
    let gone = if gone == 0 { String::new() } else { format!("; {} gone", counted(gone, "finding")) };
    format!("the image {}, the advisory data {}; {new}{gone}", word(image), word(data))
}

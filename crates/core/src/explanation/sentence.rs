//! The answer in a few sentences. What stands in it of packages and feeds is strangers' text.

use std::collections::BTreeSet;

use super::{Answer, Concerned, Explanation};
use crate::words::first_few;

/// So many names are told of a list.
const NAMED: usize = 4;

/// Everything after the answer's word.
pub(super) fn sentence(explanation: &Explanation) -> String {
    let all = || explanation.packages.iter();
    let those: Vec<&Concerned> = all().filter(|one| one.answer == explanation.answer).collect();
    let names = names(&those);
    let first = those.first();
    let why = first.map_or("", |one| one.why.as_str());
    let by = first.map_or("", |one| one.by.as_str());
    let are = if those.iter().map(|one| &one.package.name).collect::<BTreeSet<_>>().len() == 1 {
        "is"
    } else {
        "are"
    };
    match explanation.answer {
        Answer::Affected => format!("{names} {are} affected: {why}, says {by}; {}.", fixes(&those)),
        Answer::Suppressed => {
            format!("{names} {are} affected, and {by} takes it out of the verdict: {why}.")
        }
        Answer::Fixed => {
            let has = if are == "is" { "has" } else { "have" };
            format!("{names} {has} the fix: {why}, says {by}{}.", since(&those))
        }
        Answer::NotAffected => format!("{names} {are} there and not affected: {why}, says {by}."),
        Answer::NotListed => format!(
            "{names} {are} there, and the data that judges {} does not list {}; it is told of {}.",
            if are == "is" { "it" } else { "them" },
            explanation.asked,
            elsewhere(explanation)
        ),
        Answer::PackageAbsent => {
            format!("no package of the image is one that it is known to be in: {}.", elsewhere(explanation))
        }
        Answer::NotJudged => not_judged(explanation, &those),
        Answer::UnknownAdvisory => format!(
            "no feed that is loaded knows {}, and what nobody knows of is not proven to be absent.",
            explanation.asked
        ),
    }
}

fn names(those: &[&Concerned]) -> String {
    let named: BTreeSet<String> =
        those.iter().map(|one| format!("{} {}", one.package.name, one.package.version)).collect();
    first_few(&named.into_iter().collect::<Vec<_>>(), NAMED, "package")
}

fn fixes(those: &[&Concerned]) -> String {
    let fixes: BTreeSet<&str> = those.iter().filter_map(|one| one.fixed_in.as_deref()).collect();
    let open = those.iter().any(|one| one.fixed_in.is_none());
    let fixes: Vec<&str> = fixes.into_iter().collect();
    match (fixes.as_slice(), open) {
        ([], _) => "no fix is known".to_owned(),
        (some, false) => format!("fixed in {}", first_few(some, NAMED, "version")),
        (some, true) => format!("fixed in {}, but not for all", first_few(some, NAMED, "version")),
    }
}

/// When the fix was published, where upstream tells: the earliest. Never when the vulnerability was.
fn since(those: &[&Concerned]) -> String {
    let statements = those.iter().flat_map(|one| &one.statements);
    let fixing = statements.filter(|one| one.answer == Answer::Fixed);
    let known = fixing.filter_map(|one| one.fix_known.as_ref()).min();
    known.map_or_else(String::new, |known| format!(", {}", known.in_words()))
}

/// What the vulnerability is known to be in.
fn elsewhere(explanation: &Explanation) -> String {
    let told = explanation.advisories.iter();
    let packages: BTreeSet<&String> = told.clone().flat_map(|one| &one.packages).collect();
    let namespaces: BTreeSet<&String> = told.flat_map(|one| &one.namespaces).collect();
    let packages = first_few(&packages.into_iter().collect::<Vec<_>>(), NAMED, "package");
    let namespaces = first_few(&namespaces.into_iter().collect::<Vec<_>>(), NAMED, "release");
    format!("{packages} ({namespaces})")
}

fn not_judged(explanation: &Explanation, those: &[&Concerned]) -> String {
    let mut reasons: Vec<String> = those
        .iter()
        .map(|one| format!("{} {}: {}", one.package.name, one.package.version, one.why))
        .collect();
    let counting = explanation.blind_spots.iter().filter(|spot| spot.counts);
    reasons.extend(counting.map(|spot| format!("{} ({})", spot.reason, spot.subject)));
    let known = match explanation.advisories.is_empty() {
        true => format!(" No feed that is loaded knows {}.", explanation.asked),
        false => String::new(),
    };
    let reasons = first_few(&reasons, NAMED, "reason");
    format!("nothing was found, but that proves nothing: {reasons}.{known}")
}

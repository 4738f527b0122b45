//! The corpus' image of many languages against Syft's list of it: what the two have in common, and each difference, are those of
//! `docs/coverage.md`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use super::*;

const IMAGE: &str = "slim-debian-12-apps-v1";

/// What a package URL names, without qualifiers and without escapes.
fn named(purl: &str) -> String {
    let bare = purl.split(['?', '#']).next().unwrap();
    let mut parts = bare.split('%');
    let mut name = parts.next().unwrap().to_owned();
    for part in parts {
        let (code, rest) = part.split_at(2);
        name.push(char::from(u8::from_str_radix(code, 16).unwrap()));
        name += rest;
    }
    name
}

fn listed() -> Option<BTreeSet<String>> {
    let text = fs::read_to_string(corpus::corpus(&format!("packages/{IMAGE}.tsv"))?).unwrap();
    Some(text.lines().skip(1).map(|line| named(line.rsplit('\t').next().unwrap())).collect())
}

/// Cells of the rows of the document that begin so.
fn rows(document: &str, first: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()
    };
    document.lines().filter(|line| line.starts_with(first)).map(cells).collect()
}

/// How many of each type there are in both lists, in each, and what that is in parts of a hundred.
fn figures(theirs: &BTreeSet<String>, ours: &BTreeSet<String>) -> Vec<Vec<String>> {
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let both: BTreeSet<String> = theirs.intersection(ours).cloned().collect();
    for (place, list) in [theirs, ours, &both].into_iter().enumerate() {
        for purl in list {
            let (kind, _) = purl.strip_prefix("pkg:").unwrap().split_once('/').unwrap();
            counts.entry(kind).or_default()[place] += 1;
        }
    }
    let all = [theirs.len(), ours.len(), both.len()];
    let share = |part: usize, of: usize| {
        let thousandths = (part * 2000 + of) / (of * 2);
        format!("{}.{} %", thousandths / 10, thousandths % 10)
    };
    let row = |kind: &str, [theirs, ours, both]: [usize; 3]| {
        let counts = [theirs, ours, both].map(|count| count.to_string());
        [kind.to_owned()].into_iter().chain(counts).chain([share(both, theirs), share(both, ours)]).collect()
    };
    counts.into_iter().map(|(kind, counts)| row(kind, counts)).chain([row("all", all)]).collect()
}

#[test]
fn what_is_listed_otherwise_than_by_syft_is_told_in_the_document() {
    let (Some(report), Some(theirs)) = (corpus::report(&format!("{IMAGE}.oci.tar")), listed()) else {
        return;
    };
    let ours: BTreeSet<String> = report.packages.iter().map(|one| named(&one.purl)).collect();
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/coverage.md");
    let document = fs::read_to_string(document).unwrap();
    let (_, document) = document.split_once("\n## Compared with others' lists\n").unwrap();
    let document = document.split("\n## ").next().unwrap();
    let told = |who: &str| -> BTreeSet<String> {
        let rows = rows(document, &format!("| {who} | `"));
        rows.into_iter().map(|row| row[1].trim_matches('`').to_owned()).collect()
    };
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| -> BTreeSet<String> { a - b };
    assert_eq!(told("Syft"), only(&theirs, &ours));
    assert_eq!(told("Limpid"), only(&ours, &theirs));
    for figures in figures(&theirs, &ours) {
        let row = rows(document, &format!("| {} | ", figures[0]));
        assert_eq!(row, [figures]);
    }
    let told: Vec<&str> = report.blind_spots.iter().map(|spot| &*spot.subject).collect();
    assert_eq!(told, ["opt/jars/test.jar"], "Tomcat's, by another name");
}

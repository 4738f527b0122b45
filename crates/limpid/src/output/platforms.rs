//! What differs between the platforms of one image: each is compared with the first.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use limpid_core::Report;

use super::{
    lines::line,
    page::Page,
    style,
    text::{counted, escaped, first_few, number},
};
use crate::terminal::Terminal;

/// How many findings, and blind spots, are named.
const NAMED: usize = 3;

/// Writes a sentence for each platform but the first.
pub(crate) fn platforms(reports: &[&Report], terminal: &Terminal, out: &mut dyn Write) -> io::Result<()> {
    let Some((first, others)) = reports.split_first() else { return Ok(()) };
    if others.is_empty() {
        return Ok(());
    }
    let Some(width) = terminal.width else {
        return others.iter().try_for_each(|other| Difference::of(first, other).line(out));
    };
    let page = &mut Page::new(out, width, terminal.colour);
    page.blank()?;
    page.line(&page.styled(style::STRONG, "PLATFORMS"))?;
    others.iter().try_for_each(|other| page.prose(style::PLAIN, 0, &Difference::of(first, other).sentence()))
}

/// What one has that the other has not.
struct Difference<'a> {
    first: &'a Report,
    other: &'a Report,
    findings: [Vec<String>; 2],
    blind_spots: [Vec<String>; 2],
}

impl<'a> Difference<'a> {
    fn of(first: &'a Report, other: &'a Report) -> Self {
        Self {
            first,
            other,
            findings: both_ways(&findings(first), &findings(other)),
            blind_spots: both_ways(&blind_spots(first), &blind_spots(other)),
        }
    }

    fn is_none(&self) -> bool {
        self.findings.iter().chain(&self.blind_spots).all(Vec::is_empty)
            && self.first.summary.packages == self.other.summary.packages
    }

    fn line(&self, out: &mut dyn Write) -> io::Result<()> {
        let state = if self.is_none() { "same" } else { "differs" };
        let counts = self.findings.each_ref().map(|findings| findings.len().to_string());
        let [only_first, only_other] = &counts;
        let (image, first) = (&self.other.image, &self.first.image.platform);
        let fields =
            [&*image.reference, &image.platform, first, state, only_other, only_first, &self.sentence()];
        line(out, "platform", fields)
    }

    /// Strangers' text in it is escaped.
    fn sentence(&self) -> String {
        let [first, other] = [self.first, self.other].map(|report| escaped(&report.image.platform));
        if self.is_none() {
            let same = match self.other.standing().count() {
                0 => "no findings".to_owned(),
                1 => "the same finding".to_owned(),
                several => format!("the same {} findings", number(several as u64)),
            };
            return format!("{other} has {same}, like {first}, and nothing else differs.");
        }
        let [only_first, only_other] = &self.findings;
        let named = |list: &[String]| first_few(list, NAMED, "finding");
        let count = |list: &[String]| counted(list.len() as u64, "finding");
        let mut parts = Vec::new();
        if !only_other.is_empty() {
            parts.push(format!("has {} that {first} has not ({})", count(only_other), named(only_other)));
        }
        if !only_first.is_empty() {
            parts.push(format!("lacks {} of {first} ({})", count(only_first), named(only_first)));
        }
        if only_first.is_empty() && only_other.is_empty() {
            let none = self.other.standing().next().is_none();
            parts.push(if none {
                format!("has no findings, like {first}")
            } else {
                format!("has the findings of {first}")
            });
        }
        let (packages, of_first) = (self.other.summary.packages, self.first.summary.packages);
        if packages != of_first {
            parts.push(format!("has {} instead of {}", counted(packages, "package"), number(of_first)));
        }
        let [only_first, only_other] = &self.blind_spots;
        for (list, verb) in [(only_other, "does not judge"), (only_first, "judges")] {
            if !list.is_empty() {
                let other_way =
                    if verb == "judges" { format!(", which {first} does not") } else { String::new() };
                parts.push(format!("{verb} {}{other_way}", first_few(list, NAMED, "blind spot")));
            }
        }
        format!("{other} {}.", parts.join("; "))
    }
}

fn findings(report: &Report) -> BTreeSet<String> {
    report.standing().map(|finding| format!("{} in {}", finding.id, finding.package.name)).collect()
}

fn blind_spots(report: &Report) -> BTreeSet<String> {
    let counting = report.blind_spots.iter().filter(|spot| spot.counts);
    counting.map(|spot| format!("{} ({})", spot.subject, spot.reason)).collect()
}

fn both_ways(first: &BTreeSet<String>, other: &BTreeSet<String>) -> [Vec<String>; 2] {
    [first.difference(other).cloned().collect(), other.difference(first).cloned().collect()]
}

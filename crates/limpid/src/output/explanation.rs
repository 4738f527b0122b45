//! Why a vulnerability is, or is not, reported.
//!
//! A page goes from the question over the packages, each from its layer up to the feed, to the answer, which stands last.

mod lines;

use std::io::{self, Write};

use limpid_core::{
    Severity, Verdict,
    explanation::{Answer, Concerned, ExplainedStatement, Explanation, KnownAdvisory},
};

use super::{
    blind_spots,
    columns::{Align, Cell, Column, Fit, Table},
    page::{Page, Piece},
    report::header,
    style,
    text::{age, counted, escaped, first_few},
};
use crate::terminal::Terminal;

/// How many packages, and statements of one, a page tells one by one; plain lines and JSON have all.
const TOLD: usize = 12;

/// How many names of a list are told.
const NAMED: usize = 3;

/// Writes the explanation as a page, or as plain lines where there is no terminal.
pub(crate) fn explanation_table(
    explanation: &Explanation,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(width) = terminal.width else { return lines::write(explanation, out) };
    let page = &mut Page::new(out, width, terminal.colour);
    asked(page, explanation)?;
    header::image(page, &explanation.image)?;
    header::distributions(page, &explanation.distributions, Some(explanation.as_of()))?;
    page.labelled("Judged as of", &explanation.as_of().to_string())?;
    exploited(page, explanation)?;
    for concerned in explanation.packages.iter().take(TOLD) {
        page.blank()?;
        package(page, explanation, concerned)?;
    }
    if let Some(more) = explanation.packages.get(TOLD..).filter(|more| !more.is_empty()) {
        let more = counted(more.len() as u64, "more package");
        page.blank()?;
        page.prose(style::QUIET, 0, &format!("and {more}: --format json has all of them"))?;
    }
    if explanation.packages.iter().all(|one| one.statements.is_empty()) {
        known(page, &explanation.advisories)?;
    }
    blind_spots::section(page, &explanation.blind_spots)?;
    page.blank()?;
    let word = format!("{}:", explanation.answer.as_str());
    page.prose_led_by(of_answer(explanation.answer), &word, &escaped(&explanation.explanation))
}

fn asked(page: &mut Page<'_>, explanation: &Explanation) -> io::Result<()> {
    let mut pieces: Vec<Piece> = vec![(style::STRONG, escaped(&explanation.asked))];
    let others = explanation.aliases();
    if !others.is_empty() {
        pieces.push((style::PLAIN, format!("also {}", first_few(&others, NAMED, "identifier"))));
    }
    page.labelled_pieces("Explain", &pieces)?;
    explanation.summary().map_or(Ok(()), |summary| page.prose(style::QUIET, 0, &escaped(summary)))
}

/// Only where data about it is loaded: nobody needs it to have an answer.
fn exploited(page: &mut Page<'_>, explanation: &Explanation) -> io::Result<()> {
    let exploitation = &explanation.exploitation;
    let style =
        if exploitation.kev.is_some() { style::of_severity(Severity::Critical) } else { style::PLAIN };
    let pieces: Vec<Piece> = exploitation.in_words().iter().map(|words| (style, escaped(words))).collect();
    if pieces.is_empty() { Ok(()) } else { page.labelled_pieces("Exploited", &pieces) }
}

fn of_answer(answer: Answer) -> anstyle::Style {
    match answer {
        Answer::Affected => style::of_verdict(Verdict::Vulnerable),
        Answer::NotJudged | Answer::UnknownAdvisory => style::of_verdict(Verdict::Unproven),
        Answer::Suppressed => style::NOTABLE,
        Answer::Fixed | Answer::NotAffected | Answer::NotListed | Answer::PackageAbsent => {
            style::of_verdict(Verdict::Clean)
        }
    }
}

/// A package: what is true of it, where it is, what is said of it.
fn package(page: &mut Page<'_>, explanation: &Explanation, concerned: &Concerned) -> io::Result<()> {
    let package = &concerned.package;
    let mut title = vec![
        (of_answer(concerned.answer), concerned.answer.as_str().to_owned()),
        (style::STRONG, format!("{} {}", escaped(&package.name), escaped(&package.version))),
    ];
    title.extend(concerned.severity.map(|one| (style::of_severity(one), one.to_string())));
    title.extend(concerned.fixed_in.as_ref().map(|fix| (style::PLAIN, format!("fixed in {}", escaped(fix)))));
    page.pieces(&title)?;
    if let Some(fix) = concerned.fix_in_words() {
        page.labelled("  fix", &fix)?;
    }
    let layer = package.layer.as_ref().map_or("not known".to_owned(), |layer| {
        let digest = format!("{}:{}", layer.algorithm(), layer.short());
        let place = package.layer_number;
        place.map_or(digest.clone(), |place| {
            format!("{digest} · {place} of {}", explanation.image.layers.len())
        })
    });
    page.labelled("  layer", &layer)?;
    if !package.path.is_empty() {
        page.labelled("  file", &escaped(&package.path))?;
    }
    if let Some((name, version)) = concerned.foreign_source() {
        page.labelled("  source", &format!("{} {}", escaped(name), escaped(version)))?;
    }
    for one in concerned.decisive().into_iter().take(TOLD) {
        statement(page, explanation, one)?;
    }
    if let Some((why, by)) = concerned.conclusion() {
        let by = by.map(|by| (style::QUIET, escaped(by)));
        let why = (style::PLAIN, escaped(why));
        page.labelled_pieces("  so", &std::iter::once(why).chain(by).collect::<Vec<_>>())?;
    }
    Ok(())
}

/// What a feed says: the advisory, its range, the comparison, and the feed's data.
fn statement(page: &mut Page<'_>, explanation: &Explanation, one: &ExplainedStatement) -> io::Result<()> {
    let published = one.published.as_ref().map(|at| format!("published {}", escaped(at)));
    let advisory = std::iter::once(escaped(&one.advisory)).chain(published);
    let pieces: Vec<Piece> = advisory.map(|text| (style::PLAIN, text)).collect();
    page.labelled_pieces("  advisory", &pieces)?;
    let meant = format!("{} package {} in {}", one.names, escaped(&one.package), escaped(&one.namespace));
    page.labelled_pieces("  range", &[(style::PLAIN, escaped(&one.range)), (style::PLAIN, meant)])?;
    page.labelled("  compared", &escaped(&one.why))?;
    let observed = explanation.observed.feeds.get(&one.feed);
    let checked = observed.map(|observed| age(observed.checked_at, explanation.observed.generated_at));
    let checked = checked.map(|age| format!("checked {age}"));
    let upstream = one.upstream_date.as_ref().map(|date| format!("upstream {}", escaped(date)));
    let feed = std::iter::once(escaped(&one.feed)).chain(upstream).chain(checked);
    let pieces: Vec<Piece> = feed.map(|text| (style::PLAIN, text)).collect();
    page.labelled_pieces("  feed", &pieces)
}

const KNOWN: [Column; 4] = [
    Column { title: "KNOWN AS", fit: Fit::Whole, align: Align::Left },
    Column { title: "PACKAGES", fit: Fit::Cut(12), align: Align::Left },
    Column { title: "IN", fit: Fit::Spare { least: 12, rank: 1 }, align: Align::Left },
    Column { title: "FEED", fit: Fit::Cut(12), align: Align::Tail },
];

/// What the feeds say of it elsewhere.
fn known(page: &mut Page<'_>, advisories: &[KnownAdvisory]) -> io::Result<()> {
    if advisories.is_empty() {
        return Ok(());
    }
    let names = |names: &std::collections::BTreeSet<String>| {
        Cell::plain(first_few(&names.iter().collect::<Vec<_>>(), NAMED, "name"))
    };
    let row = |one: &KnownAdvisory| {
        vec![
            Cell::plain(escaped(&one.id)),
            names(&one.packages),
            names(&one.namespaces),
            Cell::new(escaped(&one.feed), style::QUIET),
        ]
    };
    page.blank()?;
    Table::new(KNOWN, advisories.iter().take(TOLD).map(row).collect()).write(page)
}

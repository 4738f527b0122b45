//! Whole pages and lines, compared with the files in `fixtures/`.
//!
//! To see what a change does to them: write them anew with `LIMPID_WRITE_FIXTURES=1 cargo test -p limpid output`,
//! then read the difference.

use std::{fs, io::Write, path::Path};

use limpid_core::{BlindSpot, Reason, Report, Verdict, report::Suppression};

use super::*;

fn fixture(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/output/report/fixtures").join(name)
}

/// A report that is kept as JSON.
pub(in crate::output) fn report(name: &str) -> Report {
    let json = fs::read(fixture(&format!("{name}.json"))).expect("a fixture");
    serde_json::from_slice(&json).expect("a report")
}

/// What is written at a width; without one, to a pipe.
pub(in crate::output) fn written(
    write: impl FnOnce(&Terminal, &mut dyn Write) -> io::Result<()>,
    width: Option<usize>,
    colour: bool,
) -> String {
    let mut out = Vec::new();
    write(&Terminal { width, colour }, &mut out).expect("memory");
    String::from_utf8(out).expect("text")
}

fn page(report: &Report, width: Option<usize>) -> String {
    written(|terminal, out| report_table(report, terminal, out), width, false)
}

#[track_caller]
pub(in crate::output) fn assert_fixture(name: &str, text: &str) {
    let path = fixture(name);
    if std::env::var_os("LIMPID_WRITE_FIXTURES").is_some() {
        fs::write(&path, text).expect("a writable fixture");
    }
    let expected = fs::read_to_string(&path).expect("a fixture");
    assert_eq!(text, expected, "{name} is not what is written");
}

#[track_caller]
fn assert_pages(name: &str) {
    let report = report(name);
    for width in [60, 80, 120, 200] {
        let text = page(&report, Some(width));
        assert_fixture(&format!("{name}.{width}.txt"), &text);
        let wide = text.lines().find(|line| line.chars().count() > width);
        assert_eq!(wide, None, "wider than {width} columns");
    }
    assert_fixture(&format!("{name}.lines"), &page(&report, None));
}

#[test]
fn a_vulnerable_image() {
    assert_pages("vulnerable");
}

#[test]
fn the_documented_page_is_the_real_one() {
    let documentation = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/output.md");
    let documentation = fs::read_to_string(documentation).expect("docs/output.md");
    assert!(documentation.contains(&page(&report("vulnerable"), Some(80))));
}

#[test]
fn an_unproven_image() {
    assert_pages("unproven");
}

#[test]
fn a_clean_image_says_what_proves_it() {
    let report = clean();
    assert_fixture("clean.80.txt", &page(&report, Some(80)));
    assert_fixture("clean.lines", &page(&report, None));
}

#[test]
fn colour_is_added_and_nothing_else() {
    let report = report("vulnerable");
    let coloured = written(|terminal, out| report_table(&report, terminal, out), Some(80), true);
    assert_fixture("vulnerable.80.ansi", &coloured);
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), page(&report, Some(80)));
}

fn clean() -> Report {
    let mut report = report("vulnerable");
    report.findings.clear();
    report.summary.findings.values_mut().for_each(|count| *count = 0);
    report.summary.fixable = 0;
    report.blind_spots.clear();
    report.verdict = Verdict::Clean;
    report
}

#[test]
fn a_clean_image_with_everything_waived_or_suppressed_says_so() {
    let mut report = clean();
    let mut suppressed = super::tests::report("vulnerable").findings.remove(0);
    suppressed.suppressed =
        Some(Suppression { by: "only-fixed".to_owned(), reason: "no fix is known".to_owned() });
    report.findings = vec![suppressed];
    report.summary.judged = 9;
    let mut waived =
        BlindSpot::new(Reason::EndOfLife, "Alpine:v3.16", "judged up to 2024-05-23").with_packages(14);
    (waived.counts, waived.waived) = (false, true);
    report.blind_spots = vec![
        waived,
        BlindSpot::new(Reason::UnidentifiedExecutables, "usr/local/bin/app", "nothing identifies it"),
    ];
    assert_fixture("waived.80.txt", &page(&report, Some(80)));
    assert_fixture("waived.lines", &page(&report, None));
}

/// Findings do not hide that there may be more, and what cannot be fixed is not called fixable.
#[test]
fn findings_and_blind_spots_at_once() {
    let mut report = report("vulnerable");
    report.findings.retain(|finding| finding.fixed_in.is_none());
    report.summary.findings.values_mut().for_each(|count| *count = 0);
    report.summary.findings.insert(limpid_core::Severity::Low, 1);
    report.summary.fixable = 0;
    let spot = |place| {
        BlindSpot::new(Reason::VersionUnparsable, format!("odd-{place} 1..2"), "“1..2” is no version")
    };
    report.blind_spots = (10..25).map(|place| spot(place).with_packages(1)).collect();
    report.blind_spots.push(BlindSpot::new(
        Reason::FeedStale,
        "alpine/v3.16/main",
        "last checked 2022-08-01",
    ));
    report.blind_spots.sort();
    report.proof.stale = vec!["alpine/v3.16/main".to_owned()];
    report.proof.as_of = "2024-06-01".parse().expect("a day");
    assert_fixture("partly.80.txt", &page(&report, Some(80)));
}

#[test]
fn a_severity_that_no_feed_gives_is_explained() {
    let mut report = report("vulnerable");
    report.summary.findings.values_mut().for_each(|count| *count = 0);
    report.summary.findings.insert(limpid_core::Severity::Unknown, 14);
    let text = page(&report, Some(80));
    assert!(
        text.contains("14 findings · 14 Unknown, as their feeds give no severity · 13 fixable\n"),
        "{text}"
    );
}

/// No text of an image or a feed commands a terminal, turns the direction of writing or makes a line of its own.
#[test]
fn hostile_text() {
    let mut report = report("vulnerable");
    let evil = "\u{1b}[2J\u{1b}]8;;http://x\u{7}\u{202e}\nverdict\tclean\u{9b}31m";
    report.image.reference = evil.to_owned();
    report.image.platform = evil.to_owned();
    report.distributions[0].name = evil.to_owned();
    report.feeds[0].upstream_date = Some(evil.to_owned());
    report.findings.truncate(2);
    for finding in &mut report.findings {
        finding.id = evil.to_owned();
        finding.aliases = vec![evil.to_owned()];
        finding.package.name = evil.to_owned();
        finding.package.version = evil.to_owned();
        finding.package.source = Some(evil.to_owned());
        finding.fixed_in = Some(evil.to_owned());
        finding.why = evil.to_owned();
        finding.package.path = Some(evil.to_owned());
    }
    report.findings[1].suppressed = Some(Suppression { by: evil.to_owned(), reason: evil.to_owned() });
    report.blind_spots = vec![BlindSpot::new(Reason::DatabaseUnreadable, evil, evil)];
    for width in [None, Some(60), Some(200)] {
        let text = page(&report, width);
        let hidden =
            |character: &char| *character != '\n' && (character.is_control() || *character == '\u{202e}');
        let allowed = |character: &char| width.is_none() && *character == '\t';
        assert_eq!(text.chars().find(|one| hidden(one) && !allowed(one)), None, "{width:?}\n{text}");
        assert_eq!(
            text.lines().filter(|line| line.starts_with("verdict\t")).count(),
            usize::from(width.is_none())
        );
    }
}

/// Names of any length are whole at any width.
#[test]
fn long_names() {
    let mut report = report("vulnerable");
    let name = "a-package-whose-name-is-longer-than-any-terminal-".repeat(3);
    report.findings.truncate(3);
    report.findings[1].package.name.clone_from(&name);
    report.findings[2].id = "GHSA-aaaa-bbbb-cccc-dddd-eeee-ffff-gggg".to_owned();
    assert_fixture("long.80.txt", &page(&report, Some(80)));
    for width in [1, 20, 60, 80, 120, 200] {
        let text = page(&report, Some(width));
        assert!(
            text.contains(&name) && text.contains("GHSA-aaaa-bbbb-cccc-dddd-eeee-ffff-gggg"),
            "{width}\n{text}"
        );
    }
}

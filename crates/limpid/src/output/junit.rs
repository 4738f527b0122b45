//! JUnit's XML, for services that show tests: a finding is a failed case, and so is a blind spot that counts.
//!
//! What is below the gate, suppressed or waived is a skipped case: it is seen, and fails nothing. There is always a case, so
//! that no service takes a report for a run without tests.

use std::io::{self, Write};

use chrono::NaiveDate;
use limpid_core::{BlindSpot, Report, Verdict, fix::age_in_words, policy::Gate, report::Finding};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use super::{
    report::sentence,
    text::{escaped, instant},
};

/// Writes reports as one document, a suite each. What trips one of the gates fails; without gates, each finding does.
pub(crate) fn junit(reports: &[&Report], gates: &[Gate], out: &mut dyn Write) -> io::Result<()> {
    let suites: Vec<(&Report, Vec<Case>)> =
        reports.iter().map(|report| (*report, cases(report, gates))).collect();
    let all = suites.iter().flat_map(|(_, cases)| cases);
    let [tests, failures, skipped] = totals(all);
    let mut writer = Writer::new_with_indent(out, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let element = writer.create_element("testsuites").with_attributes([
        ("name", "limpid"),
        ("tests", &tests),
        ("failures", &failures),
        ("skipped", &skipped),
    ]);
    element.write_inner_content(|writer| {
        suites.iter().try_for_each(|(report, cases)| suite(writer, &name(report, reports), report, cases))
    })?;
    writer.into_inner().write_all(b"\n")
}

/// A case, and how it ended.
struct Case {
    class: String,
    name: String,
    end: End,
}

enum End {
    Passed,
    Skipped(String),
    Failed { kind: String, message: String, detail: String },
}

fn cases(report: &Report, gates: &[Gate]) -> Vec<Case> {
    let verdict = format!("{}: {}", report.verdict, sentence(report));
    let end = match report.verdict {
        Verdict::Clean => End::Passed,
        Verdict::Vulnerable | Verdict::Unproven => End::Skipped(verdict),
    };
    let whole = Case { class: "verdict".to_owned(), name: "the image as a whole".to_owned(), end };
    let spots = report.blind_spots.iter().map(|spot| of_spot(spot, gates));
    let findings = report.findings.iter().map(|finding| of_finding(finding, gates, report.proof.as_of));
    std::iter::once(whole).chain(spots).chain(findings).collect()
}

fn of_spot(spot: &BlindSpot, gates: &[Gate]) -> Case {
    let message = format!("not judged: {}", spot.detail);
    let end = if spot.counts || gates.iter().any(|gate| gate.is_tripped_by_blindness(spot)) {
        End::Failed { kind: spot.reason.to_string(), detail: message.clone(), message }
    } else {
        End::Skipped(message)
    };
    Case { class: "not judged".to_owned(), name: format!("{}: {}", spot.reason, spot.subject), end }
}

fn of_finding(finding: &Finding, gates: &[Gate], as_of: NaiveDate) -> Case {
    let package = &finding.package;
    let fix =
        finding.fixed_in.as_ref().map_or(finding.status.as_str().to_owned(), |fix| format!("fixed in {fix}"));
    let message = format!("{} {}: {} ({fix})", package.name, package.version, finding.severity);
    let end = if let Some(by) = &finding.suppressed {
        End::Skipped(format!("{message}; suppressed by {}: {}", by.by, by.reason))
    } else if !gates.is_empty() && !gates.iter().any(|gate| gate.is_tripped_by(finding, as_of)) {
        End::Skipped(format!("{message}; below the gate"))
    } else {
        let links: String = finding.links.iter().map(|link| format!("\n{link}")).collect();
        let known = age_in_words(finding, as_of).map_or(String::new(), |age| format!("\n{age}"));
        let detail = format!("{}\n{}\n{}{known}{links}", finding.summary, finding.why, package.purl);
        End::Failed { kind: finding.severity.to_string(), message, detail }
    };
    Case {
        class: package.name.clone(),
        name: format!("{} in {} {}", finding.id, package.name, package.version),
        end,
    }
}

fn totals<'a>(cases: impl Iterator<Item = &'a Case>) -> [String; 3] {
    let mut counts = [0_u64; 3];
    for case in cases {
        let [tests, failures, skipped] = &mut counts;
        *tests += 1;
        match case.end {
            End::Passed => {}
            End::Skipped(_) => *skipped += 1,
            End::Failed { .. } => *failures += 1,
        }
    }
    counts.map(|count| count.to_string())
}

type Out<'a> = Writer<&'a mut dyn Write>;

/// The image; with its platform, where another platform of it has a suite too.
fn name(report: &Report, reports: &[&Report]) -> String {
    let named = reports.iter().filter(|other| other.image.reference == report.image.reference).count();
    let name = escaped(&report.image.reference);
    if named > 1 { format!("{name} ({})", escaped(&report.image.platform)) } else { name }
}

fn suite(writer: &mut Out<'_>, name: &str, report: &Report, cases: &[Case]) -> io::Result<()> {
    let [tests, failures, skipped] = totals(cases.iter());
    let at = instant(report.observed.generated_at);
    let element = writer.create_element("testsuite").with_attributes([
        ("name", name),
        ("tests", &tests),
        ("failures", &failures),
        ("skipped", &skipped),
        ("timestamp", &at),
    ]);
    element.write_inner_content(|writer| cases.iter().try_for_each(|one| case(writer, one)))?;
    Ok(())
}

fn case(writer: &mut Out<'_>, case: &Case) -> io::Result<()> {
    let (class, name) = (escaped(&case.class), escaped(&case.name));
    let element =
        writer.create_element("testcase").with_attributes([("classname", class.as_str()), ("name", &name)]);
    match &case.end {
        End::Passed => element.write_empty()?,
        End::Skipped(message) => element.write_inner_content(|writer| {
            let message = escaped(message);
            writer.create_element("skipped").with_attribute(("message", message.as_str())).write_empty()?;
            Ok(())
        })?,
        End::Failed { kind, message, detail } => element.write_inner_content(|writer| {
            let message = escaped(message);
            let attributes = [("type", kind.as_str()), ("message", &message)];
            let lines: Vec<String> = detail.lines().filter(|line| !line.is_empty()).map(escaped).collect();
            let failure = writer.create_element("failure").with_attributes(attributes);
            failure.write_text_content(BytesText::new(&lines.join("\n")))?;
            Ok(())
        })?,
    };
    Ok(())
}

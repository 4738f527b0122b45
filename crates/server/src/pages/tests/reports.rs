//! The pages of a report.

use askama::Template as _;

use super::{
    fixtures::{HOSTILE, found, frame, now, seen},
    structure::{check, texts},
};
use crate::pages::{
    form::Form,
    image::{AttachedRow, Beside, Choice, made_findings, made_layers, made_packages},
    parts::DigestMark,
    visible::visible,
};

fn findings(query: &str, count: usize, word: &str) -> String {
    let choice = Choice::of(&Form::of_query(Some(query))).unwrap();
    let attached =
        vec![AttachedRow { kind: format!("text/x{word}"), digest: DigestMark::of(&found().digest) }];
    let beside = Beside { may_rescan: true, may_attach: true, attached, has_more: true };
    let page = made_findings(frame(), &found(), &seen(count, word), None, choice, now(), beside);
    let html = visible(page.render().unwrap());
    check(&html);
    html
}

const ROWS: &str = "#findings ~ .scroll tbody tr:not(.group)";

#[test]
fn the_verdict_comes_first_and_the_worst_findings_are_on_top() {
    let html = findings("", 12, "");
    assert_eq!(texts(&html, "h2").first().map(String::as_str), Some("Vulnerable"));
    let severities = texts(&html, &format!("{ROWS} > td:first-child"));
    let expected: Vec<&str> = ["Critical", "High", "Medium", "Low", "Negligible", "Unknown"]
        .iter()
        .flat_map(|word| [*word; 2])
        .collect();
    assert_eq!(severities, expected);
    assert_eq!(texts(&html, "th[aria-sort=descending]"), ["Severity"]);
    assert_eq!(
        texts(&html, ".spot h3"),
        ["end-of-lifeAlpine:v3.16", "unidentified-executablesusr/bin/xdoes not count"]
    );
    assert_eq!(texts(&html, "#proof ~ .scroll tbody tr").len(), 1);
}

#[test]
fn findings_are_filtered_sorted_and_grouped_by_the_address() {
    let rows = |query: &str| texts(&findings(query, 60, ""), ROWS);
    assert_eq!(rows("").len(), 59, "one is suppressed");
    assert_eq!(rows("suppressed=1").len(), 60);
    assert_eq!(rows("severity=Critical").len(), 10);
    assert_eq!(rows("severity=critical&severity=High").len(), 19, "one of them is suppressed");
    assert_eq!(rows("fixable=1").len(), 30);
    assert_eq!(rows("layer=1").len(), 30);
    assert_eq!(rows("package=source-007").len(), 1);
    assert_eq!(rows("q=ghsa-12").len(), 1);
    assert!(rows("q=nothing")[0].starts_with("No finding is like this."));
    assert!(rows("sort=id")[0].contains("CVE-2026-00000"));
    assert!(rows("sort=id&order=reversed")[0].contains("CVE-2026-00059"));
    assert!(rows("order=reversed")[0].starts_with("Unknown"));
    let groups = texts(&findings("grouped=1", 60, ""), "#findings ~ .scroll tbody tr.group");
    assert_eq!(groups.len(), 59);
    assert_eq!(groups[0], "source-000 · 1 finding");
    for query in ["severity=worst", "sort=colour", "layer=x", "page=x"] {
        assert!(Choice::of(&Form::of_query(Some(query))).is_err(), "{query}");
    }
}

#[test]
fn ten_thousand_findings_are_turned_over() {
    let html = findings("page=2&severity=High", 10_000, "");
    assert_eq!(texts(&html, ROWS).len(), 100);
    assert!(
        texts(&html, ".pager span")[0].starts_with("101–200 of 1,6"),
        "{:?}",
        texts(&html, ".pager span")
    );
    assert!(html.len() < 600_000, "{} bytes", html.len());
}

#[test]
fn what_strangers_write_is_inert_on_every_page_of_a_report() {
    let html = findings("suppressed=1&grouped=1", 60, HOSTILE);
    assert!(html.contains("&#60;script&#62;alert(1)") || html.contains("&lt;script&gt;alert(1)"));
    assert!(html.contains(r"\u{202e}evil") && html.contains(r"\u{1b}[31m"));
    assert!(!html.contains("href=\"javascript:") && !html.contains("href=\"data:"));
    let seen = seen(60, HOSTILE);
    let query = Form::of_query(Some("q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"));
    check(&visible(made_packages(frame(), &found(), &seen, &query, now()).unwrap().render().unwrap()));
    let all =
        visible(made_packages(frame(), &found(), &seen, &Form::default(), now()).unwrap().render().unwrap());
    check(&all);
    assert_eq!(texts(&all, "#packages ~ .scroll tbody tr").len(), 100);
    check(&visible(made_layers(frame(), &found(), &seen, None, now()).render().unwrap()));
}

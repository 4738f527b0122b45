//! One image by the advisory data of two days.

use chrono::{Days, NaiveDate, Utc};

use super::{PASSWORD, push, texts, with_pages};
use crate::service::Service;

/// 40 days ago upstream knew of one vulnerability, today of one more and of another fix of the first.
fn service() -> Service {
    let service = Service::configured(with_pages);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        service.advise_since(&[("busybox", "1.36.1-r0", &["CVE-2099-0001"])], 40).await;
        let today = [
            ("busybox", "1.36.1-r2", ["CVE-2099-0001"].as_slice()),
            ("musl", "1.2.4-r1", ["CVE-2099-0005"].as_slice()),
        ];
        service.advise(&today).await;
    });
    push(&service.public().to_string());
    service
}

fn day(before: u64) -> NaiveDate {
    (Utc::now() - Days::new(before)).date_naive()
}

/// What the page says of the image then and then; an empty day is now.
fn compared(service: &Service, a: &str, b: &str) -> String {
    let client = reqwest::blocking::Client::new();
    let path = format!("compare?a=library/demo:1&a-day={a}&b-day={b}&b=library/demo:1");
    for _look in 0..2_000 {
        let request = client.get(format!("http://{}/{path}", service.public()));
        let answer = request.basic_auth("admin", Some(PASSWORD)).send().unwrap();
        let status = answer.status().as_u16();
        let page = answer.text().unwrap();
        if status == 200 {
            return page;
        }
        // Until it is indexed.
        assert_eq!(status, 404, "{page}");
    }
    panic!("there is no report");
}

/// Verdict, findings, blind spots that count, and the day, of both sides.
fn sides(page: &str) -> Vec<String> {
    let facts = "section[aria-label='The two sides'] .panel";
    texts(page, facts)
}

const FINDINGS: &str = "section[aria-labelledby=findings] tbody tr";

/// The names of the inputs that differ.
fn differing(page: &str) -> Vec<String> {
    let rows = texts(page, "section[aria-labelledby=inputs] tbody tr");
    rows.iter().filter_map(|row| row.split_once(" differs")).map(|(name, _)| name.to_owned()).collect()
}

/// A side, as [`sides`] tells it.
fn side(letter: &str, verdict: &str, findings: u64, spots: u64, day: NaiveDate) -> String {
    format!(
        "{letter} · library/demo:1 {verdict} Findings {findings} Packages 3 Blind spots that count {spots} As of {day}"
    )
}

#[test]
fn an_image_of_then_and_of_now_differs_by_what_upstream_said_since() {
    let service = service();
    let (then, now) = (day(40), day(0));
    let page = compared(&service, &then.to_string(), "");
    assert_eq!(sides(&page), [side("A", "Vulnerable", 2, 0, then), side("B", "Vulnerable", 3, 0, now)]);
    assert_eq!(differing(&page), ["advisory data", "day"]);
    let changed = "changed Unknown CVE-2099-0001 fixed in: 1.36.1-r0 → 1.36.1-r2";
    assert_eq!(
        texts(&page, FINDINGS),
        [
            "only in B Unknown CVE-2099-0005 musl 1.2.4-r0 → 1.2.4-r1 the advisory data".to_owned(),
            format!("{changed} busybox 1.36.0-r1 → 1.36.1-r2 the advisory data"),
            format!("{changed} ssl_client 1.36.0-r1 → 1.36.1-r2 the advisory data"),
        ]
    );
    assert_eq!(texts(&page, ".spots li"), [""; 0]);
    assert_eq!(
        texts(&page, ".explanation"),
        [format!(
            "The image, the index state and the policy are the same; the advisory data differs: alpine/v3.99/main (1 records in \
             A, 2 in B) changed; the day differs: A was judged as of {then}, B as of {now}. 1 finding is new in B because of the \
             advisory data, none because of the image. 2 findings changed because of the advisory data, none because of the \
             image. The verdict is vulnerable on both sides."
        )]
    );

    let page = compared(&service, &now.to_string(), "");
    assert_eq!(differing(&page), [""; 0]);
    assert!(texts(&page, ".explanation").concat().contains("So are the reports."));
    // A day that is none is refused, and not taken for another.
    let client = reqwest::blocking::Client::new();
    let wrong = format!("http://{}/compare?a=library/demo:1&b-day=2026-02-30", service.public());
    let answer = client.get(wrong).basic_auth("admin", Some(PASSWORD)).send().unwrap();
    assert_eq!(answer.status(), 400);
}

#[test]
fn of_a_day_before_all_that_is_kept_nothing_is_proven() {
    let (service, then) = (service(), day(40));
    // A day of which nothing is kept is never clean: it is unproven, and says what was not known then.
    let before = day(50);
    let page = compared(&service, &before.to_string(), &then.to_string());
    assert_eq!(sides(&page), [side("A", "Unproven", 0, 1, before), side("B", "Vulnerable", 2, 0, then)]);
    let explanation = texts(&page, ".explanation").concat();
    let said = "the advisory data differs: B knows Alpine:v3.99 (alpine/v3.99/community, alpine/v3.99/main), A did not";
    assert!(explanation.contains(said), "{explanation}");
    assert!(explanation.ends_with("The verdict was unproven and is vulnerable."), "{explanation}");
    let spots = texts(&page, ".spots li");
    assert!(spots.len() == 1 && spots[0].starts_with("only in A feed-not-loaded Alpine:v3.99"), "{spots:?}");

    // Data that nobody has asked for since is stale: nobody knows what upstream said that day.
    let page = compared(&service, &day(20).to_string(), &then.to_string());
    assert_eq!(sides(&page)[0], side("A", "Vulnerable", 2, 1, day(20)));
    assert!(texts(&page, ".spots li")[0].contains("feed-stale alpine/v3.99/main"));
}

//! Pages in a real browser: with scripts and without, on a service that has a pushed image.

mod dates;
mod forms;

use std::{collections::BTreeSet, path::Path};

use limpid_core::Digest;
use limpid_server::{Configuration, configuration::Role, secret::Secret};
use limpid_testkit::browser::Browser;
use reqwest::blocking::Client;
use scraper::{Html, Selector};

use crate::service::{FIXES, Service, vulnerable};

pub(crate) const PASSWORD: &str = "a password for the browser";

pub(crate) fn with_pages(configuration: &mut Configuration) {
    configuration.roles.extend([Role::Registry, Role::Ui]);
    configuration.registry.admin_password = Some(Secret::new(PASSWORD));
}

/// Pushes a system as `library/demo:1`, by the protocol of registries.
pub(crate) fn push(address: &str) {
    let layout = vulnerable().layout();
    let client = Client::new();
    let base = format!("http://{address}/v2/library/demo");
    let digest: Digest = layout.entries[0]["digest"].as_str().unwrap().parse().unwrap();
    for (path, bytes) in layout.files() {
        let Some(hex) = path.strip_prefix("blobs/sha256/") else { continue };
        if hex == digest.hex() {
            continue;
        }
        let begun =
            client.post(format!("{base}/blobs/uploads/")).basic_auth("admin", Some(PASSWORD)).send().unwrap();
        let location = begun.headers()["location"].to_str().unwrap().to_owned();
        let location =
            if location.starts_with('/') { format!("http://{address}{location}") } else { location };
        let joint = if location.contains('?') { '&' } else { '?' };
        let put = client
            .put(format!("{location}{joint}digest=sha256:{hex}"))
            .basic_auth("admin", Some(PASSWORD))
            .body(bytes.clone())
            .send()
            .unwrap();
        assert_eq!(put.status().as_u16(), 201, "{:?}", put.text());
    }
    let files = layout.files();
    let (_, manifest) = files.iter().find(|(path, _)| path.ends_with(digest.hex())).unwrap();
    let kind = serde_json::from_slice::<serde_json::Value>(manifest).unwrap()["mediaType"].clone();
    let put = client
        .put(format!("{base}/manifests/1"))
        .basic_auth("admin", Some(PASSWORD))
        .header("content-type", kind.as_str().unwrap_or("application/vnd.oci.image.manifest.v1+json"))
        .body(manifest.clone())
        .send()
        .unwrap();
    assert_eq!(put.status().as_u16(), 201, "{:?}", put.text());
}

fn texts(html: &str, selector: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let selector = Selector::parse(selector).unwrap();
    page.select(&selector)
        .map(|one| one.text().collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

const REPORT: &str = "/repository/library/demo/-/image/1";

fn sign_in(browser: &mut Browser, base: &str, to: &str) {
    browser.open(&format!("{base}{to}"));
    assert!(browser.address().contains("/sign-in?to="), "{}", browser.address());
    browser.type_into("#name", "admin");
    browser.type_into("#password", PASSWORD);
    browser.follow("main button");
    assert_eq!(browser.address(), format!("{base}{to}"));
}

/// A notification, so that its page has one.
fn tell_somebody(base: &str) {
    let url = "https://chat.example.com/hooks/a-rather-long-address-that-has-no-place-at-which-it-could-be-broken/0123456789";
    let wanted = serde_json::json!({"event": "vulnerability_found", "method": "webhook", "config": {"url": url}, "title": "to us"});
    let address = format!("{base}/api/v1/repository/library/demo/notification/");
    let asked = Client::new().post(address).basic_auth("admin", Some(PASSWORD)).body(wanted.to_string());
    assert_eq!(asked.send().unwrap().status().as_u16(), 201);
}

/// Opens the report until it is there.
fn wait_for_report(browser: &mut Browser, base: &str) {
    for _look in 0..2_000 {
        browser.open(&format!("{base}{REPORT}"));
        if texts(&browser.html(), ".verdict h2") == ["Vulnerable"] {
            return;
        }
    }
    panic!("{}", browser.html());
}

fn service() -> Service {
    let service = Service::configured(with_pages);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(service.advise(FIXES));
    push(&service.public().to_string());
    service
}

#[test]
fn a_report_is_read_filtered_and_sorted_without_scripts() {
    let Some(mut browser) = Browser::start() else { return };
    let service = service();
    let base = format!("http://{}", service.public());
    browser.without_scripts();
    sign_in(&mut browser, &base, "/repository/library/demo/-/tags");
    wait_for_report(&mut browser, &base);
    const ROWS: &str = "#findings ~ .scroll tbody tr";
    assert_eq!(texts(&browser.html(), ROWS).len(), 2);
    browser.type_into("#package", "ssl_client");
    browser.follow(".filters button");
    assert!(browser.address().contains("package=ssl_client"), "{}", browser.address());
    let rows = texts(&browser.html(), ROWS);
    assert_eq!(rows.len(), 1);
    assert!(rows[0].contains("CVE-2099-0001") && rows[0].contains("1.36.1-r0"), "{rows:?}");
    browser.open(&format!("{base}{REPORT}"));
    browser.follow("th a[href*='sort=package']");
    assert_eq!(texts(&browser.html(), "th[aria-sort]"), ["Package"]);
    browser.follow("#theme button");
    assert!(browser.html().contains("data-theme=\"dark\""));
    browser.follow("form[action='/sign-out'] button");
    browser.open(&format!("{base}{REPORT}"));
    assert!(browser.address().contains("/sign-in"), "{}", browser.address());
    assert_eq!(browser.faults(), Vec::<String>::new());
}

/// Keeps the page as people see it, for who wants to look: with `LIMPID_TEST_PICTURES`, in `target/screenshots/pages`.
fn picture(browser: &mut Browser, path: &str) {
    if std::env::var_os("LIMPID_TEST_PICTURES").is_none() {
        return;
    }
    let plain = |character: char| if character.is_ascii_alphanumeric() { character } else { '-' };
    let name: String = path.chars().map(plain).take(100).collect();
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots").join("pages");
    for (width, theme) in
        [(360, "light"), (360, "dark"), (900, "light"), (900, "dark"), (1440, "light"), (1440, "dark")]
    {
        browser.shape(width, theme);
        browser.picture(&directory.join(format!("{name}-{width}-{theme}.png")));
    }
}

#[test]
fn a_policy_is_written_in_its_form_and_a_bad_one_is_told_with_its_line() {
    const TEXT: &str = "#policy-text";
    const SAVE: &str = "section[aria-labelledby='policy'] button.primary";
    let Some(mut browser) = Browser::start() else { return };
    let service = service();
    let base = format!("http://{}", service.public());
    sign_in(&mut browser, &base, "/feeds");
    wait_for_report(&mut browser, &base);
    browser.open(&format!("{base}/namespaces/library"));
    browser.type_into(TEXT, "# ours\n[[ignore]]\nid = 'CVE-2099-0001'\n");
    browser.follow(SAVE);
    let html = browser.html();
    assert_eq!(
        texts(&html, "#policy-error"),
        ["Not saved. line 2: decision 1: it has no reason: say why, so that others can check it later"]
    );
    assert_eq!(
        texts(&html, TEXT),
        ["# ours [[ignore]] id = 'CVE-2099-0001'"],
        "what was written is not lost"
    );
    picture(&mut browser, "policy-with-an-error");
    browser.open(&format!("{base}/namespaces/library"));
    assert_eq!(texts(&browser.html(), TEXT), [""], "nothing was kept");
    browser.type_into(TEXT, "[[ignore]]\nid = 'CVE-2099-0001'\nreason = 'it is never reached'\n");
    browser.follow(SAVE);
    let html = browser.html();
    assert_eq!(texts(&html, "#policy-error"), Vec::<String>::new());
    let told = texts(&html, "section[aria-labelledby='policy'] .small").join(" ");
    assert!(told.contains("1 decision") && told.contains("by admin"), "{told}");
    // It holds for the report, and the audit has who changed it.
    browser.open(&format!("{base}{REPORT}"));
    assert_eq!(texts(&browser.html(), ".verdict h2"), ["Clean"]);
    browser.open(&format!("{base}/administration/audit"));
    let audit = texts(&browser.html(), "main").join(" ");
    assert!(audit.contains("change-policy") && audit.contains("library"), "{audit}");
    // The browser notes the answer to the bad form as a resource that failed.
    let is_refusal =
        |fault: &&String| fault.contains("status of 422") && fault.contains("/namespaces/library\"");
    let faults = browser.faults();
    assert_eq!(faults.iter().filter(|fault| !is_refusal(fault)).count(), 0, "{faults:?}");
}

#[test]
fn every_page_that_can_be_reached_keeps_to_its_policy_and_to_its_window() {
    let Some(mut browser) = Browser::start() else { return };
    let service = service();
    let base = format!("http://{}", service.public());
    sign_in(&mut browser, &base, "/feeds");
    wait_for_report(&mut browser, &base);
    tell_somebody(&base);
    let mut open: Vec<String> = [
        "/",
        "/account",
        "/search?id=CVE-2099-0001",
        "/compare?a=library/demo:1&b=library/demo:1&b-day=2099-01-01",
    ]
    .map(str::to_owned)
    .to_vec();
    let mut seen: BTreeSet<String> = open.iter().cloned().collect();
    let mut words = BTreeSet::new();
    while let Some(path) = open.pop() {
        for (width, theme) in [(360, "light"), (1440, "dark")] {
            browser.shape(width, theme);
            browser.open(&format!("{base}{path}"));
            assert!(browser.overflow() <= 0.0, "{path} is wider than {width}");
        }
        picture(&mut browser, &path);
        let html = browser.html();
        words.extend(texts(&html, "h1"));
        let page = Html::parse_document(&html);
        for link in page.select(&Selector::parse("a[href]").unwrap()) {
            let address = link.value().attr("href").unwrap().split('#').next().unwrap().to_owned();
            // A download is no page, and lists sorted otherwise are the same page.
            let is_page = address.starts_with('/')
                && !address.contains("report.")
                && !address.contains(".json")
                && !address.contains("sort=");
            if is_page && seen.insert(address.clone()) {
                open.push(address);
            }
        }
    }
    for heading in [
        "Overview",
        "Repositories",
        "library/demo private",
        "library/demo:1",
        "Feeds",
        "Jobs",
        "Administration",
        "Notifications of library/demo",
        "Audit",
        "Compare",
    ] {
        assert!(words.contains(heading), "no page {heading}: {words:?}");
    }
    assert_eq!(browser.faults(), Vec::<String>::new());
}

//! Where reports go: standard output alone, one document a line, whole files.

use std::fs;

use serde_json::Value;

use crate::support::{advised, clean, findings, proven, vulnerable};

#[test]
fn several_images_are_one_document_a_line() {
    let place = advised();
    let (one, two) = (place.image("one.tar", &vulnerable()), place.image("two.tar", &clean()));
    let ran = place.run(&format!("scan {one} {two} {one} --offline --format json")).ended(0);
    assert_eq!(ran.stderr, "");
    let reports: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let references: Vec<&Value> = reports.iter().map(|report| &report["image"]["reference"]).collect();
    assert_eq!(references, [&one, &two, &one]);
    assert_eq!(proven(reports[0].clone()), proven(place.report(&one)));
    assert_eq!(proven(reports[1].clone()), proven(place.report(&two)));

    let ran = place.run(&format!("index {one} {two} --format json")).ended(0);
    assert_eq!(ran.stdout.lines().count(), 2);
    for format in ["scan --offline --format clair", "index --format clair"] {
        let ran = place.run(&format!("{format} {one} {two}")).ended(0);
        let documents: Vec<Value> =
            ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(documents.len(), 2, "{format}");
    }
}

#[test]
fn formats_go_to_standard_output_and_to_files() {
    let place = advised();
    let image = place.image("app.tar", &vulnerable());
    let (table, clair) = (place.path("table.txt"), place.path("clair.json"));
    let formats =
        format!("--format json --format table={} --format clair={}", table.display(), clair.display());
    let ran = place.run(&format!("scan {image} --offline {formats}")).ended(0);
    assert_eq!(findings(&ran.json()).len(), 3);
    let written = fs::read_to_string(&table).unwrap();
    assert_eq!(written, place.run(&format!("scan {image} --offline")).stdout, "as piped");
    let clair: Value = serde_json::from_str(&fs::read_to_string(&clair).unwrap()).unwrap();
    assert_eq!(clair["vulnerabilities"].as_object().unwrap().len(), 2);
    let left: Vec<_> =
        fs::read_dir(place.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 7, "nothing temporary is left: {left:?}");
}

#[test]
fn two_formats_never_share_a_place() {
    let place = advised();
    let image = place.image("app.tar", &vulnerable());
    for (formats, why) in [
        ("--format json --format table", "only one --format goes to standard output"),
        ("--format json=- --format table", "only one --format goes to standard output"),
        ("--format json=x --format clair=x", "two formats go to x"),
    ] {
        for command in ["scan --offline", "index"] {
            let ran = place.run(&format!("{command} {image} {formats}")).ended(2);
            assert!(ran.stderr.contains(why) && ran.stdout.is_empty(), "{ran:#?}");
        }
    }
}

#[test]
fn a_file_is_replaced_as_a_whole_or_not_at_all() {
    let place = advised();
    let image = place.image("app.tar", &vulnerable());
    let file = place.write("report.json", "what was there before, and is much longer than nothing");
    let ran = place.run(&format!("scan {image} --offline --format json={file}")).ended(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    let report: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(report["verdict"], "vulnerable");

    let ran =
        place.run(&format!("scan {image} --offline --format json=/no/such/folder/report.json")).ended(2);
    assert!(ran.stderr.contains("/no/such/folder/report.json"), "{ran:#?}");
}

#[test]
fn piped_tables_are_plain_lines_for_programs() {
    let place = advised();
    let image = place.image("app.tar", &vulnerable());
    let ran = place.run(&format!("scan {image} --offline")).ended(0);
    assert!(!ran.stdout.contains('\u{1b}'), "{ran:#?}");
    let rows: Vec<Vec<&str>> = ran.stdout.lines().map(|line| line.split('\t').collect()).collect();
    let found: Vec<&[&str]> = rows.iter().filter(|row| row[0] == "finding").map(|row| &row[1..6]).collect();
    assert_eq!(
        found,
        [
            ["Unknown", "CVE-2099-0001", "busybox", "1.36.0-r1", "1.36.1-r0"],
            ["Unknown", "CVE-2099-0003", "libcrypto3", "3.1.0-r0", "3.1.0-r5"],
            ["Unknown", "CVE-2099-0001", "ssl_client", "1.36.0-r1", "1.36.1-r0"],
        ]
    );
    let last = rows.last().unwrap();
    assert_eq!((last[0], last[1]), ("verdict", "vulnerable"));
}

#[test]
fn names_from_an_image_cannot_steer_a_terminal() {
    let place = advised();
    let system = vulnerable().package("evil\u{1b}[2Jname", "1-r0", "evil");
    let image = place.image("app.tar", &system);
    for format in ["table", "json", "clair"] {
        for command in ["scan --offline", "index"] {
            let ran = place.run(&format!("{command} {image} --format {format}"));
            assert!(
                !ran.stdout.contains('\u{1b}') && !ran.stderr.contains('\u{1b}'),
                "{command} {format}: {ran:#?}"
            );
        }
    }
}

#[test]
fn whoever_stops_reading_is_no_failure() {
    let place = advised();
    let image = place.image("app.tar", &vulnerable());
    let mut child = place
        .command(&format!("scan {image} --offline --format json"))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(output.stderr, b"");
}

#[test]
fn a_report_in_a_file_is_not_lost_to_images_that_cannot_be_read() {
    let place = advised();
    let image = place.image("app.tar", &vulnerable());
    for command in ["scan --offline", "index"] {
        let file = place.write("report.json", "an earlier report");
        let words = format!("{command} --format json={file}");
        place.run(&format!("{words} ./missing.tar")).ended(2);
        assert_eq!(fs::read_to_string(&file).unwrap(), "an earlier report", "{command}");
        place.run(&format!("{words} ./missing.tar {image}")).ended(2);
        let report: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(report["image"]["reference"], image.as_str(), "{command}");
    }
}

#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let place = advised();
    let image = place.image("app.tar", &vulnerable());
    let (scan, index) = (format!("scan {image} --offline"), format!("index {image}"));
    for words in [&*scan, &index, "db status", "cache", "demo", "version", "completions bash", "man"] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = place.command(words).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{words}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with("error: ") && said.contains("No space left"), "{words}: {said}");
    }
}

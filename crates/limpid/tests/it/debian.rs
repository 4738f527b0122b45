//! Debian images, judged a second time by a program that has nothing of Limpid's code: `bench/debian_evaluation`.
//!
//! Both read the same tracker and the same image. No finding may be in one and not in the other; what differs by design is
//! told in `docs/advisory-data.md`, and an image that has any of it does not pass here.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use limpid_testkit::registry::is_installed;
use serde_json::{Value, json};

use crate::support::{Place, corpus};

const IMAGES: [(&str, &str); 5] = [
    ("slim-debian-11", "11"),
    ("slim-debian-12", "12"),
    ("slim-debian-12-secupdate", "12"),
    ("slim-debian-12-apps-v1", "bookworm"),
    ("distroless-style-debian12", "bookworm"),
];

const TRACKER: &str = "security-tracker.debian.org/tracker/data/json";

/// source, identifier, fixed version or `-`, package, version
type Row = [String; 5];

/// What the other program says.
fn evaluated(tracker: &Path, image: &Path, release: &str, more: &[&str]) -> BTreeSet<Row> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench/debian_evaluation");
    let mut command = Command::new("python3");
    let output = command.arg(script).args(more).args([tracker, image]).arg(release).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let row = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        [0, 2, 3, 4, 5].map(|column| fields[column].to_owned())
    };
    text.lines().skip(1).map(row).collect()
}

fn found(finding: &Value) -> Row {
    let package = &finding["package"];
    let source = package.get("source").unwrap_or(&package["name"]);
    let fixed = finding.get("fixed_in").filter(|fixed| fixed.is_string());
    [Some(source), Some(&finding["id"]), fixed, Some(&package["name"]), Some(&package["version"])]
        .map(|field| field.map_or("-", |field| field.as_str().unwrap()).to_owned())
}

/// What Limpid says of Debian's packages. Nothing may be kept out of the comparison.
fn scanned(mirror: &Path, image: &Path) -> BTreeSet<Row> {
    let place = Place::new();
    let words = format!("scan {} --format json --mirror {}", image.display(), mirror.display());
    let report = place.run(&words).json();
    // Programs of other languages have blind spots of their own.
    let hides = |spot: &Value| {
        ["third-party", "version-unparsable", "feed-not-loaded"]
            .iter()
            .any(|reason| spot["reason"] == *reason)
            || spot["subject"].as_str().unwrap().starts_with("var/lib/dpkg")
    };
    let spots = report["blind_spots"].as_array().unwrap().iter();
    assert_eq!(spots.filter(|spot| hides(spot)).collect::<Vec<_>>(), [&Value::Null; 0]);
    let is_debian = |finding: &&Value| finding["package"]["purl"].as_str().unwrap().starts_with("pkg:deb/");
    report["findings"].as_array().unwrap().iter().filter(is_debian).map(found).collect()
}

/// Compares the two on each image, and returns how many rows each image has.
fn compare(mirror: &Path) -> Option<Vec<usize>> {
    if !is_installed("python3", "apt-get install python3") {
        return None;
    }
    let mut counts = Vec::new();
    for (name, release) in IMAGES {
        let image = corpus(&format!("images/{name}.oci.tar"))?;
        let expected = evaluated(&mirror.join(TRACKER), &image, release, &[]);
        let ours = scanned(mirror, &image);
        let missing: Vec<_> = expected.difference(&ours).collect();
        let surplus: Vec<_> = ours.difference(&expected).collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "{name}: missing {missing:#?}, surplus {surplus:#?}"
        );
        if is_installed("dpkg", "apt-get install dpkg") {
            assert_eq!(evaluated(&mirror.join(TRACKER), &image, release, &["--dpkg"]), expected, "{name}");
        }
        counts.push(ours.len());
    }
    Some(counts)
}

#[test]
fn another_program_finds_the_same_in_debian_images() {
    let Some(mirror) = corpus("mirror") else { return };
    if let Some(counts) = compare(&mirror) {
        eprintln!("no differences; findings: {counts:?}");
        assert!(counts[0] > 100 && counts[1] > 10, "{counts:?}");
    }
}

/// The corpus' tracker has only what was resolved. Here its entries are made into all that the tracker's program writes.
#[test]
fn another_program_finds_the_same_whatever_the_tracker_says() {
    let Some(mirror) = corpus("mirror") else { return };
    let mut tracker: Value = serde_json::from_slice(&fs::read(mirror.join(TRACKER)).unwrap()).unwrap();
    let vulnerabilities = tracker.as_object_mut().unwrap().values_mut();
    let vulnerabilities = vulnerabilities.flat_map(|package| package.as_object_mut().unwrap().values_mut());
    for (number, vulnerability) in vulnerabilities.enumerate() {
        change(number, vulnerability);
    }
    let place = Place::new();
    let file = place.path("mirror").join(TRACKER);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, tracker.to_string()).unwrap();
    if let Some(counts) = compare(&place.path("mirror")) {
        eprintln!("no differences; findings: {counts:?}");
        assert!(counts.iter().all(|&count| count > 10), "{counts:?}");
    }
}

fn change(number: usize, vulnerability: &mut Value) {
    if number % 12 == 11 {
        vulnerability["releases"] = json!([]);
        return;
    }
    for entry in vulnerability["releases"].as_object_mut().unwrap().values_mut() {
        let (status, urgency) = match number % 12 {
            0 => ("open", "low**"),
            1 => ("open", "unimportant"),
            2 => ("open", "end-of-life"),
            3 => ("undetermined", "not yet assigned"),
            4 => {
                entry["nodsa"] = json!("Minor issue");
                entry["nodsa_reason"] = json!("postponed");
                ("open", "medium")
            }
            5 => {
                entry["fixed_version"] = json!("0");
                continue;
            }
            _ => continue,
        };
        entry.as_object_mut().unwrap().remove("fixed_version");
        entry["status"] = json!(status);
        entry["urgency"] = json!(urgency);
    }
}

//! The plan of upgrades is checked by doing what it says, to real package databases.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use limpid_testkit::alpine::System;
use serde_json::Value;

use crate::support::{Place, Ran, advised, corpus, vulnerable};

/// The version that the plan gives each installed package.
fn planned(report: &Value) -> BTreeMap<String, String> {
    let upgrades = report["upgrades"].as_array().unwrap().iter();
    let of = |upgrade: &Value| -> Vec<(String, String)> {
        let to = upgrade["to"].as_str().unwrap().to_owned();
        let packages = upgrade["packages"].as_array().unwrap().iter();
        packages.map(|package| (package.as_str().unwrap().to_owned(), to.clone())).collect()
    };
    upgrades.flat_map(of).collect()
}

fn fixable(report: &Value) -> u64 {
    report["summary"]["fixable"].as_u64().unwrap()
}

#[test]
fn the_plan_has_the_least_version_and_the_command() {
    let place = advised();
    let system = vulnerable().package("apk-tools", "2.14.0-r0", "apk-tools");
    let report = place.report(&place.image("app.tar", &system));
    let told: Vec<[&str; 4]> = report["upgrades"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| ["name", "to", "severity", "command"].map(|field| one[field].as_str().unwrap()))
        .collect();
    let command = "apk add --no-cache --upgrade";
    assert_eq!(
        told,
        [["busybox", "1.36.1-r0", "Unknown", command], ["openssl", "3.1.0-r5", "Unknown", command]]
    );
    let lines = place.run(&format!("scan {} --offline", place.path("app.tar").display())).ended(0).stdout;
    let upgrade = lines.lines().find(|line| line.starts_with("upgrade\tbusybox")).unwrap();
    assert_eq!(
        upgrade,
        format!("upgrade\tbusybox\t1.36.1-r0\t2\tUnknown\tapk\tbusybox,ssl_client\t{command}\t-\t-")
    );
    let page = Ran::of(
        place
            .command(&format!("scan {} --offline", place.path("app.tar").display()))
            .env("CLICOLOR_FORCE", "1")
            .output()
            .unwrap(),
    );
    assert!(page.stdout.contains(&format!("{command} busybox ssl_client libcrypto3\n")), "{}", page.stdout);
    // An image without the tool has no command, and says what is to be done.
    let report = place.report(&place.image("app.tar", &vulnerable()));
    assert_eq!(report["upgrades"][0].get("command"), None);
    // What a decision takes out is not upgraded for.
    let file = place.path("app.tar").display().to_string();
    let ignore = place.write("ignore", "CVE-2099-0003 # never called\n");
    let report = place.run(&format!("scan {file} --offline --format json --ignore {ignore}")).ended(0).json();
    assert_eq!(report["upgrades"].as_array().unwrap().len(), 1);
}

/// A name that a shell would obey stands in no command.
#[test]
fn a_hostile_name_is_in_no_command() {
    let place = advised();
    let system = vulnerable().package("apk-tools", "2.14.0-r0", "apk-tools").package(
        "x;reboot",
        "1.36.0-r1",
        "busybox",
    );
    let image = place.image("app.tar", &system);
    for format in ["markdown", "html"] {
        let text = place.run(&format!("scan {image} --offline --format {format}")).ended(0).stdout;
        let command = text.lines().find(|line| line.contains("apk add --no-cache")).unwrap();
        assert!(
            command.contains("busybox ssl_client libcrypto3") && !command.contains("reboot"),
            "{command}"
        );
    }
}

#[test]
fn an_alpine_database_that_is_upgraded_as_planned_has_nothing_to_fix() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/public-case");
    let read = |name: &str| fs::read_to_string(fixtures.join(name)).unwrap();
    let place = Place::new();
    place.mirror().document("secdb.alpinelinux.org/v3.10/main.json", read("main.json"));
    place.update().ended(0);
    let system = |database: &str| System::declared(&read("os-release")).in_database(database);
    let before = place.report(&place.image("app.tar", &system(&read("installed"))));
    let plan = planned(&before);
    assert!(fixable(&before) > 0 && !plan.is_empty(), "{before:#}");
    let mut name = String::new();
    let upgraded: Vec<String> = read("installed")
        .lines()
        .map(|line| {
            if let Some(package) = line.strip_prefix("P:") {
                package.clone_into(&mut name);
            }
            match plan.get(&name).filter(|_| line.starts_with("V:")) {
                Some(version) => format!("V:{version}"),
                None => line.to_owned(),
            }
        })
        .collect();
    let after = place.report(&place.image("app.tar", &system(&(upgraded.join("\n") + "\n\n"))));
    assert_eq!(after["summary"]["packages"], before["summary"]["packages"]);
    assert_eq!((fixable(&after), after.get("upgrades")), (0, None));
}

#[test]
fn a_debian_database_that_is_upgraded_as_planned_has_nothing_to_fix() {
    let (Some(image), Some(mirror)) = (corpus("images/slim-debian-11.oci.tar"), corpus("mirror")) else {
        return;
    };
    let place = Place::new();
    let scan =
        |image: &str| place.run(&format!("scan {image} --format json --mirror {}", mirror.display())).json();
    let before = scan(&image.display().to_string());
    let plan = planned(&before);
    assert!(fixable(&before) > 100 && plan.len() > 10, "{}", fixable(&before));
    // What stays is what has no fix.
    let total: u64 =
        before["upgrades"].as_array().unwrap().iter().map(|one| one["fixes"].as_u64().unwrap()).sum();
    assert_eq!(total, fixable(&before));
    let tree = place.path("tree");
    unpack(&image, &tree);
    let layer = before["image"]["layers"][0].as_str().unwrap().replace(':', "/");
    unpack(&tree.join("blobs").join(layer), &tree);
    let (status, release) = ("var/lib/dpkg/status", "etc/os-release");
    let text = |path: &str| fs::read_to_string(tree.join(path)).unwrap();
    let paragraphs = text(status);
    let upgraded: Vec<String> = paragraphs.split("\n\n").map(|paragraph| upgrade(paragraph, &plan)).collect();
    let release = if tree.join(release).exists() { text(release) } else { text("usr/lib/os-release") };
    let system = System::declared(&release).file(status, upgraded.join("\n\n"));
    let after = scan(&place.image("after.tar", &system));
    assert_eq!(after["summary"]["packages"], before["summary"]["packages"]);
    assert_eq!((fixable(&after), after.get("upgrades")), (0, None));
}

/// A paragraph of dpkg's database with the planned version, which is the source's.
fn upgrade(paragraph: &str, plan: &BTreeMap<String, String>) -> String {
    let name = paragraph.lines().find_map(|line| line.strip_prefix("Package: "));
    let Some(version) = name.and_then(|name| plan.get(name)) else { return paragraph.to_owned() };
    let line = |line: &str| match line.split_once(": ") {
        Some(("Version", _)) => format!("Version: {version}"),
        Some(("Source", source)) => format!("Source: {}", source.split(' ').next().unwrap()),
        _ => line.to_owned(),
    };
    paragraph.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn unpack(archive: &Path, directory: &Path) {
    fs::create_dir_all(directory).unwrap();
    let output = Command::new("tar").arg("-xf").arg(archive).arg("-C").arg(directory).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

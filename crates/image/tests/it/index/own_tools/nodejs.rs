//! Node.js, against `npm ls`.

use limpid_testkit::registry::is_installed;

use super::*;

fn npm(made: &Made, arguments: &[&str]) -> String {
    let quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--no-update-notifier"];
    ran(Command::new("npm").args(arguments).args(quiet).current_dir(made.path("srv/app")))
}

/// Also which folder each is in: of a link the folder that it leads to. The first line is the application itself, which nobody
/// installed.
fn listed(made: &Made) -> Vec<String> {
    let text = npm(made, &["ls", "--all", "--parseable", "--long"]);
    let root = format!("{}/", made.root.path().canonicalize().unwrap().display());
    let line = |line: &str| {
        let (path, package) = line.strip_prefix(&root).unwrap().split_once(':').unwrap();
        // Another name for a package: `old@npm:ms@0.7.1`.
        let package = package.split_once("@npm:").map_or(package, |(_, package)| package);
        let (name, version) = package.split(':').next().unwrap().rsplit_once('@').unwrap();
        format!("{}: {name} {version}", path.replace("node_modules/local", "local"))
    };
    let mut listed: Vec<String> = text.lines().skip(1).map(line).collect();
    listed.sort();
    listed
}

fn found(made: &Made) -> Vec<String> {
    let report = made.report();
    assert!(report.blind_spots.iter().all(|spot| !spot.counts), "{:?}", report.blind_spots);
    let one = |one: &IndexedPackage| {
        let folder = one.path.strip_suffix("/package.json").unwrap();
        format!("{folder}: {} {}", one.package.name, one.package.version)
    };
    let mut found: Vec<String> = report.packages.iter().map(one).collect();
    found.sort();
    found
}

#[test]
fn what_npm_installs_is_what_npm_lists() {
    if !is_installed("npm", "apt-get install npm") || !has_registries() {
        return;
    }
    let mut made = Made::new();
    write(&made.path("srv/app/package.json"), r#"{"name": "app", "version": "1.0.0", "private": true}"#);
    write(&made.path("srv/app/local/package.json"), r#"{"name": "local", "version": "0.1.0"}"#);
    let few = ["send@0.17.1", "@babel/code-frame@7.12.11", "old@npm:ms@0.7.1", "./local"];
    let many = ["express@4.17.1", "npm@9.9.4", "webpack@5.75.0", "eslint@8.30.0", "jest@29.3.1"];
    npm(&made, &[&["install"][..], &few[..], if is_long() { &many[..] } else { &[] }].concat());
    made.commit();
    let lower = listed(&made);
    assert_eq!(found(&made), lower);
    // One is wanted in another version, and two no more.
    let project = fs::read_to_string(made.path("srv/app/package.json")).unwrap();
    let mut project: serde_json::Value = serde_json::from_str(&project).unwrap();
    let wanted = project["dependencies"].as_object_mut().unwrap();
    wanted.remove("@babel/code-frame").unwrap();
    wanted.remove("old").unwrap();
    wanted.insert("ms".to_owned(), "2.1.3".into());
    write(&made.path("srv/app/package.json"), &project.to_string());
    npm(&made, &["install"]);
    made.commit();
    let upper = listed(&made);
    assert_eq!(found(&made), upper);
    eprintln!("npm: {} packages, then {}", lower.len(), upper.len());
    assert!(upper.len() > 10 && lower != upper, "{upper:?}");
}

//! Python, against `pip list`.

use limpid_testkit::registry::is_installed;

use super::*;

/// Names are equal whose runs of `-`, `_` and `.` and whose capitals alone differ (PEP 503).
fn normalised(name: &str) -> String {
    let plain = name.to_lowercase().replace(['_', '.'], "-");
    plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

fn pip(made: &Made, arguments: &[&str]) -> String {
    let mut command = Command::new("pip3");
    command.arg("--python").arg(made.path("opt/venv/bin/python")).arg("--disable-pip-version-check");
    ran(command.args(arguments))
}

fn listed(made: &Made) -> Vec<String> {
    let list: serde_json::Value = serde_json::from_str(&pip(made, &["list", "--format", "json"])).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let packages = list.as_array().unwrap().iter();
    packages.map(|one| format!("{} {}", normalised(&text(&one["name"])), text(&one["version"]))).collect()
}

#[test]
fn what_pip_installs_is_what_pip_lists() {
    if !is_installed("pip3", "apt-get install python3-pip") || !has_registries() {
        return;
    }
    let mut made = Made::new();
    ran(Command::new("python3").args(["-m", "venv", "--without-pip"]).arg(made.path("opt/venv")));
    let list =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench/large_image/packages/python-application.txt");
    let many = ["-r", list.to_str().unwrap()];
    let few = [
        "zope.event==5.0",
        "jaraco.functools==4.0.0",
        "MarkupSafe==2.1.5",
        "six==1.15.0",
        "backports.tarfile==1.2.0",
    ];
    let install = ["install", "--quiet", "--no-deps", "--only-binary=:all:"];
    // What is wanted in another version than there is asked for by itself.
    pip(&made, &[&install[..], &few].concat());
    if is_long() {
        pip(&made, &[&install[..], &many].concat());
    }
    made.commit();
    pip(&made, &[&install[..], &["six==1.16.0"]].concat());
    pip(&made, &["uninstall", "--quiet", "--yes", "backports.tarfile"]);
    made.commit();
    made.hold("PyPI", listed(&made));
}

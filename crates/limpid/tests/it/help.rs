//! What teaches the command: help, completions, manual pages, and the demo.

use std::{fs, process::Command};

use limpid_testkit::registry::is_installed;

use crate::support::{Place, listing};

const COMMANDS: [&str; 25] = [
    "scan",
    "index",
    "compare",
    "explain",
    "vex",
    "db",
    "db update",
    "db status",
    "db accept",
    "db export",
    "db import",
    "db push",
    "db pull",
    "cache",
    "cache show",
    "cache evict",
    "cache clear",
    "serve",
    "accounts",
    "accounts reset",
    "doctor",
    "version",
    "version compare",
    "demo",
    "man",
];

#[test]
fn every_command_has_help_that_tells_the_exit_status() {
    let place = Place::new();
    let before = listing(&place.path(""));
    for command in ["", "completions"].into_iter().chain(COMMANDS) {
        let ran = place.run(&format!("{command} --help")).ended(0);
        assert_eq!(ran.stderr, "", "{command}");
        assert!(
            ran.stdout.contains(&format!("Usage: limpid {command}").trim_end().to_owned()),
            "{command}: {ran:#?}"
        );
        assert!(ran.stdout.contains("Exit status"), "{command}: {}", ran.stdout);
        assert!(ran.stdout.lines().all(|line| line.chars().count() <= 100), "{command}: {}", ran.stdout);
    }
    assert_eq!(listing(&place.path("")), before, "asking for help leaves nothing behind");
}

#[test]
fn completions_are_scripts_of_their_shells() {
    let place = Place::new();
    for (shell, said) in
        [("bash", "complete -F _limpid"), ("zsh", "#compdef limpid"), ("fish", "complete -c limpid")]
    {
        let script = place.run(&format!("completions {shell}")).ended(0).stdout;
        assert!(script.contains(said), "{shell}");
        for word in ["scan", "fail-on", "as-of", "mirror"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        // Of the three, the one that is everywhere.
        if shell == "bash" && is_installed("bash", "apt-get install bash") {
            let file = place.write("limpid.bash", script);
            let output = Command::new("bash").args(["-n", &file]).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }
    place.run("completions cobol").ended(2);
}

#[test]
fn manual_pages_render() {
    let place = Place::new();
    let main = place.run("man").ended(0).stdout;
    assert!(main.contains(".TH limpid 1"), "{main}");
    let directory = place.path("man");
    place.run(&format!("man {}", directory.display())).ended(0);
    for command in COMMANDS {
        let name = format!("limpid-{}.1", command.replace(' ', "-"));
        let page =
            fs::read_to_string(directory.join(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(page.contains(".SH SYNOPSIS"), "{name}");
    }
    if is_installed("groff", "apt-get install groff-base") {
        for (page, _) in listing(&directory) {
            let output =
                Command::new("groff").args(["-man", "-Kutf8", "-Tutf8", "-ww"]).arg(&page).output().unwrap();
            assert!(output.status.success() && output.stderr.is_empty(), "{}: {output:?}", page.display());
        }
    }
}

#[test]
fn the_demo_needs_nothing_and_explains_the_case() {
    let place = Place::new();
    let before = listing(&place.path(""));
    let mut command = place.command("demo");
    // Whatever it would ask, nobody would answer.
    for proxy in ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env(proxy, "http://127.0.0.1:1");
    }
    let ran = crate::support::Ran::of(command.output().unwrap()).ended(0);
    assert_eq!(ran.stderr, "");
    let text = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for sentence in [
        "release-not-covered · Alpine:v3.16 · 14 packages",
        "limpid scan ends with exit status 3",
        "The image, the index state, the policy and the day are the same; the advisory data differs: B knows \
         Alpine:v3.16 (alpine/v3.16/community, alpine/v3.16/main), A did not.",
        "The verdict was unproven and is vulnerable.",
        "CVE-2022-2097 libcrypto1.1 1.1.1o-r0 1.1.1q-r0 openssl alpine/v3.16/main",
    ] {
        assert!(text.contains(sentence), "{sentence}: {}", ran.stdout);
    }
    assert_eq!(listing(&place.path("")), before, "nothing is left behind");
    assert_eq!(place.run("demo").ended(0).stdout, ran.stdout, "it is the same each time");

    let kept = place.path("kept");
    place.run(&format!("demo --keep {}", kept.display())).ended(0);
    assert!(!listing(&kept).is_empty());
}

//! What `deploy/` and `action.yml` have, run or read by the program that they deploy.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use limpid_testkit::registry::{Registry, has_skopeo, is_installed, skopeo_copy};
use serde_json::Value;

use crate::{
    documents::validators::python,
    support::{Place, Ran, advised, clean, vulnerable},
};

fn project(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file)
}

/// Runs the scan of `action.yml` as GitHub would, with inputs in the environment.
fn action(place: &Place, inputs: &[(&str, &str)]) -> Output {
    let mut command = Command::new(project("deploy/ci/github"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", place.path("home"))
        .env("LIMPID_DB", place.db())
        .env("LIMPID_OFFLINE", "1")
        .env("LIMPID", env!("CARGO_BIN_EXE_limpid"))
        .env("REPORTS", "reports")
        .env("GITHUB_OUTPUT", place.path("output"))
        .env("GITHUB_STEP_SUMMARY", place.path("summary"))
        .current_dir(place.path("here"))
        .envs(inputs.iter().copied());
    command.output().unwrap()
}

/// What the action hands on.
fn outputs(place: &Place) -> String {
    fs::read_to_string(place.path("output")).unwrap()
}

#[test]
fn the_action_says_what_it_found_and_ends_as_the_scan() {
    if !is_installed("jq", "apt-get install jq") {
        return;
    }
    let place = advised();
    let bad = place.image("bad.tar", &vulnerable());
    let ran =
        Ran::of(action(&place, &[("IMAGE", &bad), ("FAIL_ON", "unknown"), ("ONLY_FIXED", "false")])).ended(1);
    assert!(ran.stdout.contains("CVE-2099-0001"), "{ran:#?}");
    assert!(ran.stdout.ends_with("has findings that the gate does not let pass\n"), "{ran:#?}");
    assert_eq!(
        outputs(&place),
        "status=1\nverdict=vulnerable\nreport=reports/report.json\nsarif=reports/report.sarif\n"
    );
    assert!(fs::read_to_string(place.path("summary")).unwrap().contains("CVE-2099-0003"));
    assert!(place.path("here/reports/report.sarif").is_file());

    // Without a gate the same image passes; an image with nothing found does.
    Ran::of(action(&place, &[("IMAGE", &bad)])).ended(0);
    let good = place.image("good.tar", &clean());
    Ran::of(action(&place, &[("IMAGE", &good), ("FAIL_ON", "unknown")])).ended(0);
    assert!(
        outputs(&place).ends_with("verdict=clean\nreport=reports/report.json\nsarif=reports/report.sarif\n")
    );
}

#[test]
fn the_action_does_not_pass_what_is_not_proven_or_not_scanned() {
    if !is_installed("jq", "apt-get install jq") {
        return;
    }
    let place = Place::new();
    let image = place.image("app.tar", &clean());
    let ran = Ran::of(action(&place, &[("IMAGE", &image)])).ended(3);
    assert!(ran.stdout.contains("is not proven: something in it was not judged"), "{ran:#?}");
    assert!(outputs(&place).starts_with("status=3\nverdict=unproven\n"), "{}", outputs(&place));

    // A report of the image before says nothing about one that is not there.
    fs::remove_file(place.path("output")).unwrap();
    let ran = Ran::of(action(&place, &[("IMAGE", "oci:nowhere")])).ended(2);
    assert!(ran.stdout.ends_with("::error::oci:nowhere was not scanned\n"), "{ran:#?}");
    assert_eq!(outputs(&place), "status=2\n");
    assert!(!place.path("here/reports/report.json").exists());

    let ran = Ran::of(action(&place, &[("IMAGE", &image), ("ONLY_FIXED", "yes")])).ended(2);
    assert_eq!(ran.stdout, "::error::only-fixed is “yes”, and must be true or false\n");
}

/// The last step of `action.yml` as GitHub's runner makes it: its script, and its environment with what the inputs are.
fn last_step(inputs: &[(&str, &str)]) -> (String, Vec<(String, String)>) {
    let text = fs::read_to_string(project("action.yml")).unwrap();
    let (_, step) = text.split_once("    - name: Scan\n").unwrap();
    let (environment, run) = step.split_once("      env:\n").unwrap().1.split_once("      run: ").unwrap();
    let default = |name: &str| {
        let (_, input) = text.split_once(&format!("\n  {name}:\n")).unwrap();
        let own = input.lines().take_while(|line| line.starts_with("    "));
        let default = own.filter_map(|line| line.trim().strip_prefix("default: ")).next();
        default.unwrap_or_default().trim_matches('"').to_owned()
    };
    let value = |written: &str| {
        let expression = written.trim_start_matches("${{ inputs.").trim_end_matches(" }}");
        let name = expression.split(' ').next().unwrap();
        let given = inputs.iter().find(|(input, _)| *input == name);
        given.map_or_else(|| default(name), |(_, value)| (*value).to_owned())
    };
    let variables = environment.lines().map(|line| {
        let (name, written) = line.trim().split_once(": ").unwrap();
        (name.to_owned(), value(written))
    });
    (run.trim().trim_matches('\'').to_owned(), variables.collect())
}

#[test]
fn the_step_of_the_action_scans_what_is_in_a_registry_under_a_policy() {
    let (Some(registry), true) = (Registry::start(), has_skopeo()) else { return };
    if !is_installed("jq", "apt-get install jq") {
        return;
    }
    let place = advised();
    let target = format!("{}/team/app:1.0", registry.host());
    skopeo_copy(&place.image("app.tar", &vulnerable()), &target, &[]);
    let policy = place.write("policy.toml", "[gate]\nfix-age = 0\n");
    let step = |inputs: &[(&str, &str)]| {
        let inputs = [inputs, &[("image", &*target), ("limpid", env!("CARGO_BIN_EXE_limpid"))]].concat();
        let (script, variables) = last_step(&inputs);
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", place.path("home"))
            .env("LIMPID_DB", place.db())
            .env("LIMPID_OFFLINE", "1")
            .env("GITHUB_ACTION_PATH", project(""))
            .env("GITHUB_OUTPUT", place.path("output"))
            .env("GITHUB_STEP_SUMMARY", place.path("summary"))
            .current_dir(place.path("here"))
            .envs(variables);
        Ran::of(bash.output().unwrap())
    };
    step(&[]).ended(0);
    assert!(outputs(&place).starts_with("status=0\nverdict=vulnerable\nreport=limpid/report.json\n"));
    assert!(place.path("here/limpid/report.sarif").is_file());
    let ran = step(&[("policy", &policy)]).ended(1);
    assert!(ran.stderr.contains("nobody says since when their fix is known"), "{ran:#?}");
    step(&[("fail-on", "unknown"), ("reports", "other")]).ended(1);
    assert!(place.path("here/other/report.json").is_file());
    step(&[("fail-on", "awful")]).ended(2);
}

#[test]
fn the_job_of_gitlab_scans_and_leaves_what_it_names_as_artifacts() {
    let (Some(registry), true) = (Registry::start(), has_skopeo()) else { return };
    let place = advised();
    let target = format!("{}/team/app:1.0", registry.host());
    skopeo_copy(&place.image("app.tar", &vulnerable()), &target, &[]);
    let job = fs::read_to_string(project("deploy/ci/gitlab.yml")).unwrap();
    let (_, script) = job.split_once("  script:\n    - >-\n").unwrap();
    let (script, artifacts) = script.split_once("  artifacts:\n").unwrap();
    let script = script.split_whitespace().collect::<Vec<_>>().join(" ");
    let program = Path::new(env!("CARGO_BIN_EXE_limpid")).parent().unwrap().display().to_string();
    let run = |least: &str, image: &str| {
        let mut shell = Command::new("sh");
        let path = format!("{program}:{}", std::env::var("PATH").unwrap_or_default());
        shell
            .args(["-e", "-c", &script])
            .env_clear()
            .envs([("PATH", path), ("HOME", place.path("home").display().to_string())])
            .env("LIMPID_DB", place.db())
            .env("LIMPID_OFFLINE", "1")
            .envs([("LIMPID_FAIL_ON", least), ("LIMPID_SCAN", image)])
            .current_dir(place.path("here"));
        Ran::of(shell.output().unwrap())
    };
    run("unknown", &target).ended(1);
    let named = artifacts.lines().filter_map(|line| line.trim().split_once(": "));
    let files: Vec<&str> = named.filter(|(_, file)| file.contains('.')).map(|(_, file)| file).collect();
    assert_eq!(files.len(), 3);
    for file in files {
        assert!(fs::metadata(place.path("here").join(file)).unwrap().len() > 0, "{file}");
    }
    run("critical", &target).ended(0);
    run("critical", &format!("{}/team/none:1.0", registry.host())).ended(2);
}

/// The variables of a service in the compose file, with what a person would fill in.
fn variables(compose: &str) -> Vec<(String, String)> {
    let service = compose.split("\n  limpid:\n").nth(1).unwrap();
    let lines = service.split("    environment:\n").nth(1).unwrap().lines();
    let lines =
        lines.take_while(|line| line.starts_with("      ")).filter(|line| !line.trim().starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.trim().split_once(": ").unwrap();
            let value = match (value.find("${"), value.find('}')) {
                (Some(from), Some(to)) => format!("{}c2VjcmV0{}", &value[..from], &value[to + 1..]),
                _ => value.trim_matches('"').to_owned(),
            };
            (name.to_owned(), value)
        })
        .collect()
}

#[test]
fn the_service_takes_the_settings_of_the_compose_file() {
    let place = Place::new();
    let variables = variables(&fs::read_to_string(project("deploy/compose/compose.yaml")).unwrap());
    assert_eq!(variables.len(), 12, "{variables:#?}");
    let secret = place.write("admin", "a long password");
    let variables = variables.into_iter().map(|(name, value)| match name.as_str() {
        "LIMPID_REGISTRY_ADMIN_PASSWORD_FILE" => (name, secret.clone()),
        _ => (name, value),
    });
    let ran = Ran::of(place.command("serve --check").envs(variables).output().unwrap()).ended(0);
    for expected in [
        "database.url = \"postgres://limpid:[secret]@database/limpid\"",
        "registry.listen = \"0.0.0.0:5000\"",
        "registry.redirect = false",
        "api.listen = \"0.0.0.0:6060\"",
    ] {
        assert!(ran.stdout.contains(expected), "{expected}: {ran:#?}");
    }
}

/// What podman-compose makes of the compose file with these variables, as JSON; the error where it does not take them. `None`
/// where it is not there.
fn composed(place: &Place, filled: &[(&str, &str)]) -> Option<Result<Value, String>> {
    const AS_JSON: &str = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin.read())))";
    let folder = python()?;
    let file = place.write("compose.yaml", fs::read(project("deploy/compose/compose.yaml")).unwrap());
    let mut compose = Command::new("python3");
    compose.args(["-m", "podman_compose", "-f", &file, "config"]);
    for (name, _) in VARIABLES {
        compose.env_remove(name);
    }
    let output = compose.env("PYTHONPATH", folder).envs(filled.iter().copied()).output().unwrap();
    if !output.status.success() {
        return Some(Err(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let yaml = place.write("composed.yaml", output.stdout);
    let json = Command::new("python3")
        .args(["-c", AS_JSON])
        .env("PYTHONPATH", folder)
        .stdin(fs::File::open(yaml).unwrap())
        .output()
        .unwrap();
    Some(Ok(serde_json::from_slice(&json.stdout).unwrap()))
}

/// What a person fills in.
const VARIABLES: [(&str, &str); 4] = [
    ("DATABASE_PASSWORD", "c2VjcmV0"),
    ("STORAGE_KEY", "a-key"),
    ("LIMPID_PSK", "c2VjcmV0IGtleQ=="),
    ("ADMIN_PASSWORD", "a long password"),
];

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().map(|text| text.as_str().unwrap()).collect()
}

/// Started it is nowhere in the tests; what it says of itself holds together, and the program takes every word of it.
#[test]
fn the_compose_file_holds_together() {
    let example = fs::read_to_string(project("deploy/compose/env.example")).unwrap();
    let named: Vec<&str> = example.lines().filter_map(|line| line.strip_suffix('=')).collect();
    assert_eq!(named, VARIABLES.map(|(name, _)| name));
    let place = Place::new();
    let Some(composed) = composed(&place, &VARIABLES) else { return };
    let composed = composed.unwrap();
    let services = &composed["services"];
    assert_eq!(keys(services), BTreeSet::from(["bucket", "database", "limpid", "storage"]));
    let (volumes, secrets) = (keys(&composed["volumes"]), keys(&composed["secrets"]));
    for (name, service) in services.as_object().unwrap() {
        assert!(keys(&service["depends_on"]).is_subset(&keys(services)), "{name}");
        for volume in texts(&service["volumes"]) {
            assert!(volumes.contains(volume.split(':').next().unwrap()), "{name}: {volume}");
        }
        assert!(texts(&service["secrets"]).into_iter().all(|secret| secrets.contains(secret)), "{name}");
        assert!(!service.to_string().contains("${"), "{name}: {service}");
    }

    let limpid = &services["limpid"];
    let variables = limpid["environment"].as_object().unwrap();
    let secret = place.write("admin", VARIABLES[3].1);
    let variables = variables.iter().map(|(name, value)| match name.as_str() {
        "LIMPID_REGISTRY_ADMIN_PASSWORD_FILE" => (name.as_str(), secret.as_str()),
        name => (name, value.as_str().unwrap()),
    });
    let words = format!("{} --check", texts(&limpid["command"]).join(" "));
    let ran = Ran::of(place.command(&words).envs(variables).output().unwrap()).ended(0);
    for port in texts(&limpid["ports"]) {
        let inside = port.rsplit(':').next().unwrap();
        assert!(ran.stdout.contains(&format!(".listen = \"0.0.0.0:{inside}\"")), "{port}: {ran:#?}");
    }
    // The storage that it looks for is the one that is there, by the bucket that is made and the key that it is given.
    let command = texts(&services["storage"]["command"]).join(" ");
    assert_eq!(command, "--port :7070 --access limpid --secret a-key posix /data");
    assert_eq!(texts(&services["bucket"]["entrypoint"]), ["mkdir", "-p", "/data/limpid"]);
    assert!(ran.stdout.contains("s3://limpid?endpoint=http://storage:7070"), "{ran:#?}");

    for lacking in VARIABLES.into_iter().take(3) {
        let filled: Vec<_> = VARIABLES.into_iter().filter(|one| *one != lacking).collect();
        let refused = self::composed(&place, &filled).unwrap();
        assert!(refused.is_err(), "it starts without {}", lacking.0);
    }
}

#[test]
fn the_unit_is_one_that_systemd_takes() {
    if !is_installed("systemd-analyze", "apt-get install systemd") {
        return;
    }
    let place = Place::new();
    let unit = fs::read_to_string(project("deploy/systemd/limpid.service")).unwrap();
    // Its program and its manual page are those of an installation.
    let unit = unit.replace("/usr/local/bin/limpid", env!("CARGO_BIN_EXE_limpid"));
    let unit = unit.replace("Documentation=man:limpid-serve(1)\n", "");
    place.write("limpid.service", unit);
    let ran =
        Command::new("systemd-analyze").arg("verify").arg(place.path("limpid.service")).output().unwrap();
    let ran = Ran::of(ran);
    // It names other units of the machine too.
    assert!(!ran.stderr.contains("limpid"), "{ran:#?}");
}

#[test]
fn an_image_is_not_made_of_a_program_that_would_not_start_in_it() {
    if !is_installed("podman", "apt-get install podman") {
        return;
    }
    let place = Place::new();
    let mut build = Command::new(project("deploy/container/build"));
    let authorities = place.write("authorities.pem", "");
    build.env("LIMPID_BINARY", env!("CARGO_BIN_EXE_limpid")).env("CERTIFICATES", authorities);
    let ran = Ran::of(build.output().unwrap()).ended(2);
    assert!(ran.stderr.contains("needs a dynamic loader, which the image does not have"), "{ran:#?}");
}

//! The clients that people use, as themselves.

use std::process::Command;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use limpid_core::Digest;
use limpid_testkit::{alpine::System, registry};

use super::{
    conformance::built,
    support::{Asker, Home, PASSWORD},
};
use crate::support::{Ran, advised, vulnerable};

const CRANE: &str = "github.com/google/go-containerregistry/cmd/crane@v0.20.6";
const ORAS: &str = "oras.land/oras/cmd/oras@v1.3.0";

fn system() -> System {
    System::alpine("3.16.0").package("musl", "1.2.3-r0", "musl")
}

fn run(program: &mut Command) -> String {
    let output = program.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program:?}: {told}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn skopeo_pushes_and_pulls_what_it_pushed() {
    if !registry::has_skopeo() {
        return;
    }
    Home::on_each(|home| {
        let service = home.start("node");
        let host = service.public.clone().unwrap().replace("http://", "");
        let archive = home.place.image("image.tar", &system());
        let credentials = format!("admin:{PASSWORD}");
        registry::skopeo_copy(&archive, &format!("{host}/test/app:1"), &["--dest-creds", &credentials]);
        let back = home.place.path("back.tar");
        run(Command::new("skopeo")
            .args(["--insecure-policy", "copy", "--src-tls-verify=false", "--src-creds", &credentials])
            .arg(format!("docker://{host}/test/app:1"))
            .arg(format!("oci-archive:{}", back.display())));
        let asker = Asker::admin(&service, &["test/app"]);
        let manifest = asker.get("/v2/test/app/manifests/1").has(200);
        assert_eq!(manifest.header("docker-content-digest"), Digest::of(&manifest.body).as_str());
        let layers = system().image().layer_digests();
        assert_eq!(manifest.json()["layers"][0]["digest"], layers[0].as_str());
    });
}

#[test]
fn podman_pulls_what_another_client_pushed() {
    if !registry::has_skopeo() || !registry::is_installed("podman", "apt-get install podman") {
        return;
    }
    let home = Home::small();
    let service = home.start("node");
    let host = service.public.clone().unwrap().replace("http://", "");
    let archive = home.place.image("image.tar", &system());
    let credentials = format!("admin:{PASSWORD}");
    registry::skopeo_copy(&archive, &format!("{host}/test/app:1"), &["--dest-creds", &credentials]);
    let podman = || {
        let mut podman = Command::new("podman");
        podman
            .env("HOME", home.place.path("home"))
            .args(["--root", &home.place.path("podman").display().to_string()])
            .args(["--runroot", &home.place.path("podman-run").display().to_string()])
            .args(["--storage-driver", "vfs"]);
        podman
    };
    let words = ["--tls-verify=false", "--creds", credentials.as_str()];
    run(podman().arg("pull").args(words).arg(format!("{host}/test/app:1")));
    run(podman()
        .arg("push")
        .args(words)
        .arg(format!("{host}/test/app:1"))
        .arg(format!("docker://{host}/test/again:1")));
    Asker::admin(&service, &["test/again"]).get("/v2/test/again/manifests/1").has(200);
}

#[test]
fn crane_copies_and_lists() {
    let home = Home::small();
    let Some(crane) = built(&home.place, CRANE) else { return };
    let service = home.start("node");
    Asker::admin(&service, &["test/app"]).image("test/app", "1", b"layer");
    let host = service.public.clone().unwrap().replace("http://", "");
    let crane = |words: &[&str]| {
        run(Command::new(&crane).env("HOME", home.place.path("home")).arg("--insecure").args(words))
    };
    crane(&["auth", "login", &host, "-u", "admin", "-p", PASSWORD]);
    crane(&["copy", &format!("{host}/test/app:1"), &format!("{host}/test/copied:2")]);
    assert_eq!(crane(&["ls", &format!("{host}/test/copied")]), "2\n");
    assert_eq!(crane(&["catalog", &host]), "test/app\ntest/copied\n");
    assert_eq!(
        crane(&["digest", &format!("{host}/test/app:1")]),
        crane(&["digest", &format!("{host}/test/copied:2")])
    );
}

#[test]
fn oras_attaches_and_discovers() {
    let home = Home::small();
    let Some(oras) = built(&home.place, ORAS) else { return };
    let service = home.start("node");
    Asker::admin(&service, &["test/app"]).image("test/app", "1", b"layer");
    let image = service.public.clone().unwrap().replace("http://", "") + "/test/app:1";
    let oras = |words: &[&str]| {
        run(Command::new(&oras)
            .env("HOME", home.place.path("home"))
            .current_dir(home.place.path("here"))
            .args(words)
            .args(["--plain-http", "-u", "admin", "-p", PASSWORD]))
    };
    std::fs::write(home.place.path("here").join("note.txt"), "signed").unwrap();
    oras(&["attach", "--artifact-type", "text/signature", &image, "note.txt:text/plain"]);
    assert!(oras(&["discover", &image]).contains("text/signature"));
}

/// A statement that an image is not affected by the one vulnerability of [`vulnerable`].
fn openvex(image: &str) -> String {
    serde_json::json!({
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://vex.example/1", "author": "Platform team",
        "timestamp": "2026-01-01T00:00:00Z", "statements": [{
            "vulnerability": {"name": "CVE-2099-0003"}, "products": [{"@id": format!("pkg:oci/app@{image}")}],
            "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path",
        }],
    })
    .to_string()
}

/// The whole way: an image is pushed, a document attached, and `limpid scan` finds it by the registry's own list of referrers.
#[test]
fn a_vex_document_that_oras_attached_takes_a_finding_away() {
    let place = advised();
    let home = Home::small();
    let (true, Some(oras)) = (registry::has_skopeo(), built(&home.place, ORAS)) else { return };
    let service = home.start("node");
    let host = service.public.clone().unwrap().replace("http://", "");
    let archive = place.image("app.tar", &vulnerable());
    let credentials = format!("admin:{PASSWORD}");
    registry::skopeo_copy(&archive, &format!("{host}/test/app:1"), &["--dest-creds", &credentials]);
    let image = format!("{host}/test/app:1");
    let asker = Asker::admin(&service, &["test/app"]);
    let digest = asker.get("/v2/test/app/manifests/1").has(200).header("docker-content-digest").to_owned();
    let document = openvex(&digest);
    std::fs::write(home.place.path("here").join("vex.json"), &document).unwrap();
    run(Command::new(&oras)
        .env("HOME", home.place.path("home"))
        .current_dir(home.place.path("here"))
        .args([
            "attach",
            "--artifact-type",
            "application/vnd.openvex+json",
            &image,
            "vex.json:application/json",
        ])
        .args(["--plain-http", "-u", "admin", "-p", PASSWORD]));
    // Nothing stands under the tag in which clients keep a list that a registry does not have.
    asker.get(&format!("/v2/test/app/manifests/{}", digest.replace(':', "-"))).has(404);

    let auth = serde_json::json!({"auths": {&host: {"auth": STANDARD.encode(&credentials)}}}).to_string();
    let auth = place.write("auth.json", auth);
    let scan = |more: &str| {
        let mut command = place.command(&format!("scan {image} --offline --format json {more}"));
        Ran::of(command.env("REGISTRY_AUTH_FILE", &auth).output().unwrap()).ended(0).json()
    };
    let suppressed = |report: &serde_json::Value| -> Vec<String> {
        let findings = report["findings"].as_array().unwrap();
        findings.iter().filter_map(|one| one["suppressed"]["by"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(suppressed(&scan("")), Vec::<String>::new());
    let by = format!("vex: referrer {} (Platform team)", Digest::of(document.as_bytes()));
    let believed = scan("--vex referrers");
    assert!(
        suppressed(&believed).iter().all(|one| *one == by) && !suppressed(&believed).is_empty(),
        "{believed:#}"
    );
    // A policy file says the same.
    let policy = place.write("believes.toml", "[vex]\nreferrers = true\n");
    assert_eq!(scan(&format!("--policy {policy}"))["findings"], believed["findings"]);
}

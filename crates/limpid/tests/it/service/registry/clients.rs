//! The clients that people use, as themselves.

use std::process::Command;

use limpid_core::Digest;
use limpid_testkit::{alpine::System, registry};

use super::{
    conformance::built,
    support::{Asker, Home, PASSWORD},
};

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

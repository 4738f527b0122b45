//! `limpid explain --server`.

use serde_json::json;

use super::{SUBMIT, Stage, asked};

#[test]
fn a_server_explains_what_is_in_an_image_that_it_is_given() {
    let stage = Stage::new();
    let explain = |id: &str| format!("explain {id} {} ", stage.image);
    let here =
        stage.judge.run(&format!("{} --offline --format json", explain("CVE-2022-2097"))).ended(0).json();
    stage.serve("explain?id=CVE%2D2022%2D2097", &here);
    let there = |id: &str, more: &str| {
        stage.place.run(&format!("{} --server {} {more}", explain(id), stage.server.url()))
    };
    let ran = there("CVE-2022-2097", "--format json").ended(0);
    assert_eq!((ran.json(), ran.stderr.as_str()), (here.clone(), ""));
    let layer = format!("/api/v1/layers/{}", stage.layer());
    let question = stage.manifest("explain?id=CVE%2D2022%2D2097");
    let requests = stage.server.take_requests();
    assert_eq!(asked(&requests), [("HEAD", &*layer), ("PUT", &layer), ("POST", SUBMIT), ("GET", &question)]);
    assert!(!stage.place.db().join("evidence").exists());
    // What is not proven ends as it does here, and an answer to another question is none.
    let mut unknown = here.clone();
    unknown["answer"] = json!("unknown-advisory");
    stage.serve("explain?id=CVE%2D2022%2D2097", &unknown);
    there("CVE-2022-2097", "").ended(3);
    stage.serve("explain?id=CVE%2D2022%2D9999", &here);
    let said = there("CVE-2022-9999", "").ended(2).stderr;
    assert!(said.contains("explains CVE-2022-2097, and not CVE-2022-9999"), "{said}");
    // What a server cannot do is asked for here, and never left out.
    for (more, words) in [
        ("--as-of 2022-09-01", "as of today"),
        ("--only-fixed", "under its own decisions"),
        ("--accept end-of-life", "under its own decisions"),
    ] {
        let said = there("CVE-2022-2097", more).ended(2).stderr;
        assert!(said.contains(words), "{more}: {said}");
    }
}

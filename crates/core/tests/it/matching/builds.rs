//! What a program is built for, and statements about programs for other systems: from a record of Go's database to the answer.

use limpid_core::{
    Verdict, ecosystems,
    matching::{Ruling, Said, trace},
};

use super::{unreleased::catalog, *};

/// Of GO-2023-2185, with one of its ranges.
fn record(imports: &str) -> String {
    format!(
        r#"{{"id": "GO-2023-2185", "modified": "2024-05-20T16:03:47Z", "affected": [
            {{"package": {{"ecosystem": "Go", "name": "stdlib"}},
              "ranges": [{{"type": "SEMVER", "events": [{{"introduced": "1.21.0-0"}}, {{"fixed": "1.21.4"}}]}}],
              "ecosystem_specific": {{"imports": {imports}}}}}]}}"#
    )
}

const WINDOWS: &str = r#"[{"path": "path/filepath", "goos": ["windows"], "symbols": ["Clean"]},
    {"path": "internal/safefilepath", "goos": ["windows"]}]"#;

/// The verdict, and why the program is not affected.
fn judged(imports: &str, version: &str, built_for: Option<&str>) -> (Verdict, Option<String>) {
    let catalog = catalog(&record(imports));
    let mut index = image(&[("stdlib", version, "stdlib")]);
    index.packages[0].namespace = Some("Go".to_owned());
    index.packages[0].package.built_for = built_for.map(str::to_owned);
    let traced = trace(&index, &ecosystems::all(), &catalog, &catalog.statements);
    let [one] = traced.as_slice() else { panic!("{traced:?}") };
    let Said::Statements(ruled) = &one.said else { panic!("{traced:?}") };
    let spared = ruled.iter().find(|one| one.ruling == Ruling::OtherBuilds);
    (scan(&index, &catalog).verdict, spared.map(|one| one.why.clone()))
}

#[test]
fn a_program_for_other_systems_is_not_affected_and_the_reason_is_told() {
    let words = "built for linux/amd64, and only builds for windows are affected".to_owned();
    assert_eq!(judged(WINDOWS, "1.21.3", Some("linux/amd64")), (Verdict::Clean, Some(words)));
    for affected in [Some("windows/amd64"), Some("windows/arm64"), None, Some("odd")] {
        assert_eq!(judged(WINDOWS, "1.21.3", affected), (Verdict::Vulnerable, None), "{affected:?}");
    }
    assert_eq!(judged(WINDOWS, "1.21.4", Some("windows/amd64")), (Verdict::Clean, None));
}

#[test]
fn where_one_package_is_for_all_systems_every_program_is_affected() {
    let linux = Some("linux/amd64");
    for all in ["[]", "null", r#"[{"path": "os"}, {"path": "a", "goos": ["windows"]}]"#] {
        assert_eq!(judged(all, "1.21.3", linux), (Verdict::Vulnerable, None), "{all}");
    }
    let processor =
        r#"[{"path": "a", "goarch": ["amd64", "s390x"]}, {"path": "b", "goos": ["js"], "goarch": ["wasm"]}]"#;
    assert_eq!(judged(processor, "1.21.3", linux), (Verdict::Vulnerable, None));
    let words = "built for linux/arm64, and only builds for amd64, s390x, js/wasm are affected".to_owned();
    assert_eq!(judged(processor, "1.21.3", Some("linux/arm64")), (Verdict::Clean, Some(words)));
    // Android is built as Linux is.
    let linux = r#"[{"path": "a", "goos": ["linux"]}]"#;
    assert_eq!(judged(linux, "1.21.3", Some("android/arm64")), (Verdict::Vulnerable, None));
}

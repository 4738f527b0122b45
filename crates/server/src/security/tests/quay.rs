//! Quay's API, as its clients read it.

use serde_json::{Value, json};

use super::{
    Place,
    place::{FIXES, clean, vulnerable},
};

/// Asserts that an object has exactly these keys.
#[track_caller]
fn has_keys(value: &Value, expected: &[&str]) {
    let mut keys: Vec<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    let mut expected = expected.to_vec();
    keys.sort_unstable();
    expected.sort_unstable();
    assert_eq!(keys, expected);
}

#[test]
fn a_report_has_the_fields_that_quay_has() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let system = vulnerable();
        let layer = system.image().layer_digests()[0].clone();
        let digest = place.push_system("team/app", "1", &system);
        place.status(&digest, "indexed");
        let path = format!("/api/v1/repository/team/app/manifest/{digest}/security");
        let told = place.get(&format!("{path}?vulnerabilities=true"));
        has_keys(&told, &["status", "data", "limpid"]);
        let layer_told = &told["data"]["Layer"];
        has_keys(layer_told, &["Name", "ParentName", "NamespaceName", "IndexedByVersion", "Features"]);
        assert_eq!((&layer_told["Name"], &layer_told["IndexedByVersion"]), (&json!(digest), &json!(4)));
        let feature = &layer_told["Features"][0];
        has_keys(
            feature,
            &[
                "Name",
                "VersionFormat",
                "NamespaceName",
                "AddedBy",
                "Version",
                "BaseScores",
                "CVEIds",
                "Vulnerabilities",
            ],
        );
        assert_eq!((&feature["AddedBy"], &feature["Version"]), (&json!(layer), &json!("1.36.0-r1")));
        assert_eq!(feature["CVEIds"], json!(["CVE-2099-0001"]));
        let found = &feature["Vulnerabilities"][0];
        has_keys(found, &["Severity", "NamespaceName", "Link", "FixedBy", "Description", "Name", "Metadata"]);
        assert_eq!((&found["FixedBy"], &found["Severity"]), (&json!("1.36.1-r0"), &json!("Unknown")));
        has_keys(
            &found["Metadata"],
            &["UpdatedBy", "RepoName", "RepoLink", "DistroName", "DistroVersion", "NVD"],
        );
        assert_eq!(found["Metadata"]["NVD"], json!({"CVSSv3": {"Vectors": "", "Score": ""}}));
        assert_eq!(place.get(&path), told, "left out, Quay shows them");
        let without = place.get(&format!("{path}?vulnerabilities=false"));
        has_keys(
            &without["data"]["Layer"]["Features"][0],
            &["Name", "VersionFormat", "NamespaceName", "AddedBy", "Version"],
        );

        let other = format!("/api/v1/repository/team/other/manifest/{digest}/security");
        place.ask("admin", "GET", &other, &Value::Null).json(404);
        place.user("stranger");
        place.ask("stranger", "GET", &path, &Value::Null).json(404);
    });
}

#[test]
fn an_unproven_image_is_not_clean_for_who_knows_quays_fields_alone() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let future = limpid_testkit::alpine::System::alpine("4.0.0").package("busybox", "2.0-r0", "busybox");
        let digest = place.push_system("team/app", "1", &future);
        place.status(&digest, "indexed");
        let told = place.get(&format!("/api/v1/repository/team/app/manifest/{digest}/security"));
        assert_eq!(
            (&told["status"], &told["limpid"]["summary"]["verdict"]),
            (&json!("scanned"), &json!("unproven"))
        );
        let found = &told["data"]["Layer"]["Features"][0]["Vulnerabilities"][0];
        assert_eq!(
            (&found["Name"], &found["Severity"]),
            (&json!("LIMPID-RELEASE-NOT-COVERED"), &json!("Unknown"))
        );
    });
}

#[test]
fn tags_are_listed_with_their_security() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let first = place.push_system("team/app", "1", &vulnerable());
        let second = place.push_system("team/app", "2_x", &clean());
        for digest in [&first, &second] {
            place.status(digest, "indexed");
            place.summary(digest);
        }
        let told = place.get("/api/v1/repository/team/app/tag/?limit=1");
        assert_eq!((&told["page"], &told["has_additional"]), (&json!(1), &json!(true)));
        let newest = &told["tags"][0];
        assert_eq!((&newest["name"], &newest["manifest_digest"]), (&json!("2_x"), &json!(second)));
        assert_eq!(
            (&newest["is_manifest_list"], &newest["limpid"]["summary"]["verdict"]),
            (&json!(false), &json!("clean"))
        );
        let next = place.get("/api/v1/repository/team/app/tag/?limit=1&page=2");
        assert_eq!((&next["tags"][0]["name"], &next["has_additional"]), (&json!("1"), &json!(false)));
        assert_eq!(next["tags"][0]["limpid"]["summary"]["findings"]["Unknown"], 1);
        let names = |query: &str| -> Vec<Value> {
            let told = place.get(&format!("/api/v1/repository/team/app/tag/?{query}"));
            told["tags"].as_array().unwrap().iter().map(|tag| tag["name"].clone()).collect()
        };
        assert_eq!(names("specificTag=1"), [json!("1")]);
        assert_eq!(names("filter_tag_name=like:_"), [json!("2_x")], "_ is no wildcard");
        place.ask("admin", "GET", "/api/v1/repository/team/none/tag/", &Value::Null).json(404);
    });
}

#[test]
fn capabilities_name_the_templates() {
    Place::on_each(|place| {
        let told = place.get("/.well-known/app-capabilities");
        assert_eq!(told["appName"], "io.quay");
        assert_eq!(
            told["capabilities"]["io.quay.manifest-security"]["rest-api-template"],
            "https://registry.test/api/v1/repository/{namespace}/{reponame}/manifest/{digest}/security"
        );
    });
}

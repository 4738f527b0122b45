//! Whatever the bytes, there is a report or an error that says what is wrong and what to do.

use super::*;
use crate::formats::sbom::limits::MOST_COMPONENTS;

fn refusal(content: &[u8]) -> String {
    read(content, "x", &ecosystems::all()).expect_err(&String::from_utf8_lossy(content)).to_string()
}

#[test]
fn what_is_damaged_in_xml_and_tags_is_named_with_its_place() {
    let deep_in_xml = format!(
        "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\">{}",
        "<components><component>".repeat(200)
    );
    for (content, words) in [
        (&b"<?xml version=\"1.0\"?><bom/>"[..], "an XML document, and none of CycloneDX. Limpid reads"),
        (b"<bom xmlns=\"http://cyclonedx.org/schema/bom/1.1\"/>", "CycloneDX 1.1. Limpid reads"),
        (b"<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><components>", "ends before its root does"),
        (b"<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"/><bom/>", "goes on after its root"),
        (b"# made by hand\n\nSPDXVersion: SPDX-2.1\n", "Limpid reads SPDX 2.2 and 2.3"),
        (b"SPDXVersion: SPDX-2.3\nPackageName\n", "line 2: \u{201c}PackageName\u{201d} is no tag"),
        (
            b"SPDXVersion: SPDX-2.3\nPackageComment: <text>a\nb",
            "line 2: the text that begins here has no end",
        ),
        (b"SPDXVersion: SPDX-2.3\nRelationship: a DESCRIBES\n", "line 2: a relationship has two elements"),
        (deep_in_xml.as_bytes(), "more than 100 deep in each other"),
    ] {
        let error = refusal(content);
        assert!(error.contains(words), "{words}: {error}");
    }
}

#[test]
fn what_is_no_sbom_is_named_with_the_way_out() {
    let start = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":"#;
    let deep = format!("{start}{}[]{}}}", r#"[{"components":"#.repeat(200), "}]".repeat(200));
    let wide = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}{{}}]}}"#,
        "{},".repeat(MOST_COMPONENTS)
    );
    for (content, words) in [
        (&b""[..], "it is empty; make the document again"),
        (b"  \n", "it is empty"),
        (b"\xff\xfe{\0}\0", "UTF-16"),
        (b"{\"bomFormat\": \"\xff\"}", "byte 15 is none of it"),
        (b"\x1f\x8b\x08", "compressed (gzip). Unpack it first"),
        (b"[]", "does not begin as a JSON object"),
        (b"{}", "neither bomFormat nor spdxVersion"),
        (br#"{"bomFormat":"Other"}"#, "in the format \u{201c}Other\u{201d}"),
        (br#"{"bomFormat":"CycloneDX"}"#, "of a version that it does not tell"),
        (
            br#"{"bomFormat":"CycloneDX","specVersion":"1.1"}"#,
            "CycloneDX 1.1. Limpid reads CycloneDX from 1.2 on",
        ),
        (br#"{"bomFormat":"CycloneDX","specVersion":"2.0"}"#, "CycloneDX 2.0"),
        (br#"{"spdxVersion":"SPDX-2.1"}"#, "SPDX-2.1\u{201d}. Limpid reads SPDX 2.2 and 2.3"),
        (
            br#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld","@graph":[]}"#,
            "as SPDX 3 is. Limpid reads SPDX 2.2",
        ),
        (br#"{"_type":"https://in-toto.io/Statement/v1","predicate":{}}"#, "jq .predicate"),
        (br#"{"payloadType":"application/vnd.in-toto+json","payload":""}"#, "base64"),
        (br#"{"sbom":{}}"#, "jq .sbom"),
        (br#"{"artifacts":[],"schema":{"version":"16"}}"#, "syft convert"),
        (br#"{"SchemaVersion":2,"ArtifactName":"a"}"#, "trivy convert"),
        (br#"{"schema":"limpid/report/1"}"#, "limpid compare reads saved reports"),
        (br#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":"#, "EOF while parsing"),
        (
            br#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":{}}"#,
            "expected a list of components at line 1",
        ),
        (
            br#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[7]}"#,
            "expected a component at line 1 column",
        ),
        (
            br#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"purl":["a"]}]}"#,
            "invalid type: sequence",
        ),
        (br#"{"bomFormat":"CycloneDX","specVersion":1.6}"#, "invalid type: floating point"),
        (br#"{"spdxVersion":"SPDX-2.3","packages":[{"name":{}}]}"#, "invalid type: map"),
        (br#"{"spdxVersion":"SPDX-2.3"} x"#, "trailing characters"),
        (deep.as_bytes(), "recursion limit exceeded"),
        (wide.as_bytes(), "more than 200000 components"),
    ] {
        let error = refusal(content);
        assert!(error.contains(words), "{words}: {error}");
    }
    assert!(!is_document(b"{}") && !is_document(b"\xff") && is_document(SYFT.as_bytes()));
    assert!(is_document(br#"{"spdxVersion":"SPDX-3.0"}"#), "another version is one too, so that it is told");
}

/// Every cut is an error, and no change of a byte ends in a panic or in fewer packages without a word.
#[test]
fn damage_is_never_a_shorter_list() {
    for text in [SYFT, SYFT_SPDX, TRIVY, TRIVY_SPDX] {
        let whole = text.trim_end().as_bytes();
        for end in (0..whole.len()).step_by(61) {
            assert!(read(&whole[..end], "x", &ecosystems::all()).is_err(), "cut off at {end}");
        }
        for place in (0..whole.len()).step_by(47) {
            for byte in [b'"', b'0', b'{', b'\xff'] {
                let mut changed = whole.to_vec();
                changed[place] = byte;
                if let Ok(report) = read(&changed, "x", &ecosystems::all()) {
                    assert!(!report.blind_spots.is_empty());
                }
            }
        }
    }
}

#[test]
fn a_stranger_chooses_neither_how_many_blind_spots_there_are_nor_how_many_distributions() {
    let one = |place: usize| {
        json!([
            { "name": "a", "purl": format!("pkg:type{place}/a@1") },
            { "name": "b", "purl": format!("pkg:apk/alpine/b@1?distro=alpine-3.{place}.0&upstream=b") },
            { "name": "c", "purl": format!("pkg:apk/alpine/c@1?distro=stone-{place}") },
        ])
    };
    let components: Vec<Value> = (0..300).flat_map(|place| one(place).as_array().unwrap().clone()).collect();
    let report = of(json!(components));
    assert_eq!(report.distributions.len(), 100);
    assert!(report.blind_spots.len() < 110, "{}", report.blind_spots.len());
    let told: u64 = report.blind_spots.iter().map(|spot| spot.packages).sum();
    assert_eq!((report.packages.len(), told), (900, 300 + 200 + 300));
}

#[test]
fn equal_documents_are_equal_reports() {
    assert_eq!(read_text(TRIVY), read_text(TRIVY));
    let state = ecosystems::all().index_state(revision::of("formats/sbom"), "sbom");
    assert_eq!(read_text(TRIVY).index_state, state, "the code that reads is part of it");
}

use super::*;
use crate::{Affected, Severity, advisory::Dated};

/// A document with this in its sections, as Oracle writes them.
fn document(definitions: &str, rest: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<oval_definitions xmlns:oval=\"o\"><generator><oval:timestamp>2024-01-02T03:04:05\
         </oval:timestamp></generator><definitions>{definitions}</definitions>{rest}</oval_definitions>\n"
    )
}

/// A definition about `ELSA-2024-1` with these criteria.
fn definition(criteria: &str) -> String {
    format!(
        "<definition id=\"o:def:1\" class=\"patch\"><metadata><title> ELSA-2024-1:  a fix &amp; more (LOW) </title>\
         <reference source=\"elsa\" ref_id=\"ELSA-2024-1\" ref_url=\"https://o/1\"/>\
         <reference source=\"CVE\" ref_id=\"CVE-2024-0001\" ref_url=\"https://o/c1\"/>\
         <reference source=\"CVE\" ref_id=\"CVE-2024-0002\" ref_url=\"https://o/c2\"/>\
         <advisory><severity>LOW</severity><issued date=\"2024-01-01\"/>\
         <cve cvss3=\"9.9/CVSS\">CVE-2024-0001</cve><cve impact=\"important\">CVE-2024-0002</cve></advisory>\
         </metadata>{criteria}</definition>"
    )
}

/// The tests, objects and states that the criteria of the tests here refer to.
const TABLES: &str = "<tests>\
    <rpminfo_test id=\"t:1\"><object object_ref=\"o:1\"/><state state_ref=\"s:1\"/></rpminfo_test>\
    <p:rpminfo_test xmlns:p=\"p\" id=\"t:2\"><p:object object_ref=\"o:2\"/><p:state state_ref=\"s:2\"/></p:rpminfo_test>\
    <rpminfo_test id=\"t:3\"><object object_ref=\"o:2\"/><state state_ref=\"s:3\"/></rpminfo_test>\
    <rpminfo_test id=\"t:4\"><object object_ref=\"o:1\"/><state state_ref=\"s:4\"/></rpminfo_test>\
    <rpminfo_test id=\"t:5\"><object object_ref=\"o:3\"/><state state_ref=\"s:5\"/></rpminfo_test>\
    <rpminfo_test id=\"t:6\"><object object_ref=\"o:2\"/><state state_ref=\"s:6\"/></rpminfo_test>\
    <rpminfo_test id=\"t:7\"><object object_ref=\"o:4\"/><state state_ref=\"s:7\"/></rpminfo_test>\
    <rpminfo_test id=\"t:8\"><object object_ref=\"o:2\"/></rpminfo_test>\
    <rpminfo_test id=\"t:9\" check=\"none satisfy\"><object object_ref=\"o:5\"/><state state_ref=\"s:6\"/></rpminfo_test>\
    <rpminfo_test id=\"t:10\"><object object_ref=\"o:2\"/><state state_ref=\"s:8\"/></rpminfo_test>\
    <rpminfo_test id=\"t:11\"><object object_ref=\"o:2\"/><state state_ref=\"s:9\"/></rpminfo_test>\
    <rpminfo_test id=\"t:12\"><object object_ref=\"o:6\"/><state state_ref=\"s:2\"/></rpminfo_test>\
    <uname_test id=\"t:13\"/>\
    <textfilecontent54_test id=\"t:14\"/>\
    </tests><objects>\
    <rpminfo_object id=\"o:1\"><name>oraclelinux-release</name></rpminfo_object>\
    <rpminfo_object id=\"o:2\"><name>one</name></rpminfo_object>\
    <rpminfo_object id=\"o:3\"><name>two</name></rpminfo_object>\
    <rpminfo_object id=\"o:4\"><name var_ref=\"v:1\" var_check=\"at least one\"/></rpminfo_object>\
    <rpminfo_object id=\"o:5\"><name>kernel-livepatch-1</name></rpminfo_object>\
    <rpminfo_object id=\"o:6\"><name operation=\"pattern match\">one.*</name></rpminfo_object>\
    </objects><states>\
    <rpminfo_state id=\"s:1\"><version operation=\"pattern match\">^8</version></rpminfo_state>\
    <rpminfo_state id=\"s:2\"><evr datatype=\"evr_string\" operation=\"less than\">0:2-1</evr></rpminfo_state>\
    <rpminfo_state id=\"s:3\"><signature_keyid operation=\"equals\">aa</signature_keyid></rpminfo_state>\
    <rpminfo_state id=\"s:4\"><arch operation=\"pattern match\">x86_64</arch></rpminfo_state>\
    <rpminfo_state id=\"s:5\"><arch operation=\"pattern match\">(aarch64|s390x)</arch>\
    <evr operation=\"less than or equal\">0:3-1</evr></rpminfo_state>\
    <rpminfo_state id=\"s:6\"><evr operation=\"greater than or equal\">0:1-1</evr></rpminfo_state>\
    <rpminfo_state id=\"s:7\"><evr operation=\"greater than\">0:0-0</evr></rpminfo_state>\
    <rpminfo_state id=\"s:8\"><evr operation=\"6\">0:4-1</evr></rpminfo_state>\
    <rpminfo_state id=\"s:9\"><version operation=\"equals\">0</version></rpminfo_state>\
    </states><variables><constant_variable id=\"v:1\"><value>three</value><value>four</value></constant_variable></variables>";

/// Criteria in short: `8` is the product, any other word a test.
fn test(id: &str, comment: &str) -> String {
    format!("<criterion test_ref=\"t:{id}\" comment=\"{comment}\"/>")
}

/// Of a product beside the release.
fn other_product() -> String {
    test("1", "Oracle Linux 9 is installed")
}

fn product() -> String {
    test("1", "Oracle Linux 8 is installed")
}

fn all(children: &[String]) -> String {
    format!("<criteria operator=\"AND\">{}</criteria>", children.concat())
}

fn any(children: &[String]) -> String {
    format!("<criteria operator=\"OR\">{}</criteria>", children.concat())
}

fn read(text: &str) -> Result<(FeedHead, Vec<Record>), FeedError> {
    let releases = |products: &[&str]| -> Vec<Vec<String>> {
        let number =
            |name: &&str| name.strip_prefix("Oracle Linux ").map(|number| format!("Oracle Linux:{number}"));
        products.iter().map(|name| number(name).into_iter().collect()).collect()
    };
    let dialect =
        Dialect { publisher: "Vendor", names: Names::Binary, releases: &releases, variant: &one_variant };
    let source = FeedSource { namespace: "Oracle Linux".to_owned(), ..FeedSource::default() };
    let mut records = Vec::new();
    let mut reader = text.as_bytes();
    let mut document = FeedDocument { name: "", reader: &mut reader };
    let head = parse(&dialect, &source, &mut document, &mut |record| records.push(record))?;
    Ok((head, records))
}

/// What criteria say about packages: name, range, architectures, module.
fn said(criteria: &str) -> Vec<String> {
    let (_, records) = read(&document(&definition(criteria), TABLES)).unwrap();
    let shown = |affected: &Affected| {
        let range = match &affected.range {
            AffectedRange::Fixed { introduced: Some(first), fixed } => format!("{first} ≤ < {fixed}"),
            AffectedRange::Fixed { introduced: None, fixed } => format!("< {fixed}"),
            AffectedRange::Through { last, .. } => format!("≤ {last}"),
            AffectedRange::Unfixed { introduced } => format!("{} ≤", introduced.as_deref().unwrap_or("all")),
            AffectedRange::Exactly { versions } => format!("= {}", versions.join(" ")),
            AffectedRange::NeverAffected => "never".to_owned(),
            AffectedRange::Unreadable { text } => format!("? {text}"),
        };
        let module = affected.only.module.as_ref().map(|module| format!(" of {module}")).unwrap_or_default();
        let architectures = affected.only.architectures.join(",");
        let architectures =
            if architectures.is_empty() { architectures } else { format!(" on {architectures}") };
        format!("{} {} {range}{architectures}{module}", affected.namespace, affected.package)
    };
    records.first().map(|record| record.affected.iter().map(shown).collect()).unwrap_or_default()
}

#[test]
fn each_cve_of_a_definition_is_a_record_with_the_definitions_name_as_alias() {
    let criteria = all(&[product(), any(&[all(&[test("2", ""), test("3", "")])])]);
    let (head, records) = read(&document(&definition(&criteria), TABLES)).unwrap();
    assert_eq!(head.covers, ["Oracle Linux", "Oracle Linux:8"]);
    assert_eq!(head.upstream_date.as_deref(), Some("2024-01-02T03:04:05"));
    assert_eq!((head.misfit, head.unread), (None, vec![]));
    let [one, two] = &records[..] else { panic!("{records:?}") };
    assert_eq!(one.affected, two.affected);
    assert_eq!(one.advisory.id, "CVE-2024-0001");
    assert_eq!(one.advisory.aliases, ["ELSA-2024-1"]);
    assert_eq!(one.advisory.links, ["https://o/1", "https://o/c1"]);
    assert_eq!(one.advisory.summary, "ELSA-2024-1: a fix & more (LOW)");
    assert_eq!(one.advisory.published.as_deref(), Some("2024-01-01T00:00:00Z"));
    assert_eq!(one.advisory.dated, Dated::Fix);
    // The word of the definition before the score of the CVE, and the word for the CVE before both.
    assert_eq!((one.advisory.severity, one.advisory.severity_word.as_str()), (Severity::Low, "LOW"));
    assert_eq!((two.advisory.severity, two.advisory.severity_word.as_str()), (Severity::High, "important"));
}

#[test]
fn criteria_say_what_they_say() {
    for (criteria, expected) in [
        (all(&[product(), test("2", "")]), &["Oracle Linux:8 one < 0:2-1"][..]),
        (all(&[product(), test("5", "")]), &["Oracle Linux:8 two ≤ 0:3-1 on aarch64,s390x"]),
        (
            all(&[product(), test("4", "Oracle Linux arch is x86_64"), test("2", "")]),
            &["Oracle Linux:8 one < 0:2-1 on x86_64"],
        ),
        (all(&[product(), test("7", "")]), &["Oracle Linux:8 four all ≤", "Oracle Linux:8 three all ≤"]),
        (all(&[product(), test("8", "one is installed")]), &["Oracle Linux:8 one all ≤"]),
        (all(&[product(), test("6", ""), test("2", "")]), &["Oracle Linux:8 one 0:1-1 ≤ < 0:2-1"]),
        (all(&[product(), test("11", "one is not affected")]), &["Oracle Linux:8 one never"]),
        (all(&[product(), test("9", ""), test("2", "")]), &["Oracle Linux:8 one < 0:2-1"]),
        (
            all(&[product(), test("14", "Module nodejs:18 is enabled"), test("2", "")]),
            &["Oracle Linux:8 one < 0:2-1 of nodejs:18"],
        ),
        (
            all(&[product(), any(&[test("2", ""), test("5", "")])]),
            &["Oracle Linux:8 one < 0:2-1", "Oracle Linux:8 two ≤ 0:3-1 on aarch64,s390x"],
        ),
        (
            all(&[any(&[product(), test("1", "Oracle Linux 9 is installed")]), test("2", "")]),
            &["Oracle Linux:8 one < 0:2-1", "Oracle Linux:9 one < 0:2-1"],
        ),
        // Architectures of several alternatives are one statement; without a restriction there is none.
        (
            all(&[product(), any(&[all(&[test("4", ""), test("2", "")]), test("2", "")])]),
            &["Oracle Linux:8 one < 0:2-1"],
        ),
        // Both at once is said of each.
        (
            all(&[product(), test("2", ""), test("5", "")]),
            &["Oracle Linux:8 one < 0:2-1", "Oracle Linux:8 two ≤ 0:3-1 on aarch64,s390x"],
        ),
        // Another product is not of this feed.
        (all(&[test("1", "Oracle VM 3 is installed"), test("2", "")]), &[]),
    ] {
        assert_eq!(said(&criteria), expected, "{criteria}");
    }
}

#[test]
fn what_is_not_understood_makes_the_packages_unreadable() {
    for (criteria, expected) in [
        (all(&[product(), test("10", "")]), "Oracle Linux:8 one ? evr 6 0:4-1"),
        (all(&[product(), test("13", "kernel"), test("2", "")]), "Oracle Linux:8 one ? uname_test"),
        (all(&[product(), test("77", ""), test("2", "")]), "Oracle Linux:8 one ? a test is missing"),
        (all(&[product(), test("2", "").replace("comment", "negate=\"true\" comment")]) + "", ""),
        (
            all(&[product(), all(&[test("2", "")]).replace("AND", "XOR")]),
            "Oracle Linux:8 one ? XOR of several conditions",
        ),
        (
            all(&[product(), all(&[test("2", "")]).replace("operator", "negate=\"true\" operator")]),
            "Oracle Linux:8 one ? not AND of several conditions",
        ),
        (
            all(&[
                product(),
                "<extend_definition comment=\"something\" definition_ref=\"d\"/>".to_owned(),
                test("2", ""),
            ]),
            "Oracle Linux:8 one ? extend_definition something",
        ),
    ] {
        assert_eq!(said(&criteria).join(";"), expected, "{criteria}");
    }
}

#[test]
fn a_definition_that_names_no_package_is_told_as_unread() {
    for criteria in [
        String::new(),
        product(),
        all(&[product(), test("12", "")]),
        all(&[product(), test("2", "").replace("comment", "negate=\"true\" comment")]),
    ] {
        let (head, records) = read(&document(&definition(&criteria), TABLES)).unwrap();
        assert_eq!(records, []);
        assert_eq!(head.unread.len(), 1, "{criteria}");
        assert!(head.unread[0].starts_with("o:def:1 (ELSA-2024-1: a fix"), "{:?}", head.unread);
    }
    let other = definition(&product()).replace("class=\"patch\"", "class=\"miscellaneous\"");
    assert_eq!(
        read(&document(&other, TABLES)).unwrap().0.unread,
        ["o:def:1 is of the class “miscellaneous”"]
    );
    for silent in ["class=\"inventory\"", "class=\"patch\" deprecated=\"true\""] {
        let definition = definition(&product()).replace("class=\"patch\"", silent);
        assert_eq!(read(&document(&definition, TABLES)).unwrap().0.unread, [""; 0]);
    }
}

#[test]
fn what_is_no_document_is_refused() {
    let whole = document(&definition(&all(&[product(), test("2", "")])), TABLES);
    for broken in [
        String::new(),
        "<html></html>".to_owned(),
        "<oval_definitions/>".to_owned(),
        "{}".to_owned(),
        format!("{whole}<more/>"),
        format!("{whole}more"),
        format!("{whole}{whole}"),
        whole.replace("&amp;", "&unknown;"),
        whole.replace("</definitions>", ""),
        "<oval_definitions><definitions>".to_owned() + "<definition><criteria>" + &"<criteria>".repeat(40),
    ] {
        assert!(matches!(read(&broken), Err(FeedError::Malformed(_))), "{broken}");
    }
    for end in 0..whole.trim_end().len() {
        if let Some(part) = whole.get(..end) {
            assert!(matches!(read(part), Err(FeedError::Malformed(_))), "cut off after {end} bytes");
        }
    }
}

#[test]
fn a_document_of_other_products_says_so() {
    let criteria = all(&[test("1", "Photon OS 3 is installed"), test("2", "")]);
    let (head, records) = read(&document(&definition(&criteria), TABLES)).unwrap();
    assert_eq!(records, []);
    assert_eq!(head.misfit.as_deref(), Some("it speaks about “Photon OS 3”, not about Oracle Linux"));
}

#[test]
fn alternatives_do_not_multiply_without_end() {
    let architecture = |number: usize| test("14", &format!("Module m:{number} is enabled"));
    let many = any(&(0..400).map(architecture).collect::<Vec<_>>());
    let criteria = all(&[product(), many.clone(), many, test("2", "")]);
    assert_eq!(said(&criteria), ["Oracle Linux:8 one ? a condition with too many alternatives"]);
}

#[test]
fn several_products_at_once_are_never_none() {
    let both = all(&[product(), other_product(), test("2", "")]);
    assert_eq!(
        said(&any(&[both, all(&[product(), test("5", "")])])),
        [
            "Oracle Linux:8 one ? several products at once",
            "Oracle Linux:8 two ≤ 0:3-1 on aarch64,s390x",
            "Oracle Linux:9 one ? several products at once",
        ]
    );
}

use super::*;

fn components(tree: &str, ids: &[&str]) -> Vec<Option<(String, String, String, String)>> {
    let json = format!(r#"{{"document": {{"tracking": {{"id": "CVE-1"}}}}, "product_tree": {tree}}}"#);
    let document = Document::parse(json.as_bytes()).unwrap();
    let products = Products::new(&document.product_tree);
    let text = |text: Option<&str>| text.unwrap_or("-").to_owned();
    let shown = |one: Component<'_>| (one.id.to_owned(), text(one.purl), text(one.within), text(one.cpe));
    ids.iter().map(|id| products.component(id).map(shown)).collect()
}

fn part(id: &str, part: &str, whole: &str) -> String {
    format!(
        r#"{{"category": "default_component_of", "full_product_name": {{"name": "", "product_id": "{id}"}},
            "product_reference": "{part}", "relates_to_product_reference": "{whole}"}}"#
    )
}

#[test]
fn a_component_is_found_in_its_product_also_through_a_module() {
    let tree = format!(
        r#"{{"branches": [{{"branches": [
              {{"product": {{"product_id": "AppStream", "product_identification_helper": {{"cpe": "cpe:/a:x"}}}}}},
              {{"product": {{"product_id": "gimp:2.8", "product_identification_helper": {{"purl": "pkg:rpmmod/m"}}}}}},
              {{"product": {{"product_id": "gimp", "product_identification_helper": {{"purl": "pkg:rpm/g"}}}}}},
              {{"product": {{"product_id": "bare"}}}}]}}],
            "relationships": [{}, {}, {}, {}, {}]}}"#,
        part("AppStream:gimp", "gimp", "AppStream"),
        part("AppStream:gimp:2.8", "gimp:2.8", "AppStream"),
        part("AppStream:gimp:2.8:gimp", "gimp", "AppStream:gimp:2.8"),
        part("AppStream:bare", "bare", "AppStream"),
        part("loop", "loop", "loop"),
    );
    let found = components(
        &tree,
        &["AppStream:gimp", "AppStream:gimp:2.8:gimp", "AppStream:bare", "AppStream", "nothing"],
    );
    let one = |id: &str, purl: &str, within: &str| {
        Some((id.to_owned(), purl.to_owned(), within.to_owned(), "cpe:/a:x".to_owned()))
    };
    assert_eq!(
        found,
        [
            one("gimp", "pkg:rpm/g", "-"),
            one("gimp", "pkg:rpm/g", "pkg:rpmmod/m"),
            one("bare", "-", "-"),
            None,
            None
        ]
    );
    assert!(components(&tree, &["loop"]).first().unwrap().is_some(), "a loop ends");
}

#[test]
fn text_is_borrowed_unless_it_is_escaped_and_null_is_nothing() {
    let json = br#"{"document": {"tracking": {"id": "a\u0062c"}}, "product_tree": null, "vulnerabilities":
        [{"cve": "CVE-1", "notes": null, "product_status": {"fixed": null, "known_affected": ["x", "\"y\""]}}]}"#;
    let document = Document::parse(json).unwrap();
    assert_eq!(&*document.document.tracking.id, "abc");
    let affected: Vec<&str> =
        document.vulnerabilities[0].product_status.known_affected.iter().map(|one| &**one).collect();
    assert_eq!(affected, ["x", "\"y\""]);
    assert!(!document.is_deleted());
}

#[test]
fn what_is_no_document_is_refused() {
    for text in
        ["", "[]", "{}", "<html>", r#"{"document": {}}"#, r#"{"document": {"tracking": {"id": "x"}}} y"#]
    {
        assert!(matches!(Document::parse(text.as_bytes()), Err(FeedError::Malformed(_))), "{text}");
    }
}

#[test]
fn a_reader_that_fails_is_told_apart() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("connection reset"))
        }
    }
    let mut reader = std::io::BufReader::new(Broken);
    let error = read(&mut FeedDocument { name: "", reader: &mut reader }).unwrap_err();
    assert!(matches!(error, FeedError::Unreadable(why) if why.contains("connection reset")));
}

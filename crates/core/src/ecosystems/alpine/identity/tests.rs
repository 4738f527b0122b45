use super::*;

fn identify_with(os_release: Option<&str>, files: &[(&str, &str)]) -> Option<Identified> {
    let os_release = os_release.map(|text| OsRelease::parse(text.as_bytes()));
    let text = |path: &str| files.iter().find(|(one, _)| *one == path).map(|(_, text)| (*text).to_owned());
    identify(&SystemFiles { os_release: os_release.as_ref(), text: &text })
}

fn namespace(os_release: &str) -> String {
    identify_with(Some(os_release), &[]).unwrap().namespace
}

#[test]
fn any_release_is_read_by_rule() {
    for (version, expected) in [
        ("3.16.0", "Alpine:v3.16"),
        ("3.16", "Alpine:v3.16"),
        ("v3.16", "Alpine:v3.16"),
        ("3.16.0_rc1", "Alpine:v3.16"),
        ("3.9.6", "Alpine:v3.9"),
        ("4.0.0", "Alpine:v4.0"),
        ("30.160.2", "Alpine:v30.160"),
        ("3.17_alpha20220715", "Alpine:edge"),
        ("3.17.0_beta1", "Alpine:edge"),
        ("3.17_pre1", "Alpine:edge"),
        ("3.17_git20220715", "Alpine:edge"),
        ("edge", "Alpine:edge"),
        ("16", "Alpine:16"),
        ("2024.x", "Alpine:2024.x"),
        ("3.16-custom", "Alpine:3.16-custom"),
        ("3..1", "Alpine:3..1"),
        ("rolling \u{7}", "Alpine:rolling"),
        ("", "Alpine"),
    ] {
        assert_eq!(namespace(&format!("ID=alpine\nVERSION_ID=\"{version}\"")), expected, "{version}");
    }
}

#[test]
fn the_name_for_people_decides_nothing_but_edge() {
    let custom = "ID=alpine\nVERSION_ID=3.16.2\nPRETTY_NAME=\"Our base image 7 (Alpine Linux edge)\"";
    let identified = identify_with(Some(custom), &[]).unwrap();
    assert_eq!(identified.namespace, "Alpine:v3.16");
    assert_eq!(identified.name, "Our base image 7 (Alpine Linux edge)");
    assert_eq!(identified.strength, Strength::Named);
    assert_eq!(namespace("ID=alpine\nVERSION_ID=3.17.0\nPRETTY_NAME=\"Alpine Linux edge\""), "Alpine:edge");
    assert_eq!(identify_with(Some("ID=alpine\nVERSION_ID=3.16.2"), &[]).unwrap().name, "Alpine Linux v3.16");
}

#[test]
fn a_derived_distribution_is_judged_as_what_it_was_made_from() {
    let derived =
        "ID=postmarketos\nID_LIKE=\"alpine\"\nVERSION_ID=v22.06\nPRETTY_NAME=\"postmarketOS v22.06\"";
    let identified = identify_with(Some(derived), &[("etc/alpine-release", "3.16.0\n")]).unwrap();
    assert_eq!(
        identified,
        Identified {
            strength: Strength::Derived,
            name: "postmarketOS v22.06".to_owned(),
            namespace: "Alpine:v3.16".to_owned(),
            doubts: Vec::new(),
        }
    );
    assert_eq!(identify_with(Some(derived), &[]).unwrap().namespace, "Alpine:v22.06");
    let own = "ID=mine\nID_LIKE=\"x alpine\"\nVERSION_ID=3.16.4";
    assert_eq!(namespace(own), "Alpine:v3.16");
    assert_eq!(
        identify_with(Some(own), &[("etc/alpine-release", "mine")]).unwrap().namespace,
        "Alpine:v3.16"
    );
    assert_eq!(identify_with(Some("ID=debian\nVERSION_ID=3.16"), &[("etc/alpine-release", "3.16.0")]), None);
    assert_eq!(identify_with(Some("ID=alpinelike\nID_LIKE=not-alpine"), &[]), None);
}

#[test]
fn without_a_usable_os_release_other_files_tell() {
    let fallback = |files: &[(&str, &str)]| {
        let identified = identify_with(None, files)?;
        assert_eq!(identified.strength, Strength::Fallback);
        assert_eq!(identify_with(Some("# nothing\nNAME=x\n"), files).as_ref(), Some(&identified));
        Some(identified.namespace)
    };
    let case = |file, text| fallback(&[(file, text)]);
    assert_eq!(case("etc/alpine-release", "3.16.2\n").as_deref(), Some("Alpine:v3.16"));
    assert_eq!(case("etc/alpine-release", "\r\n3.17_alpha20220715\r\n").as_deref(), Some("Alpine:edge"));
    let issue = "Welcome to Alpine Linux 3.16\nKernel \\r on an \\m (\\l)\n";
    assert_eq!(case("etc/issue", issue).as_deref(), Some("Alpine:v3.16"));
    let issue = "Welcome to Alpine Linux 3.17_alpha20220715 (edge)\nKernel";
    assert_eq!(case("etc/issue", issue).as_deref(), Some("Alpine:edge"));
    assert_eq!(case("etc/issue", "Alpine Linux (edge)").as_deref(), Some("Alpine:edge"));
    assert_eq!(case("etc/issue", "Alpine Linux").as_deref(), Some("Alpine"));
    assert_eq!(case("etc/issue", "Debian GNU/Linux 12 \\n \\l"), None);
    assert_eq!(case("etc/alpine-release", "\n"), None);
    assert_eq!(fallback(&[]), None);
}

#[test]
fn a_named_system_without_version_is_told_by_its_files() {
    let files = &[("etc/alpine-release", "3.16.2\n")];
    assert_eq!(identify_with(Some("ID=alpine"), files).unwrap().namespace, "Alpine:v3.16");
    assert_eq!(identify_with(Some("ID=alpine\nVERSION_ID=odd"), files).unwrap().namespace, "Alpine:odd");
}

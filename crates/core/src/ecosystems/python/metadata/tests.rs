use crate::{
    FoundFile, Package, Parsed,
    ecosystems::python::{DETECTOR, DIRECT_URL, METADATA, RECORD},
};

const PATH: &str = "usr/lib/python3/site-packages/six-1.16.0.dist-info/METADATA";
const SIX: &str = "Metadata-Version: 2.1\nName: six\nVersion: 1.16.0\n\nSix\n";

fn parse(path: &str, content: &str, companions: &[(&'static str, &[u8])]) -> Parsed {
    (DETECTOR.parse)(&FoundFile { path: &path.into(), content: content.as_bytes(), companions })
}

fn only(parsed: &Parsed) -> &Package {
    assert_eq!(parsed.blind_spots, []);
    &parsed.packages[0].package
}

#[test]
fn names_and_local_versions_are_those_of_the_index() {
    let parsed = parse(PATH, "name: Zope.Interface\r\nVERSION: 6.1+local.1\r\n\r\nName: other\r\n", &[]);
    let package = only(&parsed);
    assert_eq!((&*package.name, &*package.version), ("zope-interface", "6.1+local.1"));
    let source = package.source.as_ref().unwrap();
    assert_eq!((&*source.name, &*source.version), ("zope-interface", "6.1"));
    assert_eq!(only(&parse(PATH, SIX, &[])).source, None);
}

#[test]
fn where_a_package_came_from_is_told() {
    for (document, origin) in [
        (r#"{"url": "file:///src/six", "dir_info": {"editable": true}}"#, "file:///src/six (editable)"),
        (
            r#"{"url": "https://example.org/six.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}"#,
            "git+https://example.org/six.git@abc",
        ),
        (r#"{"url": "https://example.org/six.whl", "archive_info": {}}"#, "https://example.org/six.whl"),
    ] {
        let parsed = parse(PATH, SIX, &[(DIRECT_URL, document.as_bytes())]);
        assert_eq!(only(&parsed).repository.as_deref(), Some(origin));
    }
    let damaged = parse(PATH, SIX, &[(DIRECT_URL, b"{")]);
    assert_eq!((damaged.packages.len(), damaged.blind_spots.len()), (1, 1));
}

#[test]
fn without_metadata_the_folder_says_what_is_there() {
    let record = "six.py,sha256=a,34549\nSix_Two-1.16.0.dist-info/RECORD,,\n";
    let at = |folder: &str, companions: &[(&'static str, &[u8])]| {
        parse(&format!("lib/{folder}/RECORD"), record, &[&[(RECORD, record.as_bytes())], companions].concat())
    };
    let parsed = at("Six_Two-1.16.0.dist-info", &[]);
    assert_eq!((&*only(&parsed).name, &*only(&parsed).version), ("six-two", "1.16.0"));
    let files: Vec<String> = parsed.packages[0].files.iter().map(|file| file.path.to_string()).collect();
    assert_eq!(files, ["lib/six.py", "lib/Six_Two-1.16.0.dist-info/RECORD"]);
    for nameless in ["six.dist-info", "~ix-1.16.0.dist-info", "six-old.dist-info"] {
        let parsed = at(nameless, &[]);
        assert_eq!(parsed.packages, [], "{nameless}");
        let spot = &parsed.blind_spots[0];
        assert_eq!((spot.subject.as_str(), spot.packages), (&*format!("lib/{nameless}"), 1));
    }
    assert_eq!(at("six-1.16.0.dist-info", &[(METADATA, SIX.as_bytes())]), Parsed::default());
    assert_eq!(at("six", &[]), Parsed::default());
}

#[test]
fn its_files_are_those_of_the_record() {
    let record = b"six.py,sha256=a,34549\n../../../bin/six,,\n/etc/six,,\n\"a, \"\"b\"\".py\",,\n\n";
    let parsed = parse(PATH, SIX, &[(RECORD, record)]);
    let files: Vec<String> = parsed.packages[0].files.iter().map(|file| file.path.to_string()).collect();
    let site = "usr/lib/python3/site-packages";
    assert_eq!(
        files,
        [
            format!("{site}/six.py"),
            "usr/bin/six".to_owned(),
            "etc/six".to_owned(),
            format!("{site}/a, \"b\".py")
        ]
    );
}

#[test]
fn only_metadata_of_installed_packages_is_meant() {
    assert_eq!(parse("src/METADATA", "anything", &[]), Parsed::default());
    assert_eq!(parse("src/six/PKG-INFO", SIX, &[]), Parsed::default());
    assert_eq!(parse("src/six.egg-info/PKG-INFO", SIX, &[]).packages.len(), 1);
    assert_eq!(parse("six-1.16.0-py3.egg/EGG-INFO/PKG-INFO", SIX, &[]).packages.len(), 1);
}

#[test]
fn what_is_said_twice_is_told() {
    let parsed = parse(PATH, "Name: six\nName: seven\nVersion: 1\n\n", &[]);
    assert_eq!((parsed.packages.len(), parsed.blind_spots.len()), (1, 1));
}

use super::*;
use crate::{ImageFacts, ecosystems, index_report::SCHEMA};

const LIBRARY: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";
const PROGRAM: &str = "84983e441c3bd26ebaae4aa1f95129e5e54670f1";
const NOBODY: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

fn archive(within: &str, sha1: &str, guess: Option<(&str, &str)>) -> IndexedArchive {
    let guess = guess.map(|(name, version)| Guess { name: name.to_owned(), version: version.to_owned() });
    let is_program = within.is_empty();
    let archive = UnknownArchive {
        within: within.to_owned(),
        sha1: sha1.to_owned(),
        calls_itself: None,
        guess,
        is_program,
    };
    IndexedArchive { path: "app.jar".to_owned(), archive, namespace: "Maven".to_owned(), layer: None }
}

fn package(name: &str, version: &str, path: &str) -> IndexedPackage {
    let package = Package {
        name: name.to_owned(),
        version: version.to_owned(),
        kind: "maven".to_owned(),
        ..Package::default()
    };
    IndexedPackage {
        purl: purl(ecosystems::all().of_namespace("Maven"), &package, None),
        package,
        namespace: Some("Maven".to_owned()),
        path: path.to_owned(),
        layer: None,
    }
}

fn index() -> IndexReport {
    let archives = vec![
        archive("", PROGRAM, None),
        archive("lib/mail.jar", LIBRARY, Some(("mail", "1.6"))),
        archive("lib/odd.jar", NOBODY, None),
    ];
    let digest = Digest::of(b"image");
    IndexReport {
        schema: SCHEMA.to_owned(),
        image: ImageFacts {
            reference: "image".to_owned(),
            digest: digest.clone(),
            platform: "linux/amd64".to_owned(),
            layers: Vec::new(),
        },
        index_state: digest,
        distributions: Vec::new(),
        repositories: Vec::new(),
        packages: vec![
            package("mail", "1.6", "app.jar!/lib/mail.jar"),
            package("mail", "1.6", "app.jar!/lib/other.jar"),
        ],
        blind_spots: spots(&archives),
        archives,
    }
}

fn shown(index: &IndexReport) -> Vec<String> {
    index.packages.iter().map(|one| format!("{} {}", one.purl, one.path)).collect()
}

#[test]
fn what_the_table_knows_is_listed_in_the_place_of_the_guess_and_the_rest_is_still_told() {
    let text = format!("# ours\n{LIBRARY}\tcom.sun.mail:javax.mail:1.6.2\n\n{PROGRAM}\torg.example:app:3\n");
    let table = ArtifactTable::parse(&text).unwrap();
    let identified = table.identify(index(), &ecosystems::all());
    let expected = [
        "pkg:maven/com.sun.mail/javax.mail@1.6.2 app.jar!/lib/mail.jar",
        "pkg:maven/mail@1.6 app.jar!/lib/other.jar",
        "pkg:maven/org.example/app@3 app.jar",
    ];
    assert_eq!(shown(&identified), expected);
    let told: Vec<_> =
        identified.blind_spots.iter().map(|spot| (spot.reason, spot.packages, &*spot.detail)).collect();
    let detail = format!("nothing says for certain which artifact it is: lib/odd.jar (SHA-1 {NOBODY})");
    assert_eq!(told, [(Reason::DatabaseUnreadable, 1, &*detail)]);
    assert_eq!(identified.archives.len(), 1);
    // Nothing is left to do.
    assert_eq!(table.identify(identified.clone(), &ecosystems::all()), identified);
}

#[test]
fn a_table_that_knows_nothing_of_it_changes_nothing() {
    let table = ArtifactTable::parse("0000000000000000000000000000000000000000\ta:b:1\n").unwrap();
    assert_eq!(table.identify(index(), &ecosystems::all()), index());
    let told = spots(&index().archives);
    let counts: Vec<_> = told.iter().map(|spot| (spot.reason, spot.packages, spot.counts)).collect();
    let expected = [(Reason::DatabaseUnreadable, 2, true), (Reason::UnidentifiedExecutables, 0, false)];
    assert_eq!(counts, expected);
}

#[test]
fn an_archive_of_several_names_is_all_of_them() {
    let text = format!("{LIBRARY}\ta:one:1\n{}\tb:two:1\n", LIBRARY.to_uppercase());
    let table = ArtifactTable::parse(&text).unwrap();
    let identified = table.identify(index(), &ecosystems::all());
    assert_eq!(shown(&identified).iter().filter(|one| one.ends_with("/lib/mail.jar")).count(), 2);
    let mut names = Vec::new();
    let all = ecosystems::all();
    table.each_name(all.of_namespace("Maven").unwrap(), &mut |name, archive| names.push((name, archive)));
    let archive = index().archives[1].name();
    assert_eq!(names, [("a:one".to_owned(), archive.clone()), ("b:two".to_owned(), archive)]);
}

#[test]
fn the_digest_is_of_what_is_said_and_not_of_how() {
    let digest = |text: &str| ArtifactTable::parse(text).unwrap().digest();
    let (one, two) = (format!("{LIBRARY}\ta:b:1\n"), format!("{PROGRAM}\ta:b:2\n"));
    assert_eq!(digest(&format!("{one}{two}{one}")), digest(&format!("# \r\n{two}\n{one}")));
    let all = [digest(""), digest(&one), digest(&two), digest(&format!("{LIBRARY}\ta:b:2\n"))];
    assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
}

#[test]
fn a_line_that_is_none_is_named() {
    for (line, why) in [
        ("a:b:1", "there is no tab between SHA-1 and artifact"),
        ("a999\ta:b:1", "it does not begin with a SHA-1 of 40 hexadecimal digits"),
        (&format!("{LIBRARY}\ta:b"), "what follows the tab is not group:artifact:version"),
        (&format!("{LIBRARY}\ta:b:1:jar"), "what follows the tab is not group:artifact:version"),
        (&format!("{LIBRARY}\ta:b:${{v}}"), "what follows the tab is not group:artifact:version"),
        (&format!("{LIBRARY}\ta::1"), "what follows the tab is not group:artifact:version"),
    ] {
        let error = ArtifactTable::parse(&format!("#\n{line}\n")).unwrap_err();
        assert_eq!(error.to_string(), format!("line 2: {why}"), "{line}");
    }
}

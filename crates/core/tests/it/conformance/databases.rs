//! Recognising distributions and reading package databases.

use std::{fmt::Write as _, io::Cursor};

use limpid_core::{
    Detector, FilePath, FoundFile, Parsed,
    ecosystem::{Identified, SystemFiles},
    extract::Memory,
    os_release::{OsRelease, PLACES},
    scope::may_be_spoken_about,
    wants::WantList,
};

use super::fixtures::{Case, File, cases, mutations, truncations};

/// What the ecosystem's detectors read from a file, or from its extract; `None` where none of them wants it.
fn parse(case: &Case, path: &FilePath, content: &[u8]) -> Option<Parsed> {
    let kept = |detector: &&Detector| {
        let wants = detector.wants.iter().filter(|want| !want.companion).copied();
        WantList::new(wants).kept(path, is_program(content))
    };
    let (detector, kept) =
        case.ecosystem.detectors.iter().find_map(|detector| Some((detector, kept(detector)?)))?;
    let extract = kept.extractor.map(|one| (one.extract)(&mut Cursor::new(content), &Memory).unwrap());
    if extract.as_ref().is_some_and(Vec::is_empty) {
        return None;
    }
    let beside = |ending: &&'static str| {
        let path = Detector::companion_path(path, ending).to_string();
        Some((*ending, case.file(&path)?.content.as_slice()))
    };
    let companions: Vec<_> = detector.companions.iter().filter_map(beside).collect();
    let content = extract.as_deref().unwrap_or(content);
    Some((detector.parse)(&FoundFile { path, content, companions: &companions }))
}

/// Programs are told by their first bytes.
fn is_program(content: &[u8]) -> bool {
    const PROGRAMS: [&[u8]; 5] =
        [b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe"];
    PROGRAMS.iter().any(|magic| content.starts_with(magic))
}

fn databases(case: &Case) -> Vec<(&File, Parsed)> {
    let read = |file| Some((file, parse(case, &File::image_path(file), &file.content)?));
    let databases: Vec<_> = case.files.iter().filter_map(read).collect();
    assert!(!databases.is_empty(), "{} has no file that a detector reads", case.name);
    databases
}

fn identify(case: &Case) -> Option<Identified> {
    let os_release =
        PLACES.iter().find_map(|place| case.file(place)).map(|file| OsRelease::parse(&file.content));
    let text = |path: &str| case.file(path).map(|file| String::from_utf8_lossy(&file.content).into_owned());
    let identity = case.ecosystem.identity?;
    (identity.identify)(&SystemFiles { os_release: os_release.as_ref(), text: &text })
}

/// The form of `expected.tsv`: `distribution`, namespace, strength, name; for each package `package`, name, version,
/// architecture, source and its version, files; and `owned`, name, files where a list of its own says what it owns.
fn shown(identified: Option<&Identified>, parsed: &[(&File, Parsed)]) -> String {
    let mut shown = String::new();
    if let Some(Identified { strength, name, namespace, doubts: _ }) = identified {
        writeln!(shown, "distribution\t{namespace}\t{strength:?}\t{name}").unwrap();
    }
    for (_, parsed) in parsed {
        shown += &shown_packages(parsed);
    }
    shown
}

fn shown_packages(parsed: &Parsed) -> String {
    let mut shown = String::new();
    for found in &parsed.packages {
        let package = &found.package;
        let source = package.source.as_ref().map(|source| format!("{} {}", source.name, source.version));
        let files: Vec<String> = found.files.iter().map(|file| file.path.to_string()).collect();
        let columns = [
            package.name.clone(),
            package.version.clone(),
            package.architecture.clone().unwrap_or_default(),
            source.unwrap_or_default(),
            files.join(","),
        ];
        writeln!(shown, "package\t{}", columns.join("\t")).unwrap();
    }
    for owned in &parsed.owned {
        let files: Vec<String> = owned.files.iter().map(|file| file.path.to_string()).collect();
        writeln!(shown, "owned\t{}\t{}", owned.package, files.join(",")).unwrap();
    }
    shown
}

#[test]
fn what_is_sound_is_read_as_expected_and_without_blind_spots() {
    for case in cases("ok") {
        let databases = databases(&case);
        for (file, parsed) in &databases {
            assert_eq!(parsed.blind_spots, [], "{} {}", case.name, file.path);
        }
        let expected =
            case.file("expected.tsv").unwrap_or_else(|| panic!("{} has no expected.tsv", case.name));
        assert_eq!(shown(identify(&case).as_ref(), &databases), expected.text(), "{}", case.name);
    }
}

#[test]
fn packages_name_their_type_and_a_version_of_the_order() {
    for case in cases("ok") {
        for found in databases(&case).iter().flat_map(|(_, parsed)| &parsed.packages) {
            let package = &found.package;
            // An image that tells which one it is is an entry beside its packages.
            let kinds = [case.ecosystem.purl.kind, limpid_core::package::IMAGE];
            assert!(kinds.contains(&package.kind.as_str()), "{} {}", case.name, package.name);
            // What is built by somebody about whose packages the feeds do not speak has versions of an order of its own.
            let is_of_others = case.ecosystem.identity.is_none()
                && case.ecosystem.feeds.is_there()
                && may_be_spoken_about(&case.ecosystem, package).is_err();
            let checked = (case.ecosystem.versions.check)(&package.version);
            assert!(checked.is_ok() || is_of_others, "{} {}: {checked:?}", case.name, package.name);
        }
    }
}

#[test]
fn what_is_empty_or_broken_is_never_silent() {
    for kind in ["empty", "broken"] {
        for case in cases(kind) {
            for (file, parsed) in databases(&case) {
                assert!(!parsed.blind_spots.is_empty(), "{} {}", case.name, file.path);
                assert!(kind == "broken" || parsed.packages.is_empty(), "{} {}", case.name, file.path);
            }
        }
    }
}

/// Whether a text database was cut exactly after an empty line, which ends an entry: then it is one as its own tool
/// writes it, and nothing in it tells that there was more.
fn ends_between_entries(content: &[u8]) -> bool {
    content.ends_with(b"\n\n") || content.ends_with(b"\n\r\n")
}

#[test]
fn damage_never_takes_a_package_away_in_silence() {
    for case in ["ok", "broken"].into_iter().flat_map(cases) {
        for (file, whole) in databases(&case) {
            let path = file.image_path();
            let damaged = truncations(&file.content).map(<[u8]>::to_vec).chain(mutations(&file.content));
            for content in damaged {
                let parsed = match parse(&case, &path, &content) {
                    Some(parsed) => parsed,
                    // A program that tells nothing any more, and what is no program any more, the index tells as unidentified,
                    // or has no reason to look at.
                    None if is_program(&file.content) => continue,
                    None => Parsed::default(),
                };
                let fewer = parsed.packages.len() < whole.packages.len();
                let silent = fewer && parsed.blind_spots.is_empty() && !ends_between_entries(&content);
                assert!(!silent, "{} {}: {parsed:?} {}", case.name, file.path, content.escape_ascii());
                for spot in &parsed.blind_spots {
                    assert_eq!(spot.subject, path.to_string(), "{}", case.name);
                    assert!(spot.counts && !spot.detail.is_empty(), "{spot:?}");
                }
            }
        }
    }
}

#[test]
fn damaged_identity_files_are_survived() {
    for case in cases("ok") {
        let identity_files: Vec<&str> = PLACES
            .into_iter()
            .chain(case.ecosystem.identity.iter().flat_map(|identity| identity.files.iter().copied()))
            .filter(|path| case.file(path).is_some())
            .collect();
        for damaged in identity_files {
            for content in mutations(&case.file(damaged).unwrap().content) {
                let files = [File { path: damaged.to_owned(), content }];
                let one = Case { ecosystem: case.ecosystem, name: case.name.clone(), files: files.into() };
                if let Some(identified) = identify(&one) {
                    let namespace = identified.namespace.split(':').next();
                    assert_eq!(namespace, Some(case.ecosystem.osv_name), "{}", case.name);
                }
            }
        }
    }
}

#[test]
fn nobody_claims_the_system_of_another_as_surely_as_its_owner() {
    let all = limpid_core::ecosystems::all();
    for case in cases("ok") {
        let own = identify(&case);
        for other in all.iter().filter(|other| other.id != case.ecosystem.id) {
            let claim = identify(&Case { ecosystem: *other, name: String::new(), files: copies(&case) });
            let weaker = claim.as_ref().map(|one| one.strength) < own.as_ref().map(|one| one.strength);
            assert!(claim.is_none() || weaker, "{} is claimed by {}: {claim:?}", case.name, other.id);
        }
    }
}

fn copies(case: &Case) -> Vec<File> {
    case.files.iter().map(|file| File { path: file.path.clone(), content: file.content.clone() }).collect()
}

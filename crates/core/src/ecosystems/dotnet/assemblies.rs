//! Assemblies that no list of libraries has: what each says of itself.
//!
//! An assembly does not say which package it came in. Mostly it is called as its package is, so it is listed by its own name, and
//! judged by what advisories say of a package that is called so; one that no advisory names may be in a package with another name,
//! and is nobody's ([`crate::scope::Scope::IfNamed`]). The version by which others refer to it stays the same over many packages.
//! Its version for people is the package's only where the version of its file has the same numbers: makers who number packages
//! and products apart (`System.Text.Encodings.Web` 4.7.2 says 3.1.14) number files with the package. Otherwise its version is one
//! that nobody can compare.
//!
//! Satellites, which have only texts, and assemblies for compilers, which have no code, are no packages.
//!
//! Source: .NET's documentation, “Versioning and .NET libraries”; of the numbers of Microsoft's own files: dotnet/arcade,
//! “Versioning”; ECMA-335.

use super::version::VERSIONS;
use crate::{
    BlindSpot, FoundFile, Package, Parsed, ParsedPackage, Reason,
    formats::program::{Assembly, Program},
};

/// Characters of a version that are shown.
const MOST_SHOWN: usize = 100;

/// What an SDK writes where nobody said a version.
const DEFAULT: [u32; 4] = [1, 0, 0, 0];

/// How the names of assemblies begin that runtimes bring (.NET with ASP.NET Core, .NET Framework, Mono).
const OF_RUNTIMES: [&str; 11] = [
    "system",
    "microsoft.aspnetcore",
    "microsoft.csharp",
    "microsoft.extensions",
    "microsoft.jscript",
    "microsoft.visualbasic",
    "microsoft.win32",
    "mono.",
    "mscorlib",
    "netstandard",
    "windowsbase",
];

/// Reads what was kept of a program.
pub(super) fn read(file: &FoundFile<'_>, program: &Program) -> Parsed {
    let spot = |detail: String| BlindSpot::new(Reason::DatabaseUnreadable, file.path.to_string(), detail);
    let mut parsed = Parsed { yields: true, ..Parsed::default() };
    parsed.blind_spots.extend(program.managed_unread.iter().cloned().map(spot));
    for assembly in program.managed.iter().filter(|assembly| is_code(assembly)) {
        match package(assembly) {
            Some(package) => parsed.packages.push(ParsedPackage::new(package)),
            None => parsed.blind_spots.push(spot(format!(
                "an assembly with a name that no package can have: {:?}",
                shown(&assembly.name)
            ))),
        }
    }
    parsed
}

/// That it may be a part of a runtime: advisories about those name the runtime, and versions are the runtime's own (Mono's
/// `System.Net.Http` is no 4.6.57 of NuGet's).
pub(super) fn doubt(package: &Package) -> Option<BlindSpot> {
    if !OF_RUNTIMES.iter().any(|start| package.name.starts_with(start)) {
        return None;
    }
    let detail = "no list says whether it is a part of a runtime or of a package: it is compared with what is said of the package alone";
    let subject = format!("{} {}", package.name, package.version);
    Some(BlindSpot::new(Reason::DatabaseUnreadable, subject, detail).with_packages(1))
}

/// Whether it has code. A satellite has a language, and its name says so too.
fn is_code(assembly: &Assembly) -> bool {
    let is_satellite = !assembly.culture.is_empty() && assembly.name.ends_with(".resources");
    !is_satellite && !assembly.is_reference
}

fn package(assembly: &Assembly) -> Option<Package> {
    let is_plain = |one: char| one.is_alphanumeric() || matches!(one, '.' | '_' | '-');
    if !assembly.name.chars().all(is_plain) {
        return None;
    }
    let version = version(assembly).map_or_else(|| format!("(assembly {})", assembly.version), str::to_owned);
    Some(Package {
        name: assembly.name.to_ascii_lowercase(),
        version,
        kind: "nuget".to_owned(),
        evidence: Some(evidence(assembly)),
        ..Package::default()
    })
}

/// What it is listed by, in words.
fn evidence(assembly: &Assembly) -> String {
    let mut words = format!("assembly {} {}", assembly.name, assembly.version);
    for (what, version) in [("product", &assembly.informational), ("file", &assembly.file)] {
        if let Some(version) = version {
            words.push_str(&format!(", {what} version {}", shown(version)));
        }
    }
    words
}

fn shown(text: &str) -> String {
    text.chars().filter(|one| !one.is_control()).take(MOST_SHOWN).collect()
}

/// The version of its package, as far as it proves one.
fn version(assembly: &Assembly) -> Option<&str> {
    let said = assembly.informational.as_deref()?;
    let (version, build) = said.split_once('+').unwrap_or((said, ""));
    if (VERSIONS.check)(version).is_err() || version.contains(char::is_whitespace) {
        return None;
    }
    let own = numbers(version.split('-').next()?)?;
    let file = numbers(assembly.file.as_deref().unwrap_or(&assembly.version))?;
    let referred = numbers(&assembly.version)?;
    let is_same = own.first_chunk::<3>() == file.first_chunk::<3>() || is_serviced(own, file, build);
    // The fourth number is one that builds count, and no package's.
    let [major, .., revision] = own;
    let is_told = [own, file, referred] != [DEFAULT; 3] && revision == 0;
    let [highest, ..] = referred;
    (is_same && is_told && highest <= major).then_some(version)
}

/// Whether the numbers of the file are those that Microsoft's builds of .NET make of a version since 5.0: the third is that of the
/// version and two digits of the year. Such builds name their commit. Before 9.0 a package counts its own servicings, and what is in
/// it the runtime's (System.Text.Json 8.0.4 has the file 8.0.724.31311): they are the same where there was none yet.
fn is_serviced(own: [u32; 4], file: [u32; 4], build: &str) -> bool {
    let ([major, minor, patch, _], [file_major, file_minor, third, _]) = (own, file);
    let is_commit = build.len() == 40 && build.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_year = (20..50).contains(&(third % 100));
    let counts_alike = major >= 9 || (major >= 5 && patch == 0);
    is_commit && is_year && counts_alike && (major, minor, patch) == (file_major, file_minor, third / 100)
}

/// Three numbers or four.
fn numbers(text: &str) -> Option<[u32; 4]> {
    let mut numbers = [0; 4];
    let mut count = 0;
    for part in text.split('.') {
        *numbers.get_mut(count)? = part.parse().ok()?;
        count += 1;
    }
    (count >= 3).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assembly(version: &str, informational: Option<&str>, file: Option<&str>) -> Assembly {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let (name, version) = ("A.B".to_owned(), version.to_owned());
        let (informational, file) = (text(informational), text(file));
        Assembly { name, version, informational, file, ..Assembly::default() }
    }

    /// The first is Newtonsoft.Json's of 13.0.3; `3.1.23` is what System.Text.Encodings.Web 4.7.2 and its likes say.
    #[test]
    fn a_version_is_the_packages_where_that_of_the_file_says_so_too() {
        const COMMIT: &str = "bf5e279d9239bfef5bb1b8d6212f1b971c434606";
        let with = |version: &str| format!("{version}+{COMMIT}");
        for (referred, informational, file, expected) in [
            ("13.0.0.0", "13.0.3+0a2e291c0d9c", Some("13.0.3.27908"), Some("13.0.3")),
            ("2.0.0.0", "3.1.1", Some("3.1.1.0"), Some("3.1.1")),
            ("3.1.1.0", "3.1.1-beta.2", None, Some("3.1.1-beta.2")),
            ("10.0.0.12", &with("10.0.12"), Some("10.0.1226.42308"), Some("10.0.12")),
            ("8.0.0.0", &with("8.0.0"), Some("8.0.23.53103"), Some("8.0.0")),
            ("8.0.0.4", &with("8.0.7"), Some("8.0.724.31311"), None),
            ("8.0.0.0", &with("8.0.1"), Some("8.0.123.58001"), None),
            ("8.0.0.0", &with("8.0.0-rc.2.23479.6"), Some("8.0.23.47906"), Some("8.0.0-rc.2.23479.6")),
            ("9.0.0.0", "9.0.1", Some("9.0.125.52411"), None),
            ("9.0.0.0", &with("9.0.2"), Some("9.0.125.52411"), None),
            ("4.0.5.1", &with("3.1.23"), Some("4.700.22.12208"), None),
            ("6.0.0.0", "6.0.8.18111", Some("6.0.8.18111"), None),
            ("4.2.0.0", "4.6.26515.06 @BuiltBy: dlab-DDVSOWINAGE059", Some("4.6.26515.06"), None),
            ("2.0.15.0", "2.0.15.0-.NET Standard 2.0", Some("2.0.15.0"), None),
            ("1.0.0.0", "1.0.0", Some("1.0.0.0"), None),
            ("1.0.0.0", "1.0.0", None, None),
            ("1.0.0.0", "1.0.1", Some("1.0.1.0"), Some("1.0.1")),
            ("5.0.0.0", "4.1.2", Some("4.1.2.0"), None),
            ("1.2.0.0", "1.2", Some("1.2.0.0"), None),
            ("1.2.0.0", "", Some("1.2.0.0"), None),
        ] {
            assert_eq!(version(&assembly(referred, Some(informational), file)), expected, "{informational}");
        }
        assert_eq!(version(&assembly("6.0.0.0", None, Some("6.0.8.18111"))), None);
    }

    #[test]
    fn the_evidence_is_told_and_what_cannot_be_compared_is_no_version() {
        let known = package(&assembly("13.0.0.0", Some("13.0.3+0a\n2e"), Some("13.0.3.27908"))).unwrap();
        assert_eq!((&*known.name, &*known.version), ("a.b", "13.0.3"));
        let evidence = "assembly A.B 13.0.0.0, product version 13.0.3+0a2e, file version 13.0.3.27908";
        assert_eq!(known.evidence.as_deref(), Some(evidence));
        let unknown = package(&assembly("6.0.0.0", None, None)).unwrap();
        assert_eq!(unknown.version, "(assembly 6.0.0.0)");
        assert!((VERSIONS.check)(&unknown.version).is_err());
        assert_eq!(unknown.evidence.as_deref(), Some("assembly A.B 6.0.0.0"));
    }

    #[test]
    fn what_has_no_code_is_nothing_and_what_no_package_can_be_called_is_told() {
        let one = |name: &str, culture: &str, is_reference: bool| {
            let name = name.to_owned();
            let assembly = Assembly {
                name,
                culture: culture.to_owned(),
                is_reference,
                ..assembly("1.2.3.0", None, None)
            };
            let program = Program { managed: vec![assembly], ..Program::default() };
            let parsed =
                read(&FoundFile { path: &"a/b.dll".into(), content: &[], companions: &[] }, &program);
            (parsed.packages.len(), parsed.blind_spots.len())
        };
        assert_eq!(one("A.resources", "de", false), (0, 0));
        assert_eq!(one("A", "", true), (0, 0));
        assert_eq!(one("A.resources", "", false), (1, 0));
        assert_eq!(one("A", "de", false), (1, 0));
        assert_eq!(one("A B", "", false), (0, 1));
        assert_eq!(one("A/B", "", false), (0, 1));
    }
}

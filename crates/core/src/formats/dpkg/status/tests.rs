use crate::{FoundFile, Parsed, Reason, formats::dpkg::DETECTOR};

fn parse_at(path: &str, content: &str) -> Parsed {
    (DETECTOR.parse)(&FoundFile { path: &path.into(), content: content.as_bytes(), companions: &[] })
}

fn parse(content: &str) -> Parsed {
    parse_at("var/lib/dpkg/status", content)
}

fn shown(parsed: &Parsed) -> Vec<String> {
    let one = |found: &crate::ParsedPackage| {
        let package = &found.package;
        let source = package.source.as_ref().unwrap();
        let architecture = package.architecture.as_deref().unwrap_or_default();
        format!("{} {} {architecture} {} {}", package.name, package.version, source.name, source.version)
    };
    parsed.packages.iter().map(one).collect()
}

fn stanza(name: &str, status: &str, more: &str) -> String {
    format!("Package: {name}\nStatus: {status}\nArchitecture: amd64\n{more}Version: 1-1\n\n")
}

#[test]
fn what_may_have_files_is_listed_and_what_left_only_its_configuration_is_not() {
    for (word, listed) in [
        ("installed", true),
        ("half-installed", true),
        ("unpacked", true),
        ("half-configured", true),
        ("triggers-awaited", true),
        ("triggers-pending", true),
        ("config-files", false),
        ("not-installed", false),
    ] {
        let content = stanza("base", "install ok installed", "")
            + &stanza("a", &format!("deinstall reinstreq {word}"), "");
        let parsed = parse(&content);
        assert_eq!(parsed.packages.len(), 1 + usize::from(listed), "{word}");
        assert_eq!(parsed.blind_spots, [], "{word}");
    }
}

#[test]
fn a_status_that_nobody_knows_is_listed_and_told() {
    for status in ["install ok purged", "installed", "", "install ok installed now"] {
        let parsed = parse(&stanza("a", status, ""));
        assert_eq!(parsed.packages.len(), 1, "{status}");
        assert_eq!(parsed.blind_spots.len(), 1, "{status}");
    }
}

#[test]
fn the_source_has_its_own_name_and_version_where_the_database_says_so() {
    let content = stanza("a", "install ok installed", "")
        + &stanza("b", "install ok installed", "Source: src\n")
        + &stanza("c", "install ok installed", "Source: src (2:3-4)\n");
    assert_eq!(
        shown(&parse(&content)),
        ["a 1-1 amd64 a 1-1", "b 1-1 amd64 src 1-1", "c 1-1 amd64 src 2:3-4"]
    );
}

#[test]
fn a_package_that_is_installed_for_two_architectures_is_two() {
    let one = stanza("libc6", "install ok installed", "Multi-Arch: same\n");
    let parsed = parse(&(one.clone() + &one.replace("amd64", "i386")));
    assert_eq!(shown(&parsed), ["libc6 1-1 amd64 libc6 1-1", "libc6 1-1 i386 libc6 1-1"]);
    assert_eq!(parsed.blind_spots, []);
}

#[test]
fn continuation_lines_and_capitals_of_fields_do_not_matter() {
    let content = "PACKAGE: a\nstatus: install ok installed\nConffiles:\n /etc/a 00\n .\n Package: not me\nversion:  1 \n\n";
    let parsed = parse(content);
    assert_eq!(shown(&parsed), ["a 1  a 1"]);
    assert_eq!(parsed.blind_spots, []);
}

#[test]
fn the_maintainer_is_kept_and_an_origin_outweighs_it() {
    let vendor =
        |more: &str| parse(&stanza("a", "install ok installed", more)).packages[0].package.vendor.clone();
    assert_eq!(
        vendor("Maintainer: Docker <support@docker.com>\n").as_deref(),
        Some("Docker <support@docker.com>")
    );
    assert_eq!(vendor("Maintainer: A <a@b>\nOrigin: Else\n").as_deref(), Some("Else"));
    assert_eq!(vendor("Vendor: Else <a@b>\nMaintainer: A <a@b>\n").as_deref(), Some("Else"));
    assert_eq!(vendor("Vendor: none\nMaintainer: A <a@b>\n").as_deref(), Some("A <a@b>"));
    assert_eq!(vendor(""), None);
}

#[test]
fn damage_is_told_and_the_rest_is_read() {
    let (first, last) = (stanza("a", "install ok installed", ""), stanza("z", "install ok installed", ""));
    for (damaged, packages) in [
        ("Status: install ok installed\nVersion: 1\n\n", 2),
        ("Package: b\nStatus: install ok installed\n\n", 2),
        ("Package: b\nStatus: install ok installed\nVersion: 1 2\n\n", 3),
        ("Package: b c\nStatus: install ok installed\nVersion: 1\n\n", 2),
        ("Package: b\nStatus: install ok installed\nVersion: 1\nSource: x (1\n\n", 2),
        ("Package: b\nStatus: install ok installed\nVersion: 1\nno field\n\n", 3),
        ("Package: b\nStatus: install ok installed\nVersion: 1\nVersion: 2\n\n", 3),
        ("Package: b\nStatus: install ok installed\nVersion: 1\n", 3),
        ("Package: b\nStatus: install ok installed\nVersion: 1\nDescription: what\0\0\0 remains of c\n\n", 3),
        ("Package: b\nStatus: install ok installed\nVersion: 1\nDescription: b\nDescription: of c\n\n", 3),
        ("Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n", 3),
        (" continued\n\n", 2),
        ("<html>\n\n", 2),
    ] {
        let parsed = parse(&format!("{first}{damaged}{last}"));
        assert_eq!(parsed.packages.len(), packages, "{damaged}");
        let reasons: Vec<Reason> = parsed.blind_spots.iter().map(|spot| spot.reason).collect();
        assert_eq!(reasons, [Reason::DatabaseUnreadable], "{damaged}");
    }
}

#[test]
fn a_database_that_does_not_end_with_an_empty_line_is_cut_off() {
    let whole = stanza("a", "install ok installed", "");
    assert_eq!(parse(&whole).blind_spots, []);
    for end in [whole.len() - 1, whole.len() - 2] {
        let parsed = parse(whole.get(..end).unwrap());
        assert_eq!(parsed.packages.len(), 1);
        assert!(parsed.blind_spots[0].detail.contains("cut off"), "{:?}", parsed.blind_spots);
    }
}

#[test]
fn packages_without_dpkg_have_no_status() {
    let content = "Package: base-files\nVersion: 12.4\nArchitecture: arm64\n";
    let parsed = parse_at("var/lib/dpkg/status.d/base", content);
    assert_eq!(shown(&parsed), ["base-files 12.4 arm64 base-files 12.4"]);
    assert_eq!(parsed.blind_spots, []);
    assert_eq!(parse_at("var/lib/dpkg/status.d/base", content.trim_end()).blind_spots.len(), 1);
}

#[test]
fn what_is_empty_is_told() {
    for content in ["", "\n\n", &stanza("a", "deinstall ok config-files", "")] {
        assert!(!parse(content).blind_spots.is_empty(), "{content}");
    }
}

#[test]
fn what_a_dpkg_that_was_broken_off_noted_is_listed_and_told() {
    let note = stanza("a", "install ok half-configured", "");
    let note = note.strip_suffix('\n').unwrap();
    let parsed = parse_at("var/lib/dpkg/updates/0001", note);
    assert_eq!(parsed.packages.len(), 1);
    let told: Vec<_> = parsed.blind_spots.iter().map(|spot| (spot.reason, spot.packages)).collect();
    assert_eq!(told, [(Reason::DatabaseUnreadable, 1)]);
    assert!(parsed.blind_spots[0].detail.starts_with("dpkg was broken off"), "{:?}", parsed.blind_spots);
    let removed = parse_at("var/lib/dpkg/updates/0002", &stanza("a", "deinstall ok not-installed", ""));
    assert_eq!((removed.packages.len(), removed.blind_spots.len()), (0, 1), "the database has it still");
    assert_eq!(parse_at("var/lib/dpkg/updates/tmp.i", "half of a").blind_spots, [], "dpkg passes it over");
}

#[test]
fn names_are_those_that_dpkg_takes_them_for() {
    let content = stanza("LibSSL3", "install ok installed", "Source: OpenSSL (3.0.11-1)\n")
        + &stanza("ZLIB", "install ok installed", "");
    assert_eq!(shown(&parse(&content)), ["libssl3 1-1 amd64 openssl 3.0.11-1", "zlib 1-1 amd64 zlib 1-1"]);
}

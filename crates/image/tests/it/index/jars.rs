//! Java's archives in an image, made to do harm.

use std::io::Cursor;

use base64::Engine as _;
use limpid_core::{archives::ArtifactTable, extract::Memory, formats::archive::EXTRACTOR};
use limpid_image::{limits::Limits, read::read_directory};
use md5::{Digest as _, Md5};
use sha1::Sha1;

use super::*;

/// An archive with a directory of these entries, each with a name, a size, and the place of its header.
fn directory(before: &[u8], entries: &[(&str, u32, u32)]) -> Vec<u8> {
    let mut archive = before.to_vec();
    for (name, size, offset) in entries {
        archive.extend(b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0\0\0\0\0");
        archive.extend([size.to_le_bytes(), size.to_le_bytes()].concat());
        archive.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        archive.extend([0; 12]);
        archive.extend(offset.to_le_bytes());
        archive.extend(name.as_bytes());
    }
    let count = u16::try_from(entries.len() & 0xffff).unwrap().to_le_bytes();
    let size = u32::try_from(archive.len() - before.len()).unwrap();
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([count, count].concat());
    archive.extend([size.to_le_bytes(), u32::try_from(before.len()).unwrap().to_le_bytes()].concat());
    archive.extend([0, 0]);
    archive
}

#[test]
fn archives_that_lie_are_told_and_never_clean() {
    let no_header = [("META-INF/maven/g/a/pom.properties", 10, 0)];
    let many: Vec<(String, u32, u32)> = (0..70_000).map(|number| (format!("{number}.jar"), 100, 0)).collect();
    let many: Vec<_> = many.iter().map(|(name, size, offset)| (name.as_str(), *size, *offset)).collect();
    let damaged = [Reason::DatabaseUnreadable].as_slice();
    let cases: [(&'static str, Vec<u8>, &[Reason]); 5] = [
        ("app/no-header-1.jar", directory(b"", &no_header), damaged),
        ("app/far-1.jar", directory(b"", &[("a.jar", 10, 4_000_000_000)]), damaged),
        ("app/large-1.jar", directory(b"PK\x03\x04", &[("a.jar", u32::MAX - 1, 0)]), damaged),
        // None of them is an archive, and they are more than are read.
        ("app/many-1.war", directory(b"", &many), &[Reason::DatabaseUnreadable, Reason::OverBudget]),
        ("app/text-1.ear", b"PK\x05\x06 and nothing else".to_vec(), damaged),
    ];
    for (path, content, reasons) in cases {
        let extract = (EXTRACTOR.extract)(&mut Cursor::new(content), &Memory).unwrap();
        assert!(extract.len() < 64 << 10, "{path}: {}", extract.len());
        let report = index(&[&[kept(path, String::from_utf8(extract).unwrap())]]);
        let counting: Vec<_> =
            report.blind_spots.iter().filter(|spot| spot.counts && spot.subject == path).collect();
        let told: Vec<Reason> = counting.iter().map(|spot| spot.reason).collect();
        assert_eq!(told, reasons, "{path}: {:?}", report.blind_spots);
    }
}

#[test]
fn what_is_in_an_archive_is_listed_with_the_path_of_the_file() {
    let jar = directory(b"", &[]);
    let extract = (EXTRACTOR.extract)(&mut Cursor::new(jar), &Memory).unwrap();
    let extract = String::from_utf8(extract).unwrap();
    for path in ["opt/LOG4J-CORE-2.14.1.JAR", "opt/log4j-core-2.14.1.nar", "opt/log4j-core-2.14.1.lpkg"] {
        assert_eq!(index(&[&[kept(path, extract.clone())]]).packages.len(), 1, "{path}");
    }
    let report = index(&[&[kept("app/lib/spring-core-5.3.20.jar", extract)]]);
    let found = named(&report, "spring-core");
    assert_eq!(
        (&*found.path, &*found.purl),
        ("app/lib/spring-core-5.3.20.jar", "pkg:maven/spring-core@5.3.20")
    );
    assert_eq!((found.namespace.as_deref(), found.layer.clone()), (Some("Maven"), Some(layer(0))));
    assert_eq!(report.blind_spots, []);
    // One in another has the path of both.
    let inner = br#"limpid extract archive
{"nested": [{"name": "BOOT-INF/lib/gson-2.2.4.jar", "archive": {"sha1": ""}}]}"#;
    let report = index(&[&[kept("app/shop-1.jar", String::from_utf8(inner.to_vec()).unwrap())]]);
    let paths: Vec<_> = report.packages.iter().map(|one| (&*one.package.name, &*one.path)).collect();
    assert_eq!(paths, [("gson", "app/shop-1.jar!/BOOT-INF/lib/gson-2.2.4.jar"), ("shop", "app/shop-1.jar")]);
}

/// The package of a distribution that has the archive, in a root file system with these files and in one layer with them.
fn owner(files: &[(&str, &[u8])], jar: &str) -> Option<String> {
    let root = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let (indexer, store) = (indexer(), store());
    let pack = read_directory(root.path(), &store.evidence, indexer.wants(), &Limits::default()).unwrap();
    let report = indexer.index(&facts(0), &[pack]).unwrap();
    let found = report.packages.iter().find(|one| one.path == jar).unwrap();
    assert_eq!(found.package.name, "commons-io");
    found.package.owned_by.clone()
}

#[test]
fn an_archive_that_was_written_over_in_the_layer_of_its_owner_is_its_owners_no_more() {
    let (brought, over) = (directory(b"", &[]), directory(b"PK\x03\x04 another", &[]));
    let jar = "usr/share/java/commons-io-2.4.jar";
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let md5sums = format!("{}  {jar}\n", hex(&Md5::digest(&brought)));
    let sha1 = base64::engine::general_purpose::STANDARD.encode(Sha1::digest(&brought));
    let apk = format!(
        "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:java-commons-io\nV:1-r0\nA:x86_64\no:x\nF:usr/share/java\nR:commons-io-2.4.jar\n\
         Z:Q1{sha1}\n\n"
    );
    let status =
        "Package: libcommons-io-java\nStatus: install ok installed\nArchitecture: all\nVersion: 2.4-1\n\n";
    let debian: [(&str, &[u8]); 4] = [
        ("etc/os-release", b"ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n"),
        ("var/lib/dpkg/status", status.as_bytes()),
        ("var/lib/dpkg/info/libcommons-io-java.list", b"/usr/share/java/commons-io-2.4.jar\n"),
        ("var/lib/dpkg/info/libcommons-io-java.md5sums", md5sums.as_bytes()),
    ];
    let alpine: [(&str, &[u8]); 2] =
        [("etc/os-release", ALPINE.as_bytes()), ("lib/apk/db/installed", apk.as_bytes())];
    for (system, package) in [(&debian[..], "libcommons-io-java"), (&alpine[..], "java-commons-io")] {
        let with = |content: &[u8]| owner(&[system, &[(jar, content)]].concat(), jar);
        assert_eq!(with(&brought).as_deref(), Some(package));
        assert_eq!(with(&over), None, "of {package}, and written over");
    }
    // Nobody tells the digest: layers are compared, and there is one.
    assert_eq!(owner(&[&debian[..3], &[(jar, &over)]].concat(), jar).as_deref(), Some("libcommons-io-java"));
}

#[test]
fn archives_that_nothing_identifies_are_named_with_their_digests() {
    let content = directory(b"", &[]);
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("app")).unwrap();
    std::fs::write(root.path().join("app/odd.jar"), &content).unwrap();
    let (indexer, store) = (indexer(), store());
    let pack = read_directory(root.path(), &store.evidence, indexer.wants(), &Limits::default()).unwrap();
    let report = indexer.index(&facts(0), &[pack]).unwrap();
    let sha1 = Sha1::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let named: Vec<_> = report.archives.iter().map(|one| (&*one.path, &*one.archive.sha1)).collect();
    assert_eq!(named, [("app/odd.jar", &*sha1)]);
    assert_eq!(spots(&report), [(Reason::DatabaseUnreadable, "app/odd.jar", 1)]);
    let table = ArtifactTable::parse(&format!("{sha1}\torg.yaml:snakeyaml:1.24\n")).unwrap();
    let identified = table.identify(report, indexer.ecosystems());
    assert_eq!(named_purls(&identified), ["pkg:maven/org.yaml/snakeyaml@1.24"]);
    assert_eq!(identified.blind_spots, []);
}

fn named_purls(report: &IndexReport) -> Vec<&str> {
    report.packages.iter().map(|one| &*one.purl).collect()
}

use std::io::{Cursor, Write as _};

use ::zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::extract::Memory;

const STORED: CompressionMethod = CompressionMethod::Stored;
const DEFLATED: CompressionMethod = CompressionMethod::Deflated;
const POM: &str = "META-INF/maven/org.example/thing/pom.properties";
const MANIFEST: &str = "META-INF/MANIFEST.MF";

fn zip(method: CompressionMethod, members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn pom(group: &str, artifact: &str, version: &str) -> (String, String) {
    let path = format!("META-INF/maven/{group}/{artifact}/pom.properties");
    (path, format!("version={version}\ngroupId={group}\nartifactId={artifact}\n"))
}

fn jar(coordinates: &[(&str, &str, &str)]) -> Vec<u8> {
    let poms: Vec<_> =
        coordinates.iter().map(|(group, artifact, version)| pom(group, artifact, version)).collect();
    let members: Vec<_> = poms.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    zip(DEFLATED, &members)
}

fn parse(path: &str, content: &[u8]) -> Parsed {
    let extract = (archive::EXTRACTOR.extract)(&mut Cursor::new(content), &Memory).unwrap();
    read(&FoundFile { path: &path.into(), content: &extract, companions: &[] })
}

fn packages(parsed: &Parsed) -> Vec<String> {
    parsed.packages.iter().map(|one| format!("{} {}", one.package.name, one.package.version)).collect()
}

/// The packages of a file in which there is nothing else to tell of.
fn clean(path: &str, content: &[u8]) -> Vec<String> {
    let parsed = parse(path, content);
    assert_eq!(parsed.blind_spots, [], "{path}");
    packages(&parsed)
}

fn told(parsed: &Parsed) -> Vec<&str> {
    parsed.blind_spots.iter().map(|spot| spot.detail.as_str()).collect()
}

#[test]
fn artifacts_that_were_merged_are_all_listed_with_the_archive_itself() {
    let own = ("org.example", "app", "1.0");
    let shaded = ("com.fasterxml.jackson.core", "jackson-databind", "2.9.8");
    let (own_name, shaded_name) =
        ("org.example:app 1.0", "com.fasterxml.jackson.core:jackson-databind 2.9.8");
    assert_eq!(clean("app-1.0-all.jar", &jar(&[own, shaded])), [own_name, shaded_name]);
    assert_eq!(clean("app.jar", &jar(&[shaded, own])), [shaded_name, own_name]);
    // Its own description was lost when others were merged into it.
    assert_eq!(clean("lib/app-1.0.jar", &jar(&[shaded])), [shaded_name, "app 1.0"]);
    let bridge = ("org.apache.logging.log4j", "log4j-1.2-api", "2.19.0");
    assert_eq!(
        clean("java/log4j-1.2-api.jar", &jar(&[bridge])),
        ["org.apache.logging.log4j:log4j-1.2-api 2.19.0"]
    );
    // Bundles have their group in front.
    assert_eq!(clean("org.example.app-1.0.jar", &jar(&[own])), [own_name]);
}

#[test]
fn artifacts_that_were_merged_do_not_hide_what_the_archive_is() {
    let netty = ("io.netty", "netty", "3.6.0");
    let (log4j, snakeyaml) = (("log4j", "log4j", "1.2.17"), ("org.yaml", "snakeyaml", "1.24"));
    for (path, merged, own) in [
        ("netty-codec-http-4.1.50.Final.jar", netty, "netty-codec-http 4.1.50.Final"),
        ("log4j-api-2.14.1.jar", log4j, "log4j-api 2.14.1"),
        ("com.example.netty-api-2.jar", netty, "com.example.netty-api 2"),
    ] {
        let found = clean(path, &jar(&[merged]));
        assert_eq!(found.last().map(String::as_str), Some(own), "{path}");
    }
    // Only one is in it, and nothing says that it is another.
    assert_eq!(clean("app.jar", &jar(&[snakeyaml])), ["org.yaml:snakeyaml 1.24"]);
    assert_eq!(clean("log4j-1.2.17-no_xml.jar", &jar(&[log4j])), ["log4j:log4j 1.2.17"]);
    for path in ["app.jar", "log4j-api.jar"] {
        let several = parse(path, &jar(&[log4j, snakeyaml]));
        assert_eq!(packages(&several), ["log4j:log4j 1.2.17", "org.yaml:snakeyaml 1.24"], "{path}");
        assert!(told(&several)[0].contains("the file itself (SHA-1 "), "{:?}", told(&several));
    }
}

#[test]
fn the_manifest_is_asked_before_what_was_merged() {
    let (path, text) = pom("org.yaml", "snakeyaml", "1.24");
    let manifest = b"Implementation-Title: javax.mail\nImplementation-Version: 1.6.2\n";
    let archive = zip(STORED, &[(MANIFEST, manifest), (&path, text.as_bytes())]);
    assert_eq!(clean("lib/javax.mail.jar", &archive), ["org.yaml:snakeyaml 1.24", "javax.mail 1.6.2"]);
}

#[test]
fn archives_within_are_read_stored_or_deflated_and_told_apart_from_the_outer_one() {
    let inner = jar(&[("org.yaml", "snakeyaml", "1.24")]);
    let spring =
        zip(STORED, &[(MANIFEST, b"Implementation-Title: spring-jcl\nImplementation-Version: 5.3.20\n")]);
    for method in [STORED, DEFLATED] {
        let members: [(&str, &[u8]); 3] = [
            ("WEB-INF/lib/snakeyaml-1.24.jar", &inner),
            ("WEB-INF/lib/spring-jcl-5.3.20.jar", &spring),
            ("META-INF/maven/org.example/web/pom.properties", b"version=3\n"),
        ];
        let ear = zip(method, &[("web.war", &zip(method, &members)), ("lib/plain-2.jar", &zip(method, &[]))]);
        assert_eq!(
            clean("opt/suite-1.ear", &ear),
            ["suite 1", "org.example:web 3", "org.yaml:snakeyaml 1.24", "spring-jcl 5.3.20", "plain 2"]
        );
    }
}

#[test]
fn each_artifact_is_listed_where_it_lies() {
    let inner = jar(&[("org.yaml", "snakeyaml", "1.24")]);
    let members: [(&str, &[u8]); 2] = [("WEB-INF/lib/snakeyaml-1.24.jar", &inner), (POM, b"version=3\n")];
    let ear = zip(DEFLATED, &[("web.war", &zip(STORED, &members)), ("lib/yaml-1.24.jar", &inner)]);
    let parsed = parse("opt/suite-1.ear", &ear);
    let places: Vec<_> =
        parsed.packages.iter().map(|one| (&*one.package.name, one.within.as_str())).collect();
    let expected = [
        ("suite", ""),
        ("org.example:thing", "web.war"),
        ("org.yaml:snakeyaml", "web.war!/WEB-INF/lib/snakeyaml-1.24.jar"),
        ("org.yaml:snakeyaml", "lib/yaml-1.24.jar"),
        ("yaml", "lib/yaml-1.24.jar"),
    ];
    assert_eq!(places, expected);
}

#[test]
fn what_is_too_much_is_told_apart_from_what_is_damaged() {
    let many: Vec<(String, Vec<u8>)> = (0..3).map(|one| (format!("{one}-1.jar"), zip(STORED, &[]))).collect();
    let mut members: Vec<(&str, &[u8])> = many.iter().map(|(name, jar)| (&**name, &**jar)).collect();
    let zeros = vec![0; 20 << 20];
    members.push(("bomb-1.jar", &zeros));
    members.push(("damaged-1.jar", b"no archive"));
    let parsed = parse("app-1.jar", &zip(DEFLATED, &members));
    let told: Vec<_> = parsed.blind_spots.iter().map(|spot| (spot.reason, &*spot.detail)).collect();
    let [damaged, over] = told.as_slice() else { panic!("{told:?}") };
    assert!(damaged.0 == Reason::DatabaseUnreadable && damaged.1.contains("damaged-1.jar: "), "{damaged:?}");
    assert!(
        over.0 == Reason::OverBudget && over.1.contains("bomb-1.jar: it unpacks to far more"),
        "{over:?}"
    );
    assert!(!damaged.1.contains("bomb") && !over.1.contains("damaged"));
}

#[test]
fn a_model_counts_where_no_description_stands_beside_it() {
    let model = |version: &str| {
        format!(
            "<project><groupId>g</groupId><artifactId>a</artifactId><version>{version}</version></project>"
        )
    };
    let (beside, alone) = (model("8"), model("9"));
    let both: [(&str, &[u8]); 3] = [
        ("META-INF/maven/org.example/thing/pom.xml", beside.as_bytes()),
        (POM, b"version=1\n"),
        ("META-INF/maven/g/a/pom.xml", alone.as_bytes()),
    ];
    assert_eq!(clean("thing-1.jar", &zip(DEFLATED, &both)), ["org.example:thing 1", "g:a 9"]);
    let unfilled = model("${revision}");
    let parsed = parse("a-9.jar", &zip(STORED, &[("META-INF/maven/g/a/pom.xml", unfilled.as_bytes())]));
    assert_eq!(packages(&parsed), ["a 9"]);
    assert_eq!(told(&parsed).len(), 1);
}

#[test]
fn a_manifest_gives_no_group_and_alone_it_is_a_guess() {
    let glassfish = b"Implementation-Vendor-Id: com.sun\nImplementation-Title: javax.mail\nImplementation-Version: 1.6.2\n";
    assert_eq!(clean("javax.mail-1.6.2.jar", &zip(STORED, &[(MANIFEST, glassfish)])), ["javax.mail 1.6.2"]);
    assert_eq!(clean("lib/javax.mail.jar", &zip(STORED, &[(MANIFEST, glassfish)])), ["javax.mail 1.6.2"]);
    let renamed = parse("lib/mail.jar", &zip(STORED, &[(MANIFEST, glassfish)]));
    assert_eq!(packages(&renamed), ["mail 1.6.2"]);
    assert_eq!(renamed.blind_spots[0].packages, 1);
    assert!(
        told(&renamed)[0].contains("the file itself (calls itself javax.mail, SHA-1 "),
        "{:?}",
        told(&renamed)
    );
    let plugin = b"Short-Name: git\nGroup-Id: org.jenkins-ci.plugins\nPlugin-Version: 4.8.0\n";
    assert_eq!(clean("git.hpi", &zip(STORED, &[(MANIFEST, plugin)])), ["org.jenkins-ci.plugins:git 4.8.0"]);
}

#[test]
fn a_name_that_goes_on_behind_its_number_is_a_guess() {
    let jpa = parse("lib/hibernate-jpa-2.1-api.jar", &zip(STORED, &[]));
    assert_eq!(packages(&jpa), ["hibernate-jpa 2.1"]);
    assert_eq!((jpa.blind_spots.len(), jpa.blind_spots[0].packages), (1, 1));
    assert!(jpa.blind_spots[0].counts);
    // The manifest has the same name, and a version.
    let manifest = b"Implementation-Title: hibernate-jpa-2.1-api\nImplementation-Version: 1.0.0.Final\n";
    let named = zip(STORED, &[(MANIFEST, manifest)]);
    assert_eq!(clean("lib/hibernate-jpa-2.1-api.jar", &named), ["hibernate-jpa-2.1-api 1.0.0.Final"]);
}

#[test]
fn what_nothing_identifies_is_told_with_what_is_in_it() {
    let app = zip(
        STORED,
        &[("BOOT-INF/lib/odd.jar", &zip(STORED, &[])), ("BOOT-INF/lib/a-1.jar", &zip(STORED, &[]))],
    );
    let parsed = parse("app.jar", &app);
    assert_eq!(packages(&parsed), ["a 1"]);
    let [library, program] = parsed.blind_spots.as_slice() else { panic!("{:?}", parsed.blind_spots) };
    assert_eq!((library.reason, library.packages, library.counts), (Reason::DatabaseUnreadable, 1, true));
    assert!(library.detail.contains("BOOT-INF/lib/odd.jar (SHA-1 "), "{}", library.detail);
    assert_eq!((program.reason, program.counts), (Reason::UnidentifiedExecutables, false));
    assert!(program.detail.contains("the file itself (SHA-1 "), "{}", program.detail);
}

#[test]
fn a_library_counts_also_where_it_can_be_started() {
    let of = |manifest: &[u8]| {
        let parsed = parse("lib/log4j-core.jar", &zip(STORED, &[(MANIFEST, manifest)]));
        parsed.blind_spots.iter().map(|spot| (spot.reason, spot.counts)).collect::<Vec<_>>()
    };
    for manifest in ["Main-Class: org.example.Shop\n", "Created-By: 21\n"] {
        assert_eq!(of(manifest.as_bytes()), [(Reason::DatabaseUnreadable, true)], "{manifest}");
    }
}

#[test]
fn archives_that_are_read_in_others_are_read_by_themselves() {
    let is_wanted =
        |path: &str| super::super::DETECTOR.wants.iter().any(|want| want.pattern.matches(&path.into()));
    let inner = jar(&[("org.example", "thing", "1")]);
    for ending in ["jar", "WAR", "Ear", "par", "sar", "jpi", "hpi", "rar", "kar", "nar", "aar", "lpkg"] {
        let name = format!("opt/thing-1.{ending}");
        assert!(is_wanted(&name), "{name}");
        assert_eq!(
            clean("outer-1.zip", &zip(STORED, &[(&name, &inner)])),
            ["outer 1", "org.example:thing 1"]
        );
    }
    assert!(!is_wanted("opt/thing-1.zip"));
}

#[test]
fn one_blind_spot_tells_of_however_many_archives() {
    let inner = zip(STORED, &[]);
    let names: Vec<String> = (0..500).map(|number| format!("lib/x{number}x.jar")).collect();
    let members: Vec<_> = names.iter().map(|name| (name.as_str(), inner.as_slice())).collect();
    let parsed = parse("app-1.jar", &zip(STORED, &members));
    assert_eq!(parsed.blind_spots.len(), 1);
    assert_eq!(parsed.blind_spots[0].packages, 500);
    assert!(told(&parsed)[0].ends_with("and 490 more"), "{:?}", told(&parsed));
}

#[test]
fn archives_that_nest_without_end_are_told() {
    let mut deep = jar(&[("org.example", "thing", "1")]);
    for _ in 0..100 {
        deep = zip(DEFLATED, &[("in.jar", &deep)]);
    }
    let parsed = parse("thing-1.jar", &deep);
    assert!(told(&parsed)[0].contains("it lies too deep to be read"), "{:?}", told(&parsed));
}

use super::*;

const DIALECT: Dialect<'_> = Dialect { page: "https://example.com/", has_modules: false };

fn read_as(dialect: &Dialect<'_>, content: &str) -> Result<(Vec<Record>, FeedHead), FeedError> {
    let source = FeedSource { namespace: "Stone Linux:1".to_owned(), ..FeedSource::default() };
    let mut records = Vec::new();
    let mut document = FeedDocument { name: "", reader: &mut content.as_bytes() };
    let head = parse(dialect, &source, &mut document, &mut |record| records.push(record))?;
    Ok((records, head))
}

fn update(kind: &str, references: &str, packages: &str) -> String {
    format!(
        r#"<?xml version="1.0" ?><updates><update type="{kind}" status="final"><id>ST-2018-939</id>
        <title>ST-2018-939: critical update for kernel</title><issued date="2018-01-11 21:05" />
        <updated date="2018-01-16 01:28" /><severity>critical</severity>
        <description>Fixes CVE-2018-9 &amp; more.</description><references>{references}</references>
        <pkglist><collection short="stone"><name>Stone</name>{packages}</collection></pkglist></update></updates>"#
    )
}

fn package(name: &str, architecture: &str) -> String {
    format!(
        r#"<package arch="{architecture}" epoch="0" name="{name}" release="38.st1" version="4.9.76">
        <filename>x.rpm</filename><reboot_suggested>True</reboot_suggested></package>"#
    )
}

const TWO: &str = r#"<reference href="x" id="CVE-2017-5715" title="" type="cve" />
    <reference href="x" id="1519781" title="CVE-2017-5754 kernel: speculation" type="bugzilla" />"#;

fn shown(records: &[Record]) -> Vec<String> {
    let of = |one: &Affected| {
        let range = match &one.range {
            AffectedRange::Fixed { introduced: None, fixed } => format!("< {fixed}"),
            other @ (AffectedRange::Fixed { .. }
            | AffectedRange::Unfixed { .. }
            | AffectedRange::Through { .. }
            | AffectedRange::Exactly { .. }
            | AffectedRange::NeverAffected
            | AffectedRange::Unreadable { .. }) => panic!("{other:?}"),
        };
        format!("{} {range} {} {:?}", one.package, one.only.architectures.join(","), one.only.module)
    };
    records.iter().flat_map(|record| &record.affected).map(of).collect()
}

#[test]
fn a_security_update_is_a_record_for_each_cve() {
    let content = update("security", TWO, &package("kernel", "x86_64"));
    let (records, head) = read_as(&DIALECT, &content).unwrap();
    assert_eq!((head.covers, head.unread), (vec!["Stone Linux:1".to_owned()], vec![]));
    let ids: Vec<_> = records.iter().map(|one| (&*one.advisory.id, one.advisory.aliases.join(","))).collect();
    let alias = "ST-2018-939".to_owned();
    assert_eq!(ids, [("CVE-2017-5715", alias.clone()), ("CVE-2017-5754", alias)]);
    assert_eq!(
        records[0].advisory,
        Advisory {
            id: "CVE-2017-5715".to_owned(),
            aliases: vec!["ST-2018-939".to_owned()],
            severity: Severity::Critical,
            severity_word: "critical".to_owned(),
            summary: "ST-2018-939: critical update for kernel".to_owned(),
            links: vec![
                "https://example.com/ST-2018-939".to_owned(),
                "https://www.cve.org/CVERecord?id=CVE-2017-5715".to_owned(),
            ],
            published: Some("2018-01-11T21:05:00Z".to_owned()),
            dated: Dated::Fix,
            ..Advisory::default()
        }
    );
    assert_eq!(shown(&records[..1]), ["kernel < 4.9.76-38.st1  None"]);
}

#[test]
fn what_is_no_vulnerability_is_passed_over_and_what_may_be_one_is_not() {
    let ids = |kind: &str, references: &str, from: &str, to: &str| {
        let content = update(kind, references, &package("kernel", "x86_64")).replace(from, to);
        let (records, _) = read_as(&DIALECT, &content).unwrap();
        records.into_iter().map(|one| one.advisory.id).collect::<Vec<_>>()
    };
    assert_eq!(ids("bugfix", "", "CVE-2018-9", "a bug"), [""; 0]);
    assert_eq!(ids("bugfix", TWO, "", ""), ["CVE-2017-5715", "CVE-2017-5754"]);
    assert_eq!(ids("security", "", "", ""), ["CVE-2018-9"]);
    assert_eq!(ids("security", "", "CVE-2018-9", "a hole"), ["ST-2018-939"]);
}

#[test]
fn architectures_of_one_version_are_one_statement() {
    let packages = [
        package("kernel", "x86_64"),
        package("kernel", "aarch64"),
        package("kernel", "src"),
        package("kernel-doc", "noarch"),
        package("kernel", "x86_64").replace("0\"", "1\""),
    ];
    let content = update("security", TWO, &packages.concat());
    let all = [
        "kernel < 1:4.9.76-38.st1 x86_64 None",
        "kernel < 4.9.76-38.st1 aarch64,x86_64 None",
        "kernel-doc < 4.9.76-38.st1  None",
    ];
    assert_eq!(shown(&read_as(&DIALECT, &content).unwrap().0[..1]), all);
    // What lists those of one repository alone holds for all.
    let of_one = content.replace("aarch64", "i686");
    let (records, _) = read_as(&DIALECT, &of_one).unwrap();
    assert!(records[0].affected.iter().all(|one| one.only.architectures.is_empty()));
}

#[test]
fn modules_hold_for_their_collection() {
    let module = r#"<module name="nodejs" stream="18" version="1" context="x" arch="x86_64"/>"#;
    let packages = format!(
        "{}</collection><collection>{module}{}",
        package("bash", "x86_64"),
        package("nodejs", "x86_64")
    );
    let dialect = Dialect { has_modules: true, ..DIALECT };
    let (records, _) = read_as(&dialect, &update("security", TWO, &packages)).unwrap();
    assert_eq!(
        shown(&records[..1]),
        ["bash < 4.9.76-38.st1  Some(\"\")", "nodejs < 4.9.76-38.st1  Some(\"nodejs:18\")"]
    );
}

#[test]
fn what_cannot_be_read_of_a_package_is_never_lost() {
    let odd = r#"<package name="bash" arch="x86_64" version="5"/>"#;
    let (records, _) = read_as(&DIALECT, &update("security", TWO, odd)).unwrap();
    assert!(matches!(records[0].affected[0].range, AffectedRange::Unreadable { .. }));
    let sources = package("bash", "src");
    let nothing = vec!["ST-2018-939: it does not say which packages it brought".to_owned()];
    for none in ["", &sources] {
        let (records, head) = read_as(&DIALECT, &update("security", TWO, none)).unwrap();
        assert_eq!((records, head.unread), (vec![], nothing.clone()), "{none}");
        let bugfix = update("bugfix", "", none).replace("CVE-2018-9", "a bug");
        assert_eq!(read_as(&DIALECT, &bugfix).unwrap().1.unread, [""; 0], "{none}");
    }
    let odd_module = format!("<module name=\"x\"/>{}", package("bash", "x86_64"));
    let (_, head) = read_as(&DIALECT, &update("security", TWO, &odd_module)).unwrap();
    assert_eq!(head.unread, ["ST-2018-939: 1 modules have no name or no stream"]);
    let nameless = format!("<package version='5' release='1'/>{}", package("bash", "x86_64"));
    let (records, head) = read_as(&DIALECT, &update("security", TWO, &nameless)).unwrap();
    assert_eq!((records.len(), head.unread), (2, vec!["ST-2018-939: 1 packages have no name".to_owned()]));
}

#[test]
fn another_document_or_a_part_of_one_is_refused() {
    let whole = update("security", TWO, &package("kernel", "x86_64"));
    for cut in 0..whole.len() {
        let refused = matches!(read_as(&DIALECT, whole.get(..cut).unwrap()), Err(FeedError::Malformed(_)));
        assert!(refused, "cut off after {cut} bytes");
    }
    for odd in ["", "<html></html>", "<updates><update></update></updates>", "<updates></updates><updates/>"]
    {
        assert!(matches!(read_as(&DIALECT, odd), Err(FeedError::Malformed(_))), "{odd}");
    }
    assert_eq!(read_as(&DIALECT, "<updates></updates>").unwrap().0, []);
}

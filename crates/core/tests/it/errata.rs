//! AlmaLinux's whole export of the shared corpus, where that is at hand, against the reference's findings.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    fs,
    io::BufReader,
    path::{Path, PathBuf},
};

use limpid_core::{
    Affected, AffectedRange, Ecosystem, Package,
    advisory::{Names, Record},
    ecosystems,
    feed::{FeedDocument, FeedHead, FeedSource},
    formats::{
        apk,
        osv::{self, Dialect, Reported},
    },
    scope::{Scope, ScopeQuestion},
};

fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let corpus = std::env::var_os("LIMPID_CORPUS").map_or(beside, PathBuf::from);
    if !corpus.is_dir() {
        eprintln!("skipped: there is no corpus at {} (LIMPID_CORPUS names another place)", corpus.display());
        return None;
    }
    Some(corpus)
}

fn almalinux() -> Ecosystem {
    *ecosystems::all().of_namespace("AlmaLinux:8").unwrap()
}

/// Every record of the archive, member by member.
fn records(corpus: &Path) -> (Vec<Record>, BTreeSet<String>) {
    let almalinux = almalinux();
    let source = (almalinux.feeds.needed_by)("AlmaLinux:8").remove(0);
    let path = corpus.join("mirror").join(source.url.strip_prefix("https://").unwrap());
    let mut archive = zip::ZipArchive::new(BufReader::new(fs::File::open(path).unwrap())).unwrap();
    let (mut records, mut covers) = (Vec::new(), BTreeSet::new());
    for number in 0..archive.len() {
        let file = archive.by_index(number).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut document = FeedDocument { name: &name, reader: &mut BufReader::new(file) };
        let head: FeedHead =
            (almalinux.feeds.parse)(&source, &mut document, &mut |record| records.push(record)).unwrap();
        assert_eq!((head.misfit, head.unread), (None, vec![]), "{name}");
        covers.extend(head.covers);
    }
    (records, covers)
}

/// The packages of the image, with their epochs.
fn packages(corpus: &Path) -> Vec<Package> {
    let text = fs::read_to_string(corpus.join("packages/rpm-almalinux-8.tsv")).unwrap();
    let package = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        Package {
            name: columns[1].to_owned(),
            version: columns[2].to_owned(),
            kind: columns[0].to_owned(),
            vendor: Some("AlmaLinux".to_owned()),
            ..Package::default()
        }
    };
    text.lines().skip(1).map(package).collect()
}

fn namespaces(package: &Package) -> Vec<String> {
    let question = ScopeQuestion {
        namespace: "AlmaLinux:8",
        distribution: "almalinux",
        package,
        repositories: &[],
        facts: &|_, _| Vec::new(),
    };
    let Scope::Namespaces(namespaces) = (almalinux().scope)(&question) else { panic!("{}", package.name) };
    namespaces
}

fn fixed(affected: &Affected) -> &str {
    let AffectedRange::Fixed { introduced: None, fixed } = &affected.range else { panic!("{affected:?}") };
    fixed.strip_prefix("0:").unwrap_or(fixed)
}

/// Package, advisory, version that fixes it, and the CVEs.
type Finding = (String, String, String, BTreeSet<String>);

#[test]
fn the_export_speaks_about_the_image_as_the_reference_says() {
    let Some(corpus) = corpus() else { return };
    let (records, _) = records(&corpus);
    let order = almalinux().versions;
    let mut found: BTreeMap<(String, String, String), BTreeSet<String>> = BTreeMap::new();
    for package in packages(&corpus) {
        let namespaces = namespaces(&package);
        for record in &records {
            let is_meant = |one: &&Affected| {
                one.names == Names::Binary
                    && one.package == package.name
                    && namespaces.contains(&one.namespace)
            };
            for affected in record.affected.iter().filter(is_meant) {
                let fixed = fixed(affected);
                if (order.compare)(&package.version, fixed) == Ok(Ordering::Less) {
                    let is_cve = record.advisory.id.starts_with("CVE-");
                    let own =
                        if is_cve { record.advisory.aliases[0].clone() } else { record.advisory.id.clone() };
                    let cves = found.entry((package.name.clone(), own, fixed.to_owned())).or_default();
                    cves.extend(is_cve.then(|| record.advisory.id.clone()));
                }
            }
        }
    }
    let found: BTreeSet<Finding> =
        found.into_iter().map(|((package, id, fixed), cves)| (package, id, fixed, cves)).collect();
    let text = fs::read_to_string(corpus.join("expected/rpm-almalinux-8.osv-alma.tsv")).unwrap();
    let row = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let fixed = columns[3].strip_prefix("0:").unwrap_or(columns[3]).to_owned();
        let cves = columns.get(4).copied().unwrap_or_default().split_whitespace().map(str::to_owned);
        (columns[0].to_owned(), columns[2].to_owned(), fixed, cves.collect())
    };
    let expected: BTreeSet<Finding> = text.lines().skip(1).map(row).collect();
    let missing: Vec<_> = expected.difference(&found).collect();
    let more: Vec<_> = found.difference(&expected).collect();
    assert!(missing.is_empty() && more.is_empty(), "missing: {missing:#?}\nmore: {more:#?}");
    assert_eq!(found.len(), 409);
}

#[test]
fn everything_in_the_export_is_read_and_of_a_version_that_the_order_knows() {
    let Some(corpus) = corpus() else { return };
    let (records, covers) = records(&corpus);
    let order = almalinux().versions;
    for affected in records.iter().flat_map(|record| &record.affected) {
        assert_eq!((order.check)(fixed(affected)), Ok(()), "{affected:?}");
        assert!(covers.contains(&affected.namespace), "{affected:?}");
        let is_modular = affected.namespace.ends_with("::modules");
        assert_eq!(is_modular, fixed(affected).contains(".module_el"), "{affected:?}");
    }
    let covers: Vec<_> = covers.iter().map(String::as_str).collect();
    assert_eq!(covers, ["AlmaLinux", "AlmaLinux:10", "AlmaLinux:8", "AlmaLinux:8::modules", "AlmaLinux:9"]);
    assert!(u64::try_from(records.len()).unwrap() >= (almalinux().feeds.guard)("almalinux/osv").floor);
}

#[test]
fn a_statement_of_a_module_holds_for_its_stream_alone() {
    let Some(corpus) = corpus() else { return };
    let (records, _) = records(&corpus);
    let streams = |id: &str| -> BTreeSet<Option<String>> {
        let of = records.iter().filter(|one| one.advisory.aliases.iter().any(|alias| alias == id));
        of.flat_map(|one| &one.affected).map(|one| one.only.module.clone()).collect()
    };
    let named = |names: &[&str]| names.iter().map(|&one| Some(one.to_owned())).collect::<BTreeSet<_>>();
    assert_eq!(streams("ALSA-2020:4743"), named(&["squid:4"]));
    assert_eq!(streams("ALSA-2022:5468"), named(&["php:8.0"]));
    assert_eq!(streams("ALSA-2023:3781"), named(&["python38-devel:3.8", "python38:3.8"]));
    assert_eq!(streams("ALSA-2023:5989"), BTreeSet::from([None]));
}

/// (documents, those that say something, packages of which something could not be read)
fn read_export(corpus: &Path, ecosystem: &str) -> (usize, usize, usize) {
    let dialect = Dialect {
        ecosystem,
        // The order decides only what need not be said twice.
        versions: &apk::VERSIONS,
        reported: Reported::AsItself,
        in_pairs: false,
        rate: |_| None,
        state: &|said| vec![said.about(Names::Binary)],
    };
    let source = FeedSource { namespace: ecosystem.to_owned(), ..FeedSource::default() };
    let path = corpus.join(format!("mirror/osv-vulnerabilities.storage.googleapis.com/{ecosystem}/all.zip"));
    let mut archive = zip::ZipArchive::new(BufReader::new(fs::File::open(path).unwrap())).unwrap();
    let (mut saying, mut unreadable) = (0, 0);
    for number in 0..archive.len() {
        let file = archive.by_index(number).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut document = FeedDocument { name: &name, reader: &mut BufReader::new(file) };
        let mut sink = |record: Record| {
            saying += 1;
            let is_unread = |one: &&Affected| matches!(one.range, AffectedRange::Unreadable { .. });
            unreadable += record.affected.iter().filter(is_unread).count();
        };
        let head = osv::parse(&dialect, &source, &mut document, &mut sink).unwrap();
        assert_eq!(head.covers, [ecosystem], "{name}");
    }
    (archive.len(), saying, unreadable)
}

#[test]
fn the_exports_of_languages_are_read_and_what_is_withdrawn_says_nothing() {
    let Some(corpus) = corpus() else { return };
    let read = |ecosystem: &str| read_export(&corpus, ecosystem);
    assert_eq!(read("crates.io"), (1206, 1206 - 13, 0));
    assert_eq!(read("Go"), (4291, 4291 - 17, 0));
    assert_eq!(read("Maven"), (446, 446, 0));
    assert_eq!(read("npm"), (172, 172, 0));
    assert_eq!(read("RubyGems"), (20, 20, 0));
    assert_eq!(read("NuGet"), (15, 15, 0));
    assert_eq!(read("Packagist"), (7, 7, 0));
    let (documents, saying, unreadable) = read("PyPI");
    assert_eq!((documents, saying), (7080, 7080 - 269));
    // Eleven have neither ranges nor versions; three have events that only their own order could put in place.
    assert_eq!(unreadable, 11 + 3);
}

//! Real OVAL documents of the shared corpus, where that is at hand.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{BufReader, Read},
    path::{Path, PathBuf},
};

use limpid_core::{AffectedRange, ecosystems, feed::FeedDocument};

#[test]
fn the_whole_document_of_a_release_is_understood() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let corpus = env::var_os("LIMPID_CORPUS").map_or(beside, PathBuf::from);
    if !corpus.is_dir() {
        eprintln!("skipped: there is no corpus at {} (LIMPID_CORPUS names another place)", corpus.display());
        return;
    }
    let all = ecosystems::all();
    let photon = all.of_namespace("Photon OS:3.0").unwrap();
    let source = (photon.feeds.needed_by)("Photon OS:3.0").remove(0);
    let path = corpus.join("mirror").join(source.url.strip_prefix("https://").unwrap());
    let mut text = String::new();
    flate2::read::GzDecoder::new(fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let mut reader = BufReader::new(text.as_bytes());
    let mut records = Vec::new();
    let mut document = FeedDocument { name: "", reader: &mut reader };
    let head = (photon.feeds.parse)(&source, &mut document, &mut |record| records.push(record)).unwrap();
    assert_eq!(head.covers, ["Photon OS:3.0"]);
    assert_eq!((head.misfit, head.unread), (None, vec![]));
    assert_eq!(head.upstream_date.as_deref(), Some("2020-02-20T11:58:25"));
    // Every CVE that the document names, and every comparison of versions, by their bare text.
    let named: BTreeSet<&str> =
        text.split("<cve>").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    let found: BTreeSet<&str> = records.iter().map(|record| record.advisory.id.as_str()).collect();
    assert_eq!(found, named);
    let compared: BTreeSet<&str> =
        text.split("operation=\"less than\">").skip(1).filter_map(|rest| rest.split('<').next()).collect();
    let ranges = records.iter().flat_map(|record| &record.affected).map(|affected| match &affected.range {
        AffectedRange::Fixed { introduced: None, fixed } => fixed.as_str(),
        other => panic!("{other:?}"),
    });
    assert_eq!(ranges.collect::<BTreeSet<_>>(), compared);
}

//! Runs the detectors on the files of the final file system that they want.

use std::{collections::BTreeSet, io::Cursor, sync::Arc};

use limpid_core::{
    BlindSpot, Detector, FilePath, Parsed, Reason,
    ecosystem::Ecosystems,
    extract::{Extractor, Memory},
    wants::Pattern,
};

use super::{IndexError, memo::is_read_at, reader::Reader};
use crate::{
    limits::MOST_LINKS_READ,
    tree::{ContentAt, Named, Tree, TreeFile, Wanted},
};

/// A file that a detector read.
pub(super) struct Found {
    pub(super) detector: &'static Detector,
    /// The root of the file system in which it is; the empty path for the image's own.
    pub(super) root: FilePath,
    pub(super) file: TreeFile,
    pub(super) parsed: Arc<Parsed>,
}

/// What the detectors found.
#[derive(Default)]
pub(super) struct Detected {
    pub(super) found: Vec<Found>,
    /// The roots of the file systems in which a wanted file could not be read.
    pub(super) lost: BTreeSet<FilePath>,
}

/// Reads every wanted file. One whose content was not kept becomes a blind spot.
pub(super) fn find(
    ecosystems: &Ecosystems,
    tree: &Tree,
    reader: &Reader<'_>,
    blind_spots: &mut Vec<BlindSpot>,
) -> Result<Detected, IndexError> {
    let mut detected = Detected::default();
    let detectors = ecosystems.detectors();
    let wants = detectors.iter().flat_map(|detector| detector.wants);
    let named = tree.named(&wants.map(|want| want.pattern).collect::<Vec<Pattern>>());
    for detector in detectors {
        let alone = detector.wants.iter().filter(|want| !want.companion);
        let patterns: Vec<Pattern> = alone.map(|want| want.pattern).collect();
        // Read in the order in which the evidence has them: to read one costs as much as to read its neighbours too.
        let mut of_paths: Vec<(usize, Wanted)> =
            tree.wanted(&named, &patterns).into_iter().enumerate().collect();
        of_paths.sort_by_key(|(_, wanted)| wanted.file.content.map(|content| (content.layer, content.id)));
        let mut found = Vec::with_capacity(of_paths.len());
        for (place, wanted) in of_paths {
            match wanted.file.content {
                Some(content) => {
                    let parsed = parse(detector, tree, &wanted, content, reader, blind_spots)?;
                    let Wanted { root, file, .. } = wanted;
                    found.push((place, Found { detector, root, file, parsed }));
                }
                // Its extractor found nothing worth keeping; what could not be read is told.
                None if may_say_nothing(detector, &wanted.file.path) => {}
                None => {
                    blind_spots.extend(not_kept(&wanted.by, &wanted.file, reader));
                    detected.lost.insert(wanted.root);
                }
            }
        }
        found.sort_by_key(|(place, _)| *place);
        detected.found.extend(found.into_iter().map(|(_, found)| found));
        blind_spots.extend(broken_links(detector, tree, &named));
    }
    Ok(detected)
}

/// Whether only an extract is kept of a file at this path, and of most such files none: an extractor that has something to say of an
/// empty file has of every one.
fn may_say_nothing(detector: &Detector, path: &FilePath) -> bool {
    let says_nothing = |extractor: &Extractor| {
        let extract = (extractor.extract)(&mut Cursor::new([0_u8; 0]), &Memory);
        extract.is_ok_and(|extract| extract.is_empty())
    };
    let mut by_path = detector.wants.iter().filter(|want| want.pattern.matches(path)).peekable();
    by_path.peek().is_some() && by_path.all(|want| want.extractor.is_some_and(says_nothing))
}

/// What the detector says of a file. Where its own path says that it describes nothing, a link that leads to it may say that it
/// does: what is installed may lie in a store.
fn parse(
    detector: &'static Detector,
    tree: &Tree,
    wanted: &Wanted,
    content: ContentAt,
    reader: &Reader<'_>,
    blind_spots: &mut Vec<BlindSpot>,
) -> Result<Arc<Parsed>, IndexError> {
    let own = &wanted.file.path;
    let beside = companions(detector, tree, own, reader, blind_spots);
    let mut parsed = reader.parse(detector, own, content, &beside)?;
    let links = std::iter::once(&wanted.by).chain(&wanted.links).filter(|link| *link != own);
    for link in links.filter(|link| is_read_at(detector, link)).take(MOST_LINKS_READ) {
        if *parsed != Parsed::default() {
            break;
        }
        let beside = companions(detector, tree, link, reader, blind_spots);
        parsed = reader.parse(detector, link, content, &beside)?;
    }
    Ok(parsed)
}

/// The files beside a wanted one that are read with it. One whose content was not kept becomes a blind spot.
fn companions(
    detector: &Detector,
    tree: &Tree,
    file: &FilePath,
    reader: &Reader<'_>,
    blind_spots: &mut Vec<BlindSpot>,
) -> Vec<(&'static str, ContentAt)> {
    let mut companions = Vec::new();
    for ending in detector.companions {
        let path = Detector::companion_path(file, ending);
        let Some(beside) = tree.file(&path) else { continue };
        match beside.content {
            Some(content) => companions.push((*ending, content)),
            None => blind_spots.extend(not_kept(&path, &beside, reader)),
        }
    }
    companions
}

/// Databases and descriptions that are links to nothing. What is a package itself, such as an archive, is not there then.
fn broken_links(detector: &Detector, tree: &Tree, named: &Named) -> Vec<BlindSpot> {
    let describing = detector.wants.iter().filter(|want| !want.companion && want.extractor.is_none());
    let describing: Vec<Pattern> = describing.map(|want| want.pattern).collect();
    let is_database = |path: &FilePath| {
        let patterns = describing.iter();
        let mut of_systems =
            patterns.filter(|one| matches!(one, Pattern::System(_) | Pattern::SystemGlob(_)));
        of_systems.any(|pattern| pattern.matches(path))
    };
    let links = tree.broken_links(named, &describing).into_iter();
    let told = links.filter(|link| is_database(link) || is_read_at(detector, link));
    let detail = "it is a link that leads to no file, so what it says is unknown";
    told.map(|link| BlindSpot::new(Reason::DatabaseUnreadable, link.to_string(), detail)).collect()
}

/// That a wanted file has no content, unless the reader of its layer has said already why.
pub(super) fn not_kept(by: &FilePath, file: &TreeFile, reader: &Reader<'_>) -> Option<BlindSpot> {
    let subject = file.path.to_string();
    let told = |spot: &BlindSpot| spot.subject == subject;
    let layer = reader.packs.get(usize::from(file.layer));
    if layer.is_some_and(|pack| pack.blind_spots().iter().any(told)) {
        return None;
    }
    let detail = if *by == file.path {
        format!("{by} is a link to a file whose content was not kept, so what it says is unknown")
    } else {
        format!("{by} leads to this file, whose content was not kept, so what it says is unknown")
    };
    Some(BlindSpot::new(Reason::DatabaseUnreadable, by.to_string(), detail))
}

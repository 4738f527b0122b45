//! Runs the detectors on the files of the final file system that they want.

use std::{collections::BTreeSet, sync::Arc};

use limpid_core::{BlindSpot, Detector, FilePath, Parsed, Reason, ecosystem::Ecosystems, wants::Pattern};

use super::{IndexError, reader::Reader};
use crate::tree::{ContentAt, Tree, TreeFile, Wanted};

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
    for detector in ecosystems.detectors() {
        let alone = detector.wants.iter().filter(|want| !want.companion);
        let patterns: Vec<Pattern> = alone.map(|want| want.pattern).collect();
        for Wanted { by, root, file } in tree.wanted(&patterns) {
            match file.content {
                Some(content) => {
                    let companions = companions(detector, tree, &file, reader, blind_spots);
                    let parsed = reader.parse(detector, &file.path, content, &companions)?;
                    detected.found.push(Found { detector, root, file, parsed });
                }
                None => {
                    blind_spots.extend(not_kept(&by, &file, reader));
                    detected.lost.insert(root);
                }
            }
        }
    }
    Ok(detected)
}

/// The files beside a wanted one that are read with it. One whose content was not kept becomes a blind spot.
fn companions(
    detector: &Detector,
    tree: &Tree,
    file: &TreeFile,
    reader: &Reader<'_>,
    blind_spots: &mut Vec<BlindSpot>,
) -> Vec<(&'static str, ContentAt)> {
    let mut companions = Vec::new();
    for ending in detector.companions {
        let path = Detector::companion_path(&file.path, ending);
        let Some(beside) = tree.file(&path) else { continue };
        match beside.content {
            Some(content) => companions.push((*ending, content)),
            None => blind_spots.extend(not_kept(&path, &beside, reader)),
        }
    }
    companions
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

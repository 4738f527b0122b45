//! What is in the image and nobody judges: programs that no package owns, databases and language packages of kinds
//! that nobody reads, and what the layers' evidence says that it could not read.

use std::collections::{BTreeMap, HashSet};

use limpid_core::{BlindSpot, FilePath, Reason, ecosystems::unread};

use super::{detect::Found, owned};
use crate::{
    evidence::Pack,
    tree::{ContentAt, NodeId, Tree},
};

/// How many paths are named.
const NAMED: usize = 20;

/// Databases and language packages that no detector reads: one blind spot for each kind. Then the programs that no
/// package owns: one for all.
pub(super) fn find(tree: &Tree, found: &[Found]) -> (Vec<BlindSpot>, Option<BlindSpot>) {
    let read: HashSet<NodeId> = found.iter().map(|found| found.file.node).collect();
    let unread: Vec<(NodeId, FilePath, &str)> = tree
        .files()
        .filter(|file| !read.contains(file))
        .filter_map(|file| {
            let path = tree.path(file);
            unread::word(&path).map(|word| (file, path, word))
        })
        .collect();
    let programs: Vec<NodeId> = tree.executables().collect();
    let asked = unread.iter().map(|one| one.0).chain(programs.iter().copied());
    let owned = owned::among(tree, found, asked);

    let mut kinds: BTreeMap<&str, Vec<FilePath>> = BTreeMap::new();
    for (_, path, word) in unread.into_iter().filter(|one| !owned.contains(&one.0)) {
        kinds.entry(word).or_default().push(path);
    }
    let kinds = kinds.into_iter().map(|(word, paths)| {
        let detail = format!("found, and not read by this version: {}", name(paths));
        BlindSpot::new(Reason::DatabaseUnreadable, word, detail)
    });
    let programs = programs.into_iter().filter(|program| !owned.contains(program));
    (kinds.collect(), unidentified(programs.map(|program| tree.path(program)).collect()))
}

fn unidentified(programs: Vec<FilePath>) -> Option<BlindSpot> {
    let subject = match programs.len() {
        0 => return None,
        1 => "1 program".to_owned(),
        count => format!("{count} programs"),
    };
    let detail = format!("no package owns them, and nothing says what is in them: {}", name(programs));
    Some(BlindSpot::new(Reason::UnidentifiedExecutables, subject, detail))
}

fn name(mut paths: Vec<FilePath>) -> String {
    paths.sort_unstable();
    let named: Vec<String> = paths.iter().take(NAMED).map(ToString::to_string).collect();
    let more = paths.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", named.join(", "))
}

/// The blind spots of the layers. That a file was too large to be kept is of no concern where a higher layer replaced
/// it by a file that was kept. Any other fault at a path stays: what was lost may be more than what stood there.
pub(super) fn of_layers(tree: &Tree, packs: &[Pack]) -> Vec<BlindSpot> {
    let concerns = |layer: usize, spot: &BlindSpot| {
        let above = |content: ContentAt| usize::from(content.layer) > layer;
        let file = tree.file(&FilePath::from(spot.subject.as_str()));
        spot.reason != Reason::OverBudget
            || !file
                .is_some_and(|file| file.path.to_string() == spot.subject && file.content.is_some_and(above))
    };
    let all = packs
        .iter()
        .enumerate()
        .flat_map(|(layer, pack)| pack.blind_spots().iter().map(move |spot| (layer, spot)));
    all.filter(|(layer, spot)| concerns(*layer, spot)).map(|(_, spot)| spot.clone()).collect()
}

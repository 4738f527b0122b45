//! What is in the image and nobody judges: programs that no package owns, databases and language packages of kinds
//! that nobody reads, and what the layers' evidence says that it could not read.

use std::collections::{BTreeMap, HashMap, HashSet};

use limpid_core::{BlindSpot, FilePath, Reason, ecosystems::unread};

use super::{detect::Found, owned::Claim};
use crate::{
    evidence::Pack,
    tree::{ContentAt, NodeId, Tree},
};

/// How many paths are named.
const NAMED: usize = 20;

/// What may be left over.
pub(super) struct Candidates {
    /// Databases and language packages that no detector read, each with its path and the word for it.
    unread: Vec<(NodeId, FilePath, &'static str)>,
    /// Programs in which no detector found a package.
    programs: Vec<NodeId>,
    /// Shared libraries that nobody may run, likewise.
    libraries: Vec<NodeId>,
}

impl Candidates {
    pub(super) fn find(tree: &Tree, found: &[Found]) -> Self {
        let read: HashSet<NodeId> = found.iter().map(|found| found.file.node).collect();
        let identified = found.iter().filter(|found| !found.parsed.packages.is_empty());
        let identified: HashSet<NodeId> = identified.map(|found| found.file.node).collect();
        let packed: HashSet<NodeId> = tree.packed().collect();
        // Stores are rare: without one, names alone tell of whom more is asked.
        let has_store = unread::stores().any(|store| tree.node(&store).is_some());
        let may_be = |file: &NodeId| has_store || packed.contains(file) || unread::may_be(tree.name(*file));
        let unread = tree.files().filter(|file| may_be(file) && !read.contains(file)).filter_map(|file| {
            let path = tree.path(file);
            let packed = || packed.contains(&file).then_some(unread::PACKED);
            unread::word(&path).or_else(packed).map(|word| (file, path, word))
        });
        let programs = tree.executables().filter(|program| !identified.contains(program));
        let libraries = tree.libraries().filter(|library| !identified.contains(library));
        Self { unread: unread.collect(), programs: programs.collect(), libraries: libraries.collect() }
    }

    /// All of them.
    pub(super) fn files(&self) -> impl Iterator<Item = NodeId> + '_ {
        let programs = self.programs.iter().chain(&self.libraries).copied();
        self.unread.iter().map(|one| one.0).chain(programs)
    }

    /// What no package owns: one blind spot for each kind of database and language package, and one for all programs and
    /// libraries.
    pub(super) fn blind_spots(
        self,
        tree: &Tree,
        owners: &HashMap<NodeId, Vec<Claim<'_>>>,
    ) -> (Vec<BlindSpot>, Option<BlindSpot>) {
        let mut kinds: BTreeMap<&str, Vec<FilePath>> = BTreeMap::new();
        // Of what else stands in a wheel, the data of its language does not speak.
        let is_systems = |file: &NodeId| {
            owners.get(file).is_some_and(|claims| claims.iter().any(|claim| claim.owner.is_system))
        };
        for (_, path, word) in self.unread.into_iter().filter(|one| !is_systems(&one.0)) {
            kinds.entry(word).or_default().push(unread::shown(path));
        }
        let kinds = kinds.into_iter().map(|(word, paths)| {
            let detail = format!("found, and not read by this version: {}", name(paths));
            BlindSpot::new(Reason::DatabaseUnreadable, word, detail)
        });
        let unowned = |files: Vec<NodeId>| -> Vec<FilePath> {
            let files = files.into_iter().filter(|file| !owners.contains_key(file));
            files.map(|file| tree.path(file)).collect()
        };
        (kinds.collect(), unidentified(unowned(self.programs), unowned(self.libraries)))
    }
}

fn unidentified(programs: Vec<FilePath>, libraries: Vec<FilePath>) -> Option<BlindSpot> {
    let libraries_count = match libraries.len() {
        0 => None,
        1 => Some("1 library".to_owned()),
        count => Some(format!("{count} libraries")),
    };
    let programs_count = match programs.len() {
        0 => None,
        1 => Some("1 program".to_owned()),
        count => Some(format!("{count} programs")),
    };
    let subject = match (programs_count, libraries_count) {
        (Some(programs), Some(libraries)) => format!("{programs} and {libraries}"),
        (one, other) => one.or(other)?,
    };
    let all = programs.into_iter().chain(libraries).collect();
    let detail = format!("no package owns them, and nothing says what is in them: {}", name(all));
    Some(BlindSpot::new(Reason::UnidentifiedExecutables, subject, detail))
}

fn name(mut paths: Vec<FilePath>) -> String {
    paths.sort_unstable();
    paths.dedup();
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

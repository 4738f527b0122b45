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
}

impl Candidates {
    pub(super) fn find(tree: &Tree, found: &[Found]) -> Self {
        let read: HashSet<NodeId> = found.iter().map(|found| found.file.node).collect();
        let identified = found.iter().filter(|found| !found.parsed.packages.is_empty());
        let identified: HashSet<NodeId> = identified.map(|found| found.file.node).collect();
        let named = tree.files().filter(|&file| unread::may_be(tree.name(file)));
        let unread = named.filter(|file| !read.contains(file)).filter_map(|file| {
            let path = tree.path(file);
            unread::word(&path).map(|word| (file, path, word))
        });
        let programs = tree.executables().filter(|program| !identified.contains(program));
        Self { unread: unread.collect(), programs: programs.collect() }
    }

    /// All of them.
    pub(super) fn files(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.unread.iter().map(|one| one.0).chain(self.programs.iter().copied())
    }

    /// What no package owns: one blind spot for each kind of database and language package, and one for all programs.
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
            kinds.entry(word).or_default().push(path);
        }
        let kinds = kinds.into_iter().map(|(word, paths)| {
            let detail = format!("found, and not read by this version: {}", name(paths));
            BlindSpot::new(Reason::DatabaseUnreadable, word, detail)
        });
        let programs = self.programs.into_iter().filter(|program| !owners.contains_key(program));
        (kinds.collect(), unidentified(programs.map(|program| tree.path(program)).collect()))
    }
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

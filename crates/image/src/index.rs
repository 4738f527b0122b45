//! The index report: what is installed in an image, from the evidence of its layers.
//!
//! A function of the image's facts, its evidence and the index state; no layer is opened and no clock is read here.
//! Everything that was there and could not be judged is a blind spot: databases that nobody reads, packages of no
//! known distribution, files that were wanted and not kept.

use std::collections::BTreeSet;

use limpid_core::{
    BlindSpot, Digest, ImageFacts, IndexReport, Reason, digest::Hasher, ecosystem::Ecosystems,
    index_report::SCHEMA, wants::WantList,
};

use crate::{
    evidence::{Pack, PackError},
    tree::{Tree, TreeError},
};

mod detect;
mod introduced;
mod memo;
mod owned;
mod packages;
mod reader;
mod system;
mod unjudged;

use memo::Memo;
use packages::Listed;
use reader::Reader;
use system::Systems;

/// Makes index reports. One serves many threads, and remembers between images what it parsed.
#[derive(Debug)]
pub struct Indexer {
    ecosystems: Ecosystems,
    wants: WantList,
    state: Digest,
    memo: Memo,
}

/// Why there is no index report. The evidence was whole when it was opened: open it again, and read the layers that are
/// no longer there.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The evidence of a layer cannot be read.
    #[error("layer {layer}: {source}")]
    Evidence {
        /// Place of the layer.
        layer: usize,
        /// What is wrong.
        source: PackError,
    },
    /// There is no final file system.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The evidence is of another image.
    #[error("the image has {layers} layers, and there is evidence of {packs}")]
    WrongEvidence {
        /// Layers of the image.
        layers: usize,
        /// Packs that were given.
        packs: usize,
    },
}

impl Indexer {
    /// An indexer of these ecosystems. `settings` is the configuration that changes results, in words.
    pub fn new(ecosystems: Ecosystems, settings: &str) -> Self {
        let mut code = Hasher::sha256();
        code.update_field(env!("LIMPID_READING_REVISION"));
        code.update_field(env!("LIMPID_INDEXING_REVISION"));
        let state = ecosystems.index_state(code.finish().as_str(), settings);
        Self { wants: ecosystems.wants(), ecosystems, state, memo: Memo::default() }
    }

    /// Digest of all that index reports depend on beside the image.
    pub fn index_state(&self) -> &Digest {
        &self.state
    }

    /// The files that are kept of every layer.
    pub fn wants(&self) -> &WantList {
        &self.wants
    }

    /// The ecosystems whose packages are found.
    pub fn ecosystems(&self) -> &Ecosystems {
        &self.ecosystems
    }

    /// The index report of an image from the evidence of its layers, lowest first. A bare root file system is one
    /// pack, and has no layers.
    ///
    /// # Errors
    /// Only where the evidence itself cannot be read. What it has no answer to is a blind spot.
    pub fn index(&self, image: &ImageFacts, packs: &[Pack]) -> Result<IndexReport, IndexError> {
        if !image.layers.is_empty() && image.layers.len() != packs.len() {
            return Err(IndexError::WrongEvidence { layers: image.layers.len(), packs: packs.len() });
        }
        let tree = Tree::build(packs)?;
        let reader = Reader { packs, memo: &self.memo };
        let mut blind_spots = Vec::new();
        let detected = detect::find(&self.ecosystems, &tree, &reader, &mut blind_spots)?;
        let found = &detected.found;
        let systems = Systems::identify(&self.ecosystems, &tree, &reader, found, &mut blind_spots)?;
        let candidates = unjudged::Candidates::find(&tree, found);
        let read = found.iter().filter(|found| !system::is_system(found)).map(|found| found.file.node);
        let owners = owned::among(&tree, found, read.chain(candidates.files()));
        let listing = packages::Listing {
            ecosystems: &self.ecosystems,
            image,
            tree: &tree,
            reader: &reader,
            systems: &systems,
            found,
            owners: &owners,
        };
        let Listed { packages, archives, unread } = listing.packages()?;

        blind_spots.extend(unread);
        systems.complain(&self.ecosystems, &detected, &mut blind_spots);
        blind_spots.extend(unjudged::of_layers(&tree, packs));
        let (unread, programs) = candidates.blind_spots(&tree, &owners);
        blind_spots.extend(unread);
        let distributions = systems.distributions();
        let nothing = packages.is_empty() && distributions.is_empty() && blind_spots.is_empty();
        if nothing {
            blind_spots.push(nothing_recognised("no distribution and no package was recognised"));
        } else if programs.is_some() && !systems.know_root() {
            blind_spots.extend(root_unknown(found).map(nothing_recognised));
        }
        if !systems.know_root() {
            blind_spots.extend(system::foreign(&image.platform));
        }
        blind_spots.extend(programs);
        blind_spots.sort();
        blind_spots.dedup();
        Ok(IndexReport {
            schema: SCHEMA.to_owned(),
            image: image.clone(),
            index_state: self.state.clone(),
            distributions,
            repositories: repositories(found),
            packages,
            blind_spots,
            archives,
        })
    }
}

fn repositories(found: &[detect::Found]) -> Vec<String> {
    let all = found.iter().flat_map(|found| found.parsed.repositories.iter().cloned());
    all.collect::<BTreeSet<String>>().into_iter().collect()
}

/// What is said of an image whose own root is no system that is known, and has programs; `None` where a package database at
/// the root tells of them.
fn root_unknown(found: &[detect::Found]) -> Option<&'static str> {
    let mut systems = found.iter().filter(|found| system::is_system(found)).peekable();
    let any = systems.peek().is_some();
    match (any, systems.any(|found| found.root.is_root())) {
        (_, true) => None,
        (true, false) => Some("all that was recognised is in file systems nested in the image"),
        (false, false) if found.is_empty() => None,
        (false, false) => {
            Some("no distribution was recognised, and there are programs beside the packages of languages")
        }
    }
}

fn nothing_recognised(why: &str) -> BlindSpot {
    let detail = format!("{why}; what else is in it cannot be judged");
    BlindSpot::new(Reason::NothingRecognised, "image", detail)
}

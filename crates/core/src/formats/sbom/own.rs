//! What Limpid writes into documents beside what their formats have words for, so that they are read back to what was written.
//!
//! In CycloneDX each is a property; in SPDX all of them are one comment, `limpid: [["name","value"],…]`.

use serde::{Deserialize, Deserializer, de::Error as _};

use super::listed::{Facts, Own, Source};
use crate::{BlindSpot, IndexReport, IndexedPackage, Reason, package::SourcePackage};

/// Begins the comment in SPDX.
pub const COMMENT: &str = "limpid: ";

/// The namespace of a distribution.
pub const ECOSYSTEM: &str = "limpid:ecosystem";

const PATH: &str = "limpid:path";
const LAYER: &str = "limpid:layer";
const NAMESPACE: &str = "limpid:namespace";
const SOURCE: &str = "limpid:source";
const MODULE: &str = "limpid:module";
const VENDOR: &str = "limpid:vendor";
const KEY: &str = "limpid:key";
const REPOSITORY: &str = "limpid:repository";
const OWNED_BY: &str = "limpid:owned-by";
const EVIDENCE: &str = "limpid:evidence";
const BUILT_FOR: &str = "limpid:built-for";

const STATE: &str = "limpid:index:state";
const PLATFORM: &str = "limpid:index:platform";
const IMAGE_LAYER: &str = "limpid:index:layer";
const IMAGE_REPOSITORY: &str = "limpid:index:repository";
const BLIND_SPOT: &str = "limpid:index:blind-spot";

/// What is written of a package.
pub fn of_package(indexed: &IndexedPackage) -> Vec<(&'static str, String)> {
    let package = &indexed.package;
    let source = package.source.as_ref().map(|source| format!("{} {}", source.name, source.version));
    let facts = [
        (LAYER, indexed.layer.as_ref().map(ToString::to_string)),
        (NAMESPACE, indexed.namespace.clone()),
        (SOURCE, source),
        (MODULE, package.module.clone()),
        (VENDOR, package.vendor.clone()),
        (KEY, package.key.clone()),
        (REPOSITORY, package.repository.clone()),
        (OWNED_BY, package.owned_by.clone()),
        (EVIDENCE, package.evidence.clone()),
        (BUILT_FOR, package.built_for.clone()),
    ];
    let facts = facts.into_iter().filter_map(|(name, value)| Some((name, value?)));
    std::iter::once((PATH, indexed.path.clone())).chain(facts).collect()
}

/// What is written of an image: what its packages alone do not tell.
pub fn of_index(index: &IndexReport) -> Vec<(&'static str, String)> {
    let mut facts = vec![(STATE, index.index_state.to_string()), (PLATFORM, index.image.platform.clone())];
    facts.extend(index.image.layers.iter().map(|layer| (IMAGE_LAYER, layer.to_string())));
    facts.extend(index.repositories.iter().map(|one| (IMAGE_REPOSITORY, one.clone())));
    facts.extend(index.blind_spots.iter().map(|spot| (BLIND_SPOT, serde_json::json!(spot).to_string())));
    facts
}

/// The comment that has these facts.
pub fn comment(facts: &[(&str, String)]) -> String {
    format!("{COMMENT}{}", serde_json::json!(facts))
}

/// Reads a comment for the facts in it; another one has none. One that was cut off is an error: blind spots of the image would be
/// lost with it.
pub(super) fn in_comment<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<(String, String)>, D::Error> {
    let comment = Option::<String>::deserialize(deserializer)?;
    let Some(facts) = comment.as_deref().and_then(|comment| comment.strip_prefix(COMMENT)) else {
        return Ok(Vec::new());
    };
    serde_json::from_str(facts)
        .map_err(|error| D::Error::custom(format_args!("a comment that Limpid wrote is damaged: {error}")))
}

impl Facts {
    /// Takes a fact, if it is one of these.
    pub(super) fn take_own(&mut self, name: &str, value: &str) {
        let text = || Some(value.to_owned());
        match name {
            PATH => {
                self.is_own = true;
                self.path = text().filter(|path| !path.is_empty());
            }
            LAYER => self.layer = value.parse().ok(),
            NAMESPACE => self.namespace = text(),
            SOURCE => {
                if let Some((name, version)) = value.split_once(' ') {
                    self.source = Source::Whole(SourcePackage::new(name, version));
                }
            }
            MODULE => self.module = text(),
            VENDOR => self.vendor = text(),
            KEY => self.key = text(),
            REPOSITORY => self.repository = text(),
            OWNED_BY => self.owned_by = text(),
            EVIDENCE => self.evidence = text(),
            BUILT_FOR => self.built_for = text(),
            _ => {}
        }
    }
}

impl Own {
    /// Takes a fact, if it is one of these.
    pub(super) fn take(&mut self, name: &str, value: &str) {
        match name {
            STATE => self.is_told = true,
            PLATFORM => self.platform = Some(value.to_owned()),
            IMAGE_LAYER => self.layers.extend(value.parse().ok()),
            IMAGE_REPOSITORY => self.repositories.push(value.to_owned()),
            BLIND_SPOT => self.blind_spots.push(blind_spot(value)),
            _ => {}
        }
    }
}

/// A blind spot of the image. Decisions of then are none of today.
fn blind_spot(text: &str) -> BlindSpot {
    match serde_json::from_str::<BlindSpot>(text) {
        Ok(spot) => {
            BlindSpot { packages: spot.packages, ..BlindSpot::new(spot.reason, spot.subject, spot.detail) }
        }
        Err(error) => {
            let detail = format!("what was not judged in the image cannot be read back: {error}");
            BlindSpot::new(Reason::DatabaseUnreadable, BLIND_SPOT, detail)
        }
    }
}

//! The ecosystems that the configuration chooses.

use limpid_core::ecosystem::Ecosystems;

/// The configuration names an ecosystem that this version does not know.
#[derive(Debug, thiserror::Error)]
#[error("indexer.ecosystems: this version knows no “{unknown}”; it knows {known}")]
pub struct UnknownEcosystem {
    unknown: String,
    known: String,
}

/// Those of `all` whose ids are `chosen`, all where none is. What is left out is neither detected nor judged, and so is
/// part of the index state. What is known of vulnerabilities beside their advisories stays.
pub fn chosen(all: &Ecosystems, chosen: &[String]) -> Result<Ecosystems, UnknownEcosystem> {
    let is_known = |id: &String| all.iter().any(|ecosystem| ecosystem.id == id);
    if let Some(unknown) = chosen.iter().find(|id| !is_known(id)) {
        let known: Vec<&str> = all.iter().map(|ecosystem| ecosystem.id).collect();
        return Err(UnknownEcosystem { unknown: unknown.clone(), known: known.join(", ") });
    }
    let is_chosen = |id: &str| chosen.is_empty() || chosen.iter().any(|one| one == id);
    Ok(all.only(|ecosystem| is_chosen(ecosystem.id)))
}

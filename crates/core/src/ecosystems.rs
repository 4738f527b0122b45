//! The ecosystems.
use crate::{Ecosystem, ecosystem::Ecosystems};
/// The ecosystems that Limpid ships.
pub fn all() -> Ecosystems { Ecosystems::new(Vec::<Ecosystem>::new()) }

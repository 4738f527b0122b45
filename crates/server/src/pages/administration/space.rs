//! How much a namespace has and may have, as a form.

use limpid_core::words::size;
use limpid_store::accounts::Namespace;

use crate::{
    accounts::administration::Failure, configuration::bytes, engine::Engine, pages::form::Form,
    registry::quota,
};

/// As a page shows it.
#[derive(Debug, Clone)]
pub(in crate::pages) struct SpaceView {
    /// What it has.
    pub(in crate::pages) used: String,
    /// The most that it may have; empty: as much as there is room for.
    pub(in crate::pages) most: String,
    /// Whether that is warned of.
    pub(in crate::pages) is_little: bool,
    /// As the form has them, in bytes.
    pub(in crate::pages) warn: String,
    pub(in crate::pages) limit: String,
    /// Whether whoever looks may say how much it may have.
    pub(in crate::pages) may_change: bool,
}

pub(super) fn view(namespace: &Namespace, may_change: bool) -> SpaceView {
    let shown = |bytes: i64| size(bytes.max(0).unsigned_abs());
    let written = |bytes: Option<i64>| bytes.map(|bytes| bytes.to_string()).unwrap_or_default();
    let least = namespace.warn_bytes.or(namespace.quota_bytes);
    SpaceView {
        used: shown(namespace.used_bytes),
        most: namespace.quota_bytes.map(shown).unwrap_or_default(),
        is_little: least.is_some_and(|least| namespace.used_bytes >= least),
        warn: written(namespace.warn_bytes),
        limit: written(namespace.quota_bytes),
        may_change,
    }
}

/// Says how much it may have, as a form says.
pub(super) fn change(engine: &Engine, namespace: &str, form: &Form) -> Result<(), Failure> {
    let read = |field: &str| {
        let text = form.get(field).trim();
        let wrong = || Failure::Invalid(format!("“{text}” is no size, such as 500M or 20G"));
        if text.is_empty() { Ok(None) } else { bytes(text).map(Some).ok_or_else(wrong) }
    };
    quota::set(engine, namespace, read("warn")?, read("limit")?)
}

//! An artifact and the scanner as documents name them.

use limpid_store::harbor::Artifact;
use serde_json::{Map, Value, json};

/// The words that Harbor named an artifact with.
pub(super) fn artifact(artifact: &Artifact) -> Value {
    let Artifact { digest, repository, tag, mime_type } = artifact;
    let given = [
        ("repository", repository.as_str()),
        ("digest", digest.as_str()),
        ("tag", tag),
        ("mime_type", mime_type),
    ];
    let fields = given.into_iter().filter(|(_, value)| !value.is_empty());
    Value::Object(fields.map(|(name, value)| (name.to_owned(), json!(value))).collect::<Map<_, _>>())
}

/// Who scans.
pub(super) fn scanner() -> Value {
    json!({ "name": "Limpid", "vendor": "Limpid", "version": env!("CARGO_PKG_VERSION") })
}

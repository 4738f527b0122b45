//! Clair's file with what is dropped in beside it: `FILE.d/*.yaml`, in the order of their names, each a JSON merge patch.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    configuration::{
        file::text_of,
        problem::{Problem, Unusable},
    },
    limits,
};

/// Reads the whole document.
pub(super) fn read(file: &Path) -> Result<Value, Unusable> {
    let one = |problem| Unusable { problems: vec![problem] };
    let mut document = parse(file).map_err(one)?;
    for addition in additions(file).map_err(one)? {
        merge(&mut document, parse(&addition).map_err(one)?);
    }
    if document.is_object() { Ok(document) } else { Err(one(Problem::in_file(file, "is no map of keys"))) }
}

fn is_json(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "json")
}

fn parse(file: &Path) -> Result<Value, Problem> {
    let text = text_of(file, limits::CONFIGURATION_BYTES).map_err(|why| Problem::in_file(file, why))?;
    // The place alone, and not the parser's own words: they repeat what stands there, which may be a secret.
    let at = |format: &str, line: u64, column: u64| {
        Problem::in_file(file, format!("this is not {format}, from line {line}, column {column} on"))
    };
    if is_json(file) {
        return serde_json::from_str(&text)
            .map_err(|error| at("JSON", error.line() as u64, error.column() as u64));
    }
    serde_saphyr::from_str(&text).map_err(|error| match error.location() {
        Some(location) => at("YAML", location.line(), location.column()),
        None => Problem::in_file(file, "this is not YAML"),
    })
}

/// The files that are merged in, in order.
fn additions(file: &Path) -> Result<Vec<PathBuf>, Problem> {
    let mut folder = file.as_os_str().to_owned();
    folder.push(".d");
    let folder = PathBuf::from(folder);
    let listing = match fs::read_dir(&folder) {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Problem::in_file(&folder, format!("cannot be read: {error}"))),
    };
    let mut files = Vec::new();
    for entry in listing {
        let entry = entry.map_err(|error| Problem::in_file(&folder, format!("cannot be read: {error}")))?;
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension.to_string_lossy().ends_with("-patch")) {
            return Err(Problem::in_file(
                &path,
                "JSON patches (RFC 6902) are not applied here: write it as a merge patch, or into the file",
            ));
        }
        if path.extension() == file.extension() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// JSON merge patch (RFC 7396).
fn merge(document: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *document = patch;
        return;
    };
    if !document.is_object() {
        *document = Value::Object(serde_json::Map::new());
    }
    let Some(fields) = document.as_object_mut() else { return };
    for (name, value) in patch {
        if value.is_null() {
            fields.remove(&name);
        } else {
            merge(fields.entry(name).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::merge;

    #[test]
    fn a_merge_patch_adds_replaces_and_removes() {
        let mut document = json!({"a": {"b": 1, "c": [1, 2]}, "d": "x"});
        merge(&mut document, json!({"a": {"b": null, "c": [3], "e": {"f": null, "g": 1}}, "h": {"i": 2}}));
        assert_eq!(document, json!({"a": {"c": [3], "e": {"g": 1}}, "d": "x", "h": {"i": 2}}));
    }
}

//! Clair's file with what is dropped in beside it, in the order of the names: `FILE.d/*.yaml`, each a JSON merge patch (RFC
//! 7396), and `FILE.d/*.yaml-patch`, each a JSON patch (RFC 6902) written as YAML; with `json` instead where the file is JSON.

use std::{
    ffi::OsStr,
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
        let content = parse(&addition.path).map_err(one)?;
        match addition.kind {
            Kind::Merge => merge(&mut document, content),
            Kind::Patch => {
                patch(&mut document, content).map_err(|why| one(Problem::in_file(&addition.path, why)))?
            }
        }
    }
    if document.is_object() { Ok(document) } else { Err(one(Problem::in_file(file, "is no map of keys"))) }
}

/// A file that is dropped in.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Addition {
    path: PathBuf,
    kind: Kind,
}

/// How it changes the document.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Merge,
    Patch,
}

fn is_json(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "json" || extension == "json-patch")
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

/// The files that are dropped in, in order. Those of another format are passed over, as by Clair.
fn additions(file: &Path) -> Result<Vec<Addition>, Problem> {
    let mut folder = file.as_os_str().to_owned();
    folder.push(".d");
    let folder = PathBuf::from(folder);
    let listing = match fs::read_dir(&folder) {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Problem::in_file(&folder, format!("cannot be read: {error}"))),
    };
    let patch_extension = file.extension().map(|extension| {
        let mut extension = extension.to_owned();
        extension.push("-patch");
        extension
    });
    let mut files = Vec::new();
    for entry in listing {
        let entry = entry.map_err(|error| Problem::in_file(&folder, format!("cannot be read: {error}")))?;
        let path = entry.path();
        let is = |wanted: &OsStr| path.extension() == Some(wanted);
        if file.extension().is_some_and(is) {
            files.push(Addition { path, kind: Kind::Merge });
        } else if patch_extension.as_deref().is_some_and(is) {
            files.push(Addition { path, kind: Kind::Patch });
        }
    }
    files.sort();
    Ok(files)
}

/// JSON patch (RFC 6902): all of its operations, or none.
fn patch(document: &mut Value, operations: Value) -> Result<(), String> {
    // The parser's own words repeat what stands there, which may be a secret; the place and the kind of an error do not.
    let operations: json_patch::Patch = serde_json::from_value(operations)
        .map_err(|_wrong| "is no JSON patch: a list of operations, each with op and path".to_owned())?;
    json_patch::patch(document, &operations)
        .map_err(|error| format!("operation {} ({}): {}", error.operation + 1, error.path, error.kind))
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

//! CycloneDX in XML, told as the same document in JSON: one reader knows what it means.
//!
//! Source: ECMA-424, the XML schema of CycloneDX. What nobody reads is passed over, with all that is in it.

use serde_json::{Map, Value, json};

use super::{error::SbomError, limits::MOST_DEPTH};
use crate::formats::xml::{Element, Elements, Step};

/// The beginning of the name space, the version follows.
pub(super) const NAMESPACE: &str = "http://cyclonedx.org/schema/bom/";

/// What is read, within each other. Others have packages in them that are not installed, as `pedigree` has.
const READ: [&str; 23] = [
    "aggregate",
    "component",
    "components",
    "composition",
    "compositions",
    "description",
    "evidence",
    "externalReferences",
    "group",
    "location",
    "metadata",
    "name",
    "occurrence",
    "occurrences",
    "properties",
    "property",
    "publisher",
    "purl",
    "reference",
    "supplier",
    "tool",
    "tools",
    "version",
];
/// What is a list in JSON.
const LISTS: [&str; 5] = ["components", "compositions", "externalReferences", "occurrences", "properties"];

/// The version of the document.
pub(super) fn version(text: &str) -> Result<String, SbomError> {
    let mut bytes = text.as_bytes();
    let (root, _) = Elements::with_root("bom", &mut bytes).map_err(|error| damaged(&error))?;
    let namespace = root.attribute("xmlns").and_then(|space| space.strip_prefix(NAMESPACE));
    Ok(namespace.unwrap_or_default().to_owned())
}

/// The document in JSON.
pub(super) fn in_json(text: &str) -> Result<String, SbomError> {
    let mut bytes = text.as_bytes();
    let (root, mut elements) = Elements::with_root("bom", &mut bytes).map_err(|error| damaged(&error))?;
    let document = value(&mut elements, &root, 0)?;
    elements.finish().map_err(|error| damaged(&error))?;
    Ok(document.to_string())
}

fn value(elements: &mut Elements<'_>, element: &Element, depth: usize) -> Result<Value, SbomError> {
    if depth > MOST_DEPTH {
        return Err(SbomError::Damaged(format!(
            "its elements are more than {MOST_DEPTH} deep in each other"
        )));
    }
    let mut fields = Map::new();
    let mut list = Vec::new();
    let text = loop {
        match elements.next().map_err(|error| damaged(&error))? {
            Step::Open(child) if READ.contains(&child.name.as_str()) => {
                let one = value(elements, &child, depth + 1)?;
                if LISTS.contains(&element.name.as_str()) || child.name == "tool" {
                    list.push(one);
                } else {
                    fields.insert(child.name, one);
                }
            }
            Step::Open(_) => elements.skip().map_err(|error| damaged(&error))?,
            Step::Close(text) => break text,
        }
    };
    for name in ["type", "bom-ref", "name"] {
        if let Some(attribute) = element.attribute(name) {
            fields.insert(name.to_owned(), json!(attribute));
        }
    }
    let is_list = LISTS.contains(&element.name.as_str()) || !list.is_empty();
    Ok(match element.name.as_str() {
        _ if is_list => Value::Array(list),
        "property" => {
            fields.insert("value".to_owned(), json!(text.trim()));
            Value::Object(fields)
        }
        _ if fields.is_empty() => json!(text.trim()),
        _ => Value::Object(fields),
    })
}

fn damaged(error: &crate::feed::FeedError) -> SbomError {
    SbomError::Damaged(format!("it cannot be read: {error}"))
}

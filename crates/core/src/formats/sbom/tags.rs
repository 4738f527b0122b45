//! SPDX in tag-value form, told as the same document in JSON: one reader knows what it means.
//!
//! Source: SPDX 2.3, chapters 6 to 12: a tag and a value a line, a value of several lines between `<text>` and `</text>`. Nothing in
//! the form says where a document ends; what it is about is told behind the packages, so that one without that may be cut off.

use serde_json::{Map, Value, json};

use super::{error::SbomError, listed::shown};

/// The identifier of an element, in both forms.
const ID: &str = "SPDXID";

/// What a line opens and closes a text with.
const TEXT: (&str, &str) = ("<text>", "</text>");

/// What is read of a package, and what JSON calls it.
const OF_PACKAGE: [(&str, &str); 6] = [
    ("PackageVersion", "versionInfo"),
    ("PackageSupplier", "supplier"),
    ("PackageSourceInfo", "sourceInfo"),
    ("PackageComment", "comment"),
    ("PackageDescription", "description"),
    ("PrimaryPackagePurpose", "primaryPackagePurpose"),
];

/// The version of the document: the first tag of each.
pub(super) fn version(text: &str) -> Option<&str> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.next()?.strip_prefix("SPDXVersion:").map(str::trim)
}

/// The document in JSON, and whether it says what it is about.
pub(super) fn in_json(text: &str) -> Result<(String, bool), SbomError> {
    let mut document = Document::new();
    let mut lines = text.lines().enumerate();
    while let Some((place, line)) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((tag, value)) = line.split_once(':') else {
            return Err(damaged(place, &format!("“{}” is no tag with a value", shown(line))));
        };
        let mut value = value.trim().to_owned();
        if let Some(begun) = value.strip_prefix(TEXT.0) {
            let mut whole = begun.to_owned();
            while !whole.contains(TEXT.1) {
                let Some((_, next)) = lines.next() else {
                    return Err(damaged(place, "the text that begins here has no end"));
                };
                whole.push('\n');
                whole.push_str(next);
            }
            value = whole.split(TEXT.1).next().unwrap_or_default().to_owned();
        }
        document.take(tag.trim(), value, place)?;
    }
    let is_told = document.relationships.iter().any(|one| one["relationshipType"] == "DESCRIBES");
    Ok((document.in_json().to_string(), is_told))
}

/// What tags are about.
enum Element {
    /// Files, licences and the like, and the document itself.
    Other {
        has_id: bool,
    },
    Package(Map<String, Value>),
}

struct Document {
    element: Element,
    packages: Vec<Value>,
    relationships: Vec<Value>,
    creators: Vec<String>,
    others: Vec<String>,
    comment: Option<String>,
}

impl Document {
    fn new() -> Self {
        Self {
            element: Element::Other { has_id: false },
            packages: Vec::new(),
            relationships: Vec::new(),
            creators: Vec::new(),
            others: Vec::new(),
            comment: None,
        }
    }

    /// Begins an element, and puts the one before where it belongs.
    fn begin(&mut self, next: Element) {
        if let Element::Package(package) = std::mem::replace(&mut self.element, next) {
            self.packages.push(Value::Object(package));
        }
    }

    /// A name begins a package, but where nothing but its identifier stands before it.
    fn name(&mut self, value: &str) {
        let name = ("name".to_owned(), json!(value));
        match &mut self.element {
            Element::Package(package) if package.len() == 1 && package.contains_key(ID) => {
                package.extend([name]);
            }
            Element::Package(_) | Element::Other { .. } => {
                self.begin(Element::Package(Map::from_iter([name])));
            }
        }
    }

    /// Syft leaves out the name of what has none, so a second identifier begins a package too.
    fn identify(&mut self, value: &str) {
        let id = (ID.to_owned(), json!(value));
        match &mut self.element {
            Element::Package(package) if !package.contains_key(ID) => package.extend([id]),
            Element::Other { has_id } if !*has_id => *has_id = true,
            Element::Package(_) | Element::Other { .. } => {
                self.begin(Element::Package(Map::from_iter([id])));
            }
        }
    }

    fn take(&mut self, tag: &str, value: String, place: usize) -> Result<(), SbomError> {
        match tag {
            "PackageName" => self.name(&value),
            "SPDXID" => self.identify(&value),
            "FileName" => self.begin(Element::Other { has_id: false }),
            "SnippetSPDXID" | "LicenseID" => self.begin(Element::Other { has_id: true }),
            "Creator" => self.creators.push(value),
            "DocumentComment" => self.comment = Some(value),
            "ExternalDocumentRef" => self.others.push(value),
            "Relationship" => self.relationships.push(relationship(&value, place)?),
            "RelationshipComment" => {
                if let Some(Value::Object(last)) = self.relationships.last_mut() {
                    last.insert("comment".to_owned(), json!(value));
                }
            }
            _ => self.of_package(tag, &value, place)?,
        }
        Ok(())
    }

    fn of_package(&mut self, tag: &str, value: &str, place: usize) -> Result<(), SbomError> {
        let Element::Package(package) = &mut self.element else { return Ok(()) };
        if let Some((_, name)) = OF_PACKAGE.iter().find(|(told, _)| *told == tag) {
            package.insert((*name).to_owned(), json!(value));
        } else if tag == "ExternalRef" {
            let mut words = value.split_whitespace();
            let (Some(_), Some(kind), Some(locator)) = (words.next(), words.next(), words.next()) else {
                return Err(damaged(place, "a reference has a category, a type and a locator"));
            };
            push(package, "externalRefs", json!({ "referenceType": kind, "referenceLocator": locator }));
        } else if tag == "PackageAttributionText" {
            push(package, "attributionTexts", json!(value));
        }
        Ok(())
    }

    fn in_json(mut self) -> Value {
        self.begin(Element::Other { has_id: true });
        json!({
            "creationInfo": { "creators": self.creators },
            "comment": self.comment,
            "packages": self.packages,
            "relationships": self.relationships,
            "externalDocumentRefs": self.others,
        })
    }
}

fn push(package: &mut Map<String, Value>, name: &str, value: Value) {
    let list = package.entry(name).or_insert_with(|| json!([]));
    if let Some(list) = list.as_array_mut() {
        list.push(value);
    }
}

fn relationship(value: &str, place: usize) -> Result<Value, SbomError> {
    let mut words = value.split_whitespace();
    let (Some(from), Some(kind), Some(to)) = (words.next(), words.next(), words.next()) else {
        return Err(damaged(place, "a relationship has two elements and a word between them"));
    };
    Ok(json!({ "spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to }))
}

fn damaged(place: usize, why: &str) -> SbomError {
    SbomError::Damaged(format!("it cannot be read: line {}: {why}", place + 1))
}

//! CycloneDX in JSON, 1.2 and later.
//!
//! Source: ECMA-424. What tools write as properties is theirs: Syft's `syft:…`, Trivy's `aquasecurity:trivy:…`, and Limpid's.

mod component;
mod metadata;

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};

use self::component::Components;
use super::{error::SbomError, head::damaged, json::Each, listed::Listed};

/// Reads a document.
pub(super) fn read(text: &str, format: String) -> Result<Listed, SbomError> {
    let mut listed = Listed { format, ..Listed::default() };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Document(&mut listed).deserialize(&mut deserializer).map_err(|error| damaged(&error))?;
    Ok(listed)
}

struct Document<'a>(&'a mut Listed);

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Field {
    Metadata,
    Components,
    Compositions,
    ExternalReferences,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a document of CycloneDX")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let listed = self.0;
        while let Some(field) = map.next_key()? {
            match field {
                Field::Metadata => map.next_value_seed(metadata::Metadata(listed))?,
                Field::Components => map.next_value_seed(Components(listed))?,
                Field::Compositions => map.next_value_seed(Each::new(|one| composition(listed, &one)))?,
                Field::ExternalReferences => map.next_value_seed(Each::new(|one: Reference| {
                    listed.elsewhere += usize::from(one.is_document());
                }))?,
                Field::Other => map.next_value::<IgnoredAny>().map(|_| ())?,
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Composition {
    aggregate: Option<String>,
}

/// `not_specified` says no more than no composition does.
fn composition(listed: &mut Listed, composition: &Composition) {
    let aggregate = composition.aggregate.as_deref().unwrap_or_default();
    if aggregate.starts_with("incomplete") || aggregate == "unknown" {
        listed.incomplete = Some(format!("the document says of itself that what it lists is “{aggregate}”"));
    }
}

/// A link to something outside of the document.
#[derive(Deserialize)]
struct Reference {
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl Reference {
    fn is_document(&self) -> bool {
        self.kind.as_deref() == Some("bom")
    }
}

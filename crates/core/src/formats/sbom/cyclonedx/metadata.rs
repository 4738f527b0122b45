//! What a document says of itself: who made it, and of what.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::component::{One, Property};
use crate::formats::sbom::{
    json::Each,
    listed::{Component, Listed, Subject},
};

pub(super) struct Metadata<'a>(pub(super) &'a mut Listed);

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Field {
    Tools,
    Component,
    Properties,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for Metadata<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Metadata<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("metadata")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let listed = self.0;
        while let Some(field) = map.next_key()? {
            match field {
                Field::Tools => map.next_value_seed(Tools(&mut listed.tools))?,
                Field::Component => {
                    let raw = map.next_value_seed(One(&mut *listed))?;
                    let component = raw.into_component();
                    listed.subject = Subject {
                        kind: component.kind.clone(),
                        name: component.name.clone(),
                        version: component.version.clone(),
                    };
                    listed.components.push(Component { is_subject: true, ..component });
                }
                Field::Properties => map.next_value_seed(Each::new(|property: Property| {
                    if let (Some(name), Some(value)) = (property.name, property.value) {
                        listed.own.take(&name, &value);
                    }
                }))?,
                Field::Other => map.next_value::<IgnoredAny>().map(|_| ())?,
            }
        }
        Ok(())
    }
}

/// A list until 1.4, an object with a list of components since 1.5.
struct Tools<'a>(&'a mut Vec<String>);

#[derive(Deserialize)]
struct Tool {
    name: Option<String>,
    version: Option<String>,
}

impl<'de> DeserializeSeed<'de> for Tools<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tools<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("tools")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(tool) = list.next_element::<Tool>()? {
            let (name, version) = (tool.name.unwrap_or_default(), tool.version.unwrap_or_default());
            self.0.push(format!("{name} {version}").trim().to_owned());
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key::<String>()? {
            match field.as_str() {
                "components" => map.next_value_seed(Tools(&mut *self.0))?,
                _ => map.next_value::<IgnoredAny>().map(|_| ())?,
            }
        }
        Ok(())
    }
}

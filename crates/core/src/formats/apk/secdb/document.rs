//! Reads the JSON of a security database as a stream: one package is held at a time.

use std::{fmt, io::BufRead};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use crate::feed::FeedError;

/// What a document says of itself.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) release: Option<String>,
    pub(super) repository: Option<String>,
}

/// A source package and its fixes.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) fixes: Fixes,
}

/// The `secfixes` of a package.
#[derive(Debug)]
pub(super) enum Fixes {
    /// (version, what it fixed), in the order of the document. A version may come twice; both count.
    Listed(Vec<(String, Value)>),
    /// Something else stands there.
    Unreadable(Value),
}

impl Document {
    /// Reads a document to its very end and hands out its packages on the way.
    pub(super) fn read(reader: &mut dyn BufRead, emit: &mut dyn FnMut(Package)) -> Result<Self, FeedError> {
        let mut json = serde_json::Deserializer::from_reader(reader);
        json.deserialize_map(DocumentVisitor(emit))
            .and_then(|document| json.end().map(|()| document))
            .map_err(|error| {
                if error.is_io() {
                    FeedError::Unreadable(error.to_string())
                } else {
                    FeedError::Malformed(error.to_string())
                }
            })
    }
}

struct DocumentVisitor<'e>(&'e mut dyn FnMut(Package));

impl<'de> Visitor<'de> for DocumentVisitor<'_> {
    type Value = Document;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a security database (an object with “packages”)")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
        let mut document = Document::default();
        let mut packages = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "packages" => {
                    map.next_value_seed(Packages(&mut *self.0))?;
                    packages = true;
                }
                "distroversion" if document.release.is_none() => document.release = Some(map.next_value()?),
                "reponame" if document.repository.is_none() => document.repository = Some(map.next_value()?),
                "distroversion" => return Err(A::Error::duplicate_field("distroversion")),
                "reponame" => return Err(A::Error::duplicate_field("reponame")),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if packages { Ok(document) } else { Err(A::Error::missing_field("packages")) }
    }
}

struct Packages<'e>(&'e mut dyn FnMut(Package));

impl<'de> DeserializeSeed<'de> for Packages<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Packages<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of packages")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(RawEntry { pkg }) = list.next_element()? {
            // A name that no package can have would speak of none, and nobody would see it.
            let name = pkg.name.trim();
            if name.is_empty() {
                return Err(A::Error::custom("a package without a name"));
            }
            if !name.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(A::Error::custom("a text that is no name of a package"));
            }
            (self.0)(Package {
                name: name.to_owned(),
                fixes: pkg.secfixes.unwrap_or(Fixes::Unreadable(Value::Null)),
            });
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct RawEntry {
    pkg: RawPackage,
}

#[derive(Deserialize)]
struct RawPackage {
    name: String,
    secfixes: Option<Fixes>,
}

impl<'de> Deserialize<'de> for Fixes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FixesVisitor)
    }
}

struct FixesVisitor;

impl<'de> Visitor<'de> for FixesVisitor {
    type Value = Fixes;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("versions and what they fixed")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fixes, A::Error> {
        let mut fixes = Vec::new();
        while let Some(fix) = map.next_entry::<String, Value>()? {
            fixes.push(fix);
        }
        Ok(Fixes::Listed(fixes))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Fixes, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element::<Value>()? {
            values.push(value);
        }
        Ok(Fixes::Unreadable(Value::Array(values)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Fixes, E> {
        Ok(Fixes::Unreadable(text.into()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Fixes, E> {
        Ok(Fixes::Unreadable(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Fixes, E> {
        Ok(Fixes::Unreadable(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Fixes, E> {
        Ok(Fixes::Unreadable(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Fixes, E> {
        Ok(Fixes::Unreadable(value.into()))
    }
}

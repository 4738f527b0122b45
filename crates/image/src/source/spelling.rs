//! Documents whose fields are spelled as they should be.
//!
//! Runtimes read manifests with Go's `encoding/json`, to which `Layers` is `layers`, and of two the last one counts. A
//! document that has a field in another case is an image to them and another to everybody else, so it is refused, like
//! one that has a field twice.

use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

/// Reads a document. `fields` are the names that decide something, at all of its levels; what stands under any other
/// name is of no concern.
///
/// # Errors
/// Also where a name is one of these but for its case.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8], fields: &[&str]) -> serde_json::Result<T> {
    Spelled(fields).deserialize(&mut serde_json::Deserializer::from_slice(bytes))?;
    serde_json::from_slice(bytes)
}

#[derive(Clone, Copy)]
struct Spelled<'f>(&'f [&'f str]);

impl<'de> DeserializeSeed<'de> for Spelled<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Spelled<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if self.0.contains(&key.as_str()) {
                map.next_value_seed(self)?;
                continue;
            }
            if let Some(field) = self.0.iter().find(|field| folded(field).eq(folded(&key))) {
                return Err(A::Error::custom(format_args!("it has “{field}” in another case")));
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _value: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _value: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _value: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _value: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _text: &str) -> Result<(), E> {
        Ok(())
    }
}

/// A name as Go compares it: letters without case, and two that are not ASCII and fold to some that are.
fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars().map(|letter| match letter {
        'ſ' => 's',
        '\u{212a}' => 'k',
        letter => letter.to_ascii_lowercase(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(document: &str) -> Result<IgnoredAny, String> {
        parse(document.as_bytes(), &["layers", "diff_ids", "Config"]).map_err(|error| error.to_string())
    }

    #[test]
    fn a_field_in_another_case_is_refused_wherever_it_is_read() {
        for document in [
            r#"{"layers": [], "Layers": []}"#,
            r#"{"LAYERS": []}"#,
            r#"{"layerſ": []}"#,
            r#"{"layers": [{"DIFF_IDS": 1}]}"#,
            r#"{"Config": {"\u004cayers": null}}"#,
            r#"{"config": 1}"#,
        ] {
            let why = read(document).err();
            assert!(why.is_some_and(|why| why.contains("in another case")), "{document}");
        }
    }

    #[test]
    fn what_is_not_read_may_be_spelled_as_it_likes() {
        for document in [
            r#"{"layers": [1, -1, 1.5, true, null, "Layers", {"other": {"LAYERS": 1}}], "Labels": {"Config": 1, "CONFIG": 2}}"#,
            "[]",
            "null",
        ] {
            assert!(read(document).is_ok(), "{document}");
        }
        assert!(read("{} x").is_err());
    }
}

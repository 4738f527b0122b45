//! How an image names the one that it was built on, and which of two tags is the higher one.

use limpid_core::Digest;
use serde_json::Value;

/// The name of Docker Hub, which is left out of short names.
const HUB: &str = "docker.io";

/// What the annotations `org.opencontainers.image.base.name` and `….digest` say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// As it is written.
    pub(super) name: String,
    /// The registry.
    pub(super) host: String,
    /// The repository in it.
    pub(super) path: String,
    /// The tag.
    pub(super) tag: String,
    /// The digest, where one is told.
    pub(super) digest: Option<Digest>,
}

impl Named {
    /// What a manifest says; `None` where it says nothing that could be a name.
    pub(super) fn of(manifest: &[u8]) -> Option<Self> {
        let document: Value = serde_json::from_slice(manifest).ok()?;
        let annotations = document.get("annotations")?;
        let text = |key: &str| annotations.get(format!("org.opencontainers.image.base.{key}"))?.as_str();
        let name = text("name").filter(|name| !name.is_empty() && name.len() <= 512)?;
        let (rest, in_name) =
            name.split_once('@').map_or((name, None), |(rest, digest)| (rest, Some(digest)));
        let digest = text("digest").or(in_name).and_then(|digest| digest.parse().ok());
        let (rest, tag) = match rest.rsplit_once(':') {
            Some((rest, tag)) if !tag.contains('/') => (rest, tag),
            Some(_) | None => (rest, "latest"),
        };
        let is_host = |part: &str| part.contains(['.', ':']) || part == "localhost";
        let (host, path) = match rest.split_once('/') {
            Some((host, path)) if is_host(host) => (host, path.to_owned()),
            Some(_) => (HUB, rest.to_owned()),
            None => (HUB, format!("library/{rest}")),
        };
        Some(Self { name: name.to_owned(), host: host.to_owned(), path, tag: tag.to_owned(), digest })
    }
}

/// The highest of the tags that differ from this one in their numbers alone, where it is a higher one.
pub(super) fn newer<'a>(tag: &str, tags: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (words, numbers) = parts(tag)?;
    let same = tags.filter_map(|other| {
        let (other_words, other_numbers) = parts(other)?;
        (other_words == words && other_numbers > numbers).then_some((other_numbers, other))
    });
    same.max().map(|(_, tag)| tag)
}

/// What stands between the numbers of a tag, and these; `None` where it has no number, or one that is none of a version.
fn parts(tag: &str) -> Option<(Vec<&str>, Vec<u64>)> {
    let words: Vec<&str> =
        tag.split(|letter: char| letter.is_ascii_digit()).filter(|word| !word.is_empty()).collect();
    let numbers = tag.split(|letter: char| !letter.is_ascii_digit()).filter(|number| !number.is_empty());
    let numbers: Vec<u64> = numbers.map(str::parse).collect::<Result<_, _>>().ok()?;
    (!numbers.is_empty()).then_some((words, numbers))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_read_as_clients_read_them() {
        let digest = Digest::of(b"base");
        for (name, told, expected) in [
            ("alpine", "", ("docker.io", "library/alpine", "latest", false)),
            ("team/app:1", "", ("docker.io", "team/app", "1", false)),
            ("docker.io/library/alpine:3.16", digest.as_str(), ("docker.io", "library/alpine", "3.16", true)),
            ("localhost:5000/base", "", ("localhost:5000", "base", "latest", false)),
            ("registry.test/a/b:1@", digest.as_str(), ("registry.test", "a/b", "1", true)),
        ] {
            let mut annotations = json!({"org.opencontainers.image.base.name": name});
            if !told.is_empty() {
                annotations["org.opencontainers.image.base.digest"] = json!(told);
            }
            let named = Named::of(json!({"annotations": annotations}).to_string().as_bytes()).unwrap();
            let found =
                (named.host.as_str(), named.path.as_str(), named.tag.as_str(), named.digest.is_some());
            assert_eq!(found, expected, "{name}");
        }
        for other in
            [json!({}), json!({"annotations": {"org.opencontainers.image.base.name": ""}}), json!([1])]
        {
            assert_eq!(Named::of(other.to_string().as_bytes()), None);
        }
    }

    #[test]
    fn a_newer_tag_differs_in_its_numbers_alone() {
        let tags =
            ["3.9", "3.16", "3.18", "3.18-slim", "3", "edge", "v3.20", "3.16.1", "99999999999999999999.1"];
        for (tag, expected) in [
            ("3.16", Some("3.18")),
            ("3.18", None),
            ("3.17-slim", Some("3.18-slim")),
            ("edge", None),
            ("2", Some("3")),
        ] {
            assert_eq!(newer(tag, tags.into_iter()), expected, "{tag}");
        }
    }
}

//! Documents that are attached to an image: manifests that name it as their subject (OCI distribution specification 1.1,
//! “Listing Referrers”), and the attestations that cosign puts beside it under a tag.

use std::{collections::BTreeSet, io::Read};

use limpid_core::Digest;
use reqwest::{
    Method, StatusCode,
    header::{ACCEPT, LINK},
};
use serde::Deserialize;

use super::{authorization::Access, client::RegistryClient};
use crate::{
    limits::{ATTACHED_BYTES, MANIFEST_BYTES, REFERRER_PAGES, REFERRERS},
    source::{
        document::{MANIFEST_TYPES, OCI_INDEX},
        error::SourceError,
    },
};

/// A document that is attached to an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Its digest, verified.
    pub digest: Digest,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A list of manifests, or a manifest with layers, as far as is needed here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listing {
    #[serde(default)]
    artifact_type: String,
    #[serde(default)]
    config: Option<Entry>,
    #[serde(default)]
    manifests: Vec<Entry>,
    #[serde(default)]
    layers: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    media_type: String,
    #[serde(default)]
    artifact_type: String,
    digest: Digest,
    #[serde(default)]
    size: Option<u64>,
}

impl RegistryClient {
    /// The digest of what a tag or digest names: of several platforms, that of their index.
    ///
    /// # Errors
    /// As for every manifest.
    pub fn digest_of(&self, identifier: &str) -> Result<Digest, SourceError> {
        Ok(self.pull_manifest(identifier, &MANIFEST_TYPES)?.digest)
    }

    /// The documents attached to a manifest whose media type, or that of what has them, `wanted` takes.
    ///
    /// # Errors
    /// Where the registry does not say, or a document is too large: what is not read says nothing.
    pub fn attached(
        &self,
        subject: &Digest,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<Attached>, SourceError> {
        let tag = format!("{}-{}", subject.algorithm(), subject.hex());
        let listed = match self.referrers(subject)? {
            Some(listed) => listed,
            // A registry without the list: clients keep it in a tag.
            None => self.tagged(&tag)?.map(|listing| listing.manifests).unwrap_or_default(),
        };
        if listed.len() > REFERRERS {
            return Err(too_many(self));
        }
        let mut layers = Vec::new();
        for entry in listed {
            // Without a type it is that of the configuration, which the manifest has.
            if entry.artifact_type.is_empty() || wanted(&entry.artifact_type) {
                let pulled = self.pull_manifest(entry.digest.as_str(), &MANIFEST_TYPES)?;
                layers.extend(wanted_layers(parse(&pulled.bytes, self)?, &wanted));
            }
        }
        let beside = self.tagged(&format!("{tag}.att"))?;
        layers.extend(beside.into_iter().flat_map(|manifest| wanted_layers(manifest, &wanted)));
        let mut seen = BTreeSet::new();
        layers.retain(|layer| seen.insert(layer.digest.clone()));
        layers.iter().map(|layer| self.document(layer)).collect()
    }

    /// What the registry lists; `None` where it has no such list.
    fn referrers(&self, subject: &Digest) -> Result<Option<Vec<Entry>>, SourceError> {
        let mut path = format!("referrers/{subject}");
        let mut listed = Vec::new();
        for _page in 0..REFERRER_PAGES {
            let response = self
                .0
                .request(&Method::GET, &path, Access::Pull, &|request| request.header(ACCEPT, OCI_INDEX))?;
            match response.status() {
                StatusCode::OK => {}
                StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => return Ok(None),
                _ => return Err(self.0.unexpected(response)),
            }
            let next = response.headers().get(LINK).and_then(|link| link.to_str().ok()).and_then(next);
            let mut bytes = Vec::new();
            let read = response.take(MANIFEST_BYTES + 1).read_to_end(&mut bytes);
            read.map_err(|error| SourceError::Unavailable {
                place: self.name().to_owned(),
                detail: format!("the list of what refers to {subject} broke off: {error}"),
                remedy: String::new(),
            })?;
            listed.extend(parse(&bytes, self)?.manifests);
            match next {
                Some(next) => path = next,
                None => return Ok(Some(listed)),
            }
        }
        Err(too_many(self))
    }

    fn tagged(&self, tag: &str) -> Result<Option<Listing>, SourceError> {
        match self.pull_manifest(tag, &MANIFEST_TYPES) {
            Ok(pulled) => parse(&pulled.bytes, self).map(Some),
            Err(SourceError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn document(&self, layer: &Entry) -> Result<Attached, SourceError> {
        let mut bytes = Vec::new();
        let read =
            self.pull_blob(&layer.digest, layer.size)?.take(ATTACHED_BYTES + 1).read_to_end(&mut bytes);
        read.map_err(|error| SourceError::Unavailable {
            place: self.name().to_owned(),
            detail: format!("{} broke off: {error}", layer.digest),
            remedy: String::new(),
        })?;
        if bytes.len() as u64 > ATTACHED_BYTES {
            let what = format!("the attached document {}", layer.digest);
            return Err(SourceError::TooLarge { what, place: self.name().to_owned(), limit: ATTACHED_BYTES });
        }
        Ok(Attached { digest: layer.digest.clone(), bytes })
    }
}

fn parse(bytes: &[u8], client: &RegistryClient) -> Result<Listing, SourceError> {
    serde_json::from_slice(bytes)
        .map_err(|error| SourceError::invalid("what refers to the image", client.name(), error.to_string()))
}

/// The layers of a manifest that are wanted. Of one whose own type is wanted every layer is, whatever it is called.
fn wanted_layers(manifest: Listing, wanted: &impl Fn(&str) -> bool) -> Vec<Entry> {
    let of_config = manifest.config.map(|config| config.media_type).unwrap_or_default();
    let is_wanted = wanted(&manifest.artifact_type) || wanted(&of_config);
    manifest.layers.into_iter().filter(|layer| is_wanted || wanted(&layer.media_type)).collect()
}

/// The path of the next page below the repository, of a `Link` header such as `</v2/app/referrers/sha256:…?last=…>; rel="next"`.
fn next(link: &str) -> Option<String> {
    let (address, _) = link.strip_prefix('<')?.split_once('>')?;
    address.split_once("/referrers/").map(|(_, rest)| format!("referrers/{rest}"))
}

fn too_many(client: &RegistryClient) -> SourceError {
    SourceError::TooLarge {
        what: "the list of what refers to the image".to_owned(),
        place: client.name().to_owned(),
        limit: REFERRERS as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn the_next_page_is_within_the_repository() {
        let link = "</v2/team/app/referrers/sha256:ab?last=x&n=5>; rel=\"next\"";
        assert_eq!(next(link).as_deref(), Some("referrers/sha256:ab?last=x&n=5"));
        for other in ["", "<>", "</v2/other>; rel=\"next\"", "https://evil.example"] {
            assert_eq!(next(other), None, "{other}");
        }
    }
}

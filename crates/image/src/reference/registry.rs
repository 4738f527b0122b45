//! References to images in registries: `[HOST[:PORT]/]NAME[:TAG][@DIGEST]`.
//!
//! Short names are Docker Hub's. Where a tag and a digest are given, the digest is what is fetched; the tag is for
//! people.

use std::{fmt, str::FromStr};

use limpid_core::Digest;
use oci_spec::distribution::Reference;

use crate::source::error::shown;

/// A reference to an image, or to any other artifact, in a registry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RegistryReference {
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

impl RegistryReference {
    /// The registry as people and credentials name it, such as `docker.io` or `localhost:5000`.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// Host and port that answer for the registry.
    pub fn host(&self) -> &str {
        // Docker Hub's name is not the name of its registry.
        if self.registry == "docker.io" { "registry-1.docker.io" } else { &self.registry }
    }

    /// The repository in the registry, such as `library/alpine`.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag, if one was given; `latest` where neither tag nor digest was.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, if one was given.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// What is asked of the registry: the digest, else the tag.
    pub fn identifier(&self) -> &str {
        match (&self.digest, &self.tag) {
            (Some(digest), _) => digest.as_str(),
            (None, Some(tag)) => tag,
            (None, None) => "latest",
        }
    }

    /// The same repository's manifest of this digest.
    pub fn with_digest(&self, digest: Digest) -> Self {
        Self { tag: None, digest: Some(digest), ..self.clone() }
    }
}

impl FromStr for RegistryReference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let reference: Reference = text.parse().map_err(|error| format!("{error} in “{}”", shown(text)))?;
        let digest = reference.digest().map(str::parse).transpose();
        Ok(Self {
            registry: reference.registry().to_owned(),
            repository: reference.repository().to_owned(),
            tag: reference.tag().map(str::to_owned),
            digest: digest.map_err(|error: limpid_core::digest::InvalidDigest| error.to_string())?,
        })
    }
}

impl fmt::Display for RegistryReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(formatter, ":{tag}")?;
        }
        match &self.digest {
            Some(digest) => write!(formatter, "@{digest}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn parsed(text: &str) -> RegistryReference {
        text.parse().unwrap()
    }

    #[test]
    fn short_names_are_docker_hubs() {
        for text in ["alpine", "library/alpine", "docker.io/alpine", "index.docker.io/library/alpine:latest"]
        {
            let reference = parsed(text);
            assert_eq!(reference.to_string(), "docker.io/library/alpine:latest", "{text}");
            assert_eq!(reference.host(), "registry-1.docker.io");
        }
        assert_eq!(parsed("someone/app:1").to_string(), "docker.io/someone/app:1");
    }

    #[test]
    fn a_host_has_a_dot_a_port_or_is_localhost() {
        let reference = parsed("127.0.0.1:5000/team/app:1.0");
        assert_eq!((reference.registry(), reference.repository()), ("127.0.0.1:5000", "team/app"));
        assert_eq!(parsed("localhost/app").registry(), "localhost");
        assert_eq!(parsed("quay.io/app/x").registry(), "quay.io");
    }

    #[test]
    fn the_digest_is_fetched_and_the_tag_is_for_people() {
        let reference = parsed(&format!("quay.io/app/x:1.0@{DIGEST}"));
        assert_eq!((reference.tag(), reference.identifier()), (Some("1.0"), DIGEST));
        assert_eq!(parsed(&format!("quay.io/app/x@{DIGEST}")).tag(), None);
        assert_eq!(parsed("quay.io/app/x:1.0").identifier(), "1.0");
    }

    #[test]
    fn a_malformed_reference_is_refused() {
        for wrong in [
            "",
            "UPPER",
            "a//b",
            "a:b:c",
            "host:port/x",
            "a@sha256:00",
            "a@md5:d41d8cd98f00b204e9800998ecf8427e",
        ] {
            assert!(wrong.parse::<RegistryReference>().is_err(), "{wrong}");
        }
    }
}

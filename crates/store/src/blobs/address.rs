//! Addresses of storages: a directory, or a bucket of an S3-compatible server.
//!
//! What is not understood is refused: a misspelt option must not lead to another place.

use std::{
    env,
    path::{Path, PathBuf},
};

use url::Url;

use super::BlobError;

/// Where blobs are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// In a directory.
    Directory(PathBuf),
    /// In a bucket.
    Bucket(BucketAddress),
}

/// Where a bucket is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BucketAddress {
    /// Its name.
    pub(super) bucket: String,
    /// What all names begin with, without a slash at its ends; may be empty.
    pub(super) prefix: String,
    /// The server; that of the region at Amazon where it is not told.
    pub(super) endpoint: Option<Url>,
    /// The region, which is part of every signature.
    pub(super) region: String,
    /// Whether the server may be spoken to without TLS.
    pub(super) allow_http: bool,
    /// Whether the bucket is in the path, not in the host name.
    pub(super) path_style: bool,
}

/// Keys of an S3-compatible server.
#[derive(Clone)]
pub(super) struct Keys {
    /// `AWS_ACCESS_KEY_ID`.
    pub(super) id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub(super) secret: String,
    /// `AWS_SESSION_TOKEN`, of keys that last for a while only.
    pub(super) token: Option<String>,
}

impl Keys {
    pub(super) fn from_environment() -> Result<Self, BlobError> {
        let required = |name| {
            optional(name)?.ok_or_else(|| BlobError::Unusable(format!("blobs in S3 want {name} to be set")))
        };
        Ok(Self {
            id: required("AWS_ACCESS_KEY_ID")?,
            secret: required("AWS_SECRET_ACCESS_KEY")?,
            token: optional("AWS_SESSION_TOKEN")?,
        })
    }
}

fn optional(name: &str) -> Result<Option<String>, BlobError> {
    match env::var(name) {
        Ok(value) if value.is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(BlobError::Unusable(format!("{name} is not a text"))),
    }
}

impl Address {
    pub(super) fn parse(text: &str) -> Result<Self, BlobError> {
        if text.starts_with("s3:") {
            return BucketAddress::parse(text).map(Self::Bucket).map_err(|problem| {
                BlobError::Unusable(format!("{text:?} is no address of a bucket: {problem}"))
            });
        }
        let path = text.strip_prefix("file:").unwrap_or(text);
        // `file:///a` is written as well as `file:/a`.
        let path = if text == path { path } else { path.strip_prefix("//").unwrap_or(path) };
        if path.is_empty() || path.contains("://") {
            return Err(BlobError::Unusable(format!(
                "{text:?} is no address for blobs: expected a directory, file:DIRECTORY or s3://BUCKET/PREFIX"
            )));
        }
        Ok(Self::Directory(Path::new(path).to_owned()))
    }
}

impl BucketAddress {
    fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| error.to_string())?;
        let bucket = url.host_str().unwrap_or("").to_owned();
        if bucket.is_empty() {
            return Err("the bucket is missing: s3://BUCKET/PREFIX".to_owned());
        }
        if url.port().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(
                "only the bucket stands before the first slash; keys come from the environment".to_owned()
            );
        }
        if url.fragment().is_some() {
            return Err("it has a fragment".to_owned());
        }
        let mut options = Options::default();
        for (name, value) in url.query_pairs() {
            options.set(&name, &value)?;
        }
        let is_plain = options.endpoint.as_ref().is_some_and(|endpoint| endpoint.scheme() == "http");
        if is_plain && !options.allow_http {
            return Err("its endpoint is without TLS: that wants allow_http=true".to_owned());
        }
        Ok(Self {
            bucket,
            prefix: url.path().trim_matches('/').to_owned(),
            path_style: options.path_style.unwrap_or(options.endpoint.is_some()),
            endpoint: options.endpoint,
            region: options.region.unwrap_or_else(|| "us-east-1".to_owned()),
            allow_http: options.allow_http,
        })
    }

    /// The address that requests go to, as `object_store` wants it: with the bucket, unless that is in the path.
    pub(super) fn server(&self) -> Result<Option<String>, BlobError> {
        let Some(endpoint) = &self.endpoint else { return Ok(None) };
        let mut endpoint = endpoint.clone();
        if !self.path_style {
            let host = format!("{}.{}", self.bucket, endpoint.host_str().unwrap_or(""));
            endpoint
                .set_host(Some(&host))
                .map_err(|error| BlobError::Unusable(format!("{host}: {error}")))?;
        }
        Ok(Some(endpoint.as_str().trim_end_matches('/').to_owned()))
    }
}

#[derive(Default)]
struct Options {
    endpoint: Option<Url>,
    region: Option<String>,
    allow_http: bool,
    path_style: Option<bool>,
}

impl Options {
    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "endpoint" => {
                let url = Url::parse(value).map_err(|error| format!("endpoint {value:?}: {error}"))?;
                if !matches!(url.scheme(), "http" | "https") || url.query().is_some() {
                    return Err(format!("endpoint {value:?} is not an address of a server"));
                }
                self.endpoint = Some(url);
            }
            "region" => self.region = Some(value.to_owned()),
            "allow_http" => self.allow_http = truth(name, value)?,
            "path_style" => self.path_style = Some(truth(name, value)?),
            other => return Err(format!("there is no option {other:?}")),
        }
        Ok(())
    }
}

fn truth(name: &str, value: &str) -> Result<bool, String> {
    value.parse().map_err(|_error| format!("{name} is {value:?}, neither true nor false"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(text: &str) -> BucketAddress {
        match Address::parse(text).unwrap() {
            Address::Bucket(address) => address,
            Address::Directory(path) => panic!("{}", path.display()),
        }
    }

    #[test]
    fn directories_are_written_in_three_ways() {
        for text in ["/var/blobs", "file:/var/blobs", "file:///var/blobs"] {
            assert_eq!(Address::parse(text).unwrap(), Address::Directory("/var/blobs".into()), "{text}");
        }
        assert_eq!(Address::parse("blobs").unwrap(), Address::Directory("blobs".into()));
    }

    #[test]
    fn a_bucket_has_what_its_address_says() {
        let address = bucket("s3://limpid/a/b/?endpoint=http://127.0.0.1:9000&allow_http=true&region=eu-1");
        assert_eq!((address.bucket.as_str(), address.prefix.as_str()), ("limpid", "a/b"));
        assert_eq!(address.region, "eu-1");
        assert!(address.path_style, "as most servers that are not Amazon's want it");
        assert_eq!(address.server().unwrap().as_deref(), Some("http://127.0.0.1:9000"));

        let named = bucket("s3://limpid?endpoint=https://storage.example&path_style=false");
        assert_eq!(named.server().unwrap().as_deref(), Some("https://limpid.storage.example"));

        let amazon = bucket("s3://limpid");
        assert_eq!((amazon.prefix.as_str(), amazon.server().unwrap()), ("", None));
        assert!(!amazon.path_style);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for wrong in [
            "",
            "file:",
            "http://storage.example/bucket",
            "s3://",
            "s3:///prefix",
            "s3://bucket:9000/",
            "s3://key:secret@bucket/",
            "s3://bucket/#part",
            "s3://bucket/?endpoint=http://127.0.0.1:9000",
            "s3://bucket/?endpoint=storage.example",
            "s3://bucket/?allow-http=true",
            "s3://bucket/?path_style=yes",
        ] {
            assert!(matches!(Address::parse(wrong), Err(BlobError::Unusable(_))), "{wrong}");
        }
    }
}

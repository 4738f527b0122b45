//! A submitted manifest: Clair's JSON, read strictly where a mistake would be permanent, leniently elsewhere.
//!
//! Headers of layers carry tokens and addresses may be signed, so no error shows any of them.

use std::collections::BTreeMap;

use axum::http::{HeaderName, HeaderValue};
use limpid_core::{Digest, digest::InvalidDigest};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::{
    http::ApiError,
    indexing::{Submission, SubmittedLayer},
    limits,
};

/// The body of a submission. Values are looked at one by one, because what a parser says of them may show a token.
#[derive(Deserialize)]
pub(crate) struct Manifest {
    #[serde(default)]
    hash: Value,
    #[serde(default)]
    layers: Option<Vec<Layer>>,
}

#[derive(Deserialize)]
struct Layer {
    #[serde(default)]
    hash: Value,
    #[serde(default)]
    uri: Value,
    #[serde(default)]
    headers: Value,
}

impl Manifest {
    /// What is submitted.
    ///
    /// # Errors
    /// 400, naming the place that is wrong.
    pub(crate) fn submission(self) -> Result<Submission, ApiError> {
        self.checked().map_err(ApiError::bad_request)
    }

    fn checked(self) -> Result<Submission, String> {
        let layers = self.layers.unwrap_or_default();
        if layers.is_empty() {
            return Err("layers: at least one layer is expected".to_owned());
        }
        if layers.len() > limits::MANIFEST_LAYERS {
            let (found, most) = (layers.len(), limits::MANIFEST_LAYERS);
            return Err(format!("layers: at most {most} layers are read, and here are {found}"));
        }
        let layers = layers.into_iter().enumerate().map(|(place, read)| {
            layer(&read).map_err(|(field, wrong)| format!("layers[{place}].{field}: {wrong}"))
        });
        Ok(Submission {
            manifest: digest(&self.hash).map_err(|wrong| format!("hash: {wrong}"))?,
            layers: layers.collect::<Result<_, _>>()?,
        })
    }
}

fn layer(layer: &Layer) -> Result<SubmittedLayer, (&'static str, String)> {
    Ok(SubmittedLayer {
        digest: digest(&layer.hash).map_err(|wrong| ("hash", wrong))?,
        uri: address(&layer.uri).map_err(|wrong| ("uri", wrong))?,
        headers: headers(&layer.headers).map_err(|wrong| ("headers", wrong))?,
    })
}

fn digest(value: &Value) -> Result<Digest, String> {
    let text = value.as_str().ok_or("a digest is expected")?;
    text.parse().map_err(|error: InvalidDigest| error.to_string())
}

fn address(value: &Value) -> Result<String, String> {
    let expected = || "an absolute http:// or https:// address is expected".to_owned();
    let text = value.as_str().ok_or_else(expected)?;
    // A layer that was sent, or whose evidence is here for another reason.
    if text.is_empty() {
        return Ok(String::new());
    }
    let url = Url::parse(text).map_err(|error| format!("{}: {error}", expected()))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(expected());
    }
    Ok(text.to_owned())
}

fn headers(value: &Value) -> Result<BTreeMap<String, Vec<String>>, String> {
    let fields = match value {
        Value::Null => return Ok(BTreeMap::new()),
        Value::Object(fields) => fields,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            return Err("an object with lists of texts is expected".to_owned());
        }
    };
    let field = |(name, values): (&String, &Value)| {
        let wrong = || format!("a list of texts that can be a header is expected as “{name}”");
        let none = Vec::new();
        let values = if values.is_null() { &none } else { values.as_array().ok_or_else(wrong)? };
        let is_header = |text: &&str| HeaderValue::from_str(text).is_ok();
        let texts = values.iter().map(|one| one.as_str().filter(is_header).map(str::to_owned));
        let texts: Vec<String> = texts.collect::<Option<_>>().ok_or_else(wrong)?;
        HeaderName::from_bytes(name.as_bytes()).map_err(|error| format!("“{name}”: {error}"))?;
        Ok((name.clone(), texts))
    };
    fields.iter().map(field).collect()
}

#[cfg(test)]
mod tests;

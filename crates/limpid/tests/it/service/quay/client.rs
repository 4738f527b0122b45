//! Quay's client of Clair, as it behaves: what it sends, what it makes of each status, and what it demands of each body.

use std::{io::Read, path::Path};

use flate2::read::GzDecoder;
use reqwest::{Method, blocking::Response};
use serde_json::{Value, json};

use super::super::{support::Service, token};

/// What went wrong, in the classes that Quay treats apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// 400: the manifest is given up for good.
    InvalidContent,
    /// Another status: asked again later, and counted.
    Status(u16),
    /// An answer that is not what Quay can read: asked again later.
    Body(String),
}

/// Quay, with the key that it shares with the service.
pub(super) struct Quay<'a> {
    pub(super) service: &'a Service,
    pub(super) key: &'a [u8],
}

impl Quay<'_> {
    /// The state that index reports are to have.
    pub(super) fn state(&self) -> Result<String, Refused> {
        let (_, body) = self.call(Method::GET, "/indexer/api/v1/index_state", None, Some("State"))?;
        Ok(text(&body["state"]))
    }

    /// Submits a manifest: the report, and the state that Quay keeps beside it.
    pub(super) fn index(&self, manifest: &Value) -> Result<(Value, String), Refused> {
        let path = "/indexer/api/v1/index_report";
        let (etag, report) = self.call(Method::POST, path, Some(manifest), Some("IndexReport"))?;
        Ok((report, etag.expect("Quay asserts that there is an ETag")))
    }

    pub(super) fn index_report(&self, digest: &str) -> Result<Option<Value>, Refused> {
        self.find(&format!("/indexer/api/v1/index_report/{digest}"), "IndexReport")
    }

    pub(super) fn vulnerability_report(&self, digest: &str) -> Result<Option<Value>, Refused> {
        self.find(&format!("/matcher/api/v1/vulnerability_report/{digest}"), "VulnerabilityReport")
    }

    /// All entries of a notification, and how many pages it took: as long as there is a next one.
    pub(super) fn notification(&self, id: &str) -> Result<(Vec<Value>, usize), Refused> {
        let path = format!("/notifier/api/v1/notification/{id}");
        let (mut entries, mut pages, mut query) = (Vec::new(), 0, String::new());
        loop {
            let page = self.find(&format!("{path}{query}"), "NotificationPage")?;
            let page = page.expect("a notification that is gone is dropped by Quay");
            entries.extend(page["notifications"].as_array().unwrap().iter().cloned());
            pages += 1;
            let Some(next) = page["page"].get("next").filter(|next| !next.is_null()) else {
                return Ok((entries, pages));
            };
            query = format!("?next={}", text(next));
        }
    }

    /// Deletes a notification; that there is none is as good.
    pub(super) fn delete_notification(&self, id: &str) -> Result<(), Refused> {
        match self.call(Method::DELETE, &format!("/notifier/api/v1/notification/{id}"), None, None) {
            Ok(_) | Err(Refused::Status(404)) => Ok(()),
            Err(refused) => Err(refused),
        }
    }

    pub(super) fn delete_index_report(&self, digest: &str) -> Result<(), Refused> {
        self.call(Method::DELETE, &format!("/indexer/api/v1/index_report/{digest}"), None, None).map(|_| ())
    }

    fn find(&self, path: &str, schema: &str) -> Result<Option<Value>, Refused> {
        match self.call(Method::GET, path, None, Some(schema)) {
            Ok((_, body)) => Ok(Some(body)),
            Err(Refused::Status(404)) => Ok(None),
            Err(refused) => Err(refused),
        }
    }

    fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        schema: Option<&str>,
    ) -> Result<(Option<String>, Value), Refused> {
        let request = self
            .service
            .bare_request(method, path)
            .header("User-Agent", "python-requests/2.32.3")
            .header("Accept-Encoding", "gzip, deflate")
            .header("Accept", "*/*")
            .header("Connection", "keep-alive")
            .header("authorization", format!("Bearer {}", token::quays(self.key)));
        let answer = match body {
            Some(body) => request.header("Content-Type", "application/json").body(body.to_string()).send(),
            None => request.send(),
        };
        let answer = answer.unwrap();
        match answer.status().as_u16() {
            200..300 => {}
            400 => return Err(Refused::InvalidContent),
            status => return Err(Refused::Status(status)),
        }
        let etag =
            answer.headers().get("etag").map(|etag| etag.to_str().unwrap().trim_matches('"').to_owned());
        let Some(schema) = schema else { return Ok((etag, Value::Null)) };
        let body: Value =
            serde_json::from_slice(&decoded(answer)).map_err(|error| Refused::Body(error.to_string()))?;
        hold(schema, &body)?;
        Ok((etag, body))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn decoded(answer: Response) -> Vec<u8> {
    let encoding = answer.headers().get("content-encoding").map(|value| value.to_str().unwrap().to_owned());
    let bytes = answer.bytes().unwrap().to_vec();
    match encoding.as_deref() {
        None => bytes,
        Some("gzip") => {
            let mut plain = Vec::new();
            GzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).unwrap();
            plain
        }
        Some(other) => panic!("Quay prefers gzip to {other}"),
    }
}

/// Holds a body against what Quay demands, before it reads it.
fn hold(name: &str, body: &Value) -> Result<(), Refused> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/tests/fixtures/schemas/quay.json");
    let mut schema: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    schema["$ref"] = json!(format!("#/$defs/{name}"));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    if errors.is_empty() { Ok(()) } else { Err(Refused::Body(errors.join("\n"))) }
}

//! `GET …/layers`: what each layer brought, and the command that made it.

use std::io::Read as _;

use askama::Template;
use chrono::{DateTime, Utc};
use limpid_core::{
    Digest, Severity,
    words::{number, size},
};
use limpid_store::{StoreError, listing};
use serde::Deserialize;

use super::{
    head::{Head, Tab},
    place::{Found, Place, Pushed},
};
use crate::{
    engine::Engine,
    face::work,
    http::ApiError,
    limits::IMAGE_CONFIGURATION_BYTES,
    pages::{
        answer::{Reply, page},
        form::query_of,
        frame::Frame,
        image::findings::WaitingPage,
        parts::{Counts, DigestMark},
        seen::Seen,
    },
    public::Call,
};

/// The page.
#[derive(Template)]
#[template(path = "image/layers.html")]
pub(in crate::pages) struct LayersPage {
    pub(in crate::pages) frame: Frame,
    pub(in crate::pages) head: Head,
    pub(in crate::pages) rows: Vec<LayerRow>,
    /// Why no commands are shown; empty where they are.
    pub(in crate::pages) without_commands: &'static str,
}

/// A layer.
#[derive(Debug, Clone)]
pub(in crate::pages) struct LayerRow {
    pub(in crate::pages) place: usize,
    pub(in crate::pages) digest: DigestMark,
    pub(in crate::pages) command: Option<String>,
    pub(in crate::pages) size: String,
    pub(in crate::pages) packages: String,
    pub(in crate::pages) counts: Option<Counts>,
    pub(in crate::pages) address: String,
}

/// What the image itself says of its layers, lowest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::pages) struct History {
    /// The command of each, where it says one.
    pub(in crate::pages) commands: Vec<Option<String>>,
    /// Bytes of each.
    pub(in crate::pages) bytes: Vec<u64>,
}

/// See the module.
pub(in crate::pages) async fn layers(call: Call, frame: Frame) -> Reply {
    let place = Place::of(&call);
    work(&call.engine, move |engine| {
        let found = place.find(engine)?;
        let now = engine.now();
        match found.judged(engine)? {
            Ok(seen) => {
                let history =
                    found.pushed.as_ref().map(|pushed| history(engine, pushed)).transpose()?.flatten();
                page(&made(frame, &found, &seen, history.as_ref(), now))
            }
            Err(standing) => {
                let head = Head::waiting(&found, &standing, now);
                page(&WaitingPage { frame: head.framed(frame, ""), head })
            }
        }
    })
    .await
}

/// The page, made of its parts.
pub(in crate::pages) fn made(
    frame: Frame,
    found: &Found,
    seen: &Seen,
    history: Option<&History>,
    now: DateTime<Utc>,
) -> LayersPage {
    let head = Head::judged(found, seen, Tab::Layers, now);
    let row = |(place, digest): (usize, &Digest)| {
        let of = |severity: Severity| {
            let findings = seen.report.standing();
            let here = findings.filter(|finding| finding.package.layer.as_ref() == Some(digest));
            here.filter(|finding| finding.severity == severity).count() as u64
        };
        let packages =
            seen.index.packages.iter().filter(|package| package.layer.as_ref() == Some(digest)).count();
        let number_of = (place + 1).to_string();
        LayerRow {
            place: place + 1,
            digest: DigestMark::of(digest),
            command: history.and_then(|history| history.commands.get(place).cloned().flatten()),
            size: history
                .and_then(|history| history.bytes.get(place))
                .map(|bytes| size(*bytes))
                .unwrap_or_default(),
            packages: number(packages as u64),
            counts: Counts::some(of),
            address: format!("{}{}#findings", head.path, query_of([("layer", number_of.as_str())])),
        }
    };
    let rows = seen.report.image.layers.iter().enumerate().map(row).collect();
    let without_commands = match (history, &found.pushed) {
        (Some(_), _) => "",
        (None, None) => "The commands are in the image’s configuration, which was not pushed here.",
        (None, Some(_)) => "The image’s configuration does not tell the commands, or cannot be read.",
    };
    LayersPage { frame: head.framed(frame, "Layers"), rows, without_commands, head }
}

#[derive(Deserialize)]
struct Manifest {
    config: Descriptor,
    #[serde(default)]
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: Digest,
    #[serde(default)]
    size: u64,
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(default)]
    history: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    #[serde(default)]
    created_by: String,
    #[serde(default)]
    empty_layer: bool,
}

/// What the configuration of an image says; `None` where it says nothing that can be read: it is for people alone.
fn history(engine: &Engine, pushed: &Pushed) -> Result<Option<History>, ApiError> {
    let Ok(manifest) = serde_json::from_slice::<Manifest>(&pushed.manifest.body) else { return Ok(None) };
    let configuration = &manifest.config.digest;
    let stored = engine
        .database
        .read::<_, StoreError>(|tx| listing::stored_blob(tx, pushed.repository, configuration))?;
    let Some((stored, bytes)) = stored else { return Ok(None) };
    if bytes > IMAGE_CONFIGURATION_BYTES {
        return Ok(None);
    }
    let text = match engine.blobs.open_file(&stored) {
        Ok(file) => {
            let mut text = Vec::new();
            let unreadable = |error: std::io::Error| {
                ApiError::unavailable(format!("the configuration cannot be read: {error}"))
            };
            file.take(IMAGE_CONFIGURATION_BYTES).read_to_end(&mut text).map_err(unreadable)?;
            text
        }
        Err(error) => {
            tracing::warn!("the configuration of an image cannot be read: {error}");
            return Ok(None);
        }
    };
    Ok(of_configuration(&manifest, &text))
}

fn of_configuration(manifest: &Manifest, text: &[u8]) -> Option<History> {
    let configuration: Configuration = serde_json::from_slice(text).ok()?;
    let steps = configuration.history.into_iter().filter(|step| !step.empty_layer);
    let commands: Vec<Option<String>> =
        steps.map(|step| Some(step.created_by).filter(|command| !command.is_empty())).collect();
    let bytes = manifest.layers.iter().map(|layer| layer.size).collect();
    // Of another number nobody knows which is whose.
    (commands.len() == manifest.layers.len()).then_some(History { commands, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_belongs_to_its_layer_or_to_none() {
        let digest = Digest::of(b"x");
        let manifest = |layers: usize| -> Manifest {
            let layer = format!(r#"{{"digest":"{digest}","size":7}}"#);
            let text =
                format!(r#"{{"config":{layer},"layers":[{}]}}"#, vec![layer.clone(); layers].join(","));
            serde_json::from_str(&text).unwrap()
        };
        let text = br#"{"history":[{"created_by":"ADD x"},{"created_by":"ENV a","empty_layer":true},{}]}"#;
        let expected = History { commands: vec![Some("ADD x".to_owned()), None], bytes: vec![7, 7] };
        assert_eq!(of_configuration(&manifest(2), text), Some(expected));
        assert_eq!(of_configuration(&manifest(3), text), None);
        assert_eq!(of_configuration(&manifest(2), b"no JSON"), None);
    }
}

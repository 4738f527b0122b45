//! What a job needs to know to fetch layers. It carries tokens: it is forgotten with the job, and never logged.

use std::collections::BTreeMap;

use limpid_core::Digest;
use limpid_store::manifests::{Manifest, ManifestLayer};
use serde::{Deserialize, Serialize};

use super::{IndexFailure, Submission, SubmittedLayer};

/// The payload of a job of kind index.
#[derive(Serialize, Deserialize)]
pub(super) struct Payload {
    layers: Vec<PayloadLayer>,
}

#[derive(Serialize, Deserialize)]
struct PayloadLayer {
    digest: Digest,
    uri: String,
    headers: BTreeMap<String, Vec<String>>,
}

impl Payload {
    pub(super) fn encode(submission: &Submission) -> Result<Vec<u8>, IndexFailure> {
        let layers = submission.layers.iter().map(|layer| PayloadLayer {
            digest: layer.digest.clone(),
            uri: layer.uri.clone(),
            headers: layer.headers.clone(),
        });
        serde_json::to_vec(&Self { layers: layers.collect() })
            .map_err(|error| IndexFailure::Internal(error.to_string()))
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Vec<SubmittedLayer>, IndexFailure> {
        let payload: Self = serde_json::from_slice(bytes)
            .map_err(|error| IndexFailure::Internal(format!("the payload of the job: {error}")))?;
        let layer = |layer: PayloadLayer| SubmittedLayer {
            digest: layer.digest,
            uri: layer.uri,
            headers: layer.headers,
        };
        Ok(payload.layers.into_iter().map(layer).collect())
    }
}

/// What is kept of a submission for as long as the manifest is known: no headers.
pub(super) fn manifest(submission: &Submission) -> Manifest {
    let layers = submission.layers.iter();
    Manifest {
        digest: submission.manifest.clone(),
        layers: layers
            .map(|layer| ManifestLayer { digest: layer.digest.clone(), uri: unsigned(&layer.uri) })
            .collect(),
    }
}

/// The address without its query: that of a signed address is as good as a token, and soon worth nothing.
fn unsigned(uri: &str) -> String {
    uri.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// The layers of a manifest that is known, to be fetched without a token.
pub(super) fn without_headers(manifest: &Manifest) -> Vec<SubmittedLayer> {
    let layers = manifest.layers.iter();
    layers
        .map(|layer| SubmittedLayer {
            digest: layer.digest.clone(),
            uri: layer.uri.clone(),
            headers: BTreeMap::new(),
        })
        .collect()
}

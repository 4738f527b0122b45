//! What a Clair v4 answers about a manifest.

use anyhow::Context;
use limpid_core::{
    Digest,
    comparison::{
        Side,
        clair::{Documents, IndexDocument, StateDocument},
    },
    ecosystem::Ecosystems,
};
use reqwest::StatusCode;

use super::{
    client::{Client, LONG, SHORT},
    limpid::{Asked, unknown},
};

/// The state of a Clair's indexer; `None` where there is no Clair at the address.
pub(super) fn state(client: &Client) -> anyhow::Result<Option<StateDocument>> {
    let answer = client.get("/indexer/api/v1/index_state", SHORT)?;
    match answer.status {
        StatusCode::OK if answer.is_object() => answer.document("the index state").map(Some),
        StatusCode::OK | StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Ok(None),
        _other => Err(answer.unexpected()),
    }
}

/// The side that it tells.
pub(super) fn side(
    client: &Client,
    state: StateDocument,
    manifest: &Digest,
    reference: &str,
    ecosystems: &Ecosystems,
) -> anyhow::Result<Side> {
    let index = client.get(&format!("/indexer/api/v1/index_report/{manifest}"), LONG)?;
    let index: IndexDocument = match index.status {
        StatusCode::OK => index.document("the index report")?,
        StatusCode::NOT_FOUND => return Err(unknown(manifest)),
        _other => return Err(index.unexpected()),
    };
    // Its own words on why it is not finished say more than that there is no vulnerability report.
    index.check(manifest)?;
    let path = format!("/matcher/api/v1/vulnerability_report/{manifest}");
    let vulnerabilities = client.get(&path, LONG)?;
    let vulnerabilities = match vulnerabilities.status {
        StatusCode::OK => vulnerabilities.document("the vulnerability report")?,
        StatusCode::ACCEPTED => Asked::NoData.told(client, manifest)?,
        StatusCode::NOT_FOUND => {
            return Err(vulnerabilities.unexpected())
                .context("its matcher does not have the report of its indexer");
        }
        _other => return Err(vulnerabilities.unexpected()),
    };
    let documents = Documents { state, index, vulnerabilities };
    Ok(limpid_core::comparison::clair::side(manifest, reference, &documents, ecosystems)?)
}

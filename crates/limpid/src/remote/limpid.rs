//! Limpid's own API, `/api/v1/`: layers and manifests go in, reports come out.

use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use limpid_core::{
    Digest, IndexReport, Report,
    explanation::{self, Explanation},
    index_report, report,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};

use super::client::{Client, LONG, SHORT};

/// The pause after a server answered that an image is still being indexed.
const POLL: Duration = Duration::from_secs(1);
/// How often two reports are asked for until they belong together.
const ATTEMPTS: usize = 3;

/// A manifest, in the form of Clair's API.
#[derive(Serialize)]
pub(super) struct Manifest<'a> {
    pub(super) hash: &'a Digest,
    pub(super) layers: Vec<Layer<'a>>,
}

/// A layer of a manifest.
#[derive(Serialize)]
pub(super) struct Layer<'a> {
    pub(super) hash: &'a Digest,
    /// Where the server shall fetch it; empty where it was sent.
    pub(super) uri: String,
    /// The headers to fetch it with. They carry tokens, so this is never shown.
    pub(super) headers: BTreeMap<String, Vec<String>>,
}

/// What became of a submitted manifest.
pub(super) enum Submitted {
    /// There is a report.
    Indexed,
    /// The server may not or cannot fetch the layers: why.
    NotFetched(String),
}

/// What a server has about a manifest.
pub(super) enum Asked<T> {
    /// This.
    Told(T),
    /// There is no advisory data yet: it can tell nothing.
    NoData,
    /// It does not know the manifest.
    Unknown,
}

/// Whether there is a Limpid service at the address.
pub(super) fn is_there(client: &Client) -> anyhow::Result<bool> {
    let answer = client.get("/api/v1/state", SHORT)?;
    match answer.status {
        StatusCode::OK => Ok(answer.is_object()),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Ok(false),
        _other => Err(answer.unexpected().context(client.address().to_string())),
    }
}

/// Whether the server knows a layer, so that it need not be sent.
pub(super) fn has_layer(client: &Client, layer: &Digest) -> anyhow::Result<bool> {
    let answer = client.head(&format!("/api/v1/layers/{layer}"))?;
    match answer.status {
        StatusCode::OK => Ok(true),
        StatusCode::NOT_FOUND => Ok(false),
        _other => Err(answer.unexpected().context(client.address().to_string())),
    }
}

/// Stores a layer.
pub(super) fn put_layer(
    client: &Client,
    layer: &Digest,
    patience: Duration,
    open: &dyn Fn() -> anyhow::Result<reqwest::blocking::Body>,
) -> anyhow::Result<()> {
    let answer = client.put(&format!("/api/v1/layers/{layer}"), patience, open)?;
    if answer.status.is_success() {
        return Ok(());
    }
    Err(answer.unexpected().context(format!("layer {layer} was not taken by {}", client.address())))
}

/// Has a manifest indexed, and waits for the end.
pub(super) fn submit(client: &Client, manifest: &Manifest<'_>) -> anyhow::Result<Submitted> {
    let document = serde_json::to_vec(manifest)?;
    let begun = Instant::now();
    loop {
        let left = LONG.saturating_sub(begun.elapsed());
        let answer = client.post("/api/v1/manifests?wait=true", &document, left)?;
        match answer.status {
            StatusCode::OK | StatusCode::CREATED => return Ok(Submitted::Indexed),
            StatusCode::FORBIDDEN | StatusCode::BAD_GATEWAY => {
                return Ok(Submitted::NotFetched(answer.message()));
            }
            StatusCode::ACCEPTED if begun.elapsed() + POLL < LONG => thread::sleep(POLL),
            StatusCode::ACCEPTED => bail!(
                "{} has not indexed the image in {} seconds; it goes on, so ask again later",
                client.address(),
                LONG.as_secs()
            ),
            StatusCode::NOT_FOUND => bail!(
                "there is no Limpid service at {}, or one of a version that takes no images",
                client.address()
            ),
            _other => {
                let why = format!("{} did not index the image", client.address());
                return Err(answer.unexpected().context(why));
            }
        }
    }
}

/// What has a schema and is about an image.
trait Checked: for<'de> Deserialize<'de> {
    const SCHEMA: &'static str;
    const WORD: &'static str;
    fn digest(&self) -> &Digest;
}

impl Checked for Report {
    const SCHEMA: &'static str = report::SCHEMA;
    const WORD: &'static str = "report";

    fn digest(&self) -> &Digest {
        &self.image.digest
    }
}

impl Checked for IndexReport {
    const SCHEMA: &'static str = index_report::SCHEMA;
    const WORD: &'static str = "index";

    fn digest(&self) -> &Digest {
        &self.image.digest
    }
}

impl Checked for Explanation {
    const SCHEMA: &'static str = explanation::SCHEMA;
    const WORD: &'static str = "explain";

    fn digest(&self) -> &Digest {
        &self.image.digest
    }
}

/// The vulnerability report on a manifest.
pub(super) fn report(client: &Client, manifest: &Digest) -> anyhow::Result<Asked<Report>> {
    ask(client, manifest, "")
}

/// Why a vulnerability is, or is not, in a manifest.
pub(super) fn explanation(
    client: &Client,
    manifest: &Digest,
    id: &str,
) -> anyhow::Result<Asked<Explanation>> {
    let asked: Asked<Explanation> =
        ask(client, manifest, &format!("?id={}", utf8_percent_encode(id, NON_ALPHANUMERIC)))?;
    if let Asked::Told(told) = &asked
        && !told.asked.eq_ignore_ascii_case(id)
    {
        bail!("{} explains {}, and not {id}", client.address(), told.asked);
    }
    Ok(asked)
}

/// The packages of a manifest.
pub(super) fn index(client: &Client, manifest: &Digest) -> anyhow::Result<Asked<IndexReport>> {
    ask(client, manifest, "")
}

/// Both reports on a manifest, the one made from the other.
pub(super) fn both(client: &Client, manifest: &Digest) -> anyhow::Result<Asked<(Report, IndexReport)>> {
    for _ in 0..ATTEMPTS {
        let report = match report(client, manifest)? {
            Asked::Told(report) => report,
            Asked::NoData => return Ok(Asked::NoData),
            Asked::Unknown => return Ok(Asked::Unknown),
        };
        let index = index(client, manifest)?.told(client, manifest)?;
        // Between the two questions the server may have indexed the image anew.
        if index.index_state == report.proof.index_state {
            return Ok(Asked::Told((report, index)));
        }
    }
    bail!("{} is just indexing the image anew; ask again later", client.address())
}

fn ask<T: Checked>(client: &Client, manifest: &Digest, query: &str) -> anyhow::Result<Asked<T>> {
    #[derive(Deserialize)]
    struct Head {
        schema: String,
    }
    let server = client.address();
    let answer = client.get(&format!("/api/v1/manifests/{manifest}/{}{query}", T::WORD), LONG)?;
    match answer.status {
        StatusCode::OK => {}
        StatusCode::ACCEPTED => return Ok(Asked::NoData),
        StatusCode::NOT_FOUND => return Ok(Asked::Unknown),
        _other => return Err(answer.unexpected().context(server.to_string())),
    }
    let what = format!("the {} of {server}", T::WORD);
    let head: Head = answer.document(&what)?;
    if head.schema != T::SCHEMA {
        bail!("{what} is in the format “{}”; this version of Limpid reads {}", head.schema, T::SCHEMA);
    }
    let told: T = answer.document(&what)?;
    if told.digest() != manifest {
        bail!("{what} is about {}, and not about the manifest that was asked for", told.digest());
    }
    Ok(Asked::Told(told))
}

impl<T> Asked<T> {
    /// The same, with something else made of what was told.
    pub(super) fn map<U>(self, make: impl FnOnce(T) -> U) -> Asked<U> {
        match self {
            Self::Told(told) => Asked::Told(make(told)),
            Self::NoData => Asked::NoData,
            Self::Unknown => Asked::Unknown,
        }
    }

    /// What was told; else an error that says what is missing, for those who cannot do without.
    pub(super) fn told(self, client: &Client, manifest: &Digest) -> anyhow::Result<T> {
        let server = client.address();
        match self {
            Self::Told(told) => Ok(told),
            Self::NoData => {
                bail!(
                    "{server} has no advisory data yet, so it can tell nothing: its feeds have to be updated first"
                )
            }
            Self::Unknown => Err(unknown(manifest)).with_context(|| server.to_string()),
        }
    }
}

/// The error for a manifest that a server does not know.
pub(super) fn unknown(manifest: &Digest) -> anyhow::Error {
    anyhow::anyhow!(
        "it does not know {manifest}, or has not finished indexing it. Is it the digest of an image, and not of an index of \
         several platforms? A Limpid service is given images with “limpid scan --server URL IMAGE”"
    )
}

//! What is told of repositories: pushes, and vulnerabilities that were found. In Quay's form, to whoever wants it.
//!
//! Each becomes a job in the transaction that makes it true.

use std::{collections::BTreeSet, time::Duration};

use limpid_core::{Digest, Report, Severity, report::Finding};
use limpid_store::{
    StoreError, Transaction,
    jobs::{self, JobKind, NewJob},
    security::{self, Known, Subscription},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    engine::Engine,
    limits::{EVENTS_OF_AN_IMAGE, TAGS_OF_AN_EVENT, TELL_FAILURES},
    quay::severity,
};

/// The body of an event.
pub(super) type Event = serde_json::Map<String, Value>;

/// Quay's word for vulnerabilities that were found.
pub(crate) const VULNERABILITY_FOUND: &str = "vulnerability_found";
/// Quay's word for a push.
pub(crate) const REPO_PUSH: &str = "repo_push";

/// Tells of findings of an image that were not known, in each repository that has it. `known` is what was known before; `None`
/// where it was never judged.
pub(super) fn tell_findings(
    engine: &Engine,
    tx: &mut Transaction<'_>,
    digest: &Digest,
    report: &Report,
    known: Option<&Known>,
) -> Result<(), StoreError> {
    let new = new_findings(report, known);
    if new.is_empty() {
        return Ok(());
    }
    for (repository, name) in security::repositories(tx, digest)? {
        let wanting = security::wanting(tx, repository, VULNERABILITY_FOUND, TELL_FAILURES)?;
        if wanting.is_empty() {
            continue;
        }
        let mut tags = security::tagged(tx, repository, digest, TAGS_OF_AN_EVENT)?;
        if tags.is_empty() {
            tags.push(digest.to_string());
        }
        let image = Image { base: base(engine, &name), digest, tags, is_first: known.is_none() };
        for one in &wanting {
            image.tell(tx, one, &new)?;
        }
    }
    Ok(())
}

/// The findings that were not known, the worst first; of each vulnerability of a package, one.
fn new_findings<'a>(report: &'a Report, known: Option<&Known>) -> Vec<&'a Finding> {
    let mut seen = BTreeSet::new();
    let mut new: Vec<&Finding> = report
        .standing()
        .filter(|found| known.is_none_or(|known| !known.has(&found.id, &found.package.name)))
        .filter(|found| seen.insert((found.id.as_str(), found.package.name.as_str())))
        .collect();
    new.sort_by(|one, other| (other.severity, &one.id).cmp(&(one.severity, &other.id)));
    new
}

struct Image<'a> {
    base: Event,
    digest: &'a Digest,
    tags: Vec<String>,
    is_first: bool,
}

impl Image<'_> {
    fn tell(&self, tx: &mut Transaction<'_>, one: &Subscription, new: &[&Finding]) -> Result<(), StoreError> {
        let floor = floor(one);
        let wanted: Vec<&&Finding> = new.iter().filter(|found| found.severity >= floor).collect();
        let more = wanted.len().saturating_sub(EVENTS_OF_AN_IMAGE);
        for (place, found) in wanted.into_iter().take(EVENTS_OF_AN_IMAGE).enumerate() {
            let is_last = place + 1 == EVENTS_OF_AN_IMAGE;
            submit(tx, one.id, self.event(found, if is_last { more } else { 0 }))?;
        }
        Ok(())
    }

    /// As Quay writes it. What Quay has no place for stands under `limpid`.
    fn event(&self, found: &Finding, more: usize) -> Event {
        let mut event = self.base.clone();
        put(&mut event, "tags", json!(self.tags));
        put(
            &mut event,
            "vulnerability",
            json!({
                "id": found.id,
                "description": found.summary,
                "link": found.links.first().cloned().unwrap_or_else(|| advisory(&found.id)),
                "priority": found.severity,
                "has_fix": found.fixed_in.is_some(),
            }),
        );
        put(
            &mut event,
            "limpid",
            json!({
                "digest": self.digest,
                "package": found.package.name,
                "version": found.package.version,
                "fixed_in": found.fixed_in,
                "not_told": more,
            }),
        );
        if self.is_first {
            put(&mut event, "vulnerable_index_report_created", json!("true"));
        }
        event
    }
}

/// Adds a field.
pub(super) fn put(event: &mut Event, field: &str, value: Value) {
    event.insert(field.to_owned(), value);
}

fn advisory(id: &str) -> String {
    if id.starts_with("CVE-") { format!("https://nvd.nist.gov/vuln/detail/{id}") } else { String::new() }
}

/// From which severity on somebody wants to be told. Where they did not say: from high on.
pub(crate) fn floor(one: &Subscription) -> Severity {
    let configured = serde_json::from_str::<Value>(&one.event_config);
    let level = configured.as_ref().ok().and_then(severity::of_event_config);
    level.unwrap_or(Severity::High)
}

/// Tells of tags that were pushed, in the transaction of the push.
///
/// # Errors
/// Those of the database.
pub(crate) fn note_tagged(
    engine: &Engine,
    tx: &mut Transaction<'_>,
    repository: i64,
    name: &str,
    tags: &[String],
) -> Result<(), StoreError> {
    for one in security::wanting(tx, repository, REPO_PUSH, TELL_FAILURES)? {
        let mut event = base(engine, name);
        put(&mut event, "updated_tags", json!(tags));
        submit(tx, one.id, event)?;
    }
    Ok(())
}

/// What all events of a repository say, as Quay writes it.
pub(super) fn base(engine: &Engine, repository: &str) -> Event {
    let address = registry_address(engine);
    let host = address.split_once("://").map_or(address.as_str(), |(_, host)| host);
    let (namespace, name) = repository.split_once('/').unwrap_or(("", repository));
    let mut event = Event::new();
    put(&mut event, "repository", json!(repository));
    put(&mut event, "namespace", json!(namespace));
    put(&mut event, "name", json!(name));
    put(&mut event, "docker_url", json!(format!("{host}/{repository}")));
    put(&mut event, "homepage", json!(format!("{address}/repository/{repository}")));
    event
}

/// How clients reach the public listener, without a `/` at the end.
pub(crate) fn registry_address(engine: &Engine) -> String {
    let registry = &engine.configuration.registry;
    match &registry.public_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => {
            let scheme = if registry.tls.is_some() { "https" } else { "http" };
            format!("{scheme}://{}", registry.listen)
        }
    }
}

fn submit(tx: &mut Transaction<'_>, subscription: Uuid, event: Event) -> Result<(), StoreError> {
    let job = NewJob {
        kind: JobKind::Tell,
        key: format!("{subscription} {}", Uuid::now_v7()),
        lane: String::new(),
        requires: String::new(),
        priority: 0,
        payload: Value::Object(event).to_string().into_bytes(),
        delay: Duration::ZERO,
    };
    jobs::submit(tx, &job).map(drop)
}

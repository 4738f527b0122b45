//! What a namespace decided about findings, as the reports of its repositories have it.
//!
//! It is applied to a report that was made without it, so what the namespace suppresses stays in the report, with who and why. What
//! is kept and cannot be read is an error, never no decision.

use limpid_core::{
    Digest, Report,
    digest::Hasher,
    policy::{Gate, Policy, PolicyFile},
};
use limpid_store::{StoreError, Transaction, security as stored};

use crate::{engine::Engine, registry::name::namespace, security::registry_address};

/// The decisions of a namespace, about the images of one of its repositories.
#[derive(Debug, Clone)]
pub(crate) struct Decided {
    /// How images of the repository are named, in front of `@` and their digest.
    name: String,
    /// All that it does to a report, in one short text.
    mark: String,
    policy: Policy,
    gates: Vec<Gate>,
}

impl Decided {
    /// The decisions about images of a repository, given by its whole name; `None` where its namespace has none. Blocks.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where they cannot be read; those of the database.
    pub(crate) fn of(engine: &Engine, repository: &str) -> Result<Option<Self>, StoreError> {
        let file = engine.database.read(|tx| policy_file(tx, namespace(repository)))?;
        Ok(file.map(|(body, file)| Self::new(engine, repository, &body, &file)))
    }

    fn new(engine: &Engine, repository: &str, body: &str, file: &PolicyFile) -> Self {
        let address = registry_address(engine);
        let host = address.split_once("://").map_or(&*address, |(_scheme, host)| host);
        let name = format!("{host}/{repository}");
        let mut hasher = Hasher::sha256();
        for part in ["limpid decided", &name, body] {
            hasher.update_field(part);
        }
        let mark = hasher.finish().hex().to_owned();
        Self { name, mark, policy: file.policy(), gates: file.gates.clone() }
    }

    /// Identifies it among all that reports are a function of.
    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    /// What its gates ask.
    pub(crate) fn gates(&self) -> &[Gate] {
        &self.gates
    }

    /// Puts a report of an image under it.
    pub(crate) fn apply(&self, mut report: Report) -> Report {
        report.image.reference = self.reference(&report.image.digest);
        report.under(&self.policy)
    }

    /// How an image of the repository is named: decisions may be about some of them.
    fn reference(&self, digest: &Digest) -> String {
        format!("{}@{digest}", self.name)
    }
}

/// The decisions of a namespace, and their text.
///
/// # Errors
/// As [`Decided::of`].
pub(crate) fn policy_file(
    tx: &mut Transaction<'_>,
    namespace: &str,
) -> Result<Option<(String, PolicyFile)>, StoreError> {
    let Some(kept) = stored::namespace_policy(tx, namespace)? else { return Ok(None) };
    let file = PolicyFile::read(&kept.body).map_err(|error| {
        StoreError::Damaged(format!("the policy of the namespace {namespace}: {}", error.sentence()))
    })?;
    Ok(Some((kept.body, file)))
}

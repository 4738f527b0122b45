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

use super::attached::{Attached, Believed};
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
    /// The repository by its whole name, where VEX documents that are attached to its images are believed.
    believed_in: Option<String>,
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
        let believed_in = file.referrers.then(|| repository.to_owned());
        Self { name, mark, policy: file.policy(), gates: file.gates.clone(), believed_in }
    }

    /// Identifies it, with what is attached to an image, among all that reports are a function of.
    pub(super) fn mark(&self, attached: &Attached) -> String {
        let mut hasher = Hasher::sha256();
        hasher.update_field(&self.mark);
        attached.write_to(&mut hasher);
        hasher.finish().hex().to_owned()
    }

    /// What is attached to an image and is to be believed.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn attached(&self, tx: &mut Transaction<'_>, image: &Digest) -> Result<Attached, StoreError> {
        match &self.believed_in {
            Some(repository) => Attached::find(tx, repository, image),
            None => Ok(Attached::default()),
        }
    }

    /// What its gates ask.
    pub(crate) fn gates(&self) -> &[Gate] {
        &self.gates
    }

    /// Puts a report of an image under it. Blocks.
    ///
    /// # Errors
    /// Those of the state.
    pub(crate) fn apply(&self, engine: &Engine, report: Report) -> Result<Report, StoreError> {
        let attached = engine.database.read(|tx| self.attached(tx, &report.image.digest))?;
        self.apply_with(engine, &attached, report)
    }

    /// The same, with what is known to be attached.
    pub(super) fn apply_with(
        &self,
        engine: &Engine,
        attached: &Attached,
        mut report: Report,
    ) -> Result<Report, StoreError> {
        let Believed { statements, refused } = attached.read(engine, &report.image.digest)?;
        report.image.reference = self.reference(&report.image.digest);
        let mut report = report.under(&Policy { statements, ..self.policy.clone() });
        report.decisions.extend(refused);
        Ok(report)
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

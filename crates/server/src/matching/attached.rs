//! VEX documents that are attached to an image in its repository, for namespaces whose decisions believe them.
//!
//! Whoever may push there may attach, so nothing is believed that the namespace did not decide to believe. What is not believed
//! takes nothing away, and the report says so.

use std::io::Read as _;

use limpid_core::{
    Digest,
    digest::Hasher,
    policy::{Statement, vex},
    report::{Decision, DecisionState},
};
use limpid_store::{
    BlobError, StoreError, Transaction, listing,
    registry::{Wanted, referrers},
    security::parents,
};
use serde::Deserialize;

use crate::{
    engine::Engine,
    limits::{ATTACHED_DOCUMENTS, ATTACHED_INDEXES, ATTACHED_VEX_BYTES},
};

/// What is attached to an image, and could be a VEX document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Attached {
    documents: Vec<Document>,
    /// Whether there are more than are looked at.
    has_more: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Document {
    digest: Digest,
    /// The blob with its bytes, and how many; `None` where the repository does not have it.
    stored: Option<(Digest, u64)>,
    /// What it is attached to.
    subject: Digest,
}

/// What documents say.
#[derive(Debug, Default)]
pub(super) struct Believed {
    pub(super) statements: Vec<Statement>,
    /// Those that are not believed.
    pub(super) refused: Vec<Decision>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    #[serde(default)]
    artifact_type: String,
    #[serde(default)]
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    #[serde(default)]
    media_type: String,
    digest: Digest,
}

impl Attached {
    /// What is attached to an image, or to an index that has it, in a repository: as its referrer, or under the tag that cosign
    /// gives to attestations.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn find(
        tx: &mut Transaction<'_>,
        repository: &str,
        image: &Digest,
    ) -> Result<Self, StoreError> {
        let mut found = Self::default();
        let Some(repository) = listing::repository(tx, repository)? else { return Ok(found) };
        let mut subjects = vec![image.clone()];
        subjects.extend(parents(tx, image, ATTACHED_INDEXES)?);
        for subject in subjects {
            let wanted = Wanted { subject: &subject, artifact_type: "", after: "" };
            let listed = referrers(tx, repository.number, &wanted, ATTACHED_DOCUMENTS as u64 + 1)?;
            let attested = format!("{}-{}.att", subject.algorithm(), subject.hex());
            let names = listed.into_iter().map(|one| one.digest.to_string()).chain([attested]);
            for name in names {
                if let Some(manifest) = listing::manifest(tx, repository.number, &name)? {
                    found.take(tx, repository.number, &subject, &manifest.body)?;
                }
            }
        }
        Ok(found)
    }

    fn take(
        &mut self,
        tx: &mut Transaction<'_>,
        repository: i64,
        subject: &Digest,
        manifest: &[u8],
    ) -> Result<(), StoreError> {
        // It was read when it was pushed; what is no manifest with layers has no document.
        let Ok(Manifest { artifact_type, config, layers }) = serde_json::from_slice(manifest) else {
            return Ok(());
        };
        let of_config = config.is_some_and(|config| vex::may_be_vex(&config.media_type));
        let all = of_config || vex::may_be_vex(&artifact_type);
        for layer in layers.into_iter().filter(|layer| all || vex::may_be_vex(&layer.media_type)) {
            if self.documents.len() >= ATTACHED_DOCUMENTS {
                self.has_more = true;
                return Ok(());
            }
            let stored = listing::stored_blob(tx, repository, &layer.digest)?;
            self.documents.push(Document { digest: layer.digest, stored, subject: subject.clone() });
        }
        Ok(())
    }

    /// Identifies it.
    pub(super) fn write_to(&self, hasher: &mut Hasher) {
        for Document { digest, subject, stored } in &self.documents {
            let is_here = if stored.is_some() { "here" } else { "missing" };
            for part in [digest.as_str(), subject.as_str(), is_here] {
                hasher.update_field(part);
            }
        }
        hasher.update_field(if self.has_more { "more" } else { "all" });
    }

    /// What the documents say of the image. Blocks.
    ///
    /// # Errors
    /// Where the storage does not answer: that a document cannot be read now says nothing of it.
    pub(super) fn read(&self, engine: &Engine, image: &Digest) -> Result<Believed, StoreError> {
        let mut believed = Believed::default();
        for document in &self.documents {
            let read = document.bytes(engine)?.and_then(|bytes| {
                let about = vex::read_about(&bytes, &document.digest, &document.subject, image);
                about.map_err(|error| error.to_string())
            });
            match read {
                Ok(statements) => believed.statements.extend(statements),
                Err(why) => {
                    believed.refused.push(refused(format!("vex: referrer {}", document.digest), &why))
                }
            }
        }
        if self.has_more {
            let by = "vex: what else is attached".to_owned();
            believed
                .refused
                .push(refused(by, &format!("{ATTACHED_DOCUMENTS} documents are looked at, and no more")));
        }
        Ok(believed)
    }
}

impl Document {
    /// Its bytes, or why there are none.
    fn bytes(&self, engine: &Engine) -> Result<Result<Vec<u8>, String>, StoreError> {
        let Some((stored, length)) = &self.stored else {
            return Ok(Err("it is not in the repository".to_owned()));
        };
        if *length > ATTACHED_VEX_BYTES {
            return Ok(Err(format!("it has more than {ATTACHED_VEX_BYTES} bytes")));
        }
        let unreadable =
            |error: String| StoreError::Unavailable(format!("the document {}: {error}", self.digest));
        let file = match engine.blobs.open_file(stored) {
            Ok(file) => file,
            Err(BlobError::Missing(_)) => return Ok(Err("its bytes are gone".to_owned())),
            Err(error) => return Err(unreadable(error.to_string())),
        };
        let mut bytes = Vec::new();
        file.take(ATTACHED_VEX_BYTES)
            .read_to_end(&mut bytes)
            .map_err(|error| unreadable(error.to_string()))?;
        Ok(Ok(bytes))
    }
}

fn refused(by: String, why: &str) -> Decision {
    Decision {
        by,
        reason: format!("it is not believed: {why}"),
        owner: String::new(),
        expires: None,
        state: DecisionState::Unused,
        findings: 0,
    }
}

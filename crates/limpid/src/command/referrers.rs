//! `--vex referrers`: VEX documents that are attached to the image in its registry.
//!
//! Whoever may push there can take findings away by them, so they are read only where that is asked for, and each finding that one
//! takes away names the document by its digest.

use std::borrow::Cow;

use anyhow::{Context, bail};
use limpid_core::{
    Digest, ImageFacts,
    policy::{Policy, Product, Statement, vex},
};
use limpid_image::{
    reference::{ImageArgument, Location},
    source::registry::{CredentialFiles, RegistryClient},
};

use super::decisions;
use crate::{
    arguments::{ImageOptions, PolicyOptions},
    terminal,
};

/// The policy for one image: what is asked for, and where that is wanted what is attached to the image.
pub(super) fn policy<'a>(
    policy: &'a Policy,
    options: &PolicyOptions,
    image: &ImageFacts,
    how: &ImageOptions,
) -> anyhow::Result<Cow<'a, Policy>> {
    if !decisions::wants_referrers(options) {
        return Ok(Cow::Borrowed(policy));
    }
    let mut own = policy.clone();
    own.statements.extend(statements(image, how).context("--vex referrers")?);
    Ok(Cow::Owned(own))
}

fn statements(image: &ImageFacts, how: &ImageOptions) -> anyhow::Result<Vec<Statement>> {
    let argument: ImageArgument = image.reference.parse()?;
    let Location::Registry(reference) = argument.location() else {
        bail!("{} is in no registry, and has nothing attached", image.reference);
    };
    let client = RegistryClient::new(reference, how.insecure, CredentialFiles::from_environment())?;
    // Where the name is that of several platforms, documents may be attached to all of them at once.
    let named = client.digest_of(reference.identifier())?;
    let mut subjects = vec![named];
    if !subjects.contains(&image.digest) {
        subjects.push(image.digest.clone());
    }
    let mut statements = Vec::new();
    for subject in &subjects {
        for attached in client.attached(subject, may_be_vex)? {
            let (document, reference) = (&attached.digest, &image.reference);
            match vex::read_attached(&attached.bytes, subject) {
                Ok(read) => statements.extend(
                    read.into_iter().flatten().map(|one| from(document, about(one, subject, &image.digest))),
                ),
                // It takes nothing away, so the findings stand.
                Err(error) => terminal::print_warning(&format!(
                    "{reference}: the attached document {document} is not believed: {error}"
                )),
            }
        }
    }
    Ok(statements)
}

/// Whether something of this media type could be, or have in it, a VEX document.
fn may_be_vex(media_type: &str) -> bool {
    ["vex", "csaf", "cyclonedx", "in-toto", "dsse", "sigstore.bundle"]
        .iter()
        .any(|word| media_type.contains(word))
}

/// The same statement, by the document that it stands in.
fn from(document: &Digest, statement: Statement) -> Statement {
    let by = format!("referrer {document} ({})", statement.by);
    Statement { by, ..statement }
}

/// The same statement, with what it says of the image of all platforms said of this one.
fn about(statement: Statement, subject: &Digest, image: &Digest) -> Statement {
    let renamed =
        |product: Product| Product { id: product.id.replace(subject.hex(), image.hex()), ..product };
    Statement { products: statement.products.into_iter().map(renamed).collect(), ..statement }
}

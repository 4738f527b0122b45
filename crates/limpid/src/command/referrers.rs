//! `--vex referrers`: VEX documents that are attached to the image in its registry.
//!
//! Whoever may push there can take findings away by them, so they are read only where that is asked for, and each finding that one
//! takes away names the document by its digest.

use std::borrow::Cow;

use anyhow::{Context, bail};
use limpid_core::{
    ImageFacts,
    policy::{Policy, Statement, vex},
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
    let by_file = decisions::believes_referrers(options)? && is_in_registry(image);
    if !by_file && !decisions::wants_referrers(options) {
        return Ok(Cow::Borrowed(policy));
    }
    let mut own = policy.clone();
    own.statements.extend(statements(image, how).context("--vex referrers")?);
    Ok(Cow::Owned(own))
}

/// Whether there is a place where something could be attached: a file of decisions is for images wherever they are.
fn is_in_registry(image: &ImageFacts) -> bool {
    let argument = image.reference.parse::<ImageArgument>();
    argument.is_ok_and(|argument| matches!(argument.location(), Location::Registry(_)))
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
        for attached in client.attached(subject, vex::may_be_vex)? {
            let (document, reference) = (&attached.digest, &image.reference);
            match vex::read_about(&attached.bytes, document, subject, &image.digest) {
                Ok(read) => statements.extend(read),
                // It takes nothing away, so the findings stand.
                Err(error) => terminal::print_warning(&format!(
                    "{reference}: the attached document {document} is not believed: {error}"
                )),
            }
        }
    }
    Ok(statements)
}

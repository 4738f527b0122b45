//! What is attached to an image: other artifacts that refer to it, and `POST …/sbom`, which attaches a list of its packages.

use limpid_store::{
    StoreError,
    registry::{self as stored, Referrer, Wanted},
};

use super::place::{Found, Place};
use crate::{
    accounts::{self, Action, Decision, Object, Principal},
    engine::Engine,
    face::work,
    http::ApiError,
    limits::ATTACHED_ROWS,
    pages::{
        answer::{Reply, lead_to},
        form::Form,
        frame::Frame,
        parts::DigestMark,
        problem::nothing,
    },
    public::Call,
    security,
};

/// What stands beside the report of an image.
#[derive(Debug, Clone, Default)]
pub(in crate::pages) struct Beside {
    /// Whether whoever looks may ask for it to be read again.
    pub(in crate::pages) may_rescan: bool,
    /// Whether they may attach something.
    pub(in crate::pages) may_attach: bool,
    /// What is attached, the first of it.
    pub(in crate::pages) attached: Vec<AttachedRow>,
    /// Whether there is more.
    pub(in crate::pages) has_more: bool,
}

/// An artifact that refers to the image.
#[derive(Debug, Clone)]
pub(in crate::pages) struct AttachedRow {
    pub(in crate::pages) kind: String,
    pub(in crate::pages) digest: DigestMark,
}

/// What stands beside an image, for this principal. Blocks.
pub(super) fn beside(engine: &Engine, principal: &Principal, found: &Found) -> Result<Beside, StoreError> {
    let may_rescan = super::rescan::may(engine, principal, &found.place)?;
    let (Place::Repository(name, _), Some(pushed)) = (&found.place, &found.pushed) else {
        return Ok(Beside { may_rescan, ..Beside::default() });
    };
    let object = Object::Repository(name.clone());
    let most = ATTACHED_ROWS + 1;
    let (decided, referrers) = engine.database.read(|tx| {
        let decided = accounts::authorize(tx, principal, Action::Push, &object)?;
        let wanted = Wanted { subject: &found.digest, artifact_type: "", after: "" };
        Ok::<_, StoreError>((decided, stored::referrers(tx, pushed.repository, &wanted, most)?))
    })?;
    Ok(Beside {
        may_rescan,
        may_attach: decided == Decision::Allowed && pushed.manifest.kind == "image",
        has_more: referrers.len() as u64 == most,
        attached: referrers.iter().take(most.saturating_sub(1) as usize).map(row).collect(),
    })
}

fn row(referrer: &Referrer) -> AttachedRow {
    let kind = match referrer.artifact_type.as_str() {
        "application/vnd.cyclonedx+json" => "SBOM, CycloneDX".to_owned(),
        "application/spdx+json" => "SBOM, SPDX".to_owned(),
        "" => referrer.media_type.clone(),
        other => other.to_owned(),
    };
    AttachedRow { kind, digest: DigestMark::of(&referrer.digest) }
}

/// `POST …/image/{reference}/sbom`.
pub(in crate::pages) async fn sbom(call: Call, _frame: Frame) -> Reply {
    let place = Place::of(&call);
    let path = place.path();
    let whole = accounts::whole_name(call.captures.get("name")).ok_or_else(nothing)?;
    let (engine, principal) = (call.engine, call.principal);
    let form = Form::of_body(call.request).await?;
    let form = security::SbomForm::of(form.get("format"))?;
    work(&engine, move |engine| {
        let found = place.find(engine)?;
        security::attach_sbom(engine, &principal, &whole, &found.digest, form)?;
        Ok::<_, ApiError>(())
    })
    .await?;
    lead_to(&format!("{path}#attached"))
}

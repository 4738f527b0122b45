//! The pages of one image: what was found, its packages, its layers, and the files to take along.

mod attached;
mod choice;
mod csv;
mod explain;
mod findings;
mod head;
mod index;
mod layers;
mod packages;
mod place;
mod rescan;
mod rows;

#[cfg(test)]
pub(super) use self::{
    attached::{AttachedRow, Beside},
    choice::Choice,
    explain::made as made_explanation,
    findings::made as made_findings,
    layers::made as made_layers,
    packages::made as made_packages,
    place::Found,
};
use axum::http::HeaderValue;

pub(super) use self::{
    attached::sbom,
    csv::csv,
    explain::{explain, explanation},
    findings::findings,
    index::rolled_up,
    layers::layers,
    packages::packages,
    place::Place,
    rescan::rescan,
};
use super::{
    answer::{Reply, download},
    frame::Frame,
};
use crate::{face::work, http::ApiError, public::Call};

/// `GET …/report.json`: `limpid/report/1`.
pub(super) async fn json(call: Call, _frame: Frame) -> Reply {
    let place = place::Place::of(&call);
    let principal = call.principal.clone();
    let (name, json) = work(&call.engine, move |engine| {
        let found = place.find(engine)?;
        let seen = found.report(engine)?;
        let built = found.built(engine, &principal, &seen.report)?;
        let json = serde_json::to_vec(built.as_ref().map_or(&seen.report, |built| &built.report))
            .map_err(|error| ApiError::internal(format!("the report cannot be written: {error}")))?;
        Ok::<_, ApiError>((found.file_name("json"), json))
    })
    .await?;
    download("application/json", &name, json)
}

/// A header that tells a program the verdict without the page.
fn with_verdict(
    mut reply: axum::response::Response,
    verdict: &str,
) -> Result<axum::response::Response, ApiError> {
    let value = HeaderValue::from_str(verdict)
        .map_err(|error| ApiError::internal(format!("a header cannot be sent: {error}")))?;
    reply.headers_mut().insert("limpid-verdict", value);
    Ok(reply)
}

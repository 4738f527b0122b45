//! `/repository/{name}/-/settings`: who may do what, and whether everybody may pull.

use askama::Template;

use super::{
    Sent,
    namespace::{PermissionRow, grant, permission_row},
    unknown_form,
};
use crate::{
    accounts::{
        Action, Decision, Object,
        administration::{self, Failure, Place},
        whole_name,
    },
    face::work,
    pages::{
        answer::{Reply, lead_to, page},
        frame::{Frame, Section},
        problem::nothing,
    },
    public::Call,
};

/// The page.
#[derive(Template)]
#[template(path = "administration/repository.html")]
pub(in crate::pages) struct RepositoryPage {
    pub(in crate::pages) frame: Frame,
    pub(in crate::pages) name: String,
    pub(in crate::pages) namespace: String,
    pub(in crate::pages) may_change: bool,
    pub(in crate::pages) is_public: bool,
    pub(in crate::pages) permissions: Vec<PermissionRow>,
}

/// `GET`.
pub(in crate::pages) async fn show(call: Call, frame: Frame) -> Reply {
    let name = whole_name(call.captures.get("name")).ok_or_else(nothing)?;
    let principal = call.principal.clone();
    work(&call.engine, move |engine| {
        let read = engine.database.read(|tx| {
            let object = Object::Repository(name.clone());
            let may = crate::accounts::authorize(tx, &principal, Action::Administer, &object)?;
            let found =
                limpid_store::listing::repository(tx, &name)?.ok_or(Failure::NotFound("repository"))?;
            let permissions = administration::permissions(tx, Place::Repository(&name))?;
            Ok::<_, Failure>((found, may == Decision::Allowed, permissions))
        });
        let (found, may_change, permissions) = read?;
        page(&RepositoryPage {
            frame: frame.titled(Section::Repositories, format!("Settings of {name}")),
            namespace: name.split_once('/').map_or_else(String::new, |(namespace, _)| namespace.to_owned()),
            name,
            may_change,
            is_public: found.is_public,
            permissions: permissions.into_iter().map(permission_row).collect(),
        })
    })
    .await
}

/// `POST`.
pub(in crate::pages) async fn change(call: Call, _frame: Frame) -> Reply {
    let name = whole_name(call.captures.get("name")).ok_or_else(nothing)?;
    let sent = Sent::of(call).await?;
    let (object, own) = (format!("repository {name}"), name.clone());
    match sent.form.get("do") {
        "visibility" => {
            let is_public = sent.form.get("public") == "1";
            let object = format!("{object}: {}", if is_public { "public" } else { "private" });
            sent.change("set-visibility", object, move |engine, _| {
                administration::set_visibility(engine, &own, is_public)
            })
            .await?;
        }
        "grant" | "revoke" => {
            let what = if sent.form.get("do") == "grant" { "grant" } else { "revoke" };
            let object = format!(
                "{object}, {} {}: {}",
                sent.form.get("kind"),
                sent.get("name"),
                sent.form.get("role")
            );
            sent.change(what, object, move |engine, form| grant(engine, Place::Repository(&own), form))
                .await?;
        }
        other => return Err(unknown_form(other)),
    }
    lead_to(&format!("/repository/{name}/-/settings"))
}

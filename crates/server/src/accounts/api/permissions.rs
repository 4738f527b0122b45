//! What is granted in namespaces and repositories, and who may pull without saying who they are.

use axum::http::StatusCode;
use limpid_store::accounts::Role;
use serde::Deserialize;
use serde_json::json;

use super::{Reply, change, done, show as shown, shown::ShownPermission, take};
use crate::{
    accounts::administration::{self, Failure, Grantee, Place},
    face::work,
    public::Call,
};

/// What a path names: place and grantee, of each one is empty.
struct Named {
    namespace: String,
    repository: String,
    user: String,
    team: String,
}

impl Named {
    fn of(call: &Call) -> Self {
        let word = |word| call.captures.get(word).to_owned();
        Self {
            namespace: word("namespace"),
            repository: word("name"),
            user: word("user"),
            team: word("team"),
        }
    }

    fn place(&self) -> Place<'_> {
        if self.repository.is_empty() {
            Place::Namespace(&self.namespace)
        } else {
            Place::Repository(&self.repository)
        }
    }

    fn grantee(&self) -> Grantee<'_> {
        if self.team.is_empty() { Grantee::Account(&self.user) } else { Grantee::Team(&self.team) }
    }

    /// As the audit calls it.
    fn object(&self) -> String {
        let place = match self.place() {
            Place::Namespace(name) => format!("namespace {name}"),
            Place::Repository(name) => format!("repository {name}"),
        };
        match self.grantee() {
            Grantee::Account(name) => format!("{place}, account {name}"),
            Grantee::Team(name) => format!("{place}, team {name}"),
        }
    }
}

pub(super) async fn list(call: Call) -> Reply {
    let named = Named::of(&call);
    let permissions = work(&call.engine, move |engine| {
        engine.database.read(|tx| administration::permissions(tx, named.place()))
    })
    .await?;
    let permissions: Vec<ShownPermission> = permissions.into_iter().map(ShownPermission::from).collect();
    shown(StatusCode::OK, &json!({ "permissions": permissions }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Grant {
    role: String,
}

pub(super) async fn grant(mut call: Call) -> Reply {
    let named = Named::of(&call);
    let Grant { role } = take(&mut call).await?;
    let role = Role::of_word(&role)
        .ok_or_else(|| Failure::Invalid("a role is reader, writer or admin".to_owned()))?;
    let object = format!("{}: {}", named.object(), role.word());
    change(call, "grant", object, move |engine, _| {
        administration::grant(engine, named.place(), named.grantee(), role)
    })
    .await?;
    done()
}

pub(super) async fn revoke(call: Call) -> Reply {
    let named = Named::of(&call);
    let object = named.object();
    change(call, "revoke", object, move |engine, _| {
        administration::revoke(engine, named.place(), named.grantee())
    })
    .await?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Visibility {
    public: bool,
}

pub(super) async fn set_visibility(mut call: Call) -> Reply {
    let named = Named::of(&call);
    let Visibility { public } = take(&mut call).await?;
    let object = format!("repository {}: {}", named.repository, if public { "public" } else { "private" });
    change(call, "set-visibility", object, move |engine, _| {
        administration::set_visibility(engine, &named.repository, public)
    })
    .await?;
    done()
}

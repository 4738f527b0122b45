//! Teams and their members.

use axum::http::StatusCode;
use limpid_store::accounts;
use serde::Deserialize;
use serde_json::json;

use super::{Reply, change, done, show as shown, take};
use crate::{
    accounts::administration::{self, Failure},
    face::work,
    limits::ACCOUNTS_LIST,
    public::Call,
};

pub(super) async fn list(call: Call) -> Reply {
    let place = call.captures.get("namespace").to_owned();
    let teams = work(&call.engine, move |engine| {
        engine.database.read(|tx| {
            let found = accounts::find_namespace(tx, &place)?.ok_or(Failure::NotFound("namespace"))?;
            Ok::<_, Failure>(accounts::list_teams(tx, found.number, ACCOUNTS_LIST)?)
        })
    })
    .await?;
    let names: Vec<String> = teams.into_iter().map(|team| team.name).collect();
    shown(StatusCode::OK, &json!({ "teams": names }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: String,
}

pub(super) async fn make(mut call: Call) -> Reply {
    let place = call.captures.get("namespace").to_owned();
    let Wanted { name } = take(&mut call).await?;
    let body = json!({ "name": name });
    let object = format!("team {place}/{name}");
    change(call, "make-team", object, move |engine, _| administration::create_team(engine, &place, &name))
        .await?;
    shown(StatusCode::CREATED, &body)
}

/// Namespace, team and member of a path, and how the audit calls them.
fn of(call: &Call) -> ([String; 3], String) {
    let names = ["namespace", "team", "user"].map(|word| call.captures.get(word).to_owned());
    let [place, team, user] = &names;
    let member = if user.is_empty() { String::new() } else { format!(", account {user}") };
    let object = format!("team {place}/{team}{member}");
    (names, object)
}

pub(super) async fn remove(call: Call) -> Reply {
    let ([place, team, _], object) = of(&call);
    change(call, "remove-team", object, move |engine, _| administration::delete_team(engine, &place, &team))
        .await?;
    done()
}

pub(super) async fn members(call: Call) -> Reply {
    let ([place, team, _], _) = of(&call);
    let members = work(&call.engine, move |engine| {
        engine.database.read(|tx| administration::members(tx, &place, &team))
    })
    .await?;
    shown(StatusCode::OK, &json!({ "members": members }))
}

pub(super) async fn add(call: Call) -> Reply {
    let ([place, team, user], object) = of(&call);
    let add = move |engine: &crate::engine::Engine, _: &crate::accounts::Principal| {
        administration::add_member(engine, &place, &team, &user)
    };
    change(call, "add-member", object, add).await?;
    done()
}

pub(super) async fn expel(call: Call) -> Reply {
    let ([place, team, user], object) = of(&call);
    let expel = move |engine: &crate::engine::Engine, _: &crate::accounts::Principal| {
        administration::remove_member(engine, &place, &team, &user)
    };
    change(call, "remove-member", object, expel).await?;
    done()
}

//! Robots and their tokens.

use axum::http::StatusCode;
use limpid_store::accounts;
use serde::Deserialize;
use serde_json::json;

use super::{
    Reply, account, change, done, show as shown,
    shown::{Robot, TokenRequest},
    take,
};
use crate::{
    accounts::administration::{self, Failure},
    face::work,
    limits::ACCOUNTS_LIST,
    public::Call,
};

pub(super) async fn list(call: Call) -> Reply {
    let place = call.captures.get("namespace").to_owned();
    let robots = work(&call.engine, move |engine| {
        engine.database.read(|tx| {
            let found = accounts::find_namespace(tx, &place)?.ok_or(Failure::NotFound("namespace"))?;
            Ok::<_, Failure>(accounts::list_robots(tx, found.number, "", ACCOUNTS_LIST)?)
        })
    })
    .await?;
    let robots: Vec<Robot> = robots.into_iter().map(Robot::from).collect();
    shown(StatusCode::OK, &json!({ "robots": robots }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    name: String,
}

pub(super) async fn make(mut call: Call) -> Reply {
    let place = call.captures.get("namespace").to_owned();
    let Wanted { name } = take(&mut call).await?;
    let object = format!("account {place}+{name}");
    let short = name.clone();
    let whole = change(call, "make-robot", object, move |engine, _| {
        administration::create_robot(engine, &place, &name)
    })
    .await?;
    shown(StatusCode::CREATED, &json!({ "name": short, "account": whole }))
}

/// The whole name of a path's robot. Of a namespace's robots no other's is reached, since names have no plus sign.
fn of(call: &Call) -> String {
    format!("{}+{}", call.captures.get("namespace"), call.captures.get("robot"))
}

pub(super) async fn remove(call: Call) -> Reply {
    let robot = of(&call);
    let object = format!("account {robot}");
    change(call, "remove-robot", object, move |engine, _| administration::delete_robot(engine, &robot))
        .await?;
    done()
}

pub(super) async fn tokens(call: Call) -> Reply {
    let robot = of(&call);
    let tokens = work(&call.engine, move |engine| account::list_tokens(engine, &robot)).await?;
    shown(StatusCode::OK, &json!({ "tokens": tokens }))
}

pub(super) async fn make_token(mut call: Call) -> Reply {
    let robot = of(&call);
    let wanted: TokenRequest = take(&mut call).await?;
    account::make(call, robot, wanted).await
}

pub(super) async fn revoke_token(call: Call) -> Reply {
    let robot = of(&call);
    account::revoke(call, robot).await
}

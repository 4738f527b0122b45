//! `/namespaces` and `/namespaces/{namespace}`: teams, robots, permissions and settings.

use askama::Template;
use axum::http::StatusCode;
use limpid_store::{
    StoreError,
    accounts::{self as store, Namespace, Permission, Role},
};

use super::{
    Sent,
    gate::{self, GateView},
    tokens::{self, NewToken, TokenRow},
    unknown_form,
};
use crate::{
    accounts::{
        Action, Decision, Object, Principal,
        administration::{self, Failure, Grantee, Place},
    },
    engine::Engine,
    face::work,
    http::ApiError,
    limits::ACCOUNTS_LIST,
    pages::{
        answer::{Reply, lead_to, page},
        form::{Form, query_of},
        frame::{Frame, Section},
        problem::nothing,
        query,
        repositories::viewer,
    },
    public::Call,
};

/// The list.
#[derive(Template)]
#[template(path = "administration/namespaces.html")]
pub(in crate::pages) struct NamespacesPage {
    pub(in crate::pages) frame: Frame,
    pub(in crate::pages) names: Vec<String>,
    /// Where the next are.
    pub(in crate::pages) next: Option<String>,
}

/// The page of one.
#[derive(Template)]
#[template(path = "administration/namespace.html")]
pub(in crate::pages) struct NamespacePage {
    pub(in crate::pages) frame: Frame,
    pub(in crate::pages) name: String,
    /// Whether whoever looks may change anything.
    pub(in crate::pages) may_change: bool,
    pub(in crate::pages) writers_overwrite: bool,
    pub(in crate::pages) permissions: Vec<PermissionRow>,
    pub(in crate::pages) teams: Vec<TeamRow>,
    pub(in crate::pages) robots: Vec<RobotRow>,
    pub(in crate::pages) gate: GateView,
    /// What a robot's token is for, where nobody says.
    pub(in crate::pages) robot_scopes: String,
    pub(in crate::pages) made: Option<NewToken>,
}

/// What was granted.
#[derive(Debug, Clone)]
pub(in crate::pages) struct PermissionRow {
    /// `user` or `team`.
    pub(in crate::pages) kind: &'static str,
    pub(in crate::pages) name: String,
    pub(in crate::pages) role: &'static str,
}

/// A team.
#[derive(Debug, Clone)]
pub(in crate::pages) struct TeamRow {
    pub(in crate::pages) name: String,
    pub(in crate::pages) members: Vec<String>,
}

/// A robot.
#[derive(Debug, Clone)]
pub(in crate::pages) struct RobotRow {
    /// Its whole name.
    pub(in crate::pages) account: String,
    pub(in crate::pages) tokens: Vec<TokenRow>,
}

/// `GET /namespaces`.
pub(in crate::pages) async fn list(call: Call, frame: Frame) -> Reply {
    let after = query(&call).get("after").to_owned();
    let viewer = viewer(&call.principal);
    work(&call.engine, move |engine| {
        let found = engine.database.read::<_, StoreError>(|tx| {
            if viewer.sees_all {
                store::list_namespaces(tx, &after, ACCOUNTS_LIST)
            } else {
                store::namespaces_of(tx, viewer.account, &after, ACCOUNTS_LIST)
            }
        })?;
        let names: Vec<String> = found.into_iter().map(|namespace| namespace.name).collect();
        let last = names.last().filter(|_| names.len() as u64 >= ACCOUNTS_LIST);
        let next = last.map(|name| format!("/namespaces{}", query_of([("after", name.as_str())])));
        page(&NamespacesPage { frame: frame.titled(Section::Administration, "Namespaces"), next, names })
    })
    .await
}

/// `GET /namespaces/{namespace}`.
pub(in crate::pages) async fn show(call: Call, frame: Frame) -> Reply {
    let (name, principal) = (call.captures.get("namespace").to_owned(), call.principal.clone());
    work(&call.engine, move |engine| shown(engine, frame, &principal, &name, None)).await
}

fn shown(engine: &Engine, frame: Frame, principal: &Principal, name: &str, made: Option<NewToken>) -> Reply {
    let read = engine.database.read(|tx| {
        let found = store::find_namespace(tx, name)?.ok_or(Failure::NotFound("namespace"))?;
        let object = Object::Namespace(name.to_owned());
        let may = crate::accounts::authorize(tx, principal, Action::Administer, &object)?;
        let mut teams = Vec::new();
        for team in store::list_teams(tx, found.number, ACCOUNTS_LIST)? {
            let members = store::list_members(tx, team.number, ACCOUNTS_LIST)?;
            teams.push(TeamRow { name: team.name, members });
        }
        let robots = store::list_robots(tx, found.number, "", ACCOUNTS_LIST)?;
        let permissions = administration::permissions(tx, Place::Namespace(name))?;
        Ok::<_, Failure>((found, may == Decision::Allowed, teams, robots, permissions))
    });
    let (found, may_change, teams, robots, permissions) = read?;
    let robot = |robot: store::Account| {
        Ok(RobotRow { tokens: tokens::rows(engine, robot.number)?, account: robot.name })
    };
    let robots: Result<Vec<RobotRow>, StoreError> = robots.into_iter().map(robot).collect();
    page(&NamespacePage {
        frame: frame.titled(Section::Administration, format!("Namespace {name}")),
        name: name.to_owned(),
        may_change,
        writers_overwrite: writers_overwrite(&found)?,
        gate: gate::view(&found.settings, engine.now())?,
        permissions: permissions.into_iter().map(permission_row).collect(),
        teams,
        robots: robots?,
        robot_scopes: format!("repo:{name}/*:pull"),
        made,
    })
}

fn writers_overwrite(namespace: &Namespace) -> Result<bool, ApiError> {
    let settings: serde_json::Value = serde_json::from_str(&namespace.settings).map_err(|error| {
        ApiError::internal(format!("the settings of a namespace cannot be read: {error}"))
    })?;
    Ok(settings.get("writers_overwrite").and_then(serde_json::Value::as_bool).unwrap_or(false))
}

/// A permission as a row.
pub(super) fn permission_row(permission: Permission) -> PermissionRow {
    let is_team = permission.account.is_empty();
    PermissionRow {
        kind: if is_team { "team" } else { "user" },
        name: if is_team { permission.team } else { permission.account },
        role: permission.role.word(),
    }
}

/// What a form grants to whom, or takes back, at a place.
pub(super) fn grant(engine: &Engine, place: Place<'_>, form: &Form) -> Result<(), Failure> {
    let name = form.get("name").trim();
    let grantee = match form.get("kind") {
        "team" => Grantee::Team(name),
        "user" => Grantee::Account(name),
        other => return Err(Failure::Invalid(format!("“{other}” is neither user nor team"))),
    };
    match form.get("do") {
        "revoke" => administration::revoke(engine, place, grantee),
        _grant => {
            let word = form.get("role");
            let role = Role::of_word(word)
                .ok_or_else(|| Failure::Invalid("a role is reader, writer or admin".to_owned()))?;
            administration::grant(engine, place, grantee, role)
        }
    }
}

/// `POST /namespaces/{namespace}`.
pub(in crate::pages) async fn change(call: Call, frame: Frame) -> Reply {
    let place = call.captures.get("namespace").to_owned();
    let sent = Sent::of(call).await?;
    let (name, at) = (sent.get("name"), place.clone());
    let object = format!("namespace {place}");
    match sent.form.get("do") {
        "settings" => {
            let change = move |engine: &Engine, form: &Form| {
                administration::set_writers_overwrite(engine, &at, form.has("writers_overwrite"))
            };
            sent.change("change-namespace", object, change).await?;
        }
        "grant" | "revoke" => {
            let what = if sent.form.get("do") == "grant" { "grant" } else { "revoke" };
            let object = format!("{object}, {} {name}: {}", sent.form.get("kind"), sent.form.get("role"));
            sent.change(what, object, move |engine, form| grant(engine, Place::Namespace(&at), form)).await?;
        }
        "gate" | "allow" | "disallow" => {
            sent.change("change-gate", object, move |engine, form| gate::change(engine, &at, form)).await?;
        }
        "make-team" | "remove-team" | "add-member" | "remove-member" => {
            teams(&sent, place.clone(), name).await?
        }
        "make-robot" => {
            let change = move |engine: &Engine, _: &Form| administration::create_robot(engine, &at, &name);
            sent.change("make-robot", object, change).await?;
        }
        "remove-robot" | "make-token" | "revoke-token" => {
            if let Some(made) = robots(&sent, &place).await? {
                let principal = sent.principal.clone();
                return work(&sent.engine, move |engine| {
                    shown(engine, frame, &principal, &place, Some(made))
                })
                .await;
            }
        }
        other => return Err(unknown_form(other)),
    }
    lead_to(&format!("/namespaces/{place}"))
}

async fn teams(sent: &Sent, place: String, name: String) -> Result<(), ApiError> {
    let object = format!("namespace {place}, team {name}");
    let (what, member) = (sent.form.get("do").to_owned(), sent.get("member"));
    let word = match what.as_str() {
        "make-team" => "make-team",
        "remove-team" => "remove-team",
        "add-member" => "add-member",
        _remove => "remove-member",
    };
    sent.change(word, object, move |engine, _| match word {
        "make-team" => administration::create_team(engine, &place, &name).map(|_number| ()),
        "remove-team" => administration::delete_team(engine, &place, &name),
        "add-member" => administration::add_member(engine, &place, &name, &member),
        _remove => administration::remove_member(engine, &place, &name, &member),
    })
    .await
}

/// Of a namespace's robots no other's is reached: what is named must begin with its name and a plus sign.
async fn robots(sent: &Sent, place: &str) -> Result<Option<NewToken>, ApiError> {
    let robot = sent.get("robot");
    if robot.split_once('+').is_none_or(|(namespace, _)| namespace != place) {
        return Err(nothing());
    }
    let (object, own) = (format!("account {robot}"), robot.clone());
    match sent.form.get("do") {
        "make-token" => {
            let made = sent
                .change("make-token", object, move |engine, form| tokens::make(engine, &own, form))
                .await?;
            return Ok(Some(NewToken::of(&robot, &made)));
        }
        "revoke-token" => {
            sent.change("revoke-token", object, move |engine, form| {
                administration::revoke_token(engine, &own, form.get("id"))
            })
            .await?;
        }
        "remove-robot" => {
            sent.change("remove-robot", object, move |engine, _| administration::delete_robot(engine, &own))
                .await?;
        }
        other => return Err(ApiError::new(StatusCode::BAD_REQUEST, unknown_form(other).to_string())),
    }
    Ok(None)
}

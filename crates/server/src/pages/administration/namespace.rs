//! `/namespaces` and `/namespaces/{namespace}`: teams, robots, permissions and settings.

use askama::Template;
use axum::http::StatusCode;
use limpid_store::{
    StoreError,
    accounts::{self as store, Namespace, Permission, Role},
};

use super::{
    Sent,
    decisions::{self, PolicyView, Refused},
    gate::{self, GateView},
    space::{self, SpaceView},
    tokens::{self, NewToken, TokenRow},
    unknown_form,
};
use crate::{
    accounts::{
        Action, Decision, Object, Principal,
        administration::{self, Failure, Grantee, Place},
        viewer,
    },
    engine::Engine,
    face::work,
    http::ApiError,
    limits::ACCOUNTS_LIST,
    pages::{
        answer::{Reply, lead_to, page, page_with},
        form::{Form, query_of},
        frame::{Frame, Section},
        problem::nothing,
        query,
    },
    public::Call,
    registry::{copies, tag_policy::TagPolicy},
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
    pub(in crate::pages) policy: PolicyView,
    pub(in crate::pages) space: SpaceView,
    /// The address of the registry that it is a copy of; empty: of none.
    pub(in crate::pages) upstream: String,
    /// The patterns of tags that must stay, one a line.
    pub(in crate::pages) immutable: String,
    /// What a robot's token is for, where nobody says.
    pub(in crate::pages) robot_scopes: String,
    pub(in crate::pages) made: Option<NewToken>,
    /// Who vouches for people, and knows them by groups; `None`: nobody.
    pub(in crate::pages) provider: Option<String>,
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
    /// The group of the provider of sign-in whose people are taken in; empty: none.
    pub(in crate::pages) group: String,
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
    work(&call.engine, move |engine| shown(engine, frame, &principal, &name, Sequel::default())).await
}

/// What a form led to that its page has to show.
#[derive(Default)]
struct Sequel {
    made: Option<NewToken>,
    refused: Option<(StatusCode, Refused)>,
}

fn shown(engine: &Engine, frame: Frame, principal: &Principal, name: &str, sequel: Sequel) -> Reply {
    let (status, refused) =
        sequel.refused.map_or((StatusCode::OK, None), |(status, one)| (status, Some(one)));

    let read = engine.database.read(|tx| {
        let found = store::find_namespace(tx, name)?.ok_or(Failure::NotFound("namespace"))?;
        let object = Object::Namespace(name.to_owned());
        let may = crate::accounts::authorize(tx, principal, Action::Administer, &object)?;
        let operates = crate::accounts::authorize(tx, principal, Action::Operate, &Object::Service)?;
        let mut teams = Vec::new();
        for team in store::list_teams(tx, found.number, ACCOUNTS_LIST)? {
            let members = store::list_members(tx, team.number, ACCOUNTS_LIST)?;
            let group = store::team_group(tx, team.number)?.unwrap_or_default();
            teams.push(TeamRow { name: team.name, members, group });
        }
        let robots = store::list_robots(tx, found.number, "", ACCOUNTS_LIST)?;
        let permissions = administration::permissions(tx, Place::Namespace(name))?;
        let may = (may == Decision::Allowed, operates == Decision::Allowed);
        let upstream = limpid_store::registry::namespace_upstream(tx, name)?;
        Ok::<_, Failure>((found, may, teams, robots, permissions, upstream))
    });
    let (found, (may_change, may_operate), teams, robots, permissions, upstream) = read?;
    let robot = |robot: store::Account| {
        Ok(RobotRow { tokens: tokens::rows(engine, robot.number)?, account: robot.name })
    };
    let robots: Result<Vec<RobotRow>, StoreError> = robots.into_iter().map(robot).collect();
    let policy = decisions::view(engine, name, refused, engine.now())?;
    let made = NamespacePage {
        frame: frame.titled(Section::Administration, format!("Namespace {name}")),
        name: name.to_owned(),
        may_change,
        writers_overwrite: writers_overwrite(&found)?,
        upstream: upstream.unwrap_or_default(),
        space: space::view(&found, may_operate),
        gate: gate::view(&found.settings, engine.now())?,
        immutable: TagPolicy::of_settings(&found.settings)?.immutable.join("\n"),
        permissions: permissions.into_iter().map(permission_row).collect(),
        teams,
        robots: robots?,
        robot_scopes: format!("repo:{name}/*:pull"),
        made: sequel.made,
        policy,
        provider: crate::accounts::provider_name(engine),
    };
    page_with(status, &made)
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
        "policy" => return decide(&sent, frame, place).await,
        "tags" => {
            sent.change("change-tag-policy", object, move |engine, form| keep_tags(engine, &at, form))
                .await?;
        }
        "quota" => {
            may_operate(&sent).await?;
            sent.change("change-quota", object, move |engine, form| space::change(engine, &at, form)).await?;
        }
        "upstream" => {
            may_operate(&sent).await?;
            let object = format!("{object}: {}", sent.get("address"));
            sent.change("change-upstream", object, move |engine, form| copy(engine, &at, form)).await?;
        }
        "make-team" | "remove-team" | "add-member" | "remove-member" | "team-group" => {
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
                    shown(engine, frame, &principal, &place, Sequel { made: Some(made), refused: None })
                })
                .await;
            }
        }
        other => return Err(unknown_form(other)),
    }
    lead_to(&format!("/namespaces/{place}"))
}

/// Sets the policy. What cannot be read is shown again.
async fn decide(sent: &Sent, frame: Frame, place: String) -> Reply {
    let (principal, text) = (sent.principal.clone(), sent.form.get("policy").to_owned());
    work(&sent.engine, move |engine| match decisions::change(engine, &principal, &place, &text)? {
        None => lead_to(&format!("/namespaces/{place}#policy")),
        refused => shown(engine, frame, &principal, &place, Sequel { made: None, refused }),
    })
    .await
}

/// What is not for whoever administers the namespace alone.
async fn may_operate(sent: &Sent) -> Result<(), ApiError> {
    let principal = sent.principal.clone();
    let may = work(&sent.engine, move |engine| {
        crate::accounts::decide(engine, &principal, Action::Operate, &Object::Service)
    });
    match may.await? {
        Decision::Allowed => Ok(()),
        Decision::SignIn | Decision::Forbidden | Decision::Hidden => {
            Err(ApiError::new(StatusCode::FORBIDDEN, "you may not do that"))
        }
    }
}

/// Has it be a copy of another registry, or none where no address is given.
fn copy(engine: &Engine, namespace: &str, form: &Form) -> Result<(), Failure> {
    let text = form.get("address").trim();
    let address = Some(text).filter(|text| !text.is_empty()).map(str::parse::<copies::Address>);
    let address = address.transpose().map_err(Failure::Invalid)?;
    copies::set(engine, namespace, address.as_ref())
}

/// Sets which tags must stay.
fn keep_tags(engine: &Engine, namespace: &str, form: &Form) -> Result<(), Failure> {
    let immutable = form.get("immutable").split_whitespace().map(str::to_owned).collect();
    let policy = TagPolicy { immutable };
    policy.check(namespace).map_err(Failure::Invalid)?;
    let is_there = engine.database.write(|tx| policy.set(tx, namespace))?;
    if is_there { Ok(()) } else { Err(Failure::NotFound("namespace")) }
}

async fn teams(sent: &Sent, place: String, name: String) -> Result<(), ApiError> {
    let object = format!("namespace {place}, team {name}");
    let (what, member) = (sent.form.get("do").to_owned(), sent.get("member"));
    let word = match what.as_str() {
        "make-team" => "make-team",
        "remove-team" => "remove-team",
        "add-member" => "add-member",
        "team-group" => "set-team-group",
        _remove => "remove-member",
    };
    let group = sent.get("group");
    sent.change(word, object, move |engine, _| match word {
        "make-team" => administration::create_team(engine, &place, &name).map(|_number| ()),
        "remove-team" => administration::delete_team(engine, &place, &name),
        "add-member" => administration::add_member(engine, &place, &name, &member),
        "set-team-group" => {
            let group = Some(group.as_str()).filter(|group| !group.is_empty());
            administration::set_team_group(engine, &place, &name, group)
        }
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

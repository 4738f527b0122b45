//! Every route of the public listener, by every kind of principal.
//!
//! What is expected is written by hand for each action and kind of object, and not computed by what is tested. A route whose
//! action has no line here fails.

use axum::http::{Method, Request, request::Parts};
use limpid_store::accounts::{Role, ServiceRole};

use super::{
    Place,
    place::{PASSWORD, basic, bearing},
};
use crate::{
    accounts::{
        Action, Decision, Object, Principal, administration,
        administration::{
            Grantee, UserChange, add_member, change_user, create_robot, create_team, grant, revoke_token,
        },
        decide,
    },
    public::{Face, Route, TABLE, Target},
};

/// A line a principal: its letter in the lines below is at its place.
const PRINCIPALS: [&str; 28] = [
    "anonymous",
    "wrong password",
    "user without grants",
    "reader of the namespace, through a team",
    "writer of the namespace",
    "admin of the namespace",
    "reader of the repository",
    "admin of the repository",
    "admin of another namespace",
    "robot repo:team/private:pull",
    "robot repo:team/private:push",
    "robot repo:team/private:overwrite",
    "robot repo:team/private:delete",
    "robot report:read",
    "robot index:write",
    "robot project:admin",
    "robot catalog:read",
    "the writer's token repo:team/private:pull",
    "expired token",
    "revoked token",
    "disabled account",
    "bearer token of the admin for the repository",
    "bearer token of the admin for the repository that was there before",
    "bearer token of nobody",
    "another namespace's robot repo:*:pull",
    "auditor",
    "superuser",
    "the superuser's token repo:*:pull",
];

/// A: allowed, S: 401, F: 403, H: 404. In the order of [`PRINCIPALS`], in groups: who is nobody (2), users (7), robots (8), the
/// writer's token, what has ended (3), bearer tokens (3), another's robot, auditor, superuser, the superuser's token.
const EXPECTED: &[(Action, &str, &str)] = &[
    (Action::Look, "any", "AS AAAAAAA AAAAAAAA A SSS AAA A AAA"),
    (Action::Enter, "any", "SS AAAAAAA AAAAAAAA A SSS AAS A AAA"),
    (Action::ChangeSelf, "any", "SS AAAAAAA FFFFFFFF F SSS FFS F AAF"),
    (Action::ListCatalog, "any", "AS AAAAAAA FFFFFFFA F SSS SSA F AAF"),
    (Action::Pull, "private", "SS HAAAAAH AFFFFFFH A SSS ASS H AAA"),
    (Action::Pull, "public", "AS AAAAAAA AAAAAAAA A SSS AAA A AAA"),
    (Action::Pull, "missing", "SS HAAAHHH HHHHFFFH H SSS SSS H AAA"),
    (Action::Push, "private", "SS HFAAFAH FAFFFFFH F SSS ASS H FAF"),
    (Action::Push, "public", "SS FFAAFFF FFFFFFFF F SSS SSS F FAF"),
    (Action::Push, "missing", "SS HFAAHHH HHHHFFFH H SSS SSS H FAF"),
    (Action::Overwrite, "private", "SS HFFAFAH FFAFFFFH F SSS ASS H FAF"),
    (Action::Overwrite, "public", "SS FFFAFFF FFFFFFFF F SSS SSS F FAF"),
    (Action::Overwrite, "missing", "SS HFFAHHH HHHHFFFH H SSS SSS H FAF"),
    (Action::Delete, "private", "SS HFFAFAH FFFAFFFH F SSS ASS H FAF"),
    (Action::Delete, "public", "SS FFFAFFF FFFFFFFF F SSS SSS F FAF"),
    (Action::Delete, "missing", "SS HFFAHHH HHHHFFFH H SSS SSS H FAF"),
    (Action::ReadReport, "private", "SS HAAAAAH FFFFAFFH F SSS ASS H AAF"),
    (Action::ReadReport, "public", "AS AAAAAAA AAAAAAAA A SSS AAA A AAA"),
    (Action::ReadReport, "missing", "SS HAAAHHH HHHHAFFH H SSS SSS H AAF"),
    (Action::RequestIndex, "private", "SS HFAAFAH FFFFFAFH F SSS ASS H FAF"),
    (Action::RequestIndex, "public", "SS FFAAFFF FFFFFAFF F SSS SSS F FAF"),
    (Action::RequestIndex, "missing", "SS HFAAHHH HHHHFAFH H SSS SSS H FAF"),
    (Action::ReadSettings, "private", "SS HFFAFAH FFFFFFAH F SSS SSS H AAF"),
    (Action::ReadSettings, "public", "SS FFFAFFF FFFFFFAF F SSS SSS F AAF"),
    (Action::ReadSettings, "missing", "SS HFFAHHH HHHHFFAH H SSS SSS H AAF"),
    (Action::Administer, "private", "SS HFFAFAH FFFFFFAH F SSS SSS H FAF"),
    (Action::Administer, "public", "SS FFFAFFF FFFFFFAF F SSS SSS F FAF"),
    (Action::Administer, "missing", "SS HFFAHHH HHHHFFAH H SSS SSS H FAF"),
    (Action::Pull, "namespace", "SS HAAAFFH HHHHFFFH H SSS SSS H AAH"),
    (Action::Push, "namespace", "SS HFAAFFH HHHHFFFH H SSS SSS H FAH"),
    (Action::ReadReport, "namespace", "SS HAAAFFH HHHHAFFH H SSS SSS H AAH"),
    (Action::RequestIndex, "namespace", "SS HFAAFFH HHHHFAFH H SSS SSS H FAH"),
    (Action::ReadSettings, "namespace", "SS HFFAFFH HHHHFFAH H SSS SSS H AAH"),
    (Action::Administer, "namespace", "SS HFFAFFH HHHHFFAH H SSS SSS H FAH"),
    (Action::Pull, "service", "SS FFFFFFF FFFFFFFF F SSS FFS F AAF"),
    (Action::ReadReport, "service", "SS FFFFFFF FFFFFFFF F SSS FFS F AAF"),
    (Action::RequestIndex, "service", "SS FFFFFFF FFFFFFFF F SSS FFS F FAF"),
    (Action::ReadSettings, "service", "SS FFFFFFF FFFFFFFF F SSS FFS F AAF"),
    (Action::Administer, "service", "SS FFFFFFF FFFFFFFF F SSS FFS F FAF"),
    (Action::ReadService, "service", "SS FFFFFFF FFFFFFFF F SSS FFS F AAF"),
    (Action::Operate, "service", "SS FFFFFFF FFFFFFFF F SSS FFS F FAF"),
];

fn expected(action: Action, kind: &str) -> Vec<Decision> {
    let line = EXPECTED
        .iter()
        .find(|(own, of, _)| *own == action && (*of == kind || *of == "any"))
        .unwrap_or_else(|| panic!("no expectation for {action:?} of {kind}: write one"));
    let decision = |letter| match letter {
        'A' => Decision::Allowed,
        'S' => Decision::SignIn,
        'F' => Decision::Forbidden,
        'H' => Decision::Hidden,
        other => panic!("{other} in the line of {action:?}, {kind}"),
    };
    let decisions: Vec<Decision> = line.2.chars().filter(|letter| *letter != ' ').map(decision).collect();
    assert_eq!(decisions.len(), PRINCIPALS.len(), "the line of {action:?}, {kind}");
    decisions
}

/// The headers of every principal.
fn principals(place: &Place) -> Vec<Vec<(&'static str, String)>> {
    for (name, role) in [
        ("team", ServiceRole::None),
        ("nobody", ServiceRole::None),
        ("reader", ServiceRole::None),
        ("writer", ServiceRole::None),
        ("private-reader", ServiceRole::None),
        ("private-admin", ServiceRole::None),
        ("other", ServiceRole::None),
        ("gone", ServiceRole::None),
        ("auditor", ServiceRole::Auditor),
    ] {
        place.user(name, role);
    }
    let engine = &*place.engine;
    create_team(engine, "team", "readers").unwrap();
    add_member(engine, "team", "readers", "reader").unwrap();
    let namespace = administration::Place::Namespace("team");
    grant(engine, namespace, Grantee::Team("readers"), Role::Reader).unwrap();
    grant(engine, namespace, Grantee::Account("writer"), Role::Writer).unwrap();
    let before = place.repository("team/private", false);
    let of_before = place.bearer(&[basic("team", PASSWORD)], &["repository:team/private:pull,push,delete"]);
    place.execute("DELETE FROM repository WHERE number = $1", &[before.into()]);
    assert_ne!(place.repository("team/private", false), before);
    place.repository("team/public", true);
    let repository = administration::Place::Repository("team/private");
    grant(engine, repository, Grantee::Account("private-reader"), Role::Reader).unwrap();
    grant(engine, repository, Grantee::Account("private-admin"), Role::Admin).unwrap();
    let of_now = place.bearer(&[basic("team", PASSWORD)], &["repository:team/private:pull,push,delete"]);
    create_robot(engine, "team", "robot").unwrap();
    create_robot(engine, "other", "robot").unwrap();
    let robot = |scope: &str| vec![basic("team+robot", &place.token("team+robot", &[scope]).1)];
    let expired = place.token("team+robot", &["repo:team/*:pull"]);
    place.execute("UPDATE token SET expires_at = limpid_now() WHERE id = $1", &[expired.0.as_str().into()]);
    let revoked = place.token("team+robot", &["repo:team/*:pull"]);
    revoke_token(engine, "team+robot", &revoked.0).unwrap();
    change_user(engine, "gone", &UserChange { is_enabled: Some(false), ..UserChange::default() }).unwrap();
    vec![
        Vec::new(),
        vec![basic("writer", "not the password")],
        vec![basic("nobody", PASSWORD)],
        vec![basic("reader", PASSWORD)],
        vec![basic("writer", PASSWORD)],
        vec![basic("team", PASSWORD)],
        vec![basic("private-reader", PASSWORD)],
        vec![basic("private-admin", PASSWORD)],
        vec![basic("other", PASSWORD)],
        robot("repo:team/private:pull"),
        robot("repo:team/private:push"),
        robot("repo:team/private:overwrite"),
        robot("repo:team/private:delete"),
        robot("report:read"),
        robot("index:write"),
        robot("project:admin"),
        robot("catalog:read"),
        vec![bearing(&place.token("writer", &["repo:team/private:pull"]).1)],
        vec![bearing(&expired.1)],
        vec![basic("$oauthtoken", &revoked.1)],
        vec![basic("gone", PASSWORD)],
        vec![bearing(&of_now)],
        vec![bearing(&of_before)],
        vec![bearing(&place.bearer(&[], &["repository:team/public:pull"]))],
        vec![basic("other+robot", &place.token("other+robot", &["repo:*:pull"]).1)],
        vec![basic("auditor", PASSWORD)],
        vec![basic("admin", PASSWORD)],
        vec![basic("admin", &place.token("admin", &["repo:*:pull"]).1)],
    ]
}

fn head(method: &Method, path: &str, headers: &[(&'static str, String)]) -> Parts {
    let mut request = Request::builder().method(method).uri(path).header("host", "registry.test:5000");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    request.body(()).unwrap().into_parts().0
}

/// The objects of a target, each with its kind.
fn objects(target: Target) -> Vec<(&'static str, Object)> {
    match target {
        Target::Service => vec![("service", Object::Service)],
        Target::Namespace => vec![("namespace", Object::Namespace("team".to_owned()))],
        Target::Repository => ["private", "public", "missing"]
            .map(|kind| (kind, Object::Repository(format!("team/{kind}"))))
            .to_vec(),
    }
}

/// A path of a route. Whoever is refused is refused before anything else of it is looked at.
fn path_of(route: &Route, object: &Object) -> String {
    let words = route.path.split('/').map(|part| match (part, object) {
        ("{name..}" | "{name}", Object::Repository(name)) => name.clone(),
        ("{namespace}", Object::Namespace(name)) => name.clone(),
        (word, _) if word.starts_with('{') => "x".to_owned(),
        (word, _) => word.to_owned(),
    });
    words.collect::<Vec<_>>().join("/")
}

fn status(decision: Decision) -> u16 {
    match decision {
        Decision::Allowed => 200,
        Decision::SignIn => 401,
        Decision::Forbidden => 403,
        Decision::Hidden => 404,
    }
}

#[test]
fn every_route_lets_in_who_may_and_nobody_else() {
    Place::on_each(|place| {
        let all = principals(place);
        assert_eq!(all.len(), PRINCIPALS.len());
        let mut cases = 0;
        for route in TABLE.iter().flat_map(|face| face.iter()) {
            for (kind, object) in objects(route.target) {
                let expected = expected(route.action, kind);
                for ((name, headers), expected) in PRINCIPALS.iter().zip(&all).zip(expected) {
                    check(place, route, &object, (name, headers), expected);
                    cases += 1;
                }
            }
        }
        println!("{} routes, {cases} cases", TABLE.iter().map(|face| face.len()).sum::<usize>());
    });
}

fn check(
    place: &Place,
    route: &Route,
    object: &Object,
    (name, headers): (&str, &[(&'static str, String)]),
    expected: Decision,
) {
    let path = path_of(route, object);
    for method in route.methods {
        let what = format!("{method} {path} ({:?}) by {name}", route.action);
        let head = head(method, &path, headers);
        let (_, decision) = crate::accounts::admit(&place.engine, &head, route.action, object).unwrap();
        assert_eq!(decision, expected, "{what}");
        // What is allowed may change something, so only what is not goes all the way.
        if expected == Decision::Allowed {
            continue;
        }
        let answer = place.send(method.as_str(), &path, headers, "");
        let is_sent_to_sign_in = route.face == Face::Page && expected == Decision::SignIn;
        if is_sent_to_sign_in && answer.status == 303 {
            continue;
        }
        // Who tries a password again and again that is not taken is told to wait.
        let is_told_to_wait = matches!(name, "wrong password" | "disabled account") && answer.status == 429;
        assert!(is_told_to_wait || answer.status == status(expected), "{what}: {answer:?}");
        // A page repeats the address that was asked for, and nothing else.
        let is_repeated = answer.text.contains("team/private") && route.face != Face::Page;
        assert!(!is_repeated, "{what}: {answer:?}");
    }
}

#[test]
fn every_action_has_its_line_for_every_kind_of_object() {
    Place::on_each(|place| {
        let all = principals(place);
        for (action, kind, _) in EXPECTED {
            let object = match *kind {
                "service" | "any" => Object::Service,
                "namespace" => Object::Namespace("team".to_owned()),
                name => Object::Repository(format!("team/{name}")),
            };
            for ((name, headers), expected) in PRINCIPALS.iter().zip(&all).zip(expected(*action, kind)) {
                let head = head(&Method::GET, "/", headers);
                let principal = crate::accounts::authenticate(&place.engine, &head).unwrap();
                let decision = decide(&place.engine, &principal, *action, &object).unwrap();
                assert_eq!(decision, expected, "{action:?} of {kind} by {name}: {principal:?}");
                let is_nobody =
                    matches!(principal, Principal::Anonymous | Principal::Refused | Principal::Waiting(_));
                assert_eq!(
                    is_nobody,
                    matches!(
                        *name,
                        "anonymous"
                            | "wrong password"
                            | "expired token"
                            | "revoked token"
                            | "disabled account"
                            | "bearer token of nobody"
                    ),
                    "{name}"
                );
            }
        }
    });
}

#[test]
fn what_is_hidden_is_answered_as_what_is_not_there() {
    Place::on_each(|place| {
        let all = principals(place);
        let stranger = &all[2];
        for route in
            TABLE.iter().flat_map(|face| face.iter()).filter(|route| route.target == Target::Repository)
        {
            for method in route.methods {
                let [there, missing] = ["team/private", "nowhere/else"].map(|name| {
                    let path = path_of(route, &Object::Repository(name.to_owned()));
                    let answer = place.send(method.as_str(), &path, stranger, "");
                    (answer.status, answer.text.replace(name, "NAME"))
                });
                assert_eq!(there, missing, "{method} {}", route.path);
            }
        }
    });
}

#[test]
fn what_cannot_be_decided_is_told_in_the_form_of_the_face() {
    Place::on_each(|place| {
        place.execute("ALTER TABLE account RENAME TO account_of_before", &[]);
        let headers = [basic("admin", PASSWORD)];
        let page = place.send("GET", "/repositories", &headers, "").with(503);
        assert!(page.text.contains("<h1>Not available just now</h1>"), "{page:?}");
        assert!(
            page.header("content-type").starts_with("text/html") && !page.header("retry-after").is_empty()
        );
        assert!(page.header("content-security-policy").contains("default-src 'none'"), "{page:?}");
        let registry = place.send("GET", "/v2/", &headers, "").with(503);
        assert_eq!(registry.json()["errors"][0]["code"], "UNAVAILABLE");
        let api = place.send("GET", "/api/v1/namespaces/team/gate", &headers, "").with(503);
        assert_eq!(api.json()["message"], "the service cannot tell now; try again later");
    });
}

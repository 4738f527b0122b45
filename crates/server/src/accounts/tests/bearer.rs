//! The token service, and what its tokens are good for.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use limpid_store::accounts::{Role, ServiceRole};
use serde_json::{Value, json};

use super::{
    Place,
    place::{PASSWORD, basic, bearing},
};
use crate::accounts::{
    Action, Decision, Object, Principal,
    administration::{
        self, Grantee, UserChange, change_user, create_robot, grant, revoke_token, set_password,
    },
    authenticate, decide,
};

fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// What a token is for: each with its actions.
fn access(token: &str) -> Vec<String> {
    let entry = |entry: &Value| {
        let actions: Vec<&str> =
            entry["actions"].as_array().unwrap().iter().map(|action| action.as_str().unwrap()).collect();
        format!("{}:{}", entry["name"].as_str().unwrap(), actions.join(","))
    };
    claims(token)["access"].as_array().unwrap().iter().map(entry).collect()
}

fn principal(place: &Place, headers: &[(&str, String)]) -> Principal {
    let mut request = axum::http::Request::builder().uri("/").header("host", "registry.test:5000");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    authenticate(&place.engine, &request.body(()).unwrap().into_parts().0).unwrap()
}

fn may(place: &Place, token: &str, action: Action, repository: &str) -> Decision {
    let principal = principal(place, &[bearing(token)]);
    decide(&place.engine, &principal, action, &Object::Repository(repository.to_owned())).unwrap()
}

fn prepare(place: &Place) {
    for name in ["team", "reader", "other"] {
        place.user(name, ServiceRole::None);
    }
    place.repository("team/private", false);
    place.repository("team/public", true);
    let namespace = administration::Place::Namespace("team");
    grant(&place.engine, namespace, Grantee::Account("reader"), Role::Reader).unwrap();
}

#[test]
fn a_token_is_for_what_was_asked_for_and_is_allowed() {
    Place::on_each(|place| {
        prepare(place);
        let of = |who: &str, scopes: &[&str]| access(&place.bearer(&[basic(who, PASSWORD)], scopes));
        let both = ["repository:team/private:pull,push", "repository:team/public:pull,push,delete"];
        assert_eq!(of("team", &both), ["team/private:pull,push", "team/public:pull,push,delete"]);
        assert_eq!(of("reader", &both), ["team/private:pull", "team/public:pull"]);
        assert_eq!(of("other", &both), ["team/public:pull"]);
        assert_eq!(of("team", &["repository:team/private:*"]), ["team/private:pull,push,delete"]);
        assert_eq!(of("team", &["repository:team/new:push,pull"]), ["team/new:pull,push"]);
        assert_eq!(
            of("team", &["repository:team/private:fly", "nothing", "a:b", "repository:A:pull"]),
            [""; 0]
        );
        assert_eq!(of("team", &["registry:catalog:*"]), ["catalog:*"]);
        // Several in one parameter, as OAuth 2 has them.
        assert_eq!(of("team", &["repository:team/private:pull%20repository:team/public:pull"]).len(), 2);
        assert_eq!(access(&place.bearer(&[], &both)), ["team/public:pull"]);
        let many: Vec<&str> = std::iter::repeat_n(both[0], 33).collect();
        let path = format!("/v2/auth?scope={}", many.join("&scope="));
        place.send("GET", &path, &[basic("team", PASSWORD)], "").with(400);
    });
}

#[test]
fn a_token_says_whose_it_is_and_lives_five_minutes() {
    Place::on_each(|place| {
        prepare(place);
        let claims = claims(&place.bearer(&[basic("team", PASSWORD)], &["repository:team/private:pull"]));
        assert_eq!((&claims["sub"], &claims["aud"]), (&json!("team"), &json!("registry.test:5000")));
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
        let anonymous = place.bearer(&[], &[]);
        assert_eq!(principal(place, &[bearing(&anonymous)]), Principal::Anonymous);
        // Another registry of another name is not this one.
        let elsewhere =
            place.send("GET", "/api/v1/account", &[bearing(&anonymous), ("x", String::new())], "");
        assert_eq!(elsewhere.status, 401);
    });
}

#[test]
fn wrong_credentials_get_no_token_also_for_what_everybody_may() {
    Place::on_each(|place| {
        prepare(place);
        let path = "/v2/auth?scope=repository:team/public:pull";
        for headers in [
            vec![basic("team", "wrong")],
            vec![basic("nobody", PASSWORD)],
            vec![("authorization", "Basic !".to_owned())],
            vec![("authorization", "Negotiate abc".to_owned())],
            vec![("authorization", "Basic".to_owned())],
            vec![basic("team", PASSWORD), basic("team", PASSWORD)],
            vec![bearing("a.b.c")],
            vec![bearing("lmp_0")],
        ] {
            let answer = place.send("GET", path, &headers, "").with(401);
            assert!(answer.header("www-authenticate").starts_with("Basic "), "{answer:?}");
        }
        // A token that was made from a token would outlive it.
        let token = place.bearer(&[basic("team", PASSWORD)], &[]);
        place.send("GET", path, &[bearing(&token)], "").with(401);
    });
}

#[test]
fn a_form_is_answered_as_the_query_is() {
    Place::on_each(|place| {
        prepare(place);
        let form = |password: &str| {
            let password: String = url::form_urlencoded::byte_serialize(password.as_bytes()).collect();
            let form = format!(
                "grant_type=password&service=registry.test%3A5000&client_id=test&username=team&password={password}\
                 &scope=repository%3Ateam%2Fprivate%3Apull+repository%3Ateam%2Fpublic%3Apull%2Cpush"
            );
            place.send("POST", "/v2/auth", &[], &form)
        };
        let answer = form(PASSWORD).with(200);
        assert_eq!(answer.header("cache-control"), "no-store");
        let body = answer.json();
        assert_eq!(body["scope"], "repository:team/private:pull repository:team/public:pull,push");
        let token = body["access_token"].as_str().unwrap();
        assert_eq!(may(place, token, Action::Push, "team/public"), Decision::Allowed);
        form("wrong").with(401);
        place.send("POST", "/v2/auth", &[], "grant_type=refresh_token&refresh_token=x").with(400);
    });
}

#[test]
fn what_changes_after_a_token_was_made_counts_at_once() {
    Place::on_each(|place| {
        prepare(place);
        let scopes = ["repository:team/private:pull,push", "repository:team/new:pull,push"];
        let token = place.bearer(&[basic("team", PASSWORD)], &scopes);
        assert_eq!(may(place, &token, Action::Push, "team/private"), Decision::Allowed);
        // A repository that the push itself makes is the one that was meant.
        assert_eq!(may(place, &token, Action::Push, "team/new"), Decision::Allowed);
        place.repository("team/new", false);
        assert_eq!(may(place, &token, Action::Push, "team/new"), Decision::Allowed);
        // One that comes in place of another is not.
        place.execute("DELETE FROM repository WHERE name = 'team/private'", &[]);
        place.repository("team/private", false);
        assert_eq!(may(place, &token, Action::Push, "team/private"), Decision::SignIn);
        // What was not asked for has to be asked for.
        assert_eq!(may(place, &token, Action::Delete, "team/new"), Decision::SignIn);
        assert_eq!(may(place, &token, Action::Pull, "team/public"), Decision::Allowed);

        let reader = place.bearer(&[basic("reader", PASSWORD)], &["repository:team/private:pull"]);
        assert_eq!(may(place, &reader, Action::Pull, "team/private"), Decision::Allowed);
        let namespace = administration::Place::Namespace("team");
        administration::revoke(&place.engine, namespace, Grantee::Account("reader")).unwrap();
        assert_eq!(may(place, &reader, Action::Pull, "team/private"), Decision::Hidden);

        set_password(&place.engine, "team", "another password").unwrap();
        assert_eq!(principal(place, &[bearing(&token)]), Principal::Refused);
        let token = place.bearer(&[basic("team", "another password")], &scopes);
        assert_eq!(may(place, &token, Action::Push, "team/private"), Decision::Allowed);
        let disabled = UserChange { is_enabled: Some(false), ..UserChange::default() };
        change_user(&place.engine, "team", &disabled).unwrap();
        assert_eq!(principal(place, &[bearing(&token)]), Principal::Refused);
    });
}

#[test]
fn a_robots_bearer_token_is_no_more_than_its_token_and_ends_with_it() {
    Place::on_each(|place| {
        prepare(place);
        create_robot(&place.engine, "team", "builder").unwrap();
        let (id, secret) = place.token("team+builder", &["repo:team/private:pull", "repo:team/public:push"]);
        let scopes = ["repository:team/private:pull,push,delete", "repository:team/public:pull,push"];
        let token = place.bearer(&[basic("team+builder", &secret)], &scopes);
        assert_eq!(access(&token), ["team/private:pull", "team/public:pull,push"]);
        assert_eq!(may(place, &token, Action::Pull, "team/private"), Decision::Allowed);
        assert_eq!(may(place, &token, Action::Push, "team/private"), Decision::Forbidden);
        revoke_token(&place.engine, "team+builder", &id).unwrap();
        assert_eq!(principal(place, &[bearing(&token)]), Principal::Refused);
        place.send("GET", "/v2/auth", &[basic("team+builder", &secret)], "").with(401);
    });
}

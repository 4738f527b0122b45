//! The API: what is made can be seen, and what cannot be is said.

use limpid_store::accounts::ServiceRole;
use serde_json::{Value, json};

use super::{Place, place::basic};

#[test]
fn users_are_made_changed_and_removed() {
    Place::on_each(|place| {
        let admin = |method: &str, path: &str, body: Value| place.ask("admin", method, path, &body);
        let made =
            admin("POST", "/api/v1/users", json!({"name": "alice", "password": super::place::PASSWORD}));
        let made = made.with(201).json();
        assert_eq!(
            (&made["name"], &made["role"], &made["enabled"]),
            (&json!("alice"), &json!(""), &json!(true))
        );
        for (body, status) in [
            (json!({"name": "alice"}), 409),
            (json!({"name": "library"}), 409),
            (json!({"name": "A"}), 422),
            (json!({"name": "a/b"}), 422),
            (json!({"name": "bob", "password": "short"}), 422),
            (json!({"name": "bob", "email": "nobody"}), 422),
            (json!({"name": "bob", "role": "king"}), 422),
            (json!({"name": "bob", "unknown": 1}), 400),
            (json!({}), 400),
            (Value::Null, 400),
        ] {
            admin("POST", "/api/v1/users", body.clone()).with(status);
        }
        admin("GET", "/api/v1/users/bob", Value::Null).with(404);
        // Of a user who could not be made nothing is left.
        admin("POST", "/api/v1/namespaces", json!({"name": "bob"})).with(201);
        let change = json!({"role": "auditor", "email": "alice@example.com"});
        let changed = admin("PATCH", "/api/v1/users/alice", change).with(200).json();
        assert_eq!((&changed["role"], &changed["email"]), (&json!("auditor"), &json!("alice@example.com")));
        place.ask("alice", "GET", "/api/v1/audit", &Value::Null).with(200);
        place.ask("alice", "POST", "/api/v1/users", &json!({"name": "eve"})).with(403);
        let list = admin("GET", "/api/v1/users?limit=1&after=admin", Value::Null).with(200).json();
        assert_eq!(list["users"].as_array().unwrap().len(), 1);
        assert_eq!(list["users"][0]["name"], "alice");
        for (body, status) in [(json!({"role": ""}), 409), (json!({"enabled": false}), 409), (json!({}), 200)]
        {
            admin("PATCH", "/api/v1/users/admin", body).with(status);
        }
        admin("DELETE", "/api/v1/users/admin", Value::Null).with(409);
        admin("DELETE", "/api/v1/users/alice", Value::Null).with(204);
        admin("DELETE", "/api/v1/users/alice", Value::Null).with(404);
        place.ask("alice", "GET", "/api/v1/account", &Value::Null).with(401);
        // Whoever comes later is not given what alice had.
        admin("POST", "/api/v1/users", json!({"name": "alice"})).with(409);
    });
}

#[test]
fn teams_and_permissions_let_in_who_is_in_them() {
    Place::on_each(|place| {
        for name in ["team", "bob", "eve"] {
            place.user(name, ServiceRole::None);
        }
        place.repository("team/app", false);
        let owner = |method: &str, path: &str, body: Value| place.ask("team", method, path, &body);
        let teams = "/api/v1/namespaces/team/teams";
        owner("POST", teams, json!({"name": "builders"})).with(201);
        owner("POST", teams, json!({"name": "builders"})).with(409);
        owner("PUT", "/api/v1/namespaces/team/teams/builders/members/bob", Value::Null).with(204);
        owner("PUT", "/api/v1/namespaces/team/teams/builders/members/nobody", Value::Null).with(404);
        owner("PUT", "/api/v1/namespaces/team/teams/others/members/bob", Value::Null).with(404);
        let members = owner("GET", "/api/v1/namespaces/team/teams/builders/members", Value::Null).with(200);
        assert_eq!(members.json(), json!({"members": ["bob"]}));
        let permissions = "/api/v1/repositories/team/app/permissions";
        let by_team = format!("{permissions}/teams/builders");
        owner("PUT", &by_team, json!({"role": "king"})).with(422);
        place.ask("bob", "GET", permissions, &Value::Null).with(404);
        owner("PUT", &by_team, json!({"role": "writer"})).with(204);
        place.ask("bob", "GET", permissions, &Value::Null).with(403);
        owner("PUT", &by_team, json!({"role": "admin"})).with(204);
        let list = place.ask("bob", "GET", permissions, &Value::Null).with(200);
        assert_eq!(list.json(), json!({"permissions": [{"team": "builders", "role": "admin"}]}));
        assert_eq!(
            place.ask("bob", "GET", "/api/v1/namespaces", &Value::Null).with(200).json(),
            json!({"namespaces": ["bob", "team"]})
        );
        // An admin of the repository is none of the namespace.
        place
            .ask("bob", "PUT", "/api/v1/namespaces/team/permissions/users/bob", &json!({"role": "admin"}))
            .with(403);
        owner("DELETE", "/api/v1/namespaces/team/teams/builders/members/bob", Value::Null).with(204);
        place.ask("bob", "GET", permissions, &Value::Null).with(404);
        owner("PUT", "/api/v1/repositories/team/app/visibility", json!({"public": true})).with(204);
        place.ask("bob", "GET", permissions, &Value::Null).with(403);
        owner("DELETE", teams, Value::Null).with(405);
        owner("DELETE", &format!("{teams}/builders"), Value::Null).with(204);
        owner("DELETE", &by_team, Value::Null).with(404);
        let list = owner("GET", permissions, Value::Null).with(200);
        assert_eq!(list.json(), json!({"permissions": []}));
        place.ask("admin", "DELETE", "/api/v1/namespaces/team", &Value::Null).with(409);
        place.ask("admin", "DELETE", "/api/v1/namespaces/eve", &Value::Null).with(204);
    });
}

#[test]
fn robots_have_tokens_that_are_shown_once_and_end() {
    Place::on_each(|place| {
        place.user("team", ServiceRole::None);
        place.user("other", ServiceRole::None);
        let owner = |method: &str, path: &str, body: Value| place.ask("team", method, path, &body);
        let robots = "/api/v1/namespaces/team/robots";
        let made = owner("POST", robots, json!({"name": "ci"})).with(201).json();
        assert_eq!(made, json!({"name": "ci", "account": "team+ci"}));
        owner("POST", robots, json!({"name": "c+i"})).with(422);
        let tokens = format!("{robots}/ci/tokens");
        for body in [
            json!({"scopes": [], "days": 30}),
            json!({"scopes": ["repo:team/app:pull"], "days": 0}),
            json!({"scopes": ["repo:team/app:pull"], "days": 367}),
            json!({"scopes": ["everything"], "days": 1}),
        ] {
            owner("POST", &tokens, body).with(422);
        }
        owner("POST", &tokens, json!({"scopes": ["report:read"]})).with(400);
        let made =
            owner("POST", &tokens, json!({"name": "main", "scopes": ["repo:team/app:pull"], "days": 366}));
        let made = made.with(201).json();
        let token = made["token"].as_str().unwrap();
        let list = owner("GET", &tokens, Value::Null).with(200).json();
        assert_eq!(list["tokens"][0]["scopes"], json!(["repo:team/app:pull"]));
        assert_eq!((&list["tokens"][0]["id"], &list["tokens"][0]["used_at"]), (&made["id"], &Value::Null));
        let own = place.send("GET", "/api/v1/account", &[basic("team+ci", token)], "").with(200).json();
        assert_eq!((&own["name"], &own["kind"]), (&json!("team+ci"), &json!("robot")));
        let list = owner("GET", &tokens, Value::Null).with(200).json();
        assert!(list["tokens"][0]["used_at"].is_string());
        // Another's namespace has no such robot, and this one's is not reached through it.
        place.ask("other", "GET", "/api/v1/namespaces/other/robots/ci/tokens", &Value::Null).with(404);
        place.ask("other", "GET", &tokens, &Value::Null).with(404);
        let one = format!("{tokens}/{}", made["id"].as_str().unwrap());
        owner("DELETE", &one, Value::Null).with(204);
        owner("DELETE", &one, Value::Null).with(404);
        place.send("GET", "/api/v1/account", &[basic("team+ci", token)], "").with(401);
        owner("DELETE", &format!("{robots}/ci"), Value::Null).with(204);
        owner("GET", &tokens, Value::Null).with(404);
    });
}

#[test]
fn the_audit_tells_who_did_what_and_what_was_refused() {
    Place::on_each(|place| {
        place.user("team", ServiceRole::None);
        place.user("eve", ServiceRole::None);
        place.repository("team/app", false);
        let path = "/api/v1/repositories/team/app/visibility";
        place.ask("team", "PUT", path, &json!({"public": true})).with(204);
        place.ask("team", "PUT", path, &json!({"public": false})).with(204);
        for _ in 0..3 {
            place.ask("eve", "PUT", path, &json!({"public": true})).with(404);
        }
        place.send("PUT", path, &[basic("eve", "wrong")], "").with(401);
        let audit = |query: &str| {
            let path = format!("/api/v1/audit?{query}");
            let rows = place.ask("admin", "GET", &path, &Value::Null).with(200).json()["audit"].clone();
            let row = |row: &Value| {
                let text = |name: &str| row[name].as_str().unwrap().to_owned();
                let [action, object, decision] = ["action", "object", "decision"].map(text);
                assert_eq!(row["peer"], "192.0.2.7");
                format!("{}× {action} {object} {decision}", row["times"])
            };
            let mut rows: Vec<String> = rows.as_array().unwrap().iter().map(row).collect();
            rows.sort();
            rows
        };
        assert_eq!(
            audit("account=team"),
            [
                "1× administer repository team/app allowed",
                "1× administer repository team/app allowed",
                "1× set-visibility repository team/app: private done",
                "1× set-visibility repository team/app: public done",
            ]
        );
        assert_eq!(
            audit("account=eve"),
            ["1× sign-in account eve refused", "3× administer repository team/app hidden"]
        );
        assert_eq!(audit("object=repository%20team/app").len(), 3);
        assert_eq!(audit("limit=2").len(), 2);
    });
}

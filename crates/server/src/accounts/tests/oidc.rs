//! Sign-in by a real provider of OpenID Connect.

use limpid_store::accounts::ServiceRole;
use limpid_testkit::oidc::{Browser, CLIENT_ID, CLIENT_SECRET, OidcProvider};
use scraper::{Html, Selector};
use serde_json::{Value, json};

use super::{
    Place,
    place::{Answer, PASSWORD, basic},
};
use crate::{
    accounts::administration::{UserChange, add_member, change_user, create_team, unlink},
    configuration::{Egress, Oidc},
    secret::Secret,
};

const PUBLIC_URL: &str = "http://registry.test:5000";
const BACK: &str = "http://registry.test:5000/sign-in/oidc/callback";

/// Runs a test with a provider that signs so.
fn with_provider(algorithm: &str, create_users: bool, test: impl Fn(&Place)) {
    with(algorithm, |oidc| oidc.create_users = create_users, |place, _| test(place));
}

/// The same, configured otherwise.
fn with(algorithm: &str, change: impl Fn(&mut Oidc), test: impl Fn(&Place, &OidcProvider)) {
    let Some(provider) = OidcProvider::start(algorithm, BACK) else { return };
    let configure = |configuration: &mut crate::Configuration| {
        configuration.registry.public_url = Some(PUBLIC_URL.parse().unwrap());
        let mut oidc = Oidc {
            issuer: provider.issuer.clone(),
            client_id: CLIENT_ID.to_owned(),
            client_secret: Some(Secret::new(CLIENT_SECRET)),
            create_users: true,
            scopes: vec!["groups".to_owned()],
            groups_claim: "groups".to_owned(),
            superuser_groups: Vec::new(),
            auditor_groups: Vec::new(),
            egress: Egress { allow_networks: vec!["127.0.0.0/8".parse().unwrap()], ..Egress::default() },
        };
        change(&mut oidc);
        configuration.registry.oidc = Some(oidc);
    };
    Place::configured(configure, |place| test(place, &provider));
}

/// Begins. Returns the cookie, and where the browser is sent.
fn begin(place: &Place) -> (String, String) {
    let answer = place.send("GET", "/sign-in/oidc", &[], "").with(303);
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("limpid-oidc=") && cookie.ends_with("HttpOnly; SameSite=Lax"), "{cookie}");
    (cookie.split(';').next().unwrap().to_owned(), answer.header("location").to_owned())
}

/// Comes back with what the provider says.
fn come_back(place: &Place, cookie: &str, address: &str) -> Answer {
    let path = address.strip_prefix(PUBLIC_URL).unwrap();
    place.send("GET", path, &[("cookie", cookie.to_owned())], "")
}

/// Signs in; returns what became of it.
fn sign_in(place: &Place, name: &str) -> Answer {
    let (cookie, location) = begin(place);
    come_back(place, &cookie, &Browser::default().sign_in(&location, name, BACK))
}

/// The account of the session that began.
fn account(place: &Place, answer: Answer) -> Value {
    let answer = answer.with(303);
    assert_eq!(answer.header("location"), "/");
    let cookies: Vec<&str> =
        answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
    assert!(cookies[1].starts_with("limpid-oidc=; ") && cookies[1].contains("Max-Age=0"), "{cookies:?}");
    let session = cookies[0].split(';').next().unwrap().to_owned();
    place.send("GET", "/api/v1/account", &[("cookie", session)], "").with(200).json()
}

#[test]
fn people_of_a_provider_have_accounts_of_their_own() {
    for algorithm in ["RS256", "ES256"] {
        with_provider(algorithm, true, |place| {
            place.user("bob", ServiceRole::Superuser);
            let alice = account(place, sign_in(place, "alice"));
            assert_eq!((&alice["name"], &alice["role"]), (&"alice".into(), &"".into()));
            assert_eq!(alice["email"], "alice@example.com");
            assert_eq!(account(place, sign_in(place, "alice")), alice, "the same when she comes again");
            // Nobody becomes somebody else by a name.
            let bob = account(place, sign_in(place, "bob"));
            assert_eq!((&bob["name"], &bob["role"]), (&"bob-2".into(), &"".into()));
            let off = UserChange { is_enabled: Some(false), ..UserChange::default() };
            change_user(&place.engine, "alice", &off).unwrap();
            sign_in(place, "alice").with(403);
        });
    }
}

#[test]
fn an_answer_is_for_the_browser_that_asked_and_for_once() {
    with_provider("RS256", true, |place| {
        let (cookie, location) = begin(place);
        let address = Browser::default().sign_in(&location, "alice", BACK);
        let (other, _) = begin(place);
        come_back(place, "a=b", &address).with(401);
        come_back(place, &other, &address).with(401);
        come_back(place, "limpid-oidc=..", &address.replace("state=", "state=&x=")).with(401);
        let foreign = address.replace("iss=", "iss=https%3A%2F%2Fother.example.com&x=");
        come_back(place, &cookie, &foreign).with(401);
        come_back(place, &cookie, &format!("{BACK}?error=access_denied&state=x")).with(401);
        account(place, come_back(place, &cookie, &address));
        come_back(place, &cookie, &address).with(401);
        // The nonce of another question.
        let (cookie, location) = begin(place);
        let address = Browser::default().sign_in(&location, "alice", BACK);
        let mut parts: Vec<&str> = cookie.split('.').collect();
        parts[1] = "another";
        come_back(place, &parts.join("."), &address).with(401);
        // The verifier of another question.
        let (cookie, location) = begin(place);
        let address = Browser::default().sign_in(&location, "alice", BACK);
        let mut parts: Vec<&str> = cookie.split('.').collect();
        parts[2] = "a-verifier-that-is-long-enough-to-be-one-1234567890";
        come_back(place, &parts.join("."), &address).with(401);
    });
}

#[test]
fn only_who_has_an_account_comes_in_where_none_are_made() {
    with_provider("ES256", false, |place| {
        sign_in(place, "alice").with(403);
    });
    Place::on_each(|place| {
        place.send("GET", "/sign-in/oidc", &[], "").with(404);
        place.send("GET", "/sign-in/oidc/callback?code=x&state=y", &[], "").with(404);
    });
}

#[test]
fn groups_of_the_provider_make_members_and_roles_until_the_next_sign_in() {
    let groups = |oidc: &mut Oidc| {
        oidc.superuser_groups = vec!["platform".to_owned()];
        oidc.auditor_groups = vec!["security".to_owned()];
    };
    with("ES256", groups, |place, provider| {
        place.user("team", ServiceRole::None);
        place.user("by-hand", ServiceRole::None);
        for team in ["developers", "operators"] {
            create_team(&place.engine, "team", team).unwrap();
        }
        add_member(&place.engine, "team", "developers", "by-hand").unwrap();
        let group = |team: &str| format!("/api/v1/namespaces/team/teams/{team}/group");
        place.ask("team", "PUT", &group("developers"), &json!({"group": "staff"})).with(204);
        place.ask("team", "PUT", &group("operators"), &json!({"group": ""})).with(422);
        assert_eq!(
            place.ask("team", "GET", &group("developers"), &Value::Null).json(),
            json!({"group": "staff"})
        );
        assert_eq!(
            place.ask("team", "GET", &group("operators"), &Value::Null).json(),
            json!({"group": null})
        );
        let members = |team: &str| {
            let path = format!("/api/v1/namespaces/team/teams/{team}/members");
            place.ask("team", "GET", &path, &Value::Null).with(200).json()["members"].clone()
        };
        let carol = |groups: &[&str]| {
            provider.set_groups("carol", groups);
            account(place, sign_in(place, "carol"))
        };
        let cases: [(&[&str], &str, Value); 5] = [
            (&["staff", "platform"], "superuser", json!(["by-hand", "carol"])),
            (&["staff", "security"], "auditor", json!(["by-hand", "carol"])),
            (&["other"], "", json!(["by-hand"])),
            (&["staff"], "", json!(["by-hand", "carol"])),
            (&[], "", json!(["by-hand"])),
        ];
        for (groups, role, developers) in cases {
            let carol = carol(groups);
            assert_eq!((&carol["name"], &carol["role"]), (&json!("carol"), &json!(role)), "{groups:?}");
            assert_eq!(members("developers"), developers, "{groups:?}");
            assert_eq!(members("operators"), json!([]), "{groups:?}");
        }
        // Another group, and none, let those go who came by the one before; nobody else.
        carol(&["staff"]);
        place.ask("team", "PUT", &group("developers"), &json!({"group": "others"})).with(204);
        assert_eq!(members("developers"), json!(["by-hand"]));
        place.ask("team", "PUT", &group("developers"), &json!({"group": "staff"})).with(204);
        assert_eq!(members("developers"), json!(["by-hand"]));
        // Who was taken in by hand stays, whatever the groups say.
        add_member(&place.engine, "team", "developers", "carol").unwrap();
        carol(&["staff"]);
        carol(&[]);
        assert_eq!(members("developers"), json!(["by-hand", "carol"]));
        place.ask("team", "DELETE", &group("developers"), &Value::Null).with(204);
        assert_eq!(
            place.ask("team", "GET", &group("developers"), &Value::Null).json(),
            json!({"group": null})
        );
    });
}

#[test]
fn who_is_unlinked_has_no_role_of_the_providers_groups() {
    for decides in [true, false] {
        let configure = |configuration: &mut crate::Configuration| {
            configuration.registry.oidc = Some(Oidc {
                issuer: "https://login.example.com".to_owned(),
                client_id: CLIENT_ID.to_owned(),
                client_secret: None,
                create_users: true,
                scopes: Vec::new(),
                groups_claim: "groups".to_owned(),
                superuser_groups: Vec::new(),
                auditor_groups: if decides { vec!["security".to_owned()] } else { Vec::new() },
                egress: Egress::default(),
            });
        };
        Place::configured(configure, |place| {
            for (name, role) in [("dave", ServiceRole::Superuser), ("erin", ServiceRole::Auditor)] {
                place.user(name, role);
            }
            place.user("frank", ServiceRole::Auditor);
            place.execute("UPDATE account SET subject = name WHERE name <> 'frank'", &[]);
            for name in ["dave", "erin", "frank", "admin"] {
                unlink(&place.engine, name).unwrap();
            }
            let role = |name: &str| {
                let path = format!("/api/v1/users/{name}");
                place.ask("admin", "GET", &path, &Value::Null).with(200).json()["role"].clone()
            };
            let roles = ["dave", "erin", "frank", "admin"].map(role);
            // The last superuser stays one, and of frank they said nothing.
            let expected = if decides {
                ["", "", "auditor", "superuser"]
            } else {
                ["superuser", "auditor", "auditor", "superuser"]
            };
            assert_eq!(roles, expected);
        });
    }
}

/// A session of somebody with the password of everybody.
fn session(place: &Place, name: &str) -> String {
    let body = json!({"name": name, "password": PASSWORD}).to_string();
    let answer = place.send("POST", "/api/v1/session", &[], &body).with(204);
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

/// Sends a form of one's own account.
fn form(place: &Place, cookie: &str, what: &str, password: &str) -> Answer {
    let body = format!("do={what}&current={}", password.replace(' ', "+"));
    let headers = [("cookie", cookie.to_owned()), ("sec-fetch-site", "same-origin".to_owned())];
    place.send("POST", "/account", &headers, &body)
}

/// Begins to link. Returns the cookies, and where the page leads to.
fn begin_link(place: &Place, session: &str) -> (String, String) {
    let answer = form(place, session, "link", PASSWORD).with(200);
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let page = Html::parse_document(&answer.text);
    let links = Selector::parse("a.button.primary").unwrap();
    let link = page.select(&links).next().unwrap().value().attr("href").unwrap();
    (format!("{cookie}; {session}"), link.to_owned())
}

#[test]
fn a_password_links_nobody_elses_session() {
    Place::on_each(|place| {
        for name in ["dave", "erin"] {
            place.user(name, ServiceRole::None);
        }
        let body = format!("do=link&current={}", PASSWORD.replace(' ', "+"));
        let link = |who: &str| {
            let site = ("sec-fetch-site", "same-origin".to_owned());
            let headers = [basic("dave", PASSWORD), ("cookie", session(place, who)), site];
            place.send("POST", "/account", &headers, &body)
        };
        link("erin").with(400);
        // His own goes on to the provider, which there is none of here.
        link("dave").with(404);
    });
}

#[test]
fn an_account_is_linked_after_its_own_sign_in_alone() {
    with_provider("RS256", true, |place| {
        for name in ["dave", "erin"] {
            place.user(name, ServiceRole::None);
        }
        let page = place.send("GET", "/sign-in", &[], "").with(200);
        assert!(page.text.contains("href=\"/sign-in/oidc\""), "{}", page.text);
        let own = session(place, "dave");
        form(place, &own, "link", "not the password").with(403);
        // A program has no browser that could be sent anywhere.
        let (name, value) = basic("dave", PASSWORD);
        let body = format!("do=link&current={}", PASSWORD.replace(' ', "+"));
        place.send("POST", "/account", &[(name, value)], &body).with(400);
        let (cookies, location) = begin_link(place, &own);
        let address = Browser::default().sign_in(&location, "david", BACK);
        // Not with another session, not without one, and not to sign in.
        let question = cookies.split("; ").next().unwrap();
        for stranger in [session(place, "erin"), "a=b".to_owned()] {
            come_back(place, &format!("{question}; {stranger}"), &address).with(401);
        }
        let (cookies, location) = begin_link(place, &own);
        let back =
            come_back(place, &cookies, &Browser::default().sign_in(&location, "david", BACK)).with(303);
        assert_eq!(back.header("location"), "/account");
        let linked = account(place, sign_in(place, "david"));
        assert_eq!(linked["name"], "dave", "david of the provider is dave here");
        // The session from before has another in its place; one that nobody began links nothing.
        come_back(place, &cookies, &Browser::default().sign_in(&location, "david", BACK)).with(401);

        // Nobody is two.
        let erin = session(place, "erin");
        let (cookies, location) = begin_link(place, &erin);
        come_back(place, &cookies, &Browser::default().sign_in(&location, "david", BACK)).with(409);
        let own = session(place, "dave");
        let (cookies, location) = begin_link(place, &own);
        come_back(place, &cookies, &Browser::default().sign_in(&location, "frank", BACK)).with(409);

        form(place, &own, "unlink", "not the password").with(403);
        form(place, &own, "unlink", PASSWORD).with(303);
        assert_eq!(account(place, sign_in(place, "david"))["name"], "david", "somebody new");
    });
}

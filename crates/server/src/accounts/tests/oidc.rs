//! Sign-in by a real provider of OpenID Connect.

use limpid_store::accounts::ServiceRole;
use limpid_testkit::oidc::{Browser, CLIENT_ID, CLIENT_SECRET, OidcProvider};
use serde_json::Value;

use super::{Place, place::Answer};
use crate::{
    accounts::administration::{UserChange, change_user},
    configuration::{Egress, Oidc},
    secret::Secret,
};

const PUBLIC_URL: &str = "http://registry.test:5000";
const BACK: &str = "http://registry.test:5000/sign-in/oidc/callback";

/// Runs a test with a provider that signs so.
fn with_provider(algorithm: &str, create_users: bool, test: impl Fn(&Place)) {
    let Some(provider) = OidcProvider::start(algorithm, BACK) else { return };
    let configure = |configuration: &mut crate::Configuration| {
        configuration.registry.public_url = Some(PUBLIC_URL.parse().unwrap());
        configuration.registry.oidc = Some(Oidc {
            issuer: provider.issuer.clone(),
            client_id: CLIENT_ID.to_owned(),
            client_secret: Some(Secret::new(CLIENT_SECRET)),
            create_users,
            egress: Egress { allow_networks: vec!["127.0.0.0/8".parse().unwrap()], ..Egress::default() },
        });
    };
    Place::configured(configure, test);
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

//! Passwords: who is let in, and how patient the service is with who is not.

use limpid_store::accounts::{self, ServiceRole};
use serde_json::{Value, json};

use super::{
    Place,
    place::{PASSWORD, basic},
};
use crate::accounts::{
    administration::{UserChange, change_user, set_password},
    sign_in::{SignIn, sign_in},
};

fn outcome(place: &Place, name: &str, password: &str) -> SignIn {
    sign_in(&place.engine, name, password, Some([192, 0, 2, 7].into())).unwrap()
}

fn is_in(place: &Place, name: &str, password: &str) -> bool {
    matches!(outcome(place, name, password), SignIn::Account(_))
}

/// So much time has passed since the last failure of each.
fn wait(place: &Place, seconds: i64) {
    let statement = "UPDATE failed_sign_in SET last_at = limpid_now() - $1";
    place.execute(statement, &[(seconds * 1_000_000).into()]);
}

/// No time passes, however slow this machine is.
fn stand_still(place: &Place) {
    wait(place, -24 * 3_600);
}

#[test]
fn a_verified_password_is_remembered_until_the_account_changes() {
    Place::on_each(|place| {
        place.user("alice", ServiceRole::None);
        assert!(is_in(place, "alice", PASSWORD));
        // What is remembered needs no hash, so this is not noticed; with another password it would be.
        place.execute("UPDATE account SET password = 'none' WHERE name = 'alice'", &[]);
        assert!(is_in(place, "alice", PASSWORD));
        set_password(&place.engine, "alice", "another password").unwrap();
        assert!(!is_in(place, "alice", PASSWORD) && is_in(place, "alice", "another password"));
        let enable = |is_enabled| {
            let change = UserChange { is_enabled: Some(is_enabled), ..UserChange::default() };
            change_user(&place.engine, "alice", &change).unwrap();
        };
        enable(false);
        assert!(!is_in(place, "alice", "another password"));
        enable(true);
        assert!(is_in(place, "alice", "another password"));
        for name in ["", "nobody", "ALICE", "alice "] {
            assert_eq!(outcome(place, name, PASSWORD), SignIn::Wrong, "{name}");
        }
    });
}

#[test]
fn who_guesses_at_an_account_waits_longer_and_longer_and_its_owner_a_minute_at_most() {
    Place::on_each(|place| {
        place.user("alice", ServiceRole::None);
        for _ in 0..5 {
            assert_eq!(outcome(place, "alice", "a guess"), SignIn::Wrong);
        }
        let seconds = |outcome| match outcome {
            SignIn::Later(pause) => pause.as_secs(),
            other @ (SignIn::Account(_) | SignIn::Wrong) => panic!("{other:?}"),
        };
        // Also the right one is not looked at, so that nobody learns which it is.
        stand_still(place);
        assert_eq!(seconds(outcome(place, "alice", PASSWORD)), 1);
        for pause in [2, 4, 8, 16, 32, 60, 60] {
            wait(place, 60);
            assert_eq!(outcome(place, "alice", "a guess"), SignIn::Wrong);
            stand_still(place);
            assert_eq!(seconds(outcome(place, "alice", "a guess")), pause);
        }
        wait(place, 60);
        assert!(is_in(place, "alice", PASSWORD));
        assert_eq!(outcome(place, "alice", "a guess"), SignIn::Wrong, "the failures are forgotten");
        // A name that is not there is treated alike.
        for _ in 0..5 {
            assert_eq!(outcome(place, "nobody", "a guess"), SignIn::Wrong);
        }
        stand_still(place);
        assert_eq!(seconds(outcome(place, "nobody", "a guess")), 1);
    });
}

#[test]
fn who_guesses_at_many_accounts_is_known_by_the_address() {
    Place::on_each(|place| {
        place.user("alice", ServiceRole::None);
        place.user("mallory", ServiceRole::None);
        let key = "address 192.0.2.7";
        let failures = |count: i64| {
            place.execute("DELETE FROM failed_sign_in", &[]);
            let statement =
                "INSERT INTO failed_sign_in (key, failures, last_at) VALUES ($1, $2, limpid_now())";
            place.execute(statement, &[key.into(), count.into()]);
        };
        failures(29);
        assert_eq!(outcome(place, "alice", "a guess"), SignIn::Wrong);
        stand_still(place);
        assert!(matches!(outcome(place, "alice", PASSWORD), SignIn::Later(_)));
        // From elsewhere it goes on.
        let elsewhere = sign_in(&place.engine, "alice", PASSWORD, Some([192, 0, 2, 8].into())).unwrap();
        assert!(matches!(elsewhere, SignIn::Account(_)));
        // An own account does not clear the address.
        wait(place, 3_600);
        assert!(is_in(place, "mallory", PASSWORD));
        let known = place.engine.database.read(|tx| accounts::failures(tx, key)).unwrap();
        assert_eq!(known.map(|failures| failures.count), Some(30));
        // A day is forgotten.
        wait(place, 24 * 3_600);
        assert_eq!(outcome(place, "alice", "a guess"), SignIn::Wrong);
        let known = place.engine.database.read(|tx| accounts::failures(tx, key)).unwrap();
        assert_eq!(known.map(|failures| failures.count), Some(1));
    });
}

#[test]
fn a_program_is_told_when_to_come_again() {
    Place::on_each(|place| {
        place.user("alice", ServiceRole::None);
        let sign_in = |password: &str| {
            let body = json!({"name": "alice", "password": password}).to_string();
            place.send("POST", "/api/v1/session", &[], &body)
        };
        for _ in 0..5 {
            sign_in("a guess").with(401);
        }
        stand_still(place);
        assert_eq!(sign_in(PASSWORD).with(429).header("retry-after"), "1");
        place.ask("alice", "GET", "/api/v1/account", &Value::Null).with(401);
        wait(place, 60);
        place.ask("alice", "GET", "/api/v1/account", &Value::Null).with(200);
        // The scheme is spelled as anybody likes.
        let (name, value) = basic("alice", PASSWORD);
        place.send("GET", "/api/v1/account", &[(name, value.replace("Basic", "bASIC"))], "").with(200);
    });
}

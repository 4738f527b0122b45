//! The way back in, of whoever has the machine.

use limpid_store::accounts::{self, AuditFilter, ServiceRole};
use serde_json::{Value, json};

use super::{
    Place,
    place::{PASSWORD, basic},
};
use crate::accounts::{
    ResetError,
    administration::{UserChange, change_user, create_robot},
    reset_password,
};

#[test]
fn a_lost_password_is_replaced_by_whoever_has_the_database() {
    Place::on_each(|place| {
        place.user("alice", ServiceRole::Superuser);
        let off = UserChange { is_enabled: Some(false), ..UserChange::default() };
        change_user(&place.engine, "admin", &off).unwrap();
        for _ in 0..6 {
            let wrong = json!({"name": "admin", "password": "a guess of admin"}).to_string();
            place.send("POST", "/api/v1/session", &[], &wrong);
        }
        let secret = reset_password(&place.engine.configuration, "admin").unwrap();
        let users =
            |password: &str| place.send("GET", "/api/v1/users", &[basic("admin", password)], "").status;
        assert_eq!(users(secret.reveal()), 200);
        assert_eq!(users(PASSWORD), 401);
        let again = reset_password(&place.engine.configuration, "admin").unwrap();
        assert_ne!(again.reveal(), secret.reveal());
        assert_eq!(
            (users(secret.reveal()), users(again.reveal())),
            (401, 200),
            "also where it was remembered"
        );

        create_robot(&place.engine, "alice", "robot").unwrap();
        for name in ["nobody", "alice+robot", ""] {
            let refused = reset_password(&place.engine.configuration, name);
            assert!(matches!(refused, Err(ResetError::NoUser(_))), "{refused:?}");
        }
        let filter = AuditFilter { object: "account admin", ..AuditFilter::default() };
        let rows = place.engine.database.read(|tx| accounts::audited(tx, &filter, 100)).unwrap();
        let resets = rows.iter().filter(|row| row.row.action == "reset-password");
        assert_eq!(resets.map(|row| row.row.decision.as_str()).collect::<Vec<_>>(), ["done", "done"]);
        let text = format!("{rows:?}");
        assert!(!text.contains(secret.reveal()) && !text.contains(again.reveal()));
        place.ask("alice", "GET", "/api/v1/account", &Value::Null).with(200);
    });
}

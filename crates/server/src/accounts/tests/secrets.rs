//! Secrets are in no log, no answer and no row.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use limpid_store::{accounts::ServiceRole, database::Row};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use super::{
    Place,
    place::{basic, bearing},
};
use crate::accounts::{administration::create_robot, write_audit};

const PASSWORDS: [&str; 3] = ["canary-of-alice-1", "canary-of-alice-2", "canary-that-is-wrong"];

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[test]
fn secrets_are_in_no_log_no_answer_and_no_row() {
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    // For the whole process, because requests are answered on threads of their own; only this test reads it.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    Place::on_each(|place| {
        let (answers, tokens) = tour(place);
        let mut secrets: Vec<String> = PASSWORDS.iter().map(|text| (*text).to_owned()).collect();
        secrets.extend(tokens);
        write_audit(&place.engine);
        let rows = rows(place);
        assert!(rows.contains("team+builder") && rows.contains("make-token"), "{rows}");
        let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
        assert!(log.contains("answered"), "the log is there");
        for secret in secrets {
            for (place, text) in [("log", &log), ("rows", &rows), ("answers", &answers)] {
                assert!(!text.contains(&secret), "{secret} is in the {place}");
            }
        }
    });
}

/// Everything that has to do with secrets. Returns all answers but those that show a secret for the one time, and the secrets.
fn tour(place: &Place) -> (String, Vec<String>) {
    let admin = || basic("admin", super::place::PASSWORD);
    let [first, second, wrong] = PASSWORDS;
    let mut answers = String::new();
    let mut send = |method: &str, path: &str, headers: &[(&str, String)], body: &str| {
        let answer = place.send(method, path, headers, body);
        answers.push_str(&format!("{method} {path}: {answer:?}\n"));
        answer.status
    };
    let new = json!({"name": "alice", "password": first}).to_string();
    assert_eq!(send("POST", "/api/v1/users", &[admin()], &new), 201);
    assert_eq!(send("POST", "/api/v1/users", &[admin()], &new), 409);
    assert_eq!(
        send("POST", "/api/v1/users", &[admin()], &format!("{{\"name\": \"{first}\", \"password\": 7}}")),
        400
    );
    assert_eq!(send("POST", "/api/v1/users", &[admin()], &format!("{{\"password\": \"{first}\"")), 400);
    assert_eq!(send("POST", "/api/v1/users", &[admin()], &format!("{{\"{first}\": 1}}")), 400);
    let change = json!({"current": first, "new": second}).to_string();
    assert_eq!(send("PUT", "/api/v1/account/password", &[basic("alice", first)], &change), 204);
    assert_eq!(send("PUT", "/api/v1/account/password", &[basic("alice", second)], &change), 403);
    assert_eq!(send("GET", "/api/v1/account", &[basic("alice", wrong)], ""), 401);
    // Somebody typed the password where the name belongs.
    assert_eq!(send("GET", "/api/v1/account", &[basic(second, "x")], ""), 401);
    let session = json!({"name": second, "password": wrong}).to_string();
    assert_eq!(send("POST", "/api/v1/session", &[], &session), 401);
    assert_eq!(send("POST", "/api/v1/session", &[], &format!("{{\"password\": \"{wrong}")), 400);
    assert_eq!(send("GET", "/api/v1/users/alice", &[admin()], ""), 200);
    place.user("team", ServiceRole::None);
    create_robot(&place.engine, "team", "builder").unwrap();
    let tokens = "/api/v1/namespaces/team/robots/builder/tokens";
    let wanted = json!({"name": "ci", "scopes": ["repo:team/*:pull"], "days": 30}).to_string();
    let made = place.send("POST", tokens, &[basic("team", super::place::PASSWORD)], &wanted).with(201).json();
    let token = made["token"].as_str().unwrap().to_owned();
    assert_eq!(send("GET", tokens, &[admin()], ""), 200);
    assert_eq!(send("GET", "/api/v1/account", &[basic("team+builder", &token)], ""), 200);
    assert_eq!(send("GET", "/api/v1/account", &[basic("team+other", &token)], ""), 401);
    assert_eq!(send("GET", "/api/v1/audit", &[bearing(&token)], ""), 403);
    let bearer = place.bearer(&[basic("team+builder", &token)], &["repository:team/x:pull"]);
    assert_eq!(send("GET", "/api/v1/account", &[bearing(&bearer)], ""), 200);
    assert_eq!(send("GET", "/api/v1/account", &[bearing(&format!("{bearer}x"))], ""), 401);
    let session = json!({"name": "alice", "password": second}).to_string();
    let entered = place.send("POST", "/api/v1/session", &[], &session).with(204);
    let cookie = entered.header("set-cookie").split(';').next().unwrap().to_owned();
    assert_eq!(send("GET", "/api/v1/account", &[("cookie", cookie.clone())], ""), 200);
    assert_eq!(send("GET", "/api/v1/audit", &[admin()], ""), 200);
    let secret = cookie.split('=').nth(1).unwrap().to_owned();
    let signature = bearer.rsplit('.').next().unwrap().to_owned();
    (answers, vec![token, signature, secret])
}

/// Every row that accounts have, but for the hashes.
fn rows(place: &Place) -> String {
    let queries: [&'static str; 5] = [
        "SELECT name, email, role FROM account",
        "SELECT id, name, hash, scopes FROM token",
        "SELECT hash FROM session",
        "SELECT key FROM failed_sign_in",
        "SELECT account, action, object, decision, detail, peer FROM audit",
    ];
    let all = queries.map(|query| {
        let rows: Vec<Row> = place.engine.database.read(|tx| tx.query(query, &[])).unwrap();
        format!("{rows:?}")
    });
    all.concat()
}

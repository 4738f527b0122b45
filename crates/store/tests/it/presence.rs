//! Who is there, and for what.

use std::{collections::BTreeSet, time::Duration};

use limpid_store::{
    Database, garbage, limits,
    presence::{self, Purpose},
};

use crate::support::{execute, number, on_each, read, write};

const MINUTE: Duration = Duration::from_secs(60);

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn note(database: &Database, node: &str, purpose: Purpose, names: &[&str]) {
    write(database, |tx| presence::note(tx, node, purpose, &set(names), MINUTE));
}

fn is_seen(database: &Database, name: &str) -> bool {
    read(database, |tx| presence::is_seen(tx, Purpose::IndexState, name, 2 * MINUTE))
}

#[test]
fn a_process_is_seen_for_a_while_and_only_for_what_it_is_for() {
    on_each(|database| {
        note(database, "one", Purpose::IndexState, &["old"]);
        note(database, "two", Purpose::IndexState, &["new"]);
        assert!(is_seen(database, "old") && is_seen(database, "new") && !is_seen(database, "other"));
        // The program was replaced.
        note(database, "one", Purpose::IndexState, &["new"]);
        assert!(!is_seen(database, "old") && is_seen(database, "new"));
        // What was noted just now is not written again; later it is.
        let age = |time: Duration| {
            let time = i64::try_from(time.as_micros()).unwrap();
            execute(database, "UPDATE presence SET seen_at = seen_at - $1", &[time.into()]);
        };
        age(Duration::from_secs(50));
        let before = number(database, "SELECT MAX(seen_at) FROM presence");
        note(database, "one", Purpose::IndexState, &["new"]);
        assert_eq!(number(database, "SELECT MAX(seen_at) FROM presence"), before);
        age(Duration::from_secs(80));
        assert!(!is_seen(database, "new"));
        note(database, "one", Purpose::IndexState, &["new"]);
        assert!(is_seen(database, "new"));
        note(database, "one", Purpose::IndexState, &[]);
        assert!(!is_seen(database, "new"));
    });
}

#[test]
fn what_processes_were_for_is_remembered_when_they_are_gone_and_not_for_ever() {
    on_each(|database| {
        note(database, "one", Purpose::Target, &["a", "b"]);
        note(database, "two", Purpose::Target, &["b", "c"]);
        note(database, "two", Purpose::IndexState, &["state"]);
        let targets = || read(database, |tx| presence::names(tx, Purpose::Target));
        assert_eq!(targets(), set(&["a", "b", "c"]));
        let time = i64::try_from(limits::PRESENCE_TIME.as_micros()).unwrap();
        execute(
            database,
            "UPDATE presence SET seen_at = seen_at - $1 WHERE node = 'one'",
            &[(time + 1).into()],
        );
        write(database, |tx| garbage::collect(tx, "now"));
        assert_eq!(targets(), set(&["b", "c"]));
    });
}

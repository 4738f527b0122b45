//! Accounts: what is granted reaches whom it should, ends with what it belongs to, and nothing grows for ever.

use std::time::Duration;

use limpid_store::{
    Database,
    accounts::{
        self, AuditFilter, Collected, Holder, NewAccount, NewAuditRow, NewSession, NewToken, Role,
        ServiceRole,
    },
    limits,
};

use crate::support::{execute, number, on_each, read, write};

const HOUR: Duration = Duration::from_secs(3600);

fn user(database: &Database, name: &str) -> i64 {
    let new = NewAccount { name, robot_of: None, email: "", password: Some("hash"), role: ServiceRole::None };
    write(database, |tx| accounts::create(tx, &new)).unwrap()
}

fn namespace(database: &Database, name: &str) -> i64 {
    write(database, |tx| accounts::create_namespace(tx, name)).unwrap()
}

fn repository(database: &Database, namespace: i64, name: &str) -> i64 {
    let statement = "
        INSERT INTO repository (namespace, name, description, is_public, settings, created_at)
        VALUES ($1, $2, '', 0, '{}', 0) RETURNING number";
    write(database, |tx| tx.query_optional(statement, &[namespace.into(), name.into()])?.unwrap().get(0))
}

fn role(database: &Database, account: i64, repository: &str) -> Option<Role> {
    read(database, |tx| accounts::access(tx, account, "team", repository)).unwrap().role
}

fn grant(database: &Database, namespace: i64, repository: i64, holder: &Holder, role: Role) {
    write(database, |tx| accounts::grant(tx, namespace, repository, holder, role));
}

#[test]
fn the_most_that_was_granted_counts_and_only_where_it_was() {
    on_each(|database| {
        let [alice, bob] = ["alice", "bob"].map(|name| user(database, name));
        let team = namespace(database, "team");
        let app = repository(database, team, "team/app");
        repository(database, team, "team/other");
        assert_eq!(role(database, alice, "team/app"), None);
        assert_eq!(read(database, |tx| accounts::access(tx, alice, "nowhere", "nowhere/app")), None);
        grant(database, team, 0, &Holder::Account(alice), Role::Reader);
        grant(database, team, app, &Holder::Account(alice), Role::Writer);
        let found = ["team/app", "team/other", "team/missing", ""].map(|name| role(database, alice, name));
        assert_eq!(found, [Some(Role::Writer), Some(Role::Reader), Some(Role::Reader), Some(Role::Reader)]);
        assert_eq!(role(database, bob, "team/app"), None);
        // In place of what was granted before.
        grant(database, team, app, &Holder::Account(alice), Role::Reader);
        assert_eq!(role(database, alice, "team/app"), Some(Role::Reader));

        let builders = write(database, |tx| accounts::create_team(tx, team, "builders")).unwrap();
        grant(database, team, app, &Holder::Team(builders), Role::Admin);
        assert_eq!(
            [alice, bob].map(|account| role(database, account, "team/app")),
            [Some(Role::Reader), None]
        );
        assert!(write(database, |tx| accounts::add_member(tx, builders, bob)));
        assert_eq!(role(database, bob, "team/app"), Some(Role::Admin));
        assert_eq!([role(database, bob, "team/other"), role(database, 0, "team/app")], [None, None]);
        assert!(write(database, |tx| accounts::delete_team(tx, builders)));
        assert_eq!(role(database, bob, "team/app"), None);
    });
}

#[test]
fn who_is_taken_in_or_out_by_hand_is_not_in_a_team_because_of_a_group() {
    on_each(|database| {
        let [alice, team] = [user(database, "alice"), namespace(database, "team")];
        let team = write(database, |tx| accounts::create_team(tx, team, "developers")).unwrap();
        write(database, |tx| accounts::set_team_group(tx, team, Some("staff")));
        let follow = |groups: &[&str]| {
            let groups = groups.iter().map(|group| (*group).to_owned()).collect();
            write(database, |tx| accounts::follow_groups(tx, alice, &groups));
            read(database, |tx| accounts::list_members(tx, team, 10)).len()
        };
        assert_eq!([follow(&["staff"]), follow(&[]), follow(&["staff"])], [1, 0, 1]);
        // By hand beside: she stays.
        assert!(!write(database, |tx| accounts::add_member(tx, team, alice)));
        assert_eq!(follow(&[]), 1);
        // Taken out by hand, she comes with the next sign-in of her group.
        write(database, |tx| accounts::remove_member(tx, team, alice));
        assert_eq!(follow(&["staff"]), 1);
        write(database, |tx| accounts::remove_member(tx, team, alice));
        assert_eq!([follow(&["staff"]), follow(&[])], [1, 0]);
    });
}

#[test]
fn what_was_granted_to_what_is_gone_is_nobodys() {
    on_each(|database| {
        let alice = user(database, "alice");
        let team = namespace(database, "team");
        let app = repository(database, team, "team/app");
        grant(database, team, app, &Holder::Account(alice), Role::Admin);
        execute(database, "DELETE FROM repository", &[]);
        assert_ne!(repository(database, team, "team/app"), app, "numbers are not used again");
        assert_eq!(role(database, alice, "team/app"), None);
        grant(database, team, 0, &Holder::Account(alice), Role::Admin);
        assert!(write(database, |tx| accounts::delete(tx, alice)));
        let again = user(database, "alice");
        assert_ne!(again, alice);
        assert_eq!(role(database, again, "team/app"), None);
        assert_eq!(write(database, accounts::collect_garbage), Collected::default(), "it went with her");
        // Of a repository that another way removed.
        execute(
            database,
            "INSERT INTO permission VALUES ($1, 77, $2, 0, 'admin')",
            &[team.into(), again.into()],
        );
        assert_eq!(write(database, accounts::collect_garbage).permissions, 1);
    });
}

#[test]
fn a_namespace_goes_with_its_robots_but_not_while_it_has_repositories() {
    on_each(|database| {
        let team = namespace(database, "team");
        let robot = NewAccount {
            name: "team+ci",
            robot_of: Some(team),
            email: "",
            password: None,
            role: ServiceRole::None,
        };
        write(database, |tx| accounts::create(tx, &robot)).unwrap();
        repository(database, team, "team/app");
        assert!(!write(database, |tx| accounts::delete_namespace(tx, team)));
        execute(database, "DELETE FROM repository", &[]);
        assert!(write(database, |tx| accounts::delete_namespace(tx, team)));
        assert_eq!(read(database, |tx| accounts::find(tx, "team+ci")), None);
        assert!(write(database, |tx| accounts::create_namespace(tx, "team")).is_some());
    });
}

#[test]
fn what_has_ended_is_removed_and_the_audit_is_bounded() {
    on_each(|database| {
        let alice = user(database, "alice");
        write(database, |tx| {
            for (id, time) in [("old", HOUR), ("new", HOUR)] {
                let token = NewToken { id, account: alice, name: "", hash: id, scopes: "[]", time };
                accounts::create_token(tx, &token)?;
                accounts::create_session(tx, &NewSession { hash: id, account: alice, time: 48 * HOUR })?;
                accounts::note_failure(tx, id, HOUR)?;
                accounts::add_signing_key(tx, id, &[1; 32])?;
            }
            let row = |account: &str| {
                let text = |text: &str| text.to_owned();
                let [action, object, decision, detail, peer] = ["pull", "x", "allowed", "", ""].map(text);
                (NewAuditRow { account: text(account), action, object, decision, detail, peer }, 3)
            };
            accounts::audit(tx, &[row("old"), row("alice"), row("bob")])
        });
        assert_eq!(write(database, accounts::collect_garbage), Collected::default());
        let age = |statement, time: Duration| {
            let microseconds = i64::try_from(time.as_micros()).unwrap() + 1;
            execute(database, statement, &[microseconds.into()]);
        };
        age(
            "UPDATE token SET expires_at = expires_at - $1 WHERE id = 'old'",
            limits::ENDED_TOKEN_TIME + HOUR,
        );
        age("UPDATE session SET seen_at = seen_at - $1 WHERE hash = 'old'", limits::SESSION_IDLE_TIME);
        age("UPDATE failed_sign_in SET last_at = last_at - $1 WHERE key = 'old'", limits::FAILURE_TIME);
        age("UPDATE audit SET happened_at = happened_at - $1 WHERE account = 'old'", limits::AUDIT_TIME);
        // A key goes when a newer one has been there for long enough.
        age("UPDATE signing_key SET created_at = created_at - $1 WHERE id = 'old'", 100 * HOUR);
        let expected = Collected { ended: 2, failures: 1, permissions: 0, audit: 1, keys: 0 };
        assert_eq!(write(database, accounts::collect_garbage), expected);
        age("UPDATE signing_key SET created_at = created_at - $1", limits::SIGNING_KEY_OVERLAP);
        assert_eq!(write(database, accounts::collect_garbage), Collected { keys: 1, ..Collected::default() });
        assert_eq!(write(database, accounts::collect_garbage), Collected::default());
        let of = |account| {
            let filter = AuditFilter { account, ..AuditFilter::default() };
            read(database, |tx| accounts::audited(tx, &filter, 10))
        };
        assert_eq!((of("").len(), of("bob").len(), of("bob")[0].times), (2, 1, 3));
        let last = of("bob")[0].number;
        let before = AuditFilter { before: last, ..AuditFilter::default() };
        assert_eq!(read(database, |tx| accounts::audited(tx, &before, 10)).len(), 1);
        // Rows are counted by their numbers.
        execute(
            database,
            "UPDATE audit SET number = $1 WHERE account = 'bob'",
            &[(last + limits::AUDIT_ROWS).into()],
        );
        assert_eq!(write(database, accounts::collect_garbage).audit, 1);
        assert_eq!(number(database, "SELECT COUNT(*) FROM audit"), 1);
    });
}

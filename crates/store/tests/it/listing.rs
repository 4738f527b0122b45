//! What pages list: everybody sees what they may pull, sorted and paged as they ask.

use limpid_core::Digest;
use limpid_store::{
    Database,
    accounts::{self, Holder, NewAccount, Role, ServiceRole},
    database::Value,
    listing::{self, ListedRepository, ListedTag, Viewer, Window},
    security,
};

use crate::support::{execute, on_each, read, write};

const ANYBODY: Viewer = Viewer { account: 0, sees_all: false };
const EVERYTHING: Viewer = Viewer { account: 0, sees_all: true };

fn window<'a>(sort: &'a str, descending: bool) -> Window<'a> {
    Window { text: "", sort, descending, skip: 0, most: 10 }
}

fn repository(database: &Database, namespace: i64, name: &str, is_public: bool) -> i64 {
    let statement = "
        INSERT INTO repository (namespace, name, description, is_public, settings, created_at)
        VALUES ($1, $2, '', $3, '{}', 0) RETURNING number";
    let values = [namespace.into(), name.into(), is_public.into()];
    write(database, |tx| tx.query_optional(statement, &values)?.unwrap().get(0))
}

fn manifest(database: &Database, repository: i64, text: &str, kind: &str, layers: &[u64]) -> Digest {
    let digest = Digest::of(text.as_bytes());
    let statement = "
        INSERT INTO registry_manifest
            (repository, digest, kind, media_type, body, bytes, artifact_type, annotations, pushed_by, pushed_at)
        VALUES ($1, $2, $3, '', $4, 10, '', '{}', 'alice', 7)";
    let body = Value::from(text.as_bytes().to_vec());
    execute(database, statement, &[repository.into(), (&digest).into(), kind.into(), body]);
    for (place, bytes) in (0_i64..).zip(layers) {
        let statement = "
            INSERT INTO manifest_reference (repository, manifest, place, kind, digest, bytes, platform)
            VALUES ($1, $2, $3, 'blob', $4, $5, '')";
        let layer = Digest::of(format!("{text} {place}").as_bytes());
        let bytes = i64::try_from(*bytes).unwrap();
        execute(
            database,
            statement,
            &[repository.into(), (&digest).into(), place.into(), (&layer).into(), bytes.into()],
        );
    }
    digest
}

fn tag(database: &Database, repository: i64, name: &str, manifest: &Digest, changed_at: i64) {
    let statement = "
        INSERT INTO tag (repository, name, manifest, created_at, changed_at, is_immutable)
        VALUES ($1, $2, $3, 0, $4, 0)";
    execute(database, statement, &[repository.into(), name.into(), manifest.into(), changed_at.into()]);
}

fn judged(database: &Database, digest: &Digest, verdict: &str, highest: i64, findings: i64) {
    let status = "
        INSERT INTO security_status (digest, state, reason, pushed_at, changed_at)
        VALUES ($1, 'queued', '', 0, 0)";
    execute(database, status, &[digest.into()]);
    let statement = "
        INSERT INTO security_summary
            (digest, made_of, circumstances, verdict, highest, findings, fixable, body, known, made_at)
        VALUES ($1, '', '', $2, $3, $4, 0, '{}', '', 0)";
    execute(database, statement, &[digest.into(), verdict.into(), highest.into(), findings.into()]);
}

fn names(database: &Database, viewer: Viewer, window: Window<'_>) -> (Vec<String>, u64) {
    let part = read(database, |tx| listing::repositories(tx, viewer, window));
    (part.rows.into_iter().map(|one| one.name).collect(), part.total)
}

#[test]
fn everybody_sees_what_they_may_pull_and_not_how_much_else_there_is() {
    on_each(|database| {
        let new =
            NewAccount { name: "alice", robot_of: None, email: "", password: None, role: ServiceRole::None };
        let alice = write(database, |tx| accounts::create(tx, &new)).unwrap();
        let team = write(database, |tx| accounts::create_namespace(tx, "team")).unwrap();
        let open = repository(database, team, "team/open", true);
        let app = repository(database, team, "team/app", false);
        let hidden = repository(database, team, "team/hidden", false);
        let builders = write(database, |tx| accounts::create_team(tx, team, "builders")).unwrap();
        write(database, |tx| accounts::add_member(tx, builders, alice));
        write(database, |tx| accounts::grant(tx, team, app, &Holder::Team(builders), Role::Reader));
        // What is granted to a team is no grant to the account 0, which is nobody.
        assert_eq!(names(database, ANYBODY, window("name", false)), (vec!["team/open".to_owned()], 1));
        let of_alice = Viewer { account: alice, sees_all: false };
        let seen = ["team/app", "team/open"].map(str::to_owned).to_vec();
        assert_eq!(names(database, of_alice, window("name", false)), (seen, 2));
        assert_eq!(names(database, EVERYTHING, window("name", false)).1, 3);
        let some = Window { text: "hid", ..window("name", false) };
        assert_eq!(names(database, EVERYTHING, some), (vec!["team/hidden".to_owned()], 1));
        assert_eq!(names(database, of_alice, some), (Vec::new(), 0));

        let image = manifest(database, hidden, "image", "image", &[1]);
        let shown = manifest(database, open, "image", "image", &[1]);
        assert_eq!(image, shown);
        tag(database, hidden, "secret", &image, 1);
        let places = |viewer| read(database, |tx| listing::places(tx, viewer, &image, 10));
        let place = |name: &str, tag: &str| (name.to_owned(), tag.to_owned());
        assert_eq!(places(ANYBODY), [place("team/open", "")]);
        assert_eq!(places(EVERYTHING), [place("team/hidden", "secret"), place("team/open", "")]);

        // A tag that has expired is not there.
        judged(database, &image, "vulnerable", 6, 2);
        let counted = || {
            let part = read(database, |tx| listing::repositories(tx, EVERYTHING, some));
            let ListedRepository { tags, changed_at, vulnerable, .. } = part.rows[0];
            (tags, changed_at.is_some(), vulnerable)
        };
        assert_eq!(counted(), (1, true, 1));
        let tagged = || read(database, |tx| security::tagged(tx, hidden, &image, 10));
        assert_eq!(tagged(), ["secret"]);
        execute(database, "UPDATE tag SET expires_at = 1", &[]);
        assert_eq!(counted(), (0, false, 0));
        assert_eq!(tagged(), [""; 0]);
        assert_eq!(places(EVERYTHING), [place("team/hidden", ""), place("team/open", "")]);
    });
}

#[test]
fn tags_are_sorted_by_what_was_found_and_turned_over() {
    on_each(|database| {
        let team = write(database, |tx| accounts::create_namespace(tx, "team")).unwrap();
        let app = repository(database, team, "team/app", true);
        let [bad, fine, open] = [("bad", 300), ("fine", 100), ("open", 200)]
            .map(|(text, bytes)| manifest(database, app, text, "image", &[bytes, 5]));
        judged(database, &bad, "vulnerable", 6, 2);
        judged(database, &fine, "clean", 0, 0);
        for (name, digest, at) in [("a", &fine, 30), ("b", &bad, 10), ("c", &open, 20)] {
            tag(database, app, name, digest, at);
        }
        let listed = |window| read(database, |tx| listing::tags(tx, app, window));
        let names = |sort, descending| {
            let part = listed(window(sort, descending));
            assert_eq!(part.total, 3);
            part.rows.iter().map(|tag: &ListedTag| tag.name.clone()).collect::<String>()
        };
        assert_eq!([names("name", false), names("name", true)], ["abc", "cba"]);
        assert_eq!([names("changed", true), names("changed", false)], ["acb", "bca"]);
        assert_eq!([names("size", true), names("size", false)], ["bca", "acb"]);
        // What was not judged is neither good nor bad, and stands behind what is clean.
        assert_eq!([names("security", true), names("security", false)], ["bac", "cab"]);
        let second = listed(Window { skip: 1, most: 1, ..window("name", false) });
        assert_eq!((second.total, second.rows.len(), second.rows[0].name.as_str()), (3, 1, "b"));
        assert_eq!(second.rows[0].bytes, 315);
        let part = read(database, |tx| listing::repositories(tx, EVERYTHING, window("vulnerable", true)));
        assert_eq!((part.rows[0].tags, part.rows[0].vulnerable, part.rows[0].clean), (3, 1, 1));
        assert_eq!(part.rows[0].changed_at.map(|at| at.timestamp_micros()), Some(30));

        let found = |reference: &str| read(database, |tx| listing::manifest(tx, app, reference));
        assert_eq!(found("b").map(|one| one.digest), Some(bad.clone()));
        assert_eq!(
            found(bad.as_str()).map(|one| (one.kind, one.pushed_by)),
            Some(("image".to_owned(), "alice".to_owned()))
        );
        assert_eq!(found("missing"), None);
        let verdicts = read(database, listing::verdicts);
        assert_eq!(verdicts, [("clean".to_owned(), 1), ("vulnerable".to_owned(), 1)]);
    });
}

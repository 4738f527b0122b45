//! Notifications and their pages.

use limpid_store::{
    Database, StoreError,
    notifications::{self, NewNotification, Page},
};
use uuid::Uuid;

use crate::support::{execute, number, on_each, read, write};

fn create(database: &Database, entries: usize, held: Option<&str>) -> NewNotification {
    let notification = NewNotification {
        id: Uuid::new_v4(),
        operation: Uuid::new_v4(),
        feed: "alpine".to_owned(),
        held: held.map(str::to_owned),
        entries: (0..entries)
            .map(|number| format!("{{\"n\": {number}, \"t\": \"\\u0000ü\\\\\"}}").into_bytes())
            .collect(),
    };
    write(database, |tx| notifications::create(tx, &notification));
    notification
}

fn page(database: &Database, id: Uuid, after: Option<Uuid>, size: u64) -> Option<Page> {
    read(database, |tx| notifications::page(tx, id, after, size))
}

#[test]
fn entries_are_read_page_by_page_in_the_order_in_which_they_came() {
    on_each(|database| {
        let made = create(database, 2503, None);
        let (mut entries, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = page(database, made.id, after, 500).unwrap();
            entries.extend(page.entries);
            pages += 1;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(pages, 6);
        assert!(entries == made.entries);
    });
}

#[test]
fn the_last_page_is_known_as_such() {
    on_each(|database| {
        let made = create(database, 4, None);
        let first = page(database, made.id, None, 2).unwrap();
        assert_eq!(first.entries, made.entries[..2]);
        // The same again, however often it is asked for.
        assert_eq!(page(database, made.id, None, 2).unwrap(), first);
        let last = page(database, made.id, first.next, 2).unwrap();
        assert_eq!(last, Page { entries: made.entries[2..].to_vec(), next: None });
        assert_eq!(page(database, made.id, None, 0).unwrap().entries.len(), 1, "never none at all");
        let empty = create(database, 0, None);
        assert_eq!(page(database, empty.id, None, 2), Some(Page { entries: Vec::new(), next: None }));
        assert_eq!(page(database, Uuid::new_v4(), None, 2), None);
    });
}

#[test]
fn one_that_is_there_already_stays_as_it_is() {
    on_each(|database| {
        let made = create(database, 3, Some("large"));
        let other =
            NewNotification { feed: "debian".to_owned(), entries: vec![b"{}".to_vec()], ..made.clone() };
        write(database, |tx| notifications::create(tx, &other));
        let found = read(database, |tx| notifications::find(tx, made.id)).unwrap();
        assert_eq!((found.feed.as_str(), found.entries), ("alpine", 3));
        assert_eq!((found.operation, found.held.as_deref()), (made.operation, Some("large")));
        assert_eq!(page(database, made.id, None, 10).unwrap().entries, made.entries);
    });
}

#[test]
fn deleting_is_done_once_and_takes_the_entries() {
    on_each(|database| {
        let (made, other) = (create(database, 3, None), create(database, 2, None));
        assert!(write(database, |tx| notifications::delete(tx, made.id)));
        assert!(!write(database, |tx| notifications::delete(tx, made.id)));
        assert_eq!(read(database, |tx| notifications::find(tx, made.id)), None);
        assert_eq!(page(database, made.id, None, 10), None);
        assert_eq!(number(database, "SELECT COUNT(*) FROM notification_entry"), 2);
        assert_eq!(page(database, other.id, None, 10).unwrap().entries.len(), 2);
    });
}

#[test]
fn one_that_is_held_is_let_go_once() {
    on_each(|database| {
        let (held, free) = (create(database, 1, Some("large")), create(database, 1, None));
        assert!(write(database, |tx| notifications::let_go(tx, held.id)));
        assert!(!write(database, |tx| notifications::let_go(tx, held.id)));
        assert!(!write(database, |tx| notifications::let_go(tx, free.id)));
        assert_eq!(read(database, |tx| notifications::find(tx, held.id)).unwrap().held, None);
    });
}

#[test]
fn the_newest_are_listed_first() {
    on_each(|database| {
        let made: Vec<Uuid> = (0..3).map(|_| create(database, 1, None).id).collect();
        execute(database, "UPDATE notification SET created_at = 0 WHERE id = $1", &[made[2].into()]);
        let listed = read(database, |tx| notifications::list(tx, 2));
        assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), [made[1], made[0]]);
        assert_eq!(read(database, |tx| notifications::list(tx, 10)).len(), 3);
    });
}

/// A notification of so many entries, begun and not complete, with the first of its entries.
fn begun(database: &Database, entries: usize, first: usize) -> NewNotification {
    let notification = NewNotification {
        id: Uuid::new_v4(),
        operation: Uuid::new_v4(),
        feed: "alpine".to_owned(),
        held: Some("large".to_owned()),
        entries: (0..entries).map(|number| format!("{{\"n\": {number}}}").into_bytes()).collect(),
    };
    assert!(write(database, |tx| notifications::begin(tx, &notification)));
    write(database, |tx| notifications::append(tx, notification.id, 0, &notification.entries[..first]));
    notification
}

#[test]
fn nobody_sees_one_that_is_not_complete() {
    on_each(|database| {
        let made = begun(database, 3, 2);
        let id = made.id;
        assert_eq!(read(database, |tx| notifications::find(tx, id)), None);
        assert_eq!(page(database, id, None, 10), None);
        assert_eq!(read(database, |tx| notifications::list(tx, 10)), []);
        assert!(!write(database, |tx| notifications::let_go(tx, id)));
        assert!(!write(database, |tx| notifications::delete(tx, id)));
        assert!(!write(database, |tx| notifications::begin(tx, &made)));
        let stale = StoreError::Stale("the notification");
        assert_eq!(
            database.write(|tx| notifications::complete(tx, id)),
            Err(stale.clone()),
            "one is missing"
        );
        write(database, |tx| notifications::append(tx, id, 2, &made.entries[2..]));
        write(database, |tx| notifications::complete(tx, id));
        assert_eq!(page(database, id, None, 10).unwrap().entries, made.entries);
        assert_eq!(database.write(|tx| notifications::complete(tx, id)), Err(stale.clone()), "once");
        assert_eq!(database.write(|tx| notifications::append(tx, id, 3, &made.entries)), Err(stale));
        assert!(!write(database, |tx| notifications::remove_incomplete(tx, id)));
        assert_eq!(page(database, id, None, 10).unwrap().entries, made.entries);
    });
}

#[test]
fn what_is_there_of_one_is_removed_in_parts_and_it_can_be_begun_anew() {
    on_each(|database| {
        let made = begun(database, 2503, 2500);
        let mut rounds = 0;
        while write(database, |tx| notifications::remove_incomplete(tx, made.id)) {
            rounds += 1;
            assert!(
                number(database, "SELECT COUNT(*) FROM notification_entry") <= 2500 - rounds.min(2) * 1000
            );
        }
        assert_eq!(rounds, 4, "three times entries, and then the notification");
        write(database, |tx| notifications::create(tx, &made));
        assert_eq!(page(database, made.id, None, 3000).unwrap().entries, made.entries);
    });
}

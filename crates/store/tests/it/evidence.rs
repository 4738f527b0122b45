//! Evidence of layers, and the index state of the service.

use limpid_store::{
    StoreError,
    evidence::{self, Evidence},
    index_states,
};

use crate::support::{blob, digest, execute, number, on_each, read, write};

fn made(layer: &str, revision: &str, pack: &str) -> Evidence {
    Evidence {
        layer: digest(layer),
        revision: revision.to_owned(),
        diff_id: Some(digest("diff")),
        pack: digest(pack),
        bytes: 10,
    }
}

#[test]
fn evidence_is_found_by_layer_and_revision_and_replaced() {
    on_each(|database| {
        let unread = Evidence { diff_id: None, ..made("layer", "1", "pack") };
        write(database, |tx| {
            blob(tx, &digest("pack"))?;
            blob(tx, &digest("better"))?;
            evidence::put(tx, &unread)
        });
        assert_eq!(read(database, |tx| evidence::find(tx, &digest("layer"), "1")), Some(unread));
        assert_eq!(read(database, |tx| evidence::find(tx, &digest("layer"), "2")), None);
        let (second, better) = (made("layer", "2", "pack"), made("layer", "1", "better"));
        write(database, |tx| evidence::put(tx, &second));
        write(database, |tx| evidence::put(tx, &better));
        assert_eq!(read(database, |tx| evidence::find(tx, &digest("layer"), "1")), Some(better.clone()));
        assert_eq!(read(database, |tx| evidence::find_any(tx, &digest("layer"))), Some(better));
        write(database, |tx| evidence::forget(tx, &digest("layer"), "1"));
        assert_eq!(read(database, |tx| evidence::find_any(tx, &digest("layer"))), Some(second));
        assert_eq!(read(database, |tx| evidence::find_any(tx, &digest("other"))), None);
    });
}

#[test]
fn a_pack_that_is_gone_or_goes_is_never_referred_to() {
    on_each(|database| {
        let missing = database.write(|tx| evidence::put(tx, &made("layer", "1", "pack")));
        assert_eq!(missing, Err(StoreError::Stale("the blob")));
        write(database, |tx| blob(tx, &digest("pack")));
        execute(database, "UPDATE blob SET deleting_since = 1", &[]);
        let going = database.write(|tx| evidence::put(tx, &made("layer", "1", "pack")));
        assert_eq!(going, Err(StoreError::Stale("the blob")));
        assert_eq!(number(database, "SELECT COUNT(*) FROM evidence"), 0);
    });
}

#[test]
fn referring_touches_the_blob_and_so_does_letting_go() {
    on_each(|database| {
        let is_touched = "
            SELECT CASE WHEN touched_at > limpid_now() - 60000000 THEN 1 ELSE 0 END FROM blob
            WHERE digest = $1";
        let is_touched = |pack: &str| {
            read(database, |tx| tx.query_optional(is_touched, &[(&digest(pack)).into()]))
                .unwrap()
                .get::<bool>(0)
        };
        let age = "UPDATE blob SET touched_at = 0";
        write(database, |tx| blob(tx, &digest("one")).and_then(|()| blob(tx, &digest("two"))));
        execute(database, age, &[]);
        write(database, |tx| evidence::put(tx, &made("layer", "1", "one")));
        assert_eq!((is_touched("one"), is_touched("two")), (Ok(true), Ok(false)));
        execute(database, age, &[]);
        write(database, |tx| evidence::put(tx, &made("layer", "1", "two")));
        assert_eq!((is_touched("one"), is_touched("two")), (Ok(true), Ok(true)));
    });
}

#[test]
fn the_index_state_is_that_of_the_program_that_was_started_last() {
    on_each(|database| {
        assert_eq!(read(database, index_states::current), None);
        for state in ["one", "two", "one"] {
            write(database, |tx| index_states::announce(tx, &digest(state)));
            assert_eq!(read(database, index_states::current), Some(digest(state)));
        }
    });
}

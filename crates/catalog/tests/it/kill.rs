//! An update that is killed at any point leaves the old catalog in force, or the new one, and nothing between.

use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use chrono::{DateTime, Utc};
use limpid_catalog::{
    Catalog, Clock, Mirror, Outcome, Selection, Store, SystemClock, Updater, update::Quiet,
};
use limpid_core::matching::Advisories;

use crate::family::{Workshop, document, ecosystems};

const FEED: &str = "tiny/v1/main";
const CHILD: &str = "LIMPID_TEST_CHILD";

/// A catalog with a full history and an expired segment, so that the next update also removes one; and news upstream.
fn workshop() -> Workshop {
    let workshop = Workshop::new();
    for records in 20..31 {
        workshop.publish("v1", "main", document("v1", records));
        workshop.update();
    }
    workshop.clock.advance_hours(2);
    workshop.publish("v1", "main", document("v1", 40));
    workshop
}

/// The records in force, after checking that all that is referred to is there and whole.
fn check(workshop: &Workshop) -> u64 {
    let state = workshop.store().read().unwrap();
    for loaded in state.segments() {
        workshop.store().segment(&loaded.segment).unwrap().verify(&loaded.segment).unwrap();
    }
    let records = state.feeds[FEED].data.latest().unwrap().value.records;
    let last = format!("package{}", records - 1);
    // The child takes its time from the machine's clock.
    let catalog = Catalog::open(&workshop.store(), &ecosystems("1"), DateTime::<Utc>::MAX_UTC).unwrap();
    assert_eq!(catalog.find("Tiny:v1", &last, &mut |_| true).statements.len(), 1);
    records
}

#[test]
fn an_update_that_stops_before_any_step_leaves_a_whole_catalog() {
    let (mut steps, mut names) = (0, Vec::new());
    loop {
        let workshop = workshop();
        let made = Arc::new(AtomicUsize::new(0));
        let seen = Arc::new(std::sync::Mutex::new(String::new()));
        let checkpoint = {
            let (made, seen) = (Arc::clone(&made), Arc::clone(&seen));
            move |name: &'static str| {
                let step = made.fetch_add(1, Ordering::SeqCst);
                if step == steps {
                    *seen.lock().unwrap() = name.to_owned();
                }
                if step >= steps { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
            }
        };
        let store = workshop.store().with_checkpoint(Arc::new(checkpoint));
        let mirror = Some(Mirror::Directory(workshop.mirror()));
        let updater = Updater::new(store, mirror, Arc::clone(&workshop.clock) as Arc<dyn Clock>);
        // Whether it fails depends on the step; what it leaves is looked at below.
        drop(updater.update(&ecosystems("1"), &Selection::All, None, &Quiet));

        let records = check(&workshop);
        assert!(records == 30 || records == 40, "{records} records after {steps} steps");
        if made.load(Ordering::SeqCst) <= steps {
            assert_eq!(records, 40);
            break;
        }
        names.push(seen.lock().unwrap().clone());
        assert!(matches!(workshop.update_one(FEED), Outcome::Updated { .. } | Outcome::Unchanged));
        assert_eq!(check(&workshop), 40);
        steps += 1;
    }
    for name in
        ["segment: rename", "catalog: write", "catalog: synchronise", "catalog: rename", "retention: remove"]
    {
        assert!(names.iter().any(|seen| seen == name), "{name} is not among {names:?}");
    }
}

/// Not a test by itself: what the next test kills. Says each step and waits for a line before it goes on.
#[test]
fn child() {
    let Ok(folder) = env::var(CHILD) else { return };
    let checkpoint = |name: &'static str| {
        println!("step {name}");
        io::stdout().flush()?;
        io::stdin().read_line(&mut String::new()).map(|_| ())
    };
    let store = Store::new(format!("{folder}/db")).with_checkpoint(Arc::new(checkpoint));
    let mirror = Some(Mirror::Directory(format!("{folder}/mirror").into()));
    let updater = Updater::new(store, mirror, Arc::new(SystemClock));
    let selection = Selection::Prefixes(vec![FEED.to_owned()]);
    updater.update(&ecosystems("1"), &selection, None, &Quiet).unwrap();
    println!("step end");
}

/// Lets a child make so many steps and kills it. Whether it had come to the end.
fn kill_after(child: &mut Child, steps: usize) -> bool {
    let mut input = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut made = 0;
    while let Some(line) = lines.find(|line| line.contains("step ")) {
        let ended = line.ends_with("step end");
        if ended || made == steps {
            child.kill().unwrap();
            child.wait().unwrap();
            return ended;
        }
        made += 1;
        writeln!(input).unwrap();
    }
    panic!("the child ended by itself");
}

#[test]
fn a_process_that_is_killed_at_any_step_leaves_a_whole_catalog() {
    let mut ended = false;
    let mut steps = 0;
    while !ended {
        let workshop = workshop();
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "kill::child", "--nocapture"])
            .env(CHILD, workshop.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        ended = kill_after(&mut child, steps);
        let records = check(&workshop);
        assert!(records == 30 || records == 40, "{records} records after {steps} steps");
        // The locks of the dead hold nobody up.
        workshop.update_one(FEED);
        assert_eq!(check(&workshop), 40);
        steps += 1;
    }
    assert!(steps > 5, "{steps}");
}

//! What is kept, for how long, and what readers see of it.

use std::{collections::BTreeSet, fs, time::SystemTime};

use limpid_catalog::{Catalog, Clock};
use limpid_core::matching::Advisories;

use crate::family::{Workshop, document, ecosystems};

fn segments(workshop: &Workshop) -> BTreeSet<String> {
    let entries = fs::read_dir(workshop.folder.path().join("db/segments")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn ten_operations_are_kept_and_what_only_older_ones_used_goes_after_a_while() {
    let workshop = Workshop::new();
    for records in 20..30 {
        workshop.publish("v1", "main", document("v1", records));
        workshop.update();
        workshop.clock.advance_hours(24);
    }
    let ten = segments(&workshop);
    assert_eq!(ten.len(), 10);
    workshop.publish("v1", "main", document("v1", 30));
    workshop.update();
    assert_eq!(segments(&workshop).len(), 11, "a reader may have opened the catalog before");
    let reader = Catalog::open(&workshop.store(), &ecosystems("1"), workshop.clock.now()).unwrap();
    workshop.clock.advance_hours(1);
    workshop.update();
    let kept = segments(&workshop);
    assert_eq!(kept.len(), 10);
    assert_eq!(ten.difference(&kept).count(), 1);
    let state = workshop.store().read().unwrap();
    assert!(state.feeds["tiny/v1/main"].data.has_forgotten());
    assert!(state.segments().all(|loaded| workshop.store().segment(&loaded.segment).is_ok()));
    assert_eq!(reader.find("Tiny:v1", "package29", &mut |_| true).statements.len(), 1);
}

#[test]
fn a_reader_keeps_what_it_opened_even_when_the_file_is_gone() {
    let workshop = Workshop::new();
    workshop.publish("v1", "main", document("v1", 20));
    workshop.update();
    let catalog = workshop.catalog();
    fs::remove_dir_all(workshop.folder.path().join("db/segments")).unwrap();
    assert_eq!(catalog.find("Tiny:v1", "package3", &mut |_| true).statements.len(), 1);
}

#[test]
fn what_killed_processes_left_goes_after_a_while() {
    let workshop = Workshop::new();
    workshop.publish("v1", "main", document("v1", 20));
    workshop.update();
    let leftover = |name: &str, age: i64| {
        let path = workshop.folder.path().join("db/tmp/catalog").join(name);
        fs::write(&path, "half a segment").unwrap();
        let modified = SystemTime::from(workshop.clock.now() - chrono::TimeDelta::hours(age));
        fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
        path
    };
    let (old, new) = (leftover("part-old", 2), leftover("part-new", 0));
    let stray = workshop.folder.path().join("db/segments").join(format!("{}.segment", "0".repeat(64)));
    fs::write(&stray, "written, and never put in force").unwrap();
    workshop.update();
    assert!(!old.exists() && new.exists() && stray.exists());
    workshop.clock.advance_hours(2);
    workshop.update();
    assert!(!stray.exists());
}

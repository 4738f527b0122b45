//! A segment that is damaged is told by who reads it, and replaced.

use std::{fs, path::Path};

use limpid_catalog::{ArrivalError, replica};
use limpid_core::{Digest, matching::Advisories as _};

use crate::family::{Workshop, document};

#[test]
fn damage_is_told_wherever_it_is_and_mended() {
    let workshop = Workshop::new();
    workshop.publish("v1", "main", document("v1", 20));
    workshop.update();
    let store = workshop.store();
    let segment = store.read().unwrap().feeds["tiny/v1/main"].data.latest().unwrap().value.segment.clone();
    let path = store.segment_path(&segment);
    let good = fs::read(&path).unwrap();
    let said = || {
        let catalog = workshop.catalog();
        let found: Vec<_> = (0..20)
            .map(|number| catalog.find("Tiny:v1", &format!("package{number}"), &mut |_| true))
            .collect();
        let statements: usize = found.iter().map(|found| found.statements.len()).sum();
        (statements, found.iter().any(|found| !found.unreadable.is_empty()), catalog.damaged())
    };
    assert_eq!(said(), (20, false, [].into()));
    let mut told = 0;
    for place in (0..good.len()).step_by(41) {
        let mut damaged = good.clone();
        damaged[place] ^= 0x55;
        replace(&path, &damaged);
        let (statements, is_unreadable, damaged) = said();
        assert_eq!(is_unreadable, damaged.contains(&segment), "byte {place}");
        assert!(is_unreadable || statements == 20, "byte {place}: never less without a word");
        told += usize::from(is_unreadable);
        let mut fetch = |digest: &Digest, path: &Path| {
            assert_eq!(*digest, segment);
            Ok::<_, ArrivalError>(fs::write(path, &good)?)
        };
        replica::mend(&store, &[segment.clone()].into(), &mut fetch).unwrap();
        assert_eq!(fs::read(&path).unwrap(), good, "byte {place}");
    }
    assert!(told > 1, "{told}");
    assert_eq!(said(), (20, false, [].into()));
    let never = &mut |_: &Digest, _: &Path| -> Result<(), ArrivalError> { panic!("nothing is damaged") };
    replica::mend(&store, &[segment].into(), never).unwrap();
}

/// Another file in its place: who has the one before open goes on with that.
fn replace(path: &Path, bytes: &[u8]) {
    let beside = path.with_extension("beside");
    fs::write(&beside, bytes).unwrap();
    fs::rename(beside, path).unwrap();
}

//! Whatever the records, a segment gives back just these.

use limpid_catalog::{SegmentWriter, Store};
use limpid_core::{
    Advisory, Affected, AffectedRange, Severity,
    advisory::{Dated, Names, Only, Plan, Record, Stance},
    feed::FeedHead,
};
use proptest::{collection::vec, prelude::*};

fn range() -> impl Strategy<Value = AffectedRange> {
    let version = "[0-9a-z.\u{0}-é]{0,6}";
    prop_oneof![
        (proptest::option::of(version), version)
            .prop_map(|(introduced, fixed)| AffectedRange::Fixed { introduced, fixed }),
        proptest::option::of(version).prop_map(|introduced| AffectedRange::Unfixed { introduced }),
        (proptest::option::of(version), version)
            .prop_map(|(introduced, last)| AffectedRange::Through { introduced, last }),
        vec(version, 0..3).prop_map(|versions| AffectedRange::Exactly { versions }),
        Just(AffectedRange::NeverAffected),
        version.prop_map(|text| AffectedRange::Unreadable { text }),
    ]
}

fn affected() -> impl Strategy<Value = Affected> {
    let names = prop_oneof![Just(Names::Source), Just(Names::Binary)];
    let words = "[a-z ]{0,6}";
    let several = || vec("[a-z0-9_/]{0,6}", 0..3);
    let only = (several(), proptest::option::of(words), several())
        .prop_map(|(architectures, module, builds)| Only { architectures, module, builds });
    let plan = prop_oneof![Just(Plan::Unsaid), Just(Plan::WillNotFix), Just(Plan::UnderInvestigation)];
    let day = proptest::option::of(Just(chrono::NaiveDate::default()));
    let stance = (words, plan, words, day).prop_map(|(severity_word, plan, words, fixed_on)| Stance {
        severity: Severity::Low,
        severity_word,
        plan,
        words,
        fixed_on,
    });
    ("[A-C\u{0}]{0,2}", "[a-c\u{0}é]{0,3}", names, range(), only, stance).prop_map(
        |(namespace, package, names, range, only, stance)| Affected {
            namespace,
            package,
            names,
            range,
            only,
            stance,
        },
    )
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    let advisory =
        ("[A-Z]{1,2}", "\\PC{0,40}", vec("[a-z]{0,4}", 0..3)).prop_map(|(id, summary, aliases)| Advisory {
            id,
            summary,
            aliases,
            severity: Severity::High,
            dated: Dated::Fix,
            ..Advisory::default()
        });
    let record =
        (advisory, vec(affected(), 1..5)).prop_map(|(advisory, affected)| Record { advisory, affected });
    vec(record, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_went_in_comes_out(records in records()) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let write = |memory, records: &mut dyn Iterator<Item = &Record>| {
            let directory = store.temporary_directory().unwrap();
            let mut writer = SegmentWriter::with_memory("tiny/test", "1", directory, memory);
            records.for_each(|record| writer.add(record).unwrap());
            store.keep_segment(writer.finish(FeedHead::default()).unwrap()).unwrap()
        };
        let digest = write(1 << 20, &mut records.iter());
        // Neither the order of records nor what had to go to the disk makes a difference.
        prop_assert_eq!(&write(4 << 10, &mut records.iter().rev()), &digest);
        let segment = store.segment(&digest).unwrap();
        segment.verify(&digest).unwrap();

        let mut expected: Vec<_> = records
            .iter()
            .flat_map(|record| record.affected.iter().map(|affected| (affected.clone(), record.advisory.clone())))
            .collect();
        expected.sort();
        expected.dedup();
        let mut walked = segment.iter().collect::<Result<Vec<_>, _>>().unwrap();
        walked.sort();
        prop_assert_eq!(&walked, &expected);
        for (affected, _) in &expected {
            let mut found = segment.find(&affected.namespace, &affected.package, &mut |_| true).unwrap();
            found.sort();
            let same = |said: &&(Affected, Advisory)| {
                (&said.0.namespace, &said.0.package) == (&affected.namespace, &affected.package)
            };
            let wanted: Vec<_> = expected.iter().filter(same).cloned().collect();
            prop_assert_eq!(found, wanted);
        }
    }
}

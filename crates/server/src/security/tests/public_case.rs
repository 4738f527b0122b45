//! The public case: an image of a release that nobody knows yet is never shown as clean, and becomes vulnerable by itself.

use limpid_core::{Severity, Verdict};
use serde_json::json;

use super::{
    Place,
    place::{FIXES, clean, vulnerable},
};

#[test]
fn what_is_not_covered_is_unproven_and_becomes_vulnerable_by_itself() {
    Place::on_each(|place| {
        let digest = place.push_system("team/app", "1", &vulnerable());
        place.status(&digest, "indexed");
        let summary = place.summary(&digest);
        assert_eq!((summary.verdict, summary.total(), summary.packages), (Verdict::Unproven, 0, 2));
        assert!(summary.blind_spots > 0 && summary.is_current);
        let security = format!("/api/v1/repository/team/app/manifest/{digest}/security");
        // There is no advisory data at all: Quay's clients wait, and show no green.
        let told = place.get(&security);
        assert_eq!((&told["status"], &told["data"]), (&json!("queued"), &json!(null)));
        assert_eq!(told["limpid"]["summary"]["verdict"], "unproven");

        // Nobody asks for anything from here on.
        place.advise(FIXES);
        let summary = place.eventually("it is judged again", || {
            Some(place.summary(&digest)).filter(|summary| summary.verdict == Verdict::Vulnerable)
        });
        assert_eq!((summary.total(), summary.fixable, summary.is_current), (1, 1, true));
        assert_eq!(summary.highest(), Some(Severity::Unknown));
        let told = place.get(&security);
        assert_eq!(told["status"], "scanned");
        let found = &told["data"]["Layer"]["Features"][0];
        assert_eq!(
            (&found["Name"], &found["Vulnerabilities"][0]["Name"]),
            (&json!("busybox"), &json!("CVE-2099-0001"))
        );

        let fixed = place.push_system("team/app", "2", &clean());
        place.status(&fixed, "indexed");
        assert_eq!(place.summary(&fixed).verdict, Verdict::Clean);
    });
}

#[test]
fn a_report_that_is_old_says_so_until_it_is_made_again() {
    Place::on_each(|place| {
        place.advise(FIXES);
        let digest = place.push_system("team/app", "1", &vulnerable());
        place.status(&digest, "indexed");
        place.summary(&digest);
        let statement = "UPDATE security_summary SET made_of = 'yesterday' WHERE digest = $1";
        place.write(|tx| tx.execute(statement, &[(&digest).into()]));
        let summary = crate::security::summary(&place.engine, None, &digest).unwrap().unwrap();
        assert!(!summary.is_current, "{summary:?}");
        assert_eq!(
            crate::matching::judged_now(&place.engine, &digest, None).unwrap().unwrap().report.verdict,
            Verdict::Vulnerable
        );
    });
}

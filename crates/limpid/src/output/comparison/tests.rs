//! The comparison of the unproven and the vulnerable report on one image, compared with the files in `fixtures/`.

use limpid_core::comparison::{Side, compare};

use super::*;
use crate::output::report::tests::{assert_fixture, report, written};

#[test]
fn for_a_person_and_for_a_program() {
    let side = |name| Side { report: report(name), index: None };
    let comparison = compare(&side("unproven"), &side("vulnerable"));
    let text = |width| written(|terminal, out| comparison_table(&comparison, terminal, out), width, false);
    assert_fixture("comparison.60.txt", &text(Some(60)));
    assert_fixture("comparison.120.txt", &text(Some(120)));
    assert_fixture("comparison.lines", &text(None));
}

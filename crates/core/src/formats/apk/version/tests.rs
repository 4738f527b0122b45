use proptest::prelude::*;

use super::*;

fn sign(a: &str, b: &str) -> char {
    match compare(a, b) {
        Ok(Ordering::Less) => '<',
        Ok(Ordering::Equal) => '=',
        Ok(Ordering::Greater) => '>',
        Err(_) => '!',
    }
}

#[test]
fn versions_are_ordered_as_apk_tools_orders_them() {
    for (a, expected, b) in [
        ("1.1.1n-r0", '<', "1.1.1q-r0"),
        ("1.1.1", '<', "1.1.1a"),
        ("1.35.0-r9", '<', "1.35.0-r13"),
        ("1.35.0", '<', "1.35.0-r0"),
        ("2.9", '<', "2.10"),
        ("2.01", '<', "2.1"),
        ("2.0", '<', "2.00"),
        ("2.09", '<', "2.1"),
        ("02.1", '=', "2.1"),
        ("1.2.3", '<', "1.2.3.0"),
        ("1.2b", '<', "1.2.1"),
        ("1.6_rc1-r0", '<', "1.6-r0"),
        ("1.6_alpha", '<', "1.6_beta"),
        ("1.6_beta9", '<', "1.6_pre"),
        ("1.6_pre", '<', "1.6_rc"),
        ("1.6_cvs", '>', "1.6"),
        ("1.6_cvs", '<', "1.6_svn"),
        ("1.6_svn", '<', "1.6_git"),
        ("1.6_git", '<', "1.6_hg"),
        ("1.6_hg", '<', "1.6_p"),
        ("1.6_p9", '<', "1.6_p10"),
        ("1.6_p01", '=', "1.6_p1"),
        ("1.6_p1", '<', "1.6a"),
        ("1.6_alpha1_rc1", '<', "1.6_alpha1"),
        ("1.6_git20220101_p1", '>', "1.6_git20220101"),
        ("1.6~1a", '>', "1.6-r5"),
        ("1.6~1a", '<', "1.6~1b"),
        ("1.6~1a-r1", '<', "1.6~1a-r2"),
        ("1.6~1a", '<', "1.6_p1"),
        ("20220614-r0", '<', "20230506-r0"),
        ("1.18446744073709551616", '>', "1.18446744073709551615"),
        ("1.0-r99999999999999999999", '<', "1.0-r100000000000000000000"),
    ] {
        assert_eq!(sign(a, b), expected, "{a} {b}");
        let mirrored = match expected {
            '<' => '>',
            '>' => '<',
            same => same,
        };
        assert_eq!(sign(b, a), mirrored, "{b} {a}");
    }
}

#[test]
fn what_follows_the_pattern_only_in_part_is_no_version() {
    for invalid in [
        "",
        " ",
        "a",
        ".1",
        "1.",
        "1..2",
        "v1.0",
        "-r1",
        "_p1",
        "~1a",
        "1.0ab",
        "1.0a1",
        "1.0a.1",
        "6.6.2p1-r0",
        "1.0_",
        "1.0_foo",
        "1.0_alphabet",
        "1.0__p1",
        "1.0_1",
        "1.0_P1",
        "1.0A",
        "1.0~",
        "1.0~xyz",
        "1.0~1A",
        "1.0~1a_p1",
        "1.0-r",
        "1.0-1",
        "1.0-r1-r2",
        "1.0-r1~1a",
        "1.0-r1_p1",
        "1.0-r1.2",
        "4.8.0.-r1",
        "1.1.0-r1-r0",
        "1.0 ",
        " 1.0",
        "1.0\n",
        "1.0\0",
        "1,0",
        "١.٠",
        "1:1.0",
    ] {
        assert!(check(invalid).is_err(), "{invalid:?}");
        assert_eq!(sign(invalid, "1.0"), '!', "{invalid:?}");
        assert_eq!(sign("9.9", invalid), '!', "{invalid:?} against a version that differs before the fault");
        assert_eq!(sign(invalid, invalid), '!', "{invalid:?}");
    }
}

#[test]
fn an_error_names_the_version_that_is_none() {
    assert_eq!(compare("1.0", "1.0_foo").unwrap_err().version, "1.0_foo");
    assert_eq!(compare("x", "1.0").unwrap_err().to_string(), "“x” is not a version that apk knows");
}

prop_compose! {
    fn version()(
        first in "[0-9]{1,3}",
        components in prop::collection::vec("[0-2]{1,3}", 0..4),
        letter in "[a-c]?",
        suffixes in prop::collection::vec("_(alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-2]{0,2}", 0..3),
        hash in "(~[0-9a-f]{1,3})?",
        revision in "(-r[0-2]{1,2})?",
    ) -> String {
        let components: String = components.iter().map(|component| format!(".{component}")).collect();
        format!("{first}{components}{letter}{}{hash}{revision}", suffixes.concat())
    }
}

proptest! {
    #[test]
    fn the_order_is_total(a in version(), b in version(), c in version()) {
        let order = |x: &str, y: &str| compare(x, y).unwrap();
        prop_assert_eq!(order(&a, &a), Ordering::Equal);
        prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
        if order(&a, &b) != Ordering::Greater && order(&b, &c) != Ordering::Greater {
            prop_assert_ne!(order(&a, &c), Ordering::Greater);
            if order(&a, &b) == Ordering::Less || order(&b, &c) == Ordering::Less {
                prop_assert_eq!(order(&a, &c), Ordering::Less);
            }
        }
    }

    #[test]
    fn any_text_is_compared_or_refused(a in "[0-9a-c._~r-]{0,12}", b in ".{0,12}") {
        prop_assert_eq!(compare(&a, &b).is_ok(), check(&a).is_ok() && check(&b).is_ok());
    }
}

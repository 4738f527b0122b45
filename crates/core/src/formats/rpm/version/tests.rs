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
fn versions_are_ordered_as_rpm_orders_them() {
    for (a, expected, b) in [
        ("1.0", '=', "1.0"),
        ("1.0", '=', "1_0"),
        ("1.0", '=', "1.0."),
        ("1.0", '=', "01.00"),
        ("1.9", '<', "1.10"),
        ("1.0", '<', "1.0.0"),
        ("1.0", '<', "1.0a"),
        ("1.0a", '<', "1.0b"),
        ("1.0a", '<', "1.0.1"),
        ("1.0a", '<', "1.0aa"),
        ("1a1", '=', "1.a.1"),
        ("1.Z", '<', "1.a"),
        ("1.0~rc1", '<', "1.0"),
        ("1.0~rc1", '<', "1.0~rc2"),
        ("1.0~rc1~1", '<', "1.0~rc1"),
        ("1.0~~", '<', "1.0~"),
        ("1.0^git1", '>', "1.0"),
        ("1.0^git1", '<', "1.0.1"),
        ("1.0^git1", '<', "1.0a"),
        ("1.0^git1~pre", '<', "1.0^git1"),
        ("1.0~rc1^git1", '>', "1.0~rc1"),
        ("1.0~rc1^git1", '<', "1.0"),
        ("0:1.0-1", '=', "1.0-1"),
        (":1.0-1", '=', "1.0-1"),
        ("1:1.0-1", '>', "9.9-9"),
        ("02:1", '=', "2:1"),
        ("10:1", '>', "9:9"),
        ("1.0", '<', "1.0-1"),
        ("1.0-1", '<', "1.0-1.el8"),
        ("1.0-1.el8", '<', "1.0-1.el8_10"),
        ("1.0-9.el8", '<', "1.0-10.el8"),
        ("4.18.0-553.el8", '>', "4.18.0-80.1.2.el8_0"),
        ("1.99999999999999999999", '<', "1.100000000000000000000"),
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
fn what_rpm_takes_for_no_version_is_refused() {
    for invalid in [
        "", " ", "1.0 ", " 1.0", "1 0", "1.0\n", "1.0\0", "-", "-1", "1-", "1-2-3", ":", "1:", "1:-1", "a:1",
        "1:2:3", "-1:2", "1.0,1", "1/2", "<none>", "(none)", "1.٠", "1.0$", "1=2", "*", "v:1-1",
    ] {
        assert!(check(invalid).is_err(), "{invalid:?}");
        assert_eq!(sign(invalid, "1.0"), '!', "{invalid:?}");
        assert_eq!(sign("9:9", invalid), '!', "{invalid:?} against a version that differs before the fault");
        assert_eq!(sign(invalid, invalid), '!', "{invalid:?}");
    }
    assert_eq!(compare("x y", "1.0").unwrap_err().to_string(), "“x y” is not a version that rpm knows");
}

prop_compose! {
    fn version()(
        epoch in "([0-2]{0,2}:)?",
        version in "[0-2a-cA.~^_+]{1,6}",
        release in "(-[0-2a-c.~^_]{1,4})?",
    ) -> String {
        format!("{epoch}{version}{release}")
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
    fn any_text_is_compared_or_refused(a in "[0-9a-c._~^:-]{0,12}", b in ".{0,12}") {
        prop_assert_eq!(compare(&a, &b).is_ok(), check(&a).is_ok() && check(&b).is_ok());
    }
}

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
fn versions_are_ordered_as_dpkg_orders_them() {
    for (a, expected, b) in [
        ("1.0~rc1-1", '<', "1.0-1"),
        ("1.0~~", '<', "1.0~"),
        ("1.0~~a", '<', "1.0~"),
        ("1.0", '<', "1.0a"),
        ("1.0a", '<', "1.0+"),
        ("1.0", '=', "1.0-0"),
        ("1.0", '=', "0:1.0-00"),
        ("1:0.9", '>', "2.0"),
        ("1.9", '<', "1.10"),
        ("1.01", '=', "1.1"),
        ("1.1.1n-0+deb11u4", '<', "1.1.1n-0+deb11u5"),
        ("2.36-9+deb12u9", '<', "2.36-9+deb12u10"),
        ("1.0-1~bpo12+1", '<', "1.0-1"),
        ("1.0-1-1", '>', "1.0-1"),
        ("1.0-1", '>', "1.0"),
        ("0", '<', "0a"),
        ("1.18446744073709551616", '>', "1.18446744073709551615"),
        (" +1:2 ", '=', "1:2"),
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

fn version() -> impl Strategy<Value = String> {
    "([0-9]:)?[0-9][0-9a-c.+~]{0,6}(-[0-9a-c.+~]{1,4}){0,2}"
}

proptest! {
    #[test]
    fn the_order_is_total(a in version(), b in version(), c in version()) {
        let order = |one: &str, other: &str| compare(one, other).unwrap();
        prop_assert_eq!(order(&a, &a), Ordering::Equal);
        prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
        if order(&a, &b) != Ordering::Greater && order(&b, &c) != Ordering::Greater {
            prop_assert_ne!(order(&a, &c), Ordering::Greater);
        }
        if order(&a, &b) == Ordering::Equal {
            prop_assert_eq!(order(&a, &c), order(&b, &c));
        }
    }

    #[test]
    fn any_text_is_a_version_or_refused(text in ".*", other in version()) {
        prop_assert_eq!(check(&text).is_ok(), compare(&text, &other).is_ok());
        prop_assert_eq!(check(&text).is_ok(), compare(&other, &text).is_ok());
    }
}

use proptest::prelude::*;

use super::*;

fn versions() -> impl Strategy<Value = String> {
    "(1!)?[0-2](\\.[0-2]){0,2}((a|rc)[0-2])?(\\.post[0-2])?(\\.dev[0-2])?(\\+[ab1](\\.[0-2]){0,1})?"
}

proptest! {
    #[test]
    fn it_is_an_order(a in versions(), b in versions(), c in versions()) {
        let order = |a: &str, b: &str| compare(a, b).unwrap();
        prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
        prop_assert_eq!(order(&a, &a), Ordering::Equal);
        if order(&a, &b).is_le() && order(&b, &c).is_le() {
            prop_assert!(order(&a, &c).is_le(), "{} {} {}", a, b, c);
        }
    }

    #[test]
    fn any_text_is_survived(a in ".*", b in ".*") {
        prop_assert_eq!(compare(&a, &b).is_ok(), check(&a).is_ok() && check(&b).is_ok());
    }
}

#[test]
fn the_public_version_is_the_one_before_the_label() {
    assert_eq!(public("2.1.0+cu118"), Some("2.1.0"));
    assert_eq!(public("2.1.0"), None);
}

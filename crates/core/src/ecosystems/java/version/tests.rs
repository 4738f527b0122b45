use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn either_side_says_the_same(a in "[0-9ax.-]{1,12}", b in "[0-9ax.-]{1,12}") {
        let order = |a: &str, b: &str| compare(a, b).unwrap();
        prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
        prop_assert_eq!(order(&a, &a), Ordering::Equal);
    }

    #[test]
    fn any_text_is_survived(a in ".*", b in ".*") {
        prop_assert_eq!(compare(&a, &b).is_ok(), check(&a).is_ok() && check(&b).is_ok());
    }
}

#[test]
fn lists_within_lists_have_no_end_that_is_felt() {
    let deep = "1-".repeat(200_000);
    assert_eq!(compare(&deep, &format!("{deep}1")), Ok(Ordering::Less));
}

/// What Maven itself answers, kept: `A`, `<` or `=` or `>`, `B`.
#[test]
fn pairs_are_ordered_as_by_maven() {
    let answers = include_str!("../fixtures/answers-of-maven-3.9.16.tsv");
    let mut count = 0;
    for line in answers.lines() {
        let [a, answer, b] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let ours = match compare(a, b).unwrap() {
            Ordering::Less => "<",
            Ordering::Equal => "=",
            Ordering::Greater => ">",
        };
        assert_eq!(ours, answer, "{a} {b}");
        count += 1;
    }
    assert!(count >= 4000, "{count}");
}

use proptest::prelude::*;

use super::*;

fn atom(name: &str) -> Term {
    Term::Atom(name.to_owned())
}

fn text(text: &str) -> Term {
    Term::Text(text.to_owned())
}

#[test]
fn terms_are_taken_apart() {
    let tuple = |parts: &[Term]| Term::Tuple(parts.to_vec());
    for (written, expected) in [
        ("a.", atom("a")),
        ("'A b\\'c'. % end", atom("A b'c")),
        ("\"a\" \"b\".\n", text("ab")),
        ("{a, \"1.0\"}.", tuple(&[atom("a"), text("1.0")])),
        ("[].", Term::List(vec![])),
        ("[a|b].", Term::List(vec![atom("a"), atom("b")])),
        (
            "{1, -2.5e3, 16#ff, $a, $\\n, <<\"b\", 1:8>>, <<>>, #{a => 1, b => {}}}.",
            tuple(&[const { Term::Other }; 8]),
        ),
        ("{a, 1}.", tuple(&[atom("a"), Term::Other])),
    ] {
        assert_eq!(read(written), Ok(expected), "{written}");
    }
}

#[test]
fn what_is_none_is_refused() {
    for (written, fault) in [
        ("", Fault::CutOff),
        ("{a, \"b", Fault::CutOff),
        ("{a, b", Fault::CutOff),
        ("{a, b}", Fault::CutOff),
        ("a b.", Fault::NoTerm),
        ("{a]}.", Fault::NoTerm),
        ("{a}. b.", Fault::GoesOn),
        ("<html>", Fault::NoTerm),
    ] {
        assert_eq!(read(written), Err(fault), "{written}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(read(&deep), Err(Fault::TooDeep));
}

proptest! {
    #[test]
    fn any_text_is_survived(text in "[a-z\"'{}\\[\\]<>#$%\\\\., 0-9]*") {
        if let Ok(term) = read(&text) {
            prop_assert!(read(&format!("{text}\na")).is_err(), "{:?}", term);
        }
    }
}

//! `limpid version compare`.

use std::{io::Write, process::Stdio};

use crate::support::{Place, Ran};

fn pairs(place: &Place, input: &[u8]) -> Ran {
    let mut child = place
        .command("version compare apk -")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

#[test]
fn two_versions_on_the_command_line() {
    let place = Place::new();
    for (a, b, answer) in [
        ("1.2.3-r0", "1.2.3-r1", "<"),
        ("1.2.3_rc1-r0", "1.2.3-r0", "<"),
        ("1.2.3_p1-r0", "1.2.3-r0", ">"),
        ("1.10", "1.9", ">"),
        ("1.1.1o-r0", "1.1.1q-r0", "<"),
        ("1.2.3-r0", "1.2.3-r0", "="),
        ("1.2.x", "1.2", "!"),
        ("1.2", "-1", "!"),
    ] {
        assert_eq!(
            place.run(&format!("version compare apk {a} {b}")).ended(0).stdout,
            format!("{answer}\n"),
            "{a} {b}"
        );
    }
    place.run("version compare apk 1.2").ended(2);
}

#[test]
fn an_order_has_the_name_of_its_scheme_and_those_of_its_ecosystem() {
    let place = Place::new();
    for (scheme, a, b, answer) in [
        ("semver", "1.0.0-rc.1", "1.0.0", "<"),
        ("semver", "1.0.0-alpha.2", "1.0.0-alpha.10", "<"),
        ("semver", "1.0.0+a", "1.0.0+b", "="),
        ("semver", "1.0", "1.0.0", "!"),
        ("PyPI", "1.0rc1", "1.0", "<"),
        ("python", "1.0.post1", "1.0", ">"),
        ("cran", "1.0-1", "1.0.1", "="),
        ("deb", "1.0~rc1", "1.0", "<"),
    ] {
        let ran = place.run(&format!("version compare {scheme} {a} {b}")).ended(0);
        assert_eq!(ran.stdout, format!("{answer}\n"), "{scheme} {a} {b}");
    }
    let ran = place.run("version compare nonsense 1 2").ended(2);
    assert!(ran.stderr.contains("the orders are: alpm, apk,"), "{ran:#?}");
}

#[test]
fn pairs_from_standard_input() {
    let place = Place::new();
    let ran = pairs(&place, b"1-r0\t1-r1\n2\t1\r\n1\t1\n\t1\nx\ty\n1\t\xff\n3\t4").ended(0);
    assert_eq!(ran.stdout, "<\n>\n=\n!\n!\n!\n<\n");
    assert_eq!(pairs(&place, b"").ended(0).stdout, "");
    let ran = pairs(&place, b"1\t2\nno tab here\n").ended(2);
    assert!(ran.stderr.contains("line 2"), "{ran:#?}");
    assert_eq!(ran.stdout, "<\n");
}

#[test]
fn the_version_of_the_program() {
    let place = Place::new();
    let expected = format!("limpid {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(place.run("--version").ended(0).stdout, expected);
    assert!(place.run("version").ended(0).stdout.contains(env!("CARGO_PKG_VERSION")));
}

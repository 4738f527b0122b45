//! The order of pacman's versions against its own vercmp.

use std::{cmp::Ordering, process::Command};

use limpid_core::formats::pacman::VERSIONS;
use limpid_testkit::registry::is_installed;

/// How many pairs are compared, each by a process of its own; `LIMPID_PAIRS` names another number.
const PAIRS: usize = 500;

/// Pieces of versions, put together at random: what differs is mostly at the end, as in real ones.
const PIECES: [&str; 20] = [
    "0",
    "1",
    "2",
    "01",
    "10",
    "9",
    "00",
    "a",
    "b",
    "A",
    "rc",
    ".",
    "..",
    "_",
    "+",
    "~",
    ".r12",
    "alpha",
    "@",
    "99999999999999999999",
];

fn versions(count: usize) -> Vec<String> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    let mut part = move |most: usize| -> String {
        let text: String = (0..=next(most)).map(|_| PIECES[next(PIECES.len())]).collect();
        // Something must be said.
        if text.bytes().any(|byte| byte.is_ascii_alphanumeric()) { text } else { format!("{text}1") }
    };
    let mut versions: Vec<String> = (0..count)
        .map(|index| {
            let epoch = ["", "", "", "0:", "1:", "2:", "01:"][index % 7];
            format!("{epoch}{}-{}", part(4), part(1))
        })
        .collect();
    // Two at random are never equal: some differ in what separates alone.
    for pair in versions.chunks_exact_mut(2).step_by(5) {
        pair[1] = pair[0].replace('.', "_");
    }
    // And some in what follows.
    for pair in versions.chunks_exact_mut(2).skip(1).step_by(5) {
        let (version, release) = pair[0].rsplit_once('-').unwrap();
        pair[1] = format!("{version}{}-{release}", part(1));
    }
    versions
}

fn answer(a: &str, b: &str) -> Ordering {
    let output = Command::new("vercmp").args([a, b]).output().unwrap();
    assert!(output.status.success(), "{a} {b}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().parse::<i32>().unwrap().cmp(&0)
}

#[test]
fn pairs_of_versions_are_ordered_as_vercmp_orders_them() {
    if !is_installed("vercmp", "apt-get install pacman-package-manager") {
        return;
    }
    let pairs = std::env::var("LIMPID_PAIRS").map_or(PAIRS, |pairs| pairs.parse().unwrap());
    let mut seen = [0; 3];
    for pair in versions(2 * pairs).chunks_exact(2) {
        let (a, b) = (&pair[0], &pair[1]);
        let expected = answer(a, b);
        assert_eq!((VERSIONS.compare)(a, b), Ok(expected), "{a} {b}");
        assert_eq!((VERSIONS.compare)(b, a), Ok(expected.reverse()), "{b} {a}");
        seen[match expected {
            Ordering::Less => 0,
            Ordering::Equal => 1,
            Ordering::Greater => 2,
        }] += 1;
    }
    assert!(seen.iter().all(|&count| count > 10), "the pairs say little: {seen:?}");
}

//! The order of ebuilds' versions against Portage's own `vercmp`, where Portage's Python modules are installed. They are no
//! package of Debian, so that nobody has to have them: `pip download portage` has them, and `PYTHONPATH` leads to them.

use std::{
    cmp::Ordering,
    io::Write as _,
    process::{Command, Stdio},
};

use limpid_core::formats::portage::VERSIONS;

/// How many pairs are compared.
const PAIRS: usize = 100_000;

const PIECES: [&str; 12] =
    ["0", "1", "2", "01", "10", "9", "00", "010", "100", "001", "20", "99999999999999999999"];
const SUFFIXES: [&str; 8] = ["_alpha", "_beta", "_pre", "_rc", "_p", "_p0", "_p1", "_alpha2"];
const LETTERS: [&str; 5] = ["", "", "", "a", "b"];
const REVISIONS: [&str; 6] = ["", "", "", "-r0", "-r1", "-r10"];

const SCRIPT: &str = "
import sys
from portage.versions import vercmp
for line in sys.stdin:
    a, b = line.split()
    print(vercmp(a, b))
";

fn versions(count: usize) -> Vec<String> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    let mut one = move || -> String {
        let numbers: Vec<&str> = (0..=next(3)).map(|_| PIECES[next(PIECES.len())]).collect();
        let suffixes: String = (0..next(3)).map(|_| SUFFIXES[next(SUFFIXES.len())]).collect();
        let (letter, revision) = (LETTERS[next(LETTERS.len())], REVISIONS[next(REVISIONS.len())]);
        format!("{}{letter}{suffixes}{revision}", numbers.join("."))
    };
    let mut versions: Vec<String> = (0..count).map(|_| one()).collect();
    // Some differ at the end alone, as real ones do.
    for pair in versions.chunks_exact_mut(2).step_by(3) {
        let end = one();
        pair[1] = format!(
            "{}{}",
            pair[0].split(['_', '-']).next().unwrap(),
            end.trim_start_matches(|c| c != '_' && c != '-')
        );
    }
    versions
}

/// Portage's answers; `None` where it is not here.
fn answers(pairs: &str) -> Option<String> {
    let mut python = Command::new("python3")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut stdin = python.stdin.take().unwrap();
    let pairs = pairs.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(pairs.as_bytes()));
    let output = python.wait_with_output().unwrap();
    // Python ends before it reads where it has no Portage.
    let is_written = writer.join().unwrap().is_ok();
    (output.status.success() && is_written).then(|| String::from_utf8(output.stdout).unwrap())
}

#[test]
fn pairs_of_versions_are_ordered_as_portage_orders_them() {
    let versions = versions(2 * PAIRS);
    let lines: String = versions.chunks_exact(2).map(|pair| format!("{} {}\n", pair[0], pair[1])).collect();
    let Some(answers) = answers(&lines) else {
        eprintln!("SKIPPED: python3 has no module portage");
        return;
    };
    let mut seen = [0; 3];
    assert_eq!(answers.lines().count(), PAIRS);
    for (pair, answer) in versions.chunks_exact(2).zip(answers.lines()) {
        let (a, b) = (&pair[0], &pair[1]);
        // It subtracts, so numbers may be long.
        let expected = match answer {
            "0" => Ordering::Equal,
            negative if negative.starts_with('-') => Ordering::Less,
            _ => Ordering::Greater,
        };
        assert_eq!((VERSIONS.compare)(a, b), Ok(expected), "{a} {b}");
        assert_eq!((VERSIONS.compare)(b, a), Ok(expected.reverse()), "{b} {a}");
        seen[match expected {
            Ordering::Less => 0,
            Ordering::Equal => 1,
            Ordering::Greater => 2,
        }] += 1;
    }
    assert!(seen.iter().all(|&count| count > 100), "the pairs say little: {seen:?}");
}

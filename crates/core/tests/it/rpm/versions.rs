//! The order of versions against rpm itself.

use std::{cmp::Ordering, fmt::Write as _, fs, process::Command};

use limpid_core::formats::rpm::VERSIONS;
use limpid_testkit::registry::is_installed;

/// How many pairs are compared; `LIMPID_PAIRS` names another number.
const PAIRS: usize = 5_000;

/// Pieces of versions, put together at random: what differs is mostly at the end, as in real ones.
const PIECES: [&str; 22] = [
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
    "el8",
    ".",
    "..",
    "_",
    "+",
    "~",
    "^",
    "~rc1",
    "^git1",
    "fc40",
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
    let mut part =
        move |most: usize| -> String { (0..=next(most)).map(|_| PIECES[next(PIECES.len())]).collect() };
    (0..count)
        .map(|index| {
            let epoch = ["", "", "", "0:", "1:", "2:", ":"][index % 7];
            let release = if index % 5 == 0 { String::new() } else { format!("-{}", part(2)) };
            format!("{epoch}{}{release}", part(4))
        })
        .collect()
}

#[test]
fn pairs_of_versions_are_ordered_as_rpm_orders_them() {
    if !is_installed("rpm", "apt-get install rpm") {
        return;
    }
    let pairs = std::env::var("LIMPID_PAIRS").map_or(PAIRS, |pairs| pairs.parse().unwrap());
    let versions = versions(2 * pairs);
    let pairs: Vec<(&String, &String)> = versions.chunks_exact(2).map(|pair| (&pair[0], &pair[1])).collect();
    let folder = tempfile::tempdir().unwrap();
    let (list, script) = (folder.path().join("pairs"), folder.path().join("compare.lua"));
    let lines = pairs.iter().fold(String::new(), |mut lines, (a, b)| {
        writeln!(lines, "{a} {b}").unwrap();
        lines
    });
    fs::write(&list, lines).unwrap();
    let compare = format!(
        "for line in io.lines('{}') do\n  local a, b = line:match('(%S+) (%S+)')\n  io.stdout:write(rpm.vercmp(a, b), ' ')\nend\n",
        list.display()
    );
    fs::write(&script, compare).unwrap();
    let output = Command::new("rpm")
        .args(["--eval", &format!("%{{lua:dofile('{}')}}", script.display())])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<&str> = answers.split_whitespace().collect();
    assert_eq!(answers.len(), pairs.len());
    let mut seen = [0; 3];
    for ((a, b), answer) in pairs.into_iter().zip(answers) {
        let expected = answer.parse::<i32>().unwrap().cmp(&0);
        assert_eq!((VERSIONS.compare)(a, b), Ok(expected), "{a} {b}");
        seen[match expected {
            Ordering::Less => 0,
            Ordering::Equal => 1,
            Ordering::Greater => 2,
        }] += 1;
    }
    assert!(seen.iter().all(|&count| count > 10), "the pairs say little: {seen:?}");
}

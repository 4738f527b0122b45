//! Orders of versions against the tools of their languages, on pairs that are put together at random.
//!
//! A tool is a small program of its language, which answers `<`, `=`, `>`, or `!` where one of the two is no version.
//! `LIMPID_PAIRS=100000 cargo test -p limpid-core --test it languages::orders` compares more pairs.

use std::{
    cmp::Ordering,
    collections::BTreeMap,
    fmt::Write as _,
    io::Write as _,
    process::{Command, Stdio},
    thread,
};

use limpid_core::version::{VersionOrder, order};
use limpid_testkit::registry::is_installed;

/// How many pairs are compared; `LIMPID_PAIRS` names another number.
const PAIRS: usize = 4_000;

fn pair_count() -> usize {
    std::env::var("LIMPID_PAIRS").map_or(PAIRS, |pairs| pairs.parse().unwrap())
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(below).unwrap()).unwrap()
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn some(&mut self, most: usize, of: &[&str]) -> String {
        (0..=self.below(most)).map(|_| self.one(of)).collect()
    }
}

/// How versions of a scheme look: numbers in front, then pieces that its rules treat each in a way of its own.
pub(super) struct Look {
    pub(super) prefixes: &'static [&'static str],
    pub(super) numbers: &'static [&'static str],
    pub(super) pieces: &'static [&'static str],
}

impl Look {
    fn version(&self, dice: &mut Dice) -> String {
        let count = 1 + dice.below(4);
        let numbers: Vec<&str> = (0..count).map(|_| dice.one(self.numbers)).collect();
        let tail = if dice.below(4) == 0 { String::new() } else { dice.some(4, self.pieces) };
        format!("{}{}{tail}", dice.one(self.prefixes), numbers.join("."))
    }

    /// Every other pair differs in a few characters alone: two at random are hardly ever close.
    fn pairs(&self, count: usize) -> Vec<(String, String)> {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        let pair = |place: usize| {
            let first = self.version(&mut dice);
            let second = match place % 4 {
                0 | 1 => self.version(&mut dice),
                2 => first.clone() + &dice.some(2, self.pieces),
                _ => {
                    let at = dice.below(first.len());
                    let (start, end) = first.split_at(at);
                    let end = end.get(1..).unwrap_or_default();
                    let pieces = if dice.below(2) == 0 { self.pieces } else { self.numbers };
                    format!("{start}{}{end}", dice.one(pieces))
                }
            };
            if dice.below(2) == 0 { (first, second) } else { (second, first) }
        };
        (0..count).map(pair).collect()
    }
}

/// What the tool answers to these pairs, each on a line with a tab between.
fn answers(tool: &mut Command, pairs: &[(String, String)]) -> Vec<String> {
    let mut child = tool.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = String::new();
    for (a, b) in pairs {
        writeln!(lines, "{a}\t{b}").unwrap();
    }
    let mut input = child.stdin.take().unwrap();
    let writer = thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "{tool:?}");
    let answers: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(answers.len(), pairs.len());
    answers
}

fn answer(order: &VersionOrder, a: &str, b: &str) -> &'static str {
    match (order.compare)(a, b) {
        Ok(Ordering::Less) => "<",
        Ok(Ordering::Equal) => "=",
        Ok(Ordering::Greater) => ">",
        Err(_) => "!",
    }
}

/// Compares with the tool.
pub(super) fn compare(scheme: &str, look: &Look, tool: &mut Command) {
    let order = order(scheme).unwrap();
    let pairs = look.pairs(pair_count());
    let answers = answers(tool, &pairs);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for ((a, b), expected) in pairs.iter().zip(&answers) {
        let ours = answer(order, a, b);
        *counts.entry(ours).or_default() += 1;
        assert_eq!(ours, expected, "{scheme}: {a} {b}");
    }
    eprintln!("{scheme}: {} pairs agree: {counts:?}", pairs.len());
    let told = ["<", "=", ">"].map(|answer| counts.get(answer).copied().unwrap_or_default());
    assert!(told.iter().all(|&count| count > pairs.len() / 100), "the pairs say little: {counts:?}");
}

const PYTHON: &str = "
import sys
from packaging.version import Version, InvalidVersion
for line in sys.stdin:
    a, b = line.rstrip('\\n').split('\\t')
    try:
        a, b = Version(a), Version(b)
        print('<' if a < b else '=' if a == b else '>')
    except InvalidVersion:
        print('!')
";

#[test]
fn pep440_is_the_order_of_packaging() {
    if !is_installed("python3", "apt-get install python3-packaging") {
        return;
    }
    let has_library = Command::new("python3").args(["-c", "import packaging.version"]).output().unwrap();
    if !has_library.status.success() {
        eprintln!("SKIPPED: python3 has no packaging (apt-get install python3-packaging)");
        return;
    }
    let look = Look {
        prefixes: &["", "", "", "", "v", "0!", "1!", "V", "!"],
        numbers: &["0", "1", "2", "10", "00", "01", "9", "99999999999999999999"],
        pieces: &[
            "a",
            "b",
            "rc",
            "c",
            "alpha",
            "beta",
            "pre",
            "preview",
            "post",
            "rev",
            "r",
            "dev",
            "A",
            "RC",
            "-1",
            "1",
            "0",
            "02",
            ".",
            "-",
            "_",
            "+",
            "+abc",
            "+1",
            ".dev1",
            ".post2",
            "rc1",
            "a0",
            "+ubuntu.1",
            ".0",
            "x",
            ".Z9",
        ],
    };
    compare("pep440", &look, Command::new("python3").args(["-c", PYTHON]));
}

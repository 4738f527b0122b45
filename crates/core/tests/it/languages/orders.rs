//! Orders of versions against the tools of their languages, on pairs that are put together at random.
//!
//! A tool is a small program of its language, which answers `<`, `=`, `>`, or `!` where one of the two is no version.
//! `LIMPID_PAIRS=160000 cargo test -p limpid-core --test it languages::orders` compares more pairs.

use std::{
    cmp::Ordering,
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    thread,
};

use limpid_core::version::{VersionOrder, order};
use limpid_testkit::registry::is_installed;
use semver::Version;

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
    /// How many numbers there are.
    pub(super) lengths: &'static [usize],
    pub(super) prefixes: &'static [&'static str],
    pub(super) numbers: &'static [&'static str],
    pub(super) pieces: &'static [&'static str],
}

impl Look {
    fn version(&self, dice: &mut Dice) -> String {
        let count = self.lengths[dice.below(self.lengths.len())];
        let numbers: Vec<&str> = (0..count).map(|_| dice.one(self.numbers)).collect();
        let tail = if dice.below(4) == 0 { String::new() } else { dice.some(4, self.pieces) };
        format!("{}{}{tail}", dice.one(self.prefixes), numbers.join("."))
    }

    /// Every other pair differs in a few characters alone: two at random are hardly ever close. Three of four are drawn again until
    /// we take both for versions, so that most say something of the order; the others say what is none.
    fn pairs(&self, count: usize, order: &VersionOrder) -> Vec<(String, String)> {
        const TRIES: usize = 1_000;
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        let are_versions = |(a, b): &(String, String)| (order.check)(a).is_ok() && (order.check)(b).is_ok();
        let pair = |place: usize| {
            let tries = if dice.below(4) == 0 { 1 } else { TRIES };
            let mut drawn = (0..tries).map(|_| self.pair(place, &mut dice));
            let first = drawn.next().unwrap();
            if are_versions(&first) { first } else { drawn.find(are_versions).unwrap_or(first) }
        };
        (0..count).map(pair).collect()
    }

    fn pair(&self, place: usize, dice: &mut Dice) -> (String, String) {
        let first = self.version(dice);
        let second = match place % 4 {
            0 | 1 => self.version(dice),
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
    let pairs = look.pairs(pair_count(), order(scheme).unwrap());
    let answers = answers(tool, &pairs);
    hold(scheme, &pairs, &answers);
}

/// Holds our answers against those of another.
fn hold(scheme: &str, pairs: &[(String, String)], answers: &[String]) {
    let order = order(scheme).unwrap();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for ((a, b), expected) in pairs.iter().zip(answers) {
        let ours = answer(order, a, b);
        *counts.entry(ours).or_default() += 1;
        assert_eq!(ours, expected, "{scheme}: {a} {b}");
    }
    let told = ["<", "=", ">"].map(|answer| counts.get(answer).copied().unwrap_or_default());
    let versions: usize = told.iter().sum();
    eprintln!("{scheme}: {} pairs agree, of {versions} both are versions: {counts:?}", pairs.len());
    assert!(versions > pairs.len() / 2, "the pairs say little: {counts:?}");
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
        lengths: &[1, 2, 3, 4],
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

/// Where npm has its order of versions: in Debian, and in Node.js' own packages.
const NODE: &str = "
const places = ['semver', '/usr/share/nodejs/semver', '/usr/lib/node_modules/npm/node_modules/semver',
    '/usr/local/lib/node_modules/npm/node_modules/semver'];
let SemVer;
for (const place of places) { try { SemVer = require(place).SemVer; break; } catch (error) { } }
if (!SemVer) process.exit(3);
const answer = line => {
    try {
        const [a, b] = line.split('\\t').map(text => new SemVer(text));
        return { '-1': '<', 0: '=', 1: '>' }[a.compare(b)];
    } catch (error) { return '!'; }
};
const lines = require('fs').readFileSync(0, 'utf8').split('\\n').slice(0, -1);
console.log(lines.map(answer).join('\\n'));
";

/// How semantic versions look, and what is almost one.
const SEMANTIC: Look = Look {
    lengths: &[3, 3, 3, 3, 3, 3, 2, 4],
    prefixes: &["", "", "", "", "", "", "", "", "v", "=", "vv"],
    numbers: &[
        "0",
        "1",
        "2",
        "3",
        "10",
        "0",
        "1",
        "2",
        "3",
        "10",
        "0",
        "1",
        "2",
        "9",
        "01",
        "9007199254740991",
        "18446744073709551616",
    ],
    pieces: &[
        "-1",
        "-alpha",
        "-alpha.1",
        "-rc.2",
        "-0",
        "-beta.11",
        "-1.a.2",
        "-a-b",
        "-0.20191109021931-daa7c04131f5",
        "+1",
        "+build.01",
        "+incompatible",
        ".1",
        ".10",
        ".2",
        ".a",
        ".B",
        "0",
        "x",
        "-01",
        "-",
        "--",
        "+",
        ".",
        ".-",
        "_",
    ],
};

#[test]
fn npm_is_the_order_of_node_semver() {
    if !is_installed("node", "apt-get install nodejs npm") {
        return;
    }
    let has_library = Command::new("node").args(["-e", NODE]).stdin(Stdio::null()).output().unwrap();
    if has_library.status.code() == Some(3) {
        eprintln!("SKIPPED: node has no semver (apt-get install npm)");
        return;
    }
    compare("npm", &SEMANTIC, Command::new("node").args(["-e", NODE]));
}

const GO: &str = "package main

import (
	\"bufio\"
	\"fmt\"
	\"os\"
	\"strings\"

	\"compare/semver\"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		a, b, _ := strings.Cut(lines.Text(), \"\\t\")
		a, b = \"v\"+strings.TrimPrefix(a, \"v\"), \"v\"+strings.TrimPrefix(b, \"v\")
		if !semver.IsValid(a) || !semver.IsValid(b) {
			fmt.Fprintln(out, \"!\")
			continue
		}
		fmt.Fprintln(out, []string{\"<\", \"=\", \">\"}[semver.Compare(a, b)+1])
	}
}
";

/// Go's own module for its versions comes with Go, within the source of its commands. Building it takes long.
#[test]
fn go_is_the_order_of_its_own_module() {
    if std::env::var_os("LIMPID_GO_BUILDS").is_none() {
        eprintln!("SKIPPED: LIMPID_GO_BUILDS is not set");
        return;
    }
    let Ok(root) = Command::new("go").args(["env", "GOROOT"]).output() else {
        eprintln!("SKIPPED: go is not installed (apt-get install golang-go)");
        return;
    };
    let root = String::from_utf8(root.stdout).unwrap();
    let source = Path::new(root.trim()).join("src/cmd/vendor/golang.org/x/mod/semver/semver.go");
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("semver")).unwrap();
    fs::copy(source, at("semver/semver.go")).unwrap();
    fs::write(at("go.mod"), "module compare\n\ngo 1.21\n").unwrap();
    fs::write(at("main.go"), GO).unwrap();
    let built = Command::new("go").args(["build", "-o", "compare", "."]).current_dir(folder.path()).status();
    assert!(built.unwrap().success());
    compare("go", &SEMANTIC, &mut Command::new(at("compare")));
}

/// Cargo reads its versions with the crate `semver`. Here builds decide nothing, as in requirements and advisories.
#[test]
fn cargo_is_the_order_of_its_crate() {
    let answer = |(a, b): &(String, String)| match (Version::parse(a), Version::parse(b)) {
        (Ok(a), Ok(b)) => match a.cmp_precedence(&b) {
            Ordering::Less => "<".to_owned(),
            Ordering::Equal => "=".to_owned(),
            Ordering::Greater => ">".to_owned(),
        },
        (Err(_), _) | (_, Err(_)) => "!".to_owned(),
    };
    let pairs = SEMANTIC.pairs(pair_count(), order("cargo").unwrap());
    let answers: Vec<String> = pairs.iter().map(answer).collect();
    hold("cargo", &pairs, &answers);
}

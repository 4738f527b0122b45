//! Ruby, against RubyGems.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use limpid_core::{FilePath, FoundFile, ecosystems};
use limpid_testkit::registry::is_installed;

use super::orders::{Look, compare};

const ORDER: &str = "
STDIN.each_line(chomp: true) do |line|
  a, b = line.split(\"\\t\", -1)
  if [a, b].all? { |version| Gem::Version.correct?(version) }
    puts({ -1 => '<', 0 => '=', 1 => '>' }[Gem::Version.new(a) <=> Gem::Version.new(b)])
  else
    puts '!'
  end
end
";

#[test]
fn gem_is_the_order_of_rubygems() {
    if !is_installed("ruby", "apt-get install ruby") {
        return;
    }
    let look = Look {
        lengths: &[1, 2, 3, 4],
        prefixes: &["", "", "", "", " ", "v", "0."],
        numbers: &["0", "1", "2", "10", "00", "01", "9", "99999999999999999999"],
        pieces: &[
            "a",
            "b",
            "A",
            "rc",
            "pre",
            "beta",
            ".a",
            ".b1",
            ".pre",
            ".rc1",
            "-",
            "-1",
            "-a",
            ".0",
            ".1",
            ".0.a",
            "1",
            "0",
            "01",
            ".",
            "a1",
            "-x86-linux",
            ".Z9",
            ".0.0",
            "_",
        ],
    };
    compare("gem", &look, Command::new("ruby").args(["-e", ORDER]));
}

fn specifications(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            specifications(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "gemspec") {
            found.push(path.to_str().unwrap().to_owned());
        }
    }
}

/// What lies where the installed Ruby looks for gems is what it lists itself.
#[test]
fn what_ruby_lists_is_what_is_found() {
    if !is_installed("gem", "apt-get install ruby") {
        return;
    }
    let output = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().unwrap();
        assert!(output.status.success(), "{program} {arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let list = "puts Gem::Specification.map { |gem| \"#{gem.name} #{gem.version}\" }";
    let expected: BTreeSet<String> = output("ruby", &["-e", list]).lines().map(str::to_owned).collect();
    let folders = output("ruby", &["-e", "puts Gem::Specification.dirs, Gem.default_specifications_dir"]);
    let mut files = Vec::new();
    folders.lines().for_each(|folder| specifications(Path::new(folder), &mut files));
    let detector = ecosystems::all().of_namespace("RubyGems").unwrap().detectors[0];
    let mut found = BTreeSet::new();
    for file in files {
        let content = fs::read(&file).unwrap();
        let path = FilePath::new(file.as_bytes());
        let parsed = (detector.parse)(&FoundFile { path: &path, content: &content, companions: &[] });
        assert_eq!(parsed.blind_spots, [], "{file}");
        found.extend(
            parsed.packages.iter().map(|one| format!("{} {}", one.package.name, one.package.version)),
        );
    }
    assert_eq!(found, expected);
    assert!(found.len() > 20, "{found:?}");
}

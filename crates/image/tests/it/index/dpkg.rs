//! dpkg as itself: what it installs, upgrades and removes is listed as it lists it, and versions are ordered as it orders
//! them.
//!
//! Packages are built here with dpkg-deb and installed below a directory, so nothing of the machine is touched. The order
//! of 100,000 generated pairs is compared by
//! `cargo test -p limpid-image --test it -- --ignored a_hundred_thousand_versions`, which takes some minutes.

use std::{
    cmp::Ordering,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    thread,
};

use limpid_core::version;
use limpid_testkit::registry::is_installed;

use super::*;

const DEBIAN: &str = "ID=debian\nVERSION_ID=\"12\"\n";

fn has_dpkg() -> bool {
    ["dpkg", "dpkg-deb", "dpkg-query"].iter().all(|program| is_installed(program, "apt-get install dpkg"))
}

fn ran(command: &mut Command) -> String {
    let output = command.env("LC_ALL", "C").output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A directory with dpkg's database in it.
struct Root(tempfile::TempDir);

impl Root {
    fn new() -> Self {
        let root = Self(tempfile::tempdir().unwrap());
        for directory in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "built"] {
            fs::create_dir_all(root.path().join(directory)).unwrap();
        }
        fs::write(root.path().join("var/lib/dpkg/status"), "").unwrap();
        fs::write(root.path().join("var/lib/dpkg/available"), "").unwrap();
        root.dpkg(&["--add-architecture", "i386"]);
        root
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn dpkg(&self, words: &[&str]) {
        let root = format!("--root={}", self.path().display());
        ran(Command::new("dpkg")
            .args([&root, "--force-not-root", "--force-bad-path", "--force-depends"])
            .args(words));
    }

    /// Builds a package that has a file and a configuration file, and returns the path of its archive.
    fn build(&self, name: &str, version: &str, architecture: &str, more: &str) -> String {
        let place = self.path().join("built").join(format!("{name}-{architecture}"));
        for directory in ["DEBIAN", "etc", "usr/bin"] {
            fs::create_dir_all(place.join(directory)).unwrap();
        }
        let control = format!(
            "Package: {name}\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: A <a@debian.org>\n{more}\
             Description: a package\n of two lines\n"
        );
        fs::write(place.join("DEBIAN/control"), control).unwrap();
        fs::write(place.join("DEBIAN/conffiles"), format!("/etc/{name}.conf\n")).unwrap();
        fs::write(place.join(format!("etc/{name}.conf")), "a\n").unwrap();
        fs::write(place.join(format!("usr/bin/{name}-{architecture}")), version).unwrap();
        let archive = format!("{}.deb", place.display());
        ran(Command::new("dpkg-deb")
            .args(["--build", "--root-owner-group", "-Znone"])
            .arg(&place)
            .arg(&archive));
        archive
    }

    /// What dpkg says is there: name, version, architecture, source and its version.
    fn listed(&self) -> Vec<String> {
        let format =
            "${db:Status-Status} ${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\n";
        listed(&["--admindir", &self.path().join("var/lib/dpkg").display().to_string()], format)
    }

    /// The files of dpkg as a layer of an image.
    fn layer(&self) -> Vec<Item> {
        let database = self.path().join("var/lib/dpkg");
        let mut layer = vec![
            kept("etc/os-release", DEBIAN),
            kept("var/lib/dpkg/status", fs::read_to_string(database.join("status")).unwrap()),
        ];
        for entry in fs::read_dir(database.join("info")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".list") {
                let path: &'static str = format!("var/lib/dpkg/info/{name}").leak();
                layer.push(kept(path, fs::read_to_string(database.join("info").join(&name)).unwrap()));
            }
        }
        layer
    }
}

fn listed(arguments: &[&str], format: &str) -> Vec<String> {
    let text = ran(Command::new("dpkg-query").args(arguments).args(["-W", "-f", format]));
    let mut lines: Vec<String> = text
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(status, _)| !["config-files", "not-installed"].contains(status))
        .map(|(_, rest)| rest.to_owned())
        .collect();
    lines.sort();
    lines
}

fn shown(packages: &[IndexedPackage]) -> Vec<String> {
    let one = |indexed: &IndexedPackage| {
        let package = &indexed.package;
        let source = package.source.as_ref().unwrap();
        let architecture = package.architecture.as_deref().unwrap_or_default();
        format!("{} {} {architecture} {} {}", package.name, package.version, source.name, source.version)
    };
    let mut lines: Vec<String> = packages.iter().map(one).collect();
    lines.sort();
    lines
}

#[test]
fn what_dpkg_installs_upgrades_and_removes_in_layers_is_what_it_lists() {
    if !has_dpkg() {
        return;
    }
    let root = Root::new();
    let architecture = ran(Command::new("dpkg").arg("--print-architecture")).trim().to_owned();
    let own = |name: &str, version: &str, more: &str| root.build(name, version, &architecture, more);
    root.dpkg(&[
        "--install",
        &own("base", "1.0-1", ""),
        &own("tool", "2:1.0~rc1-1", "Source: tools (1.0~rc1-1)\n"),
    ]);
    let (lower, lower_listed) = (root.layer(), root.listed());
    root.dpkg(&["--install", &own("base", "1.0-2+deb12u1", "Source: basis\n")]);
    root.dpkg(&[
        "--install",
        &root.build("lib", "3-1", "i386", "Multi-Arch: same\n"),
        &own("lib", "3-1", "Multi-Arch: same\n"),
    ]);
    root.dpkg(&["--unpack", &own("half", "1", "")]);
    root.dpkg(&["--remove", "tool"]);
    let upper = root.layer();

    let report = index(&[&lower]);
    assert_eq!(shown(&report.packages), lower_listed);
    let report = index(&[&lower, &upper]);
    let expected = root.listed();
    assert_eq!(expected.len(), 4, "{expected:?}");
    assert_eq!(shown(&report.packages), expected);
    assert_eq!(report.blind_spots, []);
    assert!(report.packages.iter().all(|one| one.layer == Some(layer(1))), "each is new in the upper layer");
}

#[test]
fn what_a_list_of_dpkg_names_is_owned() {
    if !has_dpkg() {
        return;
    }
    let root = Root::new();
    root.dpkg(&["--install", &root.build("tool", "1", "all", "")]);
    let mut layer = root.layer();
    layer.extend([Item::Program("usr/bin/tool-all"), Item::Program("usr/bin/own")]);
    let report = index(&[&layer]);
    let details: Vec<&str> = report.blind_spots.iter().map(|spot| spot.detail.as_str()).collect();
    assert!(details.len() == 1 && details[0].ends_with(": usr/bin/own"), "{details:?}");
}

#[test]
fn the_packages_of_this_machine_are_those_that_dpkg_lists() {
    let database = Path::new("/var/lib/dpkg/status");
    if !has_dpkg() || !database.is_file() {
        return;
    }
    let format =
        "${db:Status-Status} ${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\n";
    let content = fs::read_to_string(database).unwrap();
    let report = index(&[&[kept("etc/os-release", DEBIAN), kept("var/lib/dpkg/status", content)]]);
    assert_eq!(shown(&report.packages), listed(&[], format));
    assert_eq!(report.blind_spots, []);
}

/// Text that looks like versions, the same in every run.
struct Generator(u64);

impl Generator {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % limit
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn version(&mut self) -> String {
        const PARTS: [&str; 22] = [
            "0", "1", "9", "10", "00", "01", "a", "b", "Z", "rc", "~", "~~", "+", ".", ".0", "-", "-1",
            "+deb12u", "ubuntu", "+b1", "~bpo", ":",
        ];
        let mut version = self.pick(&["", "", "", "0:", "1:", "2:"]).to_owned();
        version += self.pick(&["0", "1", "2", "10"]);
        for _ in 0..self.below(7) {
            version += self.pick(&PARTS);
        }
        version
    }

    /// Two versions, most often close to each other.
    fn pair(&mut self) -> (String, String) {
        let first = self.version();
        let second = match self.below(4) {
            0 => self.version(),
            1 => format!("{first}{}", self.pick(&["0", "~", "+", "a", ".0", "-0", "-1"])),
            _ => {
                let position = self.below(first.len());
                let changed = self.pick(&["0", "1", "~", "a", "+", ".", "-", ""]);
                format!("{}{changed}{}", &first[..position], &first[position + 1..])
            }
        };
        (first, second)
    }
}

/// What dpkg says of each pair: `<`, `=`, `>`, or `!` where it knows one of them not.
fn by_dpkg(pairs: &[(String, String)]) -> Vec<char> {
    // Whatever it warns of decides nothing here: it goes on to compare, so both are validated first.
    const SCRIPT: &str = "while read -r a b; do
        if ! dpkg --validate-version \"$a\" || ! dpkg --validate-version \"$b\"; then echo '!'
        elif dpkg --compare-versions \"$a\" lt \"$b\"; then echo '<'
        elif dpkg --compare-versions \"$a\" eq \"$b\"; then echo '='
        else echo '>'; fi; done 2>/dev/null";
    let mut shell =
        Command::new("sh").args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let text = pairs.iter().fold(String::new(), |mut text, (a, b)| {
        writeln!(text, "{a} {b}").unwrap();
        text
    });
    let mut input = shell.stdin.take().unwrap();
    let writer = thread::spawn(move || input.write_all(text.as_bytes()).unwrap());
    let output = shell.wait_with_output().unwrap();
    writer.join().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(|line| line.chars().next().unwrap()).collect()
}

fn agree(count: usize, seed: u64) {
    if !has_dpkg() {
        return;
    }
    let order = version::order("dpkg").unwrap();
    let mut generator = Generator(seed);
    // What begins with a hyphen is an option to dpkg.
    let is_argument = |text: &str| !text.is_empty() && !text.starts_with('-');
    let pairs: Vec<_> = (0..count).map(|_| generator.pair()).filter(|(_, b)| is_argument(b)).collect();
    let parts: Vec<_> = pairs.chunks(pairs.len().div_ceil(4)).map(<[_]>::to_vec).collect();
    let workers: Vec<_> = parts.into_iter().map(|part| thread::spawn(move || by_dpkg(&part))).collect();
    let theirs: Vec<char> = workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect();
    assert_eq!(theirs.len(), pairs.len());
    let mut seen = [0; 4];
    for ((a, b), theirs) in pairs.iter().zip(theirs) {
        let ours = match (order.compare)(a, b) {
            Ok(Ordering::Less) => '<',
            Ok(Ordering::Equal) => '=',
            Ok(Ordering::Greater) => '>',
            Err(_) => '!',
        };
        assert_eq!(ours, theirs, "{a} {b}");
        seen["<=>!".find(theirs).unwrap()] += 1;
    }
    eprintln!("{count} pairs: {seen:?} are <, =, > and no versions");
    assert!(seen.iter().all(|&times| times > count / 100), "{seen:?}");
}

#[test]
fn two_thousand_versions_are_ordered_as_dpkg_orders_them() {
    agree(2_000, 0x9e37_79b9_7f4a_7c15);
}

#[test]
#[ignore = "minutes: see the head of this file"]
fn a_hundred_thousand_versions_are_ordered_as_dpkg_orders_them() {
    agree(100_000, 0x2545_f491_4f6c_dd1d);
}

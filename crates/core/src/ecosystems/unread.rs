//! Package databases and package files that no ecosystem here reads yet.
//!
//! An image that has one of them is not wholly judged, and says so. What a distribution package owns is judged with
//! that package, so it does not count; that is decided where owners are known. An ecosystem that learns to read a
//! format takes its row out of here.

use crate::{FilePath, wants::system_root};

/// For people: what this file is a database or description of; `None` where it is nothing of the kind.
pub fn word(path: &FilePath) -> Option<&'static str> {
    let name = path.name();
    ROWS.iter().find(|row| row.is_called(name) && row.matches(path)).map(|row| row.word)
}

/// Whether a file of this name may have a [`word`]. Cheap: it is asked of every name in an image.
pub fn may_be(name: &[u8]) -> bool {
    ROWS.iter().any(|row| row.is_called(name))
}

/// Every word that [`word`] has, sorted, each once.
pub fn words() -> Vec<&'static str> {
    let mut words: Vec<&str> = ROWS.iter().map(|row| row.word).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// One kind of file.
struct Row {
    /// The last byte of `ending`, which most names fail at.
    last: u8,
    /// How its name ends; the whole name where `whole`.
    ending: &'static [u8],
    whole: bool,
    /// Where it is.
    place: Place,
    word: &'static str,
}

/// Where a file must be to be meant.
enum Place {
    Anywhere,
    /// At one of these paths in a root file system.
    System(&'static [&'static str]),
    /// Directly in a folder whose name ends so.
    In(&'static [u8]),
}

impl Row {
    const fn named(name: &'static str, place: Place, word: &'static str) -> Self {
        Self { last: last(name), ending: name.as_bytes(), whole: true, place, word }
    }

    const fn ending(ending: &'static str, place: Place, word: &'static str) -> Self {
        Self { last: last(ending), ending: ending.as_bytes(), whole: false, place, word }
    }

    fn is_called(&self, name: &[u8]) -> bool {
        name.last() == Some(&self.last) && name.ends_with(self.ending) && self.whole == (name == self.ending)
    }

    fn matches(&self, path: &FilePath) -> bool {
        match &self.place {
            Place::Anywhere => true,
            Place::System(places) => places.iter().any(|place| system_root(path, place).is_some()),
            Place::In(folder) => components(path).nth(1).is_some_and(|parent| parent.ends_with(folder)),
        }
    }
}

const PLUG_AND_PLAY: &str = "Node.js packages (Yarn's Plug'n'Play)";
const PYTHON_ARCHIVES: &str = "Python packages (archives that run)";

const ROWS: &[Row] = &[
    Row::named("status", Place::System(&["usr/lib/opkg/status", "var/lib/opkg/status"]), "opkg packages"),
    // Slices of Ubuntu packages, without dpkg's database.
    Row::named(
        "manifest.wall",
        Place::System(&["var/lib/chisel/manifest.wall"]),
        "Chisel slices of deb packages",
    ),
    Row::named("db.sqlite", Place::System(&["nix/var/nix/db/db.sqlite"]), "Nix packages"),
    Row::named("db.sqlite", Place::System(&["var/guix/db/db.sqlite"]), "Guix packages"),
    Row::named("pkgdb-0.38.plist", Place::System(&["var/db/xbps/pkgdb-0.38.plist"]), "XBPS packages"),
    Row::named("INSTALL_RECEIPT.json", Place::Anywhere, "Homebrew packages"),
    Row::ending(".snap", Place::In(b"snaps"), "snaps"),
    Row::ending(".conf", Place::In(b"package.conf.d"), "Haskell packages"),
    Row::named("switch-state", Place::In(b".opam-switch"), "opam packages (OCaml)"),
    // Without it nothing reads the archives in `.yarn/cache`: it tells of them too.
    Row::named(".pnp.cjs", Place::Anywhere, PLUG_AND_PLAY),
    Row::named(".pnp.js", Place::Anywhere, PLUG_AND_PLAY),
    Row::ending(".asar", Place::Anywhere, "Node.js packages (archives of Electron)"),
    Row::ending(".pex", Place::Anywhere, PYTHON_ARCHIVES),
    Row::ending(".pyz", Place::Anywhere, PYTHON_ARCHIVES),
    Row::ending(".phar", Place::Anywhere, "PHP packages (phar archives)"),
    // Without versions, so they name no package.
    Row::named(".packlist", Place::Anywhere, "Perl distributions (`.packlist`)"),
];

/// The components of a path, the last one first.
fn components(path: &FilePath) -> impl Iterator<Item = &[u8]> {
    path.as_bytes().rsplit(|&byte| byte == b'/')
}

/// The last byte of a name; 0, which no name ends with, for the empty one.
const fn last(name: &str) -> u8 {
    match name.as_bytes().last() {
        Some(byte) => *byte,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_known_by_its_path() {
        for (path, expected) in [
            ("var/lib/chisel/manifest.wall", "Chisel slices of deb packages"),
            ("opt/root/var/lib/opkg/status", "opkg packages"),
            ("var/lib/opkg/status", "opkg packages"),
            ("app/.pnp.cjs", "Node.js packages (Yarn's Plug'n'Play)"),
            ("app/.pnp.js", "Node.js packages (Yarn's Plug'n'Play)"),
            ("opt/app/resources/app.asar", "Node.js packages (archives of Electron)"),
            ("usr/local/bin/app.pex", "Python packages (archives that run)"),
            ("app/app.pyz", "Python packages (archives that run)"),
            ("usr/local/bin/composer.phar", "PHP packages (phar archives)"),
            ("nix/var/nix/db/db.sqlite", "Nix packages"),
            ("var/guix/db/db.sqlite", "Guix packages"),
            ("var/db/xbps/pkgdb-0.38.plist", "XBPS packages"),
            ("home/linuxbrew/.linuxbrew/Cellar/jq/1.7.1/INSTALL_RECEIPT.json", "Homebrew packages"),
            ("var/lib/snapd/snaps/core20_1974.snap", "snaps"),
            ("usr/lib/ghc/package.conf.d/base-4.17.2.1.conf", "Haskell packages"),
            ("root/.opam/default/.opam-switch/switch-state", "opam packages (OCaml)"),
            ("usr/local/lib/perl5/site_perl/auto/JSON/.packlist", "Perl distributions (`.packlist`)"),
        ] {
            assert_eq!(word(&path.into()), Some(expected), "{path}");
        }
    }

    #[test]
    fn names_alone_do_not_make_a_database() {
        for path in [
            "",
            "etc/passwd",
            "proc/self/status",
            "var/lib/dpkg/status-old",
            "var/lib/dpkg/status",
            "usr/share/Packages",
            // Read, with or without a distribution that is known.
            "var/lib/rpm/Packages",
            "usr/lib/sysimage/rpm/rpmdb.sqlite",
            "lib/apk/db/installed",
            "var/lib/pacman/local/bash-5.2-1/desc",
            "var/db/pkg/app-shells/bash-5.2/PF",
            "usr/lib/python3/dist-packages/six-1.16.dist-info/METADATA",
            "home/METADATA",
            "app/package.json",
            "app/src/a.json",
            "app/version.php",
            // Read.
            "var/www/html/wp-includes/version.php",
            "app/app.jar",
            "app/app.deps.json",
            "app/app.war",
            "usr/lib/ruby/gems/3.1.0/specifications/rake-13.gemspec",
            "srv/vendor/composer/installed.json",
            "app/node_modules/lodash/package.json",
            "usr/share/doc/desc",
            // Told by `.pnp.cjs`, where that is what runs.
            "app/.yarn/cache/lodash-npm-4.17.21-6382451519-eb835a2e51.zip",
            "app/.phar",
        ] {
            assert_eq!(word(&path.into()), None, "{path}");
        }
    }
}

//! Well-known programs, and how the bytes of each prove its version.
//!
//! What bytes mean depends on whose they are: a program that is linked against OpenSSL has OpenSSL's version in it and is none.
//! So only files are searched that are called as such a program is, and a version is only that of a program whose name the file
//! has.

mod search;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub(super) use self::search::search;
use crate::wants::glob_matches;

/// A program.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// Its name, as that of a package.
    name: &'static str,
    /// What its files are called; one `*` stands for any text.
    files: &'static [&'static str],
    /// How many dots its versions have at least.
    dots: usize,
    proof: Proof,
}

/// What its bytes prove a version by.
#[derive(Debug, Clone, Copy)]
enum Proof {
    /// It follows this text.
    After(&'static [u8]),
    /// The same, and behind it may stand in parentheses whose build it is.
    AfterWithBuilder(&'static [u8]),
    /// This text follows it.
    Before(&'static [u8]),
    /// It is a text of its own, and this text is in the program too.
    Alone(&'static [u8]),
    /// The same, and it is in what is written of the build as well.
    Built(&'static [u8]),
}

impl Proof {
    fn sign(self) -> &'static [u8] {
        match self {
            Self::After(sign)
            | Self::AfterWithBuilder(sign)
            | Self::Before(sign)
            | Self::Alone(sign)
            | Self::Built(sign) => sign,
        }
    }
}

/// A program that the bytes of a file could be, and its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Proven {
    /// The program, as in the table.
    pub name: String,
    /// The version, as it stands there.
    pub version: String,
    /// Whose build it is, where that stands there: a vendor's is another program, with fixes of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub builder: Option<String>,
}

const fn row(name: &'static str, files: &'static [&'static str], dots: usize, proof: Proof) -> Known {
    Known { name, files, dots, proof }
}

const PERL: &[&str] = &["perl", "perl5*", "libperl.so*"];

/// The table. The signs were found by looking at the programs; a test looks at them again.
const KNOWN: &[Known] = &[
    row("bash", &["bash"], 2, Proof::After(b"Bash version ")),
    row("busybox", &["busybox*"], 2, Proof::After(b"BusyBox v")),
    row("curl", &["libcurl*", "curl"], 2, Proof::After(b"libcurl/")),
    // The tool without the library in it says of itself what it prints for `--version`.
    row("curl", &["curl"], 2, Proof::After(b"\0curl ")),
    row("haproxy", &["haproxy"], 2, Proof::Before(b", released 20")),
    row("httpd", &["httpd", "apache2"], 2, Proof::After(b"Apache/")),
    row("memcached", &["memcached"], 2, Proof::After(b"memcached ")),
    row("nginx", &["nginx"], 2, Proof::AfterWithBuilder(b"nginx version: nginx/")),
    row("node", &["node", "nodejs", "libnode.so*"], 2, Proof::After(b"nodejs.org/download/release/v")),
    row("openssl", &["openssl", "libcrypto*", "libssl*"], 2, Proof::AfterWithBuilder(b"OpenSSL ")),
    row("perl", PERL, 2, Proof::After(b"/perl/")),
    row("perl", PERL, 2, Proof::After(b"/perl5/")),
    row(
        "php",
        &["php", "php5*", "php7*", "php8*", "php-*", "libphp*"],
        2,
        Proof::After(b"X-Powered-By: PHP/"),
    ),
    row("postgresql", &["postgres"], 1, Proof::After(b"postgres (PostgreSQL) ")),
    row("python", &["python2.*", "python3.*", "libpython*"], 2, Proof::Alone(b"PYTHONHASHSEED")),
    row("redis", &["redis-server"], 2, Proof::Built(b"redis_version:")),
    row("ruby", &["ruby", "ruby2*", "ruby3*", "ruby4*", "libruby*"], 2, Proof::After(b"ruby ")),
];

/// What files of all of them are called: of others no bytes are searched.
pub const FILES: &[&str] = &[
    "bash",
    "busybox*",
    "libcurl*",
    "curl",
    "haproxy",
    "httpd",
    "apache2",
    "memcached",
    "nginx",
    "node",
    "nodejs",
    "libnode.so*",
    "openssl",
    "libcrypto*",
    "libssl*",
    "perl",
    "perl5*",
    "libperl.so*",
    "php",
    "php5*",
    "php7*",
    "php8*",
    "php-*",
    "libphp*",
    "postgres",
    "python2.*",
    "python3.*",
    "libpython*",
    "redis-server",
    "ruby",
    "ruby2*",
    "ruby3*",
    "ruby4*",
    "libruby*",
];

/// Of what the bytes of a file prove, what it is by its name. Of a version that is written with more and with less of its numbers,
/// the longest stands.
pub fn named<'a>(proven: &'a [Proven], file: &[u8]) -> Vec<&'a Proven> {
    let names = |one: &&Proven| {
        let rows = KNOWN.iter().filter(|known| known.name == one.name);
        rows.flat_map(|known| known.files).any(|glob| glob_matches(glob, file))
    };
    let of_file: Vec<&Proven> = proven.iter().filter(names).filter(|one| fits(&one.version, file)).collect();
    let is_longer = |long: &Proven, short: &Proven| {
        long.name == short.name
            && long.version.strip_prefix(&*short.version).is_some_and(|rest| rest.starts_with('.'))
    };
    let stands = |one: &&&Proven| !of_file.iter().any(|other| is_longer(other, one));
    of_file.iter().filter(stands).copied().collect()
}

/// Whether a file may have the version: one whose name has the first two numbers of Python's has no other.
fn fits(version: &str, file: &[u8]) -> bool {
    let Some(name) = str::from_utf8(file).ok() else { return true };
    let Some((_, after)) = name.split_once("python") else { return true };
    let numbers: String = after.chars().take_while(|one| one.is_ascii_digit() || *one == '.').collect();
    let numbers = numbers.trim_end_matches('.');
    numbers.is_empty() || version.strip_prefix(numbers).is_some_and(|rest| rest.starts_with('.'))
}

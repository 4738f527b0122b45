//! What the name of an archive says: `ARTIFACT-VERSION[-CLASSIFIER].jar`, as repositories name them.
//!
//! A hyphen stands before a version, within one, within the name of an artifact and before a classifier. Words that are known tell
//! which it is; where another word follows the number, as in `hibernate-jpa-2.1-api.jar`, the name says nothing for certain.

use super::coordinates::is_plain;

/// Words that are a part of a version, perhaps with a number of their own: `1.0-beta-2`, `31.1-jre`.
const QUALIFIERS: &[&str] = &[
    "a",
    "alpha",
    "android",
    "atlassian",
    "b",
    "beta",
    "build",
    "cdh",
    "cr",
    "dev",
    "dmr",
    "ea",
    "final",
    "ga",
    "hudson",
    "incubating",
    "jboss",
    "jbossorg",
    "jenkins",
    "jre",
    "m",
    "milestone",
    "patch",
    "pr",
    "pre",
    "preview",
    "r",
    "rc",
    "redhat",
    "release",
    "rev",
    "sec",
    "snapshot",
    "sp",
    "sr",
    "v",
];

/// Words of what is built beside an artifact, or of it, and has its version: kinds of content, and platforms.
const CLASSIFIERS: &[&str] = &[
    "aarch64",
    "aarch_64",
    "all",
    "amd64",
    "arm",
    "arm64",
    "armhf",
    "armv7",
    "assembly",
    "bin",
    "classes",
    "dependencies",
    "dist",
    "exec",
    "fat",
    "i386",
    "i686",
    "jar",
    "javadoc",
    "linux",
    "loong64",
    "mac",
    "macos",
    "macosx",
    "musl",
    "native",
    "natives",
    "osx",
    "ppc64le",
    "ppcle_64",
    "riscv64",
    "s390_64",
    "s390x",
    "shaded",
    "sources",
    "src",
    "standalone",
    "test",
    "tests",
    "uber",
    "universal",
    "win",
    "windows",
    "with",
    "x64",
    "x86",
    "x86_32",
    "x86_64",
];

/// Artifact and version, as the name of a file has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named<'a> {
    pub(super) artifact: &'a str,
    /// Without what follows it: a word that is left in a version makes it newer than it is.
    pub(super) version: &'a str,
    /// Whether all that follows the artifact is known to be a version and classifiers.
    pub(super) is_certain: bool,
}

/// The name of an archive without folders and ending.
pub(super) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Artifact and version; `None` where the name has no version.
pub(super) fn split(stem: &str) -> Option<Named<'_>> {
    let places = stem.match_indices('-').map(|(at, _)| at);
    let mut parts = places.filter_map(|at| Some((stem.get(..at)?, stem.get(at + 1..)?)));
    let (artifact, rest) = parts.find(|(_, rest)| begins_as_version(rest))?;
    let is_certain = is_after_artifact(rest);
    let version = own_version(rest);
    (is_plain(artifact) && is_plain(version)).then_some(Named { artifact, version, is_certain })
}

/// Whether this is all version and classifiers, in any mixture.
pub(super) fn is_after_artifact(text: &str) -> bool {
    text.split('-').all(|word| !matches!(Word::of(word), Word::Other | Word::Mixed))
}

/// Whether it begins with a number, and no other word has a number behind it: such a word goes on with the artifact's name, as in
/// `log4j-1.2-api-2.17.1`.
fn begins_as_version(text: &str) -> bool {
    let words: Vec<Word> = text.split('-').map(Word::of).collect();
    let is_number = |word: Option<&Word>| matches!(word, Some(Word::Number | Word::Mixed));
    let is_name = |pair: &[Word]| pair.first() == Some(&Word::Other) && is_number(pair.get(1));
    is_number(words.first()) && !words.windows(2).any(is_name)
}

/// What stands in front of the first word that is no part of a version.
fn own_version(text: &str) -> &str {
    let is_foreign = |at: &usize| {
        let word = text.get(at + 1..).and_then(|rest| rest.split('-').next());
        word.is_some_and(|word| matches!(Word::of(word), Word::Classifier | Word::Other))
    };
    let mut words = text.match_indices('-').map(|(at, _)| at);
    words.find(is_foreign).and_then(|at| text.get(..at)).unwrap_or(text)
}

/// What one of the words between hyphens is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Number,
    /// A number with a word in it that is not known: `1.0api`.
    Mixed,
    Qualifier,
    Classifier,
    Other,
}

impl Word {
    fn of(word: &str) -> Self {
        let word = word.to_ascii_lowercase();
        if word.starts_with(|first: char| first.is_ascii_digit()) {
            // A single letter counts, as in `1.1.4c` and `9.4.z`.
            let mut parts = word.split(|one: char| !one.is_ascii_alphabetic());
            let is_known = parts.all(|part| part.len() <= 1 || QUALIFIERS.contains(&part));
            return if is_known { Self::Number } else { Self::Mixed };
        }
        let letters = word.trim_end_matches(|last: char| last.is_ascii_digit() || last == '.');
        if CLASSIFIERS.contains(&&*word) {
            Self::Classifier
        } else if QUALIFIERS.contains(&letters) {
            Self::Qualifier
        } else {
            Self::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str) -> Option<(&str, &str)> {
        split(stem(path)).filter(|named| named.is_certain).map(|named| (named.artifact, named.version))
    }

    #[test]
    fn names_of_repositories_are_taken_apart() {
        for (path, expected) in [
            ("lib/spring-core-5.3.20.jar", Some(("spring-core", "5.3.20"))),
            ("bcprov-jdk15on-1.68.jar", Some(("bcprov-jdk15on", "1.68"))),
            ("log4j-1.2-api-2.17.1.jar", Some(("log4j-1.2-api", "2.17.1"))),
            ("guava-31.1-jre.jar", Some(("guava", "31.1-jre"))),
            ("plexus-1.0-beta-2.jar", Some(("plexus", "1.0-beta-2"))),
            ("plexus-1.0-RC2.jar", Some(("plexus", "1.0-RC2"))),
            ("netty-all-4.1.9.Final-redhat-00001.jar", Some(("netty-all", "4.1.9.Final-redhat-00001"))),
            ("javax.inject-1.jar", Some(("javax.inject", "1"))),
            ("a-1.0-SNAPSHOT.war", Some(("a", "1.0-SNAPSHOT"))),
            ("a-1.0-20240102.030405-1-all.jar", Some(("a", "1.0-20240102.030405-1"))),
            ("a-1.0-sources.jar", Some(("a", "1.0"))),
            ("a-1.0-test-sources.jar", Some(("a", "1.0"))),
            ("a-1.0-jar-with-dependencies.jar", Some(("a", "1.0"))),
            ("netty-epoll-4.1.9.Final-linux-x86_64.jar", Some(("netty-epoll", "4.1.9.Final"))),
            ("log4j-api-2.17.1-sources.jar", Some(("log4j-api", "2.17.1"))),
            ("tcnative-1.2.3-linux-x86_64-fedora.jar", None),
            ("lwjgl-3.3.1-natives-macos-arm64.jar", Some(("lwjgl", "3.3.1"))),
            ("mssql-jdbc-9.4.1.jre8.jar", Some(("mssql-jdbc", "9.4.1.jre8"))),
            ("jackson-core-2.10.0.pr1.jar", Some(("jackson-core", "2.10.0.pr1"))),
            ("xpp3-1.1.4c.jar", Some(("xpp3", "1.1.4c"))),
            ("jetty-util-9.4.z-SNAPSHOT.jar", Some(("jetty-util", "9.4.z-SNAPSHOT"))),
            ("foo-bar-v2api.jar", None),
            ("catalina.jar", None),
            ("-1.jar", None),
            ("my app-1.jar", None),
        ] {
            assert_eq!(shown(path), expected, "{path}");
        }
    }

    #[test]
    fn a_word_behind_the_number_makes_it_a_guess() {
        for (path, artifact, version) in [
            ("hibernate-jpa-2.1-api.jar", "hibernate-jpa", "2.1"),
            ("activemq-5-client.jar", "activemq", "5"),
            ("guice-4.2.1-no_aop.jar", "guice", "4.2.1"),
            // Of a classifier, or of the version: nobody can tell.
            ("json-lib-2.4-jdk15.jar", "json-lib", "2.4"),
            ("tcnative-1.2.3-linux-x86_64-fedora.jar", "tcnative", "1.2.3"),
            ("core-1.0api.jar", "core", "1.0api"),
            ("core-1.2.3.linux-x86_64.jar", "core", "1.2.3.linux"),
        ] {
            assert_eq!(split(stem(path)), Some(Named { artifact, version, is_certain: false }), "{path}");
        }
    }
}

//! What the name of an archive says: `ARTIFACT-VERSION[-CLASSIFIER].jar`, as repositories name them.

use super::coordinates::is_plain;

/// Classifiers of what is built beside an artifact and is of the same version.
const CLASSIFIERS: [&str; 5] = ["-sources", "-javadoc", "-tests", "-test-sources", "-classes"];

/// The name of an archive without folders and ending.
pub(super) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Words that versions have between their numbers: `1.0-beta-2`. Other words there go on with the artifact's name:
/// `log4j-1.2-api-2.17.1`.
const QUALIFIERS: [&str; 12] =
    ["a", "alpha", "b", "beta", "build", "cr", "m", "milestone", "r", "rc", "rev", "sp"];

/// Artifact and version; `None` where the name has no version.
pub(super) fn split(stem: &str) -> Option<(&str, &str)> {
    let stem = CLASSIFIERS.iter().find_map(|classifier| stem.strip_suffix(classifier)).unwrap_or(stem);
    let places = stem.match_indices('-').map(|(at, _)| at);
    let parts = places.filter_map(|at| Some((stem.get(..at)?, stem.get(at + 1..)?)));
    let (artifact, version) = parts.into_iter().find(|(_, version)| is_version(version))?;
    (is_plain(artifact) && is_plain(version)).then_some((artifact, version))
}

fn is_version(text: &str) -> bool {
    let begins_with_digit = |part: &str| part.starts_with(|first: char| first.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    let is_name = |pair: &[&str]| match pair {
        [word, number] => {
            let is_word =
                !begins_with_digit(word) && !QUALIFIERS.contains(&word.to_ascii_lowercase().as_str());
            is_word && begins_with_digit(number)
        }
        _ => false,
    };
    begins_with_digit(text) && !parts.windows(2).any(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_repositories_are_taken_apart() {
        for (path, expected) in [
            ("lib/spring-core-5.3.20.jar", Some(("spring-core", "5.3.20"))),
            ("bcprov-jdk15on-1.68.jar", Some(("bcprov-jdk15on", "1.68"))),
            ("log4j-1.2-api-2.17.1.jar", Some(("log4j-1.2-api", "2.17.1"))),
            ("guava-31.1-jre.jar", Some(("guava", "31.1-jre"))),
            ("plexus-1.0-beta-2.jar", Some(("plexus", "1.0-beta-2"))),
            ("javax.inject-1.jar", Some(("javax.inject", "1"))),
            ("a-1.0-SNAPSHOT.war", Some(("a", "1.0-SNAPSHOT"))),
            ("a-1.0-sources.jar", Some(("a", "1.0"))),
            ("catalina.jar", None),
            ("-1.jar", None),
            ("my app-1.jar", None),
        ] {
            assert_eq!(split(stem(path)), expected, "{path}");
        }
    }
}

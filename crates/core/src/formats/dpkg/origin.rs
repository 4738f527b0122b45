//! Whose package it is, as far as its version tells: distributions mark what they build.
//!
//! Repositories of third parties use the names of a distribution's own packages (`nginx`, `nodejs`, `postgresql-15`). They
//! mark their builds in the revision, by a word that no distribution uses: `1.25.3-1~bookworm`, `15.5-1.pgdg120+1`,
//! `20.10.0-1nodesource1`.

/// Words that revisions of distributions' own packages have: rebuilds, uploads by others, backports, repacked sources.
const COMMON_WORDS: [&str; 12] =
    ["deb", "nmu", "bpo", "exp", "cross", "dfsg", "dab", "repack", "really", "build", "git", "rc"];

/// The shortest word that says something: single letters number rebuilds (`+b1`, `u2`).
const SHORTEST_WORD: usize = 3;

/// The first word of a version's revision that is none of a distribution's own: neither one of `own` nor one that all have.
pub fn foreign_word<'a>(version: &'a str, own: &[&str]) -> Option<&'a str> {
    let (_, revision) = version.rsplit_once('-')?;
    foreign(revision, own)
}

/// As [`foreign_word`], in what a version without revision has added to it: `1:11.2.2+maria~deb12`. Distributions too write
/// such words there (`2.0~beta2`), so it says something only of packages that do not name the distribution otherwise.
pub fn foreign_addition<'a>(version: &'a str, own: &[&str]) -> Option<&'a str> {
    let (_, added) = version.split_once(['+', '~']).filter(|_| !version.contains('-'))?;
    foreign(added, own)
}

fn foreign<'a>(text: &'a str, own: &[&str]) -> Option<&'a str> {
    let words = text.split(|one: char| !one.is_ascii_alphabetic());
    let is_own = |word: &str| COMMON_WORDS.iter().chain(own).any(|one| one.eq_ignore_ascii_case(word));
    words.into_iter().find(|word| word.len() >= SHORTEST_WORD && !is_own(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: [&str; 4] = ["debian", "ubuntu", "esm", "fips"];

    #[test]
    fn revisions_of_distributions_have_no_foreign_word() {
        for version in [
            "2.36-9+deb12u13",
            "5.2.15-2+b7",
            "1.1.1n-0+deb11u5",
            "3.0.2-0ubuntu1.18",
            "2.4-2~bpo12+1",
            "1.12.0-1~ubuntu16.04.3+esm1",
            "1.2-3+nmu1build2",
            "1.0+really0.9-1",
            "12.4+deb12u5",
            "2023c",
            "1.0.1f-1ubuntu2.27+fips1",
            "3.0.5-0ubuntu0.1+Fips2.1",
        ] {
            assert_eq!(foreign_word(version, &OWN), None, "{version}");
        }
    }

    #[test]
    fn a_version_without_revision_has_words_in_what_was_added() {
        assert_eq!(foreign_addition("1:11.2.2+maria~deb12", &OWN), Some("maria"));
        for version in ["12.4+deb12u5", "2023c", "1.0+nmu1", "1.0+maria-1", "3.5.52build1"] {
            assert_eq!(foreign_addition(version, &OWN), None, "{version}");
        }
    }

    #[test]
    fn builders_are_known_by_their_word() {
        for (version, word) in [
            ("1.25.3-1~bookworm", "bookworm"),
            ("15.5-1.pgdg120+1", "pgdg"),
            ("20.10.0-1nodesource1", "nodesource"),
            ("8.2.7-1+0~20230616.20+debian12~1.gbp4ab9b8", "gbp"),
            ("5:20.10.7~3-0~debian-buster", "buster"),
            ("1:9.2p1-2+rpt1", "rpt"),
        ] {
            assert_eq!(foreign_word(version, &OWN), Some(word), "{version}");
        }
    }
}

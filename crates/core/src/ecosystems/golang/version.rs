//! The order of Go's versions: semantic versions, as Go's own module `golang.org/x/mod/semver` orders them.
//!
//! Modules have a `v` in front, Go's vulnerability database has none. `v1` and `v1.2` are short for `v1.0.0` and `v1.2.0`. A
//! pseudo-version (`v0.0.0-20190101000000-abcdefabcdef`) is a pre-release that dates order, and what follows a plus sign
//! (`+incompatible`, `+dirty`) decides nothing.

use std::cmp::Ordering;

use crate::{
    formats::{digits, semver::Semver},
    version::{InvalidVersion, VersionOrder},
};

/// The order of Go's versions.
pub(super) const VERSIONS: VersionOrder = VersionOrder { scheme: "go", check, compare };

fn check(version: &str) -> Result<(), InvalidVersion> {
    read(version, |_| ())
}

fn compare(a: &str, b: &str) -> Result<Ordering, InvalidVersion> {
    read(a, |a| read(b, |b| a.precedence(b)))?
}

/// Reads a version, and gives it to `then`.
fn read<T>(text: &str, then: impl FnOnce(&Semver<'_>) -> T) -> Result<T, InvalidVersion> {
    let bare = text.strip_prefix('v').unwrap_or(text);
    let is_short = bare.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let whole = match bare.split('.').count() {
        1 if is_short => format!("{bare}.0.0"),
        2 if is_short => format!("{bare}.0"),
        _ => bare.to_owned(),
    };
    let version = Semver::read(&whole);
    let invalid = || InvalidVersion { scheme: VERSIONS.scheme, version: text.to_owned() };
    version.as_ref().map(then).ok_or_else(invalid)
}

/// The semantic version of a version of Go: `1.21.3` of `go1.21.3`, `1.21.0-rc.2` of `go1.21rc2`. What experiments and builders
/// add to a release is left out: it is none of Go's. What has another form stays as it is, and can be compared with nothing:
/// `go1.25-devel_0123` may lack what was fixed long before.
///
/// Source: Go's vulnerability database, “Versions of the standard library and toolchain”.
pub(super) fn of_go(text: &str) -> String {
    let Some(version) = text.strip_prefix("go").and_then(|rest| rest.split(' ').next()) else {
        return text.to_owned();
    };
    // Such as `go1.20.4-custom`, `go1.25.1-X:nodwarf5`.
    let (mut rest, has_more) = match version.split_once('-') {
        Some((version, _)) => (version, true),
        None => (version, false),
    };
    let mut numbers = Vec::new();
    loop {
        numbers.push(digits::take(&mut rest));
        let Some(after) = rest.strip_prefix('.') else { break };
        rest = after;
    }
    if numbers.iter().any(|number| number.is_empty()) || numbers.len() > 3 || (has_more && numbers.len() < 3)
    {
        return text.to_owned();
    }
    numbers.resize(3, "0");
    let is_number = digits::is_number;
    let phase = ["beta", "rc"].into_iter().find_map(|phase| Some((phase, rest.strip_prefix(phase)?)));
    let pre = match phase {
        Some((phase, number)) if is_number(number) => format!("-{phase}.{number}"),
        None if rest.is_empty() => String::new(),
        // Go's own branch with BoringCrypto: `go1.15.5b5`.
        None if rest.strip_prefix('b').is_some_and(is_number) => String::new(),
        Some(_) | None => return text.to_owned(),
    };
    format!("{}{pre}", numbers.join("."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn versions_of_go_are_semantic_ones() {
        for (go, semantic) in [
            ("go1.21.3", "1.21.3"),
            ("go1.21", "1.21.0"),
            ("go1.21rc2", "1.21.0-rc.2"),
            ("go1.4beta1", "1.4.0-beta.1"),
            ("go1.21.3 X:boringcrypto", "1.21.3"),
            ("go1.19.13 (Red Hat 1.19.13-1.el9)", "1.19.13"),
            ("go1.20.4-custom", "1.20.4"),
            ("go1.25.1-X:nodwarf5", "1.25.1"),
            ("go1.15.5b5", "1.15.5"),
            ("go1.25-devel_cad4dca518 Thu", "go1.25-devel_cad4dca518 Thu"),
            ("go1.20-pre3 cl/474093167", "go1.20-pre3 cl/474093167"),
            ("devel go1.23-abcdef Mon", "devel go1.23-abcdef Mon"),
            ("go1.x", "go1.x"),
            ("", ""),
        ] {
            assert_eq!(of_go(go), semantic);
        }
    }

    #[test]
    fn pseudo_versions_stand_where_their_base_has_them() {
        for pair in [
            "v0.0.0-20190101000000-abcdefabcdef v0.0.0-20200101000000-000000000000",
            "v0.0.0-20200101000000-000000000000 v0.0.1",
            "v1.2.3 v1.2.4-0.20200101000000-abcdefabcdef",
            "v1.2.4-0.20200101000000-abcdefabcdef 1.2.4",
            "v1.2.4-pre v1.2.4-pre.0.20200101000000-abcdefabcdef",
            "v2.0.0+incompatible v3",
        ] {
            let (a, b) = pair.split_once(' ').unwrap();
            assert_eq!(compare(a, b), Ok(Ordering::Less), "{pair}");
        }
        assert_eq!(compare("v2.0.0+incompatible", "2"), Ok(Ordering::Equal));
    }

    proptest! {
        #[test]
        fn it_is_an_order(
            a in "v?[0-2](\\.[0-2](\\.[0-2](-[a0-1](\\.[a0-1])?)?)?)?",
            b in "v?[0-2](\\.[0-2](\\.[0-2](-[a0-1](\\.[a0-1])?)?)?)?",
            c in "v?[0-2](\\.[0-2](\\.[0-2](-[a0-1](\\.[a0-1])?)?)?)?",
        ) {
            let order = |a: &str, b: &str| compare(a, b).unwrap();
            prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
            if order(&a, &b).is_le() && order(&b, &c).is_le() {
                prop_assert!(order(&a, &c).is_le(), "{} {} {}", a, b, c);
            }
        }
    }
}

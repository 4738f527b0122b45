//! Fixes of one package in several minor releases of one product.
//!
//! Under one product stand the fixes of all minor releases that had support: curl of `enterprise_linux:9::baseos` was fixed in
//! 7.76.1-23.el9_2.4 and in 7.76.1-26.el9_3.2. A version from the first on that was built for the same minor release has the
//! fix, although it is lower than the second; any other version has it from the next fix on.

use std::{cmp::Ordering, collections::HashMap};

use crate::{
    Affected, AffectedRange,
    advisory::{Names, Only},
    formats::rpm,
};

/// Narrows the ranges of later fixes: each begins where what the fix before it repaired ends.
pub(super) fn narrow(statements: &mut [Affected]) {
    let mut groups: HashMap<(String, String, Names, Option<String>), Vec<usize>> = HashMap::new();
    for (place, one) in statements.iter().enumerate() {
        if fix(one).is_some() {
            let key = (one.namespace.clone(), one.package.clone(), one.names, one.only.module.clone());
            groups.entry(key).or_default().push(place);
        }
    }
    for mut places in groups.into_values().filter(|places| places.len() > 1) {
        let fix_at = |place: &usize| statements.get(*place).and_then(fix).unwrap_or_default();
        places.sort_by(|a, b| compare(fix_at(a), fix_at(b)));
        let begins: Vec<(usize, String)> = places
            .iter()
            .zip(places.iter().skip(1))
            .filter_map(|(before, place)| {
                let (before, one) = (statements.get(*before)?, statements.get(*place)?);
                Some((*place, begin(before, one)?))
            })
            .collect();
        for (place, begin) in begins {
            if let Some(Affected { range: AffectedRange::Fixed { introduced, .. }, .. }) =
                statements.get_mut(place)
            {
                *introduced = Some(begin);
            }
        }
    }
}

/// The version of a fix that has no first affected version.
fn fix(affected: &Affected) -> Option<&str> {
    match &affected.range {
        AffectedRange::Fixed { introduced: None, fixed } => Some(fixed),
        AffectedRange::Fixed { .. }
        | AffectedRange::Unfixed { .. }
        | AffectedRange::Through { .. }
        | AffectedRange::Exactly { .. }
        | AffectedRange::NeverAffected
        | AffectedRange::Unreadable { .. } => None,
    }
}

/// Where the versions end that have the fix before: only where that one holds for all that the later one is about.
fn begin(before: &Affected, later: &Affected) -> Option<String> {
    let (fixed, next) = (fix(before)?, fix(later)?);
    let end = end_of_release(fixed)?;
    let is_between = matches!((rpm::VERSIONS.compare)(fixed, &end), Ok(Ordering::Less))
        && matches!((rpm::VERSIONS.compare)(&end, next), Ok(Ordering::Less));
    (is_between && holds_for_all_of(&before.only, &later.only)).then_some(end)
}

fn holds_for_all_of(before: &Only, later: &Only) -> bool {
    let has = |one: &String| before.architectures.contains(one);
    before.architectures.is_empty()
        || (!later.architectures.is_empty() && later.architectures.iter().all(has))
}

/// The first version that is of the next minor release: `7.76.1-23.el9_3` for `7.76.1-23.el9_2.4`.
fn end_of_release(version: &str) -> Option<String> {
    let (before, tag) = version.rsplit_once(".el")?;
    let (major, rest) = tag.split_once('_')?;
    let end = rest.find(|one: char| !one.is_ascii_digit()).unwrap_or(rest.len());
    let minor: u32 = rest.get(..end)?.parse().ok()?;
    let digits = !major.is_empty() && major.bytes().all(|byte| byte.is_ascii_digit());
    let next = minor.checked_add(1)?;
    digits.then(|| format!("{before}.el{major}_{next}"))
}

/// Versions that follow no rule are left where they are; nothing is narrowed by them.
fn compare(a: &str, b: &str) -> Ordering {
    (rpm::VERSIONS.compare)(a, b).unwrap_or_else(|_| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(version: &str, architectures: &[&str]) -> Affected {
        let range = AffectedRange::Fixed { introduced: None, fixed: version.to_owned() };
        let architectures = architectures.iter().map(|&one| one.to_owned()).collect();
        Affected {
            only: Only { architectures, module: Some(String::new()), ..Only::default() },
            ..Affected::new("Red Hat:enterprise_linux:9::baseos", "curl", Names::Binary, range)
        }
    }

    fn begins(mut statements: Vec<Affected>) -> Vec<Option<String>> {
        narrow(&mut statements);
        let introduced = |one: &Affected| {
            let AffectedRange::Fixed { introduced, .. } = &one.range else { panic!("{:?}", one.range) };
            introduced.clone()
        };
        statements.iter().map(introduced).collect()
    }

    #[test]
    fn a_later_fix_begins_after_the_minor_release_that_was_fixed_before() {
        let arm = &["aarch64", "x86_64"];
        let both = || vec![fixed("7.76.1-26.el9_3.2", arm), fixed("7.76.1-23.el9_2.4", arm)];
        assert_eq!(begins(both()), [Some("7.76.1-23.el9_3".to_owned()), None]);
        let more =
            vec![fixed("1:2-29.el9_4", &[]), fixed("1:2-26.el9_3.2", &[]), fixed("1:2-23.el9_2.4", &[])];
        assert_eq!(begins(more), [Some("1:2-26.el9_4".to_owned()), Some("1:2-23.el9_3".to_owned()), None]);
    }

    #[test]
    fn nothing_is_narrowed_by_what_does_not_tell_its_minor_release_or_holds_for_less() {
        for (first, second) in [
            (fixed("7.76.1-23.el9", &[]), fixed("7.76.1-26.el9_3.2", &[])),
            (fixed("2.5-1.module+el8.9.0+1+a", &[]), fixed("2.5-2.module+el8.10.0+1+a", &[])),
            (fixed("7.76.1-23.el9_2.4", &["x86_64"]), fixed("7.76.1-26.el9_3.2", &["s390x", "x86_64"])),
            (fixed("7.76.1-23.el9_2.4", &["x86_64"]), fixed("7.76.1-26.el9_3.2", &[])),
            (fixed("7.76.1-23.el9_2.4", &[]), fixed("7.76.1-23.el9_2.5", &[])),
            (fixed("7.76.1-23.el9_4294967295.4", &[]), fixed("7.76.1-26.el9_2.5", &[])),
        ] {
            assert_eq!(begins(vec![first, second]), [None, None]);
        }
    }
}

//! Versions of container images: tags, of which each stream of releases has fixes of its own.

use std::{cmp::Ordering, collections::HashMap, rc::Rc};

use crate::formats::rpm;

/// Whether a tag is the second in which the image was built, as newer images have it; those are told apart by product.
pub(in super::super) fn is_instant(tag: &str) -> bool {
    tag.len() >= 9 && tag.bytes().all(|byte| byte.is_ascii_digit())
}

/// For each name and tag, the version with which the tag's stream begins: `v4.16` for `v4.16.0-202409181705.p0`. The lowest
/// stream of a name has none: it begins with the first version.
pub(super) fn streams(fixed: &[(Rc<str>, Rc<str>)]) -> HashMap<(Rc<str>, Rc<str>), Option<String>> {
    let mut lowest: HashMap<&str, &str> = HashMap::new();
    for (name, tag) in fixed {
        let known = lowest.entry(name).or_insert_with(|| stream(tag));
        if matches!((rpm::VERSIONS.compare)(stream(tag), known), Ok(Ordering::Less)) {
            *known = stream(tag);
        }
    }
    let begins = |name: &str, tag: &str| {
        let comparable = (rpm::VERSIONS.check)(stream(tag)).is_ok();
        let is_lowest = lowest.get(name).is_none_or(|lowest| *lowest == stream(tag));
        (comparable && !is_lowest && !is_instant(tag)).then(|| stream(tag).to_owned())
    };
    fixed.iter().map(|(name, tag)| ((name.clone(), tag.clone()), begins(name, tag))).collect()
}

/// Major and minor number of a tag.
fn stream(tag: &str) -> &str {
    let version = tag.split_once('-').map_or(tag, |(version, _)| version);
    let end = version.match_indices('.').nth(1).map_or(version.len(), |(end, _)| end);
    version.get(..end).unwrap_or(version)
}

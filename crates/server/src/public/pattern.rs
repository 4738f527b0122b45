//! Patterns of paths. A repository's name has any number of parts, so a pattern may have one word for several.

/// What the words of a pattern stand for in a path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Captures(Vec<(&'static str, String)>);

impl Captures {
    /// What a word stands for; empty where the pattern has no such word.
    pub(crate) fn get(&self, word: &str) -> &str {
        self.0.iter().find(|(name, _)| *name == word).map_or("", |(_, value)| value)
    }
}

/// Matches a path as it was sent. No part of it is decoded: the names of repositories, tags and digests need no escapes.
pub(crate) fn matches(pattern: &'static str, path: &str) -> Option<Captures> {
    let patterns: Vec<&'static str> = pattern.split('/').collect();
    let parts: Vec<&str> = path.split('/').collect();
    let several = patterns.iter().position(|part| part.ends_with("..}"));
    let Some(at) = several else {
        return (patterns.len() == parts.len()).then(|| one_by_one(&patterns, &parts)).flatten();
    };
    let after = patterns.len().checked_sub(at + 1)?;
    let end = parts.len().checked_sub(after).filter(|end| *end > at)?;
    let mut captures = one_by_one(patterns.get(..at)?, parts.get(..at)?)?;
    let word = patterns.get(at)?.strip_prefix('{')?.strip_suffix("..}")?;
    let several = parts.get(at..end)?;
    if several.iter().any(|part| part.is_empty()) {
        return None;
    }
    captures.0.push((word, several.join("/")));
    captures.0.extend(one_by_one(patterns.get(at + 1..)?, parts.get(end..)?)?.0);
    Some(captures)
}

fn one_by_one(patterns: &[&'static str], parts: &[&str]) -> Option<Captures> {
    let mut captures = Captures::default();
    for (pattern, part) in patterns.iter().zip(parts) {
        match pattern.strip_prefix('{').and_then(|word| word.strip_suffix('}')) {
            Some(word) if !part.is_empty() => captures.0.push((word, (*part).to_owned())),
            Some(_) => return None,
            None if pattern == part => {}
            None => return None,
        }
    }
    Some(captures)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(pattern: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
        matches(pattern, path).map(|captures| captures.0)
    }

    #[test]
    fn a_name_may_have_many_parts() {
        let pattern = "/v2/{name..}/manifests/{reference}";
        let expected = |name: &str| Some(vec![("name", name.to_owned()), ("reference", "1".to_owned())]);
        assert_eq!(captured(pattern, "/v2/a/manifests/1"), expected("a"));
        assert_eq!(captured(pattern, "/v2/a/b/c/manifests/1"), expected("a/b/c"));
        assert_eq!(captured(pattern, "/v2/a/manifests/manifests/1"), expected("a/manifests"));
        for other in
            ["/v2/manifests/1", "/v2/a//b/manifests/1", "/v2/a/manifests/", "/v2/a/manifests/1/2", "/"]
        {
            assert_eq!(captured(pattern, other), None, "{other}");
        }
    }

    #[test]
    fn a_path_without_words_is_itself() {
        assert_eq!(captured("/v2/", "/v2/"), Some(Vec::new()));
        assert_eq!(captured("/v2/", "/v2"), None);
        assert_eq!(
            captured("/v2/{name..}/blobs/uploads/", "/v2/a/b/blobs/uploads/").map(|found| found.len()),
            Some(1)
        );
    }
}

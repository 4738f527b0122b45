//! Package URLs as documents have them: taken apart, and nothing of them changed.
//!
//! The rules of the types are not asked: by them names lose their capitals, and a URL that lacks what its type wants is none. What
//! a name means is the ecosystem's to say.

use packageurl::PackageUrl;

use super::listed::told;

/// A type that has no rules.
const WITHOUT_RULES: &str = "generic";

/// A package URL.
#[derive(Debug, Clone)]
pub(super) struct Written {
    kind: String,
    rest: PackageUrl<'static>,
}

impl Written {
    /// Reads one; `None` where it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.trim().strip_prefix("pkg:")?.trim_start_matches('/').split_once('/')?;
        let is_usual = |one: u8| one.is_ascii_alphanumeric() || b".+-".contains(&one);
        let is_type = kind.starts_with(|one: char| one.is_ascii_alphabetic()) && kind.bytes().all(is_usual);
        let rest = format!("pkg:{WITHOUT_RULES}/{rest}").parse().ok()?;
        is_type.then(|| Self { kind: kind.to_ascii_lowercase(), rest })
    }

    pub(super) fn kind(&self) -> &str {
        &self.kind
    }

    pub(super) fn namespace(&self) -> Option<&str> {
        self.rest.namespace()
    }

    pub(super) fn name(&self) -> &str {
        self.rest.name()
    }

    pub(super) fn version(&self) -> Option<&str> {
        self.rest.version().filter(|version| !version.is_empty())
    }

    pub(super) fn qualifier(&self, name: &str) -> Option<String> {
        told(self.rest.qualifiers().get(name).map(ToString::to_string))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_stay_and_a_missing_namespace_is_no_fault() {
        let read = |text: &str| {
            let written = Written::parse(text)?;
            let namespace = written.namespace().unwrap_or_default();
            Some(format!("{} {namespace} {} {:?}", written.kind(), written.name(), written.version()))
        };
        assert_eq!(read("pkg:golang/github.com/A/b@v1").unwrap(), "golang github.com/A b Some(\"v1\")");
        assert_eq!(read("pkg:maven/artifact@1%2B2").unwrap(), "maven  artifact Some(\"1+2\")");
        assert_eq!(read("pkg:NPM/%40scope/name").unwrap(), "npm @scope name None");
        for wrong in
            ["", "npm/a@1", "pkg:npm", "pkg:/a", "pkg:n m/a", "pkg:npm/", "pkg:npm/a@1?=x", "pkg:npm/%ff"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        let purl = Written::parse("pkg:rpm/a@1?Epoch=1&x=NOASSERTION").unwrap();
        assert_eq!((purl.qualifier("epoch").as_deref(), purl.qualifier("x")), (Some("1"), None));
    }
}

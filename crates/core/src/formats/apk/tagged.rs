//! Packages from repositories that the administrator tagged: `@testing https://…/edge/testing` in `etc/apk/repositories`.
//!
//! apk installs one from there only where it is asked for by the tag, and notes the tag. Which repository it was, nothing in
//! the database tells; that it is none of the release's is what tags are for. It is compared all the same, and told.
//! A package of an untagged repository cannot be told from the release's own.
//!
//! Source: apk-repositories(5), “Tagged repositories”; apk-tools, `src/database.c`, field `s` of the installed database.

use crate::{
    BlindSpot, Reason,
    scope::{Scope, ScopeQuestion},
};

/// See [`crate::Ecosystem::scope`].
pub fn scope(question: &ScopeQuestion<'_>) -> Scope {
    let own = vec![question.namespace.to_owned()];
    let package = question.package;
    let Some(tag) = &package.repository else { return Scope::Namespaces(own) };
    let subject = format!("{} {}", package.name, package.version);
    let detail = format!(
        "it was installed from a repository that is tagged @{tag}; it is compared with the advisories of {}, which speak about \
         the packages of its own repositories alone",
        question.namespace
    );
    let doubts = vec![BlindSpot::new(Reason::ThirdParty, subject, detail).with_packages(1)];
    Scope::Ranked { groups: vec![own], doubts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Package;

    fn asked(repository: Option<&str>) -> Scope {
        let package = Package {
            name: "curl".to_owned(),
            version: "8.0-r0".to_owned(),
            repository: repository.map(str::to_owned),
            ..Package::default()
        };
        scope(&ScopeQuestion {
            namespace: "Alpine:v3.16",
            distribution: "alpine",
            package: &package,
            repositories: &[],
            facts: &|_, _| Vec::new(),
        })
    }

    #[test]
    fn a_package_of_a_tagged_repository_is_compared_and_told() {
        let own = vec!["Alpine:v3.16".to_owned()];
        assert_eq!(asked(None), Scope::Namespaces(own.clone()));
        let Scope::Ranked { groups, doubts } = asked(Some("testing")) else { panic!("not told") };
        assert_eq!(groups, [own]);
        assert_eq!((doubts[0].reason, doubts[0].packages, doubts[0].counts), (Reason::ThirdParty, 1, true));
        assert_eq!(doubts[0].subject, "curl 8.0-r0");
        assert!(doubts[0].detail.contains("tagged @testing"), "{}", doubts[0].detail);
    }
}

use std::{cell::RefCell, collections::BTreeSet};

use super::*;

/// An upstream that has these documents, with or without listings.
struct Documents {
    urls: BTreeSet<String>,
    lists: bool,
    asked: RefCell<usize>,
    /// An address about which there is no answer.
    silent: Option<String>,
}

impl Documents {
    fn new(lists: bool, releases: &[&str]) -> Self {
        let of = |release: &&str| ["main", "community"].map(|part| format!("{ROOT}{release}/{part}.json"));
        Self { urls: releases.iter().flat_map(of).collect(), lists, asked: RefCell::default(), silent: None }
    }

    fn discovered(&self) -> Vec<String> {
        discover(self).unwrap().into_iter().map(|source| source.name).collect()
    }
}

impl Upstream for Documents {
    fn list(&self, url: &str) -> Result<Option<Vec<String>>, DiscoveryError> {
        let below =
            self.urls.iter().filter_map(|one| one.strip_prefix(url)?.split('/').next().map(str::to_owned));
        Ok(self.lists.then(|| below.chain(["last-update".to_owned(), "v3.x".to_owned()]).collect()))
    }

    fn exists(&self, url: &str) -> Result<bool, DiscoveryError> {
        *self.asked.borrow_mut() += usize::from(url.starts_with(ROOT));
        if self.silent.as_deref() == Some(url) {
            return Err(DiscoveryError { url: url.to_owned(), reason: "status 403".to_owned() });
        }
        Ok(self.urls.contains(url))
    }

    fn read(&self, _: &str) -> Result<Option<Vec<u8>>, DiscoveryError> {
        Ok(None)
    }
}

#[test]
fn discovery_finds_what_is_there_with_and_without_a_listing() {
    for lists in [true, false] {
        let upstream = Documents::new(lists, &["v3.17", "v3.10", "v3.15", "v3.16", "edge", "v4.1"]);
        assert_eq!(
            upstream.discovered(),
            ["v3.10", "v3.15", "v3.16", "v3.17", "v4.1", "edge"]
                .into_iter()
                .flat_map(|release| ["main", "community"].map(|part| format!("alpine/{release}/{part}")))
                .collect::<Vec<_>>()
        );
        assert!(*upstream.asked.borrow() < 150, "{}", upstream.asked.borrow());
    }
}

#[test]
fn a_release_before_the_community_repository_needs_main_alone() {
    let names = |namespace| needed_by(namespace).into_iter().map(|one| one.name).collect::<Vec<_>>();
    assert_eq!(names("Alpine:v3.2"), ["alpine/v3.2/main"]);
    assert_eq!(names("Alpine:v3.3"), ["alpine/v3.3/main", "alpine/v3.3/community"]);
    assert_eq!(names("Alpine:v3.16"), ["alpine/v3.16/main", "alpine/v3.16/community"]);
    assert_eq!(names("Alpine:edge"), ["alpine/edge/main", "alpine/edge/community"]);
    for none in ["Alpine", "Alpine:3.16-custom", "Alpine:v3", "Alpine:v03.1", "Alpine:v3.16/..", "Debian:12"]
    {
        assert_eq!(names(none), [""; 0], "{none}");
    }
    let source = &needed_by("Alpine:v3.16")[0];
    assert_eq!(source.url, "https://secdb.alpinelinux.org/v3.16/main.json");
    assert_eq!(source.namespace, "Alpine:v3.16");
}

#[test]
fn an_upstream_without_any_release_has_no_feeds_and_one_that_fails_is_an_error() {
    struct Failing;
    impl Upstream for Failing {
        fn list(&self, _: &str) -> Result<Option<Vec<String>>, DiscoveryError> {
            Ok(None)
        }

        fn exists(&self, url: &str) -> Result<bool, DiscoveryError> {
            Err(DiscoveryError { url: url.to_owned(), reason: "status 503".to_owned() })
        }

        fn read(&self, _: &str) -> Result<Option<Vec<u8>>, DiscoveryError> {
            Ok(None)
        }
    }
    for lists in [true, false] {
        assert_eq!(discover(&Documents::new(lists, &[])), Ok(vec![]));
    }
    assert_eq!(discover(&Failing).unwrap_err().reason, "status 503");
}

#[test]
fn a_listed_document_that_cannot_be_asked_for_hides_no_other() {
    let silent = Some(format!("{ROOT}v3.9/main.json"));
    let listed = Documents { silent: silent.clone(), ..Documents::new(true, &["v3.9", "v3.10"]) };
    assert_eq!(
        listed.discovered(),
        ["alpine/v3.9/main", "alpine/v3.9/community", "alpine/v3.10/main", "alpine/v3.10/community"]
    );
    assert_eq!(*listed.asked.borrow(), 1, "one silence is enough");
    let unlisted = Documents { silent, ..Documents::new(false, &["v3.9", "v3.10"]) };
    assert_eq!(discover(&unlisted).unwrap_err().reason, "status 403");
}

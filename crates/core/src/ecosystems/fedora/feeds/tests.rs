use super::*;

const REPOMD: &[u8] =
    br#"<repomd><data type="updateinfo"><location href="repodata/1-updateinfo.xml.xz"/></data></repomd>"#;

/// An upstream that has these releases here and those in its archive.
struct Releases {
    here: &'static [u32],
    archived: &'static [u32],
    lists: bool,
}

impl Releases {
    fn has(&self, url: &str) -> bool {
        let at = |root: &str, releases: &[u32]| {
            releases.iter().any(|one| url.starts_with(&format!("{root}{one}/Everything/")))
        };
        at(ROOT, self.here) || at(ARCHIVE, self.archived)
    }
}

impl Upstream for Releases {
    fn list(&self, url: &str) -> Result<Option<Vec<String>>, DiscoveryError> {
        assert_eq!(url, ROOT);
        let names = self.here.iter().map(u32::to_string).chain(["testing".to_owned(), "7".to_owned()]);
        Ok(self.lists.then(|| names.collect()))
    }

    fn exists(&self, url: &str) -> Result<bool, DiscoveryError> {
        Ok(self.has(url))
    }

    fn read(&self, url: &str) -> Result<Option<Vec<u8>>, DiscoveryError> {
        Ok(self.has(url).then(|| REPOMD.to_vec()))
    }
}

#[test]
fn releases_are_found_with_and_without_a_listing() {
    for lists in [true, false] {
        let upstream = Releases { here: &[38, 42, 43, 51], archived: &[], lists };
        let names: Vec<_> = discover(&upstream).unwrap().into_iter().map(|one| one.name).collect();
        assert_eq!(
            names,
            [
                "fedora/38/updates",
                "fedora/38/modules",
                "fedora/42/updates",
                "fedora/43/updates",
                "fedora/51/updates"
            ]
        );
    }
}

#[test]
fn a_release_is_needed_by_rule() {
    assert_eq!(needed_by("Fedora:99").len(), 1);
    for none in ["Fedora", "Fedora:rawhide", "Fedora:040", "Fedora:27", "Fedora:unknown", "Amazon Linux:40"] {
        assert_eq!(needed_by(none), [], "{none}");
    }
}

#[test]
fn a_release_that_ended_is_looked_for_in_the_archive() {
    let upstream = Releases { here: &[43], archived: &[40], lists: true };
    let located = |release| locate(&sources(release)[0], &upstream);
    let url = |root, release| Ok(format!("{root}{release}/Everything/x86_64/repodata/1-updateinfo.xml.xz"));
    assert_eq!(located(43), url(ROOT, 43));
    assert_eq!(located(40), url(ARCHIVE, 40));
    assert!(located(41).unwrap_err().reason.contains("archive"));
}

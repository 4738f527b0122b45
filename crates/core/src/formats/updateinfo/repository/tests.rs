use std::collections::BTreeMap;

use super::*;

/// An upstream that has these documents.
struct Documents(BTreeMap<&'static str, &'static str>);

impl Upstream for Documents {
    fn list(&self, _: &str) -> Result<Option<Vec<String>>, DiscoveryError> {
        Ok(None)
    }

    fn exists(&self, url: &str) -> Result<bool, DiscoveryError> {
        Ok(self.0.contains_key(url))
    }

    fn read(&self, url: &str) -> Result<Option<Vec<u8>>, DiscoveryError> {
        Ok(self.0.get(url).map(|text| text.as_bytes().to_vec()))
    }
}

const REPOMD: &str = r#"<?xml version="1.0"?>
<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1</revision>
  <data type="primary"><location href="repodata/primary.xml.gz"/></data>
  <data type="updateinfo"><checksum type="sha256">e6</checksum><location href="repodata/e6-updateinfo.xml.gz"/></data>
  <data type="updateinfo_zck"><location href="repodata/updateinfo.xml.zck"/></data>
</repomd>"#;

#[test]
fn the_index_names_the_document() {
    let upstream = Documents(BTreeMap::from([("https://a.example/r/repodata/repomd.xml", REPOMD)]));
    let found = locate("https://a.example/r/repodata/repomd.xml", &upstream).unwrap();
    assert_eq!(found.as_deref(), Some("https://a.example/r/repodata/e6-updateinfo.xml.gz"));
    assert_eq!(locate("https://b.example/repodata/repomd.xml", &upstream), Ok(None));
}

#[test]
fn an_index_without_updateinfo_or_of_another_kind_is_an_error() {
    for odd in ["", "<html></html>", "<repomd>", r#"<repomd><data type="primary"/></repomd>"#] {
        let upstream = Documents(BTreeMap::from([("https://a.example/repodata/repomd.xml", odd)]));
        assert!(locate("https://a.example/repodata/repomd.xml", &upstream).is_err(), "{odd}");
    }
}

#[test]
fn the_first_mirror_that_has_the_repository_counts() {
    let list = "https://cdn.example/mirror.list";
    let with = |mirrors| {
        let upstream = Documents(BTreeMap::from([
            (list, mirrors),
            ("https://a.example/x86_64/repodata/repomd.xml", REPOMD),
            ("https://odd.example/repodata/repomd.xml", "<html/>"),
        ]));
        locate_by_mirrors(list, "x86_64", &upstream)
    };
    let found = Ok("https://a.example/x86_64/repodata/e6-updateinfo.xml.gz".to_owned());
    assert_eq!(with("https://a.example/x86_64\n"), found);
    assert_eq!(with("# mirrors\r\nhttps://gone.example/\r\nhttps://a.example/$basearch/\r\n"), found);
    assert_eq!(with("https://odd.example\nhttps://a.example/x86_64"), found);
    assert!(with("").unwrap_err().reason.contains("no mirror"));
    assert!(with("https://odd.example").unwrap_err().reason.contains("repomd"));
    assert!(locate_by_mirrors("https://none.example", "x86_64", &Documents(BTreeMap::new())).is_err());
}

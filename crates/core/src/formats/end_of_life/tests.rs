use super::*;
use crate::feed::DiscoveryError;

const ENDS: Ends = Ends {
    feed: "stone/end-of-life",
    product: "stone-linux",
    namespace: |release| {
        release.starts_with(|one: char| one.is_ascii_digit()).then(|| format!("Stone:{release}"))
    },
    until: Until::General,
};

fn read(text: &str) -> Result<(Vec<String>, FeedHead), FeedError> {
    read_by(&ENDS, text)
}

fn read_by(ends: &Ends, text: &str) -> Result<(Vec<String>, FeedHead), FeedError> {
    let (mut facts, mut reader) = (Vec::new(), text.as_bytes());
    let mut document = FeedDocument { name: "", reader: &mut reader };
    let head = ends.parse(&ends.source(), &mut document, &mut |record| {
        let affected = &record.affected[0];
        facts.push(format!("{}|{}|{}", affected.namespace, affected.package, record.advisory.id));
    });
    head.unwrap().map(|head| (facts, head))
}

fn product(name: &str, releases: &str) -> String {
    format!(r#"{{"last_modified": "2026-01-28", "result": {{"name": "{name}", "releases": [{releases}]}}}}"#)
}

#[test]
fn days_become_facts_and_what_has_none_is_told() {
    let releases = r#"{"name": "3", "isEol": false, "eolFrom": "2030-02-01"}, {"name": "2", "isEol": false, "eolFrom": null},
        {"name": "1", "isEol": true}, {"name": "0", "isEol": true, "eolFrom": "soon"},
        {"name": "edge", "isEol": false, "eolFrom": "2030-02-01"}"#;
    let (facts, head) = read(&product("stone-linux", releases)).unwrap();
    assert_eq!(facts, ["end of life|Stone:3|2030-02-01"]);
    assert_eq!(
        (head.covers, head.upstream_date),
        (vec![END_OF_LIFE.to_owned()], Some("2026-01-28".to_owned()))
    );
    assert_eq!(
        head.unread,
        ["the end of 1: it has ended, and no day is given", "the end of 0: “soon” is no day"]
    );
}

#[test]
fn extended_support_counts_where_it_is_asked_for() {
    let releases = r#"{"name": "4", "isEol": true, "eolFrom": "2020-02-01", "isEoes": false, "eoesFrom": "2030-02-01"},
        {"name": "3", "isEol": true, "eolFrom": "2020-02-01", "isEoes": false, "eoesFrom": null},
        {"name": "2", "isEol": true, "eolFrom": "2020-02-01"}, {"name": "1", "isEol": true, "eolFrom": "2019-02-01", "isEoes": true}"#;
    let text = product("stone-linux", releases);
    let (general, head) = read(&text).unwrap();
    assert_eq!((general.len(), head.unread.len()), (4, 0));
    let (extended, head) = read_by(&Ends { until: Until::Extended, ..ENDS }, &text).unwrap();
    assert_eq!(extended, ["end of life|Stone:4|2030-02-01", "end of life|Stone:2|2020-02-01"]);
    assert_eq!(head.unread, ["the end of 1: it has ended, and no day is given"]);
}

#[test]
fn what_is_not_asked_of_it_is_asked_of_the_others() {
    let other = FeedSource { name: "stone/1/main".to_owned(), ..FeedSource::default() };
    assert_eq!(ENDS.needed_by(END_OF_LIFE, |_| Vec::new()), [ENDS.source()]);
    assert_eq!(ENDS.needed_by("Stone:1", |_| vec![other.clone()]), vec![other.clone()]);
    assert_eq!(ENDS.locate(&ENDS.source(), |_| Ok("elsewhere".to_owned())), Ok(ENDS.source().url));
    assert_eq!(ENDS.locate(&other, |_| Ok("elsewhere".to_owned())), Ok("elsewhere".to_owned()));
    let guard = Guard { floor: 1000, ..GUARD };
    assert_eq!((ENDS.guard(ENDS.feed, |_| guard), ENDS.guard(&other.name, |_| guard)), (GUARD, guard));
}

#[test]
fn what_is_about_another_product_or_none_is_refused() {
    let release = r#"{"name": "3", "isEol": false, "eolFrom": "2030-02-01"}"#;
    let whole = product("stone-linux", release);
    for refused in [
        product("sand-linux", release),
        product("stone-linux", ""),
        product("stone-linux", r#"{"cycle": "3", "eol": "2030-02-01"}"#),
        whole.strip_suffix('}').unwrap().to_owned(),
        format!("{whole}{whole}"),
        "[]".to_owned(),
    ] {
        assert!(matches!(read(&refused), Err(FeedError::Malformed(_))), "{refused}");
    }
}

#[test]
fn documents_of_other_feeds_are_left_to_them() {
    let source = FeedSource { name: "stone/1/main".to_owned(), ..ENDS.source() };
    let mut reader = &b"anything"[..];
    let mut document = FeedDocument { name: "", reader: &mut reader };
    assert_eq!(ENDS.parse(&source, &mut document, &mut |_| ()), None);
}

#[test]
fn it_neither_hides_other_feeds_nor_stands_for_them() {
    struct Answering(Option<bool>);
    impl Upstream for Answering {
        fn list(&self, _: &str) -> Result<Option<Vec<String>>, DiscoveryError> {
            Ok(None)
        }

        fn exists(&self, url: &str) -> Result<bool, DiscoveryError> {
            self.0.ok_or_else(|| DiscoveryError { url: url.to_owned(), reason: "status 503".to_owned() })
        }

        fn read(&self, _: &str) -> Result<Option<Vec<u8>>, DiscoveryError> {
            Ok(None)
        }
    }
    let judging = FeedSource { name: "stone/1/main".to_owned(), ..FeedSource::default() };
    for (answer, is_added) in [(Some(true), true), (Some(false), false), (None, true)] {
        let mut discovered = vec![judging.clone()];
        ENDS.add_to(&mut discovered, &Answering(answer));
        assert_eq!(discovered.contains(&ENDS.source()), is_added, "{answer:?}");
        assert!(discovered.contains(&judging));
    }
    let mut nothing = Vec::new();
    ENDS.add_to(&mut nothing, &Answering(Some(true)));
    assert_eq!(nothing, []);
}

//! What every page must be, whatever is on it.

use std::collections::BTreeSet;

use scraper::{ElementRef, Html, Selector};

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

fn attribute<'a>(element: &ElementRef<'a>, name: &str) -> &'a str {
    element.value().attr(name).unwrap_or_default()
}

/// The text of all elements that a selector finds.
pub(super) fn texts(html: &str, selector: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let text = |element: ElementRef<'_>| {
        element.text().collect::<Vec<_>>().join("").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    all(&page, selector).into_iter().map(text).collect()
}

/// Asserts the structure of a page.
#[track_caller]
pub(super) fn check(html: &str) {
    let page = Html::parse_document(html);
    assert_eq!(all(&page, "html[lang=en]").len(), 1);
    assert_eq!(all(&page, "main").len(), 1);
    assert_eq!(all(&page, "h1").len(), 1, "one heading of the first rank");
    assert!(!texts(html, "title").concat().trim_start_matches("· Limpid").is_empty());
    headings(&page);
    ids(&page);
    inert(&page);
    links(&page);
    labels(&page);
    tables(&page);
    assert!(
        html.chars().all(|character| character == '\n' || !character.is_control()),
        "a control character is on the page"
    );
}

fn headings(page: &Html) {
    let mut before = 1;
    for heading in all(page, "main h1, main h2, main h3, main h4") {
        let rank: u32 = heading.value().name().trim_start_matches('h').parse().unwrap();
        assert!(rank <= before + 1, "a rank is left out before {:?}", heading.text().collect::<String>());
        before = rank;
    }
}

fn ids(page: &Html) {
    let mut seen = BTreeSet::new();
    for element in all(page, "[id]") {
        let id = attribute(&element, "id");
        assert!(seen.insert(id), "the id {id} is there twice");
    }
    for element in all(page, "use") {
        let shape = attribute(&element, "href").trim_start_matches('#');
        assert!(seen.contains(shape), "there is no shape {shape}");
    }
    for name in ["aria-labelledby", "aria-describedby"] {
        for element in all(page, &format!("[{name}]")) {
            let id = attribute(&element, name);
            assert!(seen.contains(id), "{name} names {id}, which is not there");
        }
    }
}

/// Nothing runs and nothing is shown but what is ours.
fn inert(page: &Html) {
    assert!(all(page, "[style], style, iframe, object, embed, base, img").is_empty());
    let scripts = all(page, "script");
    assert_eq!(scripts.len(), 1);
    assert!(scripts.iter().all(|script| attribute(script, "src").starts_with("/assets/script.")));
    for element in all(page, "*") {
        for (name, value) in element.value().attrs() {
            assert!(!name.starts_with("on"), "{name}={value}");
        }
    }
}

fn links(page: &Html) {
    for link in all(page, "a[href]") {
        let address = attribute(&link, "href");
        if address.starts_with("http://") || address.starts_with("https://") {
            assert_eq!(attribute(&link, "rel"), "noopener noreferrer", "{address}");
        } else {
            let is_own = address.starts_with('#') || (address.starts_with('/') && !address.starts_with("//"));
            assert!(is_own, "a link to {address}");
        }
        let text = link.text().collect::<String>();
        assert!(!text.trim().is_empty(), "a link without words to {address}");
    }
    for form in all(page, "form") {
        let action = attribute(&form, "action");
        assert!(action.is_empty() || (action.starts_with('/') && !action.starts_with("//")), "{action}");
    }
    for button in all(page, "button") {
        assert!(!button.text().collect::<String>().trim().is_empty(), "a button without words");
    }
}

fn labels(page: &Html) {
    let labelled: BTreeSet<&str> =
        all(page, "label[for]").iter().map(|label| attribute(label, "for")).collect();
    for field in all(page, "input:not([type=hidden]), select, textarea") {
        let within = field.ancestors().filter_map(ElementRef::wrap).any(|one| one.value().name() == "label");
        let id = attribute(&field, "id");
        assert!(within || labelled.contains(id), "a field without a label: {}", attribute(&field, "name"));
    }
}

fn tables(page: &Html) {
    for table in all(page, "table") {
        let has = |selector: &str| table.select(&Selector::parse(selector).unwrap()).next().is_some();
        assert!(has("caption"), "a table without a caption");
    }
    for head in all(page, "th") {
        assert!(!attribute(&head, "scope").is_empty(), "{:?}", head.text().collect::<String>());
    }
}

//! What the database of a language says of a package beside its versions, in words: of what kind an advisory is that only informs
//! (RustSec tells of crates that nobody maintains, or that are unsound), on which systems and processors alone it holds, in which
//! of its packages and functions, and what its makers call the versions where Go has no order for them.
//!
//! These are hints for people, and nothing is left out by them: which functions a program has is not known, nor what is meant where
//! a word has another form than its database gives it. So what cannot be read of them is passed over. (What Go's database says of
//! systems leaves something out by itself: [`super::builds`].)
//!
//! Sources of the forms: Go's vulnerability database (“Database schema”: `imports`, `custom_ranges`); RustSec's advisory format
//! (`informational`, `affected`).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::formats::osv::{AffectedPackage, Range, limits::MOST_NAMED};

/// All that is said, with `; ` between; empty where nothing is.
pub(super) fn of(affected: &AffectedPackage) -> String {
    let kind = affected.database_specific.get("informational").and_then(Value::as_str);
    let specific = &affected.ecosystem_specific;
    let systems = alone(specific, "/affects/os", "goos");
    // Where Linux is among them, they tell nothing that matters here.
    let systems = (!systems.is_empty() && !systems.contains("linux")).then(|| joined("only on ", &systems));
    let processors = alone(specific, "/affects/arch", "goarch");
    let processors = (!processors.is_empty()).then(|| joined("only for ", &processors));
    let parts = [kind.map(str::to_owned), systems, processors, functions(specific), own_versions(specific)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn joined(before: &str, names: &BTreeSet<&str>) -> String {
    format!("{before}{}", names.iter().copied().collect::<Vec<_>>().join(", "))
}

fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn imports(specific: &Value) -> impl Iterator<Item = &Value> {
    specific.get("imports").and_then(Value::as_array).into_iter().flatten()
}

/// What RustSec lists there, or Go's database in each of the packages: where one of them has none, all are meant.
fn alone<'a>(specific: &'a Value, of_rust: &str, of_go: &str) -> BTreeSet<&'a str> {
    let mut listed: BTreeSet<&str> = texts(specific.pointer(of_rust)).collect();
    let imports: Vec<BTreeSet<&str>> =
        imports(specific).map(|import| texts(import.get(of_go)).collect()).collect();
    if imports.iter().all(|names| !names.is_empty()) {
        listed.extend(imports.into_iter().flatten());
    }
    listed
}

/// Such as `only in net/http (Server.Serve, ListenAndServe and 7 more)`.
fn functions(specific: &Value) -> Option<String> {
    let package = |import: &Value| {
        let path = import.get("path").and_then(Value::as_str)?;
        let symbols: Vec<String> = texts(import.get("symbols")).map(str::to_owned).collect();
        Some(if symbols.is_empty() { path.to_owned() } else { format!("{path} ({})", named(&symbols)) })
    };
    let packages = imports(specific).filter_map(package);
    let functions = texts(specific.pointer("/affects/functions")).map(str::to_owned);
    let all: Vec<String> = packages.chain(functions).collect();
    (!all.is_empty()).then(|| format!("only in {}", named(&all)))
}

fn named(all: &[String]) -> String {
    let first = all.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(MOST_NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// Versions that Go has no order for, because its modules are not published under them: whoever reads may know which one they
/// have, a program does not say.
fn own_versions(specific: &Value) -> Option<String> {
    let ranges: Vec<Range> = serde_json::from_value(specific.get("custom_ranges")?.clone()).ok()?;
    let mut said = Vec::new();
    for event in ranges.iter().flat_map(|range| &range.events) {
        let introduced = event.introduced.as_deref().filter(|version| *version != "0");
        said.extend(introduced.map(|version| format!("from {version}")));
        said.extend(event.fixed.as_deref().map(|version| format!("fixed in {version}")));
        said.extend(event.last_affected.as_deref().map(|version| format!("up to {version}")));
    }
    (!said.is_empty())
        .then(|| format!("by its makers' own versions, which Go does not order: {}", said.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(of_ecosystem: &str, of_database: &str) -> String {
        of(&AffectedPackage {
            ecosystem_specific: serde_json::from_str(of_ecosystem).unwrap(),
            database_specific: serde_json::from_str(of_database).unwrap(),
            ..AffectedPackage::default()
        })
    }

    #[test]
    fn go_tells_packages_functions_and_systems() {
        let both = r#"{"imports": [
            {"path": "os", "goos": ["windows"], "symbols": ["DirFS", "dirFS.Open", "dirFS.Stat", "Open"]},
            {"path": "net/http", "goos": ["windows"]}]}"#;
        let told = "only on windows; only in os (DirFS, dirFS.Open, dirFS.Stat and 1 more), net/http";
        assert_eq!(words(both, "null"), told);
        assert_eq!(words(&both.replace("windows", "linux"), "null"), told.split_once("; ").unwrap().1);
        let one = both.replacen(r#""goos": ["windows"], "#, "", 1);
        assert_eq!(
            words(&one, "null"),
            told.split_once("; ").unwrap().1,
            "where one has none, all are meant"
        );
        let processor = r#"{"imports": [{"path": "crypto/x", "goarch": ["ppc64le"]}]}"#;
        assert_eq!(words(processor, "null"), "only for ppc64le; only in crypto/x");
    }

    #[test]
    fn go_tells_the_versions_of_those_who_make_a_module() {
        let own = r#"{"custom_ranges": [{"type": "ECOSYSTEM", "events":
            [{"introduced": "0"}, {"fixed": "7.8.10"}, {"introduced": "8.0.0"}, {"fixed": "8.1.1"}]}]}"#;
        let told = "by its makers' own versions, which Go does not order: fixed in 7.8.10, from 8.0.0, fixed in 8.1.1";
        assert_eq!(words(own, "null"), told);
    }

    #[test]
    fn rustsec_tells_kind_systems_processors_and_functions() {
        let specific = r#"{"affected_functions": null, "affects":
            {"os": ["windows"], "arch": ["x86_64", "x86"], "functions": ["a::b", "a::c", "a::d", "a::e", "a::f"]}}"#;
        assert_eq!(
            words(specific, r#"{"informational": "unsound"}"#),
            "unsound; only on windows; only for x86, x86_64; only in a::b, a::c, a::d and 2 more"
        );
        let nothing = r#"{"affects": {"os": [], "arch": [], "functions": []}, "affected_functions": null}"#;
        assert_eq!(words(nothing, r#"{"informational": null}"#), "");
    }

    #[test]
    fn what_has_another_form_says_nothing() {
        for odd in ["null", "[]", r#"{"imports": {}, "custom_ranges": "1"}"#, r#"{"imports": [{"path": 1}]}"#]
        {
            assert_eq!(words(odd, "null"), "", "{odd}");
        }
    }
}

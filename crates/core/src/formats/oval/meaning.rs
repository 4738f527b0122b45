//! What one condition means: a package in a range of versions, a product, an architecture, a module.
//!
//! OVAL describes systems, of which a product is one more installed package; its name for people stands only in the
//! comment of the condition. What is not understood is named, with the packages that it is about.

use std::{collections::BTreeSet, rc::Rc};

use super::tables::{Field, Id, Kind, Tables};
use crate::AffectedRange;

/// See the module.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It excludes nothing that matters here.
    Always,
    /// The product of this name is installed.
    Product(Rc<str>),
    /// The system is of one of these architectures.
    Architectures(BTreeSet<Rc<str>>),
    /// The module stream is enabled.
    Module(Rc<str>),
    /// The release of the package has this word in it.
    ReleaseWord(Rc<str>),
    /// One of these packages is installed, in the range.
    Packages { names: Vec<Rc<str>>, range: AffectedRange, architectures: Option<BTreeSet<Rc<str>>> },
    /// What it says, and about which packages.
    Unknown { text: String, names: Vec<Rc<str>> },
}

/// Packages that fix a running kernel without being it. Whether one is installed besides excludes a system whose kernel
/// is named, and a container has no kernel of its own: what they exclude is not excluded.
const LIVE_PATCHES: [&str; 2] = ["kernel-livepatch-", "kgraft-patch-"];

/// The meaning of the condition that this test is fulfilled.
pub(super) fn of(tables: &Tables, id: Id, comment: &str) -> Meaning {
    let unknown = |text: String| Meaning::Unknown { text, names: Vec::new() };
    let module = comment.strip_prefix("Module ").and_then(|text| text.strip_suffix(" is enabled"));
    if let Some(module) = module {
        return Meaning::Module(module.trim().into());
    }
    let Some(test) = tables.tests.get(&id) else {
        return unknown(format!("a test is missing {comment}").trim_end().to_owned());
    };
    if let Kind::Other(name) = &test.kind {
        return unknown(format!("{name} {comment}").trim_end().to_owned());
    }
    let names = match tables.names(test.object) {
        Ok(names) => names,
        Err(reason) => return unknown(reason),
    };
    if test.kind == Kind::NoPackage {
        let is_live_patch = |name: &Rc<str>| LIVE_PATCHES.iter().any(|prefix| name.starts_with(prefix));
        return if names.iter().all(is_live_patch) {
            Meaning::Always
        } else {
            unknown(format!("no {} is in a state", names.join(", ")))
        };
    }
    let fields = match &*test.states {
        [] => Ok(&[][..]),
        [state] => match tables.states.get(state) {
            Some(state) if state.any => Err("one of several comparisons"),
            Some(state) => Ok(&*state.fields),
            None => Err("its state is missing"),
        },
        _ => Err("more than one state"),
    };
    match fields {
        Ok(fields) => of_state(names, fields, comment),
        Err(reason) => Meaning::Unknown { text: reason.to_owned(), names: names.to_vec() },
    }
}

fn of_state(names: &[Rc<str>], fields: &[Field], comment: &str) -> Meaning {
    let unknown = || Meaning::Unknown { text: in_words(fields), names: names.to_vec() };
    let (mut range, mut architectures, mut word, mut version) = (None, None, None, None);
    for field in fields {
        match &*field.name {
            "evr" if range.is_none() => match of_evr(field) {
                Some(read) => range = Some(read),
                None => return unknown(),
            },
            "arch" if architectures.is_none() => match words(field) {
                Some(words) => architectures = Some(words),
                None => return unknown(),
            },
            "release" if word.is_none() => match one_word(field) {
                Some(read) => word = Some(read),
                None => return unknown(),
            },
            "version" if version.is_none() => version = Some(field),
            // Packages that somebody else signed are told by their scope.
            "signature_keyid" => {}
            _ => return unknown(),
        }
    }
    let product = product(names, comment);
    let packages = |range| Meaning::Packages { names: names.to_vec(), range, architectures: None };
    match (range, architectures, word, version) {
        (Some(AffectedRange::Exactly { .. }), None, None, None) | (None, None, None, Some(_))
            if product.is_some() =>
        {
            product.map_or_else(unknown, Meaning::Product)
        }
        (Some(range), architectures, None, None) => {
            Meaning::Packages { names: names.to_vec(), range, architectures }
        }
        // Never a version: so SUSE writes that a package is not affected.
        (None, None, None, Some(field)) if (&*field.operation, &*field.value) == ("equals", "0") => {
            packages(AffectedRange::NeverAffected)
        }
        (None, Some(architectures), None, None) => Meaning::Architectures(architectures),
        (None, None, Some(word), None) => Meaning::ReleaseWord(word),
        (None, None, None, None) if !fields.is_empty() => Meaning::Always,
        (None, None, None, None) => match product {
            Some(product) => Meaning::Product(product),
            None => packages(AffectedRange::Unfixed { introduced: None }),
        },
        _ => unknown(),
    }
}

/// `Oracle Linux 8 is installed`, asked of a package such as `oraclelinux-release`.
fn product(names: &[Rc<str>], comment: &str) -> Option<Rc<str>> {
    let name = comment.strip_suffix(" is installed")?.trim();
    names.iter().all(|one| one.ends_with("-release")).then(|| name.into())
}

fn of_evr(field: &Field) -> Option<AffectedRange> {
    let value = field.value.to_string();
    if value.is_empty() {
        return None;
    }
    Some(match &*field.operation {
        "less than" => AffectedRange::Fixed { introduced: None, fixed: value },
        "less than or equal" => AffectedRange::Through { introduced: None, last: value },
        "equals" => AffectedRange::Exactly { versions: vec![value] },
        "greater than" if matches!(&*value, "0:0-0" | "0:0" | "0") => {
            AffectedRange::Unfixed { introduced: None }
        }
        "greater than or equal" => AffectedRange::Unfixed { introduced: Some(value) },
        _ => return None,
    })
}

/// `x86_64`, `(aarch64|x86_64)`.
fn words(field: &Field) -> Option<BTreeSet<Rc<str>>> {
    let text = match &*field.operation {
        "equals" => &*field.value,
        "pattern match" => {
            let text = field.value.trim_start_matches('^').trim_end_matches('$');
            text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text)
        }
        _ => return None,
    };
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    text.split('|').map(|word| is_word(word).then(|| word.into())).collect()
}

fn one_word(field: &Field) -> Option<Rc<str>> {
    if &*field.operation != "pattern match" {
        return None;
    }
    let mut words = words(field)?.into_iter();
    words.next().filter(|_| words.next().is_none())
}

fn in_words(fields: &[Field]) -> String {
    let one = |field: &Field| format!("{} {} {}", field.name, field.operation, field.value);
    fields.iter().map(one).collect::<Vec<_>>().join(", ")
}

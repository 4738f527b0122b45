//! What the criteria of definitions refer to: tests, objects, states, variables.
//!
//! Definitions come first in a document, so that nothing of them can be said before its end. All of it is kept, but
//! compact: identifiers as numbers, each text once.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    rc::Rc,
};

/// An identifier such as `oval:com.oracle.elsa:tst:20219151001`, by its place among all that were met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Id(u32);

/// The comment of a condition, by its place among all that were met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Comment(u32);

/// Identifiers and texts, each kept once.
#[derive(Debug, Default)]
pub(super) struct Interned {
    prefixes: HashMap<Box<str>, u32>,
    /// What comes before the number of an identifier, and the number.
    ids: HashMap<(u32, Option<u64>), u32>,
    texts: HashSet<Rc<str>>,
    comments: HashMap<Rc<str>, u32>,
}

impl Interned {
    pub(super) fn id(&mut self, text: &str) -> Id {
        let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count();
        let (prefix, digits) = text.split_at_checked(text.len() - digits).unwrap_or((text, ""));
        let number = digits.parse::<u64>().ok().filter(|number| number.to_string() == digits);
        let prefix = if number.is_some() { prefix } else { text };
        let prefix = match self.prefixes.get(prefix) {
            Some(&known) => known,
            None => place(&mut self.prefixes, prefix.into()),
        };
        Id(place(&mut self.ids, (prefix, number)))
    }

    pub(super) fn text(&mut self, text: &str) -> Rc<str> {
        if let Some(known) = self.texts.get(text) {
            return Rc::clone(known);
        }
        let new: Rc<str> = text.into();
        self.texts.insert(Rc::clone(&new));
        new
    }

    pub(super) fn comment(&mut self, text: &str) -> Comment {
        let text = self.text(text);
        Comment(place(&mut self.comments, text))
    }

    /// The comments in the order of their places.
    pub(super) fn comments(&self) -> Vec<Rc<str>> {
        let mut comments: Vec<_> = self.comments.iter().collect();
        comments.sort_by_key(|(_, place)| **place);
        comments.into_iter().map(|(text, _)| Rc::clone(text)).collect()
    }
}

/// The place of a key, which is the next one where it is new. A document has fewer elements than there are places.
fn place<K: Eq + Hash>(places: &mut HashMap<K, u32>, key: K) -> u32 {
    let next = u32::try_from(places.len()).unwrap_or(u32::MAX);
    *places.entry(key).or_insert(next)
}

/// All that criteria refer to, by identifier.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) tests: HashMap<Id, Test>,
    pub(super) objects: HashMap<Id, Object>,
    pub(super) states: HashMap<Id, State>,
    pub(super) variables: HashMap<Id, Vec<Rc<str>>>,
    /// See [`Interned::comments`].
    pub(super) comments: Vec<Rc<str>>,
}

/// Whether an object is in a state.
#[derive(Debug)]
pub(super) struct Test {
    pub(super) kind: Kind,
    pub(super) object: Option<Id>,
    pub(super) states: Box<[Id]>,
}

/// What a test asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whether an installed package is in the state.
    Package,
    /// Whether no installed package is.
    NoPackage,
    /// Something else, by the name of its element: about files, the running system.
    Other(Rc<str>),
}

/// Packages by name.
#[derive(Debug, Default)]
pub(super) struct Object {
    pub(super) names: Vec<Rc<str>>,
    pub(super) variable: Option<Id>,
    /// It is told by more than a name, or by a pattern.
    pub(super) unreadable: Option<Rc<str>>,
}

/// What is true of a package.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) fields: Box<[Field]>,
    /// One of the fields is enough.
    pub(super) any: bool,
}

/// A comparison: `evr less than 0:1.2-3`.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: Rc<str>,
    pub(super) operation: Rc<str>,
    pub(super) value: Rc<str>,
}

impl Tables {
    pub(super) fn comment(&self, comment: Comment) -> &str {
        let place = usize::try_from(comment.0).unwrap_or(usize::MAX);
        self.comments.get(place).map_or("", |text| text)
    }

    /// The names of the packages of an object; what is wrong with it where they cannot be told.
    pub(super) fn names(&self, object: Option<Id>) -> Result<&[Rc<str>], String> {
        let object = object.and_then(|id| self.objects.get(&id)).ok_or("its object is missing")?;
        if let Some(text) = &object.unreadable {
            return Err(format!("its object is told by “{text}”"));
        }
        let names = match object.variable {
            Some(variable) => self.variables.get(&variable).ok_or("the variable of its object is missing")?,
            None => &object.names,
        };
        if names.is_empty() { Err("its object has no name".to_owned()) } else { Ok(names) }
    }
}

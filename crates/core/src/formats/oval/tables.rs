//! What the criteria of definitions refer to: tests, objects, states, variables.
//!
//! Definitions come first in a document, so that nothing of them can be said before its end. All of it is kept, but
//! compact: identifiers as numbers, each text once.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

/// An identifier such as `oval:com.oracle.elsa:tst:20219151001`: what comes before its number, and the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Id {
    prefix: u32,
    number: Option<u64>,
}

/// Identifiers and texts, each kept once.
#[derive(Debug, Default)]
pub(super) struct Interned {
    prefixes: HashMap<Box<str>, u32>,
    texts: HashSet<Rc<str>>,
}

impl Interned {
    pub(super) fn id(&mut self, text: &str) -> Id {
        let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count();
        let (prefix, digits) = text.split_at_checked(text.len() - digits).unwrap_or((text, ""));
        let number = digits.parse::<u64>().ok().filter(|number| number.to_string() == digits);
        let prefix = if number.is_some() { prefix } else { text };
        Id { prefix: self.prefix(prefix), number }
    }

    fn prefix(&mut self, text: &str) -> u32 {
        if let Some(&known) = self.prefixes.get(text) {
            return known;
        }
        let next = u32::try_from(self.prefixes.len()).unwrap_or(u32::MAX);
        self.prefixes.insert(text.into(), next);
        next
    }

    pub(super) fn text(&mut self, text: &str) -> Rc<str> {
        if let Some(known) = self.texts.get(text) {
            return Rc::clone(known);
        }
        let new: Rc<str> = text.into();
        self.texts.insert(Rc::clone(&new));
        new
    }
}

/// All that criteria refer to, by identifier.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) tests: HashMap<Id, Test>,
    pub(super) objects: HashMap<Id, Object>,
    pub(super) states: HashMap<Id, State>,
    pub(super) variables: HashMap<Id, Vec<Rc<str>>>,
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

//! One document as a whole: its definitions, and the tables that they refer to.

use super::{
    super::xml::{Element, Elements, Step, malformed},
    definition::{self, Definition},
    tables::{Field, Id, Interned, Kind, Object, State, Tables, Test},
};
use crate::feed::{FeedDocument, FeedError};

/// What a document holds.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) definitions: Vec<Definition>,
    pub(super) tables: Tables,
    /// When upstream made it.
    pub(super) timestamp: Option<String>,
    has_definitions: bool,
    interned: Interned,
}

/// Reads a document to its end.
pub(super) fn read(document: &mut FeedDocument<'_>) -> Result<Document, FeedError> {
    let mut elements = Elements::of("oval_definitions", document.reader)?;
    let mut read = Document::default();
    let mut depth = 1_u32;
    while depth > 0 {
        match elements.next()? {
            Step::Open(element) => {
                if !read.section(&element, &mut elements)? {
                    depth += 1;
                }
            }
            Step::Close(_) => depth -= 1,
        }
    }
    elements.finish()?;
    read.tables.comments = read.interned.comments();
    if !read.has_definitions {
        return Err(malformed("it has no definitions".to_owned()));
    }
    Ok(read)
}

impl Document {
    /// Reads an element that stands for itself; false where it only holds others.
    ///
    /// They are told by their names and not by the section that they stand in: that is written in more than one way.
    fn section(&mut self, element: &Element, elements: &mut Elements<'_>) -> Result<bool, FeedError> {
        let name = element.name.as_str();
        if name == "definition" {
            self.definitions.push(definition::read(element, elements, &mut self.interned)?);
        } else if name == "timestamp" {
            self.timestamp = Some(elements.words()?).filter(|text| !text.is_empty());
        } else if name.ends_with("_test") {
            self.test(element, elements)?;
        } else if name.ends_with("_object") {
            self.object(element, elements)?;
        } else if name.ends_with("_state") {
            self.state(element, elements)?;
        } else if name.ends_with("_variable") {
            self.variable(element, elements)?;
        } else {
            self.has_definitions |= name == "definitions";
            return Ok(false);
        }
        Ok(true)
    }

    fn test(&mut self, element: &Element, elements: &mut Elements<'_>) -> Result<(), FeedError> {
        let (mut object, mut states) = (None, Vec::new());
        while let Step::Open(child) = elements.next()? {
            match child.name.as_str() {
                "object" => object = self.reference(&child, "object_ref"),
                "state" => states.extend(self.reference(&child, "state_ref")),
                _ => {}
            }
            elements.skip()?;
        }
        let none = matches!(element.attribute("check"), Some("none satisfy" | "none exist"))
            || element.attribute("check_existence") == Some("none_exist");
        let kind = match element.name.as_str() {
            "rpminfo_test" | "dpkginfo_test" if none => Kind::NoPackage,
            "rpminfo_test" | "dpkginfo_test" => Kind::Package,
            other => Kind::Other(self.interned.text(other)),
        };
        if let Some(id) = self.reference(element, "id") {
            self.tables.tests.insert(id, Test { kind, object, states: states.into() });
        }
        Ok(())
    }

    fn object(&mut self, element: &Element, elements: &mut Elements<'_>) -> Result<(), FeedError> {
        let mut object = Object::default();
        while let Step::Open(child) = elements.next()? {
            object.variable = object.variable.or(self.reference(&child, "var_ref"));
            let by_pattern = !matches!(child.attribute("operation"), None | Some("equals"));
            let text = elements.words()?;
            if child.name != "name" || by_pattern {
                object.unreadable = Some(self.interned.text(format!("{} {text}", child.name).trim()));
            } else if !text.is_empty() {
                object.names.push(self.interned.text(&text));
            }
        }
        if let Some(id) = self.reference(element, "id") {
            self.tables.objects.insert(id, object);
        }
        Ok(())
    }

    fn state(&mut self, element: &Element, elements: &mut Elements<'_>) -> Result<(), FeedError> {
        let mut fields = Vec::new();
        while let Step::Open(child) = elements.next()? {
            let operation = match child.attribute("var_ref") {
                Some(variable) => format!("by variable {variable}"),
                None => child.attribute("operation").unwrap_or("equals").to_owned(),
            };
            let (name, operation) = (self.interned.text(&child.name), self.interned.text(&operation));
            let value = elements.words()?;
            fields.push(Field { name, operation, value: self.interned.text(&value) });
        }
        let any = matches!(element.attribute("operator"), Some(operator) if operator != "AND");
        if let Some(id) = self.reference(element, "id") {
            self.tables.states.insert(id, State { fields: fields.into(), any });
        }
        Ok(())
    }

    fn variable(&mut self, element: &Element, elements: &mut Elements<'_>) -> Result<(), FeedError> {
        let mut values = Vec::new();
        while let Step::Open(child) = elements.next()? {
            let text = elements.words()?;
            if child.name == "value" && !text.is_empty() {
                values.push(self.interned.text(&text));
            }
        }
        // Of the others only a running system knows the values.
        if element.name == "constant_variable"
            && let Some(id) = self.reference(element, "id")
        {
            self.tables.variables.insert(id, values);
        }
        Ok(())
    }

    fn reference(&mut self, element: &Element, attribute: &str) -> Option<Id> {
        element.attribute(attribute).map(|id| self.interned.id(id))
    }
}

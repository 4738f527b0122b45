//! The elements of an XML document, one after the other: names without prefixes, attributes and texts, unescaped.
//!
//! A document that ends before its root does, or goes on after it, is none.

use std::io::BufRead;

use quick_xml::{
    Error, Reader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event},
};

use crate::feed::FeedError;

/// Longest text of one element, in bytes. The longest, change logs of kernels, have some hundred KB.
const MOST_TEXT_BYTES: usize = 8 << 20;

/// An element that was opened.
#[derive(Debug)]
pub(crate) struct Element {
    /// Without the prefix of its namespace.
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    /// An attribute's value, without white space around it.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(one, _)| one == name).map(|(_, value)| value.trim())
    }
}

/// What comes next.
pub(crate) enum Step {
    Open(Element),
    /// With the text between it and the element before.
    Close(String),
}

/// Reads the elements of one document.
pub(crate) struct Elements<'r> {
    reader: Reader<&'r mut dyn BufRead>,
    buffer: Vec<u8>,
    text: String,
}

impl<'r> Elements<'r> {
    /// Begins a document, and reads its root, which must have this name.
    pub(crate) fn of(root: &str, reader: &'r mut dyn BufRead) -> Result<Self, FeedError> {
        Self::with_root(root, reader).map(|(_, elements)| elements)
    }

    /// As [`Elements::of`], with the root itself.
    pub(super) fn with_root(root: &str, reader: &'r mut dyn BufRead) -> Result<(Element, Self), FeedError> {
        let mut reader = Reader::from_reader(reader);
        reader.config_mut().expand_empty_elements = true;
        let mut elements = Self { reader, buffer: Vec::new(), text: String::new() };
        match elements.step()? {
            Some(Step::Open(element)) if element.name == root && elements.text.trim().is_empty() => {
                elements.text.clear();
                Ok((element, elements))
            }
            Some(Step::Open(element)) => {
                Err(malformed(format!("it begins with “{}”, not “{root}”", element.name)))
            }
            Some(Step::Close(_)) | None => Err(malformed(format!("it has no “{root}”"))),
        }
    }

    /// The next element that is opened or closed within the root.
    pub(crate) fn next(&mut self) -> Result<Step, FeedError> {
        self.step()?.ok_or_else(|| malformed("it ends before its root does".to_owned()))
    }

    /// Passes over what is left of the element that was opened last.
    pub(crate) fn skip(&mut self) -> Result<(), FeedError> {
        let mut depth = 1_u64;
        while depth > 0 {
            match self.next()? {
                Step::Open(_) => depth += 1,
                Step::Close(_) => depth -= 1,
            }
        }
        Ok(())
    }

    /// The text of the element that was opened last, with white space made single.
    pub(crate) fn words(&mut self) -> Result<String, FeedError> {
        loop {
            match self.next()? {
                Step::Open(_) => self.skip()?,
                Step::Close(text) => {
                    return Ok(text.split_whitespace().collect::<Vec<_>>().join(" "));
                }
            }
        }
    }

    /// Checks that nothing follows the root, which is closed.
    pub(crate) fn finish(mut self) -> Result<(), FeedError> {
        self.text.clear();
        let after = self.step()?;
        if after.is_some() || !self.text.trim().is_empty() {
            return Err(malformed("it goes on after its root".to_owned()));
        }
        Ok(())
    }

    fn step(&mut self) -> Result<Option<Step>, FeedError> {
        loop {
            self.buffer.clear();
            match self.reader.read_event_into(&mut self.buffer).map_err(failed)? {
                Event::Start(start) | Event::Empty(start) => {
                    self.text.clear();
                    return element(&start).map(Step::Open).map(Some);
                }
                Event::End(_) => return Ok(Some(Step::Close(std::mem::take(&mut self.text)))),
                Event::Text(text) => self.text.push_str(&text),
                Event::CData(text) => self.text.push_str(&text),
                Event::GeneralRef(reference) => referenced(&reference, &mut self.text)?,
                Event::Eof => return Ok(None),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
            if self.text.len() > MOST_TEXT_BYTES {
                return Err(malformed(format!("a text of more than {} bytes", MOST_TEXT_BYTES)));
            }
        }
    }
}

fn element(start: &BytesStart<'_>) -> Result<Element, FeedError> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| malformed(error.to_string()))?;
        let value = attribute.normalized_value(XmlVersion::default()).map_err(failed)?;
        attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
    }
    Ok(Element { name: start.local_name().as_ref().to_owned(), attributes })
}

/// Only the entities that XML itself has: others would have to be declared, and nobody does.
fn referenced(reference: &BytesRef<'_>, text: &mut String) -> Result<(), FeedError> {
    if let Some(one) = reference.resolve_char_ref().map_err(failed)? {
        text.push(one);
        return Ok(());
    }
    let entity = resolve_predefined_entity(reference)
        .ok_or_else(|| malformed(format!("the entity “{}” is not declared", &**reference)))?;
    text.push_str(entity);
    Ok(())
}

fn failed(error: Error) -> FeedError {
    match error {
        Error::Io(error) => FeedError::Unreadable(error.to_string()),
        other @ (Error::Syntax(_)
        | Error::IllFormed(_)
        | Error::InvalidAttr(_)
        | Error::Encoding(_)
        | Error::Escape(_)
        | Error::Namespace(_)) => malformed(other.to_string()),
    }
}

/// It is no document of this format.
pub(crate) fn malformed(reason: String) -> FeedError {
    FeedError::Malformed(reason)
}

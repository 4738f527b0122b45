//! Zip archives of packages (jars, wars, eggs, …): the few members that say what is in them, also in archives within.
//!
//! Only an extract is kept of an archive; here it is made and read. What is in it is what the archive's central directory
//! names, which is what its own tools go by; a member whose own header says otherwise is a fault. Nothing that could not be
//! read is passed over: see [`Archive::faults`].

mod extract;
mod limits;
mod members;
mod zip;

use std::io;

use serde::{Deserialize, Serialize};

pub use self::{limits::MOST_BYTES, members::JAVA_ENDINGS};
use crate::{
    Reason,
    extract::{Extractor, Scratch, Source},
    revision,
};

/// Takes the members out that say what is in an archive.
pub const EXTRACTOR: Extractor =
    Extractor { id: "archive", revision: revision::of("formats/archive"), extract };

/// The extract of an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archive {
    /// SHA-1 of the archive, 40 hexadecimal digits: what indexes of Java's archives go by. Empty where it was not read whole.
    #[serde(default)]
    pub sha1: String,
    /// The members that were kept, in the order of the archive.
    #[serde(default)]
    pub members: Vec<Member>,
    /// The archives in it, in its order.
    #[serde(default)]
    pub nested: Vec<Nested>,
    /// What could not be read of it.
    #[serde(default)]
    unread: Vec<Fault>,
}

/// Something of an archive that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What happened, for people.
    pub detail: String,
    /// Whether it is more than the limits allow, and not damaged.
    pub is_over: bool,
}

impl Fault {
    /// Why it was not judged.
    pub fn reason(&self) -> Reason {
        if self.is_over { Reason::OverBudget } else { Reason::DatabaseUnreadable }
    }
}

/// A member that was kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name in the archive.
    pub name: String,
    /// Its content. What is not UTF-8 is replaced.
    pub text: String,
}

/// An archive in an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nested {
    /// Its name in the outer one.
    pub name: String,
    /// What is in it.
    pub archive: Archive,
}

impl Archive {
    /// What could not be read of it, and of the archives in it: a sentence for each fault.
    pub fn faults(&self) -> Vec<Fault> {
        let within = self.nested.iter().flat_map(|nested| {
            let faults = nested.archive.faults().into_iter();
            faults.map(|fault| Fault { detail: format!("{}: {}", nested.name, fault.detail), ..fault })
        });
        self.unread.iter().cloned().chain(within).collect()
    }

    fn fault(&mut self, fault: Fault) {
        if self.unread.len() < limits::MOST_FAULTS {
            self.unread.push(fault);
        } else if self.unread.len() == limits::MOST_FAULTS {
            self.unread.push(Fault { detail: "and more that cannot be read".to_owned(), is_over: false });
        }
    }
}

fn extract(source: &mut dyn Source, scratch: &dyn Scratch) -> io::Result<Vec<u8>> {
    EXTRACTOR.write(&extract::archive(source, scratch)?, true)
}

/// Reads an extract. The error is for people.
pub fn read(content: &[u8]) -> Result<Archive, String> {
    match EXTRACTOR.read(content) {
        Some(Ok(archive)) => Ok(archive),
        Some(Err(error)) => Err(format!("its extract cannot be read: {error}")),
        None => Err("it was not read as an archive".to_owned()),
    }
}

#[cfg(test)]
mod tests;

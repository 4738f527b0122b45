//! Programs and libraries (ELF, PE, Mach-O): what they say of what they were built from.
//!
//! Only an extract is kept of a program, and none of one that says nothing: that one is unidentified, not absent. Here
//! extracts are made and read; what they mean is for the ecosystems to say.
//!
//! Sources of the formats: the System V ABI (ELF), Microsoft's “PE Format”, Apple's `mach-o/loader.h` and `mach-o/fat.h`; Go's
//! package debug/buildinfo; “Auditable” (`https://github.com/rust-secure-code/cargo-auditable`), PARSING.md.

mod bytes;
mod elf;
mod go;
mod layout;
mod limits;
mod macho;
mod pe;
mod rust;

use std::io;

use serde::{Deserialize, Serialize};

pub use self::limits::MOST_BYTES;
use self::{
    bytes::{Bytes, Trouble},
    layout::Layout,
};
use crate::{
    extract::{Extractor, Scratch, Source},
    revision,
};

/// Takes out of a program what it says of its parts.
pub const EXTRACTOR: Extractor =
    Extractor { id: "program", revision: revision::of("formats/program"), extract };

/// The extract of a program. A Mach-O file may hold several, for as many architectures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Go's build information.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub go: Vec<GoBuild>,
    /// The lists of crates that cargo-auditable wrote, as JSON.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rust: Vec<String>,
    /// What is wrong with Go's build information, and with programs of other architectures in the same file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub go_unread: Vec<String>,
    /// What is wrong with the lists of crates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rust_unread: Vec<String>,
}

/// What Go's linker wrote into a program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoBuild {
    /// The version of Go, such as `go1.22.1`.
    pub version: String,
    /// The modules and settings of the build, a line each; empty where it was built without modules.
    pub modules: String,
}

fn extract(source: &mut dyn Source, _: &dyn Scratch) -> io::Result<Vec<u8>> {
    let mut bytes = Bytes::new(source)?;
    let mut program = Program::default();
    let (layouts, faults) = layouts(&mut bytes)?;
    for layout in layouts {
        match go::read(&mut bytes, &layout) {
            Ok(found) => program.go.extend(found),
            Err(Trouble::Ours(error)) => return Err(error),
            Err(Trouble::Fault(detail)) => program.go_unread.push(detail.to_owned()),
        }
        match rust::read(&mut bytes, &layout) {
            Ok(found) => program.rust.extend(found),
            Err(Trouble::Ours(error)) => return Err(error),
            Err(Trouble::Fault(detail)) => program.rust_unread.push(detail.to_owned()),
        }
    }
    program.go.dedup();
    program.rust.dedup();
    if program == Program::default() {
        return Ok(Vec::new());
    }
    // What says something of one of its programs must not pass for what it says of all.
    program.go_unread.extend(faults.into_iter().map(str::to_owned));
    EXTRACTOR.write(&program)
}

/// How the programs in the file are laid out, and what is wrong with those of several that cannot be read. Where none can, it is
/// unidentified.
fn layouts(bytes: &mut Bytes<'_>) -> io::Result<(Vec<Layout>, Vec<&'static str>)> {
    let alone = |layout| (vec![layout], Vec::new());
    let found = match bytes.at::<4>(0) {
        Ok([0x7f, b'E', b'L', b'F']) => elf::layout(bytes).map(alone),
        Ok([b'M', b'Z', ..]) => pe::layout(bytes).map(alone),
        Ok(magic) => macho::layouts(bytes, magic),
        Err(trouble) => Err(trouble),
    };
    match found {
        Ok(found) => Ok(found),
        Err(Trouble::Fault(_)) => Ok((Vec::new(), Vec::new())),
        Err(Trouble::Ours(error)) => Err(error),
    }
}

/// Reads an extract; `None` where the content is none, because somebody else wanted the file. The error is for people.
pub fn read(content: &[u8]) -> Option<Result<Program, String>> {
    let read = EXTRACTOR.read(content)?;
    Some(read.map_err(|error| format!("its extract cannot be read: {error}")))
}

#[cfg(test)]
mod tests;

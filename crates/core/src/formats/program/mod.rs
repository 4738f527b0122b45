//! Programs and libraries (ELF, PE, Mach-O): what they say of what they were built from.
//!
//! Only an extract is kept of a program, and none of one that says nothing: that one is unidentified, not absent. Here
//! extracts are made and read; what they mean is for the ecosystems to say.
//!
//! Sources of the formats: the System V ABI (ELF), Microsoft's “PE Format”, Apple's `mach-o/loader.h` and `mach-o/fat.h`; Go's
//! package debug/buildinfo; “Auditable” (`https://github.com/rust-secure-code/cargo-auditable`), PARSING.md; ECMA-335.

mod bytes;
mod elf;
mod go;
mod known;
mod layout;
mod limits;
mod macho;
mod managed;
mod note;
mod pe;
mod rust;

use std::io;

use serde::{Deserialize, Serialize};

use self::{
    bytes::{Bytes, Trouble},
    layout::Layout,
};
pub use self::{
    known::{FILES, Proven, named},
    limits::MOST_BYTES,
    managed::Assembly,
};
use crate::{
    extract::{Extractor, Scratch, Source},
    revision,
};

/// Takes out of a program what it says of its parts.
pub const EXTRACTOR: Extractor =
    Extractor { id: "program", revision: revision::of("formats/program"), extract };

/// The same, and what the bytes of the program prove: for files that are called as a well-known program is ([`FILES`]).
pub const SEARCHER: Extractor =
    Extractor { id: "program", revision: revision::of("formats/program"), extract: extract_and_search };

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
    /// The notes of distributions, as JSON.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What its bytes prove.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proven: Vec<Proven>,
    /// What is wrong with the notes, and why its bytes prove nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub self_unread: Vec<String>,
    /// What it is as an assembly of .NET.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub managed: Vec<Assembly>,
    /// What is wrong with its metadata.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub managed_unread: Vec<String>,
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
    extract_of(source, false)
}

fn extract_and_search(source: &mut dyn Source, _: &dyn Scratch) -> io::Result<Vec<u8>> {
    extract_of(source, true)
}

fn extract_of(source: &mut dyn Source, is_searched: bool) -> io::Result<Vec<u8>> {
    let mut bytes = Bytes::new(source)?;
    let mut program = Program::default();
    let (layouts, faults) = layouts(&mut bytes)?;
    for layout in &layouts {
        let Program { go, rust, notes, managed, go_unread, rust_unread, self_unread, managed_unread, .. } =
            &mut program;
        take(go::read(&mut bytes, layout), go, go_unread)?;
        take(rust::read(&mut bytes, layout), rust, rust_unread)?;
        take(note::read(&mut bytes, layout), notes, self_unread)?;
        take(managed::read(&mut bytes, layout), managed, managed_unread)?;
    }
    program.go.dedup();
    program.rust.dedup();
    program.notes.dedup();
    if is_searched && !layouts.is_empty() {
        take(known::search(&mut bytes), &mut program.proven, &mut program.self_unread)?;
    }
    if program == Program::default() {
        return Ok(Vec::new());
    }
    // What says something of one of its programs must not pass for what it says of all.
    program.go_unread.extend(faults.into_iter().map(str::to_owned));
    // Of what only names the package that it is of, which some distributions write into every program, nothing is judged. Of
    // assemblies there are hundreds where there is one, in folders where packages could have them, and mostly none has: to hash
    // them all would cost more than to read them.
    let is_artifact = !(program.go.is_empty() && program.rust.is_empty() && program.proven.is_empty());
    EXTRACTOR.write(&program, is_artifact)
}

/// Adds what was found, or what is wrong with it.
fn take<T>(
    found: Result<impl IntoIterator<Item = T>, Trouble>,
    all: &mut Vec<T>,
    unread: &mut Vec<String>,
) -> io::Result<()> {
    match found {
        Ok(found) => all.extend(found),
        Err(Trouble::Ours(error)) => return Err(error),
        Err(Trouble::Fault(detail)) => unread.push(detail.to_owned()),
    }
    Ok(())
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

//! Managed programs and libraries of .NET (assemblies): what their metadata says of them.
//!
//! The metadata is what the runtime itself goes by; the resource with a version that Windows shows is made from it and is not read.
//! Of an assembly only its own row and the attributes on it are read, wherever the tables put them.
//!
//! Source of the format: ECMA-335, Partition II, 22 (tables), 23 (signatures and blobs), 24 (the layout in the file, 24.2) and 25
//! (PE, 25.3.3 the header of the CLI).

mod metadata;
mod tables;

use serde::{Deserialize, Serialize};

use self::metadata::Metadata;
use super::{
    bytes::{Bytes, Order, Trouble},
    layout::Layout,
    pe,
};

/// What an assembly says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assembly {
    /// Its name, such as `Newtonsoft.Json`.
    pub name: String,
    /// The version by which others refer to it, four numbers: `13.0.0.0`.
    pub version: String,
    /// The language of one that has only texts; empty for those with code.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub culture: String,
    /// The version for people (`AssemblyInformationalVersion`), such as `13.0.3+0a2e291c0d9c0c7675d445703e51750363a549ef`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub informational: Option<String>,
    /// The version of the file (`AssemblyFileVersion`), such as `13.0.3.27908`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Whether it has no code and is there for compilers alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_reference: bool,
}

/// The attributes that are read, with their namespaces.
const INFORMATIONAL: (&str, &str) = ("System.Reflection", "AssemblyInformationalVersionAttribute");
const FILE: (&str, &str) = ("System.Reflection", "AssemblyFileVersionAttribute");
const REFERENCE: (&str, &str) = ("System.Runtime.CompilerServices", "ReferenceAssemblyAttribute");

/// Tags of coded indexes (II.24.2.6).
const ASSEMBLY_TAG: u64 = 14;
const MEMBER_REF_TAG: u64 = 3;
const TYPE_REF_TAG: u64 = 1;

/// The assembly that a program is; `None` where it is none.
pub(super) fn read(bytes: &mut Bytes<'_>, layout: &Layout) -> Result<Option<Assembly>, Trouble> {
    if bytes.at::<2>(0)? != *b"MZ" {
        return Ok(None);
    }
    let Some((base, header)) = pe::managed(bytes)? else { return Ok(None) };
    let header = layout.memory(bytes, base.saturating_add(header), 16, 16)?;
    let number = |at| Order::Little.number(&header, at, 4).ok_or(Trouble::Fault("it is cut off"));
    let (metadata, size) = (number(8)?, number(12)?);
    let place = layout.place(base.saturating_add(metadata), size)?;
    let metadata = Metadata::read(bytes, place, size)?;
    of_row(bytes, &metadata).map(Some)
}

fn of_row(bytes: &mut Bytes<'_>, metadata: &Metadata) -> Result<Assembly, Trouble> {
    let row = metadata.row(bytes, tables::ASSEMBLY, 1)?;
    let [_, major, minor, build, revision, _, _, name, culture] = row.as_slice() else {
        return Err(Trouble::Fault("its metadata names no assembly"));
    };
    let mut assembly = Assembly {
        name: metadata.string(bytes, *name)?,
        version: format!("{major}.{minor}.{build}.{revision}"),
        culture: metadata.string(bytes, *culture)?,
        ..Assembly::default()
    };
    if assembly.name.is_empty() {
        return Err(Trouble::Fault("its metadata names no assembly"));
    }
    for attribute in metadata.attributes_of(bytes, 1 << 5 | ASSEMBLY_TAG)? {
        let Some((namespace, name)) = kind(bytes, metadata, attribute.constructor)? else { continue };
        match (namespace.as_str(), name.as_str()) {
            INFORMATIONAL => assembly.informational = text(bytes, metadata, attribute.value)?,
            FILE => assembly.file = text(bytes, metadata, attribute.value)?,
            REFERENCE => assembly.is_reference = true,
            _ => {}
        }
    }
    Ok(assembly)
}

/// Namespace and name of an attribute, by its constructor; `None` for one that the assembly itself defines.
fn kind(
    bytes: &mut Bytes<'_>,
    metadata: &Metadata,
    constructor: u64,
) -> Result<Option<(String, String)>, Trouble> {
    if constructor & 7 != MEMBER_REF_TAG {
        return Ok(None);
    }
    let member = metadata.row(bytes, tables::MEMBER_REF, constructor >> 3)?;
    let Some(class) = member.first().filter(|class| *class & 7 == TYPE_REF_TAG) else { return Ok(None) };
    let row = metadata.row(bytes, tables::TYPE_REF, class >> 3)?;
    let [_, name, namespace] = row.as_slice() else { return Ok(None) };
    Ok(Some((metadata.string(bytes, *namespace)?, metadata.string(bytes, *name)?)))
}

/// The one text that an attribute is made with (II.23.3); `None` for the null text.
fn text(bytes: &mut Bytes<'_>, metadata: &Metadata, value: u64) -> Result<Option<String>, Trouble> {
    let damaged = || Trouble::Fault("an attribute of the assembly is damaged");
    let blob = metadata.blob(bytes, value)?;
    let rest = blob.strip_prefix(&[1, 0]).ok_or_else(damaged)?;
    if rest.first() == Some(&0xff) {
        return Ok(None);
    }
    let (length, after) = metadata::length(rest).ok_or_else(damaged)?;
    let text = after.get(..length).ok_or_else(damaged)?;
    Ok(Some(String::from_utf8_lossy(text).into_owned()))
}

#[cfg(test)]
mod tests;

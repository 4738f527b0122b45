//! Bytes from strangers: image sources, layers, evidence, index reports.
//!
//! A layer is read once, as a stream, under one budget; nothing of it is ever unpacked to disk, but for one file at a time
//! that has no name, of which an extract is taken. What was read is kept
//! as evidence, from which index reports are made again without the layer. Every error ends as an error or as a blind
//! spot, never as a shorter list.

#![forbid(unsafe_code)]

pub mod entry;
pub mod evidence;
mod extract;
pub mod index;
pub mod layer;
pub mod limits;
pub mod platform;
pub mod progress;
pub mod read;
pub mod reference;
pub mod source;
pub mod tree;

//! Compression of a layer, told by its first bytes. Media types lie; registries and tools have mixed them up for years.

use super::{
    faults::{Fault, Stop},
    gzip::{Gzip, begins_gzip_member},
    stored::Stored,
    tar::header::looks_like_tar,
    zstd::{Zstd, begins_zstd_frame},
};

/// How a layer is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    Plain,
    /// RFC 1952, one member or many.
    Gzip,
    /// RFC 8878, frames and skippable frames.
    Zstd,
    /// Something that is not read.
    Unsupported,
}

/// What makes a layer's tar of its stored bytes.
pub(super) enum Decoder {
    /// Stored as it is.
    Plain,
    /// Inflates.
    Gzip(Box<Gzip>),
    /// Decompresses frames.
    Zstd(Box<Zstd>),
}

impl Decoder {
    /// The decoder for what begins here; a fault where there is none.
    pub(super) fn for_layer(stored: &mut Stored<'_>, zstd_window_log: u32) -> Result<Self, Stop> {
        let first = stored.peek(512)?;
        if begins_gzip_member(first) {
            return Ok(Self::Gzip(Box::default()));
        }
        if begins_zstd_frame(first) {
            return Ok(Self::Zstd(Box::new(Zstd::new(zstd_window_log)?)));
        }
        let kind = match first {
            [] => return Ok(Self::Plain),
            [b'B', b'Z', b'h', ..] => "bzip2",
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => "xz",
            block if looks_like_tar(block) => return Ok(Self::Plain),
            _ => "neither gzip, zstd nor tar; perhaps it is encrypted",
        };
        Err(Fault::layer(format!("the layer was not read, and its diff id not verified: its kind is {kind}"))
            .into())
    }

    /// Which it is.
    pub(super) fn compression(&self) -> Compression {
        match self {
            Self::Plain => Compression::Plain,
            Self::Gzip(_) => Compression::Gzip,
            Self::Zstd(_) => Compression::Zstd,
        }
    }

    /// Fills `output` from its start, as far as it goes: fewer bytes only where the stream ends or is damaged, none
    /// only at its end. Damage is told by the call after the one that gave the bytes before it.
    pub(super) fn decode(&mut self, stored: &mut Stored<'_>, output: &mut [u8]) -> Result<usize, Stop> {
        match self {
            Self::Plain => copy(stored, output),
            Self::Gzip(gzip) => gzip.decode(stored, output),
            Self::Zstd(zstd) => zstd.decode(stored, output),
        }
    }
}

fn copy(stored: &mut Stored<'_>, output: &mut [u8]) -> Result<usize, Stop> {
    let mut done = 0;
    loop {
        let input = stored.some()?;
        let bytes = input.len().min(output.len() - done);
        if bytes == 0 {
            return Ok(done);
        }
        if let (Some(to), Some(from)) = (output.get_mut(done..done + bytes), input.get(..bytes)) {
            to.copy_from_slice(from);
        }
        stored.consume(bytes);
        done += bytes;
    }
}

//! The uncompressed bytes of a layer: hashed as they are made, under the budget of the layer, read through one window.
//!
//! Once decompression stops, by damage or by a limit, nothing more is made; the stored bytes are still hashed to their
//! end, and the diff id stays unknown.

use std::io::{self, Read};

use limpid_core::{Digest, digest::Hasher};

use crate::limits::Limits;

use super::{
    BUFFER_BYTES, Compression, ExpectedLayer, LayerError, LayerFacts, Watch,
    compression::Decoder,
    faults::{Fault, Stop},
    stored::Stored,
};

/// The tar of a layer, as a stream.
pub(super) struct Unpacked<'a> {
    stored: Stored<'a>,
    limits: &'a Limits,
    expected: &'a ExpectedLayer,
    /// `None` before [`Unpacked::open`], and where the layer's kind is not supported.
    decoder: Option<Decoder>,
    /// `None` where the stored bytes are the uncompressed ones, and hashed already.
    hasher: Option<Hasher>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Bytes that were made.
    made: u64,
    progress: Progress,
    data_after_compressed: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Running,
    /// All was uncompressed.
    Ended,
    /// Damaged, or past a limit.
    Stopped,
}

impl<'a> Unpacked<'a> {
    /// Nothing is read before [`Unpacked::open`].
    pub(super) fn new(
        input: &'a mut dyn Read,
        expected: &'a ExpectedLayer,
        limits: &'a Limits,
        watch: &'a dyn Watch,
    ) -> Self {
        let hasher = |digest: Option<&Digest>| digest.map_or_else(Hasher::sha256, Digest::hasher);
        let most = expected.size.unwrap_or(limits.stored_layer_bytes);
        Self {
            stored: Stored::new(input, hasher(expected.digest.as_ref()), most, watch),
            limits,
            expected,
            decoder: None,
            hasher: Some(hasher(expected.diff_id.as_ref())),
            buffer: vec![0; BUFFER_BYTES],
            start: 0,
            end: 0,
            made: 0,
            progress: Progress::Running,
            data_after_compressed: None,
        }
    }

    /// Finds out how the layer is compressed.
    pub(super) fn open(&mut self) -> Result<(), Stop> {
        let decoder = match Decoder::for_layer(&mut self.stored, self.limits.zstd_window_log) {
            Ok(decoder) => decoder,
            Err(stop) => {
                self.progress = Progress::Stopped;
                return Err(stop);
            }
        };
        let algorithm = |digest: Option<&Digest>| digest.map_or("sha256", Digest::algorithm).to_owned();
        let same_hash = algorithm(self.expected.digest.as_ref()) == algorithm(self.expected.diff_id.as_ref());
        if decoder.compression() == Compression::Plain && same_hash {
            self.hasher = None;
        }
        self.decoder = Some(decoder);
        Ok(())
    }

    /// Whoever watches.
    pub(super) fn watch(&self) -> &'a dyn Watch {
        self.stored.watch()
    }

    /// The place of the next byte.
    pub(super) fn offset(&self) -> u64 {
        self.made - self.unread().len() as u64
    }

    /// The next bytes, some of them; none at the end.
    pub(super) fn some(&mut self) -> Result<&[u8], Stop> {
        self.peek(1)
    }

    /// The next bytes, at least so many (half of the buffer at most) unless the stream ends before.
    pub(super) fn peek(&mut self, least: usize) -> Result<&[u8], Stop> {
        while self.unread().len() < least && self.progress == Progress::Running {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            if let Err(stop) = self.make() {
                self.progress = Progress::Stopped;
                return Err(self.explain(stop));
            }
        }
        Ok(self.unread())
    }

    /// Takes the next bytes away.
    pub(super) fn consume(&mut self, bytes: usize) {
        self.start = self.end.min(self.start + bytes);
    }

    /// Passes over so many bytes. Returns how many were missing at the end.
    pub(super) fn skip(&mut self, mut bytes: u64) -> Result<u64, Stop> {
        while bytes > 0 {
            let some = self.some()?.len();
            if some == 0 {
                break;
            }
            let step = usize::try_from(bytes).map_or(some, |bytes| bytes.min(some));
            self.consume(step);
            bytes -= step as u64;
        }
        Ok(bytes)
    }

    /// Reads to the end of what can be uncompressed. Returns the place of the first byte that is not zero, if any.
    pub(super) fn drain(&mut self) -> Result<Option<u64>, Stop> {
        let mut found = None;
        loop {
            let offset = self.offset();
            let some = self.some()?;
            let length = some.len();
            if length == 0 {
                return Ok(found);
            }
            if found.is_none() {
                found = some.iter().position(|&byte| byte != 0).map(|place| offset + place as u64);
            }
            self.consume(length);
        }
    }

    /// Reads the stored bytes to their end.
    pub(super) fn drain_stored(&mut self) -> Result<(), Stop> {
        self.stored.drain()
    }

    /// The place of the first stored byte after the end of the compressed stream that is not zero padding.
    pub(super) fn data_after_compressed(&self) -> Option<u64> {
        self.data_after_compressed
    }

    /// Verifies, after everything was drained.
    pub(super) fn finish(self, layer: String) -> Result<LayerFacts, LayerError> {
        let (size, digest) = (self.stored.received(), self.stored.digest());
        if let Some(expected) = self.expected.size
            && expected != size
        {
            return Err(LayerError::SizeMismatch { layer, expected, got: size });
        }
        verify(&layer, "the digest", self.expected.digest.as_ref(), &digest)?;
        let diff_id = match (self.progress, self.hasher) {
            (Progress::Ended, Some(hasher)) => Some(hasher.finish()),
            (Progress::Ended, None) => Some(digest.clone()),
            (Progress::Running | Progress::Stopped, _) => None,
        };
        if let Some(diff_id) = &diff_id {
            verify(&layer, "the diff id", self.expected.diff_id.as_ref(), diff_id)?;
        }
        let compression = self.decoder.map_or(Compression::Unsupported, |decoder| decoder.compression());
        Ok(LayerFacts { digest, size, compression, diff_id, uncompressed_size: self.made })
    }

    /// What a stop that is no blind spot means for the caller.
    pub(super) fn error(&self, layer: String, stop: Stop) -> LayerError {
        let received = self.stored.received();
        match (stop, self.expected.size) {
            (Stop::Unreadable(source), _) => LayerError::Unreadable { layer, offset: received, source },
            (Stop::Fault(fault), _) => {
                let source = io::Error::other(fault.detail);
                LayerError::Unreadable { layer, offset: received, source }
            }
            (Stop::Sink(source), _) => LayerError::Sink { layer, source },
            (Stop::TooLong, Some(expected)) => LayerError::SizeMismatch { layer, expected, got: received },
            (Stop::TooLong, None) => LayerError::TooLarge { layer, limit: self.limits.stored_layer_bytes },
        }
    }

    fn unread(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Makes the next bytes behind those that are unread.
    fn make(&mut self) -> Result<(), Stop> {
        if self.stored.watch().is_time_up() {
            return Err(Fault::over_budget("the layer took longer to read than it may").into());
        }
        let (Some(decoder), Some(room)) = (&mut self.decoder, self.buffer.get_mut(self.end..)) else {
            self.progress = Progress::Stopped;
            return Ok(());
        };
        let bytes = decoder.decode(&mut self.stored, room)?;
        if bytes == 0 {
            self.progress = Progress::Ended;
            self.data_after_compressed = self.find_data_after()?;
            return Ok(());
        }
        if let Some(hasher) = &mut self.hasher {
            hasher.update(room.get(..bytes).unwrap_or_default());
        }
        self.end += bytes;
        self.made += bytes as u64;
        self.check_budget()
    }

    fn check_budget(&self) -> Result<(), Stop> {
        let Limits { layer_bytes, ratio, ratio_free_bytes, .. } = *self.limits;
        if self.made > layer_bytes {
            let detail = format!("the layer is larger than {layer_bytes} bytes uncompressed");
            return Err(Fault::over_budget(detail).into());
        }
        if self.made > ratio_free_bytes && self.made / ratio > self.stored.offset() {
            let detail = format!("the layer grows to more than {ratio} times its stored size");
            return Err(Fault::over_budget(detail).into());
        }
        Ok(())
    }

    /// Zeros after a compressed stream are padding, as tapes and some tools write it. Anything else is not read by
    /// anybody in the same way.
    fn find_data_after(&mut self) -> Result<Option<u64>, Stop> {
        loop {
            let offset = self.stored.offset();
            let some = self.stored.some()?;
            if some.is_empty() {
                return Ok(None);
            }
            if let Some(place) = some.iter().position(|&byte| byte != 0) {
                return Ok(Some(offset + place as u64));
            }
            let length = some.len();
            self.stored.consume(length);
        }
    }

    /// Says of a fault where it was, and what it leaves undone.
    fn explain(&self, stop: Stop) -> Stop {
        match stop {
            Stop::Fault(fault) => {
                let (offset, stored) = (self.offset(), self.stored.offset());
                let detail = format!(
                    "{}; nothing after byte {offset} uncompressed (stored byte {stored}) was read, and the diff id is \
                     not verified",
                    fault.detail
                );
                Stop::Fault(Fault { detail, ..fault })
            }
            Stop::Unreadable(_) | Stop::TooLong | Stop::Sink(_) => stop,
        }
    }
}

fn verify(
    layer: &str,
    what: &'static str,
    expected: Option<&Digest>,
    got: &Digest,
) -> Result<(), LayerError> {
    match expected {
        Some(expected) if expected != got => Err(LayerError::DigestMismatch {
            layer: layer.to_owned(),
            what,
            expected: expected.clone(),
            got: got.clone(),
        }),
        _ => Ok(()),
    }
}

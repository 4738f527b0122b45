//! Decompresses zstd, frame after frame (RFC 8878), over skippable ones, which zstd:chunked uses for its index.

use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

use super::{
    faults::{Fault, Stop},
    stored::Stored,
    window::{HEADER_BYTES, LargeWindow},
};

/// First bytes of frames of RFC 8878. The skippable ones differ in their lowest four bits.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Whether a zstd frame, skippable or not, begins so.
pub(super) fn begins_zstd_frame(bytes: &[u8]) -> bool {
    bytes.starts_with(&ZSTD_MAGIC) || matches!(bytes, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// Decompresses one stream of frames, and checks the checksums that there are.
pub(super) struct Zstd {
    decoder: Decoder<'static>,
    state: State,
    /// Kept to the end of the layer, as the decoder keeps the memory.
    large_window: Option<LargeWindow>,
}

enum State {
    InFrame,
    BetweenFrames,
    Ended,
    Damaged(String),
}

impl Zstd {
    /// A frame whose window is larger than 2 to the power of `window_log` bytes is a fault.
    pub(super) fn new(window_log: u32) -> Result<Self, Stop> {
        let own_trouble =
            |error| Fault::layer(format!("the layer was not read: zstd does not start: {error}"));
        let mut decoder = Decoder::new().map_err(own_trouble)?;
        decoder.set_parameter(DParameter::WindowLogMax(window_log)).map_err(own_trouble)?;
        Ok(Self { decoder, state: State::BetweenFrames, large_window: None })
    }

    /// See [`super::compression::Decoder::decode`].
    pub(super) fn decode(&mut self, stored: &mut Stored<'_>, output: &mut [u8]) -> Result<usize, Stop> {
        let mut done = 0;
        while done < output.len() {
            match &self.state {
                State::Ended => break,
                State::Damaged(_) if done > 0 => break,
                State::Damaged(detail) => return Err(Fault::layer(detail.clone()).into()),
                State::BetweenFrames if begins_zstd_frame(stored.peek(4)?) => {
                    if self.large_window.is_none() {
                        self.large_window = LargeWindow::for_frame(stored.peek(HEADER_BYTES)?);
                    }
                    self.state = State::InFrame;
                }
                State::BetweenFrames => self.state = State::Ended,
                State::InFrame => {
                    done += self.decompress(stored, output.get_mut(done..).unwrap_or_default())?
                }
            }
        }
        Ok(done)
    }

    fn decompress(&mut self, stored: &mut Stored<'_>, output: &mut [u8]) -> Result<usize, Stop> {
        let bytes = stored.some()?;
        let input_ends = bytes.is_empty();
        let mut input = InBuffer::around(bytes);
        let mut output = OutBuffer::around(output);
        let result = self.decoder.run(&mut input, &mut output);
        let (taken, made) = (input.pos(), output.pos());
        stored.consume(taken);
        match result {
            Ok(0) => self.state = State::BetweenFrames,
            Ok(_) if made == 0 && input_ends => {
                self.state = State::Damaged("the zstd stream is cut off".to_owned())
            }
            Ok(_) => {}
            Err(error) => self.state = State::Damaged(format!("the zstd stream is damaged: {error}")),
        }
        Ok(made)
    }
}

//! Large windows of zstd frames, which are memory: only one layer at a time may have one.
//!
//! So the peak of memory depends neither on the number of layers nor on that of the cores.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::limits::SHARED_ZSTD_WINDOW;

static LARGE: Mutex<()> = Mutex::new(());

/// Bytes within which a frame's header tells its window: magic, descriptor, window, dictionary, content size.
pub(super) const HEADER_BYTES: usize = 18;

/// The leave to decompress frames with large windows. Whoever has it keeps the memory too, until it is dropped.
pub(super) struct LargeWindow {
    _only: MutexGuard<'static, ()>,
}

impl LargeWindow {
    /// Waits for the leave, where a frame that begins so needs it. A header that does not tell counts as large.
    pub(super) fn for_frame(header: &[u8]) -> Option<Self> {
        let is_large = window(header).is_none_or(|bytes| bytes > SHARED_ZSTD_WINDOW);
        is_large.then(|| Self { _only: LARGE.lock().unwrap_or_else(PoisonError::into_inner) })
    }
}

/// The window of a frame in bytes (RFC 8878, 3.1.1.1). Skippable frames have none. `None`: the header does not tell.
fn window(header: &[u8]) -> Option<u64> {
    const SKIPPABLE: u8 = 0x50;
    let (magic, rest) = header.split_at_checked(4)?;
    if magic.first().is_some_and(|first| first & 0xf0 == SKIPPABLE) {
        return Some(0);
    }
    let (&descriptor, rest) = rest.split_first()?;
    let is_single_segment = descriptor & 0x20 != 0;
    if !is_single_segment {
        let byte = *rest.first()?;
        let base = 1_u64 << (10 + (byte >> 3));
        return Some(base + base / 8 * u64::from(byte & 7));
    }
    let dictionary = [0, 1, 2, 4].get(usize::from(descriptor & 3)).copied()?;
    let length = [1, 2, 4, 8].get(usize::from(descriptor >> 6)).copied()?;
    let size = rest.get(dictionary..dictionary + length)?;
    let number = size.iter().rev().fold(0, |number: u64, byte| (number << 8) | u64::from(*byte));
    Some(if length == 2 { number + 256 } else { number })
}

#[cfg(test)]
mod tests {
    use zstd::stream::{Encoder, raw::CParameter};

    use super::*;

    fn header(window_log: u32, size: Option<u64>) -> Vec<u8> {
        let mut encoder = Encoder::new(Vec::new(), 1).unwrap();
        encoder.set_parameter(CParameter::WindowLog(window_log)).unwrap();
        encoder.set_pledged_src_size(size).unwrap();
        std::io::copy(&mut std::io::Read::take(std::io::repeat(7), size.unwrap_or(9)), &mut encoder).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn the_window_is_the_one_that_was_written() {
        for log in [10, 17, 23, 27] {
            assert_eq!(window(&header(log, None)), Some(1 << log), "{log}");
        }
        for size in [1, 255, 256, 70_000] {
            assert_eq!(window(&header(20, Some(size))), Some(size), "{size}");
        }
        assert_eq!(window(&[0x5a, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]), Some(0));
        assert_eq!(window(&[0x28, 0xb5, 0x2f]), None);
    }

    #[test]
    fn one_large_window_at_a_time() {
        let first = LargeWindow::for_frame(&header(27, None));
        assert!(first.is_some() && LargeWindow::for_frame(&header(23, None)).is_none());
        assert!(LARGE.try_lock().is_err(), "another would wait");
        drop(first);
        assert!(LARGE.try_lock().is_ok());
    }
}

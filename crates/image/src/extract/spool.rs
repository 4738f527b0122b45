//! Where streams are laid down: memory while they are small, else a file of the sink's. Both are used again for one stream after
//! the other, because what costs is new pages of either.
//!
//! A spool gives the bytes of its own stream and no others, whatever lay there before.

use std::{
    cell::RefCell,
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
};

use crate::{
    entry::EntrySink,
    limits::{EXTRACT_MEMORY, KEPT_SCRATCH_BYTES},
};

/// Bytes of memory to begin with. It grows to twice as much each time, to [`EXTRACT_MEMORY`] at most.
const FIRST_BYTES: usize = 64 << 10;

/// Bytes that are written at a time.
const COPY_BYTES: usize = 128 << 10;

/// Places that are free. Archives in archives need several at once.
#[derive(Default)]
pub(crate) struct Spools(RefCell<Vec<Place>>);

/// Room for one stream.
#[derive(Default)]
struct Place {
    /// As long as it has ever been needed.
    memory: Vec<u8>,
    file: Option<File>,
}

impl Spools {
    /// Lays a stream down to its end.
    pub(crate) fn lay_down(&self, content: &mut dyn Read, sink: &mut dyn EntrySink) -> io::Result<Spool<'_>> {
        let place = self.0.borrow_mut().pop().unwrap_or_default();
        let mut spool = Spool { spools: self, place, is_in_file: false, length: 0, position: 0 };
        spool.fill(content, sink)?;
        Ok(spool)
    }
}

/// A stream that was laid down.
pub(crate) struct Spool<'a> {
    spools: &'a Spools,
    place: Place,
    is_in_file: bool,
    length: u64,
    position: u64,
}

impl Spool<'_> {
    fn fill(&mut self, content: &mut dyn Read, sink: &mut dyn EntrySink) -> io::Result<()> {
        let mut filled = 0;
        loop {
            let memory = &mut self.place.memory;
            if filled == memory.len() {
                if filled as u64 >= EXTRACT_MEMORY {
                    return self.fill_file(content, sink);
                }
                memory.resize((2 * filled).max(FIRST_BYTES), 0);
            }
            match read(content, memory.get_mut(filled..).unwrap_or_default())? {
                0 => break,
                bytes => filled += bytes,
            }
        }
        self.length = filled as u64;
        Ok(())
    }

    /// Goes on in the file, when the memory is full.
    fn fill_file(&mut self, content: &mut dyn Read, sink: &mut dyn EntrySink) -> io::Result<()> {
        let Place { memory, file } = &mut self.place;
        let file = match file {
            Some(file) => file,
            None => file.insert(sink.scratch()?),
        };
        file.seek(SeekFrom::Start(0))?;
        file.write_all(memory)?;
        self.length = memory.len() as u64;
        self.is_in_file = true;
        let buffer = memory.get_mut(..COPY_BYTES).unwrap_or_default();
        loop {
            let bytes = read(content, buffer)?;
            if bytes == 0 {
                return Ok(());
            }
            file.write_all(buffer.get(..bytes).unwrap_or_default())?;
            self.length += bytes as u64;
        }
    }
}

impl Drop for Spool<'_> {
    fn drop(&mut self) {
        let mut place = std::mem::take(&mut self.place);
        if self.is_in_file && self.length > KEPT_SCRATCH_BYTES {
            place.file = None;
        }
        self.spools.0.borrow_mut().push(place);
    }
}

/// Reads some bytes; none at the end.
fn read(content: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match content.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

impl Read for Spool<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(self.position);
        let most = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let Some(buffer) = buffer.get_mut(..most).filter(|buffer| !buffer.is_empty()) else { return Ok(0) };
        let bytes = match &mut self.place.file {
            Some(file) if self.is_in_file => {
                file.seek(SeekFrom::Start(self.position))?;
                file.read(buffer)?
            }
            Some(_) | None => {
                let start = usize::try_from(self.position).unwrap_or(usize::MAX);
                self.place.memory.get(start..).unwrap_or_default().read(buffer)?
            }
        };
        self.position += bytes as u64;
        Ok(bytes)
    }
}

impl Seek for Spool<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        let outside = || io::Error::new(io::ErrorKind::InvalidInput, "a place before the beginning");
        self.position = position.ok_or_else(outside)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use limpid_core::BlindSpot;

    use super::*;
    use crate::entry::{ContentId, Entry};

    /// Counts the files that it gave.
    #[derive(Default)]
    struct Files(usize);

    impl EntrySink for Files {
        fn keep(&mut self, _: &mut dyn Read) -> io::Result<ContentId> {
            Ok(ContentId(0))
        }

        fn scratch(&mut self) -> io::Result<File> {
            self.0 += 1;
            tempfile::tempfile()
        }

        fn entry(&mut self, _: Entry) -> io::Result<()> {
            Ok(())
        }

        fn blind_spot(&mut self, _: BlindSpot) {}
    }

    /// Bytes that differ by their place and by the stream.
    fn stream(seed: u64, length: u64) -> Vec<u8> {
        (0..length).map(|at| ((at + seed) * 7 % 251) as u8).collect()
    }

    fn bytes_of(spool: &mut Spool<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        spool.seek(SeekFrom::Start(0)).unwrap();
        spool.read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn each_stream_is_itself_in_a_place_where_others_lay() {
        let (spools, mut sink) = (Spools::default(), Files::default());
        let edge = EXTRACT_MEMORY;
        for (seed, length) in
            (0..).zip([3 * edge, 10, edge - 1, edge, edge + 1, 0, 2 * edge, FIRST_BYTES as u64])
        {
            let wanted = stream(seed, length);
            let mut spool = spools.lay_down(&mut wanted.as_slice(), &mut sink).unwrap();
            assert!(bytes_of(&mut spool) == wanted, "{length}");
            assert_eq!(spool.seek(SeekFrom::End(0)).unwrap(), length);
            assert_eq!(spool.read(&mut [0; 8]).unwrap(), 0);
            assert!(spool.seek(SeekFrom::Current(-1 - length as i64)).is_err());
            if length > 3 {
                let mut part = [0; 3];
                spool.seek(SeekFrom::End(-3)).unwrap();
                spool.read_exact(&mut part).unwrap();
                assert_eq!(part[..], wanted[wanted.len() - 3..]);
            }
        }
        assert_eq!((sink.0, spools.0.borrow().len()), (1, 1));
    }

    #[test]
    fn streams_that_lie_there_at_once_have_places_of_their_own() {
        let (spools, mut sink) = (Spools::default(), Files::default());
        let streams = [stream(1, 100), stream(2, 2 * EXTRACT_MEMORY), stream(3, EXTRACT_MEMORY + 1)];
        let mut laid: Vec<Spool<'_>> = Vec::new();
        for stream in &streams {
            laid.push(spools.lay_down(&mut stream.as_slice(), &mut sink).unwrap());
        }
        for (spool, stream) in laid.iter_mut().zip(&streams) {
            assert!(bytes_of(spool) == *stream);
        }
        drop(laid);
        assert_eq!((sink.0, spools.0.borrow().len()), (2, 3));
    }

    #[test]
    fn a_stream_that_fails_gives_its_place_back() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        let (spools, mut sink) = (Spools::default(), Files::default());
        assert!(spools.lay_down(&mut Failing, &mut sink).is_err());
        assert_eq!(spools.0.borrow().len(), 1);
    }

    #[test]
    fn a_large_file_is_not_kept() {
        let (spools, mut sink) = (Spools::default(), Files::default());
        let large = io::repeat(7);
        drop(spools.lay_down(&mut large.take(KEPT_SCRATCH_BYTES + 1), &mut sink).unwrap());
        assert!(spools.0.borrow().iter().all(|place| place.file.is_none()));
    }
}

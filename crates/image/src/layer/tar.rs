//! Reads a tar, member after member, in every dialect that images have been found in.
//!
//! A member's name, size and data are those that Go's `archive/tar` would give, because containerd, Docker, Podman and
//! CRI-O unpack with it: what it sees is what runs. Where other readers would see something else, the archive may have
//! been made to show them something else, and that is a fault of the member, told beside its reading.

use crate::limits::Limits;

use super::{
    faults::{Fault, Stop},
    unpacked::Unpacked,
};

mod ahead;
mod content;
pub(crate) mod header;
mod holes;
pub(crate) mod number;
pub(crate) mod records;
mod sparse;

pub(super) use content::Content;
pub(super) use sparse::SparseMap;

use ahead::{Ahead, Applied};
use header::{BLOCK_BYTES, Block, Header, is_zero};
use records::Records;

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Directory,
    Symlink,
    HardLink,
    Other,
}

/// How a file's data makes its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Data {
    /// As it is.
    Whole,
    /// With holes.
    Sparse(SparseMap),
    /// Nobody knows: its map is damaged.
    Unreadable,
}

/// One member of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// The name as written.
    pub(super) name: Vec<u8>,
    /// The target of a link as written.
    pub(super) link: Vec<u8>,
    /// What it is.
    pub(super) kind: Kind,
    /// Bytes of the file, holes included.
    pub(super) size: u64,
    /// Whether somebody may run it.
    pub(super) may_run: bool,
    /// How its data makes its content.
    pub(super) data: Data,
}

/// A tar that is read once, from its start.
pub(super) struct Archive<'s, 'a> {
    stream: &'s mut Unpacked<'a>,
    limits: &'s Limits,
    /// Where the header read last begins.
    offset: u64,
    /// Name of the member read last, for faults.
    name: Vec<u8>,
    /// Data of that member that is still unread.
    data: u64,
    /// Bytes from the end of the data to the next header.
    padding: u64,
    faults: Vec<Fault>,
}

impl<'s, 'a> Archive<'s, 'a> {
    /// Nothing is read before [`Archive::next`].
    pub(super) fn new(stream: &'s mut Unpacked<'a>, limits: &'s Limits) -> Self {
        Self { stream, limits, offset: 0, name: Vec::new(), data: 0, padding: 0, faults: Vec::new() }
    }

    /// The faults that were found since this was last asked.
    pub(super) fn take_faults(&mut self) -> Vec<Fault> {
        std::mem::take(&mut self.faults)
    }

    /// The next member; `None` at the end of the archive.
    pub(super) fn next(&mut self) -> Result<Option<Member>, Stop> {
        let mut ahead = Ahead::default();
        loop {
            self.skip_data()?;
            let Some((block, header)) = self.header()? else {
                if !ahead.is_empty() {
                    self.faults.push(Fault::layer(
                        "the archive ends with an extended header that belongs to nothing",
                    ));
                }
                return Ok(None);
            };
            match header.kind {
                b'x' => ahead.add_records(Records::parse(&self.extension(&header)?)),
                b'L' => ahead.add_long_name(&self.extension(&header)?),
                b'K' => ahead.add_long_link(&self.extension(&header)?),
                b'g' => {
                    self.global(&header, &ahead)?;
                    ahead = Ahead::default();
                }
                _ => return self.member(&block, &header, ahead).map(Some),
            }
        }
    }

    /// The first bytes of the member's data, so many unless it has fewer.
    pub(super) fn peek(&mut self, bytes: usize) -> Result<&[u8], Stop> {
        let most = usize::try_from(self.data).map_or(bytes, |data| data.min(bytes));
        let first = self.stream.peek(most)?;
        Ok(first.get(..most).unwrap_or(first))
    }

    /// The content of the member that was read last.
    pub(super) fn content<'c>(&'c mut self, member: &'c Member) -> Content<'c, 's, 'a> {
        match &member.data {
            Data::Whole => Content::new(self, None, member.size),
            Data::Sparse(map) => Content::new(self, Some(&map.fragments), member.size),
            Data::Unreadable => Content::new(self, None, 0),
        }
    }

    /// Reads some of the data into `buffer`; none only where that is empty or the data at its end.
    fn read_data(&mut self, buffer: &mut [u8]) -> Result<usize, Stop> {
        let most = usize::try_from(self.data).map_or(buffer.len(), |data| data.min(buffer.len()));
        let some = self.stream.some()?;
        let bytes = some.len().min(most);
        if bytes == 0 && most > 0 {
            return Err(self.cut_off());
        }
        if let (Some(to), Some(from)) = (buffer.get_mut(..bytes), some.get(..bytes)) {
            to.copy_from_slice(from);
        }
        self.stream.consume(bytes);
        self.data -= bytes as u64;
        Ok(bytes)
    }

    /// Passes to the end of the data. Padding may be missing at the end of the archive: nothing is lost with it.
    fn skip_data(&mut self) -> Result<(), Stop> {
        if self.stream.skip(self.data)? > 0 {
            return Err(self.cut_off());
        }
        self.stream.skip(self.padding)?;
        (self.data, self.padding) = (0, 0);
        Ok(())
    }

    fn start_data(&mut self, bytes: u64) {
        self.data = bytes;
        self.padding = bytes.next_multiple_of(BLOCK_BYTES as u64) - bytes;
    }

    /// The next block; `None` at the end of the stream.
    fn block(&mut self) -> Result<Option<Block>, Stop> {
        let first = self.stream.peek(BLOCK_BYTES)?;
        if let Some(block) = first.first_chunk::<BLOCK_BYTES>() {
            let block = *block;
            self.stream.consume(BLOCK_BYTES);
            return Ok(Some(block));
        }
        if first.iter().all(|&byte| byte == 0) {
            return Ok(None);
        }
        let detail =
            format!("the archive is cut off in the middle of the block at byte {}", self.stream.offset());
        Err(Fault::layer(detail).into())
    }

    /// The next header, with the block that it was read from. The archive ends with two blocks of zeros, or one, or none.
    fn header(&mut self) -> Result<Option<(Block, Header)>, Stop> {
        self.offset = self.stream.offset();
        let Some(mut block) = self.block()? else { return Ok(None) };
        if is_zero(&block) {
            let Some(second) = self.block()? else { return Ok(None) };
            if is_zero(&second) {
                return Ok(None);
            }
            let detail =
                format!("a lone block of zeros at byte {} is the end of the archive to some", self.offset);
            self.faults.push(Fault::layer(detail));
            self.offset += BLOCK_BYTES as u64;
            block = second;
        }
        let header = Header::parse(&block).map_err(|error| {
            let detail = format!("{error}; nothing of the archive was read from byte {} on", self.offset);
            Fault::layer(detail)
        })?;
        self.name.clone_from(&header.name);
        self.start_data(header.size);
        Ok(Some((block, header)))
    }

    /// The data of an extended header or a long name.
    fn extension(&mut self, header: &Header) -> Result<Vec<u8>, Stop> {
        let most = self.limits.extended_header_bytes;
        if header.size > most {
            let detail = format!(
                "the extended header at byte {} has {} bytes and at most {most} are read; nothing of the archive was \
                 read from there on",
                self.offset, header.size
            );
            return Err(Fault::over_budget(detail).into());
        }
        let mut data = Vec::new();
        let mut buffer = [0; BLOCK_BYTES];
        loop {
            let bytes = self.read_data(&mut buffer)?;
            if bytes == 0 {
                return Ok(data);
            }
            data.extend_from_slice(buffer.get(..bytes).unwrap_or_default());
        }
    }

    /// A global extended header: Go, and so what unpacks images, applies none of it, and drops what was said before it.
    fn global(&mut self, header: &Header, ahead: &Ahead) -> Result<(), Stop> {
        let records = Records::parse(&self.extension(header)?);
        if records.changes_entries() || !ahead.is_empty() {
            let detail = format!(
                "the global extended header at byte {} changes what follows for some readers and not for others",
                self.offset
            );
            self.faults.push(Fault::layer(detail));
        }
        Ok(())
    }

    fn member(&mut self, block: &Block, header: &Header, ahead: Ahead) -> Result<Member, Stop> {
        let Applied { name, link, size, sparse, mut odd } = ahead.apply(header);
        self.name.clone_from(&name);
        let kind = kind(header.kind, &name, &mut odd);
        let size = size.map_err(|error| {
            let detail =
                format!("{error}, at byte {}; nothing of the archive was read from there on", self.offset);
            Fault::layer(detail).at(&name)
        })?;
        let has_data = kind == Kind::File;
        if !has_data && kind != Kind::HardLink && size > 0 {
            odd.push("it has a size, though its type has no data".to_owned());
        }
        if header.mode.is_err() {
            odd.push("its mode is not a number".to_owned());
        }
        self.start_data(if has_data { size } else { 0 });
        let may_run = header.mode.map_or(true, |mode| mode & 0o111 != 0);
        let mut member = Member { name, link, kind, size, may_run, data: Data::Whole };
        let found = self.find_map(&mut member, block, header, &sparse);
        if let Ok(Some(error)) = &found {
            odd.push(format!("its sparse map cannot be used: {error}"));
        }
        self.faults.extend(odd.into_iter().map(|detail| {
            let detail =
                format!("not every reader sees this entry alike: {detail} (at byte {})", self.offset);
            Fault::layer(detail).at(&member.name)
        }));
        found.map(|_told| member)
    }

    /// Reads data until the buffer is full.
    fn read_whole(&mut self, buffer: &mut Block) -> Result<(), Stop> {
        let mut done = 0;
        while let Some(room) = buffer.get_mut(done..)
            && !room.is_empty()
        {
            let bytes = self.read_data(room)?;
            if bytes == 0 {
                return Err(self.cut_off());
            }
            done += bytes;
        }
        Ok(())
    }

    fn cut_off(&self) -> Stop {
        let detail =
            format!("the archive is cut off in the middle of this entry, at byte {}", self.stream.offset());
        Fault::layer(detail).at(&self.name).into()
    }
}

/// What a member of this type is. A type that is not known is a regular file (POSIX.1-2017, pax, "typeflag").
fn kind(kind: u8, name: &[u8], odd: &mut Vec<String>) -> Kind {
    let ends_as_directory = name.ends_with(b"/");
    match kind {
        0 if ends_as_directory => Kind::Directory,
        b'0' | b'7' | b'S' if ends_as_directory => {
            odd.push("it is a file whose name ends as a directory's".to_owned());
            Kind::File
        }
        0 | b'0' | b'7' | b'S' => Kind::File,
        b'1' => Kind::HardLink,
        b'2' => Kind::Symlink,
        b'3' | b'4' | b'6' => Kind::Other,
        b'5' => Kind::Directory,
        other => {
            odd.push(format!("its type “{}” is not known", char::from(other).escape_default()));
            Kind::File
        }
    }
}

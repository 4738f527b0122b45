//! Writes layers as tar, byte by byte, so that tests can write what no archiver would.
//!
//! [`Tar`] puts members behind each other, [`Header`] writes one header block in any dialect and lets a test put any
//! bytes in any field. The checksum is right unless a test breaks it on purpose.

/// The unit of a tar, in bytes.
pub const BLOCK: usize = 512;

/// Where the fields of a header are, for [`Header::field`].
pub mod at {
    /// The name.
    pub const NAME: usize = 0;
    /// The permission bits, 8 bytes.
    pub const MODE: usize = 100;
    /// The size, 12 bytes.
    pub const SIZE: usize = 124;
    /// The checksum, 8 bytes.
    pub const CHECKSUM: usize = 148;
    /// The type, 1 byte.
    pub const KIND: usize = 156;
    /// The target of a link, 100 bytes.
    pub const LINK: usize = 157;
    /// Magic and version, 8 bytes.
    pub const MAGIC: usize = 257;
    /// The prefix of the name (ustar), 155 bytes.
    pub const PREFIX: usize = 345;
    /// The first entry of a sparse map (GNU), 24 bytes.
    pub const SPARSE: usize = 386;
    /// Whether further blocks of the map follow (GNU), 1 byte.
    pub const IS_EXTENDED: usize = 482;
    /// The real size of a sparse file (GNU), 12 bytes.
    pub const REAL_SIZE: usize = 483;
}

/// A dialect's magic and version.
pub const USTAR: &[u8; 8] = b"ustar\x0000";
/// Old GNU.
pub const GNU: &[u8; 8] = b"ustar  \0";
/// The Seventh Edition, which has none.
pub const V7: &[u8; 8] = &[0; 8];

/// One header block.
#[derive(Debug, Clone)]
pub struct Header {
    block: [u8; BLOCK],
    sums: bool,
}

impl Header {
    /// A ustar header of this type (`b'0'` for a file), mode 644, size 0.
    pub fn new(kind: u8, name: impl AsRef<[u8]>) -> Self {
        let header = Self { block: [0; BLOCK], sums: true };
        let name = name.as_ref();
        let name = name.get(..100).unwrap_or(name);
        header.field(at::NAME, name).field(at::KIND, [kind]).field(at::MAGIC, USTAR).mode(0o644).size(0)
    }

    /// A header with no size of a file, of mode 755 as directories and programs have.
    pub fn program(name: impl AsRef<[u8]>) -> Self {
        Self::new(b'0', name).mode(0o755)
    }

    /// Sets the dialect: [`USTAR`], [`GNU`] or [`V7`].
    pub fn magic(self, magic: &[u8; 8]) -> Self {
        self.field(at::MAGIC, magic)
    }

    /// Sets the permission bits.
    pub fn mode(self, mode: u64) -> Self {
        self.field(at::MODE, octal(mode, 8))
    }

    /// Sets the size.
    pub fn size(self, size: u64) -> Self {
        self.field(at::SIZE, octal(size, 12))
    }

    /// Sets the target of a link.
    pub fn link(self, target: impl AsRef<[u8]>) -> Self {
        self.field(at::LINK, target)
    }

    /// Puts any bytes anywhere in the block.
    pub fn field(mut self, at: usize, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref();
        self.block[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    /// Adds an entry to the sparse map in the header (GNU).
    pub fn sparse(self, place: usize, offset: u64, length: u64) -> Self {
        self.field(at::SPARSE + 24 * place, sparse_entry(offset, length))
    }

    /// Leaves the checksum as the test has put it.
    pub fn without_sum(self) -> Self {
        Self { sums: false, ..self }
    }

    /// Sums the bytes as signed ones, as some old systems did.
    pub fn signed_sum(mut self) -> Self {
        self.block[at::CHECKSUM..at::CHECKSUM + 8].fill(b' ');
        let sum: i64 = self.block.iter().map(|&byte| i64::from(byte as i8)).sum();
        self.field(at::CHECKSUM, octal(sum as u64, 8)).without_sum()
    }

    /// The block.
    pub fn block(mut self) -> [u8; BLOCK] {
        if self.sums {
            self.block[at::CHECKSUM..at::CHECKSUM + 8].fill(b' ');
            let sum: u64 = self.block.iter().map(|&byte| u64::from(byte)).sum();
            let digits = format!("{sum:06o}\0 ");
            self.block[at::CHECKSUM..at::CHECKSUM + 8].copy_from_slice(digits.as_bytes());
        }
        self.block
    }
}

/// A tar that grows.
#[derive(Debug, Clone, Default)]
pub struct Tar {
    bytes: Vec<u8>,
}

impl Tar {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file.
    pub fn file(self, name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        self.member(Header::new(b'0', name), content)
    }

    /// Adds a file that somebody may run.
    pub fn program(self, name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        self.member(Header::program(name), content)
    }

    /// Adds a directory.
    pub fn directory(self, name: impl AsRef<[u8]>) -> Self {
        self.header(Header::new(b'5', name).mode(0o755))
    }

    /// Adds a symbolic link.
    pub fn symlink(self, name: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        self.header(Header::new(b'2', name).link(target))
    }

    /// Adds a hard link.
    pub fn hard_link(self, name: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        self.header(Header::new(b'1', name).link(target))
    }

    /// Adds a member with its size set to that of its data.
    pub fn member(self, header: Header, data: impl AsRef<[u8]>) -> Self {
        let size = data.as_ref().len() as u64;
        self.header(header.size(size)).data(data)
    }

    /// Adds a header alone.
    pub fn header(self, header: Header) -> Self {
        let block = header.block();
        self.raw(block)
    }

    /// Adds data, filled up to a whole block.
    pub fn data(mut self, data: impl AsRef<[u8]>) -> Self {
        self.bytes.extend_from_slice(data.as_ref());
        self.bytes.resize(self.bytes.len().next_multiple_of(BLOCK), 0);
        self
    }

    /// Adds any bytes.
    pub fn raw(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.bytes.extend_from_slice(bytes.as_ref());
        self
    }

    /// Adds an extended header (PAX) for the next member.
    pub fn pax(self, records: &[(&str, &[u8])]) -> Self {
        self.member(Header::new(b'x', "PaxHeaders/x"), pax_records(records))
    }

    /// Adds a global extended header (PAX).
    pub fn pax_global(self, records: &[(&str, &[u8])]) -> Self {
        self.member(Header::new(b'g', "pax_global_header"), pax_records(records))
    }

    /// Adds a GNU long name for the next member.
    pub fn long_name(self, name: impl AsRef<[u8]>) -> Self {
        self.long(b'L', name.as_ref())
    }

    /// Adds a GNU long link target for the next member.
    pub fn long_link(self, target: impl AsRef<[u8]>) -> Self {
        self.long(b'K', target.as_ref())
    }

    fn long(self, kind: u8, text: &[u8]) -> Self {
        self.member(Header::new(kind, "././@LongLink").magic(GNU), [text, b"\0"].concat())
    }

    /// The bytes so far, without an end.
    pub fn unfinished(self) -> Vec<u8> {
        self.bytes
    }

    /// The archive, ended by two blocks of zeros.
    pub fn finish(self) -> Vec<u8> {
        self.raw([0; 2 * BLOCK]).bytes
    }
}

/// PAX records, each with the length that includes itself.
pub fn pax_records(records: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (key, value) in records {
        let rest = key.len() + value.len() + 3;
        let mut length = rest + 1;
        while rest + length.to_string().len() != length {
            length += 1;
        }
        bytes.extend_from_slice(format!("{length} {key}=").as_bytes());
        bytes.extend_from_slice(value);
        bytes.push(b'\n');
    }
    bytes
}

/// An entry of a GNU sparse map, 24 bytes.
pub fn sparse_entry(offset: u64, length: u64) -> Vec<u8> {
    [octal(offset, 12), octal(length, 12)].concat()
}

/// Octal digits and a NUL; base-256 where they do not suffice.
pub fn octal(number: u64, width: usize) -> Vec<u8> {
    let digits = format!("{number:0width$o}\0", width = width - 1);
    if digits.len() <= width { digits.into_bytes() } else { base_256(number, width) }
}

/// The number as base-256, with its mark.
pub fn base_256(number: u64, width: usize) -> Vec<u8> {
    let mut bytes = vec![0; width.saturating_sub(8)];
    bytes.extend_from_slice(&number.to_be_bytes()[8_usize.saturating_sub(width)..]);
    bytes[0] |= 0x80;
    bytes
}

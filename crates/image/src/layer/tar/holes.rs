//! Finds the map of a sparse member, in whichever of four ways it was written.

use crate::limits::Limits;

use super::{
    Archive, Data, Kind, Member,
    header::{BLOCK_BYTES, Block, Header, field},
    number,
    records::{SparseRecords, given},
    sparse::{GnuLayout, SparseError, SparseMap, decimal},
};
use crate::layer::faults::{Fault, Stop};

/// The formats that extended headers announce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// 0.0 and 0.1: the map is in the records.
    InRecords,
    /// 1.0: the map stands before the data.
    BeforeData,
    /// Announced, and of no version that is known.
    Unknown,
}

impl Archive<'_, '_> {
    /// Finds the member's map, if it has one, and passes over what of it stands in the archive. `Ok(Some(error))`
    /// where there is one that cannot be used.
    pub(super) fn find_map(
        &mut self,
        member: &mut Member,
        block: &Block,
        header: &Header,
        records: &SparseRecords,
    ) -> Result<Option<SparseError>, Stop> {
        let found = if header.kind == b'S' {
            self.gnu_map(member, block, header)?
        } else {
            match format(records) {
                None => return Ok(None),
                Some(_) if member.kind != Kind::File => Err(SparseError::NoFile),
                Some(format) => self.announced_map(format, member, records)?,
            }
        };
        let map = found.and_then(|map| map.check(member.size, self.data));
        let (data, error) = match map {
            Ok(map) => (Data::Sparse(map), None),
            Err(error) => (Data::Unreadable, Some(error)),
        };
        member.data = data;
        Ok(error)
    }

    /// The old format: in the header, and in blocks between it and the data.
    fn gnu_map(
        &mut self,
        member: &mut Member,
        block: &Block,
        header: &Header,
    ) -> Result<Result<SparseMap, SparseError>, Stop> {
        if !header.is_gnu {
            let detail = "it is a sparse file of a dialect that is not read; nothing of the archive was read from there on";
            return Err(Fault::layer(detail).at(&member.name).into());
        }
        let mut map = SparseMap::default();
        let mut result = map.push_gnu(block, GnuLayout::Header);
        let mut continued = GnuLayout::Header.is_continued(block);
        let mut bytes = 0;
        while continued {
            bytes += BLOCK_BYTES as u64;
            self.check_map_bytes(bytes)?;
            let Some(block) = self.block()? else { return Err(self.cut_off()) };
            result = result.and_then(|()| map.push_gnu(&block, GnuLayout::Extension));
            continued = GnuLayout::Extension.is_continued(&block);
        }
        match number::parse(field(block, GnuLayout::REAL_SIZE)) {
            Ok(size) => member.size = size,
            Err(_number) => result = Err(SparseError::Malformed),
        }
        Ok(result.map(|()| map))
    }

    /// The formats of extended headers, which also have the real name and size.
    fn announced_map(
        &mut self,
        format: Format,
        member: &mut Member,
        records: &SparseRecords,
    ) -> Result<Result<SparseMap, SparseError>, Stop> {
        if format == Format::Unknown {
            return Ok(Err(SparseError::UnknownVersion));
        }
        if let Some(name) = given(records.name.as_ref()) {
            member.name = name.to_vec();
        }
        let map = if format == Format::BeforeData {
            self.map_before_data()?
        } else {
            SparseMap::from_records(records)
        };
        let Some(size) = given(records.size.as_ref()).or(given(records.real_size.as_ref())) else {
            return Ok(map);
        };
        Ok(decimal(size).and_then(|size| {
            member.size = size;
            map
        }))
    }

    /// Format 1.0: a count and as many pairs of numbers, a line each, filled up to whole blocks.
    fn map_before_data(&mut self) -> Result<Result<SparseMap, SparseError>, Stop> {
        let (mut text, mut lines) = (Vec::new(), 0_u64);
        let mut count = None;
        let mut buffer = [0; BLOCK_BYTES];
        loop {
            if let Some(count) = count
                && lines > u64::saturating_mul(2, count)
            {
                let begin = text.iter().position(|&byte| byte == b'\n').map_or(0, |end| end + 1);
                return Ok(SparseMap::from_lines(text.get(begin..).unwrap_or_default(), count));
            }
            self.check_map_bytes((text.len() + BLOCK_BYTES) as u64)?;
            if self.data < BLOCK_BYTES as u64 {
                return Ok(Err(SparseError::Malformed));
            }
            self.read_whole(&mut buffer)?;
            lines += buffer.iter().filter(|&&byte| byte == b'\n').count() as u64;
            text.extend_from_slice(&buffer);
            if count.is_none()
                && let Some(end) = text.iter().position(|&byte| byte == b'\n')
            {
                match decimal(text.get(..end).unwrap_or_default()) {
                    Ok(number) => count = Some(number),
                    Err(error) => return Ok(Err(error)),
                }
            }
        }
    }

    fn check_map_bytes(&self, bytes: u64) -> Result<(), Stop> {
        let Limits { extended_header_bytes: most, .. } = *self.limits;
        if bytes <= most {
            return Ok(());
        }
        let detail = format!(
            "its sparse map has more than {most} bytes, which is the most that is read; nothing of the archive was \
             read from there on"
        );
        Err(Fault::over_budget(detail).beyond(&self.name).into())
    }
}

fn format(records: &SparseRecords) -> Option<Format> {
    match (given(records.major.as_ref()), given(records.minor.as_ref())) {
        (Some(b"0"), Some(b"0" | b"1")) => Some(Format::InRecords),
        (Some(b"1"), Some(b"0")) => Some(Format::BeforeData),
        (None, None) if given(records.map.as_ref()).is_some() => Some(Format::InRecords),
        (None, None) => None,
        _ => Some(Format::Unknown),
    }
}

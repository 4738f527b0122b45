//! What stands ahead of a member's own header: extended headers and GNU long names, and what they change.

use super::{
    header::{Header, text},
    number,
    records::{Records, SparseRecords, given},
};

/// What was read since the member before.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    records: Option<Records>,
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
    odd: Vec<String>,
}

/// A header with all that stood ahead of it.
pub(super) struct Applied {
    /// The member's name.
    pub(super) name: Vec<u8>,
    /// The target of a link.
    pub(super) link: Vec<u8>,
    /// Bytes of data, or why that is not known.
    pub(super) size: Result<u64, String>,
    /// What was said of holes.
    pub(super) sparse: SparseRecords,
    /// What readers may disagree about, as sentences.
    pub(super) odd: Vec<String>,
}

/// The largest size that the digits of a header hold: some writers put it there when the real one is larger.
const SATURATED: u64 = 0o77_777_777_777;

impl Ahead {
    /// Whether there was nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_none() && self.long_name.is_none() && self.long_link.is_none()
    }

    /// Adds an extended header. The last one counts.
    pub(super) fn add_records(&mut self, mut records: Records) {
        self.odd.append(&mut records.odd);
        if self.records.replace(records).is_some() {
            self.odd.push("it has two extended headers".to_owned());
        }
    }

    /// Adds a GNU long name (type `L`).
    pub(super) fn add_long_name(&mut self, data: &[u8]) {
        let name = self.long_text(data);
        if self.long_name.replace(name).is_some() {
            self.odd.push("it has two long names".to_owned());
        }
    }

    /// Adds a GNU long link target (type `K`).
    pub(super) fn add_long_link(&mut self, data: &[u8]) {
        let link = self.long_text(data);
        if self.long_link.replace(link).is_some() {
            self.odd.push("it has two long link targets".to_owned());
        }
    }

    fn long_text(&mut self, data: &[u8]) -> Vec<u8> {
        let name = text(data);
        if data.get(name.len()..).unwrap_or_default().iter().any(|&byte| byte != 0) {
            self.odd.push("its long name has a NUL in the middle".to_owned());
        }
        name.to_vec()
    }

    /// Lets it change the header of its member.
    pub(super) fn apply(self, header: &Header) -> Applied {
        let Self { records, long_name, long_link, mut odd } = self;
        let records = records.unwrap_or_default();
        let name =
            choose("name", &header.name, given(records.path.as_ref()), given(long_name.as_ref()), &mut odd);
        let link =
            choose("link", &header.link, given(records.link.as_ref()), given(long_link.as_ref()), &mut odd);
        let size = size(header.size, given(records.size.as_ref()), &mut odd);
        Applied { name, link, size, sparse: records.sparse, odd }
    }
}

/// A long name goes before a record, a record before the header.
fn choose(
    what: &str,
    header: &[u8],
    record: Option<&[u8]>,
    long: Option<&[u8]>,
    odd: &mut Vec<String>,
) -> Vec<u8> {
    if let (Some(record), Some(long)) = (record, long)
        && record != long
    {
        odd.push(format!("its long {what} and its extended header differ"));
    }
    long.or(record).unwrap_or(header).to_vec()
}

fn size(header: u64, record: Option<&[u8]>, odd: &mut Vec<String>) -> Result<u64, String> {
    let Some(record) = record else { return Ok(header) };
    let size = number::parse_decimal(record)
        .map_err(|error| format!("the size in the extended header cannot be used: {error}"))?;
    if size != header && header != 0 && header != SATURATED {
        odd.push(format!("its header says {header} bytes and its extended header {size}"));
    }
    Ok(size)
}

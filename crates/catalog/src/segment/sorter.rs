//! Sorts rows that need not fit into memory: what is too much goes to the disk as sorted runs, which are merged in the end.
//!
//! What comes out is sorted and without repetitions, whatever the order in which it went in and however many runs it took.
//! Files have no names, so a killed process leaves nothing.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, Write},
    path::{Path, PathBuf},
};

use crate::limits;

/// An entry on its way into a segment. Rows are ordered by their fields, in this order, but for the number of the text:
/// `text_order` says the same in a way that does not depend on when a text was first seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) namespace: Vec<u8>,
    pub(super) package: Vec<u8>,
    pub(super) text_order: Vec<u8>,
    pub(super) body: Vec<u8>,
    pub(super) text: u32,
}

/// Where a row is in the sorter's bytes: its four fields, one after the other.
#[derive(Debug, Clone, Copy)]
struct Placed {
    start: u32,
    ends: [u32; 4],
    text: u32,
}

/// Collects rows.
#[derive(Debug)]
pub(super) struct Sorter {
    directory: PathBuf,
    bytes: Vec<u8>,
    rows: Vec<Placed>,
    runs: Vec<File>,
    /// Bytes that are sorted in memory.
    most: usize,
}

impl Sorter {
    /// A sorter that keeps its runs in `directory`.
    pub(super) fn new(directory: PathBuf, most: usize) -> Self {
        Self { directory, bytes: Vec::new(), rows: Vec::new(), runs: Vec::new(), most }
    }

    /// Adds a row, given by its fields.
    pub(super) fn add(&mut self, fields: [&[u8]; 4], text: u32) -> io::Result<()> {
        let length: usize = fields.iter().map(|field| field.len()).sum();
        let used = self.bytes.len() + self.rows.len() * size_of::<Placed>();
        if used + length > self.most && !self.rows.is_empty() {
            self.spill()?;
        }
        let start = position(self.bytes.len())?;
        let mut ends = [0; 4];
        for (field, end) in fields.iter().zip(&mut ends) {
            self.bytes.extend_from_slice(field);
            *end = position(self.bytes.len())?;
        }
        self.rows.push(Placed { start, ends, text });
        Ok(())
    }

    /// Hands on every row, sorted, each once.
    pub(super) fn finish(mut self, sink: &mut dyn FnMut(&Row) -> io::Result<()>) -> io::Result<()> {
        if self.runs.is_empty() {
            self.sort();
            let mut last: Option<Row> = None;
            return self.rows.iter().try_for_each(|placed| hand_on(&mut last, placed.row(&self.bytes), sink));
        }
        self.spill()?;
        (self.bytes, self.rows) = (Vec::new(), Vec::new());
        merge(&mut self.runs, sink)
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        self.rows.sort_unstable_by(|a, b| a.fields(bytes).cmp(&b.fields(bytes)));
    }

    /// Writes what is in memory as a run.
    fn spill(&mut self) -> io::Result<()> {
        self.sort();
        let mut run = RunWriter::new(&self.directory)?;
        for placed in &self.rows {
            run.write(placed.fields(&self.bytes), placed.text)?;
        }
        self.rows.clear();
        self.bytes.clear();
        self.runs.push(run.finish()?);
        if self.runs.len() >= limits::SORT_RUNS {
            let mut merged = RunWriter::new(&self.directory)?;
            merge(&mut self.runs, &mut |row| merged.write(row.fields(), row.text))?;
            self.runs = vec![merged.finish()?];
        }
        Ok(())
    }
}

impl Placed {
    fn fields<'a>(&self, bytes: &'a [u8]) -> [&'a [u8]; 4] {
        let mut start = self.start;
        self.ends.map(|end| {
            let field = bytes.get(start as usize..end as usize).unwrap_or_default();
            start = end;
            field
        })
    }

    fn row(&self, bytes: &[u8]) -> Row {
        let [namespace, package, text_order, body] = self.fields(bytes).map(<[u8]>::to_vec);
        Row { namespace, package, text_order, body, text: self.text }
    }
}

impl Row {
    fn fields(&self) -> [&[u8]; 4] {
        [&self.namespace, &self.package, &self.text_order, &self.body]
    }
}

/// Hands a row on unless it is the one before again. (The same text has the same number.)
fn hand_on(last: &mut Option<Row>, row: Row, sink: &mut dyn FnMut(&Row) -> io::Result<()>) -> io::Result<()> {
    if last.as_ref() != Some(&row) {
        sink(last.insert(row))?;
    }
    Ok(())
}

fn merge(runs: &mut [File], sink: &mut dyn FnMut(&Row) -> io::Result<()>) -> io::Result<()> {
    let mut readers = runs.iter_mut().map(RunReader::new).collect::<io::Result<Vec<_>>>()?;
    let mut next = BinaryHeap::with_capacity(readers.len());
    for (number, reader) in readers.iter_mut().enumerate() {
        next.extend(reader.read()?.map(|row| Reverse((row, number))));
    }
    let mut last = None;
    while let Some(Reverse((row, number))) = next.pop() {
        if let Some(reader) = readers.get_mut(number) {
            next.extend(reader.read()?.map(|row| Reverse((row, number))));
        }
        hand_on(&mut last, row, sink)?;
    }
    Ok(())
}

/// A sorted run: for each row the lengths of its fields, the number of its text, the fields; compressed, because rows that
/// are sorted repeat each other.
struct RunWriter(zstd::stream::write::Encoder<'static, BufWriter<File>>);

impl RunWriter {
    fn new(directory: &Path) -> io::Result<Self> {
        let file = BufWriter::new(tempfile::tempfile_in(directory)?);
        Ok(Self(zstd::stream::write::Encoder::new(file, 1)?))
    }

    fn write(&mut self, fields: [&[u8]; 4], text: u32) -> io::Result<()> {
        for field in fields {
            self.0.write_all(&position(field.len())?.to_le_bytes())?;
        }
        self.0.write_all(&text.to_le_bytes())?;
        fields.iter().try_for_each(|field| self.0.write_all(field))
    }

    fn finish(self) -> io::Result<File> {
        let mut file = self.0.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(file)
    }
}

struct RunReader<'a>(BufReader<zstd::stream::read::Decoder<'static, BufReader<&'a mut File>>>);

impl<'a> RunReader<'a> {
    fn new(file: &'a mut File) -> io::Result<Self> {
        Ok(Self(BufReader::new(zstd::stream::read::Decoder::new(file)?)))
    }

    fn read(&mut self) -> io::Result<Option<Row>> {
        if io::BufRead::fill_buf(&mut self.0)?.is_empty() {
            return Ok(None);
        }
        let mut numbers = [0; 5];
        for number in &mut numbers {
            let mut bytes = [0; 4];
            self.0.read_exact(&mut bytes)?;
            *number = u32::from_le_bytes(bytes);
        }
        let [namespace, package, text_order, body, text] = numbers;
        let mut field = |length: u32| {
            // These are our own bytes of a moment ago: a length is what was written.
            let mut bytes = vec![0; length as usize];
            self.0.read_exact(&mut bytes).map(|()| bytes)
        };
        Ok(Some(Row {
            namespace: field(namespace)?,
            package: field(package)?,
            text_order: field(text_order)?,
            body: field(body)?,
            text,
        }))
    }
}

fn position(length: usize) -> io::Result<u32> {
    u32::try_from(length).map_err(|_too_large| io::ErrorKind::FileTooLarge.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(most: usize) -> (Vec<Row>, usize) {
        let folder = tempfile::tempdir().unwrap();
        let mut sorter = Sorter::new(folder.path().to_owned(), most);
        let mut spilled = 0;
        for number in 0..5000_u32 {
            let shuffled = number.wrapping_mul(2_654_435_761) % 3000;
            let (package, order) = ((shuffled / 3).to_be_bytes(), shuffled.to_be_bytes());
            sorter.add([b"namespace", &package, &order, b"body"], shuffled).unwrap();
            spilled = spilled.max(sorter.runs.len());
        }
        let mut rows = Vec::new();
        sorter
            .finish(&mut |row| {
                rows.push(row.clone());
                Ok(())
            })
            .unwrap();
        (rows, spilled)
    }

    #[test]
    fn runs_make_no_difference_whether_none_or_more_than_are_merged_at_once() {
        let (in_memory, none) = sorted(1 << 20);
        assert_eq!(none, 0);
        assert!(in_memory.windows(2).all(|pair| pair[0] < pair[1]), "sorted, each once");
        let (some, few) = sorted(64 << 10);
        assert!((2..limits::SORT_RUNS).contains(&few), "{few}");
        let (many, collapsed) = sorted(2 << 10);
        assert_eq!(collapsed, limits::SORT_RUNS - 1, "runs were merged in between");
        assert!(in_memory == some && in_memory == many);
    }
}

//! A sink that remembers, and short ways to read bytes as a layer.

use std::io::{self, Read};

use limpid_core::{
    BlindSpot, Digest, FilePath, Reason,
    wants::{Pattern, Want, WantList},
};
use limpid_image::{
    entry::{ContentId, Entry, EntryKind, EntrySink, Program},
    layer::{ExpectedLayer, LayerError, LayerFacts, read_layer},
    limits::Limits,
};

/// All that a layer's reader told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) entries: Vec<Entry>,
    pub(super) contents: Vec<Vec<u8>>,
    pub(super) blind_spots: Vec<BlindSpot>,
}

impl EntrySink for Seen {
    fn keep(&mut self, content: &mut dyn Read) -> io::Result<ContentId> {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        self.contents.push(bytes);
        Ok(ContentId(u32::try_from(self.contents.len() - 1).unwrap()))
    }

    fn entry(&mut self, entry: Entry) -> io::Result<()> {
        self.entries.push(entry);
        Ok(())
    }

    fn blind_spot(&mut self, blind_spot: BlindSpot) {
        self.blind_spots.push(blind_spot);
    }
}

impl Seen {
    /// A line for each entry: a letter for its kind, its path, and its size or target.
    pub(super) fn listing(&self) -> Vec<String> {
        self.entries.iter().map(line).collect()
    }

    /// Reason and subject of each blind spot.
    pub(super) fn told(&self) -> Vec<(Reason, &str)> {
        self.blind_spots.iter().map(|spot| (spot.reason, spot.subject.as_str())).collect()
    }

    /// The content that was kept of the last file at this path.
    pub(super) fn content(&self, path: &str) -> Option<&[u8]> {
        let path = FilePath::from(path);
        let entry = self.entries.iter().rfind(|entry| entry.path == path)?;
        match &entry.kind {
            EntryKind::File(file) => file.content.map(|id| self.contents[id.0 as usize].as_slice()),
            _ => None,
        }
    }

    /// Whether the last file at this path is a program.
    pub(super) fn is_program(&self, path: &str) -> bool {
        let path = FilePath::from(path);
        let entry = self.entries.iter().rfind(|entry| entry.path == path);
        matches!(entry.map(|entry| &entry.kind), Some(EntryKind::File(file)) if file.program == Program::Runs)
    }
}

fn line(entry: &Entry) -> String {
    let path = &entry.path;
    match &entry.kind {
        EntryKind::Directory => format!("d {path}"),
        EntryKind::File(file) => format!("f {path} {}", file.size),
        EntryKind::Symlink(target) => format!("l {path} -> {}", target.escape_ascii()),
        EntryKind::HardLink(target) => format!("h {path} = {target}"),
        EntryKind::Other => format!("o {path}"),
        EntryKind::Whiteout => format!("w {path}"),
        EntryKind::Opaque => format!("q {path}"),
    }
}

/// Files named `kept`, wherever they are, up to a million bytes.
pub(super) fn wants() -> WantList {
    WantList::new([Want::new(Pattern::Name("kept"), 1_000_000)])
}

/// What a layer of these bytes is expected to be.
pub(super) fn expected(stored: &[u8], tar: Option<&[u8]>) -> ExpectedLayer {
    ExpectedLayer {
        digest: Some(Digest::of(stored)),
        diff_id: tar.map(Digest::of),
        size: Some(stored.len() as u64),
    }
}

/// Reads with these limits. The stored bytes come with their right digest.
pub(super) fn read_within(stored: &[u8], limits: &Limits) -> (Seen, LayerFacts) {
    let mut seen = Seen::default();
    let facts = read_layer(&mut &*stored, &expected(stored, None), &wants(), limits, &mut seen, &|_| {});
    (seen, facts.unwrap())
}

/// Reads with the limits as they are.
pub(super) fn read(stored: &[u8]) -> (Seen, LayerFacts) {
    read_within(stored, &Limits::default())
}

/// Reads a layer that may turn out to be another one than expected.
pub(super) fn try_read(stored: &[u8], expected: &ExpectedLayer) -> Result<LayerFacts, LayerError> {
    read_layer(&mut &*stored, expected, &wants(), &Limits::default(), &mut Seen::default(), &|_| {})
}

/// Reads a tar that is whole, in its plain form, and expects that nothing of it was odd.
pub(super) fn clean(tar: &[u8]) -> Seen {
    let (seen, facts) = read(tar);
    assert_eq!(seen.blind_spots, []);
    assert_eq!(facts.diff_id, Some(Digest::of(tar)));
    seen
}

//! Remembers what was parsed: the same database in a thousand images is parsed once.
//!
//! A result is a function of the detector's code, the content and the path, and these are its key. Threads share it.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use limpid_core::{BlindSpot, Detector, FilePath, FoundFile, Parsed, Reason};

use super::IndexError;
use crate::{evidence::pack::ContentDigest, limits::REMEMBERED_PACKAGES};

/// Detector, its revision, path, and contents: its own and those of the files that belong to it, by their endings.
type Key = (&'static str, &'static str, FilePath, Digests);

/// The empty ending is that of the file itself.
pub(super) type Digests = Vec<(&'static str, ContentDigest)>;

/// What is parsed.
pub(super) struct Contents {
    pub(super) main: Vec<u8>,
    pub(super) companions: Vec<(&'static str, Vec<u8>)>,
}

#[derive(Debug, Default)]
pub(super) struct Memo(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    parsed: HashMap<Key, Arc<Parsed>>,
    packages: usize,
}

impl Memo {
    /// What the detector says about a file with this content, which is read only where it is not remembered.
    pub(super) fn parse(
        &self,
        detector: &'static Detector,
        path: &FilePath,
        digests: Digests,
        contents: impl FnOnce() -> Result<Contents, IndexError>,
    ) -> Result<Arc<Parsed>, IndexError> {
        let key = (detector.id, detector.revision, path.clone(), digests);
        if let Some(parsed) = self.lock().parsed.get(&key) {
            return Ok(Arc::clone(parsed));
        }
        let parsed = Arc::new(parse(detector, path, &contents()?));
        let mut remembered = self.lock();
        // Forgetting all at once is crude, and right: whatever is still in use is back after one parse.
        if remembered.packages > REMEMBERED_PACKAGES {
            *remembered = Remembered::default();
        }
        // A result without packages takes its place in memory too.
        remembered.packages += parsed.packages.len() + parsed.owned.len() + parsed.installed_from.len() + 1;
        remembered.parsed.insert(key, Arc::clone(&parsed));
        Ok(parsed)
    }

    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a file at this path would be one that the detector reads, whatever is in it: an empty one is said to be wrong.
pub(super) fn is_read_at(detector: &Detector, path: &FilePath) -> bool {
    let empty = Contents { main: Vec::new(), companions: Vec::new() };
    parse(detector, path, &empty) != Parsed::default()
}

/// Runs the detector. One that panics has a fault of its own, which must not take the other packages with it.
fn parse(detector: &Detector, path: &FilePath, contents: &Contents) -> Parsed {
    let companions: Vec<(&'static str, &[u8])> =
        contents.companions.iter().map(|(ending, content)| (*ending, content.as_slice())).collect();
    let file = FoundFile { path, content: &contents.main, companions: &companions };
    catch_unwind(AssertUnwindSafe(|| (detector.parse)(&file))).unwrap_or_else(|_panic| {
        let detail = format!("the {} detector failed on this file; this is a fault of Limpid", detector.id);
        let spot = BlindSpot::new(Reason::DetectorFailed, path.to_string(), detail);
        Parsed { blind_spots: vec![spot], ..Parsed::default() }
    })
}

//! Finished answers, remembered by what they are a function of: as the bytes that go out.
//!
//! Each form of a report is kept in each encoding that was asked for, so that an answer that is remembered costs neither
//! writing nor compressing, and what it weighs is known to the byte. Who asks for what is just being made waits for it; where
//! that fails all of them hear of it, and nothing is kept.

use std::sync::Arc;

use bytes::Bytes;
use moka::{policy::EvictionPolicy, sync::Cache};

use super::{Outline, report::Missed};
use crate::{
    http::compression::Encoding,
    limits::{COMPRESSED_BYTES, REPORT_CACHE_BYTES},
};

/// What an entry takes beside its bytes, about: its key, its outline, and its places in the cache.
const BYTES_AN_ENTRY: usize = 600;

/// An answer, ready to be sent.
#[derive(Debug)]
pub(crate) struct Finished {
    /// What is said beside it.
    pub(crate) outline: Arc<Outline>,
    pub(crate) encoding: Encoding,
    pub(crate) body: Bytes,
}

/// What was made, and is not remembered yet: the outline, and the plain bytes.
pub(super) type Made = (Arc<Outline>, Bytes);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    etag: Arc<str>,
    form: &'static str,
    encoding: Encoding,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct ReportCache(Cache<Key, Arc<Finished>>);

impl Default for ReportCache {
    fn default() -> Self {
        Self::of(REPORT_CACHE_BYTES)
    }
}

impl ReportCache {
    fn of(bytes: u64) -> Self {
        let weight = |_: &Key, finished: &Arc<Finished>| {
            u32::try_from(finished.body.len() + BYTES_AN_ENTRY).unwrap_or(u32::MAX)
        };
        // What was asked for last is kept. By how often, a large report would have to be made again and again until it was
        // asked for more often than all the small ones together in whose place it comes.
        let policy = EvictionPolicy::lru();
        Self(Cache::builder().max_capacity(bytes).weigher(weight).eviction_policy(policy).build())
    }

    /// The answer of this tag, which says all that it depends on, in a form and an encoding. What is too short to be worth
    /// it is not compressed. One that is known in another encoding is written anew in this one; else `make` makes it, at one
    /// time once.
    pub(super) fn get(
        &self,
        etag: &str,
        form: &'static str,
        encoding: Encoding,
        make: impl FnOnce() -> Result<Made, Missed>,
    ) -> Result<Arc<Finished>, Arc<Missed>> {
        let key = |encoding| Key { etag: Arc::from(etag), form, encoding };
        self.0.try_get_with(key(encoding), || {
            let known = Encoding::ALL.into_iter().find_map(|other| self.0.get(&key(other)));
            let (outline, plain) = match known {
                Some(known) => (Arc::clone(&known.outline), known.encoding.decode(&known.body)?),
                None => make()?,
            };
            let is_short = plain.len() <= usize::from(COMPRESSED_BYTES);
            let encoding = if is_short { Encoding::Plain } else { encoding };
            Ok(Arc::new(Finished { outline, encoding, body: encoding.encode(plain)? }))
        })
    }
}

#[cfg(test)]
mod tests;

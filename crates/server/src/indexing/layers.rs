//! The evidence of a manifest's layers: what is known is opened, the rest is fetched and read, each layer once.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read},
    num::NonZero,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use limpid_core::Digest;
use limpid_image::{
    layer::LayerError,
    read::{LayerEvidence, ReadError, read_stored_layer},
};

use limpid_store::{BlobError, StoreError, Transaction, evidence::Evidence, security};

use super::{
    IndexFailure, SubmittedLayer,
    evidence::{self, Known},
};
use crate::{
    egress::EgressError,
    engine::{Engine, Held},
    fault,
    limits::{CONCURRENT_LAYERS, LAYER_ATTEMPTS, LAYER_PATIENCE, LAYER_RATE, LAYER_WAIT, LEASE_POLL},
};

/// A layer, and the row of its evidence.
type Looked<'a> = (&'a SubmittedLayer, Option<Evidence>);

/// Reads the layers of one job.
pub(super) struct Layers<'a> {
    pub(super) engine: &'a Engine,
    pub(super) held: &'a Held,
    /// Where they are.
    pub(super) origin: Origin,
}

/// Where the layers of a manifest are. Nobody who submits one says so: it is told by whether the manifest was pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Where whoever submitted it says.
    Named,
    /// In the registry of this service. What that does not have (layers that may not be given to others) is fetched from where
    /// the manifest says.
    Registry,
}

impl Origin {
    /// Where the layers of this manifest are.
    pub(super) fn of(tx: &mut Transaction<'_>, manifest: &Digest) -> Result<Self, StoreError> {
        Ok(if security::is_queued(tx, manifest)? { Self::Registry } else { Self::Named })
    }
}

impl Layers<'_> {
    /// The evidence of each of these layers, in their order.
    ///
    /// # Errors
    /// The first failure; the other layers are given up then.
    pub(super) fn packs(&self, layers: &[SubmittedLayer]) -> Result<Vec<Known>, IndexFailure> {
        let mut distinct: Vec<&SubmittedLayer> = Vec::new();
        for layer in layers {
            if distinct.iter().all(|other| other.digest != layer.digest) {
                distinct.push(layer);
            }
        }
        let digests: Vec<&Digest> = distinct.iter().map(|layer| &layer.digest).collect();
        let rows = evidence::rows(self.engine, &digests)?;
        let looked: Vec<Looked<'_>> = distinct.into_iter().zip(rows).collect();
        let packs = self.side_by_side(&looked)?;
        let pack = |layer: &SubmittedLayer| {
            let pack = packs.get(&layer.digest).cloned();
            pack.ok_or_else(|| IndexFailure::Internal(format!("layer {} was not read", layer.digest)))
        };
        layers.iter().map(pack).collect()
    }

    fn side_by_side(&self, layers: &[Looked<'_>]) -> Result<HashMap<Digest, Known>, IndexFailure> {
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Ok(HashMap::new()));
        let work = || {
            while let Some((layer, row)) = layers.get(next.fetch_add(1, Ordering::Relaxed)) {
                if done.lock().unwrap_or_else(PoisonError::into_inner).is_err() {
                    return;
                }
                let read = self.layer(layer, row.as_ref());
                let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                match (read, done.as_mut()) {
                    (Ok(known), Ok(packs)) => {
                        packs.insert(layer.digest.clone(), known);
                    }
                    (Err(failure), Ok(_)) => *done = Err(failure),
                    // The first failure is the one that is told.
                    (_, Err(_)) => {}
                }
            }
        };
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let workers = CONCURRENT_LAYERS.min(2 * cores).min(layers.len());
        thread::scope(|scope| {
            for _ in 1..workers {
                scope.spawn(work);
            }
            work();
        });
        done.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// The evidence of one layer, of which this row was just found.
    fn layer(&self, layer: &SubmittedLayer, row: Option<&Evidence>) -> Result<Known, IndexFailure> {
        let begun = Instant::now();
        let known = row.map_or(Ok(None), |row| evidence::open(self.engine, row))?;
        if let Some(known) = known.filter(|known| known.is_whole) {
            return Ok(known);
        }
        loop {
            let known = evidence::find(self.engine, &layer.digest)?;
            if let Some(known) = known.filter(|known| known.is_whole) {
                return Ok(known);
            }
            if self.is_over() || begun.elapsed() > LAYER_WAIT {
                return Err(self.given_up(layer));
            }
            let Some(_flight) = self.engine.flights.begin(&layer.digest, LEASE_POLL) else {
                self.engine.metrics.layer_shared();
                continue;
            };
            // Another process that shares the database may be reading it. One that shares none with anybody cannot be.
            let lease = if self.engine.database.kind() == "postgres" {
                match self.engine.lease(&format!("layer {}", layer.digest), Duration::ZERO)? {
                    Some(lease) => Some(lease),
                    None => {
                        self.engine.bell.pause(LEASE_POLL);
                        continue;
                    }
                }
            } else {
                None
            };
            // It may have been read between the look and the lease.
            let known = evidence::find(self.engine, &layer.digest)?;
            if let Some(known) = known.filter(|known| known.is_whole) {
                return Ok(known);
            }
            let read = self.fetch(layer);
            drop(lease);
            return read;
        }
    }

    fn fetch(&self, layer: &SubmittedLayer) -> Result<Known, IndexFailure> {
        let mut attempt = 1;
        loop {
            match self.fetch_once(layer) {
                Err(Trouble::Passing(_)) if attempt < LAYER_ATTEMPTS && !self.is_over() => attempt += 1,
                Err(Trouble::Passing(why) | Trouble::Lasting(why)) => return Err(why),
                Ok(known) => return Ok(known),
            }
        }
    }

    fn fetch_once(&self, layer: &SubmittedLayer) -> Result<Known, Trouble> {
        let named = |why: String| format!("layer {}: {why}", layer.digest);
        if self.origin == Origin::Registry
            && let Some(mut stored) = self.pushed(layer)?
        {
            return self.read(layer, &mut stored);
        }
        if layer.uri.is_empty() {
            // What was sent may be damaged, or have taken too long: then it is what there is.
            if let Some(sent) = evidence::find_part(self.engine, &layer.digest).map_err(Trouble::Lasting)? {
                return Ok(sent);
            }
            let why = named(match self.origin {
                Origin::Registry => "it is not in the registry any more; push the image again".to_owned(),
                Origin::Named => "it was not sent, and nothing says where to fetch it".to_owned(),
            });
            return Err(Trouble::Lasting(IndexFailure::Layer(why)));
        }
        let answer = self.engine.layers.get(&layer.uri, &layer.headers);
        let mut stored = answer.map_err(|error| match error {
            EgressError::NotAllowed(why) => Trouble::Lasting(IndexFailure::NotAllowed(named(why))),
            EgressError::Invalid(why) => Trouble::Lasting(IndexFailure::Invalid(named(why))),
            EgressError::Status { .. } => Trouble::Lasting(IndexFailure::Layer(named(error.to_string()))),
            EgressError::Failed(why) => Trouble::Passing(IndexFailure::Layer(named(why))),
        })?;
        self.read(layer, &mut Paced::new(&mut *stored))
    }

    /// A layer that was pushed; `None` where the registry does not have it.
    fn pushed(&self, layer: &SubmittedLayer) -> Result<Option<File>, Trouble> {
        let internal =
            |why: String| Trouble::Lasting(IndexFailure::Layer(format!("layer {}: {why}", layer.digest)));
        let found = self.engine.database.read(|tx| security::stored_blob(tx, &layer.digest));
        let Some(stored) = found.map_err(|error| Trouble::Lasting(error.into()))? else { return Ok(None) };
        match self.engine.blobs.open_file(&stored) {
            Ok(file) => Ok(Some(file)),
            Err(error @ (BlobError::Missing(_) | BlobError::Damaged(_))) => {
                Err(internal(format!("{error}; push the image again")))
            }
            Err(error @ (BlobError::Unavailable(_) | BlobError::Unusable(_) | BlobError::Store(_))) => {
                Err(Trouble::Lasting(error.into()))
            }
        }
    }

    fn read(&self, layer: &SubmittedLayer, stored: &mut dyn Read) -> Result<Known, Trouble> {
        let read =
            read(self.engine, &layer.digest, stored, &|| self.is_over()).map_err(|error| trouble(&error))?;
        fault::point("index: layer read");
        self.engine.metrics.layer_fetched(read.size);
        evidence::keep(self.engine, &layer.digest, &read).map_err(Trouble::Lasting)
    }

    /// Whether what is read would not be stored any more.
    fn is_over(&self) -> bool {
        self.held.is_lost() || self.engine.bell.ends()
    }

    fn given_up(&self, layer: &SubmittedLayer) -> IndexFailure {
        if self.engine.bell.ends() {
            IndexFailure::ShuttingDown
        } else {
            IndexFailure::Layer(format!(
                "layer {}: another node has been reading it for too long",
                layer.digest
            ))
        }
    }
}

/// Ends with an error where the bytes come so slowly that they would hold a worker for hours.
struct Paced<'a> {
    stored: &'a mut dyn Read,
    begun: Instant,
    bytes: u64,
}

impl<'a> Paced<'a> {
    fn new(stored: &'a mut dyn Read) -> Self {
        Self { stored, begun: Instant::now(), bytes: 0 }
    }
}

impl Read for Paced<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.stored.read(buffer)?;
        self.bytes = self.bytes.saturating_add(bytes as u64);
        let seconds = self.begun.elapsed().saturating_sub(LAYER_PATIENCE).as_secs();
        if bytes > 0 && self.bytes < seconds.saturating_mul(LAYER_RATE) {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the bytes come too slowly"));
        }
        Ok(bytes)
    }
}

fn read(
    engine: &Engine,
    layer: &Digest,
    stored: &mut dyn Read,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<LayerEvidence, ReadError> {
    let (directory, limits) = (engine.temporary(), fault::layer_limits());
    read_stored_layer(layer, stored, &directory, engine.indexer.wants(), &limits, is_cancelled)
}

/// Reads a layer that a client sends.
pub(super) fn receive(engine: &Engine, layer: &Digest, stored: &mut dyn Read) -> Result<(), IndexFailure> {
    let read = read(engine, layer, stored, &|| engine.bell.ends()).map_err(|error| {
        // Not a server's fault here, but the client's own.
        let is_wrong = matches!(
            error,
            ReadError::Layer(LayerError::DigestMismatch { .. } | LayerError::TooLarge { .. })
        );
        match trouble(&error) {
            _any if is_wrong => IndexFailure::Invalid(told(&error)),
            Trouble::Passing(failure) | Trouble::Lasting(failure) => failure,
        }
    })?;
    evidence::keep(engine, layer, &read).map(drop)
}

/// A failure, and whether asking again at once may help.
enum Trouble {
    Passing(IndexFailure),
    Lasting(IndexFailure),
}

fn trouble(error: &ReadError) -> Trouble {
    match error {
        ReadError::Layer(LayerError::Unreadable { .. }) => Trouble::Passing(IndexFailure::Layer(told(error))),
        ReadError::Layer(
            LayerError::DigestMismatch { .. } | LayerError::SizeMismatch { .. } | LayerError::TooLarge { .. },
        )
        | ReadError::Source(_) => Trouble::Lasting(IndexFailure::Layer(told(error))),
        ReadError::Layer(LayerError::Sink { .. })
        | ReadError::Store(_)
        | ReadError::Pack(_)
        | ReadError::Write(_)
        | ReadError::Directory { .. } => Trouble::Lasting(IndexFailure::Internal(told(error))),
    }
}

/// An error with its causes.
pub(super) fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}

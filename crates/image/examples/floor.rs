//! The floor under `limpid index`: every layer of an image decompressed and hashed, as stored and uncompressed, and
//! nothing else. Same source, same libraries, same number of threads.
//!
//! Prints a line for each layer, so that nothing can be optimised away, and fails where a digest is not the expected one
//! unless `--unverified` is given. `bench/run` measures it.

use std::{
    error::Error,
    io::{self, BufReader, Read},
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use flate2::bufread::MultiGzDecoder;
use limpid_core::{Digest, digest::Hasher};
use limpid_image::source::{self, LayerDescriptor, LayeredImage, OpenedImage, SourceOptions};

/// As large as the buffers of the layer reader.
const BUFFER_BYTES: usize = 256 << 10;

type Failure = Box<dyn Error + Send + Sync>;

/// What a layer was.
struct Measured {
    stored: Digest,
    stored_bytes: u64,
    uncompressed: Digest,
    uncompressed_bytes: u64,
}

/// Hashes and counts what is read through it.
struct Hashing<R> {
    inner: R,
    hasher: Hasher,
    bytes: u64,
}

impl<R> Hashing<R> {
    fn new(inner: R) -> Self {
        Self { inner, hasher: Hasher::sha256(), bytes: 0 }
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(buffer.get(..count).unwrap_or_default());
        self.bytes += count as u64;
        Ok(count)
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("floor: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, Failure> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let unverified = arguments.iter().position(|argument| argument == "--unverified");
    if let Some(place) = unverified {
        arguments.remove(place);
    }
    let [image] = arguments.as_slice() else {
        return Err("usage: floor [--unverified] IMAGE".into());
    };
    let spool = std::env::temp_dir();
    let OpenedImage::Layers(image) = source::open(&image.parse()?, &SourceOptions::new(spool))? else {
        return Err("a root file system has no layers".into());
    };
    let measured = measure_all(image.as_ref())?;
    let mut verified = true;
    for (layer, measured) in image.layers().iter().zip(&measured) {
        verified &= is_expected(layer, measured);
        println!(
            "{} {} {} {}",
            measured.stored, measured.stored_bytes, measured.uncompressed, measured.uncompressed_bytes
        );
    }
    Ok(verified || unverified.is_some())
}

fn is_expected(layer: &LayerDescriptor, measured: &Measured) -> bool {
    layer.digest == measured.stored && layer.diff_id == measured.uncompressed
}

/// Layers side by side, one thread a core: whoever is free takes the next.
fn measure_all(image: &dyn LayeredImage) -> Result<Vec<Measured>, Failure> {
    let count = image.layers().len();
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from).min(count);
    let work = || -> Result<Vec<(usize, Measured)>, Failure> {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return Ok(done);
            }
            done.push((index, measure(image.open_layer(index)?)?));
        }
    };
    let mut measured = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut all = Vec::new();
        for thread in running {
            all.extend(thread.join().map_err(|_panic| "a thread panicked")??);
        }
        Ok::<_, Failure>(all)
    })?;
    measured.sort_by_key(|(index, _)| *index);
    Ok(measured.into_iter().map(|(_, layer)| layer).collect())
}

fn measure(layer: Box<dyn Read + Send>) -> Result<Measured, Failure> {
    let mut stored = BufReader::with_capacity(BUFFER_BYTES, Hashing::new(layer));
    let magic = io::BufRead::fill_buf(&mut stored)?.get(..4).unwrap_or_default().to_vec();
    let (uncompressed, uncompressed_bytes) = match magic.as_slice() {
        [0x1f, 0x8b, ..] => hash_to_end(MultiGzDecoder::new(&mut stored)),
        [0x28, 0xb5, 0x2f, 0xfd] => hash_to_end(zstd::Decoder::with_buffer(&mut stored)?),
        // A plain tar is hashed once: the two digests are one.
        _ => {
            io::copy(&mut stored, &mut io::sink())?;
            let plain = stored.into_inner();
            let digest = plain.hasher.finish();
            let bytes = plain.bytes;
            return Ok(Measured {
                stored: digest.clone(),
                stored_bytes: bytes,
                uncompressed: digest,
                uncompressed_bytes: bytes,
            });
        }
    };
    io::copy(&mut stored, &mut io::sink())?;
    let stored = stored.into_inner();
    Ok(Measured {
        stored: stored.hasher.finish(),
        stored_bytes: stored.bytes,
        uncompressed,
        uncompressed_bytes,
    })
}

/// To the end, or to the damage: what is damaged has not the expected digest.
fn hash_to_end(input: impl Read) -> (Digest, u64) {
    let mut hashing = Hashing::new(input);
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match hashing.read(&mut buffer) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                eprintln!("floor: {error}");
                break;
            }
        }
    }
    (hashing.hasher.finish(), hashing.bytes)
}

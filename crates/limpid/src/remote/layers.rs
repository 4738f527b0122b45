//! Layers that are sent to a server: those that it does not know, each once, as they are stored.

use std::{
    collections::BTreeSet,
    io::{self, Read},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::bail;
use limpid_image::source::{LayerDescriptor, LayeredImage};
use reqwest::blocking::Body;

use super::{
    client::{Client, LONG},
    limpid,
};
use crate::progress::{Bars, SentBar};

/// The slowest connection that is waited for, in bytes a second.
const SLOWEST: u64 = 64 << 10;
/// The size that is reckoned with where none is told.
const UNTOLD_SIZE: u64 = 1 << 30;

/// Sends the layers of an image that the server does not know.
pub(super) fn send(client: &Client, image: &dyn LayeredImage, bars: &Bars) -> anyhow::Result<()> {
    let mut seen = BTreeSet::new();
    for (index, layer) in image.layers().iter().enumerate() {
        if seen.insert(&layer.digest) && !limpid::has_layer(client, &layer.digest)? {
            let bar = bars.sent_layer(&image.facts().reference, index, layer.size);
            let sent = send_one(client, image, index, layer, &bar);
            bar.finish();
            sent?;
        }
    }
    Ok(())
}

fn send_one(
    client: &Client,
    image: &dyn LayeredImage,
    index: usize,
    layer: &LayerDescriptor,
    bar: &SentBar,
) -> anyhow::Result<()> {
    let fault = Fault::default();
    let open = || {
        if fault.is_set() {
            bail!("no more of it comes");
        }
        bar.begin();
        let stored = image.open_layer(index)?;
        let sent = Sent { stored, missing: layer.size, bar: bar.clone(), fault: fault.clone() };
        Ok(match layer.size {
            Some(size) => Body::sized(sent, size),
            None => Body::new(sent),
        })
    };
    let patience = LONG + Duration::from_secs(layer.size.unwrap_or(UNTOLD_SIZE) / SLOWEST);
    let put = limpid::put_layer(client, &layer.digest, patience, &open);
    match (put, fault.take()) {
        // The server is not at fault: it only saw that no more bytes came.
        (Err(_), Some(fault)) => bail!("layer {} cannot be read: {fault}", layer.digest),
        (put, _) => put,
    }
}

/// Why the bytes of a layer stopped coming.
#[derive(Clone, Default)]
struct Fault(Arc<Mutex<Option<String>>>);

impl Fault {
    fn set(&self, error: &io::Error) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
    }

    fn is_set(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The bytes of a layer on their way. An end that comes too early is an error: who sends fewer bytes than were announced
/// leaves the server waiting.
struct Sent {
    stored: Box<dyn Read + Send>,
    missing: Option<u64>,
    bar: SentBar,
    fault: Fault,
}

impl Sent {
    fn some(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.stored.read(buffer)?;
        if let Some(missing) = &mut self.missing {
            if length == 0 && *missing > 0 && !buffer.is_empty() {
                let text = format!("it ends {missing} bytes before its size");
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, text));
            }
            *missing = missing.saturating_sub(length as u64);
        }
        self.bar.advance(length);
        Ok(length)
    }
}

impl Read for Sent {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.some(buffer);
        if let Err(error) = &read
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.fault.set(error);
        }
        read
    }
}

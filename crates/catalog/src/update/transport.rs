//! Transport: gets documents and listings from upstream, a web mirror, or a folder.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use limpid_core::feed::{DiscoveryError, Upstream};

use super::{
    decompress::decompressed,
    document::{CopyError, Document, copy},
    http::Http,
    mirror::{Address, Mirror},
    request::{Fetched, Request, TransportError, spool, unreachable},
};
use crate::{Clock, limits, state::Validators, transfer::read_bounded};

pub(super) struct Transport {
    mirror: Option<Mirror>,
    clock: Arc<dyn Clock>,
    http: OnceLock<Result<Http, String>>,
}

impl Transport {
    pub(super) fn new(mirror: Option<Mirror>, clock: Arc<dyn Clock>) -> Self {
        Self { mirror, clock, http: OnceLock::new() }
    }

    /// Whether a copy of upstream is read, which may be partial.
    pub(super) fn is_mirror(&self) -> bool {
        self.mirror.is_some()
    }

    /// Where an upstream address is read from.
    pub(super) fn address(&self, url: &str) -> Result<Address, TransportError> {
        let address = match &self.mirror {
            None => Some(Address::Url(url.to_owned())),
            Some(mirror) => mirror.address(url),
        };
        address.ok_or_else(|| unreachable(url, "no address that a mirror can have"))
    }

    pub(super) fn fetch(&self, request: &Request<'_>) -> Result<Fetched, TransportError> {
        match request.address {
            Address::Url(url) => self.http(url)?.fetch(url, request),
            Address::File(path) => self.fetch_file(path, request),
        }
    }

    /// Made at first use: a folder needs no client, and no certificates.
    fn http(&self, url: &str) -> Result<&Http, TransportError> {
        let made = self.http.get_or_init(|| Http::new(self.mirror.as_ref(), Arc::clone(&self.clock)));
        made.as_ref().map_err(|reason| unreachable(url, reason))
    }

    fn fetch_file(&self, path: &Path, request: &Request<'_>) -> Result<Fetched, TransportError> {
        let Some(file) = self.open(path)? else { return Ok(Fetched::Absent) };
        let mut spool = spool(request.directory)?;
        (request.started)(file.metadata().ok().map(|found| found.len()));
        let mut advanced = |bytes| {
            (request.advanced)(bytes);
            Ok(())
        };
        let copied = copy(&mut &file, &mut spool, request.most, &mut advanced);
        let content = Some(copied.map_err(|error| match error {
            CopyError::TooLarge => TransportError::TooLarge { limit: request.most },
            CopyError::Reading(error, _) => unreachable_file(path, &error),
            CopyError::Writing(error) => TransportError::Disk(error.to_string()),
        })?);
        if content == request.known.content {
            return Ok(Fetched::NotModified);
        }
        Ok(Fetched::Document(Document { spool, validators: Validators { content, ..Validators::default() } }))
    }

    /// Opens a file of the mirror; `None` where the mirror has none of that name.
    fn open(&self, path: &Path) -> Result<Option<File>, TransportError> {
        match File::open(path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.check_mirror().map(|()| None),
            Err(error) => Err(unreachable_file(path, &error)),
        }
    }

    /// A mirror that is not there does not lack a file: it says nothing.
    fn check_mirror(&self) -> Result<(), TransportError> {
        match &self.mirror {
            Some(Mirror::Directory(root)) => {
                fs::read_dir(root).map(|_| ()).map_err(|error| unreachable_file(root, &error))
            }
            Some(Mirror::Url(_)) | None => Ok(()),
        }
    }

    fn list_directory(&self, path: &PathBuf) -> Result<Option<Vec<String>>, TransportError> {
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return self.check_mirror().map(|()| None);
            }
            Err(error) => return Err(unreachable_file(path, &error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(|error| unreachable_file(path, &error))?.file_name();
            // A name that is not text is no name of a feed.
            names.extend(name.into_string().ok().filter(|name| !name.starts_with('.')));
        }
        names.sort();
        Ok(Some(names))
    }
}

impl Upstream for Transport {
    fn list(&self, url: &str) -> Result<Option<Vec<String>>, DiscoveryError> {
        let listed = self.address(url).and_then(|address| match address {
            Address::Url(url) => self.http(&url)?.list(&url),
            Address::File(path) => self.list_directory(&path),
        });
        listed.map_err(|error| discovery_error(url, &error))
    }

    fn exists(&self, url: &str) -> Result<bool, DiscoveryError> {
        let exists = self.address(url).and_then(|address| match address {
            Address::Url(url) => self.http(&url)?.exists(&url),
            Address::File(path) => self.open(&path).map(|file| file.is_some()),
        });
        exists.map_err(|error| discovery_error(url, &error))
    }

    fn read(&self, url: &str) -> Result<Option<Vec<u8>>, DiscoveryError> {
        let read = self.address(url).and_then(|address| match address {
            Address::Url(url) => self.http(&url)?.read(&url),
            Address::File(path) => {
                let Some(mut file) = self.open(&path)? else { return Ok(None) };
                let content = read_bounded(&mut file, limits::LISTING_BYTES);
                content.map(Some).map_err(|error| unreachable_file(&path, &error))
            }
        });
        let Some(read) = read.map_err(|error| discovery_error(url, &error))? else { return Ok(None) };
        let mut content = Vec::new();
        let whole = decompressed(read.as_slice(), limits::SMALL_BYTES)
            .and_then(|mut whole| whole.read_to_end(&mut content));
        match whole {
            Ok(_length) => Ok(Some(content)),
            Err(error) => Err(DiscoveryError { url: url.to_owned(), reason: error.to_string() }),
        }
    }
}

fn unreachable_file(path: &Path, error: &io::Error) -> TransportError {
    unreachable(&path.display().to_string(), error)
}

fn discovery_error(url: &str, error: &TransportError) -> DiscoveryError {
    DiscoveryError { url: url.to_owned(), reason: error.to_string() }
}

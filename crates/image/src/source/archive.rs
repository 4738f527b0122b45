//! Image archives: a tar with an OCI layout, with what `docker save` writes, or (Docker 25 and later) with both.
//!
//! A plain file is read in place. What is compressed as a whole, or comes as a stream, is first laid down in the spool.
//! Nothing is ever unpacked.

use std::{fs::File, io::Read, os::unix::fs::FileTypeExt, path::Path};

use super::{
    LayeredImage, OpenedImage, SourceOptions, docker_archive, error::SourceError, files::Files, layout,
    platforms::OpenedPlatforms, spool,
};
use crate::{
    platform::Platforms,
    reference::{ArchiveKind, Selector},
};

mod entries;

use entries::ArchiveFiles;

/// Which image of an archive is meant, and which of its two forms is believed first.
pub(crate) struct Choice<'a> {
    pub(crate) kind: ArchiveKind,
    pub(crate) selector: Option<&'a Selector>,
    pub(crate) reference: &'a str,
    /// Whether the form of `docker save` is taken where there are both: its digest is the engine's image id.
    pub(crate) by_image_id: bool,
}

/// Opens an image of the archive at `path`.
pub(crate) fn open_path(
    path: &Path,
    kind: ArchiveKind,
    selector: Option<&Selector>,
    reference: &str,
    options: &SourceOptions,
) -> Result<Box<dyn LayeredImage>, SourceError> {
    let (file, place) = laid_down(path, options)?;
    let choice = Choice { kind, selector, reference, by_image_id: false };
    open_file(file, place, &choice, options)
}

/// Opens the images of the archive at `path` for several platforms.
pub(crate) fn open_path_platforms(
    path: &Path,
    kind: ArchiveKind,
    selector: Option<&Selector>,
    reference: &str,
    wanted: &Platforms,
    options: &SourceOptions,
) -> Result<OpenedPlatforms, SourceError> {
    let (file, place) = laid_down(path, options)?;
    let choice = Choice { kind, selector, reference, by_image_id: false };
    open_file_platforms(file, &place, &choice, wanted)
}

/// The uncompressed file of an archive, and where it is.
fn laid_down(path: &Path, options: &SourceOptions) -> Result<(File, String), SourceError> {
    let place = path.display().to_string();
    let failed = |error| SourceError::io(&place, error);
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        let remedy = "It is a directory: oci: reads an OCI layout, dir: a root file system";
        return Err(SourceError::not_found("an archive", place, remedy));
    }
    // A pipe is well: a shell gives one in the place of a file. A device may have no end.
    if metadata.file_type().is_char_device() {
        let remedy = "An archive is a file, or comes through a pipe";
        return Err(SourceError::unsupported("a device", place, remedy));
    }
    let mut file = File::open(path).map_err(failed)?;
    if !metadata.is_file() || spool::is_compressed(&mut file, &place)? {
        file = spool::lay_down(file, &options.spool, &place)?;
    }
    Ok((file, place))
}

/// Opens an image of an archive that comes as a stream.
pub(crate) fn open_stream(
    stream: impl Read,
    reference: &str,
    options: &SourceOptions,
) -> Result<Box<dyn LayeredImage>, SourceError> {
    let place = "standard input";
    let spooled = spool::lay_down(stream, &options.spool, place)?;
    let choice = Choice { kind: ArchiveKind::Any, selector: None, reference, by_image_id: false };
    open_file(spooled, place.to_owned(), &choice, options)
}

/// Opens the images of an archive that comes as a stream, for several platforms.
pub(crate) fn open_stream_platforms(
    stream: impl Read,
    reference: &str,
    wanted: &Platforms,
    options: &SourceOptions,
) -> Result<OpenedPlatforms, SourceError> {
    let place = "standard input";
    let spooled = spool::lay_down(stream, &options.spool, place)?;
    let choice = Choice { kind: ArchiveKind::Any, selector: None, reference, by_image_id: false };
    open_file_platforms(spooled, place, &choice, wanted)
}

/// Opens the images of an uncompressed archive for several platforms. What `docker save` wrote without a layout is one.
fn open_file_platforms(
    file: File,
    place: &str,
    choice: &Choice<'_>,
    wanted: &Platforms,
) -> Result<OpenedPlatforms, SourceError> {
    let files = ArchiveFiles::index(file, place.to_owned())?;
    let has_docker = files.contains(docker_archive::MANIFEST) && choice.kind != ArchiveKind::Oci;
    let layout = || layout::open_platforms(files.clone(), choice.selector, wanted, choice.reference);
    match files.contains(layout::INDEX).then(layout) {
        Some(Err(SourceError::NotFound { .. })) if has_docker => {}
        Some(opened) => return opened,
        None if has_docker => {}
        None => return Err(no_image(&files, choice.kind)),
    }
    let image = docker_archive::open(files, choice.selector, None, choice.reference)?;
    Ok(OpenedPlatforms::of_one(OpenedImage::Layers(Box::new(image)), wanted, place))
}

/// Opens an image of an uncompressed archive.
pub(crate) fn open_file(
    file: File,
    place: String,
    choice: &Choice<'_>,
    options: &SourceOptions,
) -> Result<Box<dyn LayeredImage>, SourceError> {
    let files = ArchiveFiles::index(file, place)?;
    let platform = options.platform.as_ref();
    let has_layout = files.contains(layout::INDEX);
    let has_docker = files.contains(docker_archive::MANIFEST) && choice.kind != ArchiveKind::Oci;
    let docker = |files| -> Result<Box<dyn LayeredImage>, SourceError> {
        Ok(Box::new(docker_archive::open(files, choice.selector, platform, choice.reference)?))
    };
    if has_docker && (choice.by_image_id || !has_layout) {
        return docker(files);
    }
    if !has_layout {
        return Err(no_image(&files, choice.kind));
    }
    match layout::open(files.clone(), choice.selector, platform, choice.reference) {
        // Docker writes the manifest of all platforms even where it has the layers of one, or of none.
        Ok(image) if has_docker && !image.is_complete()? => docker(files),
        Err(SourceError::NotFound { .. }) if has_docker => docker(files),
        Ok(image) => Ok(Box::new(image)),
        Err(error) => Err(error),
    }
}

/// Why an archive without an image was not one, as far as its entries tell.
fn no_image(files: &ArchiveFiles, kind: ArchiveKind) -> SourceError {
    let place = files.place();
    if kind == ArchiveKind::Oci && files.contains(docker_archive::MANIFEST) {
        return SourceError::not_found(
            layout::INDEX,
            place,
            "It is an archive of docker save: docker-archive: reads it",
        );
    }
    if files.contains("repositories") {
        let what = "an archive of docker save before Docker 1.10, without manifest.json,";
        return SourceError::unsupported(what, place, "Load it into an engine and save it again");
    }
    let is_root = ["etc/os-release", "usr/lib/os-release", "bin/sh", "usr/bin/env"];
    if is_root.iter().any(|path| files.contains(path)) {
        let remedy = "Unpack it and name the directory with dir:";
        return SourceError::unsupported("an archive of a root file system", place, remedy);
    }
    SourceError::unsupported("an archive with neither index.json nor manifest.json", place, "")
}

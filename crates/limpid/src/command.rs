//! The commands, one module each: what the arguments mean is done here.

pub(crate) mod accounts;
mod base;
pub(crate) mod cache;
pub(crate) mod compare;
pub(crate) mod database;
mod decisions;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod index;
pub(crate) mod manual;
mod referrers;
pub(crate) mod scan;
pub(crate) mod serve;
pub(crate) mod version;
pub(crate) mod vex;

use limpid_image::source::{Beside, OpenedImage};

use crate::{arguments::ImageOptions, engine::Engine, exit::Status, output::Layout, terminal};

/// Opens each image, for each of its platforms that is asked for, and does something with it. One that fails is said and does
/// not keep the others from being done.
fn each_image<T>(
    engine: &Engine,
    images: &[String],
    options: &ImageOptions,
    mut act: impl FnMut(&str, OpenedImage) -> anyhow::Result<T>,
) -> (Vec<T>, Status) {
    let mut done = Vec::new();
    let mut status = Status::Done;
    let mut failed = |error: anyhow::Error, what: String| {
        terminal::print_error(&error.context(what));
        status = Status::Failed;
    };
    for image in images {
        let opened = match engine.open_platforms(image, options) {
            Ok(opened) => opened,
            Err(error) => {
                failed(error, image.clone());
                continue;
            }
        };
        for one in opened.images {
            let result = one.opened.map_err(anyhow::Error::from).and_then(|opened| act(image, opened));
            match result {
                Ok(result) => done.push(result),
                Err(error) if one.name.is_empty() => failed(error, image.clone()),
                Err(error) => failed(error, format!("{image} ({})", one.name)),
            }
        }
        if !opened.beside.is_empty() {
            terminal::print_note(&beside(image, &opened.beside));
        }
    }
    (done, status)
}

/// Says what stands in an index and was not looked at, because it is no image.
fn beside(image: &str, beside: &[Beside]) -> String {
    let are = if beside.len() == 1 {
        "1 entry of the index is no image:"
    } else {
        "entries of the index are no images:"
    };
    let each: Vec<String> = beside.iter().map(|one| format!("{} {}", one.kind, one.digest)).collect();
    format!("{image}: {are} {}", each.join(", "))
}

/// Whether several reports may come of the arguments, so that programs know what to expect.
fn are_several(images: &[String], options: &ImageOptions) -> bool {
    images.len() > 1 || options.several().is_some()
}

/// One document is laid out for reading; of several, each is a line.
fn layout(several: bool) -> Layout {
    if several { Layout::Line } else { Layout::Pretty }
}

//! The commands, one module each: what the arguments mean is done here.

pub(crate) mod accounts;
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

use crate::{exit::Status, output::Layout, terminal};

/// Does something for each image. One that fails is said and does not keep the others from being done.
fn each_image<T>(images: &[String], mut act: impl FnMut(&str) -> anyhow::Result<T>) -> (Vec<T>, Status) {
    let mut done = Vec::new();
    let mut status = Status::Done;
    for image in images {
        match act(image) {
            Ok(result) => done.push(result),
            Err(error) => {
                terminal::print_error(&error.context(image.clone()));
                status = Status::Failed;
            }
        }
    }
    (done, status)
}

/// One document is laid out for reading; of several, each is a line.
fn layout(several: bool) -> Layout {
    if several { Layout::Line } else { Layout::Pretty }
}

//! What a person sees, and what a program reads: reports, lists and comparisons in words.
//!
//! Each table has two forms. With a width it is laid out for a person; without one it is plain lines separated by
//! tabs (docs/output.md), which stay as they are. Text from images and feeds is a stranger's, so all of it passes
//! [`escaped`] before it is shown.

mod blind_spots;
mod cache;
mod columns;
mod comparison;
mod doctor;
mod explanation;
mod feeds;
mod html;
mod index;
mod json;
mod junit;
mod lines;
mod markdown;
mod page;
mod platforms;
mod report;
pub(crate) mod style;
mod text;

pub(crate) use self::{
    cache::cache_table,
    comparison::comparison_table,
    doctor::{Examination, doctor_table},
    explanation::explanation_table,
    feeds::{FeedRow, FeedWord, feeds_table},
    html::html,
    index::index_table,
    json::{Layout, json},
    junit::junit,
    markdown::markdown,
    platforms::platforms,
    report::report_table,
    text::escaped,
};

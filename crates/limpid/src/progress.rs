//! Progress bars on standard error, while layers are read and feeds are fetched.
//!
//! Only where standard error is a terminal and somebody may want to see them; otherwise nothing is printed.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use limpid_catalog::update::{self, Outcome};

/// Work that is done sooner needs no bar.
const APPEAR_AFTER: Duration = Duration::from_millis(150);

/// The bars of one command.
pub(crate) struct Bars {
    all: MultiProgress,
}

impl Bars {
    /// Bars, or nothing where nobody looks.
    pub(crate) fn new(quiet: bool) -> Self {
        let target = if quiet || !io::stderr().is_terminal() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr_with_hz(12)
        };
        Self { all: MultiProgress::with_draw_target(target) }
    }

    /// The bars of an image's layers.
    pub(crate) fn layers(&self, image: &str) -> LayerBars<'_> {
        LayerBars { all: &self.all, image: image.to_owned(), bars: Mutex::default() }
    }

    /// The bar of a layer that is sent to a server.
    pub(crate) fn sent_layer(&self, image: &str, index: usize, size: Option<u64>) -> SentBar {
        SentBar(bar(&self.all, format!("{image} layer {} ↑", index + 1), size))
    }

    /// The bars of an update.
    pub(crate) fn feeds(&self) -> FeedBars<'_> {
        FeedBars { all: &self.all, bars: Mutex::default() }
    }

    /// Prints something without tearing the bars.
    pub(crate) fn suspend(&self, print: impl FnOnce()) {
        self.all.suspend(print);
    }

    /// Takes the bars away.
    pub(crate) fn clear(&self) {
        // A terminal that is gone shows no bars either.
        drop(self.all.clear());
    }
}

fn bar(all: &MultiProgress, label: String, size: Option<u64>) -> ProgressBar {
    let template = match size {
        Some(_) => "  {prefix:28!} {bar:24.cyan/dim} {bytes:>10} / {total_bytes:<10} {bytes_per_sec}",
        None => "  {prefix:28!} {spinner:.cyan} {bytes}",
    };
    let bar = all.add(size.map_or_else(ProgressBar::no_length, ProgressBar::new));
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar.set_prefix(label);
    bar.enable_steady_tick(APPEAR_AFTER);
    bar
}

/// One bar a layer.
pub(crate) struct LayerBars<'a> {
    all: &'a MultiProgress,
    image: String,
    bars: Mutex<BTreeMap<usize, ProgressBar>>,
}

impl limpid_image::progress::Progress for LayerBars<'_> {
    fn layer_started(&self, index: usize, size: Option<u64>) {
        let bar = bar(self.all, format!("{} layer {}", self.image, index + 1), size);
        self.bars.lock().unwrap_or_else(PoisonError::into_inner).insert(index, bar);
    }

    fn layer_advanced(&self, index: usize, bytes: u64) {
        if let Some(bar) = self.bars.lock().unwrap_or_else(PoisonError::into_inner).get(&index) {
            bar.inc(bytes);
        }
    }

    fn layer_finished(&self, index: usize, _from_evidence: bool) {
        if let Some(bar) = self.bars.lock().unwrap_or_else(PoisonError::into_inner).remove(&index) {
            bar.finish_and_clear();
        }
    }
}

/// The bar of a layer that is sent. Clones are the same bar, because who sends the bytes wants one of its own.
#[derive(Clone)]
pub(crate) struct SentBar(ProgressBar);

impl SentBar {
    /// The layer is sent from its start, once more where the connection was lost.
    pub(crate) fn begin(&self) {
        self.0.set_position(0);
    }

    /// So many more bytes were sent.
    pub(crate) fn advance(&self, bytes: usize) {
        self.0.inc(bytes as u64);
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// One bar a feed that is being fetched.
pub(crate) struct FeedBars<'a> {
    all: &'a MultiProgress,
    bars: Mutex<BTreeMap<String, ProgressBar>>,
}

impl update::Progress for FeedBars<'_> {
    fn feed_started(&self, feed: &str, size: Option<u64>) {
        let bar = bar(self.all, feed.to_owned(), size);
        self.bars.lock().unwrap_or_else(PoisonError::into_inner).insert(feed.to_owned(), bar);
    }

    fn feed_advanced(&self, feed: &str, bytes: u64) {
        if let Some(bar) = self.bars.lock().unwrap_or_else(PoisonError::into_inner).get(feed) {
            bar.inc(bytes);
        }
    }

    fn feed_finished(&self, feed: &str, _outcome: &Outcome) {
        if let Some(bar) = self.bars.lock().unwrap_or_else(PoisonError::into_inner).remove(feed) {
            bar.finish_and_clear();
        }
    }
}

//! Figures of the catalog: what updating, opening and asking it costs. Give it a mirror's folder.
//!
//! `cargo run --release -p limpid-catalog --example figures -- MIRROR`

use std::{collections::BTreeSet, env, error::Error, sync::Arc, time::Instant};

use chrono::Utc;
use limpid_catalog::{Catalog, Mirror, Selection, Store, SystemClock, Updater, update::Quiet};
use limpid_core::{ecosystems, matching::Advisories};

fn main() -> Result<(), Box<dyn Error>> {
    let mirror = env::args().nth(1).ok_or("which mirror?")?.parse::<Mirror>()?;
    let folder = tempfile::tempdir()?;
    let (store, ecosystems) = (Store::new(folder.path()), ecosystems::all());
    let updater = Updater::new(store.clone(), Some(mirror), Arc::new(SystemClock));

    let begun = Instant::now();
    let report = updater.update(&ecosystems, &Selection::All, None, &Quiet)?;
    println!("update of {} feeds: {:?}", report.feeds.len(), begun.elapsed());
    let begun = Instant::now();
    updater.update(&ecosystems, &Selection::All, None, &Quiet)?;
    println!("update without news: {:?}", begun.elapsed());

    let begun = Instant::now();
    let catalog = Catalog::open(&store, &ecosystems, Utc::now())?;
    println!("open: {:?}", begun.elapsed());
    let status = catalog.status();
    for (name, feed) in &status.feeds {
        println!("  {name}: {:?}, {} records, {} bytes", feed.condition, feed.records, feed.bytes);
    }

    let mut keys = BTreeSet::new();
    for loaded in store.read()?.segments() {
        let segment = store.segment(&loaded.segment)?;
        for statement in &segment {
            let (affected, _) = statement?;
            keys.insert((affected.namespace, affected.package));
        }
    }
    let begun = Instant::now();
    let mut statements = 0;
    for (namespace, package) in &keys {
        statements += catalog.find(namespace, package, &mut |_| true).statements.len();
    }
    let each = begun.elapsed() / u32::try_from(keys.len().max(1))?;
    println!("find: {each:?} for each of {} packages, {statements} statements", keys.len());
    Ok(())
}

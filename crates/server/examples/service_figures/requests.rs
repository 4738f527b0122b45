//! What clients wait for: index requests and reports, one after the other on one state; then the same state re-indexed.

use serde_json::Value;

use crate::{
    Failure, Wish,
    fleet::Fleet,
    images::{Images, RUNTIMES},
    load::{self, CONNECTIONS, Request},
    mirror,
    place::Place,
    server::Server,
    stale,
};

/// Reports that are asked for again and again: fewer than are remembered.
const REMEMBERED: usize = 200;

/// Packages of the large image.
const LARGE: usize = 1000;

/// How often the report of the large image is asked for.
const ASKED: usize = 500;

pub(crate) fn measure(wish: &Wish) -> Result<(), Failure> {
    let place = Place::new(wish)?;
    let mut documents = mirror::documents(wish)?;
    mirror::write(&documents, &place.mirror())?;
    let fleet = Fleet::new(wish, &documents)?;
    let images = Images::new(&fleet, wish.manifests.div_ceil(RUNTIMES));
    let say = |figure: Value| println!("{}", load::with(figure, "database", &*wish.database));
    let server = place.serve("")?;
    server.update()?;
    index(&server, &images, &say)?;
    let report =
        |number: usize| Request::get(report_of(images.manifest(number % images.count()).digest.as_str()));
    let distinct = images.count().min(2_000);
    say(load::measure(&server, "report, the first time", CONNECTIONS, distinct, report)?);
    let known = |number: usize| report(number % REMEMBERED);
    load::measure(&server, "", CONNECTIONS, REMEMBERED, known)?;
    say(load::measure(&server, "report, remembered", CONNECTIONS, 10 * distinct, known)?);
    say(load::measure(&server, "report, remembered", 1, distinct, known)?);
    for document in &mut documents {
        document.change(125, 0);
    }
    mirror::write(&documents, &place.mirror())?;
    server.update()?;
    say(load::measure(
        &server,
        "report, after a change of the advisory data",
        CONNECTIONS,
        distinct,
        report,
    )?);
    large(&server, &images, &fleet, &say)?;
    server.stop()?;
    stale::measure(&place, &images, &say)
}

fn index(server: &Server, images: &Images, say: &dyn Fn(Value)) -> Result<(), Failure> {
    let post = |number| Request {
        method: "POST",
        path: "/indexer/api/v1/index_report".to_owned(),
        body: images.manifest(number).body,
        status: 201,
    };
    let new = images.count() / RUNTIMES;
    images.fetched();
    let figure = load::measure(server, "index, a layer of each new", CONNECTIONS, new, post)?;
    say(load::with(figure, "fetched", images.fetched()));
    let known = images.count() - new;
    let rest = |number| post(new + number);
    let figure = load::measure(server, "index, all layers known", CONNECTIONS, known, rest)?;
    say(load::with(figure, "fetched", images.fetched()));
    Ok(())
}

/// The report of an image with very many packages, alone on the machine.
fn large(server: &Server, images: &Images, fleet: &Fleet, say: &dyn Fn(Value)) -> Result<(), Failure> {
    let manifest = images.large(fleet, LARGE);
    server.client()?.json("POST", "/indexer/api/v1/index_report", &manifest.body, 201)?;
    let report = |_| Request::get(report_of(manifest.digest.as_str()));
    say(load::measure(server, "report of 1,000 packages, the first time", 1, 1, report)?);
    say(load::measure(server, "report of 1,000 packages, remembered", 1, ASKED, report)?);
    Ok(())
}

fn report_of(digest: &str) -> String {
    format!("/matcher/api/v1/vulnerability_report/{digest}")
}

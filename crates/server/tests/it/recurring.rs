//! What comes again by itself, whoever ended it; and what nobody is there for.

use std::time::Duration;

use limpid_core::Digest;
use limpid_server::configuration::Role;
use limpid_store::{
    StoreError, Transaction, catalog, index_states,
    jobs::{self, Job, JobKind, JobState},
    presence::{self, Purpose},
};
use limpid_testkit::alpine;

use crate::{
    nodes::{eventually, write},
    service::{FIXES, Service, vulnerable},
};

fn recurring(service: &Service) -> Option<Job> {
    let find = |tx: &mut Transaction<'_>| jobs::find(tx, JobKind::Update, "all");
    service.engine.database.read::<_, StoreError>(find).unwrap()
}

/// A service that asks a mirror for this feed by itself.
fn asking(feed: &str) -> Service {
    Service::configured(|configuration| {
        let mirror = alpine::Mirror::at(&configuration.data.join("mirror"));
        mirror.alpine("v3.99", "main", FIXES);
        configuration.updater.on = true;
        configuration.updater.mirror = Some(mirror.path().display().to_string());
        configuration.updater.feeds = vec![feed.to_owned()];
    })
}

#[test]
fn an_update_that_another_process_ended_for_good_is_scheduled_anew() {
    let service = asking("alpine");
    let version = || service.engine.database.read(catalog::version).unwrap();
    eventually("data is loaded", || (version() > 0).then_some(()));
    // As one does that asks nobody by itself.
    eventually("the job waits for its time, and is taken away", || {
        write(&service, |tx| {
            let ended = "
                UPDATE job SET state = 'done', finished_at = limpid_now()
                WHERE kind = 'update' AND state = 'queued'";
            tx.execute(ended, &[])
        })
        .checked_sub(1)
    });
    let again = eventually("it is there again", || {
        recurring(&service).filter(|job| job.finished_at.is_none() && job.error.is_empty())
    });
    assert_eq!(again.key, "all");
}

#[test]
fn an_update_by_itself_outlives_a_feed_that_upstream_lacks() {
    let service = asking("nothing");
    let waiting = eventually("it failed, and waits", || {
        recurring(&service).filter(|job| job.state == JobState::Queued && !job.error.is_empty())
    });
    assert!(waiting.error.contains("nothing"), "{waiting:?}");
    assert_eq!((waiting.attempts, waiting.finished_at), (1, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_submits_where_nobody_indexes_is_told_what_to_do() {
    let service =
        Service::configured(|configuration| configuration.roles = [Role::Matcher, Role::Updater].into());
    let manifest = service.manifest(&vulnerable());
    let answer = service.json("POST", "/indexer/api/v1/index_report", &manifest).await;
    assert_eq!(answer.header("retry-after"), "10");
    let message = answer.error(503, "internal-error");
    assert!(message.contains("role indexer"), "{message}");
    // The work is kept for one that comes.
    let job = format!("/api/v1/jobs/index/{}", manifest["hash"].as_str().unwrap());
    assert_eq!(service.get(&job).await.with_status(200).value()["state"], "queued");
}

#[test]
fn a_program_of_another_state_leaves_rows_to_those_of_the_state_in_force() {
    let service = Service::start();
    let other = Digest::of(b"a newer program");
    let unused = "INSERT INTO package_key (namespace, name) VALUES ('x', 'unused')";
    write(&service, |tx| {
        let states = [other.to_string()].into();
        presence::note(tx, "another", Purpose::IndexState, &states, Duration::ZERO)?;
        index_states::announce(tx, &other)?;
        tx.execute(unused, &[])
    });
    let collected = || {
        eventually("garbage is collected now", || {
            let due = "UPDATE job SET run_at = 0 WHERE kind = 'collect-garbage' AND state = 'queued'";
            write(&service, |tx| tx.execute(due, &[])).checked_sub(1)
        });
        eventually("it is to be collected again", || {
            let find = |tx: &mut Transaction<'_>| jobs::find(tx, JobKind::CollectGarbage, "all");
            let job = service.engine.database.read::<_, StoreError>(find).unwrap()?;
            (job.state == JobState::Queued && job.run_at.timestamp() > 0).then_some(())
        });
        let left = |tx: &mut Transaction<'_>| tx.query("SELECT number FROM package_key", &[]);
        service.engine.database.read(left).unwrap().len()
    };
    assert_eq!(collected(), 1);
    write(&service, |tx| index_states::announce(tx, service.engine.own_index_state()));
    assert_eq!(collected(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tag_of_a_report_tells_the_program_that_judges() {
    let service = Service::start();
    service.advise(FIXES).await;
    let manifest = service.index(&vulnerable()).await;
    let (url, blobs) =
        (service.engine.configuration.database.url.clone(), service.engine.configuration.blobs.url.clone());
    let another = Service::configured(|configuration| {
        configuration.roles = [Role::Matcher].into();
        configuration.indexer.ecosystems = vec!["alpine".to_owned()];
        configuration.database.url = url;
        configuration.blobs.url = blobs;
    });
    assert_ne!(another.engine.own_index_state(), service.engine.own_index_state());
    for path in [
        format!("/api/v1/manifests/{manifest}/report"),
        format!("/matcher/api/v1/vulnerability_report/{manifest}"),
    ] {
        let tags = [&service, &another].map(|service| service.get(&path));
        let [own, others] = tags;
        let (own, others) = (own.await.with_status(200), others.await.with_status(200));
        assert_ne!(own.header("etag"), others.header("etag"), "{path}");
        another.get_unless(&path, own.header("etag")).await.with_status(200);
        another.get_unless(&path, others.header("etag")).await.empty(304);
    }
}

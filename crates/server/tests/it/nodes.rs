//! What is shared with processes that are elsewhere, or gone.

use std::{
    collections::BTreeSet,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::Frame;
use limpid_core::Digest;
use limpid_server::limits;
use limpid_store::{
    StoreError, Transaction, index_states,
    jobs::{self, JobKind, JobState, NewJob},
    presence::{self, Purpose},
    reports::{self, AttemptState},
};
use tokio::sync::watch;

use crate::service::{FIXES, Service, vulnerable};

pub(crate) fn write<T>(
    service: &Service,
    work: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreError>,
) -> T {
    service.engine.database.write(work).unwrap()
}

/// Looks again and again until it is so.
#[track_caller]
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "did not happen: {what}");
        // Keeps the wait from being a busy one.
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_work_of_programs_that_are_gone_is_done_by_those_that_are_left() {
    let service = Service::start();
    let manifest = service.index(&vulnerable()).await;
    let gone = Digest::of(b"another program");
    let reindex = NewJob {
        kind: JobKind::Reindex,
        key: manifest.clone(),
        lane: String::new(),
        requires: gone.to_string(),
        priority: 0,
        payload: Vec::new(),
        delay: Duration::from_secs(3600),
    };
    // It was started last, began to make reports anew, and never came again.
    write(&service, |tx| {
        tx.execute("UPDATE index_report SET index_state = $1", &[(&gone).into()])?;
        jobs::submit(tx, &reindex)?;
        index_states::announce(tx, &gone)
    });
    let own = service.engine.own_index_state().clone();
    tokio::task::block_in_place(|| {
        eventually("the service is in the state of this program", || {
            (service.engine.database.read(index_states::current).unwrap()? == own).then_some(())
        });
        eventually("the job is done", || {
            let found = |tx: &mut Transaction<'_>| jobs::find(tx, JobKind::Reindex, &manifest);
            let job = service.engine.database.read::<_, StoreError>(found).unwrap()?;
            (job.state == JobState::Done).then_some(())
        });
    });
    let indexed = service.get(&format!("/indexer/api/v1/index_report/{manifest}")).await.with_status(200);
    assert_eq!(indexed.header("etag"), format!("\"{own}\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn targets_that_only_another_process_tells_are_told() {
    let service = Service::start();
    let names = BTreeSet::from(["quay".to_owned()]);
    write(&service, |tx| presence::note(tx, "another", Purpose::Target, &names, Duration::ZERO));
    service.advise(FIXES).await;
    service.index(&vulnerable()).await;
    service.advise(&[FIXES, &[("musl", "1.2.9-r0", &["CVE-2099-0099"])]].concat()).await;
    let job = tokio::task::block_in_place(|| {
        eventually("a delivery waits for the other process", || {
            let list = |tx: &mut Transaction<'_>| jobs::list(tx, Some(JobKind::Deliver), None, 10);
            service.engine.database.read::<_, StoreError>(list).unwrap().pop()
        })
    });
    assert_eq!((job.lane.as_str(), job.state), ("quay", JobState::Queued));
    let id = job.key.split(' ').next().unwrap();
    let told = service.get(&format!("/notifier/api/v1/notification/{id}")).await.value();
    assert_eq!(told["notifications"][0]["vulnerability"]["name"], "CVE-2099-0099", "{told:#}");
    assert_eq!(told["notifications"].as_array().unwrap().len(), 1, "{told:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_kills_the_process_again_and_again_is_tried_less_and_less() {
    let service = Service::start();
    let system = vulnerable();
    let manifest = service.manifest(&system);
    let digest: Digest = manifest["hash"].as_str().unwrap().parse().unwrap();
    let known = limpid_store::manifests::Manifest { digest: digest.clone(), layers: Vec::new() };
    // Begun three times, and each time the process ended in the middle.
    write(&service, |tx| {
        limpid_store::manifests::put(tx, &known)?;
        jobs::submit(
            tx,
            &NewJob {
                kind: JobKind::Index,
                key: digest.to_string(),
                lane: String::new(),
                requires: String::new(),
                priority: 0,
                payload: b"{\"layers\": []}".to_vec(),
                delay: Duration::ZERO,
            },
        )?;
        tx.execute("UPDATE job SET attempts = 3 WHERE kind = 'index'", &[]).map(drop)
    });
    let attempt = || service.engine.database.read(|tx| reports::attempt(tx, &digest)).unwrap().unwrap();
    let failed = tokio::task::block_in_place(|| {
        eventually("it counts as failed", || {
            let attempt = attempt();
            (attempt.state == AttemptState::Failed).then_some(attempt)
        })
    });
    assert!(failed.error.contains("begun 3 times"), "{failed:?}");
    assert_eq!(failed.failures, 4);
    let pause = failed.next_at.unwrap() - failed.at;
    assert!((230..=240).contains(&pause.num_seconds()), "{pause}");
    // With the manifest that is forgotten.
    write(&service, |tx| limpid_store::manifests::delete(tx, std::slice::from_ref(&digest)));
    service.index(&system).await;
}

/// A body that nothing comes of until its time is over.
struct Silent(Pin<Box<dyn Future<Output = ()> + Send>>);

impl Silent {
    fn until(mut over: watch::Receiver<bool>) -> Body {
        Body::new(Self(Box::pin(async move { drop(over.wait_for(|over| *over).await) })))
    }
}

impl HttpBody for Silent {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.as_mut().poll(context).map(|()| None)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_send_slowly_leave_room_for_everybody_else() {
    let service = Arc::new(Service::start());
    let (over, ends) = watch::channel(false);
    let path = format!("/api/v1/layers/{}", Digest::of(b"layer"));
    let mut slow = tokio::task::JoinSet::new();
    // One more than there is room for.
    for _ in 0..=limits::LONG_REQUESTS {
        let (service, path, body) = (Arc::clone(&service), path.clone(), Silent::until(ends.clone()));
        slow.spawn(async move { service.send("PUT", &path, &[], body).await });
    }
    let refused = slow.join_next().await.unwrap().unwrap().with_status(429);
    assert_eq!(refused.header("retry-after"), "10");
    service.get("/indexer/api/v1/index_state").await.with_status(200);
    over.send_replace(true);
    while let Some(answer) = slow.join_next().await {
        answer.unwrap().error(400, "bad-request");
    }
    service.send("PUT", &path, &[], Body::empty()).await.error(400, "bad-request");
}

//! Jobs: claimed by one at a time, ended once, begun again as often as they must be.

use std::{collections::BTreeMap, sync::Mutex, thread, time::Duration};

use limpid_store::{
    Database, StoreError,
    jobs::{self, ClaimedJob, Job, JobKind, JobState, NewJob},
};

use crate::support::{execute, number, on_each, read, write};

const MINUTE: Duration = Duration::from_secs(60);

pub(crate) fn new(kind: JobKind, key: &str) -> NewJob {
    NewJob {
        kind,
        key: key.to_owned(),
        lane: String::new(),
        requires: String::new(),
        priority: 0,
        payload: b"payload".to_vec(),
        delay: Duration::ZERO,
    }
}

pub(crate) fn claim(database: &Database, kinds: &[JobKind], worker: &str) -> Option<ClaimedJob> {
    write(database, |tx| jobs::claim(tx, kinds, "", "state", worker, MINUTE))
}

fn submit(database: &Database, job: &NewJob) -> uuid::Uuid {
    write(database, |tx| jobs::submit(tx, job))
}

fn find(database: &Database, kind: JobKind, key: &str) -> Job {
    read(database, |tx| jobs::find(tx, kind, key)).unwrap()
}

/// As if a lease had run out.
fn expire(database: &Database) {
    execute(database, "UPDATE job SET held_until = limpid_now() WHERE state = 'running'", &[]);
}

fn is_stale<T: std::fmt::Debug>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Stale(_)))
}

#[test]
fn a_job_goes_from_queued_to_done_and_its_payload_is_forgotten() {
    on_each(|database| {
        let id = submit(database, &new(JobKind::Index, "a"));
        let queued = find(database, JobKind::Index, "a");
        assert_eq!((queued.id, queued.state, queued.attempts), (id, JobState::Queued, 0));
        let claimed = claim(database, &[JobKind::Index], "one").unwrap();
        assert_eq!((claimed.id, claimed.kind, claimed.key.as_str()), (id, JobKind::Index, "a"));
        assert_eq!((claimed.payload.as_slice(), claimed.attempt), (b"payload".as_slice(), 1));
        assert_eq!(claim(database, &[JobKind::Index], "two"), None);
        let running = find(database, JobKind::Index, "a");
        assert_eq!((running.state, running.worker.as_str()), (JobState::Running, "one"));
        write(database, |tx| jobs::finish(tx, &claimed));
        let done = find(database, JobKind::Index, "a");
        assert_eq!((done.state, done.attempts, done.error.as_str()), (JobState::Done, 1, ""));
        assert!(done.finished_at.unwrap() >= done.created_at);
        assert_eq!(number(database, "SELECT COUNT(*) FROM job WHERE payload IS NOT NULL"), 0);
        assert_eq!(claim(database, &[JobKind::Index], "two"), None);
        assert_eq!(read(database, |tx| jobs::find(tx, JobKind::Reindex, "a")), None);
    });
}

#[test]
fn sixteen_workers_do_each_of_five_hundred_jobs_once() {
    on_each(|database| {
        execute(database, "CREATE TABLE effect (key TEXT NOT NULL)", &[]);
        write(database, |tx| {
            for number in 0..500 {
                let kind = if number % 2 == 0 { JobKind::Index } else { JobKind::Reindex };
                jobs::submit(tx, &NewJob { priority: number % 3, ..new(kind, &number.to_string()) })?;
            }
            Ok(())
        });
        let done: Mutex<BTreeMap<String, u32>> = Mutex::default();
        thread::scope(|scope| {
            for worker in 0..16 {
                let done = &done;
                scope.spawn(move || {
                    let worker = format!("worker {worker}");
                    while let Some(job) = claim(database, &[JobKind::Index, JobKind::Reindex], &worker) {
                        assert_eq!(job.attempt, 1);
                        write(database, |tx| {
                            tx.execute("INSERT INTO effect (key) VALUES ($1)", &[job.key.as_str().into()])?;
                            jobs::finish(tx, &job)
                        });
                        *done.lock().unwrap().entry(job.key).or_default() += 1;
                    }
                });
            }
        });
        let done = done.into_inner().unwrap();
        assert_eq!(done.len(), 500);
        assert!(done.values().all(|times| *times == 1), "{done:?}");
        assert_eq!(number(database, "SELECT COUNT(*) FROM effect"), 500);
        assert_eq!(number(database, "SELECT COUNT(*) FROM job WHERE state = 'done'"), 500);
    });
}

#[test]
fn who_let_a_lease_run_out_stores_nothing_any_more() {
    on_each(|database| {
        execute(database, "CREATE TABLE effect (worker TEXT NOT NULL)", &[]);
        submit(database, &new(JobKind::Index, "a"));
        let short = Duration::from_millis(20);
        let first =
            write(database, |tx| jobs::claim(tx, &[JobKind::Index], "", "state", "one", short)).unwrap();
        // Until the database's clock has passed the end of the lease.
        let second = loop {
            if let Some(job) = claim(database, &[JobKind::Index], "two") {
                break job;
            }
        };
        assert_eq!((second.id, second.attempt), (first.id, 2));
        assert!(second.fence > first.fence);
        assert_eq!(second.payload, first.payload);
        let end = |job: &ClaimedJob, worker: &str| {
            database.write(|tx| {
                tx.execute("INSERT INTO effect (worker) VALUES ($1)", &[worker.into()])?;
                jobs::finish(tx, job)
            })
        };
        assert!(is_stale(&end(&first, "one")));
        assert!(is_stale(&database.write(|tx| jobs::renew(tx, &first, MINUTE))));
        assert!(is_stale(&database.write(|tx| jobs::retry(tx, &first, "oh", MINUTE))));
        assert!(is_stale(&database.write(|tx| jobs::fail(tx, &first, "oh"))));
        assert_eq!(number(database, "SELECT COUNT(*) FROM effect"), 0);
        assert_eq!(find(database, JobKind::Index, "a").state, JobState::Running);
        end(&second, "two").unwrap();
        assert!(is_stale(&end(&second, "two")), "it has ended");
        assert_eq!(number(database, "SELECT COUNT(*) FROM effect"), 1);
    });
}

#[test]
fn a_lease_that_was_renewed_does_not_run_out_and_one_that_nobody_took_still_counts() {
    on_each(|database| {
        submit(database, &new(JobKind::Index, "a"));
        let job =
            write(database, |tx| jobs::claim(tx, &[JobKind::Index], "", "state", "one", Duration::ZERO));
        let job = job.unwrap();
        write(database, |tx| jobs::renew(tx, &job, MINUTE));
        assert_eq!(claim(database, &[JobKind::Index], "two"), None);
        expire(database);
        write(database, |tx| jobs::finish(tx, &job));
        assert_eq!(find(database, JobKind::Index, "a").state, JobState::Done);
    });
}

#[test]
fn a_waiting_job_takes_what_is_newer_more_urgent_and_sooner() {
    on_each(|database| {
        let first = NewJob { delay: MINUTE, ..new(JobKind::Index, "a") };
        let id = submit(database, &first);
        assert_eq!(claim(database, &[JobKind::Index], "one"), None, "it is delayed");
        let newer = NewJob { payload: b"newer".to_vec(), priority: 5, ..new(JobKind::Index, "a") };
        assert_eq!(submit(database, &newer), id);
        let later = NewJob { payload: b"newest".to_vec(), delay: MINUTE, ..new(JobKind::Index, "a") };
        assert_eq!(submit(database, &later), id);
        assert_eq!(number(database, "SELECT priority FROM job"), 5);
        assert_eq!(claim(database, &[JobKind::Index], "one").unwrap().payload, b"newest");
    });
}

/// Submits a job, claims it, and submits it anew meanwhile.
fn resubmitted(database: &Database) -> ClaimedJob {
    let id = submit(database, &NewJob { priority: 9, ..new(JobKind::Index, "a") });
    let job = claim(database, &[JobKind::Index], "one").unwrap();
    for payload in ["newer", "newest"] {
        let again = NewJob {
            payload: payload.into(),
            priority: 1,
            requires: "state".into(),
            ..new(JobKind::Index, "a")
        };
        assert_eq!(submit(database, &again), id);
    }
    let running = find(database, JobKind::Index, "a");
    assert_eq!((running.state, running.attempts), (JobState::Running, 1));
    assert_eq!(claim(database, &[JobKind::Index], "two"), None, "one at a time");
    job
}

#[test]
fn a_job_that_is_submitted_while_it_runs_is_begun_again_after_its_end() {
    on_each(|database| {
        let job = resubmitted(database);
        write(database, |tx| jobs::renew(tx, &job, MINUTE));
        write(database, |tx| jobs::finish(tx, &job));
        let queued = find(database, JobKind::Index, "a");
        assert_eq!((queued.state, queued.attempts, queued.finished_at), (JobState::Queued, 0, None));
        assert_eq!(number(database, "SELECT priority FROM job"), 1);
        let again = claim(database, &[JobKind::Index], "two").unwrap();
        assert_eq!((again.payload.as_slice(), again.attempt), (b"newest".as_slice(), 1));
        assert!(again.fence > job.fence);
        write(database, |tx| jobs::finish(tx, &again));
        assert_eq!(find(database, JobKind::Index, "a").state, JobState::Done, "only once more");
    });
}

#[test]
fn a_job_that_is_submitted_while_it_runs_is_begun_again_however_that_goes() {
    type End = fn(&Database, &ClaimedJob);
    let ends: [(&str, End, u64); 4] = [
        ("fail", |database, job| write(database, |tx| jobs::fail(tx, job, "oh")), 1),
        ("retry", |database, job| write(database, |tx| jobs::retry(tx, job, "oh", MINUTE)), 2),
        ("release", |database, _| assert_eq!(write(database, |tx| jobs::release(tx, "one")), 1), 1),
        ("expire", |database, _| expire(database), 2),
    ];
    for (name, end, attempt) in ends {
        on_each(|database| {
            let job = resubmitted(database);
            end(database, &job);
            let again = claim(database, &[JobKind::Index], "two").expect(name);
            assert_eq!((again.payload.as_slice(), again.attempt), (b"newest".as_slice(), attempt), "{name}");
            write(database, |tx| jobs::finish(tx, &again));
            assert_eq!(find(database, JobKind::Index, "a").state, JobState::Done, "{name}");
        });
    }
}

#[test]
fn a_job_that_was_retried_waits_and_keeps_its_payload() {
    on_each(|database| {
        submit(database, &new(JobKind::Deliver, "a"));
        let job = claim(database, &[JobKind::Deliver], "one").unwrap();
        let before = read(database, |tx| tx.now());
        write(database, |tx| jobs::retry(tx, &job, "no answer\0", 10 * MINUTE));
        let waiting = find(database, JobKind::Deliver, "a");
        assert_eq!((waiting.state, waiting.error.as_str()), (JobState::Queued, "no answer\u{fffd}"));
        assert!(waiting.run_at >= before + 10 * MINUTE);
        assert_eq!(claim(database, &[JobKind::Deliver], "one"), None);
        execute(database, "UPDATE job SET run_at = limpid_now()", &[]);
        let again = claim(database, &[JobKind::Deliver], "two").unwrap();
        assert_eq!((again.payload, again.attempt), (job.payload, 2));
    });
}

#[test]
fn a_job_that_has_ended_is_begun_anew() {
    on_each(|database| {
        let id = submit(database, &new(JobKind::Index, "a"));
        let job = claim(database, &[JobKind::Index], "one").unwrap();
        write(database, |tx| jobs::fail(tx, &job, &"long ".repeat(10_000)));
        let failed = find(database, JobKind::Index, "a");
        assert_eq!((failed.state, failed.error.len()), (JobState::Failed, limpid_store::limits::ERROR_BYTES));
        assert_eq!(submit(database, &new(JobKind::Index, "a")), id);
        let queued = find(database, JobKind::Index, "a");
        assert_eq!((queued.state, queued.attempts, queued.error.as_str()), (JobState::Queued, 0, ""));
        assert!(queued.created_at > failed.created_at && queued.finished_at.is_none());
        let again = claim(database, &[JobKind::Index], "two").unwrap();
        assert_eq!(again.attempt, 1);
        assert!(again.fence > job.fence);
        assert!(is_stale(&database.write(|tx| jobs::finish(tx, &job))));
    });
}

#[test]
fn the_highest_priority_goes_first_then_the_oldest_of_all_kinds() {
    on_each(|database| {
        for (kind, key, priority) in [
            (JobKind::Reindex, "old", 0),
            (JobKind::Index, "young", 0),
            (JobKind::Index, "urgent", 5),
            (JobKind::Reindex, "also urgent", 5),
            (JobKind::Update, "of no interest", 9),
            (JobKind::Reindex, "least", -1),
        ] {
            submit(database, &NewJob { priority, ..new(kind, key) });
        }
        let kinds = [JobKind::Index, JobKind::Reindex, JobKind::Index];
        let order: Vec<String> =
            std::iter::from_fn(|| claim(database, &kinds, "one")).map(|job| job.key).collect();
        assert_eq!(order, ["urgent", "also urgent", "old", "young", "least"]);
        assert_eq!(claim(database, &[], "one"), None);
    });
}

#[test]
fn a_worker_takes_jobs_of_its_lane_and_its_index_state_alone() {
    on_each(|database| {
        submit(database, &NewJob { lane: "hook".into(), ..new(JobKind::Deliver, "hook") });
        submit(database, &NewJob { requires: "new".into(), ..new(JobKind::Reindex, "new") });
        submit(database, &new(JobKind::Reindex, "any"));
        let keys = |kind, lane: &str, state: &str| -> Vec<String> {
            let claim = || write(database, |tx| jobs::claim(tx, &[kind], lane, state, "one", MINUTE));
            std::iter::from_fn(claim).map(|job| job.key).collect()
        };
        assert_eq!(keys(JobKind::Deliver, "", "new"), [""; 0]);
        assert_eq!(keys(JobKind::Deliver, "other", "new"), [""; 0]);
        assert_eq!(keys(JobKind::Deliver, "hook", "new"), ["hook"]);
        assert_eq!(keys(JobKind::Reindex, "", "old"), ["any"]);
        assert_eq!(keys(JobKind::Reindex, "", "new"), ["new"]);
    });
}

#[test]
fn jobs_that_wait_for_a_program_that_is_gone_are_handed_to_the_one_that_is_there() {
    on_each(|database| {
        let old = |kind, key| NewJob { requires: "old".into(), ..new(kind, key) };
        submit(database, &old(JobKind::Reindex, "waits"));
        submit(database, &NewJob { delay: 60 * MINUTE, ..old(JobKind::Index, "failed before") });
        submit(database, &NewJob { delay: 60 * MINUTE, ..new(JobKind::Update, "all") });
        submit(database, &old(JobKind::Reindex, "done"));
        execute(database, "UPDATE job SET state = 'done', finished_at = 0 WHERE key = 'done'", &[]);
        let is_left = || read(database, |tx| jobs::any_requires_another(tx, "new"));
        assert!(is_left());
        assert_eq!(write(database, |tx| jobs::require(tx, "new")), 2);
        assert!(!is_left());
        let kinds = [JobKind::Index, JobKind::Reindex, JobKind::Update];
        let claim = || write(database, |tx| jobs::claim(tx, &kinds, "", "new", "one", MINUTE));
        let keys: Vec<String> = std::iter::from_fn(claim).map(|job| job.key).collect();
        assert_eq!(keys, ["waits", "failed before"], "it is tried at once; what requires nothing waits on");
    });
}

#[test]
fn what_a_worker_gives_back_does_not_count_as_an_attempt() {
    on_each(|database| {
        for key in ["a", "b", "c"] {
            submit(database, &new(JobKind::Index, key));
        }
        let first = claim(database, &[JobKind::Index], "one").unwrap();
        claim(database, &[JobKind::Index], "one").unwrap();
        claim(database, &[JobKind::Index], "two").unwrap();
        assert_eq!(write(database, |tx| jobs::release(tx, "one")), 2);
        assert_eq!(write(database, |tx| jobs::release(tx, "one")), 0);
        assert!(is_stale(&database.write(|tx| jobs::finish(tx, &first))));
        let again = claim(database, &[JobKind::Index], "three").unwrap();
        assert_eq!((again.id, again.attempt), (first.id, 1));
        assert!(again.fence > first.fence);
        assert_eq!(find(database, JobKind::Index, "c").worker, "two");
    });
}

#[test]
fn jobs_are_listed_by_their_last_change_and_counted() {
    on_each(|database| {
        for (kind, key) in [(JobKind::Index, "a"), (JobKind::Index, "b"), (JobKind::Update, "c")] {
            submit(database, &new(kind, key));
        }
        let job = claim(database, &[JobKind::Index], "one").unwrap();
        let keys = |kind, state, most| -> Vec<String> {
            let list = read(database, |tx| jobs::list(tx, kind, state, most));
            list.into_iter().map(|job| job.key).collect()
        };
        assert_eq!(keys(None, None, 10), ["a", "c", "b"]);
        assert_eq!(keys(None, None, 1), ["a"]);
        assert_eq!(keys(Some(JobKind::Index), None, 10), ["a", "b"]);
        assert_eq!(keys(None, Some(JobState::Queued), 10), ["c", "b"]);
        assert_eq!(keys(Some(JobKind::Index), Some(JobState::Done), 10), [""; 0]);
        write(database, |tx| jobs::finish(tx, &job));
        let counts = read(database, jobs::counts);
        let expected = [
            (JobKind::Index, JobState::Done, 1),
            (JobKind::Index, JobState::Queued, 1),
            (JobKind::Update, JobState::Queued, 1),
        ];
        assert_eq!(counts, expected);
    });
}

#[test]
fn jobs_that_wait_or_run_are_due_and_those_that_wait_for_their_time_are_not() {
    on_each(|database| {
        for key in ["runs", "waits", "ended", "failed"] {
            submit(database, &new(JobKind::Reindex, key));
        }
        submit(database, &new(JobKind::Index, "of another kind"));
        let [_runs, _waits, ended, failed] = ["1", "2", "3", "4"]
            .map(|worker| if worker == "2" { None } else { claim(database, &[JobKind::Reindex], worker) });
        let [ended, failed] = [ended, failed].map(Option::unwrap);
        write(database, |tx| jobs::finish(tx, &ended));
        write(database, |tx| jobs::retry(tx, &failed, "layer gone", Duration::from_secs(3600)));
        assert_eq!(read(database, |tx| jobs::due(tx, JobKind::Reindex)), 2);
    });
}

#[test]
fn all_kinds_and_states_come_back() {
    on_each(|database| {
        for kind in JobKind::ALL {
            submit(database, &new(kind, "key"));
            assert_eq!(find(database, kind, "key").kind, kind);
        }
        for (state, name) in JobState::ALL.map(|state| (state, state.name())) {
            execute(database, "UPDATE job SET state = $1", &[name.into()]);
            assert_eq!(find(database, JobKind::Index, "key").state, state);
        }
        execute(database, "UPDATE job SET state = 'odd'", &[]);
        let odd = database.read(|tx| jobs::find(tx, JobKind::Index, "key"));
        assert!(matches!(odd, Err(StoreError::Damaged(_))), "{odd:?}");
    });
}

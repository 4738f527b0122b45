//! Metrics, health and readiness, as an operator's tools ask for them.

use std::{sync::Arc, time::Duration};

use axum::{Router, http::HeaderMap, routing::get};
use chrono::DateTime;
use limpid_catalog::Outcome;
use limpid_server::{
    http::{Wrapping, wrap},
    introspection::{Metrics, Phase, Readiness, router},
};
use limpid_store::{
    StoreError,
    jobs::{JobKind, JobState},
};

use crate::http::{PATIENT, Running, client};

async fn ask(running: &Running, method: &str, path: &str) -> (u16, HeaderMap, String) {
    let request = client().request(method.parse().unwrap(), running.url(path));
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, headers, answer.text().await.unwrap())
}

/// The lines of the metrics that say something of these names.
fn lines<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    text.lines().filter(|line| line.starts_with(name)).collect()
}

#[tokio::test]
async fn readiness_is_what_was_told_last() {
    let readiness = Arc::new(Readiness::default());
    let running = Running::start(router(Arc::default(), Arc::clone(&readiness)), PATIENT).await;
    let (status, _, body) = ask(&running, "GET", "/healthz").await;
    assert_eq!((status, body.as_str()), (200, "ok"));

    let refused = Err("connection refused".to_owned());
    type Step = Box<dyn Fn(&Readiness)>;
    let steps: Vec<(Step, u16, &str)> = vec![
        (Box::new(|_| ()), 503, "starting"),
        (Box::new(|readiness| readiness.enter(Phase::Ready)), 503, "catalog: it is not open yet"),
        (Box::new(|readiness| readiness.catalog(Ok(()))), 200, ""),
        (
            Box::new({
                let refused = refused.clone();
                move |readiness| readiness.database(refused.clone())
            }),
            503,
            "database: connection refused",
        ),
        (
            Box::new(move |readiness| readiness.blobs(refused.clone())),
            503,
            "database: connection refused\nblobs: connection refused",
        ),
        (Box::new(|readiness| readiness.database(Ok(()))), 503, "blobs: connection refused"),
        (Box::new(|readiness| readiness.blobs(Ok(()))), 200, ""),
        (Box::new(|readiness| readiness.enter(Phase::ShuttingDown)), 503, "shutting down"),
    ];
    for (step, expected, reason) in steps {
        step(&readiness);
        let (status, headers, body) = ask(&running, "GET", "/readyz").await;
        assert_eq!((status, body.as_str()), (expected, reason));
        assert_eq!(headers["content-length"], reason.len().to_string().as_str());
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
    }
    for method in ["POST", "HEAD", "DELETE"] {
        let (status, headers, _) = ask(&running, method, "/readyz").await;
        assert_eq!((status, headers["allow"].to_str().unwrap()), (405, "GET"), "{method}");
    }
    assert_eq!(ask(&running, "GET", "/other").await.0, 404);
    assert_eq!(running.end().await, 0);
}

#[tokio::test]
async fn requests_are_counted_by_pattern_and_known_method() {
    let metrics = Arc::new(Metrics::default());
    let routes = Router::new()
        .route("/report/{digest}", get(async || "report").post(async || "made"))
        .route("/panic", get(async || -> &'static str { panic!("a fault") }));
    let wrapping = Wrapping { face: "clair", auth: None, exempt: &[], metrics: &metrics };
    let api = Running::start(wrap(routes, wrapping), PATIENT).await;
    for (method, path) in [
        ("GET", "/report/one"),
        ("GET", "/report/two?secret"),
        ("POST", "/report/one"),
        ("BREW", "/report/one"),
        ("GET", "/elsewhere"),
        ("GET", "/panic"),
    ] {
        ask(&api, method, path).await;
    }
    let running = Running::start(router(Arc::clone(&metrics), Arc::default()), PATIENT).await;
    let (status, headers, text) = ask(&running, "GET", "/metrics").await;
    assert_eq!(status, 200);
    assert_eq!(headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let mut counted = lines(&text, "limpid_http_requests_total");
    counted.sort_unstable();
    assert_eq!(
        counted,
        [
            "limpid_http_requests_total{face=\"clair\",route=\"/panic\",method=\"GET\",code=\"500\"} 1",
            "limpid_http_requests_total{face=\"clair\",route=\"/report/{digest}\",method=\"GET\",code=\"200\"} 2",
            "limpid_http_requests_total{face=\"clair\",route=\"/report/{digest}\",method=\"POST\",code=\"200\"} 1",
            "limpid_http_requests_total{face=\"clair\",route=\"/report/{digest}\",method=\"other\",code=\"405\"} 1",
            "limpid_http_requests_total{face=\"clair\",route=\"unknown\",method=\"GET\",code=\"404\"} 1",
        ]
    );
    assert_eq!(
        lines(&text, "limpid_http_requests_in_flight{"),
        ["limpid_http_requests_in_flight{face=\"clair\"} 0"]
    );
    let labels = "face=\"clair\",route=\"/report/{digest}\",method=\"GET\"";
    let count = format!("limpid_http_request_duration_seconds_count{{{labels}}}");
    assert_eq!(lines(&text, &count), [format!("{count} 2")]);
    assert!(!text.contains("secret") && text.ends_with("# EOF\n"));
}

#[test]
fn each_event_is_a_number() {
    let metrics = Metrics::default();
    let instant = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    metrics.indexed(true, Duration::from_secs(2));
    metrics.indexed(false, Duration::from_secs(1));
    metrics.layer_fetched(1000);
    metrics.layer_fetched(24);
    metrics.layer_shared();
    metrics.reindexed(true);
    metrics.reindexed(false);
    metrics.report_matched(Duration::from_millis(5));
    metrics.report_cached();
    metrics.report_cached();
    metrics.feed_updated("a/b", &Outcome::Unchanged);
    metrics.feed_updated("a/b", &Outcome::Quarantined { why: "it shrank".to_owned() });
    metrics.feed_checked("a/b", instant);
    metrics.feed_changed("a/b", instant);
    metrics.catalog_version(7);
    metrics.published_catalog_version(8);
    metrics.notifications_made(3);
    metrics.notifications_held(2);
    metrics.delivered("quay", true);
    metrics.delivered("quay", false);
    metrics.database_answered(true);
    metrics.blobs_answered(false);
    let text = metrics.encode().unwrap();
    for line in [
        "limpid_index_executions_total{result=\"success\"} 1",
        "limpid_index_executions_total{result=\"failure\"} 1",
        "limpid_index_duration_seconds_sum 3.0",
        "limpid_layers_fetched_total 2",
        "limpid_layers_fetched_bytes_total 1024",
        "limpid_layers_shared_total 1",
        "limpid_reindexed_total{result=\"success\"} 1",
        "limpid_reindexed_total{result=\"failure\"} 1",
        "limpid_reports_total{source=\"matched\"} 1",
        "limpid_reports_total{source=\"cache\"} 2",
        "limpid_report_duration_seconds_count 1",
        "limpid_updates_total{feed=\"a/b\",outcome=\"unchanged\"} 1",
        "limpid_updates_total{feed=\"a/b\",outcome=\"quarantined\"} 1",
        "limpid_feed_checked_time_seconds{feed=\"a/b\"} 1700000000",
        "limpid_feed_changed_time_seconds{feed=\"a/b\"} 1700000000",
        "limpid_catalog_version 7",
        "limpid_published_catalog_version 8",
        "limpid_notifications_made_total 3",
        "limpid_notifications_held_total 2",
        "limpid_deliveries_total{target=\"quay\",result=\"success\"} 1",
        "limpid_deliveries_total{target=\"quay\",result=\"failure\"} 1",
        "limpid_up{dependency=\"database\"} 1",
        "limpid_up{dependency=\"blobs\"} 0",
    ] {
        assert!(text.lines().any(|own| own == line), "{line} is not in\n{text}");
    }
}

#[test]
fn jobs_are_counted_when_they_are_asked_for() {
    let metrics = Metrics::default();
    assert_eq!(lines(&metrics.encode().unwrap(), "limpid_jobs{"), Vec::<&str>::new());
    metrics.count_jobs_with(|| {
        Ok(vec![(JobKind::Index, JobState::Queued, 5), (JobKind::Deliver, JobState::Failed, 1)])
    });
    let text = metrics.encode().unwrap();
    let mut counted = lines(&text, "limpid_jobs");
    counted.sort_unstable();
    assert_eq!(
        counted,
        [
            "limpid_jobs_unknown 0",
            "limpid_jobs{kind=\"deliver\",state=\"failed\"} 1",
            "limpid_jobs{kind=\"index\",state=\"queued\"} 5",
        ]
    );
    metrics.count_jobs_with(|| Err(StoreError::Unavailable("it is gone".to_owned())));
    assert_eq!(lines(&metrics.encode().unwrap(), "limpid_jobs"), ["limpid_jobs_unknown 1"]);
}

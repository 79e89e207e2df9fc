//! What the server counts about itself, in the text form of Prometheus. No names, no addresses.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::error::Error;

/// Upper ends of the buckets of answer times, seconds.
const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// The counters.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Mutex<Registry>,
    requests: Family<RequestLabels, Counter>,
    seconds: Histogram,
    ceremonies: Family<CeremonyLabels, Counter>,
    commits: Counter,
    units: Counter,
    contended: Counter,
    failed: Counter,
    waiting: Gauge<u64, AtomicU64>,
    largest_batch: Gauge<u64, AtomicU64>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: &'static str,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct CeremonyLabels {
    ceremony: &'static str,
    result: &'static str,
}

/// Which ceremony was finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ceremony {
    /// A registration.
    Registration,
    /// A sign-in with a passkey.
    SignIn,
    /// A sign-in with an access pass.
    AccessPass,
    /// The first run.
    FirstRun,
    /// A token for an application.
    Token,
}

impl Ceremony {
    const fn name(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::SignIn => "sign-in",
            Self::AccessPass => "access-pass",
            Self::FirstRun => "first-run",
            Self::Token => "token",
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let metrics = Self {
            registry: Mutex::new(Registry::with_prefix("keyward")),
            requests: Family::default(),
            seconds: Histogram::new(SECONDS),
            ceremonies: Family::default(),
            commits: Counter::default(),
            units: Counter::default(),
            contended: Counter::default(),
            failed: Counter::default(),
            waiting: Gauge::default(),
            largest_batch: Gauge::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&self) {
        let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        registry.register("requests", "Requests answered", self.requests.clone());
        registry.register("request_seconds", "Time to answer a request", self.seconds.clone());
        registry.register("ceremonies", "Ceremonies finished", self.ceremonies.clone());
        registry.register("commits", "Durable commits", self.commits.clone());
        registry.register("commit_units", "Decisions written", self.units.clone());
        registry.register("commit_contended", "Decisions taken again", self.contended.clone());
        registry.register("commit_failed", "Decisions not written", self.failed.clone());
        registry.register("commit_waiting", "Decisions that wait", self.waiting.clone());
        registry.register(
            "commit_largest_batch",
            "Most decisions in one commit",
            self.largest_batch.clone(),
        );
    }

    /// Counts an answered request.
    ///
    /// Every label is one of ours, the route a template: what a client invents must not make a
    /// counter of its own, or strangers fill the memory of the server and of whoever scrapes it.
    pub(crate) fn request(
        &self,
        method: &Method,
        route: &'static str,
        status: u16,
        took: Duration,
    ) {
        let labels = RequestLabels { method: method_label(method), route, status };
        self.requests.get_or_create(&labels).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    /// Counts a finished ceremony by its result.
    pub(crate) fn ceremony<T>(&self, ceremony: Ceremony, result: &Result<T, Error>) {
        let result = result.as_ref().map_or_else(Error::code, |_| "success");
        self.ceremonies.get_or_create(&CeremonyLabels { ceremony: ceremony.name(), result }).inc();
    }

    /// All counters as text.
    pub(crate) fn text(&self, store: &store::Metrics) -> Result<String, Error> {
        self.commits.inner().store(store.commits, Ordering::Relaxed);
        self.units.inner().store(store.units, Ordering::Relaxed);
        self.contended.inner().store(store.contended, Ordering::Relaxed);
        self.failed.inner().store(store.failed, Ordering::Relaxed);
        self.waiting.set(store.waiting);
        self.largest_batch.set(store.largest_batch);
        let mut text = String::new();
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        encode(&mut text, &registry).map_err(Error::internal)?;
        Ok(text)
    }
}

/// The name of a method that exists, or `other`.
fn method_label(method: &Method) -> &'static str {
    const KNOWN: [(Method, &str); 7] = [
        (Method::GET, "GET"),
        (Method::HEAD, "HEAD"),
        (Method::POST, "POST"),
        (Method::PUT, "PUT"),
        (Method::PATCH, "PATCH"),
        (Method::DELETE, "DELETE"),
        (Method::OPTIONS, "OPTIONS"),
    ];
    KNOWN.iter().find(|(known, _)| known == method).map_or("other", |(_, label)| label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_counts_requests_ceremonies_and_commits() {
        let metrics = Metrics::default();
        metrics.request(&Method::GET, "/healthz", 200, Duration::from_millis(2));
        metrics.ceremony(Ceremony::SignIn, &Ok(()));
        metrics.ceremony::<()>(Ceremony::SignIn, &Err(Error::Forged));
        let text = metrics.text(&store::Metrics { commits: 7, ..Default::default() }).unwrap();
        for line in [
            r#"keyward_requests_total{method="GET",route="/healthz",status="200"} 1"#,
            r#"keyward_ceremonies_total{ceremony="sign-in",result="success"} 1"#,
            r#"keyward_ceremonies_total{ceremony="sign-in",result="forged-request"} 1"#,
            "keyward_commits_total 7",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
    }

    #[test]
    fn methods_that_clients_invent_share_one_counter() {
        let metrics = Metrics::default();
        for number in 0..100 {
            let method = Method::from_bytes(format!("M{number}").as_bytes()).unwrap();
            metrics.request(&method, "", 405, Duration::ZERO);
        }
        let text = metrics.text(&store::Metrics::default()).unwrap();
        let lines = text.lines().filter(|line| line.starts_with("keyward_requests_total"));
        let line = r#"keyward_requests_total{method="other",route="",status="405"} 100"#;
        assert_eq!(lines.collect::<Vec<_>>(), [line]);
    }
}

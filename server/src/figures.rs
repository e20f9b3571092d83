//! Figures for whoever watches the service, in the text format of Prometheus, on an address of
//! their own. None of them names a person or anything a person wrote.

use std::net::TcpListener;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use ground::db::file;
use ground::house::House;
use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;
use tracing_appender::non_blocking::ErrorCounter;

use crate::listen;
use crate::settings::Settings;

/// The upper bounds of the histograms, in seconds.
const SECONDS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// Where the figures are to be read, and what they are read from.
#[derive(Clone)]
struct Figures {
    counted: PrometheusHandle,
    house: House,
    /// The file that SQLite writes first, beside the database.
    log: Option<std::path::PathBuf>,
    dropped: ErrorCounter,
}

/// Begins to count, and serves what is counted until told to stop.
///
/// # Errors
/// One clear line when the address cannot be listened on.
pub fn begin(
    settings: &Settings,
    house: House,
    dropped: ErrorCounter,
    stop: CancellationToken,
) -> Result<(), String> {
    let Some(address) = settings.metrics else { return Ok(()) };
    let cannot =
        |error: &dyn std::fmt::Display| format!("METRICS={address} cannot be listened on: {error}");
    let listener = TcpListener::bind(address).map_err(|error| cannot(&error))?;
    let counted = PrometheusBuilder::new()
        .set_buckets(&SECONDS)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| cannot(&error))?;
    let log = file::path(&settings.database_url).map(file::log);
    keep_small(counted.clone(), stop.clone());
    let figures = Figures { counted, house, log, dropped };
    let service = Router::new().route("/metrics", get(figures_page)).with_state(figures);
    tokio::spawn(async move {
        if let Err(error) = listen::serve(listener, service, stop).await {
            tracing::error!(%error, "figures are not served any more");
        }
    });
    Ok(())
}

/// How long between two times that the histograms take in what was recorded. Until they do, each
/// record takes room, whether or not anyone reads the figures.
const UPKEEP: Duration = Duration::from_secs(5);

fn keep_small(counted: PrometheusHandle, stop: CancellationToken) {
    tokio::spawn(async move {
        while stop.run_until_cancelled(tokio::time::sleep(UPKEEP)).await.is_some() {
            counted.run_upkeep();
        }
    });
}

/// Counts a request that was answered. `route`: the pattern of its address, never the address.
pub fn answered(route: Option<&str>, method: &str, status: u16, took: Duration) {
    let route = route.unwrap_or("unknown").to_owned();
    let labels = [("route", route), ("method", method.to_owned()), ("status", status.to_string())];
    counter!("alongside_requests_total", &labels).increment(1);
    histogram!("alongside_request_seconds", &labels[..2]).record(took.as_secs_f64());
}

/// Counts what became of an email: `sent`, `later`, `given-up` or `away`.
pub fn email(became: &'static str) {
    counter!("alongside_emails_total", "became" => became).increment(1);
}

/// Counts how a job of the worker went: `done`, `failed` or `stopped`.
pub fn job(name: &'static str, became: &'static str, took: Duration) {
    counter!("alongside_jobs_total", "job" => name, "became" => became).increment(1);
    histogram!("alongside_job_seconds", "job" => name).record(took.as_secs_f64());
}

/// Notes how much room is left on the fullest of the disks, in bytes.
pub fn free_room(bytes: u64) {
    gauge!("alongside_disk_free_bytes").set(bytes as f64);
}

async fn figures_page(State(figures): State<Figures>) -> Response {
    let house = &figures.house;
    for state in house.health.states() {
        gauge!("alongside_well", "what" => state.what).set(if state.wrong.is_none() {
            1.0
        } else {
            0.0
        });
    }
    // Without a database the other figures are all the more wanted.
    if let Ok(waiting) = deliveries::store::waiting(&house.db).await {
        gauge!("alongside_emails_owed").set(waiting.owed as f64);
        let oldest = waiting.oldest.map_or(0, |oldest| house.clock.now() - oldest);
        gauge!("alongside_emails_oldest_owed_seconds").set(oldest.max(0) as f64 / 1000.0);
        gauge!("alongside_emails_given_up").set(waiting.given_up as f64);
        gauge!("alongside_emails_returned").set(waiting.returned as f64);
    }
    if let Ok(sessions) = accounts::store::sessions_that_stand(&house.db, house.clock.now()).await {
        gauge!("alongside_sessions").set(sessions as f64);
    }
    for (pool, connections, idle) in house.db.connections() {
        gauge!("alongside_database_connections", "pool" => pool).set(f64::from(connections));
        gauge!("alongside_database_connections_idle", "pool" => pool).set(idle as f64);
    }
    if let Some(bytes) = figures.log.and_then(|log| std::fs::metadata(log).ok()) {
        gauge!("alongside_database_log_bytes").set(bytes.len() as f64);
    }
    if let Some(bytes) = memory() {
        gauge!("alongside_memory_bytes").set(bytes as f64);
    }
    gauge!("alongside_log_lines_dropped").set(figures.dropped.dropped_lines() as f64);
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    figures.counted.run_upkeep();
    (kind, figures.counted.render()).into_response()
}

/// How much memory the process holds, in bytes, where the system says so.
fn memory() -> Option<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = pages.split(' ').nth(1)?.parse().ok()?;
    Some(pages * u64::try_from(rustix::param::page_size()).ok()?)
}

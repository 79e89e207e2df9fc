//! Accepts connections, as many as there is room for, and lets go of none that was accepted.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt as _;

use crate::app::App;
use crate::http::Peer;

/// Connections at a time; the rest wait to be accepted.
const CONNECTIONS_MAX: usize = 10_000;
/// How long a client may take to send the head of a request: against those who send a byte a
/// minute to hold every connection.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// Most bytes of a head.
const HEAD_MAX: usize = 64 * 1024;
/// How long requests may take to finish after the shutdown began.
const DRAIN: Duration = Duration::from_secs(30);
/// How long to wait when the system has no more file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How often what has expired is forgotten.
const PURGE_EVERY: Duration = Duration::from_secs(60);
/// How much is forgotten at a time, so that nobody waits long behind it.
const PURGE_PORTION: u32 = 1000;

/// Serves until `shutdown` is done, then finishes what was accepted.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(
    app: App,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let router = crate::router(app.clone());
    let purging = tokio::spawn(purge(app));
    let graceful = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        match accepted {
            Ok((stream, slot)) => connect(&router, stream, slot, &graceful),
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    purging.abort();
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    Ok((stream, slot))
}

fn connect(
    router: &axum::Router,
    stream: TcpStream,
    slot: OwnedSemaphorePermit,
    graceful: &GracefulShutdown,
) {
    let Ok(peer) = stream.peer_addr() else { return };
    // Answers are written whole; waiting for more would only delay them.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let router = router.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
        drop(slot);
    });
}

/// Forgets expired sessions and burned challenges, a portion at a time.
async fn purge(app: App) {
    let mut ticks = tokio::time::interval(PURGE_EVERY);
    loop {
        ticks.tick().await;
        let app = app.clone();
        let purged = tokio::task::spawn_blocking(move || {
            while app.store().purge(app.now(), PURGE_PORTION)? >= u64::from(PURGE_PORTION) {}
            Ok::<(), store::CommitError>(())
        });
        if let Ok(Err(error)) = purged.await {
            tracing::warn!(%error, "what has expired could not be forgotten");
        }
    }
}

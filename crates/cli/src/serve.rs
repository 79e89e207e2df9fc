//! `keyward serve`: listens, prints where, and on a fresh server how to set it up.

use std::net::{SocketAddr, TcpListener};

use anyhow::{Context as _, Result};
use serde_json::json;
use server::operations::first_run;
use server::{App, Settings};
use tokio::sync::oneshot;

use crate::config::Config;
use crate::logging;
use crate::operator::{explained, open_app, runtime};
use crate::output::{self, Audience};

/// Serves until told to stop.
pub(crate) fn run(config: &Config, audience: Audience) -> Result<()> {
    logging::start(config, "info")?;
    // Before the data is opened: a second server started by mistake must not replace the link
    // that the first one printed.
    let listener = listen(config.listen)?;
    let app = open_app(config, listener.local_addr()?.port())?;
    let runtime = runtime()?;
    runtime.block_on(serve(app, listener, audience))
}

fn listen(address: SocketAddr) -> Result<TcpListener> {
    let listener = TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}: end what listens there or choose with --listen")
    })?;
    listener.set_nonblocking(true).with_context(|| format!("cannot listen on {address}"))?;
    Ok(listener)
}

async fn serve(app: App, listener: TcpListener, audience: Audience) -> Result<()> {
    let link = first_run::new_link(&app).await.map_err(explained)?;
    let token = link.as_ref().map(|link| link.expose().as_str());
    announce(app.settings(), listener.local_addr()?, token, audience)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async move {
        drop(stopped.await);
    };
    let serving = server::serve(app, listener, shutdown);
    tokio::pin!(serving);
    tokio::select! {
        ended = &mut serving => return ended.context("the server stopped"),
        told = told_to_stop() => told?,
    }
    tracing::info!("told to stop: finishing what was accepted");
    // Serving has ended by itself if nobody listens any more.
    drop(stop.send(()));
    tokio::select! {
        ended = &mut serving => ended.context("the server stopped"),
        told = told_to_stop() => told.context("told to stop twice: stopped at once"),
    }
}

/// Prints the address, and the first-run link if there is one.
fn announce(
    settings: &Settings,
    address: SocketAddr,
    token: Option<&str>,
    audience: Audience,
) -> Result<()> {
    let url = settings.public_url.as_str();
    let link = token.map(|token| format!("{url}/first-run?token={token}"));
    let mut words = format!("Keyward serves {url} (listening on {address})");
    if let Some(link) = &link {
        words.push_str("\nSet it up with this link, once, within 60 minutes:\n");
        words.push_str(link);
    }
    let json = json!({ "url": url, "listen": address.to_string(), "firstRunLink": link });
    match audience {
        Audience::People => output::print(&words),
        // One line: whoever started us reads it while we run.
        Audience::Programs => output::print(&json.to_string()),
    }
}

/// Waits for the interrupt key or for the system's request to end.
#[cfg(unix)]
async fn told_to_stop() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for signals")?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot wait for signals"),
        _ = terminate.recv() => Ok(()),
    }
}

/// Waits for the interrupt key.
#[cfg(not(unix))]
async fn told_to_stop() -> Result<()> {
    tokio::signal::ctrl_c().await.context("cannot wait for signals")
}

//! `keyward serve`: listens, prints where, and on a fresh server how to set it up.

use std::net::{SocketAddr, TcpListener};

use anyhow::{Context as _, Result, anyhow};
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
    // Before anybody is told that we run: whoever reads that may tell us to stop.
    let mut signals = Signals::expect()?;
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
        () = signals.next() => {}
    }
    tracing::info!("told to stop: finishing what was accepted");
    // An error means that serving has ended by itself.
    let _told = stop.send(());
    tokio::select! {
        ended = &mut serving => ended.context("the server stopped"),
        () = signals.next() => Err(anyhow!("told to stop twice: stopped without waiting")),
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

/// The interrupt key, and the system's request to end.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn expect() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let expect = |kind| signal(kind).context("cannot wait for signals");
        let interrupt = expect(SignalKind::interrupt())?;
        Ok(Self { interrupt, terminate: expect(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    fn expect() -> Result<Self> {
        Ok(Self {})
    }

    async fn next(&mut self) {
        // Without an interrupt key the system ends us by force.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

//! The emptiest HTTP server of the same stack, as a process of its own: what a round trip costs.

use std::convert::Infallible;
use std::io::Write as _;
use std::net::Ipv4Addr;

use anyhow::Result;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

/// Serves until killed; prints the port first.
pub(crate) fn serve() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{}", listener.local_addr()?.port());
        std::io::stdout().flush()?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(async {
                let mut http = hyper::server::conn::http1::Builder::new();
                let served = http.timer(TokioTimer::new());
                // A client that goes away ends its connection and nothing else.
                drop(served.serve_connection(TokioIo::new(stream), service_fn(hello)).await);
            });
        }
    })
}

async fn hello(_: Request<Incoming>) -> Result<Response<String>, Infallible> {
    Ok(Response::new("{\"status\":\"ok\"}".to_owned()))
}

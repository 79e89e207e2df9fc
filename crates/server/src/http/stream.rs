//! A body that is written while it is sent, for answers too long to be kept.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::Frame;
use tokio::sync::mpsc;

/// Portions that may wait for a slow reader.
const WAITING: usize = 16;

/// The end that is written to. A reader that has gone makes sending fail.
pub(crate) type Sender = mpsc::Sender<io::Result<Bytes>>;

/// A body and the end that feeds it. It ends when the sender is dropped; an error that is sent
/// breaks the transfer off, so that half a file does not pass for a whole one.
pub(crate) fn channel() -> (Sender, Body) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (sender, Body::new(Portions(receiver)))
}

struct Portions(mpsc::Receiver<io::Result<Bytes>>);

impl hyper::body::Body for Portions {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.0.poll_recv(context).map(|portion| portion.map(|bytes| bytes.map(Frame::data)))
    }
}

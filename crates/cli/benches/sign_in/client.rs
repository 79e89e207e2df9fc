//! A lean HTTP/1.1 client over one kept connection: it must cost little beside the server.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use tokio::net::TcpStream;

use crate::measure::stopwatch;

/// An answer that is longer is not one of those we ask for.
const LONGEST: usize = 8 << 20;

/// A connection that stays open.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Bytes sent and received so far.
    pub(crate) bytes: u64,
}

/// One answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// From the first byte sent to the last received.
    pub(crate) took: Duration,
}

impl Connection {
    pub(crate) async fn open(port: u16) -> Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 << 10), bytes: 0 })
    }

    /// Sends a request as it is and waits for its answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Answer> {
        let watch = stopwatch();
        self.send(request).await?;
        self.buffer.clear();
        let mut known = None;
        loop {
            if known.is_none() {
                known = ending(&self.buffer)?;
            }
            if let Some((head, whole)) = known
                && self.buffer.len() >= whole
            {
                let took = watch.elapsed();
                self.bytes = self.bytes.saturating_add(length(request.len()) + length(whole));
                return self.answer(head, whole, took);
            }
            ensure!(self.buffer.len() < LONGEST, "the answer is too long");
            self.receive().await?;
        }
    }

    async fn send(&self, mut rest: &[u8]) -> Result<()> {
        while !rest.is_empty() {
            match self.stream.try_write(rest) {
                Ok(sent) => rest = rest.get(sent..).unwrap_or_default(),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    self.stream.writable().await?;
                }
                Err(error) => return Err(error).context("the server closed the connection"),
            }
        }
        Ok(())
    }

    async fn receive(&mut self) -> Result<()> {
        loop {
            self.stream.readable().await?;
            match self.stream.try_read_buf(&mut self.buffer) {
                Ok(0) => bail!("the server closed the connection in the middle of an answer"),
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn answer(&self, head: usize, whole: usize, took: Duration) -> Result<Answer> {
        let bytes = self.buffer.get(..head).unwrap_or_default();
        let text = std::str::from_utf8(bytes).context("the head is not text")?;
        let status = text.get(9..12).context("there is no status")?.parse()?;
        let body = self.buffer.get(head..whole).unwrap_or_default().to_vec();
        Ok(Answer { status, head: text.to_owned(), body, took })
    }
}

impl Answer {
    /// The value of a cookie that the answer sets.
    pub(crate) fn cookies(&self) -> impl Iterator<Item = &str> {
        fields(&self.head, "set-cookie").filter_map(|value| value.split(';').next())
    }

    /// The body as text, for error messages.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Where head and whole answer end, once the head is there.
fn ending(received: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(head) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = head.saturating_add(4);
    let text = std::str::from_utf8(received.get(..head).unwrap_or_default())?;
    ensure!(fields(text, "transfer-encoding").next().is_none(), "the answer comes in chunks");
    let body: usize = fields(text, "content-length").next().unwrap_or("0").parse()?;
    Ok(Some((head, head.saturating_add(body))))
}

fn fields<'t>(head: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .filter(move |(own, _)| own.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

//! Many connections at once, each sending its requests one after another.

use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::task::JoinSet;

use crate::client::{Answer, Connection};
use crate::measure::stopwatch;

/// One connection with the requests it is going to send, ready to be written.
pub(crate) struct Line {
    pub(crate) connection: Connection,
    pub(crate) requests: Vec<Vec<u8>>,
}

/// What came of it.
pub(crate) struct Played {
    /// The connections, in their order, with the answers to their requests.
    pub(crate) lines: Vec<(Connection, Vec<Answer>)>,
    /// From the first request to the last answer.
    pub(crate) took: Duration,
}

/// Sends everything; each connection waits for an answer before it sends its next request.
pub(crate) async fn play(lines: Vec<Line>) -> Result<Played> {
    let watch = stopwatch();
    let mut at_work = JoinSet::new();
    for (place, line) in lines.into_iter().enumerate() {
        at_work.spawn(async move { Ok::<_, anyhow::Error>((place, say(line).await?)) });
    }
    let mut done = Vec::new();
    while let Some(finished) = at_work.join_next().await {
        done.push(finished.context("a connection was lost")??);
    }
    let took = watch.elapsed();
    done.sort_unstable_by_key(|(place, _)| *place);
    Ok(Played { lines: done.into_iter().map(|(_, line)| line).collect(), took })
}

async fn say(line: Line) -> Result<(Connection, Vec<Answer>)> {
    let mut connection = line.connection;
    let mut answers = Vec::with_capacity(line.requests.len());
    for request in &line.requests {
        answers.push(connection.exchange(request).await?);
    }
    Ok((connection, answers))
}

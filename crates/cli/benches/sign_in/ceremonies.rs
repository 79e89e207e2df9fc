//! Rounds of sign-ins: everybody begins, everybody signs (not counted), everybody finishes.

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use serde_json::{Value, json};

use crate::cast::Player;
use crate::client::{Answer, Connection};
use crate::crowd::{Line, Played, play};
use crate::measure::{number, per_second};
use crate::place::ORIGIN;
use crate::process::Server;

/// A browser with its own connection and cookie, on the sign-in page.
pub(crate) struct Browser {
    connection: Connection,
    cookie: String,
    csrf: String,
    context: String,
}

/// What one round came to.
#[derive(Default)]
pub(crate) struct Round {
    pub(crate) per_second: f64,
    /// Beginning and finishing of one ceremony together, in no order.
    pub(crate) latencies: Vec<Duration>,
    /// The CPU of the server for one ceremony.
    pub(crate) cpu: Duration,
    /// The bytes of one ceremony, both ways.
    pub(crate) bytes: u64,
}

/// A ceremony in both halves.
type Halves = (Duration, Duration);

impl Browser {
    /// Opens the sign-in page, for its cookie and the token of its forms.
    pub(crate) async fn open(port: u16) -> Result<Self> {
        let mut connection = Connection::open(port).await?;
        let page = connection.exchange(&get("/sign-in")).await?;
        ensure!(page.status == 200, "the sign-in page answered {}: {}", page.status, page.text());
        let cookie = page.cookies().collect::<Vec<_>>().join("; ");
        let html = page.text();
        let csrf = attribute(&html, "data-csrf")?.to_owned();
        let context = attribute(&html, "data-context")?.to_owned();
        Ok(Self { connection, cookie, csrf, context })
    }

    fn begin(&self) -> Vec<u8> {
        let body = json!({ "csrf": self.csrf, "context": self.context });
        self.post("/sign-in/options", &body)
    }

    fn finish(&self, credential: &Value) -> Vec<u8> {
        let body = json!({ "csrf": self.csrf, "context": self.context, "credential": credential });
        self.post("/sign-in/passkey", &body)
    }

    fn post(&self, path: &str, body: &Value) -> Vec<u8> {
        let (body, cookie) = (body.to_string(), &self.cookie);
        let host = ORIGIN.trim_start_matches("http://");
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: keyward-bench/1\r\n\
             accept: application/json\r\ncontent-type: application/json\r\norigin: {ORIGIN}\r\n\
             sec-fetch-site: same-origin\r\ncookie: {cookie}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        [head.into_bytes(), body.into_bytes()].concat()
    }
}

/// Lets each player sign in once, over these browsers.
pub(crate) async fn round(
    server: &Server,
    browsers: &mut Vec<Browser>,
    mut players: Vec<&mut Player>,
) -> Result<Round> {
    let connections = browsers.len();
    let shares = shares(players.len(), connections);
    let bytes = sent(browsers);
    let cpu = server.cpu()?;
    let begins = browsers
        .iter()
        .zip(&shares)
        .map(|(browser, share)| std::iter::repeat_n(browser.begin(), *share).collect::<Vec<_>>());
    let begins = begins.collect();
    let (begun, begin_took) = exchange(browsers, begins).await?;
    let begin_cpu = server.cpu()?.saturating_sub(cpu);

    let mut finishes = Vec::new();
    let mut signing = players.iter_mut();
    for (browser, answers) in browsers.iter().zip(&begun) {
        let requests = answers.iter().zip(signing.by_ref()).map(|(answer, player)| {
            let options = options(answer)?;
            Ok(browser.finish(&player.sign(&options, ORIGIN)?))
        });
        finishes.push(requests.collect::<Result<Vec<_>>>()?);
    }
    let cpu = server.cpu()?;
    let (finished, finish_took) = exchange(browsers, finishes).await?;
    let cpu = begin_cpu.saturating_add(server.cpu()?.saturating_sub(cpu));

    let halves: Vec<Halves> = begun
        .iter()
        .flatten()
        .zip(finished.iter().flatten())
        .map(|(begun, finished)| (begun.took, finished.took))
        .collect();
    let count = number(halves.len());
    ensure!(count > 0, "nobody signed in");
    Ok(Round {
        per_second: per_second(count, begin_took.saturating_add(finish_took)),
        latencies: halves.iter().map(|(begin, finish)| begin.saturating_add(*finish)).collect(),
        cpu: cpu / count,
        bytes: sent(browsers).saturating_sub(bytes) / u64::from(count),
    })
}

/// Sends the requests of every browser; none may be refused.
async fn exchange(
    browsers: &mut Vec<Browser>,
    requests: Vec<Vec<Vec<u8>>>,
) -> Result<(Vec<Vec<Answer>>, Duration)> {
    let (mut lines, mut rest) = (Vec::new(), Vec::new());
    for (browser, requests) in browsers.drain(..).zip(requests) {
        lines.push(Line { connection: browser.connection, requests });
        rest.push((browser.cookie, browser.csrf, browser.context));
    }
    let Played { lines, took } = play(lines).await?;
    let mut all = Vec::new();
    for ((connection, answers), (cookie, csrf, context)) in lines.into_iter().zip(rest) {
        browsers.push(Browser { connection, cookie, csrf, context });
        if let Some(refused) = answers.iter().find(|answer| answer.status != 200) {
            return Err(anyhow!("a sign-in answered {}: {}", refused.status, refused.text()));
        }
        all.push(answers);
    }
    Ok((all, took))
}

fn options(answer: &Answer) -> Result<Value> {
    let mut answer: Value = serde_json::from_slice(&answer.body)?;
    answer.get_mut("publicKey").map(Value::take).context("there are no options in the answer")
}

/// Splits so many players over so many connections, as evenly as possible.
fn shares(players: usize, connections: usize) -> Vec<usize> {
    let each = players.checked_div(connections).unwrap_or_default();
    let more = players.checked_rem(connections).unwrap_or_default();
    (0..connections).map(|place| each.saturating_add(usize::from(place < more))).collect()
}

fn sent(browsers: &[Browser]) -> u64 {
    browsers.iter().map(|browser| browser.connection.bytes).sum()
}

fn get(path: &str) -> Vec<u8> {
    let host = ORIGIN.trim_start_matches("http://");
    let head = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\naccept: text/html\r\n\r\n");
    head.into_bytes()
}

fn attribute<'h>(html: &'h str, name: &str) -> Result<&'h str> {
    let (_, rest) = html
        .split_once(&format!("{name}=\""))
        .with_context(|| format!("the page has no {name}"))?;
    rest.split('"').next().with_context(|| format!("{name} does not end"))
}

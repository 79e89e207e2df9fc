//! One engine from seed to last number: demo data, the server under load, then the bare engine.

use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use store::{Options, Store};
use tokio::runtime::Runtime;

use crate::bare::{Bare, Fresh};
use crate::cast::{self, Player};
use crate::ceremonies::{Browser, Round, round};
use crate::durable::units_per_second;
use crate::limits::{RoundTrip, flush, round_trips};
use crate::measure::{Cost, cost, median, stopwatch};
use crate::place::Place;
use crate::preview::{Client, Preview};
use crate::process::{Cores, HEALTH, Server, operator};
use crate::scale::{CONNECTIONS, Scale};

/// Sign-ins in one bare commit where 32 people wait at once.
const GROUP: usize = 32;

/// Everything measured on one engine.
pub(crate) struct Measured {
    pub(crate) engine: &'static str,
    pub(crate) users: u32,
    pub(crate) seeding: Duration,
    pub(crate) bytes_per_user: f64,
    pub(crate) cold_start: Duration,
    pub(crate) idle_kib: u64,
    pub(crate) busy_kib: u64,
    /// `/healthz` of the product, one for each number of connections.
    pub(crate) healths: Vec<RoundTrip>,
    /// All rounds of each number of connections.
    pub(crate) rounds: Vec<Vec<Round>>,
    pub(crate) preview: Preview,
    /// The cheapest count of all passkeys by class, in the bare engine.
    pub(crate) classes: Duration,
    pub(crate) look_up: Cost,
    /// One sign-in's rows, alone in a bare commit.
    pub(crate) alone: Cost,
    /// One sign-in's rows, among others in a bare commit.
    pub(crate) grouped: Cost,
    /// Sign-ins that the store commits in the time of one flush, from one writer and from 32.
    pub(crate) units: [f64; 2],
    /// One flush of the disk while sign-ins went on one at a time.
    pub(crate) flush: Duration,
}

/// What the server showed while it ran.
struct Served {
    cold_start: Duration,
    idle_kib: u64,
    busy_kib: u64,
    healths: Vec<RoundTrip>,
    rounds: Vec<Vec<Round>>,
    flush: Duration,
    preview: Preview,
}

/// An organisation that is ready to be measured.
pub(crate) struct Prepared {
    place: Place,
    players: Vec<Player>,
    client: Client,
    seeding: Duration,
    bytes: i64,
}

/// Fills a place with the demo organisation.
pub(crate) fn prepare(place: Place, scale: &Scale) -> Result<Prepared> {
    let watch = stopwatch();
    operator(&place, &["demo", "--users", &scale.users.to_string()])?;
    let seeding = watch.elapsed();
    let bytes = Bare::open(&place)?.bytes()?;
    let client = Client::register(&place)?;
    let store = Store::open(&place.location(), Options::default())?;
    let players = cast::gather(&store, scale.most_players())?;
    ensure!(players.len() >= GROUP, "too few people may sign in: ask for more --users");
    Ok(Prepared { place, players, client, seeding, bytes })
}

/// Measures one engine.
pub(crate) fn measure(
    runtime: &Runtime,
    prepared: Prepared,
    cores: Cores,
    scale: &Scale,
) -> Result<Measured> {
    let Prepared { place, mut players, client, seeding, bytes } = prepared;
    let place = &place;
    let served = runtime.block_on(serve(place, cores, scale, &mut players, &client))?;

    let mut bare = Bare::open(place)?;
    let mut fresh = Fresh(0);
    let people: Vec<&Player> = players.iter().collect();
    let someone = |number: u32| -> Result<&Player> {
        let place = usize::try_from(number)?.checked_rem(people.len()).unwrap_or_default();
        people.get(place).copied().context("there is nobody")
    };
    let mut classes = Vec::new();
    for _ in 0..scale.repetitions {
        let watch = stopwatch();
        ensure!(bare.classes()? > 0, "there are no passkeys");
        classes.push(watch.elapsed());
    }
    let look_up = cost(scale.repetitions, 1_000, |time| bare.look_up(someone(time)?))?;
    let alone = cost(scale.repetitions, 200, |time| bare.commit(&[someone(time)?], &mut fresh))?;
    let mut groups = people.chunks_exact(GROUP).cycle();
    let group = cost(scale.repetitions, 20, |_| {
        bare.commit(groups.next().context("there is no group")?, &mut fresh)
    })?;
    drop(bare);
    let size = u32::try_from(GROUP)?;
    Ok(Measured {
        engine: place.engine(),
        users: scale.users,
        seeding,
        #[expect(clippy::as_conversions, reason = "a size on a disk is far below 2^52")]
        bytes_per_user: bytes as f64 / f64::from(scale.users),
        cold_start: served.cold_start,
        idle_kib: served.idle_kib,
        busy_kib: served.busy_kib,
        healths: served.healths,
        rounds: served.rounds,
        flush: served.flush,
        preview: served.preview,
        classes: median(classes),
        look_up,
        alone,
        grouped: Cost { wall: group.wall / size, cpu: group.cpu / size },
        units: durable(place, &players, scale, fresh)?,
    })
}

async fn serve(
    place: &Place,
    cores: Cores,
    scale: &Scale,
    players: &mut [Player],
    client: &Client,
) -> Result<Served> {
    let server = Server::keyward(place, cores).await?;
    let idle_kib = server.resident_kib()?;
    let (mut healths, mut rounds, mut flushes) = (Vec::new(), Vec::new(), Vec::new());
    warm_up(&server, players).await?;
    for (connections, count) in CONNECTIONS.into_iter().zip(scale.ceremonies) {
        let times = count.saturating_mul(4);
        healths.push(round_trips(&server, HEALTH, connections, times).await?);
        let mut browsers = browsers(&server, connections).await?;
        let mut played = Vec::new();
        for _ in 0..scale.repetitions {
            if connections == 1 {
                flushes.push(flush(place.folder(), 1)?);
            }
            let own = players.iter_mut().take(count).collect();
            played.push(round(&server, &mut browsers, own).await?);
        }
        rounds.push(played);
    }
    let busy_kib = server.resident_kib()?;
    let preview = client.preview(&server, scale.previews).await?;
    let cold_start = server.cold_start;
    let flush = median(flushes);
    Ok(Served { cold_start, idle_kib, busy_kib, healths, rounds, flush, preview })
}

/// The first sign-ins fill caches and let the log grow; they do not count.
async fn warm_up(server: &Server, players: &mut [Player]) -> Result<()> {
    let mut browsers = browsers(server, GROUP).await?;
    let own = players.iter_mut().rev().take(GROUP * 8).collect();
    drop(round(server, &mut browsers, own).await?);
    Ok(())
}

async fn browsers(server: &Server, connections: usize) -> Result<Vec<Browser>> {
    let mut browsers = Vec::new();
    for _ in 0..connections {
        browsers.push(Browser::open(server.port).await?);
    }
    Ok(browsers)
}

fn durable(place: &Place, players: &[Player], scale: &Scale, fresh: Fresh) -> Result<[f64; 2]> {
    let store = Store::open(&place.location(), Options::default())?;
    let fresh = Mutex::new(fresh);
    let mut units = [0.0; 2];
    for (rate, (writers, each)) in units.iter_mut().zip([(1, 400), (32, 100)]) {
        let mut rates = Vec::new();
        for _ in 0..scale.repetitions {
            // Beside each other, for a disk that others use changes from second to second.
            let flush = flush(place.folder(), 1)?;
            let units = units_per_second(&store, players, writers, each, &fresh)?;
            rates.push(units * flush.as_secs_f64());
        }
        rates.sort_unstable_by(f64::total_cmp);
        *rate = rates.get(rates.len() / 2).copied().unwrap_or_default();
    }
    Ok(units)
}

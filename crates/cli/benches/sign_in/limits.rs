//! What this machine can do at all, measured in the same run: crypto, disk, empty HTTP.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, anyhow};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _,
    UnparsedPublicKey,
};

use crate::client::Connection;
use crate::crowd::{Line, play};
use crate::measure::{Cost, cost, median, number, per_second, percentile};
use crate::process::Server;

/// Bytes that an authenticator signs: authenticator data and a hash.
const SIGNED_BYTES: usize = 69;
/// What a disk writes at least.
const PAGE: [u8; 4096] = [0x5a; 4096];

/// The limits that do not depend on an engine.
pub(crate) struct Limits {
    pub(crate) verify: Cost,
    pub(crate) sign: Cost,
    /// Overwriting 4 KiB in place and waiting for the disk, the wall's time.
    pub(crate) flush: Duration,
}

/// What an empty round trip takes, over so many connections at once.
#[derive(Clone, Copy, Default)]
pub(crate) struct RoundTrip {
    pub(crate) connections: usize,
    pub(crate) per_second: f64,
    pub(crate) latency: Duration,
    pub(crate) cpu: Duration,
}

/// Measures crypto and disk; `rounds` of a tenth of a second or so each.
pub(crate) fn measure(rounds: u32, folder: &Path) -> Result<Limits> {
    let broken = |_| anyhow!("the crypto library does not work");
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random);
    let document = document.map_err(broken)?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref())?;
    let message = [7; SIGNED_BYTES];
    let signature = pair.sign(&random, &message).map_err(broken)?;
    // As bytes each time: a stored passkey's key is parsed for every sign-in.
    let point = pair.public_key().as_ref();
    let verify = cost(rounds, 1_500, |_| {
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, std::hint::black_box(point));
        key.verify(&message, signature.as_ref()).map_err(broken)
    })?;
    let sign = cost(rounds, 3_000, |_| {
        std::hint::black_box(pair.sign(&random, &message).map_err(broken)?);
        Ok(())
    })?;
    Ok(Limits { verify, sign, flush: flush(folder, rounds)? })
}

/// Overwrites 4 KiB and waits for the disk, a hundred times a round; the median.
pub(crate) fn flush(folder: &Path, rounds: u32) -> Result<Duration> {
    let file = File::create(folder.join("flushed"))?;
    file.write_all_at(&PAGE, 0)?;
    file.sync_all()?;
    let mut times = Vec::new();
    for _ in 0..rounds.saturating_mul(100) {
        let one = cost(1, 1, |_| {
            file.write_all_at(&PAGE, 0)?;
            Ok(file.sync_data()?)
        })?;
        times.push(one.wall);
    }
    Ok(median(times))
}

/// Asks a server for the emptiest thing it has, `times` over all connections together.
pub(crate) async fn round_trips(
    server: &Server,
    request: &[u8],
    connections: usize,
    times: usize,
) -> Result<RoundTrip> {
    let mut lines = Vec::new();
    for _ in 0..connections {
        let mut connection = Connection::open(server.port).await?;
        connection.exchange(request).await?;
        let requests = vec![request.to_vec(); times.div_ceil(connections)];
        lines.push(Line { connection, requests });
    }
    let cpu = server.cpu()?;
    let played = play(lines).await?;
    let cpu = server.cpu()?.saturating_sub(cpu);
    let latencies: Vec<Duration> =
        played.lines.iter().flat_map(|(_, answers)| answers).map(|answer| answer.took).collect();
    let count = number(latencies.len());
    Ok(RoundTrip {
        connections,
        per_second: per_second(count, played.took),
        cpu: cpu.checked_div(count).unwrap_or_default(),
        latency: percentile(latencies, 50),
    })
}

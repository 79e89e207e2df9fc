//! The store's own group commit, from one writer and from many at once.

use std::sync::Mutex;
use std::sync::PoisonError;

use anyhow::{Context as _, Result, anyhow};
use identity::audit::{Recorded, SignInEntry, SignInMethodName};
use identity::change::BurnKey;
use identity::session::{Session, SignInMethod};
use identity::{Change, CorrelationId, SessionId};
use store::Store;
use uuid::Uuid;
use webauthn::Timestamp;

use crate::bare::Fresh;
use crate::cast::Player;
use crate::measure::{number, per_second, stopwatch};

/// Long after any test, and apart from what the bare engine wrote.
const FUTURE_MS: i64 = 5_000_000_000_000;

/// How many sign-ins a second the store makes durable, each writer waiting for its own.
pub(crate) fn units_per_second(
    store: &Store,
    players: &[Player],
    writers: usize,
    each: usize,
    fresh: &Mutex<Fresh>,
) -> Result<f64> {
    let watch = stopwatch();
    std::thread::scope(|scope| {
        let portions = players.chunks(std::cmp::max(players.len() / writers, 1)).take(writers);
        let work = portions.map(|own| scope.spawn(move || write(store, own, each, fresh)));
        let work: Vec<_> = work.collect();
        for thread in work {
            thread.join().map_err(|_| anyhow!("a writer panicked"))??;
        }
        Ok::<_, anyhow::Error>(())
    })?;
    Ok(per_second(number(writers.saturating_mul(each)), watch.elapsed()))
}

fn write(store: &Store, players: &[Player], times: usize, fresh: &Mutex<Fresh>) -> Result<()> {
    for player in players.iter().cycle().take(times) {
        let (bytes, ordinal) = {
            let mut fresh = fresh.lock().unwrap_or_else(PoisonError::into_inner);
            (fresh.next(), fresh.0)
        };
        let at = Timestamp(FUTURE_MS.saturating_add_unsigned(ordinal));
        store.commit_and_wait(changes(player, bytes, at)?)?;
    }
    Ok(())
}

/// What `identity::sign_in` records for a success.
fn changes(player: &Player, bytes: [u8; 32], at: Timestamp) -> Result<Vec<Change>> {
    let passkey = &player.passkey;
    let half = bytes.first_chunk::<16>().copied().context("32 bytes have a half")?;
    Ok(vec![
        Change::Burn { key: BurnKey(bytes), expires_at: at },
        Change::TouchPasskey {
            id: passkey.id.clone(),
            expected: passkey.sign_count,
            sign_count: passkey.sign_count,
            backup_state: passkey.backup_state,
            at,
        },
        Change::OpenSession(Box::new(Session {
            id: SessionId::from_digest(bytes),
            user: passkey.user,
            method: SignInMethod::Passkey(passkey.id.clone()),
            authenticated_at: at,
            expires_at: at,
        })),
        Change::SignIn(Box::new(SignInEntry {
            id: Uuid::from_bytes(half),
            at,
            user: Some(passkey.user),
            upn: Some("somebody1234@ward.example".to_owned()),
            method: SignInMethodName::PasskeyDeviceBound,
            passkey: Some(passkey.id.clone()),
            aaguid: Some(passkey.facts.aaguid),
            result: Recorded::Success,
            decided_by: "profile Default passkey profile".to_owned(),
            correlation: CorrelationId::new(Uuid::from_bytes(half)),
            ip: Some("127.0.0.1".to_owned()),
            user_agent: Some("keyward-bench/1".to_owned()),
        })),
    ])
}

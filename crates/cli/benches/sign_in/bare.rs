//! What the engines can do without us: the rows of a sign-in, written by their own drivers.

use anyhow::{Context as _, Result};
use data_encoding::HEXLOWER;
use postgres::{Client, NoTls};
use rusqlite::{Connection, OpenFlags, params};

use crate::cast::Player;
use crate::place::Place;

const BURN: &str = "INSERT INTO burned (tenant, key, expires_at) VALUES (1, ?1, ?2)";
const TOUCH: &str = "UPDATE passkeys SET last_used_at = ?2, sign_count = sign_count \
     WHERE tenant = 1 AND credential_id = ?1";
const OPEN: &str = "INSERT INTO sessions (tenant, id, user_id, authenticated_at, expires_at, \
     credential_id) VALUES (1, ?1, ?2, ?3, ?4, ?5)";
const LOG: &str = "INSERT INTO sign_ins (tenant, at, id, method, user_id, upn, credential_id, \
     aaguid, decided_by, correlation, ip, user_agent) VALUES (1, ?1, ?2, \
     'Passkey (device-bound)', ?3, 'somebody1234@ward.example', ?4, ?5, \
     'profile Default passkey profile', ?2, '127.0.0.1', 'keyward-bench/1')";
const LOOK_UP: &str = "SELECT p.public_key, p.sign_count, u.id, u.handle, u.enabled \
     FROM passkeys p JOIN users u ON u.tenant = p.tenant AND u.id = p.user_id \
     WHERE p.tenant = 1 AND p.credential_id = ?1";
/// The cheapest statement that sees every passkey: what a preview is measured against.
const CLASSES: &str = "SELECT aaguid, synced, attested, COUNT(*) FROM passkeys \
     GROUP BY aaguid, synced, attested";
/// Long after any test.
const FUTURE_MS: i64 = 4_000_000_000_000;

/// A connection to the data, without the store.
pub(crate) enum Bare {
    Sqlite(Connection),
    Postgres(Client),
}

/// Numbers for rows that must differ.
pub(crate) struct Fresh(pub(crate) u64);

impl Fresh {
    /// 32 bytes that were not given out before.
    pub(crate) fn next(&mut self) -> [u8; 32] {
        self.0 = self.0.wrapping_add(1);
        // Scattered, as digests are: keys that rise would be kinder to the tree than real ones.
        let mut bytes = [0; 32];
        let mut word = self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for part in bytes.chunks_exact_mut(8) {
            part.copy_from_slice(&word.to_be_bytes());
            word = (word ^ (word >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9).wrapping_add(self.0);
        }
        bytes
    }
}

impl Bare {
    /// Opens the data with the settings that the store uses.
    pub(crate) fn open(place: &Place) -> Result<Self> {
        if let Some(url) = place.database_url() {
            return Ok(Self::Postgres(Client::connect(url, NoTls)?));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(place.file(), flags)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        Ok(Self::Sqlite(connection))
    }

    /// Reads a passkey with its owner.
    pub(crate) fn look_up(&mut self, player: &Player) -> Result<()> {
        let id = player.passkey.id.as_bytes();
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(LOOK_UP)?;
                let key: Vec<u8> = statement.query_row(params![id], |row| row.get(0))?;
                anyhow::ensure!(!key.is_empty(), "the passkey has no key");
            }
            Self::Postgres(client) => {
                let id = format!("'\\x{}'", HEXLOWER.encode(id));
                client.simple_query(&filled(LOOK_UP, &[&id]))?;
            }
        }
        Ok(())
    }

    /// Writes what the sign-ins of these people write, in one durable commit.
    pub(crate) fn commit(&mut self, people: &[&Player], fresh: &mut Fresh) -> Result<()> {
        match self {
            Self::Sqlite(connection) => commit_sqlite(connection, people, fresh),
            Self::Postgres(client) => {
                let mut text = "BEGIN;".to_owned();
                for player in people {
                    text.push_str(&literal(player, fresh));
                }
                text.push_str("COMMIT");
                client.batch_execute(&text).context("the bare commit failed")
            }
        }
    }

    /// Counts all passkeys by class.
    pub(crate) fn classes(&mut self) -> Result<usize> {
        Ok(match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(CLASSES)?;
                let counts = statement.query_map([], |row| row.get::<_, i64>(3))?;
                counts.collect::<Result<Vec<_>, _>>()?.len()
            }
            Self::Postgres(client) => client.query(CLASSES, &[])?.len(),
        })
    }

    /// The bytes that tables and indexes take, the two logs left out.
    pub(crate) fn bytes(&mut self) -> Result<i64> {
        const SQLITE: &str =
            "SELECT SUM(pgsize) FROM dbstat WHERE name NOT IN ('audit', 'sign_ins')";
        const POSTGRES: &str = "SELECT SUM(pg_total_relation_size(oid))::BIGINT FROM pg_class \
             WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace \
             AND relname NOT IN ('audit', 'sign_ins')";
        Ok(match self {
            Self::Sqlite(connection) => connection.query_row(SQLITE, [], |row| row.get(0))?,
            Self::Postgres(client) => client.query_one(POSTGRES, &[])?.get(0),
        })
    }
}

fn commit_sqlite(connection: &Connection, people: &[&Player], fresh: &mut Fresh) -> Result<()> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    for player in people {
        let (key, at) = (fresh.next(), FUTURE_MS.saturating_add_unsigned(fresh.0));
        let (id, user) = (player.passkey.id.as_bytes(), player.passkey.user.as_uuid());
        let user = user.into_bytes();
        let aaguid = player.passkey.facts.aaguid.as_bytes();
        let entry = key.first_chunk::<16>();
        connection.prepare_cached(BURN)?.execute(params![key, at])?;
        connection.prepare_cached(TOUCH)?.execute(params![id, at])?;
        connection.prepare_cached(OPEN)?.execute(params![key, user, at, at, id])?;
        connection.prepare_cached(LOG)?.execute(params![at, entry, user, id, aaguid])?;
    }
    connection.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}

/// The four statements with their values in them, so that a whole group is one round trip.
fn literal(player: &Player, fresh: &mut Fresh) -> String {
    let (key, at) = (fresh.next(), FUTURE_MS.saturating_add_unsigned(fresh.0).to_string());
    let bytes = |bytes: &[u8]| format!("'\\x{}'", HEXLOWER.encode(bytes));
    let entry = key.first_chunk::<16>().map(|half| format!("'{}'", HEXLOWER.encode(half)));
    let user = format!("'{}'", player.passkey.user.as_uuid());
    let aaguid = format!("'{}'", HEXLOWER.encode(player.passkey.facts.aaguid.as_bytes()));
    let (key, id) = (bytes(&key), bytes(player.passkey.id.as_bytes()));
    let entry = entry.unwrap_or_default();
    [
        filled(BURN, &[&key, &at]),
        filled(TOUCH, &[&id, &at]),
        filled(OPEN, &[&key, &user, &at, &at, &id]),
        filled(LOG, &[&at, &entry, &user, &id, &aaguid]),
    ]
    .concat()
}

fn filled(statement: &str, values: &[&str]) -> String {
    let mut text = format!("{statement};");
    for (number, value) in (1..).zip(values) {
        text = text.replace(&format!("?{number}"), value);
    }
    text
}

//! The two engines behind one connection type: the same statements, the same values, the same
//! rows. Above this module nobody knows which engine runs.

pub(crate) mod dialect;
pub(crate) mod fault;
pub(crate) mod postgres;
pub(crate) mod sqlite;
pub(crate) mod tls;
pub(crate) mod value;

use std::fmt;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use fault::Fault;
use postgres::PostgresConn;
use sqlite::{Purpose, SqliteConn};
use tls::Target;
use value::{Row, Value};

use crate::error::StoreError;

/// Where the data lives.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file, made when missing.
    Sqlite(PathBuf),
    /// A PostgreSQL database, `postgres://user@host/database`. Without `sslmode`, TLS with a valid
    /// certificate is demanded of every host but this machine; `sslrootcert=FILE` names an own
    /// certificate authority.
    Postgres(String),
}

impl fmt::Debug for Location {
    /// Not the address of a server: it may hold a password, anywhere in it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => formatter.debug_tuple("Sqlite").field(path).finish(),
            Self::Postgres(_) => formatter.write_str("Postgres(..)"),
        }
    }
}

/// Which engine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite: a read takes microseconds and never waits for a network.
    Sqlite,
    /// PostgreSQL: a read waits for the network, and must not be made on a thread that runs
    /// asynchronous tasks without telling its runtime.
    Postgres,
}

/// Where to connect to, ready to use.
#[derive(Clone)]
pub(crate) enum Source {
    /// The file, and how long to wait for another process that holds it.
    Sqlite(PathBuf, Duration),
    /// The server.
    Postgres(Box<Target>),
}

impl Source {
    /// Reads a location.
    pub(crate) fn new(location: &Location, patience: Duration) -> Result<Self, StoreError> {
        Ok(match location {
            Location::Sqlite(path) => Self::Sqlite(path.clone(), patience),
            Location::Postgres(address) => Self::Postgres(Box::new(Target::parse(address)?)),
        })
    }

    /// Which engine it leads to.
    pub(crate) const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(..) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Opens a connection.
    pub(crate) fn connect(&self, purpose: Purpose) -> Result<Conn, StoreError> {
        Ok(match self {
            Self::Sqlite(path, patience) => {
                Conn::Sqlite(SqliteConn::open(path, purpose, *patience)?)
            }
            Self::Postgres(target) => Conn::Postgres(Box::new(PostgresConn::open(target)?)),
        })
    }
}

/// A connection to either engine.
#[derive(Debug)]
pub(crate) enum Conn {
    /// To a file.
    Sqlite(SqliteConn),
    /// To a server.
    Postgres(Box<PostgresConn>),
}

impl Conn {
    /// Runs a statement and hands each row over as it comes, until told to stop.
    pub(crate) fn each(
        &mut self,
        sql: &str,
        params: &[Value],
        take: impl FnMut(&mut Row) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), Fault> {
        match self {
            Self::Sqlite(conn) => conn.each(sql, params, take),
            Self::Postgres(conn) => conn.each(sql, params, take),
        }
    }

    /// Runs a statement and makes something of each row.
    pub(crate) fn all<T>(
        &mut self,
        sql: &str,
        params: &[Value],
        mut read: impl FnMut(&mut Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, Fault> {
        let mut found = Vec::new();
        self.each(sql, params, |row| {
            found.push(read(row)?);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// Runs a statement and makes something of its first row, if there is one.
    pub(crate) fn first<T>(
        &mut self,
        sql: &str,
        params: &[Value],
        mut read: impl FnMut(&mut Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, Fault> {
        let mut found = None;
        self.each(sql, params, |row| {
            found = Some(read(row)?);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// Runs a statement that gives no rows; answers how many rows it changed.
    pub(crate) fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Fault> {
        match self {
            Self::Sqlite(conn) => conn.execute(sql, params),
            Self::Postgres(conn) => conn.execute(sql, params),
        }
    }

    /// Runs statements without parameters.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Fault> {
        match self {
            Self::Sqlite(conn) => conn.batch(sql),
            Self::Postgres(conn) => conn.batch(sql),
        }
    }

    /// What the engine itself finds wrong with the data.
    pub(crate) fn complaints(&mut self) -> Result<Vec<String>, Fault> {
        match self {
            Self::Sqlite(conn) => conn.complaints(),
            // The server checks its pages and references as it goes.
            Self::Postgres(_) => Ok(Vec::new()),
        }
    }

    /// Begins a transaction that only reads, and sees one moment from its first statement on.
    pub(crate) fn begin_read(&mut self) -> Result<(), Fault> {
        match self {
            Self::Sqlite(conn) => conn.control("BEGIN DEFERRED"),
            Self::Postgres(conn) => conn.begin_read(),
        }
    }

    /// Begins a transaction that writes. Guards carry the safety, so the weakest level will do.
    pub(crate) fn begin_write(&mut self) -> Result<(), Fault> {
        match self {
            Self::Sqlite(conn) => conn.control("BEGIN IMMEDIATE"),
            Self::Postgres(conn) => conn.batch("BEGIN ISOLATION LEVEL READ COMMITTED"),
        }
    }

    /// Moves the savepoint of a batch behind the unit that was just written.
    pub(crate) fn move_savepoint(&mut self) -> Result<(), Fault> {
        match self {
            Self::Sqlite(conn) => {
                conn.control("RELEASE SAVEPOINT unit")?;
                conn.control("SAVEPOINT unit")
            }
            // One flight for both.
            Self::Postgres(conn) => conn.batch("RELEASE SAVEPOINT unit; SAVEPOINT unit"),
        }
    }

    /// Runs one of the few words that steer a transaction.
    pub(crate) fn control(&mut self, sql: &str) -> Result<(), Fault> {
        match self {
            Self::Sqlite(conn) => conn.control(sql),
            Self::Postgres(conn) => conn.batch(sql),
        }
    }

    /// Ends what may be left of a transaction; whether the connection is good for another one.
    pub(crate) fn is_clean_after_rollback(&mut self) -> bool {
        match self {
            Self::Sqlite(conn) => {
                if conn.is_in_transaction() {
                    // The answer is what counts: is the transaction gone?
                    drop(conn.batch("ROLLBACK"));
                }
                !conn.is_in_transaction()
            }
            Self::Postgres(conn) => conn.batch("ROLLBACK").is_ok() && !conn.is_closed(),
        }
    }

    /// Ends what a reader began, and answers whether the connection is good for another one.
    pub(crate) fn is_clean_after_read(&mut self) -> bool {
        match self {
            Self::Sqlite(conn) if conn.is_in_transaction() => {
                conn.control("COMMIT").is_ok() || self.is_clean_after_rollback()
            }
            Self::Sqlite(_) => true,
            Self::Postgres(conn) => conn.is_clean_after_read(),
        }
    }

    /// Whether the connection is not known to be gone.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Self::Sqlite(_) => true,
            Self::Postgres(conn) => !conn.is_closed(),
        }
    }

    /// Whether the transaction that was begun is still there: a full disk may end it unasked.
    pub(crate) fn is_in_transaction(&self) -> bool {
        match self {
            Self::Sqlite(conn) => conn.is_in_transaction(),
            Self::Postgres(conn) => !conn.is_closed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_a_database_does_not_print() {
        let location = Location::Postgres("postgres://user:hush@host/db?password=hush".to_owned());
        assert_eq!(format!("{location:?}"), "Postgres(..)");
    }
}

//! SQLite below the texts: one file, WAL, durable commits.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags};

use super::fault::Fault;
use super::value::{Row, Value};
use crate::error::StoreError;

/// Prepared statements kept by each connection; there are fewer texts than this.
const STATEMENTS: usize = 192;
/// Memory for pages of a reader, in KiB: a commit makes them stale, so much of it would be wasted.
/// The operating system caches the rest.
const READER_KIB: i64 = 2048;
/// Memory for pages of the writer, in KiB.
const WRITER_KIB: i64 = 16_384;
/// Pages in the log before they are carried over into the file: 16 MiB. Seldom enough that hot
/// pages are carried over once for many commits, often enough that the log stays in memory.
const LOG_PAGES: i64 = 4096;

/// One connection to the file.
#[derive(Debug)]
pub(crate) struct SqliteConn(Connection);

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Reads only; a write on it is a bug and fails.
    Read,
    /// Reads and writes.
    Write,
}

impl SqliteConn {
    /// Opens the file, made when missing, with every setting that durability rests on.
    pub(crate) fn open(
        path: &Path,
        purpose: Purpose,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(path, flags).map_err(|error| {
            StoreError::unavailable(format_args!("cannot open {}: {error}", path.display()))
        })?;
        configure(&opened, purpose, patience).map_err(fault)?;
        Ok(Self(opened))
    }

    /// Runs a statement and hands each row over as it comes, until told to stop.
    pub(crate) fn each(
        &self,
        sql: &str,
        params: &[Value],
        mut take: impl FnMut(&mut Row) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), Fault> {
        let mut statement = self.prepare(sql, params)?;
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        let mut values = Row::new(columns);
        while let Some(row) = rows.next().map_err(fault)? {
            values.clear();
            for column in 0..columns {
                values.push(read(row.get_ref(column).map_err(fault)?)?);
            }
            if take(&mut values)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Runs a statement that gives no rows; answers how many rows it changed.
    pub(crate) fn execute(&self, sql: &str, params: &[Value]) -> Result<u64, Fault> {
        let changed = self.prepare(sql, params)?.raw_execute().map_err(fault)?;
        u64::try_from(changed).map_err(|error| Fault::Misuse(error.to_string()))
    }

    /// Runs statements without parameters.
    pub(crate) fn batch(&self, sql: &str) -> Result<(), Fault> {
        self.0.execute_batch(sql).map_err(fault)
    }

    /// Runs a frequent statement without parameters or rows, prepared once.
    pub(crate) fn control(&self, sql: &str) -> Result<(), Fault> {
        self.prepare(sql, &[])?.raw_execute().map_err(fault)?;
        Ok(())
    }

    /// Whether a transaction is open. A full disk may end one without being asked.
    pub(crate) fn is_in_transaction(&self) -> bool {
        !self.0.is_autocommit()
    }

    /// What SQLite finds wrong with the file, its indexes and its references.
    pub(crate) fn complaints(&self) -> Result<Vec<String>, Fault> {
        let mut found = Vec::new();
        self.each("PRAGMA integrity_check", &[], |row| {
            let line = row.text("integrity_check")?;
            if line != "ok" {
                found.push(line);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        self.each("PRAGMA foreign_key_check", &[], |row| {
            found.push(format!("a row of {} refers to nothing", row.text("table")?));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// Empties the log into the file, so that the file alone is the whole database.
    pub(crate) fn settle(&self) -> Result<(), Fault> {
        self.batch("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    /// Copies the whole database into a new file, consistently, while others go on working.
    pub(crate) fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        /// Pages a step; between steps the source is free for others.
        const PAGES: i32 = 1024;
        let mut target = Connection::open(path).map_err(fault)?;
        let backup = rusqlite::backup::Backup::new(&self.0, &mut target).map_err(fault)?;
        backup.run_to_completion(PAGES, Duration::ZERO, None).map_err(fault)?;
        drop(backup);
        target.close().map_err(|(_, error)| fault(error))?;
        Ok(())
    }

    fn prepare(&self, sql: &str, params: &[Value]) -> Result<CachedStatement<'_>, Fault> {
        let mut statement = self.0.prepare_cached(sql).map_err(fault)?;
        // SQLite numbers `$2 … $1` by first appearance; the names say what was meant.
        for index in 1..=statement.parameter_count() {
            let position = statement
                .parameter_name(index)
                .and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok())
                .and_then(|number| number.checked_sub(1));
            let value = position
                .and_then(|position| params.get(position))
                .ok_or_else(|| Fault::Misuse(format!("parameter {index} is missing: {sql}")))?;
            statement.raw_bind_parameter(index, value).map_err(fault)?;
        }
        Ok(statement)
    }
}

fn configure(
    connection: &Connection,
    purpose: Purpose,
    patience: Duration,
) -> rusqlite::Result<()> {
    connection.busy_timeout(patience)?;
    // FULL: the log is synced before a commit is answered, so acknowledged means durable.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    // A defective file or schema must not make SQL functions run on our behalf.
    connection.pragma_update(None, "trusted_schema", false)?;
    // Or SQLite would plan a statement anew whenever other values are bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let cache_kib = match purpose {
        Purpose::Read => READER_KIB,
        Purpose::Write => WRITER_KIB,
    };
    connection.pragma_update(None, "cache_size", cache_kib.saturating_neg())?;
    connection.pragma_update(None, "query_only", purpose == Purpose::Read)
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Bool(truth) => ValueRef::Integer(i64::from(*truth)),
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn read(value: ValueRef<'_>) -> Result<Value, Fault> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Int(number)),
        ValueRef::Text(text) => String::from_utf8(text.to_vec())
            .map(Value::Text)
            .map_err(|_| Fault::Unavailable("the file holds text that is not UTF-8".to_owned())),
        ValueRef::Blob(bytes) => Ok(Value::Bytes(bytes.to_vec())),
        ValueRef::Real(_) => Err(Fault::Misuse("statements must not give fractions".to_owned())),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function of map_err")]
fn fault(error: rusqlite::Error) -> Fault {
    use rusqlite::ffi;
    let Some(failure) = error.sqlite_error() else { return Fault::Misuse(error.to_string()) };
    match failure.extended_code {
        ffi::SQLITE_BUSY_SNAPSHOT => return Fault::Retry,
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => return Fault::ForeignKey,
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => return Fault::Unique,
        _ => {}
    }
    #[expect(clippy::wildcard_enum_match_arm, reason = "the driver's list of codes may grow")]
    match failure.code {
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::DiskFull
        | ErrorCode::SystemIoFailure
        | ErrorCode::CannotOpen
        | ErrorCode::ReadOnly
        | ErrorCode::OutOfMemory
        | ErrorCode::PermissionDenied
        | ErrorCode::FileLockingProtocolFailed
        | ErrorCode::NotADatabase
        | ErrorCode::DatabaseCorrupt
        | ErrorCode::OperationInterrupted
        | ErrorCode::OperationAborted => Fault::Unavailable(error.to_string()),
        _ => Fault::Misuse(error.to_string()),
    }
}

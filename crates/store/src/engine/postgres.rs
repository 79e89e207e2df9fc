//! PostgreSQL below the texts: one session with its prepared statements.

use std::collections::BTreeMap;
use std::error::Error;
use std::ops::ControlFlow;

use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut};
use postgres::{Client, Statement};

use super::fault::Fault;
use super::tls::Target;
use super::value::{Row, Value};
use crate::error::StoreError;

/// Oldest server we know to have all we use.
const OLDEST: u32 = 150_000;
/// Prepared statements kept by each session; texts made for one list of values are not kept.
const STATEMENTS: usize = 192;

/// One session.
pub(crate) struct PostgresConn {
    client: Client,
    statements: BTreeMap<String, Statement>,
    /// Whether a reader's transaction is open.
    is_reading: bool,
}

impl PostgresConn {
    /// Connects, and makes sure that the server is one we can keep our word on.
    pub(crate) fn open(target: &Target) -> Result<Self, StoreError> {
        let client = target.connect()?;
        let mut opened = Self { client, statements: BTreeMap::new(), is_reading: false };
        opened.refuse_unsuitable_servers()?;
        Ok(opened)
    }

    /// Runs a statement and hands each row over as it comes, until told to stop.
    pub(crate) fn each(
        &mut self,
        sql: &str,
        params: &[Value],
        mut take: impl FnMut(&mut Row) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), Fault> {
        let statement = self.prepare(sql)?;
        let mut rows = self.client.query_raw(&statement, params).map_err(fault)?;
        let mut values = Row::new(statement.columns().len());
        while let Some(row) = rows.next().map_err(fault)? {
            values.clear();
            for column in 0..row.len() {
                values.push(row.try_get(column).map_err(fault)?);
            }
            if take(&mut values)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Runs a statement that gives no rows; answers how many rows it changed.
    pub(crate) fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Fault> {
        let statement = self.prepare(sql)?;
        let params: Vec<&(dyn ToSql + Sync)> =
            params.iter().map(|value| -> &(dyn ToSql + Sync) { value }).collect();
        self.client.execute(&statement, &params).map_err(fault)
    }

    /// Runs statements without parameters, in one flight.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Fault> {
        self.client.batch_execute(sql).map_err(fault)
    }

    /// Begins a transaction that sees one moment.
    pub(crate) fn begin_read(&mut self) -> Result<(), Fault> {
        self.batch("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")?;
        self.is_reading = true;
        Ok(())
    }

    /// Ends what a reader began, if it began a transaction at all.
    pub(crate) fn is_clean_after_read(&mut self) -> bool {
        let ended = !self.is_reading || self.batch("COMMIT").is_ok();
        self.is_reading = false;
        ended && !self.is_closed()
    }

    /// Whether the session is known to be gone.
    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    fn prepare(&mut self, sql: &str) -> Result<Statement, Fault> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).map_err(fault)?;
        if self.statements.len() < STATEMENTS {
            self.statements.insert(sql.to_owned(), statement.clone());
        }
        Ok(statement)
    }

    fn refuse_unsuitable_servers(&mut self) -> Result<(), StoreError> {
        let version = self.setting("SHOW server_version_num")?;
        if version.parse::<u32>().is_ok_and(|version| version < OLDEST) {
            return Err(StoreError::misuse("postgresql 15 or later is needed: upgrade the server"));
        }
        let encoding = self.setting("SHOW server_encoding")?;
        if encoding != "UTF8" {
            return Err(StoreError::misuse(format_args!(
                "the database is encoded in {encoding}: create it with encoding UTF8"
            )));
        }
        Ok(())
    }

    fn setting(&mut self, sql: &str) -> Result<String, StoreError> {
        let mut found = None;
        self.each(sql, &[], |row| {
            found = Some(row.text("setting")?);
            Ok(ControlFlow::Break(()))
        })?;
        found.ok_or_else(|| StoreError::unavailable(format_args!("no answer to {sql}")))
    }
}

impl std::fmt::Debug for PostgresConn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PostgresConn").finish_non_exhaustive()
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Bool(truth) if *kind == Type::BOOL => truth.to_sql(kind, out),
            Self::Int(number) if *kind == Type::INT8 => number.to_sql(kind, out),
            Self::Int(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
            Self::Bytes(bytes) if matches!(*kind, Type::BYTEA | Type::UUID) => {
                out.extend_from_slice(bytes);
                Ok(IsNull::No)
            }
            Self::Bool(_) | Self::Int(_) | Self::Bytes(_) => {
                Err(format!("a parameter does not fit the type {kind}").into())
            }
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *kind {
            Type::BOOL => Self::Bool(bool::from_sql(kind, raw)?),
            Type::INT8 => Self::Int(i64::from_sql(kind, raw)?),
            Type::INT4 => Self::Int(i64::from(i32::from_sql(kind, raw)?)),
            Type::BYTEA | Type::UUID => Self::Bytes(raw.to_vec()),
            _ => Self::Text(<&str>::from_sql(kind, raw)?.to_owned()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::BOOL | Type::INT8 | Type::INT4 | Type::BYTEA | Type::UUID)
            || <&str as FromSql<'_>>::accepts(kind)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "used as a function of map_err")]
fn fault(error: postgres::Error) -> Fault {
    let Some(database) = error.as_db_error() else {
        // Without an answer of the server the line is down, unless a value could not be carried.
        return match error.source() {
            Some(source) if !error.is_closed() && source.is::<std::io::Error>() => {
                Fault::Unavailable(format!("{error}: {source}"))
            }
            Some(source) if !error.is_closed() => Fault::Misuse(format!("{error}: {source}")),
            Some(_) | None => Fault::Unavailable(error.to_string()),
        };
    };
    let text = format!("{}: {}", database.code().code(), database.message());
    match database.code() {
        code if *code == SqlState::T_R_SERIALIZATION_FAILURE
            || *code == SqlState::T_R_DEADLOCK_DETECTED =>
        {
            Fault::Retry
        }
        code if *code == SqlState::FOREIGN_KEY_VIOLATION => Fault::ForeignKey,
        code if *code == SqlState::UNIQUE_VIOLATION => Fault::Unique,
        // Connection, resources (disk full), operator intervention, system error, read-only.
        code if ["08", "53", "57", "58", "25", "28", "3D"]
            .iter()
            .any(|class| code.code().starts_with(class)) =>
        {
            Fault::Unavailable(text)
        }
        _ => Fault::Misuse(text),
    }
}

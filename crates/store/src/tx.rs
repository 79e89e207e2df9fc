//! The two ways to work with a connection: a snapshot that reads, a writer that writes. Both put
//! the tenant first among the parameters of every statement, so no statement can forget it.

use std::ops::ControlFlow;

use crate::cache::Cache;
use crate::engine::Conn;
use crate::engine::fault::Fault;
use crate::engine::value::{Row, Value};
use crate::error::StoreError;

/// The organisation's number in this database. There is one, so the number is known; when there
/// are several, it comes from the request, and only this line and its users change.
const TENANT: Value = Value::Int(1);

/// One consistent view of the organisation's data. Its methods stand in the files of the tables.
#[derive(Debug)]
pub struct Snapshot<'c> {
    conn: &'c mut Conn,
    cache: &'c Cache,
}

impl<'c> Snapshot<'c> {
    pub(crate) fn new(conn: &'c mut Conn, cache: &'c Cache) -> Self {
        Self { conn, cache }
    }

    pub(crate) fn cache(&self) -> &'c Cache {
        self.cache
    }

    /// Makes something of every row; `$1` is the tenant, `params` start at `$2`.
    pub(crate) fn all<T>(
        &mut self,
        sql: &str,
        params: &[Value],
        read: impl FnMut(&mut Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        Ok(self.conn.all(sql, &with_tenant(params), read)?)
    }

    /// Makes something of the first row, if there is one.
    pub(crate) fn first<T>(
        &mut self,
        sql: &str,
        params: &[Value],
        read: impl FnMut(&mut Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.conn.first(sql, &with_tenant(params), read)?)
    }

    /// Hands every row over as it comes, without keeping any.
    pub(crate) fn each(
        &mut self,
        sql: &str,
        params: &[Value],
        mut take: impl FnMut(&mut Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        Ok(self.conn.each(sql, &with_tenant(params), |row| {
            take(row)?;
            Ok(ControlFlow::Continue(()))
        })?)
    }

    /// The number that a statement counts.
    pub(crate) fn count(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        Ok(self.first(sql, params, |row| row.count("count"))?.unwrap_or_default())
    }

    /// Whether a statement gives any row.
    pub(crate) fn exists(&mut self, sql: &str, params: &[Value]) -> Result<bool, StoreError> {
        Ok(self.first(sql, params, |_| Ok(()))?.is_some())
    }
}

/// Writes inside a transaction that somebody else begins and ends.
#[derive(Debug)]
pub(crate) struct Writer<'c> {
    conn: &'c mut Conn,
}

impl<'c> Writer<'c> {
    pub(crate) fn new(conn: &'c mut Conn) -> Self {
        Self { conn }
    }

    /// Runs a statement; answers how many rows it changed. `$1` is the tenant.
    pub(crate) fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, Fault> {
        self.conn.execute(sql, &with_tenant(params))
    }

    /// Whether a statement changed, or gave, any row.
    pub(crate) fn exists(&mut self, sql: &str, params: &[Value]) -> Result<bool, Fault> {
        Ok(self.conn.first(sql, &with_tenant(params), |_| Ok(()))?.is_some())
    }
}

fn with_tenant(params: &[Value]) -> Vec<Value> {
    let mut all = Vec::with_capacity(params.len().saturating_add(1));
    all.push(TENANT);
    all.extend_from_slice(params);
    all
}

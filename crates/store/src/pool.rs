//! Connections for readers: opened when needed, kept, never more than a limit.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::engine::sqlite::Purpose;
use crate::engine::{Conn, Source};
use crate::error::StoreError;

/// The readers' connections.
pub(crate) struct Pool {
    source: Source,
    limit: usize,
    /// How long a reader waits for a connection before it is told that there is none.
    patience: Duration,
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Conn>,
    /// Connections that exist, idle or lent.
    open: usize,
    /// Readers that wait for one; without any, nobody needs to be woken.
    waiting: usize,
}

impl Pool {
    pub(crate) fn new(source: Source, limit: usize, patience: Duration) -> Self {
        Self {
            source,
            limit: std::cmp::max(limit, 1),
            patience,
            state: Mutex::default(),
            returned: Condvar::new(),
        }
    }

    /// Lends a connection on which `begin` succeeded. Connections that turn out to be dead, as
    /// all of them do when a server was restarted, are thrown away and replaced.
    pub(crate) fn begin(
        &self,
        begin: impl Fn(&mut Conn) -> Result<(), StoreError>,
    ) -> Result<Lease<'_>, StoreError> {
        for _ in 0..self.limit {
            let (mut lease, fresh) = self.lend()?;
            match begin(lease.conn()?) {
                Ok(()) => return Ok(lease),
                Err(error) if fresh => {
                    lease.discard();
                    return Err(error);
                }
                Err(_) => lease.discard(),
            }
        }
        Err(StoreError::unavailable("every connection to the database was lost"))
    }

    /// Lends a connection; true beside it if it was opened just now.
    fn lend(&self) -> Result<(Lease<'_>, bool), StoreError> {
        let mut state = self.state();
        loop {
            if let Some(conn) = state.idle.pop() {
                return Ok((Lease { pool: self, conn: Some(conn) }, false));
            }
            if state.open < self.limit {
                state.open = state.open.saturating_add(1);
                drop(state);
                // From here on the lease counts the connection, and gives its place back.
                let mut lease = Lease { pool: self, conn: None };
                lease.conn = Some(self.source.connect(Purpose::Read)?);
                return Ok((lease, true));
            }
            state.waiting = state.waiting.saturating_add(1);
            let (guard, waited) = self
                .returned
                .wait_timeout(state, self.patience)
                .unwrap_or_else(PoisonError::into_inner);
            state = guard;
            state.waiting = state.waiting.saturating_sub(1);
            if waited.timed_out() && state.idle.is_empty() {
                return Err(StoreError::unavailable("all connections for reading are busy"));
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Pool").field("limit", &self.limit).finish_non_exhaustive()
    }
}

/// A connection on loan; goes back, or gives its place back, when dropped.
pub(crate) struct Lease<'p> {
    pool: &'p Pool,
    conn: Option<Conn>,
}

impl Lease<'_> {
    /// The connection.
    pub(crate) fn conn(&mut self) -> Result<&mut Conn, StoreError> {
        self.conn.as_mut().ok_or_else(|| StoreError::misuse("the connection was discarded"))
    }

    /// Throws the connection away instead of giving it back.
    pub(crate) fn discard(&mut self) {
        drop(self.conn.take());
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        // A reader that failed or panicked may have left a transaction open.
        let conn = self.conn.take().and_then(|mut conn| {
            let clean = !std::thread::panicking() && conn.is_clean_after_read();
            clean.then_some(conn)
        });
        let mut state = self.pool.state();
        match conn {
            Some(conn) => state.idle.push(conn),
            None => state.open = state.open.saturating_sub(1),
        }
        let is_awaited = state.waiting > 0;
        drop(state);
        if is_awaited {
            self.pool.returned.notify_one();
        }
    }
}

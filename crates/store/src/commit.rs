//! Group commit: units wait in a bounded queue; a committer takes all that wait, applies each in a
//! savepoint of its own, commits once, and only then answers each.

mod queue;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use identity::Change;
use webauthn::Timestamp;

pub(crate) use queue::{Done, Queue, Unit};

use crate::apply::{Guard, Rejected, apply};
use crate::engine::fault::Fault;
use crate::engine::sqlite::Purpose;
use crate::engine::{Conn, Source};
use crate::error::StoreError;
use crate::tx::Writer;
use crate::{keys, sessions};

/// How often a batch is tried when the engine says that transactions were in each other's way.
const ATTEMPTS: u32 = 8;

/// Why changes were not committed. In every case nothing of them was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitError {
    /// A guard failed: gather the facts and decide again, a bounded number of times.
    Contended(Guard),
    /// Too much waits already: answer 503 with Retry-After.
    Busy,
    /// A part is broken.
    Failed(StoreError),
}

impl std::fmt::Display for CommitError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Contended(guard) => write!(formatter, "the facts were stale ({guard:?})"),
            Self::Busy => formatter.write_str("too many writes wait: try again in a moment"),
            Self::Failed(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for CommitError {}

/// What a unit asks for.
pub(crate) enum Work {
    /// The changes of one decision.
    Changes(Vec<Change>),
    /// Forgetting what ended before a moment, at most so much of it.
    Purge(Timestamp, u32, Arc<AtomicU64>),
    /// Making a key of the server unless there is one of this name.
    Key(String, Vec<u8>, Timestamp),
}

/// Counted since the store was opened.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) commits: AtomicU64,
    pub(crate) units: AtomicU64,
    pub(crate) contended: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) retried: AtomicU64,
    pub(crate) largest_batch: AtomicU64,
}

/// One committer: a connection of its own, for as long as the queue is open.
pub(crate) struct Committer {
    pub(crate) source: Source,
    pub(crate) conn: Option<Conn>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) counters: Arc<Counters>,
    /// Most units of one commit.
    pub(crate) batch: usize,
}

/// Answers in the order of the units.
type Answers = Vec<Result<(), CommitError>>;

impl Committer {
    /// Commits until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        while let Some(units) = self.queue.take(self.batch) {
            let answers = self.commit(&units);
            self.count(&answers);
            for (unit, answer) in units.into_iter().zip(answers) {
                unit.answer(answer);
            }
        }
    }

    /// Commits a batch, again if the engine asks for it.
    fn commit(&mut self, units: &[Unit]) -> Answers {
        for _ in 0..ATTEMPTS {
            match self.try_commit(units) {
                Ok(answers) => return answers,
                Err(Fault::Retry) => {
                    self.counters.retried.fetch_add(1, Ordering::Relaxed);
                    self.reset();
                }
                Err(fault) => {
                    self.reset();
                    return all(units, &CommitError::Failed(fault.into()));
                }
            }
        }
        all(units, &CommitError::Failed(StoreError::Contended))
    }

    fn try_commit(&mut self, units: &[Unit]) -> Result<Answers, Fault> {
        self.begin()?;
        let Some(conn) = self.conn.as_mut() else {
            return Err(Fault::Unavailable("there is no connection".to_owned()));
        };
        let mut batch = Batch { conn, alone: units.len() == 1, mark: Mark::None };
        let mut answers = Vec::with_capacity(units.len());
        for unit in units {
            answers.push(batch.write(&unit.work)?);
        }
        if answers.iter().any(Result::is_ok) {
            conn.control("COMMIT")?;
        } else {
            conn.control("ROLLBACK")?;
        }
        Ok(answers)
    }

    /// Begins a transaction; a connection that was lost while nobody wrote is replaced once.
    fn begin(&mut self) -> Result<(), Fault> {
        if let Some(conn) = self.conn.as_mut() {
            match conn.begin_write() {
                Ok(()) => return Ok(()),
                Err(fault) if conn.is_open() => return Err(fault),
                Err(_) => self.conn = None,
            }
        }
        let mut conn = self.source.connect(Purpose::Write)?;
        conn.begin_write()?;
        self.conn = Some(conn);
        Ok(())
    }

    /// Ends whatever is left of a failed transaction.
    fn reset(&mut self) {
        let clean = self.conn.as_mut().is_some_and(Conn::is_clean_after_rollback);
        if !clean && matches!(self.source, Source::Postgres(_)) {
            self.conn = None;
        }
    }

    fn count(&self, answers: &Answers) {
        let counters = &self.counters;
        let add = |counter: &AtomicU64, number: usize| {
            counter.fetch_add(u64::try_from(number).unwrap_or(u64::MAX), Ordering::Relaxed);
        };
        let written = answers.iter().filter(|answer| answer.is_ok()).count();
        add(&counters.commits, usize::from(written > 0));
        add(&counters.units, written);
        let failed = answers.iter().filter(|a| matches!(a, Err(CommitError::Failed(_)))).count();
        add(&counters.failed, failed);
        add(&counters.contended, answers.len().saturating_sub(written).saturating_sub(failed));
        let size = u64::try_from(answers.len()).unwrap_or(u64::MAX);
        counters.largest_batch.fetch_max(size, Ordering::Relaxed);
    }
}

fn all(units: &[Unit], error: &CommitError) -> Answers {
    units.iter().map(|_| Err(error.clone())).collect()
}

/// A transaction that several units share.
struct Batch<'c> {
    conn: &'c mut Conn,
    /// One unit needs no savepoint: the whole transaction is its own.
    alone: bool,
    mark: Mark,
}

/// Where the savepoint stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// Not set yet.
    None,
    /// Before a unit that succeeded: to be moved behind it.
    Before,
    /// Where the next unit begins: the last one was taken back.
    Here,
}

impl Batch<'_> {
    /// Writes one unit. A unit that fails leaves nothing behind and does not hurt the others; an
    /// `Err` means that the whole transaction is lost.
    fn write(&mut self, work: &Work) -> Result<Result<(), CommitError>, Fault> {
        if !self.alone {
            match self.mark {
                Mark::None => self.conn.control("SAVEPOINT unit")?,
                Mark::Before => self.conn.move_savepoint()?,
                Mark::Here => {}
            }
        }
        let error = match perform(&mut Writer::new(self.conn), work) {
            Ok(()) => {
                self.mark = Mark::Before;
                return Ok(Ok(()));
            }
            Err(Rejected::Guard(guard)) => CommitError::Contended(guard),
            Err(Rejected::Fault(fault @ (Fault::Retry | Fault::Unavailable(_)))) => {
                return Err(fault);
            }
            Err(Rejected::Fault(
                fault @ (Fault::ForeignKey | Fault::Unique | Fault::Misuse(_) | Fault::Caller(_)),
            )) => CommitError::Failed(fault.into()),
        };
        if !self.conn.is_in_transaction() {
            return Err(Fault::Unavailable("the engine ended the transaction".to_owned()));
        }
        if !self.alone {
            self.conn.control("ROLLBACK TO SAVEPOINT unit")?;
            self.mark = Mark::Here;
        }
        Ok(Err(error))
    }
}

fn perform(writer: &mut Writer<'_>, work: &Work) -> Result<(), Rejected> {
    match work {
        Work::Changes(changes) => apply(writer, changes),
        Work::Purge(now, portion, forgotten) => {
            forgotten.store(sessions::purge(writer, *now, *portion)?, Ordering::Relaxed);
            Ok(())
        }
        Work::Key(name, fresh, at) => Ok(keys::insert(writer, name, fresh, *at)?),
    }
}

#[cfg(test)]
mod tests;

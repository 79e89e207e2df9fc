//! The store: opening it, reading from it, committing to it.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use identity::Change;
use webauthn::Timestamp;

use crate::cache::Cache;
use crate::commit::{CommitError, Committer, Counters, Done, Queue, Unit, Work};
use crate::engine::sqlite::Purpose;
use crate::engine::{Conn, Engine, Location, Source};
use crate::error::StoreError;
use crate::pool::Pool;
use crate::scan::CheckReport;
use crate::tx::Snapshot;
use crate::{backup, check, keys, migrate};

/// How much a store may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Connections for readers.
    pub readers: usize,
    /// Connections for committers; SQLite has one writer whatever stands here.
    pub committers: usize,
    /// Units that may wait to be committed; beyond that the answer is [`CommitError::Busy`].
    pub queue: usize,
    /// Most units of one commit.
    pub batch: usize,
    /// How long a reader waits for a free connection, and a writer for another process that
    /// holds the file, before the answer is [`StoreError::Unavailable`].
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: 16,
            committers: 4,
            queue: 4096,
            batch: 256,
            patience: Duration::from_secs(10),
        }
    }
}

/// What a store has done since it was opened, as plain numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Durable commits; each costs one flush of the disk.
    pub commits: u64,
    /// Units written by them.
    pub units: u64,
    /// Units whose guard failed.
    pub contended: u64,
    /// Units that failed for another reason.
    pub failed: u64,
    /// Batches that had to be tried again.
    pub retried: u64,
    /// Most units of one commit so far.
    pub largest_batch: u64,
    /// Units that wait now.
    pub waiting: u64,
}

/// An open database. Cheap to clone; the last clone that goes waits for what was accepted.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    source: Source,
    pool: Option<Pool>,
    cache: Cache,
    queue: Arc<Queue>,
    counters: Arc<Counters>,
    committers: Vec<JoinHandle<()>>,
}

impl Store {
    /// Opens the database, made and migrated where needed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it cannot be reached, [`StoreError::Misuse`] when the
    /// location is wrong, the server too old, or the data of a newer version.
    pub fn open(location: &Location, options: Options) -> Result<Self, StoreError> {
        keep_memory();
        let source = Source::new(location, options.patience)?;
        let engine = source.engine();
        let mut first = source.connect(Purpose::Write)?;
        migrate::migrate(&mut first, engine)?;
        let queue = Arc::new(Queue::new(options.queue));
        let counters = Arc::new(Counters::default());
        // The first committer keeps the connection that migrated, for life: SQLite's log is
        // recycled only while somebody has it open.
        let mut conn = Some(first);
        let mut committers = Vec::new();
        let threads = match engine {
            Engine::Sqlite => 1,
            Engine::Postgres => std::cmp::max(options.committers, 1),
        };
        for number in 0..threads {
            let committer = Committer {
                source: source.clone(),
                conn: conn.take(),
                queue: Arc::clone(&queue),
                counters: Arc::clone(&counters),
                batch: std::cmp::max(options.batch, 1),
            };
            let thread = std::thread::Builder::new()
                .name(format!("committer-{number}"))
                .spawn(move || committer.run())
                .map_err(StoreError::unavailable)?;
            committers.push(thread);
        }
        let pool = Some(Pool::new(source.clone(), options.readers, options.patience));
        let inner = Inner { source, pool, cache: Cache::default(), queue, counters, committers };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Which engine runs. With [`Engine::Postgres`] the reading methods wait for the network: on
    /// a thread that runs asynchronous tasks they must be called where blocking is allowed.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.inner.source.engine()
    }

    /// Reads: everything that `read` sees is of one moment.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails, or what `read` answers.
    pub fn read<T>(
        &self,
        read: impl FnOnce(&mut Snapshot<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.inner.read(|conn| Ok(conn.begin_read()?), read)
    }

    /// Reads by a single statement, which is consistent by itself: spares PostgreSQL two trips.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails, or what `read` answers.
    pub fn read_one<T>(
        &self,
        read: impl FnOnce(&mut Snapshot<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.inner.read(|_| Ok(()), read)
    }

    /// Commits the changes of one decision, together or not at all. `done` is called once, on
    /// another thread, when they are durable or have failed; it must be quick.
    pub fn commit(
        &self,
        changes: Vec<Change>,
        done: impl FnOnce(Result<(), CommitError>) + Send + 'static,
    ) {
        self.push(Work::Changes(changes), Box::new(done));
    }

    /// Commits and waits for it.
    ///
    /// # Errors
    /// [`CommitError`] when a guard or the database failed; nothing was written then.
    pub fn commit_and_wait(&self, changes: Vec<Change>) -> Result<(), CommitError> {
        self.wait(Work::Changes(changes))
    }

    /// Forgets sessions and burned keys that ended before `now`, at most `portion` of each;
    /// answers how many. To be called again while it answers as many as asked for.
    ///
    /// # Errors
    /// [`CommitError`] when the database failed.
    pub fn purge(&self, now: Timestamp, portion: u32) -> Result<u64, CommitError> {
        let forgotten = Arc::new(AtomicU64::new(0));
        self.wait(Work::Purge(now, portion, Arc::clone(&forgotten)))?;
        Ok(forgotten.load(Ordering::Relaxed))
    }

    /// The server's own key of this name. Made of `fresh` if there is none yet; of several
    /// servers that start together one makes it and all use it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn server_key(
        &self,
        name: &str,
        fresh: &[u8],
        at: Timestamp,
    ) -> Result<Vec<u8>, StoreError> {
        if let Some(key) = self.read_one(|snapshot| keys::read(snapshot, name))? {
            return Ok(key);
        }
        let work = Work::Key(name.to_owned(), fresh.to_vec(), at);
        self.wait(work).map_err(|error| match error {
            CommitError::Failed(error) => error,
            CommitError::Contended(_) | CommitError::Busy => StoreError::unavailable(error),
        })?;
        self.read_one(|snapshot| keys::read(snapshot, name))?
            .ok_or_else(|| StoreError::unavailable("the server's key is gone"))
    }

    /// Checks the data: the file, its references, and whether every row can be read.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; what is wrong with the data is in the report.
    pub fn check(&self) -> Result<CheckReport, StoreError> {
        let pool = self.inner.pool()?;
        let mut report = CheckReport::default();
        let mut lease = pool.begin(|conn| Ok(conn.begin_read()?))?;
        let conn = lease.conn()?;
        for complaint in conn.complaints()? {
            report.add(complaint);
        }
        check::check(&mut Snapshot::new(conn, &self.inner.cache), &mut report)?;
        Ok(report)
    }

    /// Writes everything of one moment to a new SQLite file, while others go on working. Keyward
    /// can run on that file.
    ///
    /// # Errors
    /// [`StoreError::Misuse`] when the file exists, [`StoreError::Unavailable`] when it cannot be
    /// written; no file is left then.
    pub fn backup(&self, path: &Path) -> Result<(), StoreError> {
        let pool = self.inner.pool()?;
        let mut lease = match self.engine() {
            // The engine's own copying sees one moment by itself, and only outside of others.
            Engine::Sqlite => pool.begin(|_| Ok(()))?,
            Engine::Postgres => pool.begin(|conn| Ok(conn.begin_read()?))?,
        };
        backup::backup(lease.conn()?, path, migrate::migrate)
    }

    /// What the store has done so far.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counters = &self.inner.counters;
        Metrics {
            commits: read(&counters.commits),
            units: read(&counters.units),
            contended: read(&counters.contended),
            failed: read(&counters.failed),
            retried: read(&counters.retried),
            largest_batch: read(&counters.largest_batch),
            waiting: u64::try_from(self.inner.queue.depth()).unwrap_or(u64::MAX),
        }
    }

    fn wait(&self, work: Work) -> Result<(), CommitError> {
        let (sender, answer) = mpsc::sync_channel(1);
        // A receiver that is gone has given up waiting.
        self.push(work, Box::new(move |result| drop(sender.send(result))));
        answer.recv().unwrap_or_else(|_| {
            Err(CommitError::Failed(StoreError::unavailable("the committer is gone")))
        })
    }

    fn push(&self, work: Work, done: Done) {
        self.inner.queue.push(Unit { work, done });
    }
}

/// Teaches glibc not to give memory back at every occasion. SQLite takes some 90 KB for each
/// statement that sorts or recurses; given back and taken again, the pages cost ten times what
/// the statement does. Freeing one large block raises glibc's threshold to twice its size;
/// elsewhere it does nothing.
fn keep_memory() {
    const BLOCK: usize = 4 * 1024 * 1024;
    drop(std::hint::black_box(Vec::<u8>::with_capacity(BLOCK)));
}

impl Inner {
    fn pool(&self) -> Result<&Pool, StoreError> {
        self.pool.as_ref().ok_or_else(|| StoreError::misuse("the store is closed"))
    }

    fn read<T>(
        &self,
        begin: impl Fn(&mut Conn) -> Result<(), StoreError>,
        read: impl FnOnce(&mut Snapshot<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut lease = self.pool()?.begin(begin)?;
        let conn = lease.conn()?;
        read(&mut Snapshot::new(conn, &self.cache))
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Inner")
            .field("engine", &self.source.engine())
            .finish_non_exhaustive()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.queue.close();
        let this = std::thread::current().id();
        let (threads, pool) = (std::mem::take(&mut self.committers), self.pool.take());
        for thread in threads {
            // The last clone may have lived in an answer, on the committer's own thread.
            if thread.thread().id() != this {
                drop(thread.join());
            }
        }
        // PostgreSQL's driver must not say goodbye on a thread that runs asynchronous tasks.
        if let Ok(closing) = std::thread::Builder::new().spawn(move || drop(pool)) {
            drop(closing.join());
        }
    }
}

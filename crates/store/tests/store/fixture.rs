//! A fresh database for each test, and the macro that runs a test on both engines.

use std::sync::atomic::{AtomicU32, Ordering};

use store::{Location, Options, Store};
use tempfile::TempDir;

/// Where `cargo xtask test` says that PostgreSQL listens.
const POSTGRES: &str = "KEYWARD_TEST_POSTGRES";

/// Names the databases of this process apart.
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// Makes `name::sqlite` and `name::postgres` of each function.
macro_rules! on_both_engines {
    ($($(#[$docs:meta])* fn $name:ident($fixture:ident) $body:block)*) => {$(
        $(#[$docs])*
        fn $name($fixture: &crate::fixture::Fixture) $body

        mod $name {
            #[test]
            fn sqlite() {
                super::$name(&crate::fixture::Fixture::sqlite());
            }

            #[test]
            fn postgres() {
                super::$name(&crate::fixture::Fixture::postgres());
            }
        }
    )*};
}
pub(crate) use on_both_engines;

/// An empty database that goes away with the test.
pub(crate) struct Fixture {
    pub(crate) location: Location,
    database: Database,
}

enum Database {
    File(TempDir),
    Server { maintenance: String, name: String },
}

impl Fixture {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("keyward.db"));
        Self { location, database: Database::File(folder) }
    }

    #[expect(clippy::disallowed_methods, reason = "where the test's server is")]
    pub(crate) fn postgres() -> Self {
        let Ok(maintenance) = std::env::var(POSTGRES) else {
            panic!("{POSTGRES} is not set: run `cargo xtask test`, which starts a server");
        };
        let number = DATABASES.fetch_add(1, Ordering::Relaxed);
        let name = format!("keyward_{}_{number}", std::process::id());
        execute(&maintenance, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        execute(&maintenance, &format!("CREATE DATABASE {name}"));
        let (start, query) = maintenance.split_once('?').unwrap_or((&maintenance, ""));
        let (server, _) = start.rsplit_once('/').unwrap();
        let address = format!("{server}/{name}?{query}");
        Self {
            location: Location::Postgres(address.trim_end_matches('?').to_owned()),
            database: Database::Server { maintenance, name },
        }
    }

    /// Opens the database, as often as wanted: each is a server of its own.
    pub(crate) fn open(&self) -> Store {
        Store::open(&self.location, Options::default()).unwrap()
    }

    /// Changes data behind the store's back.
    pub(crate) fn damage(&self, sql: &str) {
        match &self.location {
            Location::Sqlite(path) => {
                let file = rusqlite::Connection::open(path).unwrap();
                // An empty text is an empty blob to PostgreSQL.
                assert_eq!(file.execute(&sql.replace("= ''", "= x''"), []).unwrap(), 1);
            }
            Location::Postgres(address) => execute(address, sql),
        }
    }

    /// Ends every session on the database, as a restart of the server does.
    pub(crate) fn cut_connections(&self) {
        let Database::Server { maintenance, name } = &self.database else {
            panic!("a file has no connections");
        };
        let cut = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        );
        execute(maintenance, &cut);
    }

    /// Another process that writes and does not finish.
    pub(crate) fn hold_for_itself(&self) -> rusqlite::Connection {
        let Location::Sqlite(path) = &self.location else { panic!("only a file can be held") };
        let holder = rusqlite::Connection::open(path).unwrap();
        holder.execute_batch("BEGIN IMMEDIATE").unwrap();
        holder
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        match &self.database {
            Database::File(folder) => assert!(folder.path().exists()),
            Database::Server { maintenance, name } => {
                execute(maintenance, &format!("DROP DATABASE {name} WITH (FORCE)"));
            }
        }
    }
}

fn execute(address: &str, sql: &str) {
    let mut client = postgres::Client::connect(address, postgres::NoTls).unwrap();
    client.batch_execute(sql).unwrap();
}

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
        mod $name {
            #[allow(unused_imports, reason = "not every test needs all of them")]
            use super::*;

            fn check($fixture: &crate::fixture::Fixture) $body

            #[test]
            fn sqlite() {
                check(&crate::fixture::Fixture::sqlite());
            }

            #[test]
            fn postgres() {
                check(&crate::fixture::Fixture::postgres());
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

    /// A folder for files beside the database.
    pub(crate) fn folder(&self) -> TempDir {
        tempfile::tempdir().unwrap()
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

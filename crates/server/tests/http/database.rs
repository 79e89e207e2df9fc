//! A fresh database for a test, on either engine.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use store::Location;
use tempfile::TempDir;

/// Where `cargo xtask test` says that PostgreSQL listens.
const POSTGRES: &str = "KEYWARD_TEST_POSTGRES";

/// Names the databases of this process apart.
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// An empty database that goes away with the test.
pub(crate) struct Database {
    pub(crate) location: Location,
    place: Place,
}

enum Place {
    Folder(TempDir),
    Server { maintenance: String, name: String },
}

impl Database {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("keyward.db"));
        Self { location, place: Place::Folder(folder) }
    }

    #[expect(clippy::disallowed_methods, reason = "where the test's server is")]
    pub(crate) fn postgres() -> Self {
        let Ok(maintenance) = std::env::var(POSTGRES) else {
            panic!("{POSTGRES} is not set: run `cargo xtask test`, which starts a server");
        };
        let number = DATABASES.fetch_add(1, Ordering::Relaxed);
        let name = format!("keyward_http_{}_{number}", std::process::id());
        execute(&maintenance, &format!("CREATE DATABASE {name}"));
        let (start, query) = maintenance.split_once('?').unwrap_or((&maintenance, ""));
        let (server, _) = start.rsplit_once('/').unwrap();
        let address = format!("{server}/{name}?{query}");
        let location = Location::Postgres(address.trim_end_matches('?').to_owned());
        Self { location, place: Place::Server { maintenance, name } }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        match &self.place {
            Place::Folder(folder) => assert!(folder.path().exists()),
            Place::Server { maintenance, name } => {
                execute(maintenance, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
            }
        }
    }
}

/// PostgreSQL's own client, which comes with the server that the test needs anyway.
fn execute(address: &str, sql: &str) {
    let ran = Command::new("psql").args(["--quiet", "--command", sql, address]).output().unwrap();
    assert!(ran.status.success(), "{sql}: {}", String::from_utf8_lossy(&ran.stderr));
}

//! A PostgreSQL database for one test, gone with it.

use postgres::{Client, NoTls};

use crate::program::random;

/// A database on the server that `KEYWARD_TEST_POSTGRES` names.
#[derive(Debug)]
pub(crate) struct Database {
    maintenance: String,
    name: String,
}

impl Database {
    /// Makes an empty database. Not to be called on a thread that runs asynchronous tasks.
    pub(crate) fn create() -> Self {
        let maintenance = std::env::var_os("KEYWARD_TEST_POSTGRES")
            .expect(
                "KEYWARD_TEST_POSTGRES must name a PostgreSQL server, as \
                 postgres://user:password@host/postgres: run cargo xtask test",
            )
            .into_string()
            .unwrap();
        let name = format!("keyward_cli_{:x}", random());
        let database = Self { maintenance, name };
        database.execute(&format!("CREATE DATABASE {}", database.name));
        database
    }

    /// How to reach it.
    pub(crate) fn url(&self) -> String {
        let (server, _) = self.maintenance.rsplit_once('/').unwrap();
        format!("{server}/{}", self.name)
    }

    fn execute(&self, statement: &str) {
        let mut client = Client::connect(&self.maintenance, NoTls).unwrap();
        client.batch_execute(statement).unwrap();
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

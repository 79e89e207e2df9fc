//! Where the data of one measurement lives: a fresh folder, or a PostgreSQL database.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use store::Location;
use tempfile::TempDir;

/// What browsers call the server, wherever it listens; the demo's passkeys are bound to its host.
pub(crate) const ORIGIN: &str = "http://localhost:8080";

/// A place for data that is thrown away.
pub(crate) struct Place {
    folder: TempDir,
    database_url: Option<String>,
}

impl Place {
    /// SQLite in a fresh folder below `parent`, which decides the disk.
    pub(crate) fn sqlite(parent: &Path) -> Result<Self> {
        Ok(Self { folder: tempfile::tempdir_in(parent)?, database_url: None })
    }

    /// A database of PostgreSQL; the folder holds the server's log only.
    pub(crate) fn postgres(parent: &Path, url: &str) -> Result<Self> {
        Ok(Self { folder: tempfile::tempdir_in(parent)?, database_url: Some(url.to_owned()) })
    }

    /// What the engine is called.
    pub(crate) const fn engine(&self) -> &'static str {
        if self.database_url.is_some() { "PostgreSQL" } else { "SQLite" }
    }

    /// Tells a `keyward` command where its data is.
    pub(crate) fn tell(&self, command: &mut Command) {
        command.arg("--data").arg(self.folder.path());
        if let Some(url) = &self.database_url {
            // Not as an argument: others could read the password in the list of processes.
            command.env("KEYWARD_DATABASE_URL", url);
        }
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// SQLite's file.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("keyward.db")
    }

    /// The address of the PostgreSQL database.
    pub(crate) fn database_url(&self) -> Option<&str> {
        self.database_url.as_deref()
    }

    /// For the store, which we read beside the server.
    pub(crate) fn location(&self) -> Location {
        match &self.database_url {
            Some(url) => Location::Postgres(url.clone()),
            None => Location::Sqlite(self.file()),
        }
    }
}

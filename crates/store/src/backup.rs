//! A backup: one SQLite file with everything of one moment, from either engine. Keyward can run
//! on it as it is.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::engine::sqlite::{Purpose, SqliteConn};
use crate::engine::{Conn, Engine};
use crate::error::StoreError;

/// Every table, those that others refer to first.
const TABLES: &[&str] = &[
    "organisations",
    "first_run_links",
    "server_keys",
    "users",
    "groups",
    "memberships",
    "nestings",
    "role_assignments",
    "passkeys",
    "attestations",
    "policies",
    "burned",
    "access_passes",
    "sessions",
    "sign_in_failures",
    "applications",
    "audit",
    "sign_ins",
];

/// Makes the tables of an empty database.
pub(crate) type Migrate = fn(&mut Conn, Engine) -> Result<(), StoreError>;

/// Writes a backup to `path`, which must not exist. The file appears under its name only when it
/// is complete.
pub(crate) fn backup(conn: &mut Conn, path: &Path, migrate: Migrate) -> Result<(), StoreError> {
    if path.exists() {
        return Err(StoreError::misuse(format_args!(
            "{} exists already: name another file",
            path.display()
        )));
    }
    let partial = partial(path);
    // What an earlier attempt may have left.
    for leftover in with_companions(&partial) {
        drop(fs::remove_file(leftover));
    }
    let copied = match conn {
        Conn::Sqlite(conn) => conn.copy_to(&partial),
        Conn::Postgres(_) => copy_tables(conn, &partial, migrate),
    };
    let finished = copied.and_then(|()| finish(&partial, path));
    if finished.is_err() {
        for leftover in with_companions(&partial) {
            drop(fs::remove_file(leftover));
        }
    }
    finished
}

/// Copies row by row, by the same texts for all tables: both engines made them by one migration
/// series, so their columns stand in the same order.
fn copy_tables(source: &mut Conn, path: &Path, migrate: Migrate) -> Result<(), StoreError> {
    let mut target = Conn::Sqlite(SqliteConn::open(path, Purpose::Write, Duration::ZERO)?);
    migrate(&mut target, Engine::Sqlite)?;
    target.begin_write()?;
    for table in TABLES {
        let mut insert = String::new();
        source.each(&format!("SELECT * FROM {table}"), &[], |row| {
            if insert.is_empty() {
                insert = insert_into(table, row.values().len());
            }
            target.execute(&insert, row.values())?;
            Ok(ControlFlow::Continue(()))
        })?;
    }
    Ok(target.control("COMMIT")?)
}

fn insert_into(table: &str, columns: usize) -> String {
    let places: Vec<String> = (1..=columns).map(|number| format!("${number}")).collect();
    format!("INSERT INTO {table} VALUES ({})", places.join(", "))
}

/// Makes the file whole and durable, and gives it its name.
fn finish(partial: &Path, path: &Path) -> Result<(), StoreError> {
    let file = SqliteConn::open(partial, Purpose::Write, Duration::ZERO)?;
    file.settle()?;
    drop(file);
    let io = |error: std::io::Error| {
        StoreError::unavailable(format_args!("cannot write {}: {error}", path.display()))
    };
    fs::File::open(partial).and_then(|file| file.sync_all()).map_err(io)?;
    fs::rename(partial, path).map_err(io)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new(".")))
        .and_then(|folder| folder.sync_all())
        .map_err(io)
}

fn partial(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}

/// A database file and the two that SQLite keeps beside it while it is open.
fn with_companions(path: &Path) -> [PathBuf; 3] {
    let beside = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    [path.to_path_buf(), beside("-wal"), beside("-shm")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::dialect;

    #[test]
    fn no_table_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        let conn = SqliteConn::open(&path, Purpose::Write, Duration::ZERO).unwrap();
        let mut conn = Conn::Sqlite(conn);
        conn.batch(&dialect::translate(include_str!("sql/0001_first.sql"), Engine::Sqlite))
            .unwrap();
        let mut made = conn
            .all("SELECT name FROM sqlite_schema WHERE type = 'table'", &[], |row| row.text("name"))
            .unwrap();
        made.retain(|name| !name.starts_with("sqlite_"));
        made.sort();
        let mut listed = TABLES.to_vec();
        listed.sort_unstable();
        assert_eq!(made, listed);
    }
}

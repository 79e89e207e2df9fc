//! Forward-only migrations: numbered texts, each applied once, never edited after a release.

use crate::engine::fault::Fault;
use crate::engine::value::Value;
use crate::engine::{Conn, Engine, dialect};
use crate::error::StoreError;

/// One step of the schema.
#[derive(Clone, Copy, Debug)]
struct Migration {
    number: i64,
    name: &'static str,
    text: &'static str,
}

/// All steps, in order.
const MIGRATIONS: &[Migration] =
    &[Migration { number: 1, name: "first", text: include_str!("sql/0001_first.sql") }];

// The second table is a row to be locked: whoever changes it first migrates, others wait for its
// transaction. Works where advisory locks do not.
const BOOKKEEPING: &str = "CREATE TABLE IF NOT EXISTS migrations (\
         number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT;
     CREATE TABLE IF NOT EXISTS migration_lock (\
         slot BIGINT NOT NULL PRIMARY KEY, taken BIGINT NOT NULL) STRICT;
     INSERT INTO migration_lock (slot, taken) VALUES (1, 0) ON CONFLICT DO NOTHING;";
const LOCK: &str = "UPDATE migration_lock SET taken = taken + 1 WHERE slot = 1";
const DONE: &str = "SELECT number, name, checksum FROM migrations ORDER BY number";
const RECORD: &str = "INSERT INTO migrations (number, name, checksum) VALUES ($1, $2, $3)";

/// How often the bookkeeping is tried: two servers may make its tables at the same moment.
const ATTEMPTS: u32 = 10;

/// Brings the schema up to date. Servers that start together migrate once.
pub(crate) fn migrate(conn: &mut Conn, engine: Engine) -> Result<(), StoreError> {
    migrate_by(conn, engine, MIGRATIONS)
}

fn migrate_by(conn: &mut Conn, engine: Engine, migrations: &[Migration]) -> Result<(), StoreError> {
    prepare(conn, engine)?;
    conn.begin_write()?;
    let migrated = apply_missing(conn, engine, migrations);
    match migrated {
        Ok(()) => Ok(conn.control("COMMIT")?),
        Err(error) => {
            conn.is_clean_after_rollback();
            Err(error)
        }
    }
}

fn prepare(conn: &mut Conn, engine: Engine) -> Result<(), StoreError> {
    let text = dialect::translate(BOOKKEEPING, engine);
    let mut last = StoreError::Contended;
    for _ in 0..ATTEMPTS {
        let made = conn
            .begin_write()
            .and_then(|()| conn.batch(&text))
            .and_then(|()| conn.control("COMMIT"));
        match made {
            Ok(()) => return Ok(()),
            // PostgreSQL may find the same table in the making by somebody else, in several ways.
            Err(fault) => last = fault.into(),
        }
        if !conn.is_clean_after_rollback() {
            break;
        }
    }
    Err(last)
}

fn apply_missing(
    conn: &mut Conn,
    engine: Engine,
    migrations: &[Migration],
) -> Result<(), StoreError> {
    conn.execute(LOCK, &[])?;
    let done = conn.all(DONE, &[], |row| {
        row.of("migrations");
        Ok((row.int("number")?, row.text("name")?, row.text("checksum")?))
    })?;
    for (number, name, checksum) in &done {
        let Some(known) = migrations.iter().find(|migration| migration.number == *number) else {
            return Err(StoreError::misuse(format_args!(
                "the data was written by a newer version of this program ({number}_{name}): \
                 upgrade it"
            )));
        };
        if digest(known.text) != *checksum {
            return Err(StoreError::misuse(format_args!(
                "migration {number}_{name} is not the one that was applied to this database"
            )));
        }
    }
    for migration in migrations {
        if done.iter().any(|(number, _, _)| *number == migration.number) {
            continue;
        }
        conn.batch(&dialect::translate(migration.text, engine))
            .map_err(|fault| named(migration, fault))?;
        let values: [Value; 3] =
            [migration.number.into(), migration.name.into(), digest(migration.text).into()];
        conn.execute(RECORD, &values)?;
    }
    Ok(())
}

fn named(migration: &Migration, fault: Fault) -> StoreError {
    match StoreError::from(fault) {
        StoreError::Misuse { reason } => StoreError::misuse(format_args!(
            "migration {}_{}: {reason}",
            migration.number, migration.name
        )),
        error @ (StoreError::Contended
        | StoreError::Unavailable { .. }
        | StoreError::Corrupt { .. }) => error,
    }
}

fn digest(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::engine::sqlite::{Purpose, SqliteConn};

    fn conn(folder: &tempfile::TempDir) -> Conn {
        let path = folder.path().join("test.db");
        Conn::Sqlite(SqliteConn::open(&path, Purpose::Write, Duration::ZERO).unwrap())
    }

    fn step(number: i64, text: &'static str) -> Migration {
        Migration { number, name: "step", text }
    }

    #[test]
    fn migrating_twice_does_it_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut conn = conn(&folder);
        migrate(&mut conn, Engine::Sqlite).unwrap();
        migrate(&mut conn, Engine::Sqlite).unwrap();
        let done = conn.all(DONE, &[], |row| row.int("number")).unwrap();
        assert_eq!(done, [1]);
    }

    #[test]
    fn an_edited_or_unknown_migration_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut conn = conn(&folder);
        let first = step(1, "CREATE TABLE a (id BIGINT) STRICT;");
        let second = step(2, "CREATE TABLE b (id BIGINT) STRICT;");
        migrate_by(&mut conn, Engine::Sqlite, &[first, second]).unwrap();
        let edited = step(1, "CREATE TABLE a (id TEXT) STRICT;");
        let error = migrate_by(&mut conn, Engine::Sqlite, &[edited, second]).unwrap_err();
        assert!(error.to_string().contains("1_step is not the one"), "{error}");
        let error = migrate_by(&mut conn, Engine::Sqlite, &[first]).unwrap_err();
        assert!(error.to_string().contains("newer version"), "{error}");
    }

    #[test]
    fn a_migration_that_fails_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut conn = conn(&folder);
        let broken = step(1, "CREATE TABLE a (id BIGINT) STRICT; CREATE NONSENSE;");
        assert!(migrate_by(&mut conn, Engine::Sqlite, &[broken]).is_err());
        let good = step(1, "CREATE TABLE a (id BIGINT) STRICT;");
        migrate_by(&mut conn, Engine::Sqlite, &[good]).unwrap();
    }
}

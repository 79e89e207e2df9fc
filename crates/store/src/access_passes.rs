//! Temporary Access Passes, one a user at most, and the failed attempts that lock them.

use identity::access_pass::AccessPass;
use identity::session::PassUsage;
use identity::{AccessPassId, UserId};
use webauthn::Timestamp;

use crate::engine::fault::Fault;
use crate::engine::value::Row;
use crate::error::StoreError;
use crate::scan::CheckReport;
use crate::tx::{Snapshot, Writer};

/// What [`read`] reads, in its order.
macro_rules! columns {
    () => {
        "id, user_id, secret_hash, starts_at, lifetime_minutes, once, created_at, used_at"
    };
}

const OF_USER: &str =
    concat!("SELECT ", columns!(), " FROM access_passes WHERE tenant = $1 AND user_id = $2");
const ALL: &str = concat!("SELECT ", columns!(), " FROM access_passes WHERE tenant = $1");
const ALL_FAILURES: &str =
    "SELECT user_id, failures, since FROM sign_in_failures WHERE tenant = $1";
const ISSUE: &str = "INSERT INTO access_passes (tenant, id, user_id, secret_hash, starts_at, \
     lifetime_minutes, once, created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
     ON CONFLICT (tenant, user_id) DO UPDATE SET id = excluded.id, \
     secret_hash = excluded.secret_hash, starts_at = excluded.starts_at, \
     lifetime_minutes = excluded.lifetime_minutes, once = excluded.once, \
     created_at = excluded.created_at, used_at = excluded.used_at";
const USE: &str = "UPDATE access_passes SET used_at = $4 \
     WHERE tenant = $1 AND id = $2 AND COALESCE(used_at, -1) = $3";
const DELETE: &str = "DELETE FROM access_passes WHERE tenant = $1 AND user_id = $2 AND id = $3";
const FAILURES: &str = "SELECT user_id, failures, since FROM sign_in_failures \
     WHERE tenant = $1 AND user_id = $2";
const COUNT_FAILURE: &str = "INSERT INTO sign_in_failures (tenant, user_id, failures, since) \
     VALUES ($1, $2, 1, $3) ON CONFLICT (tenant, user_id) DO UPDATE SET \
     failures = CASE WHEN sign_in_failures.since + $4 <= excluded.since \
         THEN 1 ELSE sign_in_failures.failures + 1 END, \
     since = CASE WHEN sign_in_failures.since + $4 <= excluded.since \
         THEN excluded.since ELSE sign_in_failures.since END";
const CLEAR_FAILURES: &str = "DELETE FROM sign_in_failures WHERE tenant = $1 AND user_id = $2";

impl Snapshot<'_> {
    /// A person's pass, whatever it is still worth.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn access_pass_of(&mut self, user: UserId) -> Result<Option<AccessPass>, StoreError> {
        self.first(OF_USER, &[user.into()], read)
    }

    /// Failed attempts counted against a person, and since when.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn failures_of(&mut self, user: UserId) -> Result<Option<(u32, Timestamp)>, StoreError> {
        self.first(FAILURES, &[user.into()], read_failures)
    }
}

fn read(row: &mut Row) -> Result<AccessPass, StoreError> {
    row.of("access_passes");
    Ok(AccessPass {
        id: AccessPassId::new(row.uuid("id")?),
        user: UserId::new(row.uuid("user_id")?),
        secret_hash: row.text("secret_hash")?,
        starts_at: row.time("starts_at")?,
        lifetime_minutes: {
            let minutes = row.int("lifetime_minutes")?;
            u32::try_from(minutes).map_err(|_| row.corrupt("lifetime_minutes"))?
        },
        usage: if row.bool("once")? { PassUsage::Once } else { PassUsage::Many },
        created_at: row.time("created_at")?,
        used_at: row.optional_time("used_at")?,
    })
}

/// Reads every row.
pub(crate) fn check(
    snapshot: &mut Snapshot<'_>,
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    report.scan(snapshot, "access_passes", ALL, |row| read(row).map(drop))?;
    report.scan(snapshot, "sign_in_failures", ALL_FAILURES, |row| read_failures(row).map(drop))
}

fn read_failures(row: &mut Row) -> Result<(u32, Timestamp), StoreError> {
    row.of("sign_in_failures").uuid("user_id")?;
    let failures = row.int("failures")?;
    let failures = u32::try_from(failures).map_err(|_| row.corrupt("failures"))?;
    Ok((failures, row.time("since")?))
}

/// Issues a pass in place of an older one of the same user.
pub(crate) fn issue(writer: &mut Writer<'_>, pass: &AccessPass) -> Result<(), Fault> {
    let values = [
        pass.id.into(),
        pass.user.into(),
        pass.secret_hash.as_str().into(),
        pass.starts_at.into(),
        pass.lifetime_minutes.into(),
        (pass.usage == PassUsage::Once).into(),
        pass.created_at.into(),
        pass.used_at.into(),
    ];
    writer.execute(ISSUE, &values)?;
    Ok(())
}

/// Notes a use; false if the last use on record is not `expected`.
pub(crate) fn use_up(
    writer: &mut Writer<'_>,
    id: AccessPassId,
    expected: Option<Timestamp>,
    at: Timestamp,
) -> Result<bool, Fault> {
    let expected = expected.unwrap_or(Timestamp(-1));
    Ok(writer.execute(USE, &[id.into(), expected.into(), at.into()])? == 1)
}

/// Deletes a pass; false if there is no such pass.
pub(crate) fn delete(
    writer: &mut Writer<'_>,
    user: UserId,
    id: AccessPassId,
) -> Result<bool, Fault> {
    Ok(writer.execute(DELETE, &[user.into(), id.into()])? == 1)
}

/// Counts a failed attempt; a new window begins when the old one is over.
pub(crate) fn count_failure(
    writer: &mut Writer<'_>,
    user: UserId,
    at: Timestamp,
    window_ms: i64,
) -> Result<(), Fault> {
    writer.execute(COUNT_FAILURE, &[user.into(), at.into(), window_ms.into()])?;
    Ok(())
}

/// Forgets failed attempts.
pub(crate) fn clear_failures(writer: &mut Writer<'_>, user: UserId) -> Result<(), Fault> {
    writer.execute(CLEAR_FAILURES, &[user.into()])?;
    Ok(())
}

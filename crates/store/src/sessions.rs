//! Sessions, and what was used up: the two that sign-ins write and time takes away.

use identity::change::BurnKey;
use identity::session::{PassUsage, Session, SignInMethod};
use identity::{AccessPassId, SessionId, UserId};
use webauthn::{CredentialId, Timestamp};

use crate::engine::fault::Fault;
use crate::engine::value::{Row, Value};
use crate::error::StoreError;
use crate::scan::CheckReport;
use crate::tx::{Snapshot, Writer};

/// What [`read`] reads, in its order; `s` is the table.
macro_rules! columns {
    () => {
        "s.id, s.user_id, s.authenticated_at, s.expires_at, s.credential_id, s.pass_id, \
         s.pass_once"
    };
}
pub(crate) use columns;

const BY_ID: &str =
    concat!("SELECT ", columns!(), " FROM sessions s WHERE s.tenant = $1 AND s.id = $2");
const ALL: &str = concat!("SELECT ", columns!(), " FROM sessions s WHERE s.tenant = $1");
const ALL_BURNED: &str = "SELECT key, expires_at FROM burned WHERE tenant = $1";
const INSERT: &str = "INSERT INTO sessions (tenant, id, user_id, authenticated_at, \
     expires_at, credential_id, pass_id, pass_once) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
     ON CONFLICT DO NOTHING";
const DELETE: &str = "DELETE FROM sessions WHERE tenant = $1 AND id = $2";
const DELETE_OF_PASS: &str = "DELETE FROM sessions \
     WHERE tenant = $1 AND user_id = $2 AND pass_id IS NOT NULL";
const DELETE_OF_PASSKEY: &str = "DELETE FROM sessions \
     WHERE tenant = $1 AND user_id = $2 AND credential_id = $3 AND id <> $4";
const IS_BURNED: &str = "SELECT 1 FROM burned WHERE tenant = $1 AND key = $2";
const BURN: &str = "INSERT INTO burned (tenant, key, expires_at) VALUES ($1, $2, $3) \
     ON CONFLICT DO NOTHING";
// In portions, so that tidying up never holds others up for long.
const PURGE_SESSIONS: &str = "DELETE FROM sessions WHERE tenant = $1 AND id IN (\
     SELECT id FROM sessions WHERE tenant = $1 AND expires_at <= $2 LIMIT $3)";
const PURGE_BURNED: &str = "DELETE FROM burned WHERE tenant = $1 AND key IN (\
     SELECT key FROM burned WHERE tenant = $1 AND expires_at <= $2 LIMIT $3)";

impl Snapshot<'_> {
    /// The session with this id, alive or not.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn session(&mut self, id: SessionId) -> Result<Option<Session>, StoreError> {
        self.first(BY_ID, &[id.into()], read)
    }

    /// Whether the key was used up.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn is_burned(&mut self, key: BurnKey) -> Result<bool, StoreError> {
        self.exists(IS_BURNED, &[key.into()])
    }
}

/// Reads a session from the columns named above.
pub(crate) fn read(row: &mut Row) -> Result<Session, StoreError> {
    row.of("sessions");
    let id = SessionId::from_digest(row.digest("id")?);
    let user = UserId::new(row.uuid("user_id")?);
    let authenticated_at = row.time("authenticated_at")?;
    let expires_at = row.time("expires_at")?;
    let passkey = row.optional_bytes("credential_id")?;
    let pass = row.optional_uuid("pass_id")?;
    // Taken in every case: other columns may follow in the same row.
    let once = row.optional_bool("pass_once")?;
    let method = match (passkey, pass) {
        (Some(bytes), None) => SignInMethod::Passkey(
            CredentialId::new(bytes).map_err(|_| row.corrupt("credential_id"))?,
        ),
        (None, Some(id)) => SignInMethod::AccessPass {
            id: AccessPassId::new(id),
            usage: match once {
                Some(true) => PassUsage::Once,
                Some(false) => PassUsage::Many,
                None => return Err(row.corrupt("pass_once")),
            },
        },
        (None, None) | (Some(_), Some(_)) => return Err(row.corrupt("pass_id")),
    };
    Ok(Session { id, user, method, authenticated_at, expires_at })
}

/// Reads every row.
pub(crate) fn check(
    snapshot: &mut Snapshot<'_>,
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    report.scan(snapshot, "sessions", ALL, |row| read(row).map(drop))?;
    report.scan(snapshot, "burned", ALL_BURNED, |row| {
        row.of("burned").digest("key")?;
        row.time("expires_at").map(drop)
    })
}

/// Opens a session; false if its id is taken.
pub(crate) fn insert(writer: &mut Writer<'_>, session: &Session) -> Result<bool, Fault> {
    let (passkey, pass, once) = match &session.method {
        SignInMethod::Passkey(id) => (Value::from(id), Value::Null, Value::Null),
        SignInMethod::AccessPass { id, usage } => {
            (Value::Null, Value::from(*id), (*usage == PassUsage::Once).into())
        }
    };
    let values = [
        session.id.into(),
        session.user.into(),
        session.authenticated_at.into(),
        session.expires_at.into(),
        passkey,
        pass,
        once,
    ];
    Ok(writer.execute(INSERT, &values)? == 1)
}

/// Ends a session, if it is there.
pub(crate) fn delete(writer: &mut Writer<'_>, id: SessionId) -> Result<(), Fault> {
    writer.execute(DELETE, &[id.into()])?;
    Ok(())
}

/// Ends the sessions that a user opened with a pass, whichever it was: he has at most one.
pub(crate) fn delete_of_pass(writer: &mut Writer<'_>, user: UserId) -> Result<(), Fault> {
    writer.execute(DELETE_OF_PASS, &[user.into()])?;
    Ok(())
}

/// Ends the sessions that a user opened with a passkey, but for the one to keep.
pub(crate) fn delete_of_passkey(
    writer: &mut Writer<'_>,
    user: UserId,
    passkey: &CredentialId,
    keep: Option<SessionId>,
) -> Result<(), Fault> {
    // no session has the digest of nothing
    let keep = keep.unwrap_or(SessionId::from_digest([0; 32]));
    writer.execute(DELETE_OF_PASSKEY, &[user.into(), passkey.into(), keep.into()])?;
    Ok(())
}

/// Uses a key up; false if it was used up before.
pub(crate) fn burn(
    writer: &mut Writer<'_>,
    key: BurnKey,
    expires_at: Timestamp,
) -> Result<bool, Fault> {
    Ok(writer.execute(BURN, &[key.into(), expires_at.into()])? == 1)
}

/// Forgets at most `portion` sessions and as many burned keys that ended before `now`; answers
/// how many it forgot.
pub(crate) fn purge(writer: &mut Writer<'_>, now: Timestamp, portion: u32) -> Result<u64, Fault> {
    let values = [now.into(), portion.into()];
    let sessions = writer.execute(PURGE_SESSIONS, &values)?;
    let burned = writer.execute(PURGE_BURNED, &values)?;
    Ok(sessions.saturating_add(burned))
}

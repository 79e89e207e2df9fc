//! The sign-in log: who came in how, and who did not and why, in order of time.

use identity::audit::{Recorded, SignInEntry, SignInMethodName};
use identity::{CorrelationId, UserId};

use crate::engine::fault::Fault;
use crate::engine::value::Row;
use crate::error::StoreError;
use crate::log::{LogPage, LogRequest};
use crate::scan::CheckReport;
use crate::tx::{Snapshot, Writer};

const PAGE: &str = "SELECT id, at, method, user_id, upn, credential_id, aaguid, refusal, reason, \
     decided_by, correlation, ip, user_agent FROM sign_ins \
     WHERE tenant = $1 AND (at, id) < ($2, $3) AND at >= $4 \
     ORDER BY at DESC, id DESC LIMIT $5";
const ALL: &str = "SELECT id, at, method, user_id, upn, credential_id, aaguid, refusal, reason, \
     decided_by, correlation, ip, user_agent FROM sign_ins WHERE tenant = $1";
const INSERT: &str = "INSERT INTO sign_ins (tenant, id, at, method, user_id, upn, \
     credential_id, aaguid, refusal, reason, decided_by, correlation, ip, user_agent) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

impl Snapshot<'_> {
    /// One page of the sign-in log, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn sign_ins(&mut self, request: &LogRequest) -> Result<LogPage<SignInEntry>, StoreError> {
        let found = self.all(PAGE, &request.params(), read)?;
        Ok(LogPage::cut(found, request, |entry| (entry.at, entry.id)))
    }
}

fn read(row: &mut Row) -> Result<SignInEntry, StoreError> {
    row.of("sign_ins");
    Ok(SignInEntry {
        id: row.uuid("id")?,
        at: row.time("at")?,
        method: {
            let name = row.text("method")?;
            SignInMethodName::from_display_name(&name).ok_or_else(|| row.corrupt("method"))?
        },
        user: row.optional_uuid("user_id")?.map(UserId::new),
        upn: row.optional_text("upn")?,
        passkey: row.optional_credential("credential_id")?,
        aaguid: row.optional_aaguid("aaguid")?,
        result: match (row.optional_text("refusal")?, row.optional_text("reason")?) {
            (None, _) => Recorded::Success,
            (Some(code), reason) => Recorded::Refused { code, reason: reason.unwrap_or_default() },
        },
        decided_by: row.text("decided_by")?,
        correlation: CorrelationId::new(row.uuid("correlation")?),
        ip: row.optional_text("ip")?,
        user_agent: row.optional_text("user_agent")?,
    })
}

/// Reads every row.
pub(crate) fn check(
    snapshot: &mut Snapshot<'_>,
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    report.scan(snapshot, "sign_ins", ALL, |row| read(row).map(drop))
}

/// Writes an entry.
pub(crate) fn insert(writer: &mut Writer<'_>, entry: &SignInEntry) -> Result<(), Fault> {
    let (refusal, reason) = match &entry.result {
        Recorded::Success => (None, None),
        Recorded::Refused { code, reason } => (Some(code.as_str()), Some(reason.as_str())),
    };
    let values = [
        entry.id.into(),
        entry.at.into(),
        entry.method.display_name().into(),
        entry.user.into(),
        entry.upn.as_deref().into(),
        entry.passkey.as_ref().into(),
        entry.aaguid.into(),
        refusal.into(),
        reason.into(),
        entry.decided_by.as_str().into(),
        entry.correlation.into(),
        entry.ip.as_deref().into(),
        entry.user_agent.as_deref().into(),
    ];
    writer.execute(INSERT, &values)?;
    Ok(())
}

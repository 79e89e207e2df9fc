//! The audit log: who did what to whom, in order of time.

use identity::CorrelationId;
use identity::audit::{Activity, AuditEntry, Recorded};
use webauthn::Timestamp;

use crate::body;
use crate::body::audit::Body;
use crate::engine::fault::Fault;
use crate::engine::value::Row;
use crate::error::StoreError;
use crate::log::{LogPage, LogRequest};
use crate::scan::CheckReport;
use crate::tx::{Snapshot, Writer};

const PAGE: &str = "SELECT id, at, activity, correlation, refusal, body FROM audit \
     WHERE tenant = $1 AND (at, id) < ($2, $3) AND at >= $4 \
     ORDER BY at DESC, id DESC LIMIT $5";
const ALL: &str =
    "SELECT id, at, activity, correlation, refusal, body FROM audit WHERE tenant = $1";
const INSERT: &str = "INSERT INTO audit (tenant, id, at, activity, correlation, refusal, \
     body) VALUES ($1, $2, $3, $4, $5, $6, $7)";

impl Snapshot<'_> {
    /// One page of the audit log, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn audit(&mut self, request: &LogRequest) -> Result<LogPage<AuditEntry>, StoreError> {
        let found = self.all(PAGE, &request.params(), read)?;
        Ok(LogPage::cut(found, request, |entry| (entry.at, entry.id)))
    }
}

fn read(row: &mut Row) -> Result<AuditEntry, StoreError> {
    row.of("audit");
    let id = row.uuid("id")?;
    let at: Timestamp = row.time("at")?;
    let activity = row.text("activity")?;
    let activity = Activity::from_display_name(&activity).ok_or_else(|| row.corrupt("activity"))?;
    let correlation = CorrelationId::new(row.uuid("correlation")?);
    let refusal = row.optional_text("refusal")?;
    let text = row.text("body")?;
    let mut body = body::read::<Body>(&text).ok_or_else(|| row.corrupt("body"))?;
    let result = match refusal {
        None => Recorded::Success,
        Some(code) => Recorded::Refused { code, reason: body.reason.take().unwrap_or_default() },
    };
    let parts = body.into_parts().ok_or_else(|| row.corrupt("body"))?;
    Ok(AuditEntry {
        id,
        at,
        activity,
        actor: parts.actor,
        target: parts.target,
        modified: parts.modified,
        result,
        aaguid: parts.aaguid,
        details: parts.details,
        correlation,
        ip: parts.ip,
        user_agent: parts.user_agent,
    })
}

/// Reads every row.
pub(crate) fn check(
    snapshot: &mut Snapshot<'_>,
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    report.scan(snapshot, "audit", ALL, |row| read(row).map(drop))
}

/// Writes an entry.
pub(crate) fn insert(writer: &mut Writer<'_>, entry: &AuditEntry) -> Result<(), Fault> {
    let mut body = Body::new(entry)?;
    let refusal = match &entry.result {
        Recorded::Success => None,
        Recorded::Refused { code, reason } => {
            body.reason = Some(reason.clone());
            Some(code.as_str())
        }
    };
    let values = [
        entry.id.into(),
        entry.at.into(),
        entry.activity.display_name().into(),
        entry.correlation.into(),
        refusal.into(),
        body::write(&body)?.into(),
    ];
    writer.execute(INSERT, &values)?;
    Ok(())
}

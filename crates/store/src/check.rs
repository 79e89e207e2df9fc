//! Whether the data is whole: the file, its references, and every row of every table.

use crate::error::StoreError;
use crate::scan::CheckReport;
use crate::tx::Snapshot;
use crate::{
    access_passes, applications, audit, groups, keys, organisations, passkeys, policies, sessions,
    sign_ins, users,
};

/// Reads everything that stands on record.
pub(crate) fn check(
    snapshot: &mut Snapshot<'_>,
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    organisations::check(snapshot, report)?;
    keys::check(snapshot, report)?;
    users::check(snapshot, report)?;
    groups::check(snapshot, report)?;
    passkeys::check(snapshot, report)?;
    policies::check(snapshot, report)?;
    access_passes::check(snapshot, report)?;
    sessions::check(snapshot, report)?;
    applications::check(snapshot, report)?;
    audit::check(snapshot, report)?;
    sign_ins::check(snapshot, report)
}

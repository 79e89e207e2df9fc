//! Keys of the server itself: made by whichever server comes first, shared by all that run on the
//! same database.

use webauthn::Timestamp;

use crate::engine::fault::Fault;
use crate::engine::value::{Row, Value};
use crate::error::StoreError;
use crate::scan::CheckReport;
use crate::tx::{Snapshot, Writer};

const READ: &str = "SELECT name, body FROM server_keys WHERE tenant = $1 AND name = $2";
const ALL: &str = "SELECT name, body FROM server_keys WHERE tenant = $1";
const INSERT: &str = "INSERT INTO server_keys (tenant, name, body, created_at) \
     VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

/// The key of this name, if it was made.
pub(crate) fn read(snapshot: &mut Snapshot<'_>, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    snapshot.first(READ, &[name.into()], read_body)
}

fn read_body(row: &mut Row) -> Result<Vec<u8>, StoreError> {
    row.of("server_keys").text("name")?;
    row.bytes("body")
}

/// Reads every row.
pub(crate) fn check(
    snapshot: &mut Snapshot<'_>,
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    report.scan(snapshot, "server_keys", ALL, |row| read_body(row).map(drop))
}

/// Makes the key of this name unless somebody was faster.
pub(crate) fn insert(
    writer: &mut Writer<'_>,
    name: &str,
    fresh: &[u8],
    at: Timestamp,
) -> Result<(), Fault> {
    let values: [Value; 3] = [name.into(), fresh.into(), at.into()];
    writer.execute(INSERT, &values)?;
    Ok(())
}

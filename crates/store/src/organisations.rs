//! The organisation, and the link of the first start that leads to it.

use identity::TenantId;
use identity::change::Organisation;
use webauthn::Timestamp;

use crate::engine::fault::Fault;
use crate::engine::value::{Row, Value};
use crate::error::StoreError;
use crate::scan::CheckReport;
use crate::tx::{Snapshot, Writer};

const READ: &str =
    "SELECT id, display_name, domain, created_at FROM organisations WHERE tenant = $1";
const IS_SET_UP: &str = "SELECT 1 FROM organisations WHERE tenant = $1";
const INSERT: &str = "INSERT INTO organisations (tenant, id, display_name, domain, created_at) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
const LINK: &str = "SELECT digest, expires_at FROM first_run_links WHERE tenant = $1";
const REPLACE_LINK: &str = "INSERT INTO first_run_links (tenant, digest, expires_at) \
     VALUES ($1, $2, $3) ON CONFLICT (tenant) DO UPDATE \
     SET digest = excluded.digest, expires_at = excluded.expires_at";

/// A first-run link on record: the digest of its secret, and when it ends.
pub(crate) type Link = ([u8; 32], Timestamp);

impl Snapshot<'_> {
    /// The organisation, once there is one.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or the row cannot be read.
    pub fn organisation(&mut self) -> Result<Option<Organisation>, StoreError> {
        self.first(READ, &[], read)
    }
}

/// The first-run link on record.
pub(crate) fn link(snapshot: &mut Snapshot<'_>) -> Result<Option<Link>, StoreError> {
    snapshot.first(LINK, &[], read_link)
}

fn read(row: &mut Row) -> Result<Organisation, StoreError> {
    row.of("organisations");
    Ok(Organisation {
        id: TenantId::new(row.uuid("id")?),
        display_name: row.parse("display_name")?,
        domain: row.text("domain")?,
        created_at: row.time("created_at")?,
    })
}

fn read_link(row: &mut Row) -> Result<Link, StoreError> {
    row.of("first_run_links");
    Ok((row.digest("digest")?, row.time("expires_at")?))
}

/// Reads every row.
pub(crate) fn check(
    snapshot: &mut Snapshot<'_>,
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    report.scan(snapshot, "organisations", READ, |row| read(row).map(drop))?;
    report.scan(snapshot, "first_run_links", LINK, |row| read_link(row).map(drop))
}

/// Sets the organisation up; false if there is one already.
pub(crate) fn insert(writer: &mut Writer<'_>, organisation: &Organisation) -> Result<bool, Fault> {
    let values = [
        organisation.id.into(),
        organisation.display_name.as_str().into(),
        organisation.domain.as_str().into(),
        organisation.created_at.into(),
    ];
    Ok(writer.execute(INSERT, &values)? == 1)
}

/// Replaces the first-run link; false if there is an organisation already.
pub(crate) fn replace_link(writer: &mut Writer<'_>, link: Link) -> Result<bool, Fault> {
    if writer.exists(IS_SET_UP, &[])? {
        return Ok(false);
    }
    let (digest, expires_at) = link;
    let values: [Value; 2] = [digest.as_slice().into(), expires_at.into()];
    Ok(writer.execute(REPLACE_LINK, &values)? == 1)
}

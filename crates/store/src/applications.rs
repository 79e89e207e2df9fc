//! API clients and what they may do.

use std::collections::BTreeSet;

use identity::access::Permission;
use identity::application::Application;
use identity::{ApplicationId, ClientId};

use crate::engine::fault::Fault;
use crate::engine::value::Row;
use crate::error::StoreError;
use crate::scan::CheckReport;
use crate::tx::{Snapshot, Writer};

const BY_CLIENT: &str = "SELECT id, client_id, display_name, secret_digest, permissions, \
     created_at FROM applications WHERE tenant = $1 AND client_id = $2";
const ALL: &str = "SELECT id, client_id, display_name, secret_digest, permissions, \
     created_at FROM applications WHERE tenant = $1 ORDER BY created_at, id";
const INSERT: &str = "INSERT INTO applications (tenant, id, client_id, display_name, \
     secret_digest, permissions, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
     ON CONFLICT DO NOTHING";

impl Snapshot<'_> {
    /// The application that calls itself so.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn application_by_client(
        &mut self,
        client: ClientId,
    ) -> Result<Option<Application>, StoreError> {
        self.first(BY_CLIENT, &[client.into()], read)
    }

    /// All applications, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn applications(&mut self) -> Result<Vec<Application>, StoreError> {
        self.all(ALL, &[], read)
    }
}

fn read(row: &mut Row) -> Result<Application, StoreError> {
    row.of("applications");
    Ok(Application {
        id: ApplicationId::new(row.uuid("id")?),
        client: ClientId::new(row.uuid("client_id")?),
        display_name: row.parse("display_name")?,
        secret_digest: row.digest("secret_digest")?,
        permissions: {
            let names = row.text("permissions")?;
            let read: Option<BTreeSet<_>> =
                names.split_ascii_whitespace().map(Permission::from_name).collect();
            read.ok_or_else(|| row.corrupt("permissions"))?
        },
        created_at: row.time("created_at")?,
    })
}

/// Reads every row.
pub(crate) fn check(
    snapshot: &mut Snapshot<'_>,
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    report.scan(snapshot, "applications", ALL, |row| read(row).map(drop))
}

/// Adds an application; false if one of its ids is taken.
pub(crate) fn insert(writer: &mut Writer<'_>, application: &Application) -> Result<bool, Fault> {
    let permissions: Vec<&str> =
        application.permissions.iter().map(|permission| permission.name()).collect();
    let values = [
        application.id.into(),
        application.client.into(),
        application.display_name.as_str().into(),
        application.secret_digest.as_slice().into(),
        permissions.join(" ").into(),
        application.created_at.into(),
    ];
    Ok(writer.execute(INSERT, &values)? == 1)
}

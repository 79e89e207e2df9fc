//! The policy configurations: each one row with a version that every write must name.

use identity::Version;
use identity::policy::{AccessPassConfiguration, Fido2Configuration, Versioned};
use webauthn::Timestamp;

use crate::body;
use crate::body::policy::{AccessPassBody, Fido2Body};
use crate::cache;
use crate::engine::fault::Fault;
use crate::engine::value::Row;
use crate::error::StoreError;
use crate::scan::CheckReport;
use crate::tx::{Snapshot, Writer};

/// The row of the FIDO2 configuration.
const FIDO2: &str = "fido2";
/// The row of the Temporary Access Pass configuration.
const ACCESS_PASS: &str = "access-pass";

// The body is left out when its version is the one that is known already.
const READ: &str = "SELECT name, version, changed_at, \
     CASE WHEN version = $3 THEN NULL ELSE body END \
     FROM policies WHERE tenant = $1 AND name = $2";
const ALL: &str = "SELECT name, version, changed_at, body FROM policies WHERE tenant = $1";
const INSERT: &str = "INSERT INTO policies (tenant, name, version, changed_at, body) \
     VALUES ($1, $2, CAST($3 AS BIGINT) + 1, $4, $5) ON CONFLICT DO NOTHING";
const UPDATE: &str = "UPDATE policies SET version = version + 1, changed_at = $4, body = $5 \
     WHERE tenant = $1 AND name = $2 AND version = $3";
const STANDS: &str = "SELECT 1 WHERE $3 = COALESCE(\
     (SELECT version FROM policies WHERE tenant = $1 AND name = $2), 0)";

impl Snapshot<'_> {
    /// The FIDO2 configuration; the initial one with version zero if none was saved.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or the body cannot be read.
    pub fn fido2_configuration(&mut self) -> Result<Versioned<Fido2Configuration>, StoreError> {
        let known = self.cache().fido2();
        let expected = cache::version_of(known.as_ref());
        let found = self.first(READ, &[FIDO2.into(), expected.into()], |row| {
            let version = read_version(row)?;
            let Some(text) = row.optional_text("body")? else { return Ok(None) };
            Ok(Some(Versioned { value: read_fido2(row, &text)?, version }))
        })?;
        match (found, known) {
            (None, _) => {
                Ok(Versioned { value: Fido2Configuration::initial(), version: Version(0) })
            }
            (Some(Some(read)), _) => {
                self.cache().remember_fido2(&read);
                Ok(read)
            }
            (Some(None), Some(known)) => Ok(known.as_ref().clone()),
            (Some(None), None) => Err(StoreError::misuse("a policy without a body")),
        }
    }

    /// The Temporary Access Pass configuration; the initial one with version zero if none was
    /// saved.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or the body cannot be read.
    pub fn access_pass_configuration(
        &mut self,
    ) -> Result<Versioned<AccessPassConfiguration>, StoreError> {
        let params = [ACCESS_PASS.into(), Version(-1).into()];
        let found = self.first(READ, &params, |row| {
            let version = read_version(row)?;
            let text = row.text("body")?;
            Ok(Versioned { value: read_access_pass(row, &text)?, version })
        })?;
        Ok(found.unwrap_or_else(|| Versioned {
            value: AccessPassConfiguration::initial(),
            version: Version(0),
        }))
    }

    /// When the FIDO2 configuration was saved last; none if never.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn fido2_configuration_changed_at(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let params = [FIDO2.into(), Version(-1).into()];
        self.first(READ, &params, |row| {
            row.of("policies").text("name")?;
            row.version("version")?;
            row.time("changed_at")
        })
    }
}

/// Reads every row.
pub(crate) fn check(
    snapshot: &mut Snapshot<'_>,
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    report.scan(snapshot, "policies", ALL, read_any)
}

fn read_any(row: &mut Row) -> Result<(), StoreError> {
    let name = row.of("policies").text("name")?;
    row.version("version")?;
    row.time("changed_at")?;
    let text = row.text("body")?;
    match name.as_str() {
        FIDO2 => read_fido2(row, &text).map(drop),
        ACCESS_PASS => read_access_pass(row, &text).map(drop),
        _ => Err(row.corrupt("name")),
    }
}

fn read_version(row: &mut Row) -> Result<Version, StoreError> {
    row.of("policies").text("name")?;
    let version = row.version("version")?;
    row.time("changed_at")?;
    Ok(version)
}

fn read_fido2(row: &Row, text: &str) -> Result<Fido2Configuration, StoreError> {
    body::read::<Fido2Body>(text).and_then(Fido2Body::into_noun).ok_or_else(|| row.corrupt("body"))
}

fn read_access_pass(row: &Row, text: &str) -> Result<AccessPassConfiguration, StoreError> {
    body::read::<AccessPassBody>(text)
        .and_then(AccessPassBody::into_noun)
        .ok_or_else(|| row.corrupt("body"))
}

/// Replaces the FIDO2 configuration; false if its stored version is another one.
pub(crate) fn replace_fido2(
    writer: &mut Writer<'_>,
    expected: Version,
    configuration: &Fido2Configuration,
    at: Timestamp,
) -> Result<bool, Fault> {
    let text = body::write(&Fido2Body::from(configuration))?;
    replace(writer, FIDO2, expected, text, at)
}

/// Replaces the Temporary Access Pass configuration; false if its stored version is another one.
pub(crate) fn replace_access_pass(
    writer: &mut Writer<'_>,
    expected: Version,
    configuration: &AccessPassConfiguration,
    at: Timestamp,
) -> Result<bool, Fault> {
    let text = body::write(&AccessPassBody::from(configuration))?;
    replace(writer, ACCESS_PASS, expected, text, at)
}

fn replace(
    writer: &mut Writer<'_>,
    name: &str,
    expected: Version,
    body: String,
    at: Timestamp,
) -> Result<bool, Fault> {
    let sql = if expected == Version(0) { INSERT } else { UPDATE };
    Ok(writer.execute(sql, &[name.into(), expected.into(), at.into(), body.into()])? == 1)
}

/// Whether the stored version of the FIDO2 configuration is still this one.
pub(crate) fn fido2_stands(writer: &mut Writer<'_>, expected: Version) -> Result<bool, Fault> {
    writer.exists(STANDS, &[FIDO2.into(), expected.into()])
}

//! Passkeys, and apart from them what each was judged by.

use identity::UserId;
use identity::passkey::{AttestationEvidence, BackupState, Passkey, PasskeyName};
use webauthn::cose::PublicKey;
use webauthn::{CredentialId, SignCount, Timestamp};

use crate::class;
use crate::engine::fault::Fault;
use crate::engine::value::{Row, Value};
use crate::error::StoreError;
use crate::scan::CheckReport;
use crate::tx::{Snapshot, Writer};

/// What [`read`] reads, in its order; `p` is the table.
macro_rules! columns {
    () => {
        "p.credential_id, p.user_id, p.aaguid, p.synced, p.attested, p.backed_up, p.sign_count, \
         p.created_at, p.last_used_at, p.name, p.transports, p.public_key"
    };
}
pub(crate) use columns;

const BY_ID: &str =
    concat!("SELECT ", columns!(), " FROM passkeys p WHERE p.tenant = $1 AND p.credential_id = $2");
const ALL: &str = concat!("SELECT ", columns!(), " FROM passkeys p WHERE p.tenant = $1");
const ALL_EVIDENCE: &str = "SELECT credential_id, format, attestation_object, \
     client_data_json, certificates FROM attestations WHERE tenant = $1";
const OF_USER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM passkeys p WHERE p.tenant = $1 AND p.user_id = $2 \
     ORDER BY p.created_at, p.credential_id"
);
const KNOWN: &str = "SELECT 1 FROM passkeys WHERE tenant = $1 AND credential_id = $2";
const EVIDENCE: &str = "SELECT credential_id, format, attestation_object, client_data_json, \
     certificates FROM attestations WHERE tenant = $1 AND credential_id = $2";
const INSERT: &str = "INSERT INTO passkeys (tenant, credential_id, user_id, aaguid, synced, \
     attested, backed_up, sign_count, created_at, last_used_at, name, transports, public_key) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING";
const COUNT_OF_USER: &str = "SELECT 1 FROM passkeys WHERE tenant = $1 AND user_id = $2 \
     GROUP BY user_id HAVING COUNT(*) >= $3";
const INSERT_EVIDENCE: &str = "INSERT INTO attestations (tenant, credential_id, format, \
     attestation_object, client_data_json, certificates) VALUES ($1, $2, $3, $4, $5, $6)";
const RENAME: &str = "UPDATE passkeys SET name = $4 \
     WHERE tenant = $1 AND credential_id = $2 AND user_id = $3";
const DELETE: &str =
    "DELETE FROM passkeys WHERE tenant = $1 AND credential_id = $2 AND user_id = $3";
const TOUCH: &str = "UPDATE passkeys SET sign_count = $4, backed_up = $5, last_used_at = $6 \
     WHERE tenant = $1 AND credential_id = $2 AND sign_count = $3";

impl Snapshot<'_> {
    /// The passkey with this credential id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn passkey(&mut self, id: &CredentialId) -> Result<Option<Passkey>, StoreError> {
        self.first(BY_ID, &[id.into()], read)
    }

    /// A person's passkeys, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn passkeys_of(&mut self, user: UserId) -> Result<Vec<Passkey>, StoreError> {
        self.all(OF_USER, &[user.into()], read)
    }

    /// Whether the credential id is on record, with anybody (S80).
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn is_credential_known(&mut self, id: &CredentialId) -> Result<bool, StoreError> {
        self.exists(KNOWN, &[id.into()])
    }

    /// What a passkey was judged by. None where the authenticator sent no statement: there is
    /// nothing in it to judge again.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a row cannot be read.
    pub fn evidence(
        &mut self,
        id: &CredentialId,
    ) -> Result<Option<AttestationEvidence>, StoreError> {
        self.first(EVIDENCE, &[id.into()], read_evidence)
    }
}

/// Reads a passkey from the columns named above.
pub(crate) fn read(row: &mut Row) -> Result<Passkey, StoreError> {
    row.of("passkeys");
    Ok(Passkey {
        id: row.credential("credential_id")?,
        user: UserId::new(row.uuid("user_id")?),
        facts: class::read(row)?,
        backup_state: if row.bool("backed_up")? {
            BackupState::BackedUp
        } else {
            BackupState::NotBackedUp
        },
        sign_count: {
            let count = row.int("sign_count")?;
            SignCount(u32::try_from(count).map_err(|_| row.corrupt("sign_count"))?)
        },
        created_at: row.time("created_at")?,
        last_used_at: row.optional_time("last_used_at")?,
        name: row.parse("name")?,
        transports: row.text("transports")?.split_ascii_whitespace().map(str::to_owned).collect(),
        public_key: row.bytes("public_key")?,
    })
}

/// Reads every row.
pub(crate) fn check(
    snapshot: &mut Snapshot<'_>,
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    report.scan(snapshot, "passkeys", ALL, read_with_key)?;
    report.scan(snapshot, "attestations", ALL_EVIDENCE, |row| read_evidence(row).map(drop))
}

/// A passkey whose key cannot be read signs nobody in.
fn read_with_key(row: &mut Row) -> Result<(), StoreError> {
    let passkey = read(row)?;
    PublicKey::parse(&passkey.public_key).map(drop).map_err(|_| row.corrupt("public_key"))
}

fn read_evidence(row: &mut Row) -> Result<AttestationEvidence, StoreError> {
    row.of("attestations").credential("credential_id")?;
    Ok(AttestationEvidence {
        format: row.text("format")?,
        attestation_object: row.bytes("attestation_object")?,
        client_data_json: row.bytes("client_data_json")?,
        certificates: {
            let joined = row.bytes("certificates")?;
            split(&joined).ok_or_else(|| row.corrupt("certificates"))?
        },
    })
}

/// What became of a new passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inserted {
    /// It is on record.
    Yes,
    /// The credential id is on record already.
    Known,
    /// The user holds as many as allowed.
    TooMany,
}

/// Adds a passkey unless its user holds `limit` of them; the user's row is locked by the caller,
/// so that two at once cannot pass the limit together.
pub(crate) fn insert(
    writer: &mut Writer<'_>,
    passkey: &Passkey,
    limit: usize,
) -> Result<Inserted, Fault> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    if limit < 1 || writer.exists(COUNT_OF_USER, &[passkey.user.into(), limit.into()])? {
        return Ok(Inserted::TooMany);
    }
    let [aaguid, synced, attested] = class::values(&passkey.facts);
    let values = [
        Value::from(&passkey.id),
        passkey.user.into(),
        aaguid,
        synced,
        attested,
        (passkey.backup_state == BackupState::BackedUp).into(),
        passkey.sign_count.0.into(),
        passkey.created_at.into(),
        passkey.last_used_at.into(),
        passkey.name.as_str().into(),
        passkey.transports.join(" ").into(),
        passkey.public_key.as_slice().into(),
    ];
    Ok(if writer.execute(INSERT, &values)? == 1 { Inserted::Yes } else { Inserted::Known })
}

/// Keeps what a passkey was judged by. Nothing is kept of the format `none`: it says nothing, and
/// most passkeys of a large organisation are such.
pub(crate) fn insert_evidence(
    writer: &mut Writer<'_>,
    id: &CredentialId,
    evidence: &AttestationEvidence,
) -> Result<(), Fault> {
    if evidence.format == "none" {
        return Ok(());
    }
    let certificates = join(&evidence.certificates)?;
    writer.execute(
        INSERT_EVIDENCE,
        &[
            id.into(),
            evidence.format.as_str().into(),
            evidence.attestation_object.as_slice().into(),
            evidence.client_data_json.as_slice().into(),
            certificates.as_slice().into(),
        ],
    )?;
    Ok(())
}

/// Renames a passkey of this user; false if he has no such passkey.
pub(crate) fn rename(
    writer: &mut Writer<'_>,
    user: UserId,
    id: &CredentialId,
    name: &PasskeyName,
) -> Result<bool, Fault> {
    Ok(writer.execute(RENAME, &[id.into(), user.into(), name.as_str().into()])? == 1)
}

/// Deletes a passkey of this user with its evidence; false if he has no such passkey.
pub(crate) fn delete(
    writer: &mut Writer<'_>,
    user: UserId,
    id: &CredentialId,
) -> Result<bool, Fault> {
    Ok(writer.execute(DELETE, &[id.into(), user.into()])? == 1)
}

/// A use of a passkey, to be noted if its counter has not moved since it was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Touch<'a> {
    pub(crate) id: &'a CredentialId,
    pub(crate) expected: SignCount,
    pub(crate) sign_count: SignCount,
    pub(crate) backup_state: BackupState,
    pub(crate) at: Timestamp,
}

/// Notes a use; `None` if there is no such passkey any more, false if its counter moved.
pub(crate) fn touch(writer: &mut Writer<'_>, touch: Touch<'_>) -> Result<Option<bool>, Fault> {
    let values = [
        touch.id.into(),
        touch.expected.0.into(),
        touch.sign_count.0.into(),
        (touch.backup_state == BackupState::BackedUp).into(),
        touch.at.into(),
    ];
    if writer.execute(TOUCH, &values)? == 1 {
        return Ok(Some(true));
    }
    Ok(writer.exists(KNOWN, &[touch.id.into()])?.then_some(false))
}

fn join(certificates: &[Vec<u8>]) -> Result<Vec<u8>, StoreError> {
    let mut joined = Vec::new();
    for certificate in certificates {
        let length = u32::try_from(certificate.len()).map_err(StoreError::misuse)?;
        joined.extend_from_slice(&length.to_be_bytes());
        joined.extend_from_slice(certificate);
    }
    Ok(joined)
}

fn split(mut joined: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut certificates = Vec::new();
    while !joined.is_empty() {
        let (length, rest) = joined.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (certificate, rest) = rest.split_at_checked(length)?;
        certificates.push(certificate.to_vec());
        joined = rest;
    }
    Some(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_come_apart_as_they_were_joined() {
        let certificates = vec![vec![1, 2, 3], Vec::new(), vec![4; 300]];
        let joined = join(&certificates).unwrap();
        assert_eq!(split(&joined), Some(certificates));
        assert_eq!(split(&joined[..joined.len() - 1]), None);
    }
}

//! The export: one line a passkey, streamed, and people without any.

use identity::UserId;
use identity::passkey::PasskeyFacts;
use webauthn::{CredentialId, Timestamp};

use crate::class;
use crate::error::StoreError;
use crate::tx::Snapshot;

const PASSKEYS: &str = "SELECT p.user_id, u.upn_folded, u.upn, u.display_name, p.aaguid, \
     p.synced, p.attested, p.credential_id, p.name, p.created_at, p.last_used_at \
     FROM passkeys p JOIN users u ON u.tenant = $1 AND u.id = p.user_id \
     WHERE p.tenant = $1 ORDER BY p.user_id, p.credential_id";
const PEOPLE_WITHOUT: &str = "SELECT u.id, u.upn_folded, u.upn, u.display_name FROM users u \
     WHERE u.tenant = $1 AND NOT EXISTS (\
         SELECT 1 FROM passkeys p WHERE p.tenant = $1 AND p.user_id = u.id) ORDER BY u.id";
const COUNT_WITHOUT: &str = "SELECT (SELECT COUNT(*) FROM users WHERE tenant = $1) - \
     (SELECT COUNT(*) FROM (SELECT user_id FROM passkeys WHERE tenant = $1 GROUP BY user_id) h)";
const COUNT_PASSKEYS: &str = "SELECT COUNT(*) FROM passkeys WHERE tenant = $1";

/// One passkey in the export (S140).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyLine {
    /// Who holds it.
    pub person: PersonLine,
    /// Which credential.
    pub id: CredentialId,
    /// Model, type and attestation.
    pub facts: PasskeyFacts,
    /// What the person calls it.
    pub name: String,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last signed somebody in.
    pub last_used_at: Option<Timestamp>,
}

/// A person in an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonLine {
    /// Object id.
    pub id: UserId,
    /// Sign-in name.
    pub upn: String,
    /// What people read.
    pub display_name: String,
}

impl Snapshot<'_> {
    /// Hands over every passkey, people in the order of their ids, keeping none.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails, or what `take` answers.
    pub fn each_passkey(
        &mut self,
        mut take: impl FnMut(PasskeyLine) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.each(PASSKEYS, &[], |row| {
            let person = read_person(row.of("passkeys"))?;
            let facts = class::read(row)?;
            take(PasskeyLine {
                person,
                facts,
                id: row.credential("credential_id")?,
                name: row.text("name")?,
                created_at: row.time("created_at")?,
                last_used_at: row.optional_time("last_used_at")?,
            })
        })
    }

    /// Hands over every person without a passkey, keeping none (S141).
    ///
    /// # Errors
    /// [`StoreError`] when the database fails, or what `take` answers.
    pub fn each_person_without_passkey(
        &mut self,
        mut take: impl FnMut(PersonLine) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.each(PEOPLE_WITHOUT, &[], |row| take(read_person(row.of("users"))?))
    }

    /// How many people have no passkey.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn people_without_passkey_count(&mut self) -> Result<u64, StoreError> {
        self.count(COUNT_WITHOUT, &[])
    }

    /// How many passkeys are on record.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn passkeys_count(&mut self) -> Result<u64, StoreError> {
        self.count(COUNT_PASSKEYS, &[])
    }
}

fn read_person(row: &mut crate::engine::value::Row) -> Result<PersonLine, StoreError> {
    let id = UserId::new(row.uuid("id")?);
    let folded = row.text("upn_folded")?;
    let upn = row.optional_text("upn")?.unwrap_or(folded);
    Ok(PersonLine { id, upn, display_name: row.text("display_name")? })
}

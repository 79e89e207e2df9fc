//! A passkey: a credential on record, with what decisions read about it.

use std::fmt;
use std::str::FromStr;

use webauthn::{Aaguid, CredentialId, SignCount, Timestamp};

use crate::directory::is_unprintable;
use crate::ids::UserId;

/// A credential on record. Made only by [`crate::registration::finish`] or read from the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// The credential id; also the passkey's own identity here and, spelled differently, in Graph.
    pub id: CredentialId,
    /// Whose it is.
    pub user: UserId,
    /// What the person calls it.
    pub name: PasskeyName,
    /// COSE key bytes, exactly as the authenticator sent them.
    pub public_key: Vec<u8>,
    /// What the policy looks at.
    pub facts: PasskeyFacts,
    /// Counter at the last use.
    pub sign_count: SignCount,
    /// Backup state at the last use.
    pub backup_state: BackupState,
    /// Transports the client named, in the standard's words, for the next `allowCredentials`.
    pub transports: Vec<String>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last signed somebody in.
    pub last_used_at: Option<Timestamp>,
}

/// What policy decides on: the same three facts at registration, sign-in, preview and report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PasskeyFacts {
    /// The model it claims; proven only if attested.
    pub aaguid: Aaguid,
    /// Device-bound or synced, from the backup-eligible flag, which never changes.
    pub passkey_type: PasskeyType,
    /// Whether the statement led to an anchor that we hold.
    pub attestation: AttestationLevel,
}

/// Whether the private key can leave its device (Graph `passkeyType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PasskeyType {
    /// Stays where it was made.
    DeviceBound,
    /// Backed up or shared among devices.
    Synced,
}

/// Whether the passkey's origin was proven (Graph `attestationLevel`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AttestationLevel {
    /// A trusted statement said where it comes from.
    Attested,
    /// Nothing was proven (S29).
    NotAttested,
}

/// Whether a synced passkey was backed up when last seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupState {
    /// A copy exists.
    BackedUp,
    /// No copy exists.
    NotBackedUp,
}

/// What the authenticator sent at registration, kept so that it can be judged again later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttestationEvidence {
    /// The statement's format, e.g. `packed`.
    pub format: String,
    /// The attestation object, exactly as received.
    pub attestation_object: Vec<u8>,
    /// The client data, exactly as received.
    pub client_data_json: Vec<u8>,
    /// The certificates of the statement, leaf first, DER.
    pub certificates: Vec<Vec<u8>>,
}

/// What a person calls a passkey: 1 to 64 characters in any language (S86).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyName(String);

impl PasskeyName {
    /// Most characters of a name.
    pub const MAX: usize = 64;

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name from the model's, cut to fit; "Passkey" where nothing is known.
    #[must_use]
    pub fn from_model(model: Option<&str>) -> Self {
        let name: String = model
            .unwrap_or_default()
            .chars()
            .filter(|c| !is_unprintable(*c))
            .take(Self::MAX)
            .collect();
        let name = name.trim();
        Self(if name.is_empty() { "Passkey".to_owned() } else { name.to_owned() })
    }
}

impl FromStr for PasskeyName {
    type Err = InvalidPasskeyName;

    fn from_str(text: &str) -> Result<Self, InvalidPasskeyName> {
        let text = text.trim();
        let length = text.chars().count();
        if length == 0 || length > Self::MAX || text.chars().any(is_unprintable) {
            return Err(InvalidPasskeyName);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for PasskeyName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The name is empty, too long, or has control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidPasskeyName;

impl fmt::Display for InvalidPasskeyName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("expected 1 to 64 characters without control characters")
    }
}

impl std::error::Error for InvalidPasskeyName {}

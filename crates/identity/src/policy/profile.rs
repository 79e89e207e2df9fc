//! A passkey profile: one complete set of demands. A passkey must meet all of one profile.

use std::fmt;
use std::str::FromStr;

use crate::directory::is_unprintable;
use crate::ids::ProfileId;
use crate::passkey::PasskeyType;
use crate::policy::key_restrictions::KeyRestrictions;

/// A named set of demands (Graph `passkeyProfile`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyProfile {
    /// Its id.
    pub id: ProfileId,
    /// What administrators read.
    pub name: ProfileName,
    /// Which types of passkey it takes, at registration and at sign-in (S61, S62).
    pub types: PasskeyTypes,
    /// Whether registration needs a trusted attestation; never asked at sign-in (S30).
    pub attestation: AttestationEnforcement,
    /// Which models it takes.
    pub key_restrictions: KeyRestrictions,
}

/// Which types of passkey a profile takes; never none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyTypes {
    /// Only passkeys that stay on their device.
    DeviceBound,
    /// Only passkeys that are backed up.
    Synced,
    /// Both.
    Any,
}

impl PasskeyTypes {
    /// Whether this type is taken.
    #[must_use]
    pub fn admit(self, passkey_type: PasskeyType) -> bool {
        match (self, passkey_type) {
            (Self::Any, _)
            | (Self::DeviceBound, PasskeyType::DeviceBound)
            | (Self::Synced, PasskeyType::Synced) => true,
            (Self::DeviceBound, PasskeyType::Synced) | (Self::Synced, PasskeyType::DeviceBound) => {
                false
            }
        }
    }
}

/// Whether a trusted attestation is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttestationEnforcement {
    /// No; lists of models are then guidance, because anybody can claim an AAGUID.
    Disabled,
    /// Yes, when registering.
    RegistrationOnly,
}

/// A profile's name: 1 to 64 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileName(String);

impl ProfileName {
    /// Most characters.
    pub const MAX: usize = 64;

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for ProfileName {
    type Err = InvalidProfileName;

    fn from_str(text: &str) -> Result<Self, InvalidProfileName> {
        let text = text.trim();
        let length = text.chars().count();
        if length == 0 || length > Self::MAX || text.chars().any(is_unprintable) {
            return Err(InvalidProfileName);
        }
        Ok(Self(text.to_owned()))
    }
}

/// The name is empty, too long, or has control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidProfileName;

impl fmt::Display for InvalidProfileName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("expected 1 to 64 characters without control characters")
    }
}

impl std::error::Error for InvalidProfileName {}

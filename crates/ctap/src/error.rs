//! Why a ceremony ends without a response, in the terms a browser gives its page.

use std::fmt;

/// The client or the authenticator gives no response (WebAuthn Level 3 §5.1.3, §5.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CeremonyError {
    /// The options lack this member or it cannot be read; the member's path is inside.
    Options(&'static str),
    /// The page's origin may not use this relying party id.
    Security,
    /// None of the offered algorithms is one this authenticator has.
    NotSupported,
    /// The authenticator already holds one of the excluded credentials.
    InvalidState,
    /// No matching credential, or the authenticator cannot do what the options require.
    NotAllowed,
    /// The crypto library refused to work.
    Crypto,
}

impl CeremonyError {
    /// The name of the exception that a page would see.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Options(_) => "TypeError",
            Self::Security => "SecurityError",
            Self::NotSupported => "NotSupportedError",
            Self::InvalidState => "InvalidStateError",
            Self::NotAllowed => "NotAllowedError",
            Self::Crypto => "OperationError",
        }
    }
}

impl fmt::Display for CeremonyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Options(member) => {
                write!(formatter, "options: {member} is missing or cannot be read")
            }
            Self::Security => formatter.write_str("the origin may not use this relying party id"),
            Self::NotSupported => formatter.write_str("no offered algorithm is supported"),
            Self::InvalidState => formatter.write_str("an excluded credential is already held"),
            Self::NotAllowed => {
                formatter.write_str("no matching credential, or a requirement cannot be met")
            }
            Self::Crypto => BrokenCrypto.fmt(formatter),
        }
    }
}

impl std::error::Error for CeremonyError {}

/// The crypto library refused to derive a key or to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokenCrypto;

impl fmt::Display for BrokenCrypto {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the crypto library refused to derive a key or to sign")
    }
}

impl std::error::Error for BrokenCrypto {}

impl From<BrokenCrypto> for CeremonyError {
    fn from(_: BrokenCrypto) -> Self {
        Self::Crypto
    }
}

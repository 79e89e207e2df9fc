//! The relying-party half of WebAuthn Level 3 and its vocabulary.
//!
//! Pure: no socket, file, clock or randomness; what a ceremony needs is an argument.
#![warn(clippy::arithmetic_side_effects)]

mod aaguid;
mod bytes;
mod origin;

pub use aaguid::{Aaguid, InvalidAaguid};
pub use bytes::{Challenge, CredentialId, InvalidLength, SignCount, Timestamp, UserHandle};
pub use origin::{InvalidOrigin, Origin, RpId};

//! The relying-party half of WebAuthn Level 3 and its vocabulary.
//!
//! Pure: no socket, file, clock or randomness; what a ceremony needs is an argument.
//!
//! | section of the standard | module |
//! | --- | --- |
//! | §5.4, §5.5 options | [`options`] |
//! | §5.1 answers in JSON | [`credential`] |
//! | §7.1 registering a credential | [`registration`] |
//! | §7.2 verifying an assertion | [`authentication`] |
//! | §5.8.1 client data, §6.1 authenticator data | [`client_data`], [`authenticator_data`] |
//! | §6.5, §8 attestation | [`attestation`], [`evidence`], [`trust`], [`x509`] |
//! | Android key attestation, Play Integrity | [`android`], [`play_integrity`] |
//! | Apple's App Attest | [`app_attest`] |
//! | which apps are genuine | [`genuine`] |
//! | FIDO Metadata Service | [`mds`], [`jose`] |
//! | evidence that was written down, judged again | [`case`] |
//! | §5.8.5, §6.5.1 algorithms and keys | [`cose`], [`cbor`] |
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

pub mod android;
pub mod app_attest;
pub mod attestation;
pub mod authentication;
pub mod authenticator_data;
pub mod case;
pub mod cbor;
pub mod client_data;
pub mod cose;
pub mod credential;
pub mod evidence;
pub mod genuine;
pub mod jose;
pub mod mds;
pub mod options;
pub mod play_integrity;
pub mod registration;
pub mod trust;
pub mod x509;

mod aaguid;
mod bytes;
mod coded;
mod der;
mod ed448;
mod json;
mod origin;
#[cfg(test)]
mod testing;

pub use aaguid::{Aaguid, InvalidAaguid};
pub use bytes::{Challenge, CredentialId, InvalidLength, SignCount, Timestamp, UserHandle};
pub use options::UserVerification;
pub use origin::{ContextError, Embedding, InvalidOrigin, Origin, RelyingParty, RpId};
pub use registration::UserPresence;

//! The authenticator half of the standard: a software authenticator for tests, demo data and load.
//!
//! [`SoftwareAuthenticator`] plays an authenticator *and* the client platform in front of it: it
//! takes options in the JSON of WebAuthn Level 3 §5.1.8 and §5.1.9 and answers in the JSON of
//! §5.1.4, so that a server under test sees exactly what a browser would send. Through
//! [`Lies`] the same client alters any single thing it says.
//!
//! Pure: no socket, file or clock. Everything it holds derives from a 32-byte seed, so the same
//! seed gives the same credential ids, keys and AAGUIDs on any machine. Only ECDSA signatures
//! differ between runs, because the crypto library draws their nonces itself.
//!
//! Not for protecting anything: a private key that can be recomputed from a seed in a test file
//! is not private.
#![warn(clippy::arithmetic_side_effects)]

mod attest;
mod authenticator;
mod authenticator_data;
mod cbor;
mod client_data;
mod demo;
mod der;
mod error;
mod get_assertion;
mod graph;
mod key;
mod lies;
mod make_credential;
mod options;
mod vault;

pub use attest::{Attestation, AttestationAuthority};
pub use authenticator::{
    Attachment, Binding, Counter, DiscoverableStorage, Model, SoftwareAuthenticator, Verification,
};
pub use demo::{DemoCredential, demo_credential, demo_sign};
pub use error::{BrokenCrypto, CeremonyError};
pub use key::KeyKind;
pub use lies::{CertificateLies, Lies, SignatureLie, StatementLie, UserHandleLie};
pub use vault::HeldCredential;

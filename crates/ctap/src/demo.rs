//! Credentials in bulk: real keys for demo data, and signatures for load, without ceremonies.

use webauthn::{Aaguid, CredentialId};

use crate::error::BrokenCrypto;
use crate::key::{KeyKind, KeyPair, PublicKey, Purpose, derive};

/// Bytes in the credential ids this authenticator makes.
const CREDENTIAL_ID_BYTES: usize = 32;

/// What a relying party would have on record after registering this credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoCredential {
    /// Its number under the seed.
    pub index: u64,
    /// Its id.
    pub credential_id: CredentialId,
    /// Its ES256 public key as COSE.
    pub cose_public_key: Vec<u8>,
    /// The model it is said to live on.
    pub aaguid: Aaguid,
}

/// Makes the public side of credential number `index` under a seed, about 40,000 a second and core.
///
/// A [`crate::SoftwareAuthenticator`] with the same seed makes the same credentials in the same
/// order, and can take one over by [`crate::SoftwareAuthenticator::adopt`] to sign in with it.
///
/// # Errors
/// [`BrokenCrypto`] when the crypto library refuses to work.
pub fn demo_credential(
    seed: &[u8; 32],
    index: u64,
    aaguid: Aaguid,
) -> Result<DemoCredential, BrokenCrypto> {
    let public = PublicKey::derive_p256(seed, Purpose::CredentialKey, &index.to_be_bytes())?;
    Ok(DemoCredential {
        index,
        credential_id: credential_id(seed, index),
        cose_public_key: public.cose(KeyKind::Es256.identifier()),
        aaguid,
    })
}

/// Signs a message with the private key of demo credential number `index` (ES256, DER).
///
/// For signing whole assertions see [`crate::SoftwareAuthenticator::adopt`].
///
/// # Errors
/// [`BrokenCrypto`] when the crypto library refuses to work.
pub fn demo_sign(seed: &[u8; 32], index: u64, message: &[u8]) -> Result<Vec<u8>, BrokenCrypto> {
    let context = index.to_be_bytes();
    KeyPair::derive(seed, KeyKind::Es256, Purpose::CredentialKey, &context)?.sign(message)
}

/// The id of credential number `index` under a seed.
#[expect(clippy::expect_used, reason = "32 bytes are always within the limits of a credential id")]
pub(crate) fn credential_id(seed: &[u8; 32], index: u64) -> CredentialId {
    let bytes: [u8; CREDENTIAL_ID_BYTES] =
        derive(seed, Purpose::CredentialId, &index.to_be_bytes());
    CredentialId::new(bytes).expect("32 bytes are within 1 to 1023")
}

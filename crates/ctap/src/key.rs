//! Key pairs that derive from a seed, and their public halves as COSE and DER.

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
};
use aws_lc_rs::{digest, hmac};

use crate::cbor::Cbor;
use crate::der;
use crate::error::BrokenCrypto;

/// The kinds of credential key this authenticator can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// ECDSA on P-256 with SHA-256, COSE algorithm -7.
    Es256,
    /// Ed25519, COSE algorithm -8.
    EdDsa,
}

impl KeyKind {
    /// The COSE algorithm identifier.
    #[must_use]
    pub const fn identifier(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::EdDsa => -8,
        }
    }
}

/// What a derived value is for: no two purposes share bytes.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    CredentialId,
    CredentialKey,
    AttestationRoot,
    AttestationIntermediate,
    AttestationBatch,
    Serial,
    Foreign,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::CredentialId => b"credential id\0",
            Self::CredentialKey => b"credential key\0",
            Self::AttestationRoot => b"attestation root\0",
            Self::AttestationIntermediate => b"attestation intermediate\0",
            Self::AttestationBatch => b"attestation batch\0",
            Self::Serial => b"certificate serial\0",
            Self::Foreign => b"foreign key\0",
        }
    }
}

/// 32 bytes for one purpose and one number, by HMAC-SHA-256 under the seed.
pub(crate) fn derive(seed: &[u8; 32], purpose: Purpose, context: &[u8]) -> [u8; 32] {
    let mut hmac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, seed));
    hmac.update(purpose.label());
    hmac.update(context);
    let mut out = [0; 32];
    out.copy_from_slice(hmac.sign().as_ref());
    out
}

/// The public half of a key pair.
pub(crate) enum PublicKey {
    /// An uncompressed point: 0x04, x, y.
    P256([u8; 65]),
    Ed25519([u8; 32]),
}

impl PublicKey {
    /// The P-256 public key alone: half the work of deriving the pair, for making many.
    pub(crate) fn derive_p256(
        seed: &[u8; 32],
        purpose: Purpose,
        context: &[u8],
    ) -> Result<Self, BrokenCrypto> {
        Ok(Self::P256(p256(seed, purpose, context)?.1))
    }

    /// As a COSE key (RFC 9052 §7) in canonical order, under the algorithm label given.
    pub(crate) fn cose(&self, algorithm: i64) -> Vec<u8> {
        match self {
            Self::P256(point) => {
                let (x, y) = point.split_at(1).1.split_at(32);
                let key = Cbor::default().map(5).int(1).int(2).int(3).int(algorithm);
                key.int(-1).int(1).int(-2).bytes(x).int(-3).bytes(y).into_bytes()
            }
            Self::Ed25519(key) => {
                let cbor = Cbor::default().map(4).int(1).int(1).int(3).int(algorithm);
                cbor.int(-1).int(6).int(-2).bytes(key).into_bytes()
            }
        }
    }

    /// As a `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
    pub(crate) fn spki(&self) -> Vec<u8> {
        match self {
            Self::P256(point) => der::sequence(&[
                &der::sequence(&[der::EC_PUBLIC_KEY, der::PRIME256V1]),
                &der::bits(point),
            ]),
            Self::Ed25519(key) => {
                der::sequence(&[&der::sequence(&[der::ED25519]), &der::bits(key)])
            }
        }
    }
}

/// A key pair, recomputed from the seed whenever it is needed.
pub(crate) struct KeyPair {
    pub(crate) public: PublicKey,
    private: Private,
}

enum Private {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

impl KeyPair {
    /// The pair for one purpose and one number.
    pub(crate) fn derive(
        seed: &[u8; 32],
        kind: KeyKind,
        purpose: Purpose,
        context: &[u8],
    ) -> Result<Self, BrokenCrypto> {
        match kind {
            KeyKind::Es256 => {
                let (scalar, point) = p256(seed, purpose, context)?;
                let pair = EcdsaKeyPair::from_private_key_and_public_key(
                    &ECDSA_P256_SHA256_ASN1_SIGNING,
                    &scalar,
                    &point,
                )
                .map_err(|_| BrokenCrypto)?;
                Ok(Self { public: PublicKey::P256(point), private: Private::Es256(pair) })
            }
            KeyKind::EdDsa => {
                let pair = Ed25519KeyPair::from_seed_unchecked(&derive(seed, purpose, context))
                    .map_err(|_| BrokenCrypto)?;
                let key = pair.public_key().as_ref().try_into().map_err(|_| BrokenCrypto)?;
                Ok(Self { public: PublicKey::Ed25519(key), private: Private::EdDsa(pair) })
            }
        }
    }

    /// The kind of both halves.
    pub(crate) const fn kind(&self) -> KeyKind {
        match self.private {
            Private::Es256(_) => KeyKind::Es256,
            Private::EdDsa(_) => KeyKind::EdDsa,
        }
    }

    /// Signs as WebAuthn wants it (§6.5.5): ECDSA as DER, Ed25519 raw.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, BrokenCrypto> {
        match &self.private {
            // by digest: the other way takes a source of randomness and ignores it
            Private::Es256(pair) => pair
                .sign_digest(&digest::digest(&digest::SHA256, message))
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| BrokenCrypto),
            Private::EdDsa(pair) => Ok(pair.sign(message).as_ref().to_vec()),
        }
    }
}

/// A P-256 private scalar and its public point.
///
/// One derivation in 2^32 is no valid scalar, so a few more numbers are tried.
fn p256(
    seed: &[u8; 32],
    purpose: Purpose,
    context: &[u8],
) -> Result<([u8; 32], [u8; 65]), BrokenCrypto> {
    for attempt in 0..4_u8 {
        let context: &[u8] = &[context, &[attempt]].concat();
        let scalar = derive(seed, purpose, context);
        let Ok(private) = PrivateKey::from_private_key(&ECDH_P256, &scalar) else { continue };
        let public = private.compute_public_key().map_err(|_| BrokenCrypto)?;
        return Ok((scalar, public.as_ref().try_into().map_err(|_| BrokenCrypto)?));
    }
    Err(BrokenCrypto)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ED25519, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_derived_key_signs_what_its_public_half_verifies() {
        for kind in [KeyKind::Es256, KeyKind::EdDsa] {
            let pair = KeyPair::derive(&[7; 32], kind, Purpose::CredentialKey, b"0").unwrap();
            let signature = pair.sign(b"message").unwrap();
            let verified = match &pair.public {
                PublicKey::P256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
                    .verify(b"message", &signature),
                PublicKey::Ed25519(key) => {
                    UnparsedPublicKey::new(&ED25519, key).verify(b"message", &signature)
                }
            };
            assert!(verified.is_ok(), "{kind:?}");
        }
    }

    #[test]
    fn purposes_numbers_and_seeds_lead_to_different_bytes() {
        let one = derive(&[1; 32], Purpose::CredentialId, b"0");
        assert_eq!(one, derive(&[1; 32], Purpose::CredentialId, b"0"));
        assert_ne!(one, derive(&[1; 32], Purpose::CredentialId, b"1"));
        assert_ne!(one, derive(&[1; 32], Purpose::CredentialKey, b"0"));
        assert_ne!(one, derive(&[2; 32], Purpose::CredentialId, b"0"));
    }
}

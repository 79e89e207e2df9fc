//! Ed448 (RFC 8032 §5.2), which the crypto library does not have: signatures are checked only, so
//! nothing here is secret.

use ed448_goldilocks::{Signature, VerifyingKey};

use crate::cose::BadSignature;

/// What stands before the 57 bytes of a key in `SubjectPublicKeyInfo` (RFC 8410 §4).
const INFO: [u8; 12] = [0x30, 0x43, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x71, 0x03, 0x3a, 0x00];

/// A public key.
#[derive(Clone)]
pub(crate) struct Key(Box<VerifyingKey>);

impl Key {
    /// The key of these bytes, if they are a point of the curve and not its neutral one.
    pub(crate) fn new(bytes: &[u8; 57]) -> Option<Self> {
        VerifyingKey::from_bytes(bytes).ok().map(|key| Self(Box::new(key)))
    }

    /// Checks a signature of 114 bytes, without context or prehash.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), BadSignature> {
        let signature = Signature::from_slice(signature).map_err(|_| BadSignature)?;
        self.0.verify_raw(&signature, message).map_err(|_| BadSignature)
    }

    /// The key in DER.
    pub(crate) fn to_subject_public_key_info(&self) -> Vec<u8> {
        [INFO.as_slice(), self.0.as_bytes()].concat()
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    /// RFC 8032 §7.4: one octet, no context.
    const KEY: &str = "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c086\
                       6aea01eb00742802b8438ea4cb82169c235160627b4c3a9480";
    const SIGNATURE: &str = "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f435\
        2541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cb\
        cee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0f\
        f3348ab21aa4adafd1d234441cf807c03a00";

    fn key() -> Key {
        Key::new(&HEXLOWER.decode(KEY.as_bytes()).unwrap().try_into().unwrap()).unwrap()
    }

    #[test]
    fn the_standards_signature_verifies_and_no_other() {
        let signature = HEXLOWER.decode(SIGNATURE.as_bytes()).unwrap();
        assert_eq!(key().verify(&[0x03], &signature), Ok(()));
        assert_eq!(key().verify(&[0x04], &signature), Err(BadSignature));
        for position in [0, 56, 57, 112, 113] {
            let mut altered = signature.clone();
            altered[position] ^= 1;
            assert_eq!(key().verify(&[0x03], &altered), Err(BadSignature), "{position}");
        }
        for bent in [&signature[..113], &[], &[&signature[..], &[0]].concat()] {
            assert_eq!(key().verify(&[0x03], bent), Err(BadSignature));
        }
    }

    #[test]
    fn what_is_no_point_or_the_neutral_one_is_refused() {
        let mut neutral = [0; 57];
        neutral[0] = 1;
        assert!(Key::new(&neutral).is_none());
        assert!(Key::new(&[0xff; 57]).is_none());
    }
}

//! Every algorithm verifies what its own key signed and nothing else; bent keys are refused.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1_SIGNING,
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, Ed25519KeyPair, KeyPair as _,
    ML_DSA_44_SIGNING, ML_DSA_65_SIGNING, ML_DSA_87_SIGNING, PqdsaKeyPair, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512,
    RsaPssSaltLength,
};

use super::*;
use crate::testing::{Key, cbor};

const MESSAGE: &[u8] = b"authenticator data and client data hash";

/// The key verifies the signature over the message, and neither over anything else.
fn expect_verifies(cose: &[u8], algorithm: Algorithm, signature: &[u8]) {
    let key = PublicKey::parse(cose).unwrap();
    assert_eq!(key.algorithm(), algorithm);
    assert_eq!(key.as_cose(), cose);
    assert_eq!(key.verify(MESSAGE, signature), Ok(()), "{algorithm:?}");
    assert_eq!(key.verify(b"another", signature), Err(BadSignature), "{algorithm:?}");
    assert_eq!(key.verify(MESSAGE, &[]), Err(BadSignature), "{algorithm:?}");
    for position in [0, signature.len() / 2, signature.len() - 1] {
        let mut altered = signature.to_vec();
        altered[position] ^= 0x10;
        assert_eq!(key.verify(MESSAGE, &altered), Err(BadSignature), "{algorithm:?}");
    }
    let longer = [signature, &[0]].concat();
    assert_eq!(key.verify(MESSAGE, &longer), Err(BadSignature), "{algorithm:?}");
}

fn rsa_cose(algorithm: i64, n: &[u8], e: &[u8]) -> Vec<u8> {
    cbor(|c| {
        c.map(4).unwrap().i8(1).unwrap().i8(3).unwrap().i8(3).unwrap().i64(algorithm).unwrap();
        c.i8(-1).unwrap().bytes(n).unwrap().i8(-2).unwrap().bytes(e).unwrap();
    })
}

fn octet_cose(kind: i64, algorithm: i64, curve: Option<i64>, key: &[u8]) -> Vec<u8> {
    cbor(|c| {
        c.map(if curve.is_some() { 4 } else { 3 }).unwrap();
        c.i8(1).unwrap().i64(kind).unwrap().i8(3).unwrap().i64(algorithm).unwrap();
        match curve {
            Some(curve) => c.i8(-1).unwrap().i64(curve).unwrap().i8(-2).unwrap(),
            None => c.i8(-1).unwrap(),
        };
        c.bytes(key).unwrap();
    })
}

#[test]
fn numbers_and_algorithms_belong_together() {
    for algorithm in Algorithm::ALL {
        assert_eq!(Algorithm::from_identifier(algorithm.identifier()), Some(algorithm));
    }
    for identifier in [0, 7, -54, i64::MIN, i64::MAX] {
        assert_eq!(Algorithm::from_identifier(identifier), None);
    }
}

#[test]
fn ecdsa_verifies_on_every_curve() {
    for (signing, curve, algorithms) in [
        (&ECDSA_P256_SHA256_ASN1_SIGNING, 1, [Algorithm::Es256, Algorithm::Esp256]),
        (&ECDSA_P384_SHA384_ASN1_SIGNING, 2, [Algorithm::Es384, Algorithm::Esp384]),
        (&ECDSA_P521_SHA512_ASN1_SIGNING, 3, [Algorithm::Es512, Algorithm::Esp512]),
        (&ECDSA_P256K1_SHA256_ASN1_SIGNING, 8, [Algorithm::Es256k, Algorithm::Es256k]),
    ] {
        let key = Key::generate(signing);
        for algorithm in algorithms {
            let cose = key.cose(algorithm.identifier(), curve);
            expect_verifies(&cose, algorithm, &key.sign(MESSAGE));
        }
    }
}

#[test]
fn ed25519_verifies_under_both_numbers() {
    let key = Ed25519KeyPair::generate().unwrap();
    for algorithm in [Algorithm::EdDsa, Algorithm::Ed25519] {
        let cose = octet_cose(1, algorithm.identifier(), Some(6), key.public_key().as_ref());
        expect_verifies(&cose, algorithm, key.sign(MESSAGE).as_ref());
    }
}

#[test]
fn ml_dsa_verifies_in_every_size() {
    for (signing, algorithm) in [
        (&ML_DSA_44_SIGNING, Algorithm::MlDsa44),
        (&ML_DSA_65_SIGNING, Algorithm::MlDsa65),
        (&ML_DSA_87_SIGNING, Algorithm::MlDsa87),
    ] {
        let key = PqdsaKeyPair::generate(signing).unwrap();
        let mut signature = vec![0; signing.signature_len()];
        key.sign(MESSAGE, &mut signature).unwrap();
        let cose = octet_cose(7, algorithm.identifier(), None, key.public_key().as_ref());
        expect_verifies(&cose, algorithm, &signature);
        let short = octet_cose(7, algorithm.identifier(), None, &key.public_key().as_ref()[1..]);
        assert_eq!(PublicKey::parse(&short), Err(KeyError::Malformed));
    }
}

/// A new key of 2048 bits with its modulus and exponent.
fn rsa_key() -> (RsaKeyPair, Vec<u8>, Vec<u8>) {
    let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    // a sequence of two integers: the modulus of 256 bytes after a zero byte, then the exponent
    let der = key.public_key().as_ref().to_vec();
    let (n, e) = (der[9..265].to_vec(), der[267..].to_vec());
    (key, n, e)
}

#[test]
fn rsa_verifies_with_every_hash_and_padding() {
    let (key, n, e) = rsa_key();
    for (encoding, algorithm) in [
        (&RSA_PKCS1_SHA256, Algorithm::Rs256),
        (&RSA_PKCS1_SHA384, Algorithm::Rs384),
        (&RSA_PKCS1_SHA512, Algorithm::Rs512),
        (&RSA_PSS_SHA256, Algorithm::Ps256),
        (&RSA_PSS_SHA384, Algorithm::Ps384),
        (&RSA_PSS_SHA512, Algorithm::Ps512),
    ] {
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(encoding, &SystemRandom::new(), MESSAGE, &mut signature).unwrap();
        expect_verifies(&rsa_cose(algorithm.identifier(), &n, &e), algorithm, &signature);
    }
    let sign_byte = [&[0], &n[..]].concat();
    assert!(PublicKey::parse(&rsa_cose(-257, &sign_byte, &e)).is_ok());
}

#[test]
fn a_pss_salt_shorter_than_the_hash_is_refused() {
    let (key, n, e) = rsa_key();
    let cose = rsa_cose(-37, &n, &e);
    let mut signature = vec![0; key.public_modulus_len()];
    let short = &const { RSA_PSS_SHA256.with_pss_salt_length(RsaPssSaltLength::Custom(20)) };
    key.sign(short, &SystemRandom::new(), MESSAGE, &mut signature).unwrap();
    let key = PublicKey::parse(&cose).unwrap();
    assert_eq!(key.verify(MESSAGE, &signature), Err(BadSignature));
}

#[test]
fn rsa_sizes_and_exponents_have_limits() {
    let modulus = |bytes: usize| [&[0xff][..], &vec![0xff; bytes - 1]].concat();
    let verdict = |n: &[u8], e: &[u8]| PublicKey::parse(&rsa_cose(-257, n, e)).map(|_| ());
    assert_eq!(verdict(&modulus(256), &[1, 0, 1]), Ok(()));
    assert_eq!(verdict(&modulus(1024), &[1, 0, 1]), Ok(()));
    assert_eq!(verdict(&modulus(1025), &[1, 0, 1]), Err(KeyError::RsaModulus));
    assert_eq!(verdict(&modulus(128), &[1, 0, 1]), Err(KeyError::RsaModulus));
    let mut short = modulus(256);
    short[0] = 0x7f;
    assert_eq!(verdict(&short, &[1, 0, 1]), Err(KeyError::RsaModulus));
    let mut even = modulus(256);
    even[255] = 0xfe;
    assert_eq!(verdict(&even, &[1, 0, 1]), Err(KeyError::RsaModulus));
    assert_eq!(verdict(&[0; 257], &[1, 0, 1]), Err(KeyError::RsaModulus));
    assert_eq!(verdict(&[], &[1, 0, 1]), Err(KeyError::Malformed));
    for exponent in [&[][..], &[1], &[2], &[1, 0, 0, 0, 1]] {
        assert_eq!(verdict(&modulus(256), exponent), Err(KeyError::RsaExponent), "{exponent:?}");
    }
}

#[test]
fn type_curve_and_algorithm_must_agree() {
    let key = Key::p256();
    let mismatch = Err(KeyError::Mismatch);
    for (algorithm, curve) in [(-7, 2), (-7, 8), (-35, 1), (-36, 1), (-47, 1), (-8, 6), (-257, 1)] {
        let parsed = PublicKey::parse(&key.cose(algorithm, curve));
        assert_eq!(parsed, mismatch, "{algorithm} on {curve}");
    }
    assert_eq!(PublicKey::parse(&octet_cose(1, -7, Some(1), &[1; 32])), mismatch);
    assert_eq!(PublicKey::parse(&octet_cose(1, -8, Some(7), &[1; 32])), mismatch);
    assert_eq!(PublicKey::parse(&octet_cose(1, -53, Some(6), &[1; 57])), mismatch);
    assert_eq!(PublicKey::parse(&octet_cose(2, -53, Some(7), &[1; 57])), mismatch);
    let unknown = Err(KeyError::UnsupportedAlgorithm(-54));
    assert_eq!(PublicKey::parse(&octet_cose(1, -54, Some(7), &[1; 57])), unknown);
    let short = Err(KeyError::Malformed);
    assert_eq!(PublicKey::parse(&octet_cose(1, -53, Some(7), &[1; 56])), short);
    let neutral = [&[1][..], &[0; 56]].concat();
    let not_on_curve = Err(KeyError::NotOnCurve);
    assert_eq!(PublicKey::parse(&octet_cose(1, -53, Some(7), &neutral)), not_on_curve);
}

#[test]
fn coordinates_must_be_whole_and_on_the_curve() {
    let key = Key::p256();
    let mut cose = key.cose(-7, 1);
    let last = cose.len() - 1;
    cose[last] ^= 1;
    assert_eq!(PublicKey::parse(&cose), Err(KeyError::NotOnCurve));
    let (x, _) = key.coordinates().split_at(32);
    let with_y = |write: fn(&mut minicbor::Encoder<&mut Vec<u8>>)| {
        cbor(|c| {
            c.map(5).unwrap().i8(1).unwrap().i8(2).unwrap().i8(3).unwrap().i8(-7).unwrap();
            c.i8(-1).unwrap().i8(1).unwrap().i8(-2).unwrap().bytes(x).unwrap().i8(-3).unwrap();
            write(c);
        })
    };
    // a compressed point, a short one, none
    let compressed = with_y(|c| {
        c.bool(true).unwrap();
    });
    assert_eq!(PublicKey::parse(&compressed), Err(KeyError::Malformed));
    let short = with_y(|c| {
        c.bytes(&[1; 31]).unwrap();
    });
    assert_eq!(PublicKey::parse(&short), Err(KeyError::Malformed));
    assert_eq!(PublicKey::parse(&[0xa0]), Err(KeyError::Malformed));
    assert_eq!(PublicKey::parse(&[0x80]), Err(KeyError::Malformed));
}

#[test]
fn ecdsa_signatures_are_strict_der() {
    let key = Key::p256();
    let public = PublicKey::parse(&key.cose(-7, 1)).unwrap();
    let signature = key.sign(MESSAGE);
    assert_eq!(public.verify(MESSAGE, &signature), Ok(()));
    let body = &signature[2..];
    let length = u8::try_from(body.len()).unwrap();
    // the length in two bytes
    let long_form = [&[0x30, 0x81, length], body].concat();
    assert_eq!(public.verify(MESSAGE, &long_form), Err(BadSignature));
    // r with a zero byte too many
    let (r_length, after) = (body[1], &body[2..]);
    let padded = [&[0x30, length + 1, 0x02, r_length + 1, 0], after].concat();
    assert_eq!(public.verify(MESSAGE, &padded), Err(BadSignature));
    // a byte after s, inside and outside the sequence
    let inside = [&[0x30, length + 1], body, &[0]].concat();
    assert_eq!(public.verify(MESSAGE, &inside), Err(BadSignature));
    // r and s side by side, as other standards have it
    assert_eq!(public.verify(MESSAGE, &[1; 64]), Err(BadSignature));
    let zero = [0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00];
    assert_eq!(public.verify(MESSAGE, &zero), Err(BadSignature));
}

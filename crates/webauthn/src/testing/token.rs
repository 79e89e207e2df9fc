//! Tokens in JOSE's compact form, right or wrong in whatever way a test wants.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap as _};
use aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Value, json};

use super::Key;

/// A key that signs tokens: both numbers one after the other.
pub(crate) fn signing_key() -> Key {
    Key::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
}

fn part(json: &Value) -> String {
    BASE64URL_NOPAD.encode(json.to_string().as_bytes())
}

/// A header for ES256 with these certificates.
pub(crate) fn header(certificates: &[Vec<u8>]) -> Value {
    let chain: Vec<_> = certificates.iter().map(|der| BASE64.encode(der)).collect();
    json!({ "alg": "ES256", "typ": "JWT", "x5c": chain })
}

pub(crate) fn signed(header: &Value, payload: &Value, key: &Key) -> String {
    let signed = format!("{}.{}", part(header), part(payload));
    let signature = BASE64URL_NOPAD.encode(&key.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// A token encrypted by A256KW and A256GCM, whatever its header says.
pub(crate) fn sealed(header: &Value, key: &[u8; 32], content: &str) -> String {
    let header = part(header);
    let content_key = [5; 32];
    let mut wrapped = [0; 40];
    let kek = AesKek::new(&AES_256, key).unwrap();
    kek.wrap(&content_key, &mut wrapped).unwrap();
    let mut body = content.as_bytes().to_vec();
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &content_key).unwrap())
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key([6; 12]),
            Aad::from(header.as_bytes()),
            &mut body,
        )
        .unwrap();
    let (body, tag) = body.split_at(body.len() - 16);
    let parts = [&wrapped[..], &[6; 12], body, tag].map(|bytes| BASE64URL_NOPAD.encode(bytes));
    format!("{header}.{}", parts.join("."))
}

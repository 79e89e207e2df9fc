//! The server's own keys, shared by all servers on one database: for sealing, for decoys, for
//! forms, and for signing tokens.

mod token;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use data_encoding::BASE64URL_NOPAD;

pub use token::{AccessToken, GRAPH_RESOURCE, Jwk, LIFETIME_S};
pub(crate) use token::{Grant, TokenFault};

use crate::error::StartError;
use crate::seal::Sealer;
use crate::secret::sha256;

/// Name of the key in the store from which all symmetric keys derive.
pub(crate) const ROOT_KEY: &str = "root";
/// Name of the key in the store that signs tokens.
pub(crate) const TOKEN_KEY: &str = "token";

/// All keys of a server.
#[derive(Debug)]
pub(crate) struct Keys {
    sealer: Sealer,
    decoy: hmac::Key,
    mark: hmac::Key,
    form: hmac::Key,
    token: EcdsaKeyPair,
    key_id: String,
}

impl Keys {
    /// The keys from what the store holds: 32 random bytes, and a P-256 key in PKCS #8.
    pub(crate) fn new(root: &[u8], token: &[u8]) -> Result<Self, StartError> {
        let broken = |what: &str| StartError::Keys(format!("the {what} key cannot be read"));
        if root.len() != 32 {
            return Err(broken(ROOT_KEY));
        }
        let token = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, token)
            .map_err(|_| broken(TOKEN_KEY))?;
        let root = hmac::Key::new(hmac::HMAC_SHA256, root);
        let mut keys = Self {
            sealer: Sealer::new(&derive(&root, "challenge")),
            decoy: hmac::Key::new(hmac::HMAC_SHA256, &derive(&root, "decoy")),
            mark: hmac::Key::new(hmac::HMAC_SHA256, &derive(&root, "decoy mark")),
            form: hmac::Key::new(hmac::HMAC_SHA256, &derive(&root, "form")),
            token,
            key_id: String::new(),
        };
        keys.key_id = keys.thumbprint();
        Ok(keys)
    }

    /// A fresh key for [`TOKEN_KEY`].
    pub(crate) fn new_token_key() -> Result<Vec<u8>, StartError> {
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map(|document| document.as_ref().to_vec())
            .map_err(|_| StartError::Keys("no key could be made".to_owned()))
    }

    /// Seals and opens challenges.
    pub(crate) const fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// 32 bytes that depend on a name and a number, the same each time, and that look like
    /// somebody's: for the credentials of people who do not exist.
    pub(crate) fn decoy(&self, name: &str, number: u8) -> [u8; 32] {
        tag(&self.decoy, &[&[number], name.as_bytes()])
    }

    /// What an invented credential id ends with, by what it begins with: we know it again, and to
    /// everybody else it looks like any other id.
    pub(crate) fn decoy_mark(&self, beginning: &[u8]) -> [u8; 32] {
        tag(&self.mark, &[beginning])
    }

    /// The token that our own forms carry, bound to a cookie that other sites cannot read.
    pub(crate) fn form_token(&self, cookie: &[u8; 32]) -> String {
        BASE64URL_NOPAD.encode(&tag(&self.form, &[cookie]))
    }

    /// RFC 7638: the SHA-256 of the public key's required members in order.
    fn thumbprint(&self) -> String {
        let (x, y) = self.coordinates();
        let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        BASE64URL_NOPAD.encode(&sha256(members.as_bytes()))
    }

    /// The public key's coordinates, in base64url; it is stored as `04`, x, y.
    fn coordinates(&self) -> (String, String) {
        let point = self.token.public_key().as_ref();
        let x = point.get(1..33).unwrap_or_default();
        let y = point.get(33..65).unwrap_or_default();
        (BASE64URL_NOPAD.encode(x), BASE64URL_NOPAD.encode(y))
    }
}

fn derive(root: &hmac::Key, label: &str) -> [u8; 32] {
    tag(root, &[label.as_bytes()])
}

fn tag(key: &hmac::Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(key);
    for part in parts {
        context.update(part);
    }
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(context.sign().as_ref()) {
        *to = *from;
    }
    out
}

#[cfg(test)]
mod tests;

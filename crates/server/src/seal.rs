//! Sealed values: what a ceremony must remember travels inside its own challenge.
//!
//! Nothing is written when a ceremony begins, and any server with the same keys can finish it.
//! Each value is sealed with AES-256-GCM under a key of its own, derived from the server's key,
//! the purpose and 16 random bytes, so no number of challenges wears a key out; the purpose makes
//! a value sealed for one kind of ceremony worthless for another.

mod ceremony;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hmac;

/// What a sealed value is for; values of one purpose do not open as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The challenge of a registration.
    Registration,
    /// The challenge of a sign-in.
    SignIn,
    /// The challenge of the first registration of all.
    FirstRun,
    /// What a page hands back untouched.
    Page,
}

impl Purpose {
    const fn byte(self) -> u8 {
        match self {
            Self::Registration => 1,
            Self::SignIn => 2,
            Self::FirstRun => 3,
            Self::Page => 4,
        }
    }
}

/// Version of the form, first byte of every sealed value.
const VERSION: u8 = 1;
/// Random bytes that every sealed value carries.
pub(crate) const SALT: usize = 16;
/// Bytes of the AEAD's tag.
const TAG: usize = 16;

/// The key that seals.
#[derive(Debug)]
pub(crate) struct Sealer {
    key: hmac::Key,
}

impl Sealer {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA512, key) }
    }

    /// Seals `plain`: version, salt, ciphertext with tag. None when the crypto library fails.
    pub(crate) fn seal(&self, purpose: Purpose, plain: &[u8], salt: [u8; SALT]) -> Option<Vec<u8>> {
        let (key, nonce) = self.derive(purpose, &salt)?;
        let mut body = plain.to_vec();
        key.seal_in_place_append_tag(nonce, aad(purpose), &mut body).ok()?;
        let mut sealed = Vec::with_capacity(body.len().saturating_add(1).saturating_add(SALT));
        sealed.push(VERSION);
        sealed.extend_from_slice(&salt);
        sealed.append(&mut body);
        Some(sealed)
    }

    /// Opens what [`Self::seal`] made for this purpose; none for anything else.
    pub(crate) fn open(&self, purpose: Purpose, sealed: &[u8]) -> Option<Vec<u8>> {
        let (version, rest) = sealed.split_first()?;
        let (salt, body) = rest.split_first_chunk::<SALT>()?;
        if *version != VERSION || body.len() < TAG {
            return None;
        }
        let (key, nonce) = self.derive(purpose, salt)?;
        let mut body = body.to_vec();
        let length = key.open_in_place(nonce, aad(purpose), &mut body).ok()?.len();
        body.truncate(length);
        Some(body)
    }

    fn derive(&self, purpose: Purpose, salt: &[u8; SALT]) -> Option<(LessSafeKey, Nonce)> {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(&[VERSION, purpose.byte()]);
        context.update(salt);
        let derived = context.sign();
        let (key, rest) = derived.as_ref().split_first_chunk::<32>()?;
        let (nonce, _) = rest.split_first_chunk::<12>()?;
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
        Some((key, Nonce::assume_unique_for_key(*nonce)))
    }
}

fn aad(purpose: Purpose) -> Aad<[u8; 2]> {
    Aad::from([VERSION, purpose.byte()])
}

#[cfg(test)]
mod tests;

//! Tokens in JOSE's compact form (RFC 7515, RFC 7516), read strictly and behind limits.
//!
//! A token never chooses how it is verified: callers say which algorithms they accept, and keys
//! come from them, or from certificates that they walk to an anchor of their own.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap as _};
use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::coded::coded;
use crate::json::Object;

/// Longest header, decoded.
const MAX_HEADER: usize = 64 * 1024;

/// A signed token, not yet verified.
#[derive(Clone, Debug)]
pub struct Jws<'a> {
    header: Header,
    signed: &'a [u8],
    payload: &'a str,
    signature: Vec<u8>,
}

/// An encrypted token.
#[derive(Clone, Debug)]
pub struct Jwe<'a> {
    header: Header,
    protected: &'a str,
    wrapped_key: Vec<u8>,
    nonce: Vec<u8>,
    /// Ciphertext, then tag.
    sealed: Vec<u8>,
}

/// The members of a token's header that we look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// `alg`
    pub algorithm: String,
    /// `enc`
    pub encryption: Option<String>,
    /// `typ`
    pub token_type: Option<String>,
    /// `x5c` in DER, the signer's first.
    pub certificates: Vec<Vec<u8>>,
}

/// Signature algorithms of tokens that we can verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedBy {
    /// ECDSA on P-256 with SHA-256, both numbers one after the other.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
}

impl SignedBy {
    /// The algorithm of that name; `none` and those with shared secrets have none.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "ES256" => Some(Self::Es256),
            "RS256" => Some(Self::Rs256),
            _ => None,
        }
    }

    fn verification(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Self::Es256 => &signature::ECDSA_P256_SHA256_FIXED,
            Self::Rs256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        }
    }
}

impl<'a> Jws<'a> {
    /// Reads header and signature; the payload stays as it is until the signature is verified.
    ///
    /// # Errors
    /// [`TokenError`] when the text is not three parts of base64url, or the header asks for what
    /// nobody here understands (`crit`).
    pub fn parse(text: &'a str) -> Result<Self, TokenError> {
        let mut parts = text.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenError::Malformed);
        };
        let length = header.len().saturating_add(payload.len()).saturating_add(1);
        Ok(Self {
            header: Header::parse(header)?,
            signed: text.as_bytes().get(..length).ok_or(TokenError::Malformed)?,
            payload,
            signature: decode(signature)?,
        })
    }

    /// What the token says about itself.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Checks the signature and gives the payload. `key` is the uncompressed point or the RSA
    /// public key as it stands in a certificate; whose it is, the caller has checked.
    ///
    /// # Errors
    /// [`TokenError::Algorithm`] when the header names another algorithm,
    /// [`TokenError::Signature`] when the signature is not of this key.
    pub fn verify(&self, by: SignedBy, key: &[u8]) -> Result<Vec<u8>, TokenError> {
        if SignedBy::from_name(&self.header.algorithm) != Some(by) {
            return Err(TokenError::Algorithm);
        }
        UnparsedPublicKey::new(by.verification(), key)
            .verify(self.signed, &self.signature)
            .map_err(|_| TokenError::Signature)?;
        decode(self.payload)
    }

    /// The payload without any check of the signature, for showing it to people.
    ///
    /// # Errors
    /// [`TokenError::Malformed`] when it is not base64url.
    pub fn unverified_payload(&self) -> Result<Vec<u8>, TokenError> {
        decode(self.payload)
    }
}

impl<'a> Jwe<'a> {
    /// Reads the five parts.
    ///
    /// # Errors
    /// [`TokenError`] when the text is not five parts of base64url, or the header asks for what
    /// nobody here understands (`crit`, `zip`).
    pub fn parse(text: &'a str) -> Result<Self, TokenError> {
        let mut parts = text.split('.');
        let (Some(protected), Some(key), Some(nonce), Some(body), Some(tag), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenError::Malformed);
        };
        let mut sealed = decode(body)?;
        let tag = decode(tag)?;
        // a shorter tag is easier to guess
        if tag.len() != 16 {
            return Err(TokenError::Malformed);
        }
        sealed.extend(tag);
        Ok(Self {
            header: Header::parse(protected)?,
            protected,
            wrapped_key: decode(key)?,
            nonce: decode(nonce)?,
            sealed,
        })
    }

    /// What the token says about itself.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Opens a token encrypted by A256KW and A256GCM. Nothing else is accepted: `dir` would take
    /// our own key for the content's.
    ///
    /// # Errors
    /// [`TokenError::Algorithm`] when the header names other algorithms,
    /// [`TokenError::Decryption`] when it was encrypted for another key, or altered.
    pub fn open(self, key: &[u8; 32]) -> Result<Vec<u8>, TokenError> {
        if self.header.algorithm != "A256KW" || self.header.encryption.as_deref() != Some("A256GCM")
        {
            return Err(TokenError::Algorithm);
        }
        let mut content_key = [0_u8; 40];
        let kek = AesKek::new(&AES_256, key).map_err(|_| TokenError::Decryption)?;
        let content_key =
            kek.unwrap(&self.wrapped_key, &mut content_key).map_err(|_| TokenError::Decryption)?;
        let content_key =
            UnboundKey::new(&AES_256_GCM, content_key).map_err(|_| TokenError::Decryption)?;
        let nonce =
            Nonce::try_assume_unique_for_key(&self.nonce).map_err(|_| TokenError::Decryption)?;
        let mut sealed = self.sealed;
        let opened = LessSafeKey::new(content_key)
            .open_in_place(nonce, Aad::from(self.protected.as_bytes()), &mut sealed)
            .map_err(|_| TokenError::Decryption)?;
        Ok(opened.to_vec())
    }
}

#[derive(Deserialize)]
struct RawHeader {
    alg: String,
    enc: Option<String>,
    typ: Option<String>,
    x5c: Option<Vec<String>>,
    crit: Option<IgnoredAny>,
    zip: Option<IgnoredAny>,
}

impl Header {
    fn parse(text: &str) -> Result<Self, TokenError> {
        let bytes = decode(text)?;
        if bytes.len() > MAX_HEADER {
            return Err(TokenError::Malformed);
        }
        let Object::<RawHeader>(raw) =
            serde_json::from_slice(&bytes).map_err(|_| TokenError::Malformed)?;
        // RFC 7515 §4.1.11: what must be understood and is not, is refused
        if raw.crit.is_some() || raw.zip.is_some() {
            return Err(TokenError::Algorithm);
        }
        let certificates: Result<Vec<_>, _> = raw
            .x5c
            .unwrap_or_default()
            .iter()
            .map(|text| BASE64.decode(text.as_bytes()).map_err(|_| TokenError::Malformed))
            .collect();
        Ok(Self {
            algorithm: raw.alg,
            encryption: raw.enc,
            token_type: raw.typ,
            certificates: certificates?,
        })
    }
}

fn decode(text: &str) -> Result<Vec<u8>, TokenError> {
    BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| TokenError::Malformed)
}

/// Why a token was not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenError {
    /// Not the parts of a token in base64url, or a header that cannot be read.
    Malformed,
    /// Signed or encrypted by an algorithm that is not accepted here.
    Algorithm,
    /// The signature does not verify.
    Signature,
    /// Encrypted for another key, or altered.
    Decryption,
}

impl TokenError {
    pub(crate) const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::Malformed => ("token-malformed", "the token cannot be read"),
            Self::Algorithm => {
                ("token-algorithm", "the token names an algorithm that is not accepted here")
            }
            Self::Signature => ("token-signature", "the token's signature does not verify"),
            Self::Decryption => {
                ("token-decryption", "the token was encrypted for another key, or altered")
            }
        }
    }
}

coded!(TokenError);

#[cfg(test)]
mod tests;

//! The authenticator data: what the authenticator signed about itself and the credential (§6.1).

use crate::aaguid::Aaguid;
use crate::bytes::{CredentialId, SignCount};
use crate::cbor::{self, CborError, Map, Value};
use crate::coded::coded;

/// Authenticator data, borrowed from the bytes it was read from and never re-encoded.
#[derive(Clone, Debug, PartialEq)]
pub struct AuthenticatorData<'a> {
    rp_id_hash: &'a [u8; 32],
    flags: u8,
    sign_count: SignCount,
    attested: Option<AttestedCredential<'a>>,
    extensions: Map<'a>,
}

/// The credential that a registration made (§6.5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttestedCredential<'a> {
    /// The model that the authenticator says it is.
    pub aaguid: Aaguid,
    /// The new credential's id.
    pub credential_id: &'a [u8],
    /// The new credential's public key as a `COSE_Key`.
    pub public_key: &'a [u8],
}

mod flag {
    pub(super) const USER_PRESENT: u8 = 0x01;
    pub(super) const USER_VERIFIED: u8 = 0x04;
    pub(super) const BACKUP_ELIGIBLE: u8 = 0x08;
    pub(super) const BACKUP_STATE: u8 = 0x10;
    pub(super) const ATTESTED: u8 = 0x40;
    pub(super) const EXTENSIONS: u8 = 0x80;
}

impl<'a> AuthenticatorData<'a> {
    /// Reads the whole of `bytes`; what the flags announce must be there and nothing may follow.
    /// The reserved flags 0x02 and 0x20 are tolerated, for they may get a meaning.
    ///
    /// # Errors
    /// [`AuthenticatorDataError`] when the bytes are not laid out as §6.1 says.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, AuthenticatorDataError> {
        let mut rest = bytes;
        let rp_id_hash = take(&mut rest)?;
        let [flags] = *take(&mut rest)?;
        let sign_count = SignCount(u32::from_be_bytes(*take(&mut rest)?));
        let attested = if flags & flag::ATTESTED == 0 {
            None
        } else {
            Some(AttestedCredential::take(&mut rest)?)
        };
        let extensions = if flags & flag::EXTENSIONS == 0 {
            Map::default()
        } else {
            let value = take_item(&mut rest).map_err(AuthenticatorDataError::Extensions)?;
            let Value::Map(map) = value.0 else {
                return Err(AuthenticatorDataError::ExtensionsNotMap);
            };
            map
        };
        if !rest.is_empty() {
            return Err(AuthenticatorDataError::TrailingBytes);
        }
        Ok(Self { rp_id_hash, flags, sign_count, attested, extensions })
    }

    /// SHA-256 of the relying party id that the client named.
    #[must_use]
    pub const fn rp_id_hash(&self) -> &'a [u8; 32] {
        self.rp_id_hash
    }

    /// Somebody touched the authenticator.
    #[must_use]
    pub const fn user_present(&self) -> bool {
        self.flags & flag::USER_PRESENT != 0
    }

    /// The authenticator knew its owner, by PIN or biometry.
    #[must_use]
    pub const fn user_verified(&self) -> bool {
        self.flags & flag::USER_VERIFIED != 0
    }

    /// The credential may be synced to other devices. Fixed for its life.
    #[must_use]
    pub const fn backup_eligible(&self) -> bool {
        self.flags & flag::BACKUP_ELIGIBLE != 0
    }

    /// The credential is synced at present.
    #[must_use]
    pub const fn backup_state(&self) -> bool {
        self.flags & flag::BACKUP_STATE != 0
    }

    /// The signature counter.
    #[must_use]
    pub const fn sign_count(&self) -> SignCount {
        self.sign_count
    }

    /// The new credential; only registrations have it.
    #[must_use]
    pub const fn attested(&self) -> Option<&AttestedCredential<'a>> {
        self.attested.as_ref()
    }

    /// The authenticator's extension outputs; empty without any.
    #[must_use]
    pub const fn extensions(&self) -> &Map<'a> {
        &self.extensions
    }
}

impl<'a> AttestedCredential<'a> {
    fn take(rest: &mut &'a [u8]) -> Result<Self, AuthenticatorDataError> {
        let aaguid = Aaguid::from_bytes(*take(rest)?);
        let length = usize::from(u16::from_be_bytes(*take(rest)?));
        if length == 0 || length > CredentialId::MAX {
            return Err(AuthenticatorDataError::CredentialIdLength);
        }
        let (credential_id, after) =
            rest.split_at_checked(length).ok_or(AuthenticatorDataError::Truncated)?;
        *rest = after;
        let (_, public_key) = take_item(rest).map_err(AuthenticatorDataError::PublicKey)?;
        Ok(Self { aaguid, credential_id, public_key })
    }
}

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Result<&'a [u8; N], AuthenticatorDataError> {
    let (taken, after) = rest.split_first_chunk().ok_or(AuthenticatorDataError::Truncated)?;
    *rest = after;
    Ok(taken)
}

fn take_item<'a>(rest: &mut &'a [u8]) -> Result<(Value<'a>, &'a [u8]), CborError> {
    let (value, raw) = cbor::read_first(rest, cbor::MAX_DEPTH)?;
    *rest = rest.get(raw.len()..).unwrap_or_default();
    Ok((value, raw))
}

/// Why bytes are not authenticator data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthenticatorDataError {
    /// The bytes end before what the flags announce.
    Truncated,
    /// Bytes follow what the flags announce.
    TrailingBytes,
    /// The credential id is empty or longer than 1023 bytes (step 25 of §7.1).
    CredentialIdLength,
    /// The public key is not CBOR.
    PublicKey(CborError),
    /// The extension outputs are not CBOR.
    Extensions(CborError),
    /// The extension outputs are not a map.
    ExtensionsNotMap,
}

impl AuthenticatorDataError {
    const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::Truncated => {
                ("authenticator-data-truncated", "the authenticator data is cut short")
            }
            Self::TrailingBytes => {
                ("authenticator-data-trailing-bytes", "bytes follow the authenticator data")
            }
            Self::CredentialIdLength => {
                ("credential-id-length", "the credential id must have 1 to 1023 bytes")
            }
            Self::PublicKey(error) | Self::Extensions(error) => (error.code(), error.message()),
            Self::ExtensionsNotMap => {
                ("authenticator-data-extensions", "the extension outputs are not a cbor map")
            }
        }
    }
}

coded!(AuthenticatorDataError);

#[cfg(test)]
mod tests {
    use super::*;

    /// Header with the flags given, then the rest.
    fn data(flags: u8, rest: &[u8]) -> Vec<u8> {
        [&[7; 32][..], &[flags, 0, 0, 1, 2], rest].concat()
    }

    fn attested(id_length: u16, id: &[u8], key: &[u8]) -> Vec<u8> {
        [&[9; 16][..], &id_length.to_be_bytes(), id, key].concat()
    }

    #[test]
    fn the_header_alone_is_an_assertion() {
        let bytes = data(0x1d | 0x22, &[]);
        let read = AuthenticatorData::parse(&bytes).unwrap();
        assert_eq!(read.rp_id_hash(), &[7; 32]);
        assert!(read.user_present() && read.user_verified());
        assert!(read.backup_eligible() && read.backup_state());
        assert_eq!(read.sign_count(), SignCount(258));
        assert_eq!(read.attested(), None);
        assert!(read.extensions().is_empty());
    }

    #[test]
    fn attested_credential_and_extensions_are_read() {
        let bytes = data(0xc0, &[attested(2, &[1, 2], &[0xa0]), vec![0xb9, 0, 1, 1, 2]].concat());
        let read = AuthenticatorData::parse(&bytes).unwrap();
        let credential = read.attested().unwrap();
        assert_eq!(credential.aaguid, Aaguid::from_bytes([9; 16]));
        assert_eq!((credential.credential_id, credential.public_key), (&[1, 2][..], &[0xa0][..]));
        assert_eq!(read.extensions().len(), 1);
        assert!(!read.user_present());
    }

    #[test]
    fn every_shortening_is_refused() {
        let bytes = data(0xc0, &[attested(2, &[1, 2], &[0xa1, 1, 2]), vec![0xa1, 1, 2]].concat());
        assert!(AuthenticatorData::parse(&bytes).is_ok());
        for length in 0..bytes.len() {
            assert!(AuthenticatorData::parse(&bytes[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn nothing_may_follow_what_the_flags_announce() {
        let bytes = data(0x01, &[0]);
        let error = AuthenticatorData::parse(&bytes).unwrap_err();
        assert_eq!(error, AuthenticatorDataError::TrailingBytes);
        let bytes = data(0x40, &[attested(1, &[1], &[0xa0]), vec![0xa0]].concat());
        let error = AuthenticatorData::parse(&bytes).unwrap_err();
        assert_eq!(error, AuthenticatorDataError::TrailingBytes);
    }

    #[test]
    fn extensions_must_be_a_map() {
        let bytes = data(0x80, &[0x80]);
        let error = AuthenticatorData::parse(&bytes).unwrap_err();
        assert_eq!(error, AuthenticatorDataError::ExtensionsNotMap);
    }

    #[test]
    fn the_credential_id_has_limits() {
        for length in [0_u16, 1024, 65535] {
            let bytes = data(0x40, &attested(length, &vec![1; usize::from(length)], &[0xa0]));
            let error = AuthenticatorData::parse(&bytes).unwrap_err();
            assert_eq!(error, AuthenticatorDataError::CredentialIdLength, "{length}");
        }
        let bytes = data(0x40, &attested(1023, &[1; 1023], &[0xa0]));
        assert!(AuthenticatorData::parse(&bytes).is_ok());
    }
}

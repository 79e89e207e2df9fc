//! What every attestation format is given, and what it gives back.

use std::borrow::Cow;

use crate::aaguid::Aaguid;
use crate::attestation::{AttestationError, AttestationKind};
use crate::bytes::Timestamp;
use crate::cbor::{Map, Value};
use crate::cose::{Algorithm, PublicKey};
use crate::trust::TrustAnchors;
use crate::x509::{Certificate, PathRules};

/// The registration that a statement must be about.
pub(crate) struct Subject<'a> {
    /// The authenticator data, byte for byte.
    pub(crate) authenticator_data: &'a [u8],
    /// SHA-256 of the client data.
    pub(crate) client_data_hash: &'a [u8],
    /// The relying party named in the authenticator data.
    pub(crate) rp_id_hash: &'a [u8; 32],
    /// The model named in the authenticator data.
    pub(crate) aaguid: Aaguid,
    /// The new credential's id.
    pub(crate) credential_id: &'a [u8],
    /// The new credential's key.
    pub(crate) public_key: &'a PublicKey,
    /// Whom we trust to speak about it.
    pub(crate) trust: &'a TrustAnchors,
    /// The moment of judgement.
    pub(crate) at: Timestamp,
}

impl Subject<'_> {
    /// Authenticator data and client data hash in one, as most formats sign them.
    pub(super) fn to_be_signed(&self) -> Vec<u8> {
        [self.authenticator_data, self.client_data_hash].concat()
    }
}

/// What a right statement rests on.
pub(super) enum Basis<'a> {
    /// On nothing.
    Nothing,
    /// On the new key itself.
    SelfSigned,
    /// On these certificates, the attestation key's first, each but the last issued by the next.
    Certified(Vec<Cow<'a, [u8]>>, PathRules),
    /// On keys and anchors of ours that the format has looked up itself.
    Vouched,
    /// On statements that were weighed already.
    Weighed(AttestationKind),
}

impl<'a> Basis<'a> {
    pub(super) fn certified(chain: Vec<&'a [u8]>) -> Self {
        Self::Certified(chain.into_iter().map(Cow::Borrowed).collect(), PathRules::Ordinary)
    }

    pub(super) fn certified_by_android(chain: Vec<&'a [u8]>) -> Self {
        Self::Certified(chain.into_iter().map(Cow::Borrowed).collect(), PathRules::Android)
    }
}

/// The first certificate, which is the attestation key's.
pub(super) fn leaf<'a>(chain: &[&'a [u8]]) -> Result<Certificate<'a>, AttestationError> {
    let leaf = chain.first().ok_or(AttestationError::Malformed)?;
    Certificate::parse(leaf).map_err(AttestationError::Certificate)
}

/// Checks that the attestation key signed, by an algorithm of that key.
pub(super) fn expect_signed(
    leaf: &Certificate<'_>,
    algorithm: Algorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<(), AttestationError> {
    if !leaf.has_key_for(algorithm) {
        return Err(AttestationError::Algorithm);
    }
    leaf.verify(algorithm, message, signature).map_err(|_| AttestationError::Signature)
}

/// Checks that the certified key is the new key.
pub(super) fn expect_key(
    leaf: &Certificate<'_>,
    subject: &Subject<'_>,
) -> Result<(), AttestationError> {
    if leaf.is_of(subject.public_key) { Ok(()) } else { Err(AttestationError::PublicKey) }
}

/// The statement's members.
pub(super) fn members<'v, 'a>(statement: &'v Value<'a>) -> Result<&'v Map<'a>, AttestationError> {
    statement.as_map().ok_or(AttestationError::Malformed)
}

/// The statement's `alg`.
pub(super) fn algorithm(members: &Map<'_>) -> Result<Algorithm, AttestationError> {
    let identifier = members.named("alg").and_then(Value::as_integer);
    Algorithm::from_identifier(identifier.ok_or(AttestationError::Malformed)?)
        .ok_or(AttestationError::Algorithm)
}

/// The statement's byte string under `name`.
pub(super) fn bytes<'a>(members: &Map<'a>, name: &str) -> Result<&'a [u8], AttestationError> {
    members.named(name).and_then(Value::as_bytes).ok_or(AttestationError::Malformed)
}

/// The statement's `x5c`, if it is an array of byte strings.
pub(super) fn certificates<'a>(statement: &Value<'a>) -> Option<Vec<&'a [u8]>> {
    let chain = statement.as_map()?.named("x5c")?.as_array()?;
    chain.iter().map(Value::as_bytes).collect()
}

//! What the browser sends back: `RegistrationResponseJSON` and `AuthenticationResponseJSON` (§5.1).

use std::borrow::Cow;

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;

use crate::bytes::{CredentialId, UserHandle};
use crate::coded::coded;
use crate::json::Object;

// Most bytes of each part, far above honest ones, so that no part alone can occupy the server.
const MAX_CLIENT_DATA: usize = 16 * 1024;
const MAX_ATTESTATION_OBJECT: usize = 128 * 1024;
const MAX_AUTHENTICATOR_DATA: usize = 16 * 1024;
/// ML-DSA-87 signs with 4627 bytes.
const MAX_SIGNATURE: usize = 8 * 1024;
const MAX_TRANSPORTS: usize = 16;
const MAX_TRANSPORT: usize = 32;

/// The answer to `navigator.credentials.create()`, decoded but not yet believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationResponse {
    id: CredentialId,
    client_data_json: Vec<u8>,
    attestation_object: Vec<u8>,
    transports: Vec<String>,
}

impl RegistrationResponse {
    /// Puts together an answer whose parts came another way than in the standard's JSON.
    ///
    /// # Errors
    /// [`CredentialError`] when a part is larger than any honest one.
    pub fn new(
        id: CredentialId,
        client_data_json: Vec<u8>,
        attestation_object: Vec<u8>,
        transports: Vec<String>,
    ) -> Result<Self, CredentialError> {
        within(&client_data_json, MAX_CLIENT_DATA, Member::ClientDataJson)?;
        within(&attestation_object, MAX_ATTESTATION_OBJECT, Member::AttestationObject)?;
        if transports.len() > MAX_TRANSPORTS
            || transports.iter().any(|transport| transport.len() > MAX_TRANSPORT)
        {
            return Err(CredentialError::TooLong(Member::Transports));
        }
        Ok(Self { id, client_data_json, attestation_object, transports })
    }

    /// Reads the standard's JSON. Members that we do not know are tolerated, and so are the copies
    /// of key and authenticator data beside the attestation object: only the latter is verified.
    ///
    /// # Errors
    /// [`CredentialError`] names the member that is missing or malformed.
    pub fn parse_json(json: &[u8]) -> Result<Self, CredentialError> {
        let envelope: Envelope<'_, Registration<'_>> = envelope(json)?;
        let id = envelope.id()?;
        let Object(response) = envelope.response.ok_or(missing(Member::Response))?;
        Self::new(
            id,
            decode(response.client_data_json.as_deref(), Member::ClientDataJson)?,
            decode(response.attestation_object.as_deref(), Member::AttestationObject)?,
            response.transports.unwrap_or_default(),
        )
    }

    /// The id that the client claims; `registration::verify` compares it with the attested one.
    #[must_use]
    pub const fn id(&self) -> &CredentialId {
        &self.id
    }

    /// The client data, byte for byte.
    #[must_use]
    pub fn client_data_json(&self) -> &[u8] {
        &self.client_data_json
    }

    /// The attestation object, byte for byte.
    #[must_use]
    pub fn attestation_object(&self) -> &[u8] {
        &self.attestation_object
    }

    /// How the client reached the authenticator; unknown names are kept (§5.2.1).
    #[must_use]
    pub fn transports(&self) -> &[String] {
        &self.transports
    }
}

/// The answer to `navigator.credentials.get()`, decoded but not yet believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticationResponse {
    id: CredentialId,
    client_data_json: Vec<u8>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
    user_handle: Option<UserHandle>,
}

impl AuthenticationResponse {
    /// Reads the standard's JSON. Members that we do not know are tolerated.
    ///
    /// # Errors
    /// [`CredentialError`] names the member that is missing or malformed.
    pub fn parse_json(json: &[u8]) -> Result<Self, CredentialError> {
        let envelope: Envelope<'_, Authentication<'_>> = envelope(json)?;
        let id = envelope.id()?;
        let Object(response) = envelope.response.ok_or(missing(Member::Response))?;
        let client_data_json =
            decode(response.client_data_json.as_deref(), Member::ClientDataJson)?;
        let authenticator_data =
            decode(response.authenticator_data.as_deref(), Member::AuthenticatorData)?;
        let signature = decode(response.signature.as_deref(), Member::Signature)?;
        within(&client_data_json, MAX_CLIENT_DATA, Member::ClientDataJson)?;
        within(&authenticator_data, MAX_AUTHENTICATOR_DATA, Member::AuthenticatorData)?;
        within(&signature, MAX_SIGNATURE, Member::Signature)?;
        let user_handle = match response.user_handle {
            None => None,
            Some(text) => Some(
                UserHandle::from_base64url(&text)
                    .map_err(|_| CredentialError::Malformed(Member::UserHandle))?,
            ),
        };
        Ok(Self { id, client_data_json, authenticator_data, signature, user_handle })
    }

    /// The credential that the client says it used.
    #[must_use]
    pub const fn id(&self) -> &CredentialId {
        &self.id
    }

    /// The client data, byte for byte.
    #[must_use]
    pub fn client_data_json(&self) -> &[u8] {
        &self.client_data_json
    }

    /// The authenticator data, byte for byte.
    #[must_use]
    pub fn authenticator_data(&self) -> &[u8] {
        &self.authenticator_data
    }

    /// The signature over authenticator data and hash of the client data.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The account that the authenticator keeps the credential for, if it says so.
    #[must_use]
    pub const fn user_handle(&self) -> Option<&UserHandle> {
        self.user_handle.as_ref()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "R: Deserialize<'de>"))]
struct Envelope<'a, R> {
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    raw_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    r#type: Option<Cow<'a, str>>,
    response: Option<Object<R>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registration<'a> {
    #[serde(borrow, rename = "clientDataJSON")]
    client_data_json: Option<Cow<'a, str>>,
    #[serde(borrow)]
    attestation_object: Option<Cow<'a, str>>,
    transports: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Authentication<'a> {
    #[serde(borrow, rename = "clientDataJSON")]
    client_data_json: Option<Cow<'a, str>>,
    #[serde(borrow)]
    authenticator_data: Option<Cow<'a, str>>,
    #[serde(borrow)]
    signature: Option<Cow<'a, str>>,
    #[serde(borrow)]
    user_handle: Option<Cow<'a, str>>,
}

fn envelope<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, CredentialError> {
    // the whole text at once: serde_json would let invalid UTF-8 pass in members it skips
    let text = std::str::from_utf8(json).map_err(|_| CredentialError::NotJson)?;
    let Object(envelope) = serde_json::from_str(text).map_err(|_| CredentialError::NotJson)?;
    Ok(envelope)
}

impl<R> Envelope<'_, R> {
    fn id(&self) -> Result<CredentialId, CredentialError> {
        if self.r#type.as_deref().ok_or(missing(Member::Type))? != "public-key" {
            return Err(CredentialError::NotPublicKey);
        }
        let id = self.id.as_deref().ok_or(missing(Member::Id))?;
        let raw_id = self.raw_id.as_deref().ok_or(missing(Member::RawId))?;
        // strict base64url has one spelling, so texts are equal when the bytes are
        if id != raw_id {
            return Err(CredentialError::TwoIds);
        }
        CredentialId::from_base64url(id).map_err(|_| CredentialError::Malformed(Member::Id))
    }
}

fn decode(text: Option<&str>, member: Member) -> Result<Vec<u8>, CredentialError> {
    let text = text.ok_or(missing(member))?;
    BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| CredentialError::Malformed(member))
}

const fn within(bytes: &[u8], most: usize, member: Member) -> Result<(), CredentialError> {
    if bytes.len() <= most { Ok(()) } else { Err(CredentialError::TooLong(member)) }
}

const fn missing(member: Member) -> CredentialError {
    CredentialError::Missing(member)
}

/// A member of the standard's JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is the member of its name")]
pub enum Member {
    Id,
    RawId,
    Type,
    Response,
    ClientDataJson,
    AttestationObject,
    AuthenticatorData,
    Signature,
    UserHandle,
    Transports,
}

impl Member {
    /// The member's name in the JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::RawId => "rawId",
            Self::Type => "type",
            Self::Response => "response",
            Self::ClientDataJson => "clientDataJSON",
            Self::AttestationObject => "attestationObject",
            Self::AuthenticatorData => "authenticatorData",
            Self::Signature => "signature",
            Self::UserHandle => "userHandle",
            Self::Transports => "transports",
        }
    }
}

/// Why bytes are not the JSON of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialError {
    /// Not a JSON object, or a member is of another type or there twice.
    NotJson,
    /// A member is missing.
    Missing(Member),
    /// A member is not base64url without padding, or outside its limits.
    Malformed(Member),
    /// A member is larger than any honest one.
    TooLong(Member),
    /// The type is not `public-key`.
    NotPublicKey,
    /// `id` and `rawId` differ.
    TwoIds,
}

impl CredentialError {
    const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotJson => (
                "credential-not-json",
                "the credential is not the json that webauthn level 3 describes",
            ),
            Self::Missing(_) => ("credential-member-missing", "the credential lacks a member"),
            Self::Malformed(_) => (
                "credential-member-malformed",
                "a member of the credential is not base64url without padding",
            ),
            Self::TooLong(_) => {
                ("credential-member-too-long", "a member of the credential is too long")
            }
            Self::NotPublicKey => ("credential-type", "the credential's type must be public-key"),
            Self::TwoIds => ("credential-two-ids", "the credential's id and rawId differ"),
        }
    }

    /// The member at fault, when it is one.
    #[must_use]
    pub const fn member(&self) -> Option<Member> {
        match self {
            Self::Missing(member) | Self::Malformed(member) | Self::TooLong(member) => {
                Some(*member)
            }
            Self::NotPublicKey => Some(Member::Type),
            Self::TwoIds => Some(Member::RawId),
            Self::NotJson => None,
        }
    }
}

coded!(CredentialError);

#[cfg(test)]
mod tests;

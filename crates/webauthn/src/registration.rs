//! Registering a new credential: WebAuthn Level 3 §7.1, step by step in the standard's order.
//!
//! Steps 1 to 4 happen in the browser; [`crate::options`] and [`crate::credential`] are their two
//! ends. Steps 26 to 29 (is the id new, store the record) belong to whoever holds the records.

use aws_lc_rs::digest;

use crate::aaguid::Aaguid;
use crate::attestation::{self, Attestation, AttestationObject, AttestationObjectError, Subject};
use crate::authenticator_data::{AuthenticatorData, AuthenticatorDataError};
use crate::bytes::{Challenge, CredentialId, SignCount, Timestamp};
use crate::client_data::{ClientData, ClientDataError};
use crate::coded::coded;
use crate::cose::{Algorithm, KeyError, PublicKey};
use crate::credential::RegistrationResponse;
use crate::options::UserVerification;
use crate::origin::RelyingParty;
use crate::origin::{ContextError, expect_context};
use crate::trust::TrustAnchors;

/// What an answer is held against.
#[derive(Clone, Debug)]
pub struct Expectation<'a> {
    /// Whom the answer must be meant for.
    pub relying_party: &'a RelyingParty,
    /// The challenge of this ceremony.
    pub challenge: &'a Challenge,
    /// Whether the authenticator must have known its owner.
    pub user_verification: UserVerification,
    /// Whether somebody must have touched it.
    pub user_presence: UserPresence,
    /// The algorithms that were offered.
    pub algorithms: &'a [Algorithm],
    /// The certificates we trust to speak about models.
    pub anchors: &'a TrustAnchors,
    /// The moment of judgement, for certificates.
    pub at: Timestamp,
}

/// Whether the person must have been there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserPresence {
    /// Always, except:
    Required,
    /// the client was asked with `mediation: "conditional"` and made the passkey in passing.
    NotRequired,
}

/// A registration that passed every check. Only [`verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedRegistration {
    credential_id: CredentialId,
    public_key: PublicKey,
    sign_count: SignCount,
    aaguid: Aaguid,
    user_verified: bool,
    backup: Backup,
    transports: Vec<String>,
    attestation: Attestation,
    attestation_object: Vec<u8>,
    client_data_json: Vec<u8>,
}

/// The backup flags as one value, for of the four combinations one is impossible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Backup {
    DeviceBound,
    Eligible,
    BackedUp,
}

impl VerifiedRegistration {
    /// The new credential's id, as the authenticator attested it.
    #[must_use]
    pub const fn credential_id(&self) -> &CredentialId {
        &self.credential_id
    }

    /// The new credential's public key.
    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The counter's first value.
    #[must_use]
    pub const fn sign_count(&self) -> SignCount {
        self.sign_count
    }

    /// The model; worth as much as [`Self::attestation`].
    #[must_use]
    pub const fn aaguid(&self) -> Aaguid {
        self.aaguid
    }

    /// Whether the authenticator knew its owner.
    #[must_use]
    pub const fn user_verified(&self) -> bool {
        self.user_verified
    }

    /// Whether the passkey may be synced; if not it is device-bound.
    #[must_use]
    pub const fn backup_eligible(&self) -> bool {
        matches!(self.backup, Backup::Eligible | Backup::BackedUp)
    }

    /// Whether the passkey is synced at present.
    #[must_use]
    pub const fn backup_state(&self) -> bool {
        matches!(self.backup, Backup::BackedUp)
    }

    /// How the client reached the authenticator.
    #[must_use]
    pub fn transports(&self) -> &[String] {
        &self.transports
    }

    /// What the statement was worth.
    #[must_use]
    pub const fn attestation(&self) -> &Attestation {
        &self.attestation
    }

    /// The attestation object byte for byte, so that it can be judged again later.
    #[must_use]
    pub fn attestation_object(&self) -> &[u8] {
        &self.attestation_object
    }

    /// The client data byte for byte, for the same purpose.
    #[must_use]
    pub fn client_data_json(&self) -> &[u8] {
        &self.client_data_json
    }
}

/// Verifies the answer to a registration.
///
/// A statement that is missing, unknown, untrusted or bad does not fail the registration, for
/// whoever could forge one could as well send none: [`VerifiedRegistration::attestation`] says
/// what it is worth, and policy whether that is enough.
///
/// # Errors
/// [`RegistrationError`] names the first step of §7.1 that failed.
pub fn verify(
    response: &RegistrationResponse,
    expectation: &Expectation<'_>,
) -> Result<VerifiedRegistration, RegistrationError> {
    // steps 5 and 6: decode the client data as UTF-8 and parse it
    let client_data =
        ClientData::parse(response.client_data_json()).map_err(RegistrationError::ClientData)?;

    // step 7: an assertion must not pass for a registration
    if client_data.ceremony() != "webauthn.create" {
        return Err(RegistrationError::Ceremony);
    }

    // step 8: an answer to another challenge is a replay
    if client_data.challenge_text() != expectation.challenge.to_base64url() {
        return Err(RegistrationError::Challenge);
    }

    // steps 9 to 11: the origin, and the pages around it
    expect_context(&client_data, expectation.relying_party).map_err(RegistrationError::Context)?;

    // step 12: hash the client data as received
    let client_data_hash = digest::digest(&digest::SHA256, response.client_data_json());

    // step 13: decode the attestation object
    let object = AttestationObject::parse(response.attestation_object())
        .map_err(RegistrationError::AttestationObject)?;
    let data = AuthenticatorData::parse(object.authenticator_data())
        .map_err(RegistrationError::AuthenticatorData)?;
    let attested = data.attested().ok_or(RegistrationError::NoCredential)?;

    // step 14: a key made for another relying party
    let rp_id = expectation.relying_party.id.as_str().as_bytes();
    if digest::digest(&digest::SHA256, rp_id).as_ref() != data.rp_id_hash() {
        return Err(RegistrationError::RpId);
    }

    // step 15: nobody was there
    if expectation.user_presence == UserPresence::Required && !data.user_present() {
        return Err(RegistrationError::UserPresence);
    }

    // step 16: anybody may have been there
    if expectation.user_verification == UserVerification::Required && !data.user_verified() {
        return Err(RegistrationError::UserVerification);
    }

    // step 17: what cannot be synced cannot be synced already
    // (steps 18 and 19, what the flags mean for policy, are policy's)
    let backup = match (data.backup_eligible(), data.backup_state()) {
        (false, false) => Backup::DeviceBound,
        (true, false) => Backup::Eligible,
        (true, true) => Backup::BackedUp,
        (false, true) => return Err(RegistrationError::BackupState),
    };

    // step 20: the key is usable and of an algorithm that was offered
    let public_key = PublicKey::parse(attested.public_key).map_err(RegistrationError::PublicKey)?;
    if !expectation.algorithms.contains(&public_key.algorithm()) {
        return Err(RegistrationError::Algorithm);
    }

    // steps 21 to 24: the statement, and whether we trust who signed it
    let subject = Subject {
        authenticator_data: object.authenticator_data(),
        client_data_hash: client_data_hash.as_ref(),
        rp_id_hash: data.rp_id_hash(),
        aaguid: attested.aaguid,
        credential_id: attested.credential_id,
        public_key: &public_key,
        trust: expectation.anchors,
        at: expectation.at,
    };
    let attestation = attestation::judge(&object, &subject);

    // step 25: the length of the credential id was checked where it was read; the record will be
    // found by the id of the JSON, so it must be the attested one
    if response.id().as_bytes() != attested.credential_id {
        return Err(RegistrationError::CredentialId);
    }

    Ok(VerifiedRegistration {
        credential_id: response.id().clone(),
        sign_count: data.sign_count(),
        aaguid: attested.aaguid,
        user_verified: data.user_verified(),
        public_key,
        backup,
        transports: response.transports().to_vec(),
        attestation,
        attestation_object: response.attestation_object().to_vec(),
        client_data_json: response.client_data_json().to_vec(),
    })
}

/// The step of §7.1 at which a registration failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RegistrationError {
    /// Steps 5 and 6: the client data cannot be read.
    ClientData(ClientDataError),
    /// Step 7: made for another ceremony.
    Ceremony,
    /// Step 8: another challenge.
    Challenge,
    /// Steps 9 to 11: another origin, or framed by one.
    Context(ContextError),
    /// Step 13: the attestation object cannot be read.
    AttestationObject(AttestationObjectError),
    /// Step 13: the authenticator data cannot be read; step 25: the credential id is too long.
    AuthenticatorData(AuthenticatorDataError),
    /// Step 13: the authenticator data holds no credential.
    NoCredential,
    /// Step 14: another relying party.
    RpId,
    /// Step 15: nobody touched the authenticator.
    UserPresence,
    /// Step 16: the authenticator did not verify the user.
    UserVerification,
    /// Step 17: backed up without being eligible.
    BackupState,
    /// Step 20: the public key cannot be used.
    PublicKey(KeyError),
    /// Step 20: an algorithm that was not offered.
    Algorithm,
    /// Step 25: the JSON names another credential than the authenticator.
    CredentialId,
}

impl RegistrationError {
    /// The step of WebAuthn Level 3 §7.1.
    #[must_use]
    pub const fn step(&self) -> u8 {
        match self {
            Self::ClientData(ClientDataError::NotUtf8) => 5,
            Self::ClientData(ClientDataError::NotJson) => 6,
            Self::Ceremony => 7,
            Self::Challenge => 8,
            Self::Context(ContextError::Origin) => 9,
            Self::Context(ContextError::CrossOrigin) => 10,
            Self::Context(ContextError::TopOrigin) => 11,
            Self::AttestationObject(AttestationObjectError::FormatTooLong) => 21,
            Self::AuthenticatorData(AuthenticatorDataError::CredentialIdLength) => 25,
            Self::AttestationObject(_) | Self::AuthenticatorData(_) | Self::NoCredential => 13,
            Self::RpId => 14,
            Self::UserPresence => 15,
            Self::UserVerification => 16,
            Self::BackupState => 17,
            Self::PublicKey(_) | Self::Algorithm => 20,
            Self::CredentialId => 25,
        }
    }

    const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::ClientData(error) => (error.code(), error.message()),
            Self::Ceremony => {
                ("wrong-ceremony", "the client data is not of a registration: start it again")
            }
            Self::Challenge => (
                "wrong-challenge",
                "the answer belongs to another challenge: start the registration again",
            ),
            Self::Context(error) => (error.code(), error.message()),
            Self::AttestationObject(error) => (error.code(), error.message()),
            Self::AuthenticatorData(error) => (error.code(), error.message()),
            Self::NoCredential => {
                ("no-credential", "the authenticator data holds no new credential")
            }
            Self::RpId => {
                ("wrong-relying-party", "the passkey was made for another relying party id")
            }
            Self::UserPresence => {
                ("user-not-present", "nobody confirmed at the authenticator: touch it when asked")
            }
            Self::UserVerification => (
                "user-not-verified",
                "the authenticator did not verify the user: set up its pin or biometry",
            ),
            Self::BackupState => {
                ("backup-flags", "the passkey says it is synced and that it cannot be synced")
            }
            Self::PublicKey(error) => (error.code(), error.message()),
            Self::Algorithm => {
                ("algorithm-not-offered", "the passkey's algorithm was not among those offered")
            }
            Self::CredentialId => (
                "credential-id-mismatch",
                "the credential's id is not the one in the authenticator data",
            ),
        }
    }
}

coded!(RegistrationError);

#[cfg(test)]
mod tests;

//! Verifying an assertion: WebAuthn Level 3 §7.2, step by step in the standard's order.
//!
//! Steps 1 to 4 happen in the browser. Steps 23 to 25 (extension outputs, update the record)
//! belong to whoever holds the records; [`VerifiedAuthentication`] carries the new values.

use aws_lc_rs::digest;

use crate::authenticator_data::{AuthenticatorData, AuthenticatorDataError};
use crate::bytes::{Challenge, CredentialId, SignCount, UserHandle};
use crate::client_data::{ClientData, ClientDataError};
use crate::coded::coded;
use crate::cose::PublicKey;
use crate::credential::AuthenticationResponse;
use crate::options::UserVerification;
use crate::origin::{ContextError, RelyingParty, expect_context};

/// What an answer is held against.
#[derive(Clone, Debug)]
pub struct Expectation<'a> {
    /// Whom the answer must be meant for.
    pub relying_party: &'a RelyingParty,
    /// The challenge of this ceremony.
    pub challenge: &'a Challenge,
    /// Whether the authenticator must have known its owner.
    pub user_verification: UserVerification,
    /// The credential on record under the id that the answer names.
    pub credential: &'a StoredCredential,
    /// Which credentials were asked for.
    pub allowed: AllowList<'a>,
    /// The account that the record belongs to.
    pub user_handle: &'a UserHandle,
}

/// The credentials that a ceremony asked for.
#[derive(Clone, Copy, Debug)]
pub enum AllowList<'a> {
    /// Any that the authenticator found by itself; it must then name the account.
    Discoverable,
    /// These, for the account was named before.
    Only(&'a [CredentialId]),
}

/// What is on record about a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCredential {
    /// Its id.
    pub id: CredentialId,
    /// Its public key.
    pub public_key: PublicKey,
    /// The counter's last value.
    pub sign_count: SignCount,
    /// Whether it may be synced, as it said at registration.
    pub backup_eligible: bool,
}

/// An authentication that passed every check. Only [`verify`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedAuthentication {
    user_verified: bool,
    backup_state: bool,
    sign_count: SignCount,
    counter: CounterVerdict,
}

impl VerifiedAuthentication {
    /// Whether the authenticator knew its owner.
    #[must_use]
    pub const fn user_verified(&self) -> bool {
        self.user_verified
    }

    /// Whether the passkey is synced at present.
    #[must_use]
    pub const fn backup_state(&self) -> bool {
        self.backup_state
    }

    /// The counter's new value.
    #[must_use]
    pub const fn sign_count(&self) -> SignCount {
        self.sign_count
    }

    /// What the counter says about copies of the key.
    #[must_use]
    pub const fn counter(&self) -> CounterVerdict {
        self.counter
    }
}

/// Step 22: what the counter says. A signal, not a proof; policy decides what follows (S112).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CounterVerdict {
    /// Zero before and now: this authenticator does not count.
    NotCounting,
    /// Higher than before, as it should.
    Advanced,
    /// Not higher than before: the key may have been copied.
    WentBack,
}

/// Verifies the answer to a sign-in.
///
/// # Errors
/// [`AuthenticationError`] names the first step of §7.2 that failed.
pub fn verify(
    response: &AuthenticationResponse,
    expectation: &Expectation<'_>,
) -> Result<VerifiedAuthentication, AuthenticationError> {
    // step 5: not among those asked for
    if let AllowList::Only(ids) = expectation.allowed
        && !ids.contains(response.id())
    {
        return Err(AuthenticationError::NotAllowed);
    }

    // step 6: the record is the credential's, and the credential the account's
    let credential = expectation.credential;
    if credential.id != *response.id() {
        return Err(AuthenticationError::CredentialId);
    }
    match (response.user_handle(), expectation.allowed) {
        (Some(handle), _) if handle != expectation.user_handle => {
            return Err(AuthenticationError::UserHandle);
        }
        (None, AllowList::Discoverable) => return Err(AuthenticationError::NoUserHandle),
        (Some(_), _) | (None, AllowList::Only(_)) => {}
    }

    // step 7: client data, authenticator data and signature, as received
    // steps 8 and 9: decode the client data as UTF-8 and parse it
    let client_data =
        ClientData::parse(response.client_data_json()).map_err(AuthenticationError::ClientData)?;

    // step 10: a registration must not pass for an assertion
    if client_data.ceremony() != "webauthn.get" {
        return Err(AuthenticationError::Ceremony);
    }

    // step 11: an answer to another challenge is a replay
    if client_data.challenge_text() != expectation.challenge.to_base64url() {
        return Err(AuthenticationError::Challenge);
    }

    // steps 12 to 14: the origin, and the pages around it
    expect_context(&client_data, expectation.relying_party)
        .map_err(AuthenticationError::Context)?;

    // step 15: signed for another relying party
    let data = AuthenticatorData::parse(response.authenticator_data())
        .map_err(AuthenticationError::AuthenticatorData)?;
    let rp_id = expectation.relying_party.id.as_str().as_bytes();
    if digest::digest(&digest::SHA256, rp_id).as_ref() != data.rp_id_hash() {
        return Err(AuthenticationError::RpId);
    }

    // step 16: nobody was there
    if !data.user_present() {
        return Err(AuthenticationError::UserPresence);
    }

    // step 17: anybody may have been there
    if expectation.user_verification == UserVerification::Required && !data.user_verified() {
        return Err(AuthenticationError::UserVerification);
    }

    // step 18: what cannot be synced cannot be synced already
    if data.backup_state() && !data.backup_eligible() {
        return Err(AuthenticationError::BackupState);
    }

    // step 19: eligibility is fixed for life, so a change means another key store
    if data.backup_eligible() != credential.backup_eligible {
        return Err(AuthenticationError::BackupEligibility);
    }

    // step 20: hash the client data as received
    let hash = digest::digest(&digest::SHA256, response.client_data_json());

    // step 21: the signature over both
    let message = [response.authenticator_data(), hash.as_ref()].concat();
    credential
        .public_key
        .verify(&message, response.signature())
        .map_err(|_| AuthenticationError::Signature)?;

    // step 22: the counter
    let counter = match (credential.sign_count, data.sign_count()) {
        (SignCount(0), SignCount(0)) => CounterVerdict::NotCounting,
        (before, now) if now > before => CounterVerdict::Advanced,
        (_, _) => CounterVerdict::WentBack,
    };

    Ok(VerifiedAuthentication {
        user_verified: data.user_verified(),
        backup_state: data.backup_state(),
        sign_count: data.sign_count(),
        counter,
    })
}

/// The step of §7.2 at which an authentication failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthenticationError {
    /// Step 5: a credential that was not asked for.
    NotAllowed,
    /// Step 6: the record is of another credential.
    CredentialId,
    /// Step 6: the authenticator keeps the credential for another account.
    UserHandle,
    /// Step 6: the authenticator did not say for which account.
    NoUserHandle,
    /// Steps 8 and 9: the client data cannot be read.
    ClientData(ClientDataError),
    /// Step 10: made for another ceremony.
    Ceremony,
    /// Step 11: another challenge.
    Challenge,
    /// Steps 12 to 14: another origin, or framed by one.
    Context(ContextError),
    /// Step 15: the authenticator data cannot be read.
    AuthenticatorData(AuthenticatorDataError),
    /// Step 15: another relying party.
    RpId,
    /// Step 16: nobody touched the authenticator.
    UserPresence,
    /// Step 17: the authenticator did not verify the user.
    UserVerification,
    /// Step 18: backed up without being eligible.
    BackupState,
    /// Step 19: eligible now and not at registration, or the other way round.
    BackupEligibility,
    /// Step 21: not signed by the credential's key.
    Signature,
}

impl AuthenticationError {
    /// The step of WebAuthn Level 3 §7.2.
    #[must_use]
    pub const fn step(&self) -> u8 {
        match self {
            Self::NotAllowed => 5,
            Self::CredentialId | Self::UserHandle | Self::NoUserHandle => 6,
            Self::ClientData(ClientDataError::NotUtf8) => 8,
            Self::ClientData(ClientDataError::NotJson) => 9,
            Self::Ceremony => 10,
            Self::Challenge => 11,
            Self::Context(ContextError::Origin) => 12,
            Self::Context(ContextError::CrossOrigin) => 13,
            Self::Context(ContextError::TopOrigin) => 14,
            Self::AuthenticatorData(_) | Self::RpId => 15,
            Self::UserPresence => 16,
            Self::UserVerification => 17,
            Self::BackupState => 18,
            Self::BackupEligibility => 19,
            Self::Signature => 21,
        }
    }

    const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotAllowed => {
                ("credential-not-allowed", "the passkey is not among those that were asked for")
            }
            Self::CredentialId => {
                ("credential-id-mismatch", "the passkey on record has another credential id")
            }
            Self::UserHandle => {
                ("wrong-user-handle", "the authenticator keeps the passkey for another account")
            }
            Self::NoUserHandle => (
                "no-user-handle",
                "the authenticator did not say whose passkey it is: enter your name first",
            ),
            Self::ClientData(error) => (error.code(), error.message()),
            Self::Ceremony => {
                ("wrong-ceremony", "the client data is not of a sign-in: start it again")
            }
            Self::Challenge => (
                "wrong-challenge",
                "the answer belongs to another challenge: start the sign-in again",
            ),
            Self::Context(error) => (error.code(), error.message()),
            Self::AuthenticatorData(error) => (error.code(), error.message()),
            Self::RpId => {
                ("wrong-relying-party", "the answer was signed for another relying party id")
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
            Self::BackupEligibility => (
                "backup-eligibility-changed",
                "the passkey says otherwise than at registration whether it can be synced",
            ),
            Self::Signature => ("bad-signature", "the signature is not of the passkey on record"),
        }
    }
}

coded!(AuthenticationError);

#[cfg(test)]
mod tests;

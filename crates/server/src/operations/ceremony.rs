//! What registration, first run and sign-in share: the options they hand out, the challenge they
//! get back.

use identity::directory::{DisplayName, UserPrincipalName};
use identity::registration::KnownCredential;
use serde_json::{Map, Value};
use webauthn::client_data::ClientData;
use webauthn::options::{
    AttestationConveyance, CreationOptions, Descriptor, RequestOptions, ResidentKey,
};
use webauthn::{Challenge, UserHandle, UserVerification};

use crate::app::App;
use crate::error::Error;

/// The longest that a browser is told to wait, ms; sealed challenges may live longer.
const TIMEOUT_MAX_MS: i64 = 10 * 60_000;

/// For whom a passkey is made.
#[derive(Debug)]
pub(super) struct Account<'a> {
    pub(super) organisation: &'a DisplayName,
    pub(super) handle: &'a UserHandle,
    pub(super) upn: &'a UserPrincipalName,
    pub(super) display_name: &'a DisplayName,
}

/// Options to make a passkey (S77).
///
/// The statement is always asked for directly: without it clients hide the model of security keys,
/// and lists of models, the inventory and every later restriction stand on the model.
pub(super) fn creation_options(
    app: &App,
    account: &Account<'_>,
    challenge: Challenge,
    exclude: &[KnownCredential],
    lifetime_ms: i64,
) -> CreationOptions {
    CreationOptions {
        rp_id: app.terms().relying_party.id.clone(),
        rp_name: account.organisation.as_str().to_owned(),
        user_handle: account.handle.clone(),
        user_name: account.upn.as_str().to_owned(),
        user_display_name: account.display_name.as_str().to_owned(),
        challenge,
        algorithms: app.terms().algorithms.clone(),
        timeout_ms: timeout(lifetime_ms),
        exclude: descriptors(exclude),
        resident_key: ResidentKey::Required,
        user_verification: UserVerification::Required,
        attachment: None,
        attestation: AttestationConveyance::Direct,
        hints: Vec::new(),
        extensions: Map::from_iter([("credProps".to_owned(), Value::Bool(true))]),
    }
}

/// Options to use a passkey.
pub(super) fn request_options(
    app: &App,
    challenge: Challenge,
    allow: Vec<Descriptor>,
) -> RequestOptions {
    RequestOptions {
        rp_id: app.terms().relying_party.id.clone(),
        challenge,
        timeout_ms: timeout(app.terms().limits.challenge_ms),
        allow,
        user_verification: UserVerification::Required,
        hints: Vec::new(),
        extensions: Map::new(),
    }
}

pub(super) fn descriptors(credentials: &[KnownCredential]) -> Vec<Descriptor> {
    credentials
        .iter()
        .map(|known| Descriptor { id: known.id.clone(), transports: known.transports.clone() })
        .collect()
}

fn timeout(lifetime_ms: i64) -> u32 {
    u32::try_from(std::cmp::min(lifetime_ms, TIMEOUT_MAX_MS)).unwrap_or_default()
}

/// The challenge that a client answered. Where there is none that can be read, one that opens as
/// nothing, so that the refusal is decided and recorded like any other.
pub(super) fn answered_challenge(client_data_json: &[u8]) -> Result<Challenge, Error> {
    let read = ClientData::parse(client_data_json).ok().and_then(|data| data.challenge().ok());
    match read {
        Some(challenge) => Ok(challenge),
        None => Challenge::new([0; 16]).map_err(Error::internal),
    }
}

/// What the crypto library must never answer.
pub(super) fn unsealable<T>(sealed: Option<T>) -> Result<T, Error> {
    sealed.ok_or_else(|| Error::internal("a challenge could not be sealed"))
}

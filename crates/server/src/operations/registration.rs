//! Registering a passkey, by the person himself or on his behalf.

use identity::access::{Action, Caller, SignedInPerson};
use identity::audit::Actor;
use identity::change::BurnKey;
use identity::passkey::{Passkey, PasskeyName};
use identity::registration::{self, Registrar, RegistrationFacts, Submission};
use store::Snapshot;
use webauthn::Timestamp;
use webauthn::attestation::AttestationObject;
use webauthn::authenticator_data::AuthenticatorData;
use webauthn::credential::RegistrationResponse;
use webauthn::options::CreationOptions;

use crate::app::App;
use crate::error::Error;
use crate::metrics::Ceremony;
use crate::operations::ceremony::{Account, answered_challenge, creation_options, unsealable};
use crate::operations::sign_in::is_decoy;
use crate::operations::users::UserRef;
use crate::operations::{organisation_of, target};
use crate::request::RequestInfo;

/// Shortest life of a challenge handed out on somebody's behalf, minutes.
pub const TIMEOUT_MIN: u32 = 5;
/// Longest life of such a challenge, minutes: thirty days, for keys sent by post.
pub const TIMEOUT_MAX: u32 = 43_200;

/// Who registers.
#[derive(Clone, Copy, Debug)]
pub enum RegistrarRef<'a> {
    /// The person himself, in his session.
    Own(&'a SignedInPerson),
    /// An administrator or an application for this person.
    OnBehalf(&'a Caller, &'a UserRef),
}

/// A registration that has begun.
#[derive(Clone, Debug)]
pub struct Begun {
    /// What the browser or the provisioning client needs.
    pub options: CreationOptions,
    /// Until when the answer is taken.
    pub expires_at: Timestamp,
}

/// Whether this person may register a passkey now. Nothing is recorded: pages ask this to decide
/// what to offer.
///
/// # Errors
/// [`Error::Refused`] with the first reason that stands in the way.
pub async fn offer(app: &App, person: &SignedInPerson) -> Result<(), Error> {
    app.gather(|snapshot| {
        let (registrar, facts) = gather(snapshot, RegistrarRef::Own(person))?;
        Ok(registration::offer(&registrar, &facts, &app.terms().limits, app.now())?)
    })
}

/// Begins a registration. `timeout_minutes` may be given on behalf only.
///
/// # Errors
/// A refusal, recorded, when the person may not; otherwise when something is broken.
pub async fn begin(
    app: &App,
    registrar: RegistrarRef<'_>,
    timeout_minutes: Option<u32>,
    request: &RequestInfo,
) -> Result<Begun, Error> {
    let lifetime_ms = lifetime(app, timeout_minutes)?;
    app.decide(|snapshot| {
        let (who, facts) = gather(snapshot, registrar)?;
        let organisation = organisation_of(snapshot)?;
        let limits = &app.terms().limits;
        let context = app.context(request);
        let outcome =
            registration::begin(&who, &facts, app.random(), lifetime_ms, limits, &context);
        let user = &facts.person.user;
        let account = Account {
            organisation: &organisation.display_name,
            handle: &user.handle,
            upn: &user.upn,
            display_name: &user.display_name,
        };
        let verdict = match outcome.verdict {
            Err(refusal) => Err(refusal),
            Ok(ceremony) => {
                let sealed = app.keys().sealer().seal_registration(&ceremony, app.random());
                let challenge = unsealable(sealed)?;
                let existing = &facts.existing;
                Ok(Begun {
                    options: creation_options(app, &account, challenge, existing, lifetime_ms),
                    expires_at: ceremony.expires_at,
                })
            }
        };
        Ok(identity::Outcome { verdict, changes: outcome.changes })
    })
    .await
}

fn lifetime(app: &App, timeout_minutes: Option<u32>) -> Result<i64, Error> {
    match timeout_minutes {
        None => Ok(app.terms().limits.challenge_ms),
        Some(minutes) if (TIMEOUT_MIN..=TIMEOUT_MAX).contains(&minutes) => {
            Ok(i64::from(minutes).saturating_mul(60_000))
        }
        Some(minutes) => Err(Error::bad_property(
            "challengeTimeoutInMinutes",
            format_args!("{minutes} is not between {TIMEOUT_MIN} and {TIMEOUT_MAX}"),
        )),
    }
}

/// Finishes a registration: nothing is stored unless every check passes.
///
/// # Errors
/// A refusal, recorded, with a stable code; otherwise when something is broken.
pub async fn finish(
    app: &App,
    registrar: RegistrarRef<'_>,
    response: RegistrationResponse,
    name: Option<PasskeyName>,
    request: &RequestInfo,
) -> Result<Passkey, Error> {
    let challenge = answered_challenge(response.client_data_json())?;
    let ceremony = app.keys().sealer().open_registration(&challenge);
    let result = app
        .decide(|snapshot| {
            let (who, facts) = gather(snapshot, registrar)?;
            let is_burned = match &ceremony {
                Some(ceremony) => snapshot.is_burned(BurnKey(ceremony.nonce))?,
                None => false,
            };
            let submission = Submission {
                response: &response,
                challenge: &challenge,
                ceremony: ceremony.as_ref(),
                is_burned,
                // An invented id counts as taken, as a real one is: it must not tell itself.
                is_known: is_decoy(app.keys(), response.id())
                    || snapshot.is_credential_known(response.id())?,
                name: name.clone(),
                model: model(app, &response),
            };
            let context = app.context(request);
            Ok(registration::finish(&who, &facts, &submission, app.terms(), &context))
        })
        .await;
    app.metrics().ceremony(Ceremony::Registration, &result);
    result
}

/// The name of the model that a response claims; where it cannot be read, none.
pub(super) fn model<'a>(app: &'a App, response: &RegistrationResponse) -> Option<&'a str> {
    let object = AttestationObject::parse(response.attestation_object()).ok()?;
    let data = AuthenticatorData::parse(object.authenticator_data()).ok()?;
    app.catalogue().name(data.attested()?.aaguid)
}

fn gather(
    snapshot: &mut Snapshot<'_>,
    registrar: RegistrarRef<'_>,
) -> Result<(Registrar, RegistrationFacts), Error> {
    let (user, registrar) = match registrar {
        RegistrarRef::Own(person) => {
            let session = Box::new(person.session.clone());
            (person.person.user.id, Registrar::Person(session))
        }
        RegistrarRef::OnBehalf(caller, user) => {
            let (person, permit) = target(snapshot, caller, user, Action::WritePasskeys)?;
            let actor = Actor::from(caller);
            (person.user.id, Registrar::OnBehalf { permit, actor })
        }
    };
    let facts = snapshot.registration_facts(user)?;
    Ok((registrar, facts.ok_or_else(|| Error::not_found("the user"))?))
}

//! Signing in, with a passkey or with a Temporary Access Pass; and signing out.

mod decoy;

pub(super) use decoy::is_decoy;

use identity::change::BurnKey;
use identity::session::Session;
use identity::sign_in::{
    self, AccessPassSubmission, Assertion, ExpectedUser, SignInCeremony, SignedIn,
};
use identity::{Refusal, SessionId, UserId};
use uuid::Uuid;
use webauthn::credential::AuthenticationResponse;
use webauthn::options::{Descriptor, RequestOptions};

use crate::app::App;
use crate::error::Error;
use crate::metrics::Ceremony;
use crate::operations::access_passes;
use crate::operations::ceremony::{answered_challenge, request_options, unsealable};
use crate::request::RequestInfo;
use crate::secret::{BrowserSecret, SessionSecret};

/// Begins a sign-in; nothing is written. Without a name any passkey of ours will do (S108). With
/// a name only that person's are offered, and a name that nobody has looks the same (S109).
///
/// # Errors
/// When something is broken; never because of the name.
pub async fn begin(
    app: &App,
    name: Option<&str>,
    browser: &BrowserSecret,
    _request: &RequestInfo,
) -> Result<RequestOptions, Error> {
    let (expected, allow) = match name {
        None => (ExpectedUser::Anyone, Vec::new()),
        Some(name) => named(app, name)?,
    };
    let ceremony = SignInCeremony {
        expected,
        browser: browser.digest(),
        expires_at: app.now().plus_ms(app.terms().limits.challenge_ms),
        nonce: app.random(),
    };
    let challenge = unsealable(app.keys().sealer().seal_sign_in(&ceremony, app.random()))?;
    Ok(request_options(app, challenge, allow))
}

/// Whose passkeys to ask for. Both ways do the same work: two reads and the making of decoys.
///
/// Of somebody who has many, those are offered that he used last, no more than anybody has decoys;
/// without the name he can use any. They stand by their ids, so that their order tells nothing.
fn named(app: &App, name: &str) -> Result<(ExpectedUser, Vec<Descriptor>), Error> {
    let decoys = decoy::descriptors(app.keys(), name)?;
    app.gather(|snapshot| {
        let user = snapshot.user_by_upn(name)?;
        let id = user.as_ref().map_or(UserId::new(Uuid::nil()), |user| user.id);
        let mut passkeys = snapshot.passkeys_of(id)?;
        passkeys.sort_by_key(|it| std::cmp::Reverse(it.last_used_at.unwrap_or(it.created_at)));
        passkeys.truncate(decoy::OFFERED_MAX);
        let known =
            passkeys.into_iter().map(|it| Descriptor { id: it.id, transports: it.transports });
        let expected = user.map_or(ExpectedUser::Nobody, |user| ExpectedUser::Only(user.id));
        let mut allow: Vec<Descriptor> = known.collect();
        if allow.is_empty() {
            allow = decoys;
        }
        allow.sort_by(|one, other| one.id.as_bytes().cmp(other.id.as_bytes()));
        Ok((expected, allow))
    })
}

/// Finishes a sign-in with a passkey.
///
/// # Errors
/// A refusal, recorded, with a stable code; otherwise when something is broken.
pub async fn finish(
    app: &App,
    response: AuthenticationResponse,
    browser: &BrowserSecret,
    request: &RequestInfo,
) -> Result<(SignedIn, SessionSecret), Error> {
    let challenge = answered_challenge(response.client_data_json())?;
    let ceremony = app.keys().sealer().open_sign_in(&challenge);
    let secret = SessionSecret::new(app.random());
    let result = app
        .decide(|snapshot| {
            let facts = snapshot.sign_in_facts(response.id())?;
            let is_burned = match &ceremony {
                Some(ceremony) => snapshot.is_burned(BurnKey(ceremony.nonce))?,
                None => false,
            };
            let assertion = Assertion {
                response: &response,
                challenge: &challenge,
                ceremony: ceremony.as_ref(),
                is_burned,
                is_decoy: is_decoy(app.keys(), response.id()),
                browser: browser.digest(),
                session: secret.id(),
            };
            let context = app.context(request);
            Ok(sign_in::with_passkey(&facts, &assertion, app.terms(), &context))
        })
        .await;
    app.metrics().ceremony(Ceremony::SignIn, &result);
    Ok((result?, secret))
}

/// Signs in with a Temporary Access Pass. The slow hash runs once whoever asks, and attempts are
/// counted against names that nobody has too, so that neither time nor lock-out tells who exists.
///
/// # Errors
/// A refusal, recorded, with a stable code; otherwise when something is broken.
pub async fn with_access_pass(
    app: &App,
    name: &str,
    pass: &str,
    request: &RequestInfo,
) -> Result<(SignedIn, SessionSecret), Error> {
    let name = name.trim();
    let on_record = app.gather(|snapshot| Ok(snapshot.access_pass_facts(name)?.pass))?;
    let hash = on_record.map(|pass| pass.secret_hash);
    let is_right = access_passes::matches(app, hash.clone(), pass.trim().to_owned()).await?;
    let secret = SessionSecret::new(app.random());
    let window_ms = app.terms().limits.failure_window_ms;
    let mut is_unknown = false;
    let result = app
        .decide(|snapshot| {
            let mut facts = snapshot.access_pass_facts(name)?;
            is_unknown = facts.person.is_none();
            if is_unknown {
                facts.failures = app.guesses().failures_of(name);
            }
            // Another pass may have been issued while the hash was computed.
            let same = facts.pass.as_ref().map(|pass| &pass.secret_hash) == hash.as_ref();
            let submission =
                AccessPassSubmission { name, matches: is_right && same, session: secret.id() };
            let limits = &app.terms().limits;
            let context = app.context(request);
            Ok(sign_in::with_access_pass(&facts, &submission, limits, &context))
        })
        .await;
    if is_unknown && matches!(result, Err(Error::Refused(Refusal::AccessPassWrong))) {
        app.guesses().count(name, app.now(), window_ms);
    }
    app.metrics().ceremony(Ceremony::AccessPass, &result);
    Ok((result?, secret))
}

/// Ends a session.
///
/// # Errors
/// When something is broken.
pub async fn sign_out(app: &App, session: &Session) -> Result<(), Error> {
    end(app, session.id).await
}

async fn end(app: &App, session: SessionId) -> Result<(), Error> {
    app.decide(|_| Ok(sign_in::sign_out(session))).await
}

//! Signing in, with a passkey or with a Temporary Access Pass; and signing out.

mod decoy;

pub(super) use decoy::is_decoy;

use identity::change::{BurnKey, Change};
use identity::directory::UserPrincipalName;
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
        let user = snapshot.user_by_upn(name_to_look_up(name.trim()))?;
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

/// Signs in with a Temporary Access Pass.
///
/// The slow hash runs once whoever asks, something is written whoever asks, and whoever asks is
/// told how often he has guessed *here*, whatever the name: neither time nor lock-out tells who
/// exists.
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
    let known = name_to_look_up(name);
    let on_record = app.gather(|snapshot| Ok(snapshot.access_pass_facts(known)?.pass))?;
    let hash = on_record.map(|pass| pass.secret_hash);
    let is_right = access_passes::matches(app, hash.clone(), pass.trim().to_owned()).await?;
    let secret = SessionSecret::new(app.random());
    let limits = &app.terms().limits;
    let result = app
        .decide(|snapshot| {
            let facts = snapshot.access_pass_facts(known)?;
            // Another pass may have been issued while the hash was computed.
            let same = facts.pass.as_ref().map(|pass| &pass.secret_hash) == hash.as_ref();
            let submission =
                AccessPassSubmission { name, matches: is_right && same, session: secret.id() };
            let context = app.context(request);
            let mut outcome = sign_in::with_access_pass(&facts, &submission, limits, &context);
            if facts.person.is_none() {
                // A commit takes as long as that of a failure which is recorded, and goes away.
                let key = BurnKey(app.random());
                outcome.changes.push(Change::Burn { key, expires_at: app.now() });
            }
            Ok(outcome)
        })
        .await;
    let result = match result {
        Err(Error::Refused(Refusal::AccessPassWrong | Refusal::LockedOut { .. })) => {
            Err(Error::Refused(app.guesses().answer(name, app.now(), limits)))
        }
        Ok(signed_in) => {
            app.guesses().forget(name);
            Ok(signed_in)
        }
        Err(error) => Err(error),
    };
    app.metrics().ceremony(Ceremony::AccessPass, &result);
    Ok((result?, secret))
}

/// The name, if anybody could have it. What is none must not reach the database, which may refuse
/// its bytes and answer with an error where it should with nobody; nobody has the empty name.
fn name_to_look_up(name: &str) -> &str {
    if name.parse::<UserPrincipalName>().is_ok() { name } else { "" }
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

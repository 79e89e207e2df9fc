//! The first run: from a one-time link to an organisation with an administrator who has a passkey.

use data_encoding::BASE64URL_NOPAD;
use identity::change::BurnKey;
use identity::first_run::{self, FirstRunCeremony, Fresh, Names};
use identity::registration::Submission;
use identity::sign_in::SignedIn;
use identity::{Refusal, RoleAssignmentId, TenantId, UserId};
use webauthn::UserHandle;
use webauthn::credential::RegistrationResponse;
use webauthn::options::CreationOptions;

use crate::app::App;
use crate::error::Error;
use crate::metrics::Ceremony;
use crate::operations::ceremony::{Account, answered_challenge, creation_options, unsealable};
use crate::operations::registration::model;
use crate::request::RequestInfo;
use crate::secret::{Secret, SessionSecret, sha256};

/// Makes a new link, unless the organisation is set up; an older link dies. The secret is the
/// value of `token` in `/first-run?token=…`.
///
/// # Errors
/// When something is broken.
pub async fn new_link(app: &App) -> Result<Option<Secret<String>>, Error> {
    let token = BASE64URL_NOPAD.encode(&app.random::<32>());
    let digest = digest(&token);
    let made = app
        .decide(|snapshot| Ok(first_run::new_link(snapshot.first_run_facts()?, digest, app.now())))
        .await;
    match made {
        Ok(()) => Ok(Some(Secret::new(token))),
        Err(Error::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a link opens the first run.
///
/// # Errors
/// One refusal for every reason, so that a guess learns nothing.
pub async fn check(app: &App, token: &str) -> Result<(), Error> {
    let digest = digest(token);
    app.gather(|snapshot| {
        Ok(first_run::check_link(snapshot.first_run_facts()?, digest, app.now())?)
    })
}

/// Begins the registration of the first passkey; nothing is written.
///
/// # Errors
/// A refusal when the link does not work.
pub async fn begin(app: &App, token: &str, names: &Names) -> Result<CreationOptions, Error> {
    check(app, token).await?;
    let lifetime_ms = app.terms().limits.challenge_ms;
    let ceremony = FirstRunCeremony {
        user: UserId::new(app.uuid()),
        handle: UserHandle::new(app.random::<32>()).map_err(Error::internal)?,
        link: digest(token),
        expires_at: app.now().plus_ms(lifetime_ms),
        nonce: app.random(),
    };
    let challenge = unsealable(app.keys().sealer().seal_first_run(&ceremony, app.random()))?;
    let account = Account {
        organisation: &names.organisation,
        handle: &ceremony.handle,
        upn: &names.upn,
        display_name: &names.administrator,
    };
    Ok(creation_options(app, &account, challenge, &[], lifetime_ms))
}

/// Finishes the first run: organisation, administrator, role, passkey and session in one commit.
///
/// # Errors
/// A refusal with a stable code; otherwise when something is broken.
pub async fn finish(
    app: &App,
    token: &str,
    names: &Names,
    response: RegistrationResponse,
    request: &RequestInfo,
) -> Result<(SignedIn, SessionSecret), Error> {
    let challenge = answered_challenge(response.client_data_json())?;
    let Some(ceremony) = app.keys().sealer().open_first_run(&challenge) else {
        return Err(Error::Refused(Refusal::ChallengeForeign));
    };
    if ceremony.link != digest(token) {
        return Err(Error::Refused(Refusal::ChallengeMisplaced));
    }
    let secret = SessionSecret::new(app.random());
    let fresh = Fresh {
        tenant: TenantId::new(app.uuid()),
        assignment: RoleAssignmentId::new(app.uuid()),
        session: secret.id(),
        entry: app.uuid(),
    };
    let result = app
        .decide(|snapshot| {
            let facts = snapshot.first_run_facts()?;
            let submission = Submission {
                response: &response,
                challenge: &challenge,
                ceremony: None,
                is_burned: snapshot.is_burned(BurnKey(ceremony.nonce))?,
                is_known: false,
                name: None,
                model: model(app, &response),
            };
            let context = app.context(request);
            let terms = (app.terms(), &context);
            Ok(first_run::finish(facts, names, &ceremony, &submission, &fresh, terms))
        })
        .await;
    app.metrics().ceremony(Ceremony::FirstRun, &result);
    Ok((result?, secret))
}

fn digest(token: &str) -> [u8; 32] {
    sha256(token.as_bytes())
}

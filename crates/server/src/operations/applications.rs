//! API clients: registering them, and the tokens that they get for their secret.

use std::collections::BTreeSet;

use data_encoding::BASE64URL_NOPAD;
use identity::access::{Action, Caller, Permission, authorize};
use identity::application::Application;
use identity::audit::{Actor, Context, Recorded, SignInEntry, SignInMethodName};
use identity::change::Change;
use identity::directory::DisplayName;
use identity::directory_changes::{self, By};
use identity::{ApplicationId, ClientId, Outcome, Refusal, TenantId};

use crate::app::App;
use crate::error::Error;
use crate::keys::{AccessToken, GRAPH_RESOURCE, Grant};
use crate::metrics::Ceremony;
use crate::operations::organisation_of;
use crate::request::RequestInfo;
use crate::secret::{Secret, is_equal, sha256};

/// The suffix of a scope that asks for everything that was granted.
const EVERYTHING: &str = "/.default";
/// Microsoft's own address of the Graph resource, which clients name by default.
const GRAPH_ADDRESS: &str = "https://graph.microsoft.com";

/// Registers an application. The secret is shown this once.
///
/// # Errors
/// A refusal without permission or before there is an organisation.
pub async fn add(
    app: &App,
    caller: &Caller,
    display_name: DisplayName,
    permissions: BTreeSet<Permission>,
    request: &RequestInfo,
) -> Result<(Application, Secret<String>, TenantId), Error> {
    let permit = authorize(caller, Action::WriteApplications)?;
    let secret = BASE64URL_NOPAD.encode(&app.random::<32>());
    let application = Application {
        id: ApplicationId::new(app.uuid()),
        client: ClientId::new(app.uuid()),
        display_name,
        secret_digest: sha256(secret.as_bytes()),
        permissions,
        created_at: app.now(),
    };
    let mut tenant = None;
    let application = app
        .decide(|snapshot| {
            tenant = Some(organisation_of(snapshot)?.id);
            let context = app.context(request);
            let by = By { actor: &Actor::from(caller), permit: &permit, context: &context };
            Ok(directory_changes::add_application(by, application.clone()))
        })
        .await?;
    let tenant = tenant.ok_or_else(|| Error::not_found("the organisation"))?;
    Ok((application, Secret::new(secret), tenant))
}

/// All applications, the oldest first.
///
/// # Errors
/// A refusal without permission.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Application>, Error> {
    drop(authorize(caller, Action::WriteApplications)?);
    app.read(|snapshot| snapshot.applications())
}

/// Exchanges a client's secret for an access token (OAuth 2.0 §4.4, client credentials).
///
/// # Errors
/// [`Error::BadRequest`] for another scope than Graph's, one refusal for a wrong client and for a
/// wrong secret.
pub async fn token(
    app: &App,
    client: &str,
    secret: &str,
    scope: &str,
    request: &RequestInfo,
) -> Result<AccessToken, Error> {
    expect_graph(app, scope)?;
    // An id that cannot be one is answered as an id that nobody has.
    let client = client.parse().unwrap_or(ClientId::new(uuid::Uuid::nil()));
    let digest = sha256(secret.as_bytes());
    let mut tenant = None;
    let result = app
        .decide(|snapshot| {
            tenant = snapshot.organisation()?.map(|organisation| organisation.id);
            let found = snapshot.application_by_client(client)?;
            Ok(admit(found, &digest, &app.context(request)))
        })
        .await;
    app.metrics().ceremony(Ceremony::Token, &result);
    let (application, tenant) = (result?, tenant.unwrap_or(TenantId::new(uuid::Uuid::nil())));
    let grant = Grant {
        application: &application,
        tenant,
        issuer: app.issuer(tenant),
        unique: app.uuid(),
        now: app.now(),
    };
    app.keys().issue(&grant).ok_or_else(|| Error::internal("a token could not be signed"))
}

/// Decides by the secret, and records it. A client that nobody knows leaves no entry: strangers
/// must not fill the log.
fn admit(found: Option<Application>, digest: &[u8; 32], context: &Context) -> Outcome<Application> {
    let Some(application) = found else {
        return Outcome::refused(Refusal::ClientUnknown, Vec::new());
    };
    let is_right = is_equal(&application.secret_digest, digest);
    let verdict = if is_right { Ok(application.clone()) } else { Err(Refusal::ClientUnknown) };
    let entry = SignInEntry {
        id: context.entry_id(0),
        at: context.now,
        user: None,
        upn: None,
        method: SignInMethodName::ClientSecret,
        passkey: None,
        aaguid: None,
        result: Recorded::from(&verdict),
        decided_by: format!("application {} ({})", application.display_name, application.client),
        correlation: context.correlation,
        ip: context.ip.clone(),
        user_agent: context.user_agent.clone(),
    };
    Outcome { verdict, changes: vec![Change::SignIn(Box::new(entry))] }
}

/// Our only resource is Graph, under its own names and under ours. Clients derive the scope from
/// the address they call, some without the port.
fn expect_graph(app: &App, scope: &str) -> Result<(), Error> {
    let ours = &app.settings().public_url;
    let host = ours.host().unwrap_or_default();
    let asked = scope.strip_suffix(EVERYTHING).unwrap_or_default().trim_end_matches('/');
    let is_graph = asked == GRAPH_RESOURCE
        || asked == GRAPH_ADDRESS
        || asked == ours.as_str()
        || asked == format!("https://{host}")
        || asked == format!("http://{host}");
    if is_graph {
        return Ok(());
    }
    let problem = format!("the scope is not one of ours: send {ours}{EVERYTHING}");
    Err(Error::bad_property("scope", problem))
}

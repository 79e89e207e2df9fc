//! A server with an organisation, its first administrator, and whoever a test adds.

use ctap::{Model, SoftwareAuthenticator};
use identity::access::{Caller, SignedInPerson};
use identity::directory::{AccountState, User, UserDetails, UserKind};
use identity::first_run::Names;
use identity::passkey::Passkey;
use identity::sign_in::SignedIn;
use store::Location;
use tempfile::TempDir;
use webauthn::credential::{AuthenticationResponse, RegistrationResponse};
use webauthn::{Aaguid, Timestamp};

use crate::app::App;
use crate::clock::Clock;
use crate::error::Error;
use crate::operations::registration::RegistrarRef;
use crate::operations::users::{NewUser, UserRef};
use crate::operations::{access_passes, first_run, registration, sign_in, users};
use crate::request::RequestInfo;
use crate::secret::{BrowserSecret, SessionSecret};
use crate::settings::Settings;

pub(super) const ORIGIN: &str = "http://localhost:8080";
pub(super) const MINUTE_MS: i64 = 60_000;
/// The model of the first administrator's authenticator.
pub(super) const HERS: Aaguid = Aaguid::from_bytes([1; 16]);

pub(super) struct World {
    pub(super) app: App,
    pub(super) clock: Clock,
    pub(super) browser: BrowserSecret,
    pub(super) administrator: SoftwareAuthenticator,
    // Goes last: the store closes its files before.
    _folder: TempDir,
}

impl World {
    /// A server that nobody has set up.
    pub(super) fn bare(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("keyward.db"));
        let clock = Clock::fixed(Timestamp(1_800_000_000_000));
        let mut settings = Settings::new(location, ORIGIN.parse().unwrap());
        settings.clock = clock.clone();
        change(&mut settings);
        Self {
            app: App::open(settings).unwrap(),
            clock,
            browser: BrowserSecret::new([9; 32]),
            administrator: authenticator(1, HERS),
            _folder: folder,
        }
    }

    /// A server with Ada, its first administrator.
    pub(super) async fn set_up() -> Self {
        Self::set_up_with(|_| {}).await
    }

    pub(super) async fn set_up_with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut world = Self::bare(change);
        let token = first_run::new_link(&world.app).await.unwrap().unwrap();
        let token = token.expose().as_str();
        let options = first_run::begin(&world.app, token, &names()).await.unwrap();
        let response = created(&mut world.administrator, &options.to_json());
        let request = world.request();
        first_run::finish(&world.app, token, &names(), response, &request).await.unwrap();
        world
    }

    pub(super) fn request(&self) -> RequestInfo {
        RequestInfo {
            ip: Some("192.0.2.1".to_owned()),
            user_agent: Some("test".to_owned()),
            ..RequestInfo::operator(&self.app)
        }
    }

    /// Ada, signed in now with her passkey.
    pub(super) async fn ada(&mut self) -> SignedIn {
        let mut authenticator = self.administrator.clone();
        let signed_in = self.sign_in(&mut authenticator).await.unwrap();
        self.administrator = authenticator;
        signed_in
    }

    pub(super) async fn sign_in(
        &self,
        authenticator: &mut SoftwareAuthenticator,
    ) -> Result<SignedIn, Error> {
        let (app, browser) = (&self.app, &self.browser);
        let options = sign_in::begin(app, None, browser, &self.request()).await.unwrap();
        let response = asserted(authenticator, &options.to_json());
        sign_in::finish(app, response, browser, &self.request()).await.map(|(it, _)| it)
    }

    /// A person who has nothing yet.
    pub(super) async fn person(&self, name: &str) -> User {
        let new = NewUser {
            upn: format!("{name}@example.org").parse().unwrap(),
            display_name: name.parse().unwrap(),
            state: AccountState::Enabled,
            kind: UserKind::Member,
            details: UserDetails::default(),
        };
        users::create(&self.app, &Caller::Operator, new, &self.request()).await.unwrap()
    }

    /// Signs somebody in with a pass of his.
    pub(super) async fn with_pass(&self, user: &User) -> (SignedIn, SessionSecret) {
        let (app, request) = (&self.app, self.request());
        let asked = access_passes::PassRequest::default();
        let user_ref = UserRef::Id(user.id);
        let issued =
            access_passes::issue(app, &Caller::Operator, &user_ref, &asked, &request).await;
        let secret = issued.unwrap().secret;
        let (name, secret) = (user.upn.as_str(), secret.expose().as_str());
        sign_in::with_access_pass(app, name, secret, &request).await.unwrap()
    }

    pub(super) async fn register(
        &self,
        person: &SignedInPerson,
        authenticator: &mut SoftwareAuthenticator,
    ) -> Result<Passkey, Error> {
        let (app, own) = (&self.app, RegistrarRef::Own(person));
        let begun = registration::begin(app, own, None, &self.request()).await?;
        let response = created(authenticator, &begun.options.to_json());
        registration::finish(app, own, response, None, &self.request()).await
    }

    /// A person with a passkey on an authenticator of this model.
    pub(super) async fn equipped(
        &self,
        name: &str,
        seed: u8,
        model: Aaguid,
    ) -> (User, SoftwareAuthenticator) {
        let user = self.person(name).await;
        let (signed_in, _) = self.with_pass(&user).await;
        let mut authenticator = authenticator(seed, model);
        self.register(&person(signed_in), &mut authenticator).await.unwrap();
        (user, authenticator)
    }
}

pub(super) fn names() -> Names {
    Names {
        organisation: "Example".parse().unwrap(),
        administrator: "Ada".parse().unwrap(),
        upn: "ada@example.org".parse().unwrap(),
    }
}

pub(super) fn authenticator(seed: u8, model: Aaguid) -> SoftwareAuthenticator {
    SoftwareAuthenticator::new([seed; 32], model, Model::security_key())
}

pub(super) fn person(signed_in: SignedIn) -> SignedInPerson {
    SignedInPerson { person: signed_in.person, session: signed_in.session }
}

pub(super) fn caller(signed_in: SignedIn) -> Caller {
    Caller::Person(Box::new(person(signed_in)))
}

pub(super) fn created(
    authenticator: &mut SoftwareAuthenticator,
    options: &serde_json::Value,
) -> RegistrationResponse {
    let json = authenticator.make_credential(options, ORIGIN).unwrap();
    RegistrationResponse::parse_json(json.to_string().as_bytes()).unwrap()
}

pub(super) fn asserted(
    authenticator: &mut SoftwareAuthenticator,
    options: &serde_json::Value,
) -> AuthenticationResponse {
    let json = authenticator.get_assertion(options, ORIGIN).unwrap();
    AuthenticationResponse::parse_json(json.to_string().as_bytes()).unwrap()
}

/// The code of the refusal that must have come.
pub(super) fn code<T>(result: Result<T, Error>) -> &'static str {
    match result {
        Ok(_) => "success",
        Err(error) => error.code(),
    }
}

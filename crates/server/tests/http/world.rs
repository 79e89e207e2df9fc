//! A server on a free port of this machine, and the browsers and clients that talk to it.

use std::sync::Arc;

use ctap::{Model, SoftwareAuthenticator};
use identity::access::{Caller, Permission};
use identity::directory::{AccountState, User, UserDetails, UserKind};
use reqwest::cookie::{CookieStore as _, Jar};
use reqwest::header::{CONTENT_TYPE, HeaderValue, ORIGIN};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use server::operations::{access_passes, applications, first_run, users};
use server::{App, Clock, RequestInfo, Settings};
use store::Location;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use webauthn::{Aaguid, Timestamp};

/// A running server.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) clock: Clock,
    /// Where people reach it.
    pub(crate) url: String,
    /// Where it listens.
    pub(crate) listens: String,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
    _folder: Option<TempDir>,
}

impl World {
    /// A server that nobody has set up.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("keyward.db"));
        let mut world = Self::start_on(location, change).await;
        world._folder = Some(folder);
        world
    }

    pub(crate) async fn start_on(location: Location, change: impl FnOnce(&mut Settings)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listens = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let mut settings = Settings::new(location, listens.parse().unwrap());
        settings.clock = Clock::fixed(Timestamp(1_800_000_000_000));
        change(&mut settings);
        let url = settings.public_url.to_string();
        let clock = settings.clock.clone();
        let app = App::open(settings).unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async move { drop(stopped.await) };
        let serving = tokio::spawn(server::serve(app.clone(), listener, shutdown));
        Self { app, clock, url, listens, stop, serving, _folder: None }
    }

    /// A server with Ada, its first administrator; her browser and her authenticator.
    pub(crate) async fn set_up() -> (Self, Browser, SoftwareAuthenticator) {
        Self::start().await.with_ada().await
    }

    /// This server with Ada.
    pub(crate) async fn with_ada(self) -> (Self, Browser, SoftwareAuthenticator) {
        let mut browser = self.browser();
        let mut authenticator = authenticator(1, Aaguid::from_bytes([1; 16]));
        let token = first_run::new_link(&self.app).await.unwrap().unwrap();
        browser.first_run(token.expose(), &mut authenticator).await;
        (self, browser, authenticator)
    }

    /// Tells the server to end, and waits for it.
    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        self.serving.await.unwrap().unwrap();
    }

    /// A browser without cookies.
    pub(crate) fn browser(&self) -> Browser {
        let cookies = Arc::new(Jar::default());
        let client = Client::builder().cookie_provider(Arc::clone(&cookies));
        let client = client.redirect(Policy::none()).build().unwrap();
        Browser { client, cookies, url: self.url.clone() }
    }

    /// A person who has nothing yet but a pass; answers the pass.
    pub(crate) async fn person(&self, name: &str) -> (User, String) {
        let (app, request) = (&self.app, RequestInfo::operator(&self.app));
        let new = users::NewUser {
            upn: format!("{name}@example.org").parse().unwrap(),
            display_name: name.parse().unwrap(),
            state: AccountState::Enabled,
            kind: UserKind::Member,
            details: UserDetails::default(),
        };
        let user = users::create(app, &Caller::Operator, new, &request).await.unwrap();
        let (asked, who) = (access_passes::PassRequest::default(), users::UserRef::Id(user.id));
        let issued = access_passes::issue(app, &Caller::Operator, &who, &asked, &request);
        (user, issued.await.unwrap().secret.expose().clone())
    }

    /// A client of the API with these permissions.
    pub(crate) async fn client(&self, permissions: &[Permission]) -> Api {
        let (app, request) = (&self.app, RequestInfo::operator(&self.app));
        let permissions = permissions.iter().copied().collect();
        let name = "Client".parse().unwrap();
        let added =
            applications::add(app, &Caller::Operator, name, permissions, &request).await.unwrap();
        let (application, secret, tenant) = added;
        let body = form(&[
            ("grant_type", "client_credentials"),
            ("client_id", &application.client.to_string()),
            ("client_secret", secret.expose()),
            ("scope", &format!("{}/.default", self.url)),
        ]);
        let client = Client::new();
        let address = format!("{}/{tenant}/oauth2/v2.0/token", self.url);
        let request = client.post(address).header(CONTENT_TYPE, FORM).body(body);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Api { client, url: self.url.clone(), token }
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

/// An authenticator of this model.
pub(crate) fn authenticator(seed: u8, model: Aaguid) -> SoftwareAuthenticator {
    SoftwareAuthenticator::new([seed; 32], model, Model::security_key())
}

/// A client of the API with a token.
pub(crate) struct Api {
    client: Client,
    url: String,
    token: String,
}

impl Api {
    /// A request with the token on it.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let request = self.client.get(format!("{}{path}", self.url)).bearer_auth(&self.token);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.unwrap()
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> StatusCode {
        let request = self.client.patch(format!("{}{path}", self.url)).bearer_auth(&self.token);
        request.json(body).send().await.unwrap().status()
    }
}

/// A browser: keeps cookies, reads tokens off pages, sends the headers that browsers send.
pub(crate) struct Browser {
    pub(crate) client: Client,
    cookies: Arc<Jar>,
    pub(crate) url: String,
}

impl Browser {
    /// The cookies that it sends now, its session among them.
    pub(crate) fn session(&self) -> HeaderValue {
        self.cookies.cookies(&self.url.parse().unwrap()).unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.url)).send().await.unwrap()
    }

    /// The text of a page that must be there.
    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.text().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.client.post(format!("{}{path}", self.url));
        let request = request.header(ORIGIN, &self.url).header(CONTENT_TYPE, FORM);
        request.body(form(fields)).send().await.unwrap()
    }

    pub(crate) async fn post_json(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let request = self.client.post(format!("{}{path}", self.url));
        let request = request.header(ORIGIN, &self.url).header("sec-fetch-site", "same-origin");
        let answer = request.json(body).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// Names the organisation and registers the first passkey.
    pub(crate) async fn first_run(&mut self, token: &str, key: &mut SoftwareAuthenticator) {
        let page = self.page(&format!("/first-run?token={token}")).await;
        let fields = [
            ("csrf", attribute(&page, "name=\"csrf\" value")),
            ("token", token.to_owned()),
            ("organisation", "Example".to_owned()),
            ("display_name", "Ada".to_owned()),
            ("user_principal_name", "ada@example.org".to_owned()),
        ];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let page = self.post("/first-run", &fields).await;
        assert_eq!(page.status(), StatusCode::OK);
        let page = page.text().await.unwrap();
        let (status, answer) = self.register(&page, "/first-run/passkey", key).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }

    /// Runs the registration that a page offers.
    pub(crate) async fn register(
        &self,
        page: &str,
        path: &str,
        key: &mut SoftwareAuthenticator,
    ) -> (StatusCode, Value) {
        let (csrf, context) = (attribute(page, "data-csrf"), attribute(page, "data-context"));
        let asked = json!({ "csrf": csrf, "context": context });
        let (status, options) = self.post_json(&format!("{path}/options"), &asked).await;
        if status != StatusCode::OK {
            return (status, options);
        }
        let credential = key.make_credential(&options["publicKey"], &self.url).unwrap();
        let body = json!({ "csrf": csrf, "context": context, "credential": credential });
        self.post_json(path, &body).await
    }

    /// Signs in without a name; answers what was sent too, for replaying it.
    pub(crate) async fn sign_in(
        &self,
        key: &mut SoftwareAuthenticator,
    ) -> (StatusCode, Value, Value) {
        let page = self.page("/sign-in").await;
        let (csrf, context) = (attribute(&page, "data-csrf"), attribute(&page, "data-context"));
        let asked = json!({ "csrf": csrf, "context": context });
        let (status, options) = self.post_json("/sign-in/options", &asked).await;
        assert_eq!(status, StatusCode::OK, "{options}");
        let credential = key.get_assertion(&options["publicKey"], &self.url).unwrap();
        let body = json!({ "csrf": csrf, "context": context, "credential": credential });
        let (status, answer) = self.post_json("/sign-in/passkey", &body).await;
        (status, answer, body)
    }

    /// Signs in with a pass.
    pub(crate) async fn sign_in_with_pass(&self, upn: &str, pass: &str) -> Response {
        let page = self.page("/sign-in/access-pass").await;
        let csrf = attribute(&page, "name=\"csrf\" value");
        let fields = [("csrf", csrf.as_str()), ("user_principal_name", upn), ("access_pass", pass)];
        self.post("/sign-in/access-pass", &fields).await
    }
}

/// The value of an attribute in a page; its name may be longer than the attribute's to tell it
/// from others.
pub(crate) fn attribute(page: &str, name: &str) -> String {
    let start = page.find(&format!("{name}=\"")).unwrap_or_else(|| panic!("{name} in {page}"));
    let rest = &page[start + name.len() + 2..];
    let value = &rest[..rest.find('"').unwrap()];
    value.replace("&#38;", "&").replace("&amp;", "&").replace("&#61;", "=")
}

/// Fields as a browser encodes them.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| -> String {
        let letter = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        };
        text.bytes().map(letter).collect()
    };
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

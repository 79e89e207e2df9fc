//! From token or cookie to who asks, read again from the store each time: what was taken away a
//! moment ago is gone now.

use axum::http::{HeaderMap, HeaderValue, Method, header};
use identity::access::{Caller, SignedInPerson};
use identity::directory::AccountState;

use crate::app::App;
use crate::error::{Error, Why};
use crate::keys::TokenFault;
use crate::request::{self, Call, FORM, JSON, Pairs, media_type};
use crate::secret::{BrowserSecret, SessionSecret, is_equal};

/// The application behind an `Authorization: Bearer` header.
///
/// # Errors
/// [`Error::Unauthenticated`] with the reason.
pub(crate) fn bearer(app: &App, headers: &HeaderMap) -> Result<Caller, Error> {
    let header = request::text(headers, header::AUTHORIZATION.as_str())
        .ok_or(Error::Unauthenticated(Why::TokenMissing))?;
    let token = match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        Some(_) | None => return Err(Error::Unauthenticated(Why::TokenMissing)),
    };
    let claims =
        app.keys().verify(token, |tenant| app.issuer(tenant), app.now()).map_err(|fault| {
            Error::Unauthenticated(match fault {
                TokenFault::Invalid => Why::TokenInvalid,
                TokenFault::Expired => Why::TokenExpired,
            })
        })?;
    let application = app.read(|snapshot| {
        let organisation = snapshot.organisation()?;
        if organisation.is_none_or(|organisation| organisation.id != claims.tenant) {
            return Ok(None);
        }
        snapshot.application_by_client(claims.client)
    })?;
    let application = application.ok_or(Error::Unauthenticated(Why::ApplicationGone))?;
    Ok(Caller::Application {
        client: application.client,
        name: application.display_name.as_str().to_owned(),
        permissions: application.permissions,
    })
}

/// The person behind the session cookie, if there is one and the session is alive.
///
/// # Errors
/// When the database is away.
pub(crate) fn person(app: &App, headers: &HeaderMap) -> Result<Option<SignedInPerson>, Error> {
    let Some(secret) = session_secret(app, headers) else { return Ok(None) };
    let Some(found) = app.read(|snapshot| snapshot.signed_in(secret.id()))? else {
        return Ok(None);
    };
    let user = &found.person.user;
    // S114, S138: disabled or revoked ends the session at once, whatever the cookie says.
    let is_alive = user.state == AccountState::Enabled
        && found.session.is_alive(user.sessions_valid_from, app.now());
    Ok(is_alive.then_some(found))
}

/// Refuses what another site may have made a browser send (CSRF): the page's own token must be
/// there, and the browser must not say that the request came from elsewhere.
///
/// # Errors
/// [`Error::Forged`].
pub(crate) fn expect_own_page(call: &Call) -> Result<(), Error> {
    let headers = &call.head.headers;
    if call.head.method == Method::GET || call.head.method == Method::HEAD {
        return Ok(());
    }
    if request::text(headers, "sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return Err(Error::Forged);
    }
    let origin = request::text(headers, header::ORIGIN.as_str());
    if origin.is_some_and(|origin| origin != call.app.settings().public_url.as_str()) {
        return Err(Error::Forged);
    }
    let token = sent_token(call)?.ok_or(Error::Forged)?;
    let keys = call.app.keys();
    let session = session_secret(&call.app, headers);
    let browser = browser_secret(&call.app, headers);
    // A page that was open before its person signed in carries the browser's token.
    let expected = [
        session.map(|secret| keys.form_token(secret.as_bytes())),
        browser.map(|secret| keys.form_token(secret.as_bytes())),
    ];
    let is_ours = expected.iter().flatten().any(|ours| is_equal(ours.as_bytes(), token.as_bytes()));
    if is_ours { Ok(()) } else { Err(Error::Forged) }
}

/// The token that a form, a script's JSON or a header carries.
fn sent_token(call: &Call) -> Result<Option<String>, Error> {
    if let Some(token) = call.header("x-csrf-token") {
        return Ok(Some(token.to_owned()));
    }
    match media_type(&call.head.headers).as_deref() {
        Some(FORM) => Ok(Pairs::parse(&call.body)?.get("csrf").map(str::to_owned)),
        Some(JSON) => {
            Ok(call.json()?.get("csrf").and_then(|token| token.as_str()).map(str::to_owned))
        }
        Some(_) | None => Ok(None),
    }
}

/// The token for the forms of a page: bound to the session, else to the browser. None if the
/// browser has sent neither cookie: then send it one ([`set_browser`]) and use [`form_token`].
#[must_use]
pub fn page_token(app: &App, headers: &HeaderMap) -> Option<String> {
    if let Some(secret) = session_secret(app, headers) {
        return Some(app.keys().form_token(secret.as_bytes()));
    }
    browser_secret(app, headers).map(|secret| form_token(app, &secret))
}

/// The token for the forms of a page that gives the browser this cookie.
#[must_use]
pub fn form_token(app: &App, browser: &BrowserSecret) -> String {
    app.keys().form_token(browser.as_bytes())
}

/// What the session cookie holds, if it was sent and can be one.
#[must_use]
pub fn session_secret(app: &App, headers: &HeaderMap) -> Option<SessionSecret> {
    cookie(headers, session_cookie(app)).and_then(SessionSecret::from_cookie)
}

/// What the browser cookie holds, if it was sent and can be one.
#[must_use]
pub fn browser_secret(app: &App, headers: &HeaderMap) -> Option<BrowserSecret> {
    cookie(headers, browser_cookie(app)).and_then(BrowserSecret::from_cookie)
}

/// `Set-Cookie` that gives a browser its session. It ends with the browser; the store knows when
/// it ends at the latest.
#[must_use]
pub fn set_session(app: &App, secret: &SessionSecret) -> HeaderValue {
    set_cookie(app, session_cookie(app), &secret.to_cookie(), "")
}

/// `Set-Cookie` that takes the session away.
#[must_use]
pub fn clear_session(app: &App) -> HeaderValue {
    set_cookie(app, session_cookie(app), "", "; Max-Age=0")
}

/// `Set-Cookie` that gives a browser its own secret, for a year.
#[must_use]
pub fn set_browser(app: &App, secret: &BrowserSecret) -> HeaderValue {
    set_cookie(app, browser_cookie(app), &secret.to_cookie(), "; Max-Age=31536000")
}

/// The prefix `__Host-` makes browsers refuse the cookie from anybody but this very host.
fn session_cookie(app: &App) -> &'static str {
    if app.is_secure() { "__Host-keyward" } else { "keyward" }
}

fn browser_cookie(app: &App) -> &'static str {
    if app.is_secure() { "__Host-keyward-browser" } else { "keyward-browser" }
}

fn set_cookie(app: &App, name: &str, value: &str, more: &str) -> HeaderValue {
    let secure = if app.is_secure() { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}");
    // Letters, digits, dashes and underscores only: always a header value.
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

//! Signing in and out: by passkey without or with a name, or by Temporary Access Pass.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use webauthn::credential::AuthenticationResponse;

use super::answer;
use super::destination::Destination;
use super::view::{AccessPass, Field, Message, Notice, SignIn, SignInName, Tone};
use super::words::{Occasion, notice};
use super::{frame, open};
use crate::caller;
use crate::error::Error;
use crate::http::dispatch::with_retry_after;
use crate::operations::sign_in as operation;
use crate::request::Call;
use crate::route::{Access, Route};
use crate::secret::{BrowserSecret, SessionSecret};

/// The routes of signing in and out.
pub(super) fn routes() -> Vec<Route> {
    vec![
        open(Method::GET, "/sign-in", show),
        open(Method::POST, "/sign-in", take_name).throttled(),
        open(Method::GET, "/sign-in/access-pass", show_access_pass),
        open(Method::POST, "/sign-in/access-pass", take_access_pass).throttled(),
        open(Method::POST, "/sign-out", sign_out),
        Route::new(
            Method::POST,
            "/sign-in/options",
            Access::Browser,
            answer::sign_in_face,
            options,
        )
        .throttled(),
        Route::new(Method::POST, "/sign-in/passkey", Access::Browser, answer::sign_in_face, finish)
            .throttled(),
    ]
}

/// `GET /sign-in`: a name, or straight to a passkey.
async fn show(call: Call) -> Result<Response, Error> {
    let destination = destination(&call)?;
    let (mut frame, cookie) = frame::stranger(&call).await?;
    if call.query()?.get("why") == Some("old") {
        frame.notice = Some(Notice {
            tone: Tone::Info,
            what: "Please sign in once more.".to_owned(),
            why: "Security info needs a sign-in of the last 15 minutes.".to_owned(),
            ..Notice::default()
        });
    }
    let page = SignIn { frame, context: destination.context(), ..SignIn::default() };
    Ok(answer::with_cookie(answer::html(StatusCode::OK, &page)?, cookie))
}

/// `POST /sign-in`: the same second step for every name, known or not (S109).
async fn take_name(call: Call) -> Result<Response, Error> {
    let form = call.form()?;
    let destination = Destination::read(form.get("context").unwrap_or_default());
    let name = form.get("user_principal_name").unwrap_or_default().trim();
    let (frame, _) = frame::stranger(&call).await?;
    if name.is_empty() {
        let user_principal_name = Field {
            value: String::new(),
            error: "user name: type yours, as in name@example.org, or use a passkey below"
                .to_owned(),
        };
        let page = SignIn { frame, context: destination.context(), user_principal_name };
        return answer::html(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let destination = destination.with_name(name);
    let page = SignInName {
        frame,
        context: destination.context(),
        user_principal_name: name.to_owned(),
        access_pass: Field::default(),
    };
    answer::html(StatusCode::OK, &page)
}

/// `POST /sign-in/options`: what the browser is asked for.
async fn options(call: Call) -> Result<Response, Error> {
    let body = call.json()?;
    let destination = Destination::read(text(&body, "context"));
    let browser = browser(&call)?;
    let options =
        operation::begin(&call.app, destination.name.as_deref(), &browser, &call.info).await?;
    Ok(answer::json(StatusCode::OK, &json!({ "publicKey": options.to_json() })))
}

/// `POST /sign-in/passkey`: the assertion. A passkey that is not on record is named to the
/// browser, which stops offering it.
async fn finish(call: Call) -> Result<Response, Error> {
    let body = call.json()?;
    let destination = Destination::read(text(&body, "context"));
    let browser = browser(&call)?;
    let credential = body.get("credential").unwrap_or(&Value::Null).to_string();
    let response = AuthenticationResponse::parse_json(credential.as_bytes())
        .map_err(|error| Error::bad_property("credential", error))?;
    let id = response.id().clone();
    match operation::finish(&call.app, response, &browser, &call.info).await {
        Ok((_, secret)) => {
            end_old_session(&call).await?;
            let next = json!({ "location": destination.path.as_str() });
            let response = answer::json(StatusCode::OK, &next);
            Ok(answer::with_cookie(response, caller::set_session(&call.app, &secret)))
        }
        Err(error) => {
            let unknown = matches!(&error, Error::Refused(identity::Refusal::PasskeyUnknown))
                .then(|| super::unknown_credential(&call.app, &id));
            let said = notice(&error, Occasion::SignIn, call.info.correlation);
            Ok(answer::refusal(&error, &said, unknown))
        }
    }
}

/// `GET /sign-in/access-pass`: name and pass on one page; needs no script.
async fn show_access_pass(call: Call) -> Result<Response, Error> {
    let destination = destination(&call)?;
    let (frame, cookie) = frame::stranger(&call).await?;
    let page = AccessPass {
        frame,
        context: destination.context(),
        user_principal_name: Field {
            value: destination.name.clone().unwrap_or_default(),
            error: String::new(),
        },
        access_pass: Field::default(),
    };
    Ok(answer::with_cookie(answer::html(StatusCode::OK, &page)?, cookie))
}

/// `POST /sign-in/access-pass`.
async fn take_access_pass(call: Call) -> Result<Response, Error> {
    let form = call.form()?;
    let destination = Destination::read(form.get("context").unwrap_or_default());
    let name = form.get("user_principal_name").unwrap_or_default().trim();
    let pass = form.get("access_pass").unwrap_or_default().trim();
    match operation::with_access_pass(&call.app, name, pass, &call.info).await {
        Ok((_, secret)) => {
            end_old_session(&call).await?;
            Ok(signed_in_with_pass(&call, &destination, &secret))
        }
        Err(error @ Error::Refused(_)) => {
            let (mut frame, _) = frame::stranger(&call).await?;
            frame.notice = Some(notice(&error, Occasion::SignIn, call.info.correlation));
            let page = AccessPass {
                frame,
                context: destination.context(),
                user_principal_name: Field { value: name.to_owned(), error: String::new() },
                access_pass: Field::default(),
            };
            // One status for every refusal, as it must not tell which names exist (S109), but for
            // too many attempts, which are counted for every name.
            let response = answer::html(pass_status(&error), &page)?;
            Ok(with_retry_after(&call.app, &error, response))
        }
        Err(error) => Err(error),
    }
}

fn pass_status(error: &Error) -> StatusCode {
    match error.status() {
        StatusCode::TOO_MANY_REQUESTS => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::FORBIDDEN,
    }
}

/// A pass is there to add a passkey, so that is where it leads unless something was asked for.
fn signed_in_with_pass(call: &Call, destination: &Destination, secret: &SessionSecret) -> Response {
    let path = match destination.path.as_str() {
        "/" => "/security-info",
        path => path,
    };
    answer::with_cookie(answer::see_other(path), caller::set_session(&call.app, secret))
}

/// A browser has one session: the cookie of the one before is overwritten, and nobody could sign
/// out of it any more.
async fn end_old_session(call: &Call) -> Result<(), Error> {
    match call.person() {
        Some(person) => operation::sign_out(&call.app, &person.session).await,
        None => Ok(()),
    }
}

/// `POST /sign-out`. Signed out already is signed out.
async fn sign_out(call: Call) -> Result<Response, Error> {
    end_old_session(&call).await?;
    let (frame, _) = frame::stranger(&call).await?;
    let page = Message {
        frame,
        title: "You are signed out".to_owned(),
        paragraphs: vec!["You can close this window.".to_owned()],
        href: "/sign-in".to_owned(),
        label: "Sign in again".to_owned(),
    };
    let response = answer::html(StatusCode::OK, &page)?;
    Ok(answer::with_cookie(response, caller::clear_session(&call.app)))
}

/// Where a link to a sign-in page leads: `context` from our own pages, `return_to` from links.
fn destination(call: &Call) -> Result<Destination, Error> {
    let query = call.query()?;
    Ok(match query.get("context") {
        Some(context) => Destination::read(context),
        None => Destination::to(query.get("return_to").unwrap_or_default()),
    })
}

/// The cookie that binds a challenge to this browser; every page before a sign-in sets it.
fn browser(call: &Call) -> Result<BrowserSecret, Error> {
    caller::browser_secret(&call.app, &call.head.headers).ok_or(Error::Forged)
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

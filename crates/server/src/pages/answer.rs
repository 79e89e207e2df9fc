//! Answers of pages: HTML, the step to the next page, JSON for the ceremonies, and errors in both
//! forms.

use askama::Template;
use axum::body::Body;
use axum::http::{HeaderValue, Method, Response as Plain, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::destination::Destination;
use super::view::{ErrorPage, Frame, Notice};
use super::words::{Occasion, notice};
use crate::error::{Error, Why};
use crate::route::Failure;

/// A page.
///
/// # Errors
/// [`Error::Internal`] when the template fails, which takes a broken formatter.
pub(super) fn html(status: StatusCode, page: &impl Template) -> Result<Response, Error> {
    let text = page.render().map_err(Error::internal)?;
    Ok(plain(status, "text/html; charset=utf-8", text))
}

/// The page after a form was taken: 303, so that reloading does not send the form again.
pub(super) fn see_other(path: &str) -> Response {
    let mut response = plain(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", String::new());
    // Paths are made of our own parts and of ids; one that is no header value leads home.
    let location = HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, location);
    response
}

/// JSON for a script of ours.
pub(super) fn json(status: StatusCode, value: &Value) -> Response {
    plain(status, "application/json", value.to_string())
}

/// The answer with one more cookie, if there is one to set.
pub(super) fn with_cookie(
    mut response: Response,
    cookie: impl Into<Option<HeaderValue>>,
) -> Response {
    if let Some(cookie) = cookie.into() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn plain(status: StatusCode, content_type: &'static str, body: String) -> Response {
    let mut response = Plain::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    // Every page shows something of somebody, or holds the token of a form.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// How errors of pages look: a page that says what, why and what next.
pub(crate) fn page_face(failure: &Failure<'_>) -> Response {
    if *failure.error == Error::Unauthenticated(Why::SignedOut) {
        return see_other(&sign_in_first(failure));
    }
    let Notice { what, why, next, correlation_id, .. } =
        notice(failure.error, Occasion::Other, failure.info.correlation);
    let page = ErrorPage {
        frame: Frame::default(),
        what,
        why,
        next,
        correlation_id,
        href: "/".to_owned(),
        label: "Go to the first page".to_owned(),
    };
    html(failure.error.status(), &page)
        .unwrap_or_else(|error| plain(error.status(), "text/plain", error.public_message()))
}

/// After signing in a person comes back to what he looked at; what he had sent is not repeated.
fn sign_in_first(failure: &Failure<'_>) -> String {
    let asked = failure.head.uri.path_and_query().map_or("/", |asked| asked.as_str());
    let path = if failure.head.method == Method::GET { asked } else { "/" };
    Destination::to(path).sign_in_href()
}

/// How errors of the ceremonies look to our script, when something was signed in or anything else.
pub(super) fn sign_in_face(failure: &Failure<'_>) -> Response {
    json_error(failure, Occasion::SignIn)
}

/// How errors of the ceremonies look to our script, when something was registered.
pub(super) fn registration_face(failure: &Failure<'_>) -> Response {
    json_error(failure, Occasion::Registration)
}

fn json_error(failure: &Failure<'_>, occasion: Occasion) -> Response {
    let said = notice(failure.error, occasion, failure.info.correlation);
    refusal(failure.error, &said, None)
}

/// A refusal for our script. `unknown` names a passkey that we did not keep, for the browser to
/// forget it (S88).
pub(super) fn refusal(error: &Error, said: &Notice, unknown: Option<Value>) -> Response {
    let mut parts = json!({
        "code": error.code(),
        "what": said.what,
        "why": said.why,
        "next": said.next,
        "correlationId": said.correlation_id,
    });
    if let (Some(unknown), Some(parts)) = (unknown, parts.as_object_mut()) {
        parts.insert("unknownCredential".to_owned(), unknown);
    }
    json(error.status(), &json!({ "refusal": parts }))
}

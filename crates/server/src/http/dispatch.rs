//! The way of a request through its route: host, budget, caller, body, forgery, handler; and of an
//! error to its face, logged once on the way.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use identity::access::{Caller, authorize};

use crate::app::App;
use crate::caller;
use crate::error::{Error, Why};
use crate::http::{BODY_MAX, Peer, Template};
use crate::request::{Call, PathParams, RequestInfo};
use crate::route::{Access, Face, Failure, Route, Throttle};

/// How long a client may take to send a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Answers a request by a route, whatever happens.
pub(crate) async fn dispatch(
    app: App,
    route: &Route,
    request: Request,
    path: PathParams,
) -> Response {
    let (head, body) = request.into_parts();
    let info = info(&app, &head);
    let answer = answer(&app, route, head.clone(), body, path, &info).await;
    let mut response = match answer {
        Ok(response) => response,
        Err(error) => {
            failed(route.face, &Failure { app: &app, error: &error, info: &info, head: &head })
        }
    };
    response.extensions_mut().insert(Template(route.path));
    response
}

/// Answers a request for which there is no route.
pub(crate) fn refuse(app: &App, request: Request, face: Face, error: &Error) -> Response {
    let (head, _) = request.into_parts();
    let info = info(app, &head);
    failed(face, &Failure { app, error, info: &info, head: &head })
}

async fn answer(
    app: &App,
    route: &Route,
    head: Parts,
    body: Body,
    path: PathParams,
    info: &RequestInfo,
) -> Result<Response, Error> {
    let is_page = is_page(app, route.access, &head);
    if is_page {
        expect_our_host(app, &head)?;
    }
    if route.throttle == Throttle::PerAddress {
        let peer = head.extensions.get::<Peer>();
        let address = peer.map_or(IpAddr::from([127, 0, 0, 1]), |Peer(address)| address.ip());
        app.throttles().take(address, app.now())?;
    }
    let access = match route.access {
        Access::Bearer(_) if is_page => Access::Session,
        Access::Public | Access::Bearer(_) | Access::Browser | Access::Session => route.access,
    };
    let caller = caller_of(app, access, &head)?;
    let body = read(&head, body).await?;
    let call = Call { app: app.clone(), info: info.clone(), head, path, body, caller };
    if is_page {
        caller::expect_own_page(&call)?;
    }
    route.handle(call).await
}

/// Whether a browser asks, for whom the rules of pages hold. The scripts of our own pages may call
/// what applications call: they come with the session's cookie instead of a token.
fn is_page(app: &App, access: Access, head: &Parts) -> bool {
    match access {
        Access::Browser | Access::Session => true,
        Access::Bearer(_) => {
            !head.headers.contains_key(header::AUTHORIZATION)
                && caller::session_secret(app, &head.headers).is_some()
        }
        Access::Public => false,
    }
}

/// A name of another site that resolves to this machine must not reach our pages: its scripts
/// would pass for ours (DNS rebinding).
fn expect_our_host(app: &App, head: &Parts) -> Result<(), Error> {
    let host = head.headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let name = host.map(|host| host.rsplit_once(':').map_or(host, |(name, _)| name));
    if name.is_some() && name == app.settings().public_url.host() {
        Ok(())
    } else {
        Err(Error::Misdirected)
    }
}

fn caller_of(app: &App, access: Access, head: &Parts) -> Result<Option<Caller>, Error> {
    match access {
        Access::Public => Ok(None),
        Access::Bearer(kind) => {
            let caller = caller::bearer(app, &head.headers)?;
            if let Some(action) = kind.action() {
                // The operation asks again with the very target; this is the second lock.
                drop(authorize(&caller, action)?);
            }
            Ok(Some(caller))
        }
        Access::Browser => Ok(person(app, head)?),
        Access::Session => {
            let person = person(app, head)?;
            person.map(Some).ok_or(Error::Unauthenticated(Why::SignedOut))
        }
    }
}

fn person(app: &App, head: &Parts) -> Result<Option<Caller>, Error> {
    let person = caller::person(app, &head.headers)?;
    Ok(person.map(|person| Caller::Person(Box::new(person))))
}

async fn read(head: &Parts, body: Body) -> Result<Bytes, Error> {
    let announced = head.headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > BODY_MAX) {
        return Err(Error::TooLarge);
    }
    match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, BODY_MAX)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        // Or the connection broke; then nobody reads the answer.
        Ok(Err(_)) => Err(Error::TooLarge),
        Err(_) => Err(Error::bad_request("the body did not arrive in time: send it again")),
    }
}

fn info(app: &App, head: &Parts) -> RequestInfo {
    let known = head.extensions.get::<RequestInfo>().cloned();
    known.unwrap_or_else(|| RequestInfo::of(app, &head.headers, None))
}

fn failed(face: Face, failure: &Failure<'_>) -> Response {
    log(failure);
    let response = face(failure);
    with_retry_after(failure.app, failure.error, response)
}

/// The answer with `Retry-After` where waiting helps.
pub(crate) fn with_retry_after(app: &App, error: &Error, mut response: Response) -> Response {
    if let Some(seconds) = error.retry_after_s(app.now()) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The one line about a failed request. Paths only: a query may hold a first-run token.
fn log(failure: &Failure<'_>) {
    let Failure { error, info, head, .. } = failure;
    let (status, code) = (error.status().as_u16(), error.code());
    let (method, path) = (&head.method, head.uri.path());
    let correlation = info.correlation;
    if error.status().is_server_error() {
        tracing::error!(%correlation, status, code, %method, path, %error, "request failed");
    } else {
        tracing::info!(%correlation, status, code, %method, path, %error, "request refused");
    }
}

//! What every answer carries whatever route it comes from: ids, security headers, a count; and a
//! net below everything that panics.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::app::App;
use crate::http::{Peer, Template};
use crate::request::{self, RequestInfo};

/// Name of the header that carries our id of the request.
const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
/// Name of the header that carries the client's own id of the request.
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
/// Most characters of a client's own id that are sent back.
const CLIENT_REQUEST_ID_MAX: usize = 64;

/// Everything from ourselves, nothing inline, nobody's frame: what is injected does not run.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
     base-uri 'none'; require-trusted-types-for 'script'";

/// Only we may run passkey ceremonies here; nobody needs a camera.
const PERMISSIONS_POLICY: &str = "publickey-credentials-create=(self), \
     publickey-credentials-get=(self), camera=(), geolocation=(), microphone=()";

/// Wraps every request.
pub(crate) async fn rim(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let began = tokio::time::Instant::now();
    let peer = request.extensions().get::<Peer>().copied();
    let ip = peer.map(|Peer(address)| address.ip().to_canonical().to_string());
    let info = RequestInfo::of(&app, request.headers(), ip);
    let client_id = client_request_id(request.headers());
    let method = request.method().clone();
    request.extensions_mut().insert(info.clone());

    let mut response = caught(request, next, &info).await;

    let template = response.extensions().get::<Template>().map_or("", |Template(path)| path);
    app.metrics().request(&method, template, response.status().as_u16(), began.elapsed());
    let headers = response.headers_mut();
    secure(&app, headers);
    let id = HeaderValue::try_from(info.correlation.to_string());
    if let Ok(id) = id {
        headers.insert(CLIENT_REQUEST_ID, client_id.unwrap_or_else(|| id.clone()));
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// Answers 500 with the id where a handler panicked: one request dies, not the server.
async fn caught(request: Request, next: Next, info: &RequestInfo) -> Response {
    let mut answer = Box::pin(next.run(request));
    let caught = std::future::poll_fn(move |context| {
        match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context))) {
            Ok(Poll::Ready(response)) => Poll::Ready(Some(response)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_) => Poll::Ready(None),
        }
    });
    if let Some(response) = caught.await {
        return response;
    }
    tracing::error!(correlation = %info.correlation, "a handler panicked");
    let text = format!("something broke on our side (request {})\n", info.correlation);
    (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
}

fn secure(app: &App, headers: &mut HeaderMap) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Not "no-referrer": browsers would send `Origin: null` with our own forms, and the check
    // against forged requests could not tell them from others.
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY);
    if app.is_secure() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        // What a person or a token may see must not stay in a shared cache.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// The client's own id, if it is short and plain enough to send back.
fn client_request_id(headers: &HeaderMap) -> Option<HeaderValue> {
    let id = request::text(headers, CLIENT_REQUEST_ID.as_str())?;
    let is_plain = id.len() <= CLIENT_REQUEST_ID_MAX
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_plain.then(|| HeaderValue::try_from(id).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;
    use crate::settings::Settings;

    #[tokio::test]
    async fn a_panic_becomes_an_answer_with_an_id_and_all_headers() {
        async fn panics() -> &'static str {
            panic!("on purpose")
        }
        let folder = tempfile::tempdir().unwrap();
        let location = store::Location::Sqlite(folder.path().join("keyward.db"));
        let app = App::open(Settings::new(location, "https://a.example".parse().unwrap())).unwrap();
        let router = Router::new().route("/", get(panics)).layer(from_fn_with_state(app, rim));
        let answer = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(answer.headers().contains_key(REQUEST_ID));
        assert_eq!(answer.headers()[header::STRICT_TRANSPORT_SECURITY], "max-age=31536000");
    }
}

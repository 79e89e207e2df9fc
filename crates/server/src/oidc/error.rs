//! OAuth's face of an error (RFC 6749 §5.2), with the numbers that Microsoft's libraries read.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use identity::Refusal;
use serde_json::json;

use crate::app::App;
use crate::error::Error;
use crate::request::RequestInfo;
use crate::route::Failure;

/// Why a token request was refused, in OAuth's words.
#[derive(Debug)]
pub(crate) struct Fault {
    /// The status.
    status: StatusCode,
    /// OAuth's code.
    error: &'static str,
    /// The number in front of the description.
    number: u32,
    /// What is wrong and what to do.
    description: String,
}

impl Fault {
    fn new(error: &'static str, number: u32, description: impl Into<String>) -> Self {
        let status = StatusCode::BAD_REQUEST;
        Self { status, error, number, description: description.into() }
    }

    /// A parameter is missing.
    pub(crate) fn missing(name: &str) -> Self {
        let text = format!("the request body must contain the parameter {name}: add it");
        Self::new("invalid_request", 900_144, text)
    }

    /// A parameter stands twice.
    pub(crate) fn repeated(name: &str) -> Self {
        let text = format!("the parameter {name} stands twice: send it once");
        Self::new("invalid_request", 9_000_411, text)
    }

    /// More parameters than any client sends.
    pub(crate) fn too_many(most: usize) -> Self {
        let text = format!("more than {most} parameters were sent: send only those that are read");
        Self::new("invalid_request", 900_144, text)
    }

    /// The client identifies itself in two ways at once (RFC 6749 §2.3).
    pub(crate) fn two_ways() -> Self {
        let text = "the client identifies itself by header and by body: use one of them";
        Self::new("invalid_request", 900_144, text)
    }

    /// A grant type that we do not serve.
    pub(crate) fn unsupported_grant(grant: &str) -> Self {
        let text = format!("the grant type {grant:?} is not served: use client_credentials");
        Self::new("unsupported_grant_type", 70_003, text)
    }

    /// The client sent no secret.
    pub(crate) fn secret_missing() -> Self {
        let text = "the request must contain client_secret: other proofs are not served";
        let fault = Self::new("invalid_client", 7_000_218, text);
        Self { status: StatusCode::UNAUTHORIZED, ..fault }
    }

    /// There is no such organisation here.
    pub(crate) fn unknown_tenant(name: &str) -> Self {
        let name: String = name.chars().take(80).collect();
        let text = format!("the tenant {name:?} was not found: use its id or domain");
        Self::new("invalid_request", 90_002, text)
    }

    /// The answer.
    pub(crate) fn answer(&self, app: &App, info: &RequestInfo) -> Response {
        let now = jiff::Timestamp::from_millisecond(app.now().0).unwrap_or_default();
        let timestamp = now.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let (number, id) = (self.number, info.correlation);
        let description = format!(
            "AADSTS{number}: {}. Trace ID: {id} Correlation ID: {id} Timestamp: {timestamp}",
            self.description
        );
        let body = json!({
            "error": self.error,
            "error_description": description,
            "error_codes": [number],
            "timestamp": timestamp,
            "trace_id": id.to_string(),
            "correlation_id": id.to_string(),
            "error_uri": format!("{}/error?code={number}", app.settings().public_url),
        });
        let mut answer = (self.status, Json(body)).into_response();
        let headers = answer.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 6749 §5.2 asks for it where the client used the header, and it never hurts.
            let challenge = HeaderValue::from_static("Basic realm=\"token\"");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        answer
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let status = error.status();
        let description = error.public_message();
        let (error, number) = match &error {
            Error::Refused(Refusal::ClientUnknown) => ("invalid_client", 7_000_215),
            Error::BadRequest { property: Some(property), .. } if property == "scope" => {
                ("invalid_scope", 70_011)
            }
            Error::Throttled { .. } | Error::Unavailable { .. } => {
                ("temporarily_unavailable", 90_033)
            }
            Error::Internal(_) => ("server_error", 50_000),
            Error::Refused(_)
            | Error::BadRequest { .. }
            | Error::Unauthenticated(_)
            | Error::Forged
            | Error::Misdirected
            | Error::UnknownPath
            | Error::MethodNotAllowed
            | Error::TooLarge
            | Error::UnsupportedMediaType => ("invalid_request", 900_144),
        };
        Self { status, error, number, description }
    }
}

/// The answer to a request that failed before its handler, or inside it for another reason.
pub(crate) fn face(failure: &Failure<'_>) -> Response {
    Fault::from(failure.error.clone()).answer(failure.app, failure.info)
}

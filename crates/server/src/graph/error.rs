//! Graph's face of an error: status, code, message, and ours beside them.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use identity::Refusal;
use serde_json::{Value, json};

use super::{answer, moment};
use crate::error::Error;
use crate::route::Failure;

/// The answer to a request that failed.
pub(crate) fn face(failure: &Failure<'_>) -> Response {
    let error = failure.error;
    let now = moment::to_text(failure.app.now());
    // Graph writes this one moment without its offset and in whole seconds.
    let date = now.split(['.', 'Z']).next().unwrap_or_default();
    let own = failure.info.correlation.to_string();
    let client = client_request_id(&failure.head.headers);
    let mut body = json!({ "error": {
        "code": code(error),
        "message": error.public_message(),
        "innerError": {
            "code": error.code(),
            "date": date,
            "request-id": own,
            "client-request-id": client.unwrap_or(&own),
        },
    }});
    if let Some(details) = details(error)
        && let Some(Value::Object(members)) = body.get_mut("error")
    {
        members.insert("details".to_owned(), details);
    }
    let mut answer = answer::failed(status(error), &body);
    if matches!(error, Error::Unauthenticated(_)) {
        let challenge = format!(
            "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/authorize\", \
             error=\"invalid_token\"",
            failure.app.settings().public_url
        );
        if let Ok(challenge) = HeaderValue::try_from(challenge) {
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
    }
    answer
}

/// The client's own id of its request, as far as it is plain.
fn client_request_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("client-request-id")?.to_str().ok()?;
    let is_plain = id.len() <= 64 && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_plain.then_some(id)
}

/// As everywhere, but that Graph answers a duplicate with 400.
fn status(error: &Error) -> StatusCode {
    if matches!(error, Error::Refused(Refusal::AlreadyExists { .. })) {
        return StatusCode::BAD_REQUEST;
    }
    error.status()
}

/// The code that clients of Graph compare (graph-surface §9.3).
fn code(error: &Error) -> &'static str {
    match error {
        Error::Refused(refusal) => refusal_code(refusal),
        Error::BadRequest { property: Some(property), .. } if property.starts_with('$') => {
            "Request_UnsupportedQuery"
        }
        Error::BadRequest { .. } => "BadRequest",
        Error::Unauthenticated(_) => "InvalidAuthenticationToken",
        Error::Forged => "accessDenied",
        Error::Misdirected => "MisdirectedRequest",
        Error::UnknownPath => "ResourceNotFound",
        Error::MethodNotAllowed => "methodNotAllowed",
        Error::TooLarge => "RequestEntityTooLarge",
        Error::UnsupportedMediaType => "UnsupportedMediaType",
        Error::Throttled { .. } => "TooManyRequests",
        Error::Unavailable { .. } => "serviceNotAvailable",
        Error::Internal(_) => "InternalServerError",
    }
}

fn refusal_code(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::PermissionMissing { .. }
        | Refusal::RoleMissing { .. }
        | Refusal::TargetProtected
        | Refusal::OwnAccessPass => "Authorization_RequestDenied",
        Refusal::Policy(_)
        | Refusal::FreshSignInNeeded { .. }
        | Refusal::AccessPassTooOld
        | Refusal::AccountDisabled
        | Refusal::PasskeyUnknown
        | Refusal::Authentication(_)
        | Refusal::AnotherPersonsPasskey
        | Refusal::PasskeyRejected
        | Refusal::CounterWentBack
        | Refusal::AccessPassWrong
        | Refusal::AccessPassUnusable(_)
        | Refusal::AccessPassNotAllowed
        | Refusal::FirstRunLinkInvalid => "accessDenied",
        Refusal::ChallengeForeign
        | Refusal::ChallengeMisplaced
        | Refusal::ChallengeExpired
        | Refusal::ChallengeUsed
        | Refusal::Registration(_)
        | Refusal::Property { .. } => "BadRequest",
        Refusal::AlreadyExists { .. } => "Request_BadRequest",
        Refusal::TooManyPasskeys { .. }
        | Refusal::CredentialKnown
        | Refusal::ConfirmationNeeded { .. }
        | Refusal::AdministratorsLockedOut => "Conflict",
        Refusal::LockedOut { .. } => "TooManyRequests",
        Refusal::ClientUnknown => "InvalidAuthenticationToken",
        Refusal::NotFound { .. } => "Request_ResourceNotFound",
        Refusal::VersionConflict => "PreconditionFailed",
    }
}

/// Which property is at fault, for programs.
fn details(error: &Error) -> Option<Value> {
    if let Error::Refused(refusal @ Refusal::AlreadyExists { property }) = error {
        return Some(detail("ObjectConflict", property, &refusal.to_string()));
    }
    let (Error::BadRequest { property: Some(property), problem }
    | Error::Refused(Refusal::Property { property, problem })) = error
    else {
        return None;
    };
    Some(detail("InvalidValue", property, problem))
}

fn detail(code: &str, target: &str, message: &str) -> Value {
    json!([{ "code": code, "target": target, "message": message }])
}

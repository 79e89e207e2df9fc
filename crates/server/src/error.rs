//! The one error of this crate: refusals, faults of the request and broken parts, with the status,
//! code and message that each surface puts into its own form.

use std::fmt;

use axum::http::StatusCode;
use identity::Refusal;
use store::StoreError;
use webauthn::Timestamp;

/// Why a request was not answered as asked.
///
/// Three faces show it: Graph's JSON, OAuth's JSON and a page. What strangers read comes from
/// [`Self::public_message`]; what `Display` says goes to the log only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A decision said no, and that is recorded.
    Refused(Refusal),
    /// The request cannot be read.
    BadRequest {
        /// The property at fault, in the words of the surface.
        property: Option<String>,
        /// What is wrong and what to do.
        problem: String,
    },
    /// Nobody we know asks.
    Unauthenticated(Why),
    /// A page of another site may have sent it (CSRF).
    Forged,
    /// It was sent to a host name that is not ours (DNS rebinding).
    Misdirected,
    /// There is no such path.
    UnknownPath,
    /// The path exists, but not with this method.
    MethodNotAllowed,
    /// The body is larger than [`crate::http::BODY_MAX`].
    TooLarge,
    /// The body is of a type that the path does not read.
    UnsupportedMediaType,
    /// Too many requests from one address.
    Throttled {
        /// When to try again, seconds.
        retry_after_s: u32,
    },
    /// The database is away, full or too busy. Nothing was acknowledged.
    Unavailable {
        /// When to try again, seconds.
        retry_after_s: u32,
    },
    /// Something is broken on our side; the text is for the log.
    Internal(String),
}

/// Why nobody was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// No token was sent.
    TokenMissing,
    /// The token is not one of ours, was altered, or is meant for somebody else.
    TokenInvalid,
    /// The token is too old.
    TokenExpired,
    /// The application that the token names is gone.
    ApplicationGone,
    /// No session, or one that has ended.
    SignedOut,
}

impl Why {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TokenMissing => "token-missing",
            Self::TokenInvalid => "token-invalid",
            Self::TokenExpired => "token-expired",
            Self::ApplicationGone => "application-gone",
            Self::SignedOut => "signed-out",
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::TokenMissing => "no access token was sent: send authorization: bearer",
            Self::TokenInvalid => "the access token is not valid here: get one from this server",
            Self::TokenExpired => "the access token has expired: get a new one",
            Self::ApplicationGone => "the application of the access token no longer exists",
            Self::SignedOut => "you are not signed in: sign in and try again",
        }
    }
}

impl Error {
    /// A fault of the request as a whole.
    pub(crate) fn bad_request(problem: impl fmt::Display) -> Self {
        Self::BadRequest { property: None, problem: problem.to_string() }
    }

    /// A fault of one property.
    pub(crate) fn bad_property(property: impl Into<String>, problem: impl fmt::Display) -> Self {
        Self::BadRequest { property: Some(property.into()), problem: problem.to_string() }
    }

    /// Something that the request names and that does not exist.
    pub(crate) fn not_found(what: impl fmt::Display) -> Self {
        Self::Refused(Refusal::NotFound { what: what.to_string() })
    }

    /// A broken part of ours.
    pub(crate) fn internal(what: impl fmt::Display) -> Self {
        Self::Internal(what.to_string())
    }

    /// The status that fits.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Refused(refusal) => refusal_status(refusal),
            Self::BadRequest { .. } => StatusCode::BAD_REQUEST,
            Self::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Self::Forged => StatusCode::FORBIDDEN,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::UnknownPath => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The stable code that clients, logs and tests rely on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::BadRequest { .. } => "bad-request",
            Self::Unauthenticated(why) => why.code(),
            Self::Forged => "forged-request",
            Self::Misdirected => "unknown-host",
            Self::UnknownPath => "unknown-path",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::TooLarge => "body-too-large",
            Self::UnsupportedMediaType => "media-type",
            Self::Throttled { .. } => "too-many-requests",
            Self::Unavailable { .. } => "unavailable",
            Self::Internal(_) => "internal",
        }
    }

    /// What whoever asked may read.
    #[must_use]
    pub fn public_message(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.to_string(),
            Self::BadRequest { property: Some(property), problem } => {
                format!("{property}: {problem}")
            }
            Self::BadRequest { property: None, problem } => problem.clone(),
            Self::Unauthenticated(why) => why.message().to_owned(),
            Self::Forged => {
                "the request did not come from our own page: open the page again and retry"
                    .to_owned()
            }
            Self::Misdirected => {
                "this host name is not the server's public address: use that one".to_owned()
            }
            Self::UnknownPath => "there is nothing at this address: check it".to_owned(),
            Self::MethodNotAllowed => "this address does not take this method".to_owned(),
            Self::TooLarge => {
                format!("the body is larger than {} bytes: send less", crate::http::BODY_MAX)
            }
            Self::UnsupportedMediaType => {
                "the body is of another type than this address reads: check content-type".to_owned()
            }
            Self::Throttled { retry_after_s } => {
                format!("too many requests: try again in {retry_after_s} seconds")
            }
            Self::Unavailable { retry_after_s } => {
                format!("the server is too busy: try again in {retry_after_s} seconds")
            }
            // What broke is nobody's business but the operator's.
            Self::Internal(_) => "something broke on our side: try again later".to_owned(),
        }
    }

    /// When to try again, whole seconds from now; for `Retry-After`.
    #[must_use]
    pub fn retry_after_s(&self, now: Timestamp) -> Option<u32> {
        match self {
            Self::Throttled { retry_after_s } | Self::Unavailable { retry_after_s } => {
                Some(*retry_after_s)
            }
            Self::Refused(Refusal::LockedOut { until }) => {
                let wait_ms = std::cmp::max(until.since_ms(now), 0);
                u32::try_from(wait_ms.saturating_add(999).div_euclid(1000)).ok()
            }
            Self::Refused(_)
            | Self::BadRequest { .. }
            | Self::Unauthenticated(_)
            | Self::Forged
            | Self::Misdirected
            | Self::UnknownPath
            | Self::MethodNotAllowed
            | Self::TooLarge
            | Self::UnsupportedMediaType
            | Self::Internal(_) => None,
        }
    }
}

const fn refusal_status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::PermissionMissing { .. }
        | Refusal::RoleMissing { .. }
        | Refusal::TargetProtected
        | Refusal::OwnAccessPass
        | Refusal::Policy(_)
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
        | Refusal::FirstRunLinkInvalid => StatusCode::FORBIDDEN,
        Refusal::ChallengeForeign
        | Refusal::ChallengeMisplaced
        | Refusal::ChallengeExpired
        | Refusal::ChallengeUsed
        | Refusal::Registration(_)
        | Refusal::Property { .. } => StatusCode::BAD_REQUEST,
        Refusal::TooManyPasskeys { .. }
        | Refusal::CredentialKnown
        | Refusal::AlreadyExists { .. }
        | Refusal::ConfirmationNeeded { .. }
        | Refusal::AdministratorsLockedOut => StatusCode::CONFLICT,
        Refusal::ClientUnknown => StatusCode::UNAUTHORIZED,
        Refusal::NotFound { .. } => StatusCode::NOT_FOUND,
        Refusal::VersionConflict => StatusCode::PRECONDITION_FAILED,
        Refusal::LockedOut { .. } => StatusCode::TOO_MANY_REQUESTS,
    }
}

impl fmt::Display for Error {
    /// The whole story, for the log.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Internal(what) => formatter.write_str(what),
            Self::Refused(_)
            | Self::BadRequest { .. }
            | Self::Unauthenticated(_)
            | Self::Forged
            | Self::Misdirected
            | Self::UnknownPath
            | Self::MethodNotAllowed
            | Self::TooLarge
            | Self::UnsupportedMediaType
            | Self::Throttled { .. }
            | Self::Unavailable { .. } => formatter.write_str(&self.public_message()),
        }
    }
}

impl std::error::Error for Error {}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Contended => Self::Unavailable { retry_after_s: 1 },
            StoreError::Unavailable { reason } => {
                // Logged here, because the rim only sees what a stranger may read.
                tracing::error!(reason, "the database is unavailable");
                Self::Unavailable { retry_after_s: 5 }
            }
            StoreError::Corrupt { .. } | StoreError::Misuse { .. } => {
                Self::Internal(error.to_string())
            }
        }
    }
}

/// Why a server could not be started.
#[derive(Debug)]
pub enum StartError {
    /// The database could not be opened or migrated.
    Store(StoreError),
    /// A setting is wrong: its name and what to do.
    Setting {
        /// The setting.
        name: &'static str,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A key of ours could not be made or read.
    Keys(String),
}

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(formatter),
            Self::Setting { name, problem } => write!(formatter, "{name}: {problem}"),
            Self::Keys(problem) => write!(formatter, "the server's keys: {problem}"),
        }
    }
}

impl std::error::Error for StartError {}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

//! What a handler of Graph takes out of a request: version, options, body, and whom it is about.

use identity::Version as StoredVersion;
use identity::access::Caller;
use webauthn::CredentialId;

use super::body::{Object, fault};
use super::passkey_id;
use super::query::Query;
use crate::error::Error;
use crate::operations::users::UserRef;
use crate::request::Call;

/// Which version of Graph was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// `/v1.0`
    V1,
    /// `/beta`
    Beta,
}

impl Version {
    /// By the first segment of the path, which the spelling has made canonical.
    pub(crate) fn of(path: &str) -> Self {
        if path.starts_with("/beta/") || path == "/beta" { Self::Beta } else { Self::V1 }
    }

    /// The segment.
    pub(crate) const fn segment(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }
}

/// The version asked.
pub(crate) fn version(call: &Call) -> Version {
    Version::of(call.head.uri.path())
}

/// The options behind the question mark.
pub(crate) fn query(call: &Call) -> Result<Query, Error> {
    Query::parse(call.head.uri.query(), &call.head.headers)
}

/// The body.
pub(crate) fn object(call: &Call) -> Result<Object, Error> {
    Object::parse(&call.head.headers, &call.body)
}

/// The body of an action that needs none.
pub(crate) fn optional_object(call: &Call) -> Result<Object, Error> {
    Object::parse_optional(&call.head.headers, &call.body)
}

/// The user that the path names: by id, by sign-in name, or `me`, which is the caller.
pub(crate) fn user(call: &Call) -> Result<UserRef, Error> {
    let name = call.path.get("user");
    if name.eq_ignore_ascii_case("me") {
        return match call.caller()? {
            Caller::Person(signed_in) => Ok(UserRef::Id(signed_in.person.user.id)),
            Caller::Application { .. } | Caller::Operator => Err(Error::bad_request(
                "/me is the signed-in person, and an application is none: use /users/{id}",
            )),
        };
    }
    Ok(name.parse().map_or_else(|_| UserRef::Upn(name.to_owned()), UserRef::Id))
}

/// The credential ids that the path may mean.
pub(crate) fn passkey_ids(call: &Call) -> Vec<CredentialId> {
    passkey_id::candidates(call.path.get("method"))
}

/// An id in the path; what is none names nothing.
pub(crate) fn id<T: std::str::FromStr>(call: &Call, name: &str, what: &str) -> Result<T, Error> {
    let text = call.path.get(name);
    text.parse().map_err(|_| Error::not_found(format_args!("{what} '{text}'")))
}

/// The version that a write names, if it names one; `*` names any.
///
/// # Errors
/// [`Error::BadRequest`] for anything but one tag as `ETag` shows it.
pub(crate) fn if_match(call: &Call) -> Result<Option<StoredVersion>, Error> {
    let Some(tag) = call.header("if-match").map(str::trim) else {
        return Ok(None);
    };
    if tag == "*" {
        return Ok(None);
    }
    let quoted = tag.strip_prefix("W/").unwrap_or(tag);
    let number = quoted.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    let version = number.and_then(|number| number.parse().ok()).map(StoredVersion);
    version.map(Some).ok_or_else(|| {
        fault("If-Match", "is not a tag of ours: send the ETag of the last answer, or *")
    })
}

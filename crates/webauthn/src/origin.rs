//! Who the relying party is and where its pages live.

use std::fmt;
use std::str::FromStr;

use crate::client_data::ClientData;
use crate::coded::coded;

/// The relying party identifier (WebAuthn Level 3 §5.1.3): a host name without scheme or port.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RpId(String);

impl RpId {
    /// The host name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RpId {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        if is_host(text) { Ok(Self(text.to_owned())) } else { Err(InvalidOrigin) }
    }
}

impl fmt::Display for RpId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A web origin, `scheme://host[:port]`, or an app's (`android:apk-key-hash:…`) or a browser
/// extension's (`chrome-extension://…`).
///
/// Compared as exact text with what the client signed: no prefix, no pattern, no normalisation,
/// because every loose comparison has been an open door somewhere.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Origin(String);

impl Origin {
    /// The origin as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether pages of this origin travel encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// The host of a web origin, without the port.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        let rest = self.0.strip_prefix("https://").or_else(|| self.0.strip_prefix("http://"))?;
        Some(rest.split_once(':').map_or(rest, |(host, _)| host))
    }
}

/// What stands before the names of apps and of browsers' extensions.
const APPS: [&str; 6] = [
    "android:apk-key-hash:",
    "android:apk-key-hash-sha256:",
    "ios:bundle-id:",
    "chrome-extension://",
    "moz-extension://",
    "safari-web-extension://",
];

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        if let Some(name) = APPS.iter().find_map(|scheme| text.strip_prefix(scheme)) {
            let ok = !name.is_empty()
                && name.len() <= 100
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
            return if ok { Ok(Self(text.to_owned())) } else { Err(InvalidOrigin) };
        }
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .ok_or(InvalidOrigin)?;
        let (host, port) = match rest.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (rest, None),
        };
        let port_is_valid = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|n| n != 0));
        if is_host(host) && port_is_valid { Ok(Self(text.to_owned())) } else { Err(InvalidOrigin) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Whom the authenticator's answers must be meant for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RelyingParty {
    /// The identifier that every passkey is bound to.
    pub id: RpId,
    /// The origins whose pages may call, related origins included. Others are refused even if
    /// their host lies under the identifier.
    pub origins: Vec<Origin>,
    /// Whether those pages may stand in a frame of another origin.
    pub embedding: Embedding,
}

/// Whether a ceremony may run inside another origin's page (`crossOrigin`, `topOrigin`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Embedding {
    /// Never: a framed sign-in page invites clickjacking.
    Refused,
    /// Yes, and when the client names the outermost page it must be one of these.
    AllowedFrom(Vec<Origin>),
}

/// Checks where the client says its page stood: steps 9 to 11 of §7.1, 12 to 14 of §7.2.
pub(crate) fn expect_context(
    client_data: &ClientData<'_>,
    relying_party: &RelyingParty,
) -> Result<(), ContextError> {
    if !relying_party.origins.iter().any(|origin| origin.as_str() == client_data.origin()) {
        return Err(ContextError::Origin);
    }
    if client_data.is_cross_origin() && relying_party.embedding == Embedding::Refused {
        return Err(ContextError::CrossOrigin);
    }
    let Some(top) = client_data.top_origin() else { return Ok(()) };
    match &relying_party.embedding {
        Embedding::AllowedFrom(parents) if parents.iter().any(|p| p.as_str() == top) => Ok(()),
        Embedding::AllowedFrom(_) | Embedding::Refused => Err(ContextError::TopOrigin),
    }
}

/// Where a ceremony ran that should not have run there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextError {
    /// On a page of an origin that is not ours: phishing, or a page we do not know yet.
    Origin,
    /// In a frame of another origin.
    CrossOrigin,
    /// In a frame of an outermost page that is not on the list.
    TopOrigin,
}

impl ContextError {
    const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::Origin => ("wrong-origin", "the page that asked is not of an expected origin"),
            Self::CrossOrigin => {
                ("cross-origin", "the page that asked stood in a frame of another origin")
            }
            Self::TopOrigin => {
                ("wrong-top-origin", "the outermost page is not of an expected origin")
            }
        }
    }
}

coded!(ContextError);

/// Lower-case letters, digits, dots and dashes, as browsers serialise a host.
fn is_host(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 253
        && text.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|b| {
                    b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_')
                })
        })
}

/// The text is neither a host name nor an origin as browsers serialise them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidOrigin;

impl fmt::Display for InvalidOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("expected scheme://host[:port] in lower case, without a path")
    }
}

impl std::error::Error for InvalidOrigin {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_have_no_path_and_no_upper_case() {
        assert!("https://login.example".parse::<Origin>().is_ok());
        assert!("http://localhost:8080".parse::<Origin>().is_ok());
        for text in
            ["https://login.example/", "HTTPS://a", "https://A.example", "https://a:0", "ftp://a"]
        {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }

    #[test]
    fn apps_and_extensions_have_names() {
        for text in [
            "android:apk-key-hash:Pt-sNjBGU8_Y5o5l0bJ3Qw",
            "ios:bundle-id:com.example.app",
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        ] {
            let origin: Origin = text.parse().unwrap();
            assert_eq!((origin.as_str(), origin.host(), origin.is_https()), (text, None, false));
        }
        for text in ["android:apk-key-hash:", "ios:bundle-id:a/b", "app://a", "ios:com.example"] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_host_leaves_the_port_behind() {
        let origin: Origin = "http://localhost:8080".parse().unwrap();
        assert_eq!(origin.host(), Some("localhost"));
    }
}

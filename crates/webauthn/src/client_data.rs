//! The client data: what the browser says it was asked, by whom and where (§5.8.1).

use std::borrow::Cow;

use serde::Deserialize;

use crate::bytes::{Challenge, InvalidLength};
use crate::coded::coded;
use crate::json::Object;

/// The members of `CollectedClientData` that a relying party looks at. Others are tolerated, as
/// the standard demands; `tokenBinding` is reserved and ignored, whatever it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientData<'a> {
    members: Members<'a>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members<'a> {
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    #[serde(borrow)]
    challenge: Cow<'a, str>,
    #[serde(borrow)]
    origin: Cow<'a, str>,
    cross_origin: Option<bool>,
    #[serde(borrow)]
    top_origin: Option<Cow<'a, str>>,
}

impl<'a> ClientData<'a> {
    /// Reads the bytes as received (steps 5 and 6 of §7.1): a byte-order mark is dropped, as
    /// *UTF-8 decode* has it, and a member that we look at may not be there twice.
    ///
    /// # Errors
    /// [`ClientDataError`] when the bytes are not such JSON.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ClientDataError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|_| ClientDataError::NotUtf8)?;
        let Object(members) = serde_json::from_str(text).map_err(|_| ClientDataError::NotJson)?;
        Ok(Self { members })
    }

    /// The ceremony: `webauthn.create` or `webauthn.get`.
    #[must_use]
    pub fn ceremony(&self) -> &str {
        &self.members.r#type
    }

    /// The challenge that the client was given. Not yet known to be ours.
    ///
    /// # Errors
    /// [`InvalidLength`] when it is not base64url of a possible challenge.
    pub fn challenge(&self) -> Result<Challenge, InvalidLength> {
        Challenge::from_base64url(&self.members.challenge)
    }

    /// The challenge as it is written, in base64url.
    #[must_use]
    pub fn challenge_text(&self) -> &str {
        &self.members.challenge
    }

    /// The origin of the page that called.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.members.origin
    }

    /// Whether the page was framed by another origin. Absent means no.
    #[must_use]
    pub fn is_cross_origin(&self) -> bool {
        self.members.cross_origin == Some(true)
    }

    /// The origin of the outermost page, if the client names it.
    #[must_use]
    pub fn top_origin(&self) -> Option<&str> {
        self.members.top_origin.as_deref()
    }
}

/// Why bytes are not client data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientDataError {
    /// Not UTF-8.
    NotUtf8,
    /// Not JSON, or `type`, `challenge`, `origin`, `crossOrigin` or `topOrigin` is missing, there
    /// twice or of another type.
    NotJson,
}

impl ClientDataError {
    const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotUtf8 => ("client-data-not-utf8", "clientDataJSON is not utf-8"),
            Self::NotJson => (
                "client-data-malformed",
                "clientDataJSON is not json with one type, challenge and origin each",
            ),
        }
    }
}

coded!(ClientDataError);

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ClientData<'_>, ClientDataError> {
        ClientData::parse(text.as_bytes())
    }

    #[test]
    fn members_are_read_and_strangers_tolerated() {
        let data = parse(
            r#"{
                "type": "webauthn.get",
                "challenge": "AAECAwQFBgcICQoLDA0ODw",
                "origin": "https:\/\/a.example",
                "crossOrigin": true,
                "topOrigin": "https://b.example",
                "tokenBinding": "whatever",
                "new": { "x": [1] }
            }"#,
        )
        .unwrap();
        assert_eq!(data.ceremony(), "webauthn.get");
        assert_eq!(data.challenge().unwrap().as_bytes().len(), 16);
        assert_eq!(data.origin(), "https://a.example");
        assert!(data.is_cross_origin());
        assert_eq!(data.top_origin(), Some("https://b.example"));
    }

    #[test]
    fn a_byte_order_mark_is_dropped_once() {
        let text = "\u{feff}{\"type\":\"t\",\"challenge\":\"c\",\"origin\":\"o\"}";
        let data = parse(text).unwrap();
        assert!(!data.is_cross_origin());
        assert_eq!(data.top_origin(), None);
        assert_eq!(parse(&format!("\u{feff}{text}")), Err(ClientDataError::NotJson));
    }

    #[test]
    fn repeated_missing_and_mistyped_members_are_refused() {
        for text in [
            r#"{"type":"t","type":"t","challenge":"c","origin":"o"}"#,
            r#"{"type":"t","challenge":"c","challenge":"d","origin":"o"}"#,
            r#"{"type":"t","challenge":"c","origin":"o","origin":"p"}"#,
            r#"{"type":"t","challenge":"c","origin":"o","crossOrigin":false,"crossOrigin":true}"#,
            r#"{"type":"t","challenge":"c"}"#,
            r#"{"type":"t","challenge":1,"origin":"o"}"#,
            r#"{"type":"t","challenge":"c","origin":"o","crossOrigin":"true"}"#,
            r#"{"type":"t","challenge":"c","origin":"o"} x"#,
            r#"["t","c","o",false,null]"#,
            "",
        ] {
            assert_eq!(parse(text), Err(ClientDataError::NotJson), "{text}");
        }
        assert_eq!(ClientData::parse(b"\xff"), Err(ClientDataError::NotUtf8));
    }
}

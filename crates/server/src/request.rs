//! What every request carries: who sent it from where, and the texts of its query and forms.

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use identity::CorrelationId;
use identity::access::{Caller, SignedInPerson};

use crate::app::App;
use crate::error::{Error, Why};

/// Most characters of a user agent that are kept.
const USER_AGENT_MAX: usize = 256;

/// The circumstances of a request, for records and answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestInfo {
    /// Ties answer, log lines and records together; sent as `request-id`.
    pub correlation: CorrelationId,
    /// Address of the client, if it came over the network.
    pub ip: Option<String>,
    /// What the client calls itself, cut to 256 characters.
    pub user_agent: Option<String>,
}

impl RequestInfo {
    /// For work that an operator asks for on the command line.
    #[must_use]
    pub fn operator(app: &App) -> Self {
        Self { correlation: CorrelationId::new(app.uuid()), ip: None, user_agent: None }
    }

    /// For a request that came over the network.
    pub(crate) fn of(app: &App, headers: &HeaderMap, ip: Option<String>) -> Self {
        let user_agent = text(headers, header::USER_AGENT.as_str())
            .map(|agent| agent.chars().take(USER_AGENT_MAX).collect());
        Self { correlation: CorrelationId::new(app.uuid()), ip, user_agent }
    }
}

/// A request on its way into a handler: caller known, body read.
#[derive(Debug)]
pub struct Call {
    /// The server.
    pub app: App,
    /// The circumstances.
    pub info: RequestInfo,
    /// Method, address and headers.
    pub head: Parts,
    /// The values of the template's parameters.
    pub path: PathParams,
    /// The body, at most [`crate::http::BODY_MAX`] bytes.
    pub body: Bytes,
    /// Who asks, where the route demands somebody or a browser has a session.
    pub caller: Option<Caller>,
}

impl Call {
    /// Who asks.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when nobody is known, which a route with access control has
    /// answered before.
    pub fn caller(&self) -> Result<&Caller, Error> {
        self.caller.as_ref().ok_or(Error::Unauthenticated(Why::SignedOut))
    }

    /// The signed-in person who asks, on a page that is for strangers too.
    #[must_use]
    pub fn person(&self) -> Option<&SignedInPerson> {
        match &self.caller {
            Some(Caller::Person(person)) => Some(person),
            Some(Caller::Application { .. } | Caller::Operator) | None => None,
        }
    }

    /// The signed-in person who asks.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when there is none.
    pub fn signed_in(&self) -> Result<&SignedInPerson, Error> {
        self.person().ok_or(Error::Unauthenticated(Why::SignedOut))
    }

    /// The parameters behind the question mark.
    ///
    /// # Errors
    /// [`Error::BadRequest`] when they are not URL-encoded UTF-8.
    pub fn query(&self) -> Result<Pairs, Error> {
        Pairs::parse(self.head.uri.query().unwrap_or_default().as_bytes())
    }

    /// The fields of a form.
    ///
    /// # Errors
    /// [`Error::UnsupportedMediaType`] when the body is no form, [`Error::BadRequest`] when it
    /// cannot be read.
    pub fn form(&self) -> Result<Pairs, Error> {
        if media_type(&self.head.headers).as_deref() != Some(FORM) {
            return Err(Error::UnsupportedMediaType);
        }
        Pairs::parse(&self.body)
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// [`Error::UnsupportedMediaType`] when the body is not JSON by its own account,
    /// [`Error::BadRequest`] when it cannot be read.
    pub fn json(&self) -> Result<serde_json::Value, Error> {
        if media_type(&self.head.headers).as_deref() != Some(JSON) {
            return Err(Error::UnsupportedMediaType);
        }
        serde_json::from_slice(&self.body)
            .map_err(|error| Error::bad_request(format_args!("the body is not json: {error}")))
    }

    /// The text of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        text(&self.head.headers, name)
    }
}

/// Media type of HTML forms.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
/// Media type of JSON.
pub(crate) const JSON: &str = "application/json";

/// The media type of the body in lower case, without parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = text(headers, header::CONTENT_TYPE.as_str())?;
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// The text of a header.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The values of a path's parameters, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathParams(Vec<(String, String)>);

impl PathParams {
    /// Names with their values, already decoded.
    #[must_use]
    pub const fn new(values: Vec<(String, String)>) -> Self {
        Self(values)
    }

    /// The value of a parameter; empty if the template has none of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// Names with values, as a query or a form carries them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Most pairs that are read. Policies name thousands of models, and their form sends each.
    pub const MAX: usize = 20_000;

    /// Reads `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// [`Error::BadRequest`] when it is not UTF-8 or has too many fields.
    pub fn parse(encoded: &[u8]) -> Result<Self, Error> {
        let mut pairs = Vec::new();
        for part in encoded.split(|byte| *byte == b'&').filter(|part| !part.is_empty()) {
            if pairs.len() >= Self::MAX {
                let problem = format!("more than {} fields were sent: send fewer", Self::MAX);
                return Err(Error::bad_request(problem));
            }
            let mut halves = part.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// The first value of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Every value of this name, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Every name with its value, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Undoes the encoding of queries and forms, where a plus sign stands for a space.
fn decode(encoded: &[u8]) -> Result<String, Error> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match *first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let byte = tail.split_first_chunk::<2>().and_then(|(digits, tail)| {
                    let byte = data_encoding::HEXLOWER_PERMISSIVE.decode(digits).ok()?;
                    rest = tail;
                    byte.first().copied()
                });
                // A lone percent sign stands for itself, as in browsers.
                bytes.push(byte.unwrap_or(b'%'));
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes)
        .map_err(|_| Error::bad_request("the address or form is not utf-8: encode it as utf-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_decoded_as_browsers_encode_them() {
        let pairs = Pairs::parse(b"name=Ada+L%C3%B6we&name=%2B&empty=&flag&%25=100%").unwrap();
        assert_eq!(pairs.all("name").collect::<Vec<_>>(), ["Ada L\u{f6}we", "+"]);
        assert_eq!(pairs.get("empty"), Some(""));
        assert_eq!(pairs.get("flag"), Some(""));
        assert_eq!(pairs.get("%"), Some("100%"));
        assert_eq!(pairs.get("other"), None);
    }

    #[test]
    fn what_is_not_utf8_is_refused() {
        assert!(Pairs::parse(b"a=%ff").is_err());
    }
}

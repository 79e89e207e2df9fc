//! Evidence that was written down, judged again: one JSON object for each ceremony or statement,
//! with everything that it was to be held against.
//!
//! Calls the very functions that a server calls. Of the members of a case that say what somebody
//! expects, none is read.

mod android_key;
mod app_attest;
mod authentication;
mod mds;
mod play_integrity;
mod registration;

use std::fmt;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::bytes::Timestamp;
use crate::coded::Coded;
use crate::evidence::Findings;
use crate::trust::Anchor;
use crate::x509;

/// What came out of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The case's own name.
    pub id: String,
    /// Whether everything was right.
    pub is_ok: bool,
    /// `ok`, or the stable name of the error.
    pub code: &'static str,
    /// The same for people.
    pub detail: &'static str,
    /// What was checked and learned.
    pub facts: Value,
}

impl Verdict {
    /// `id`, `verdict`, `code`, `detail` and `facts`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "verdict": if self.is_ok { "ok" } else { "error" },
            "code": self.code,
            "detail": self.detail,
            "facts": self.facts,
        })
    }
}

/// The case itself cannot be judged, whatever it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCase(String);

impl fmt::Display for NotCase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for NotCase {}

impl NotCase {
    fn new(reason: impl fmt::Display) -> Self {
        Self(reason.to_string())
    }
}

#[derive(Deserialize)]
struct Kind {
    id: String,
    kind: String,
}

/// Judges one case. `now` stands for the moment of cases that name none; `open` reads the files
/// that a case names by path.
///
/// # Errors
/// [`NotCase`] when the text is no case of a kind that we know, or a file cannot be read.
pub fn judge(
    case: &str,
    now: Timestamp,
    open: impl FnOnce(&str) -> Result<String, String>,
) -> Result<Verdict, NotCase> {
    let kind: Kind = serde_json::from_str(case).map_err(NotCase::new)?;
    let mut findings = Findings::default();
    let judged = match kind.kind.as_str() {
        "registration" => registration::judge(&read(case)?, now, &mut findings),
        "authentication" => authentication::judge(&read(case)?, &mut findings),
        "appattest" => app_attest::judge(&read(case)?, now, &mut findings),
        "androidkey" => android_key::judge(&read(case)?, now, &mut findings),
        "playintegrity" => play_integrity::judge(&read(case)?, now, &mut findings),
        "mds" => {
            let case: mds::Case = read(case)?;
            let blob = open(&case.blob_path).map_err(NotCase::new)?;
            mds::judge(&case, &blob, now, &mut findings)
        }
        other => return Err(NotCase::new(format!("the kind of case {other} is not known"))),
    };
    let (code, detail) = judged.err().map_or(("ok", "everything is right"), |failure| failure.0);
    let is_ok = code == "ok";
    Ok(Verdict { id: kind.id, is_ok, code, detail, facts: findings.to_json() })
}

fn read<'a, T: Deserialize<'a>>(case: &'a str) -> Result<T, NotCase> {
    serde_json::from_str(case).map_err(NotCase::new)
}

/// Why a case came out wrong: code and message.
struct Failure((&'static str, &'static str));

impl<E: Coded> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.coded())
    }
}

/// A part of the case's material that cannot be read, so that nothing can be right about it.
const fn unreadable(detail: &'static str) -> Failure {
    Failure(("case-unreadable", detail))
}

/// Bytes in base64url, or in base64 where a case was written by hand.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let unpadded = text.trim_end_matches('=').as_bytes();
    BASE64URL_NOPAD.decode(unpadded).or_else(|_| BASE64.decode(text.as_bytes())).ok()
}

/// The certificates of a case that a path may end in. One that cannot be read convinces nobody,
/// but still means that somebody wanted a path.
fn anchors(pems: Option<&[String]>) -> Vec<Anchor> {
    certificates(pems.unwrap_or_default())
        .iter()
        .filter_map(|der| Anchor::from_certificate(der).ok())
        .collect()
}

/// Without anchors nobody asks for trust, only whether the statement is right.
fn asks_no_trust(pems: Option<&[String]>) -> bool {
    pems.is_none_or(<[String]>::is_empty)
}

fn certificates(pems: &[String]) -> Vec<Vec<u8>> {
    pems.iter().filter_map(|pem| x509::from_pem(pem).ok()).flatten().collect()
}

/// The moment of judgement.
fn moment(text: Option<&str>, now: Timestamp) -> Result<Timestamp, Failure> {
    match text {
        None => Ok(now),
        Some(text) => {
            Timestamp::from_rfc3339(text).ok_or(unreadable("verificationTime is not rfc 3339"))
        }
    }
}

/// One text or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn as_slice(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::More(more) => more,
        }
    }
}

#[cfg(test)]
mod tests;

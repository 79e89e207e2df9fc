//! The FIDO Metadata Service: a signed list of authenticator models (MDS3).

mod entry;
mod status;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::bytes::Timestamp;
use crate::coded::coded;
use crate::cose::Algorithm;
use crate::evidence::Findings;
use crate::jose::{Jws, SignedBy, TokenError};
use crate::json::Object;
use crate::trust::{Anchor, TrustAnchors};
use crate::x509::{self, Certificate, PathError, PathRules, oid};

pub use entry::{Entry, Statement};
pub use status::{Standing, Status, StatusReport};

/// Longest list in characters; the largest so far had under three million.
pub const MAX_BLOB: usize = 32 * 1024 * 1024;

/// What a list is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    /// The roots that its signer must lead to.
    pub anchors: &'a [&'a Anchor],
    /// The signer's host name. Needed below a root that stands above others too.
    pub signer: Option<&'a str>,
    /// The number of the list that we have: an older one would take news back.
    pub at_least: u64,
    /// The moment of judgement.
    pub at: Timestamp,
}

/// Whose name the FIDO Alliance's signer has.
pub const FIDO_SIGNER: &str = "mds.fidoalliance.org";

/// A list that was verified. Only [`verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    number: u64,
    next_update: String,
    entries: Vec<Entry>,
    unreadable: usize,
}

impl Blob {
    /// The list's number; it only grows.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// The day by which there will be a newer one, `YYYY-MM-DD`.
    #[must_use]
    pub fn next_update(&self) -> &str {
        &self.next_update
    }

    /// Whether a newer one should be there. An old list is still better than none: what it says
    /// holds, but what it does not yet say may hold too.
    #[must_use]
    pub fn is_stale(&self, at: Timestamp) -> bool {
        let due = format!("{}T00:00:00Z", self.next_update);
        Timestamp::from_rfc3339(&due).is_none_or(|due| at > due.plus_ms(24 * 60 * 60 * 1000))
    }

    /// The models.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many entries could not be read, and are as good as not there.
    #[must_use]
    pub const fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// Adds the anchors of every model: by its number, or by the keys of its certificates.
    pub fn add_anchors(&self, anchors: &mut TrustAnchors) {
        for entry in &self.entries {
            for root in entry.statement.roots() {
                // one bad certificate of a maker's is no reason to lose the others
                let Ok(anchor) = Anchor::from_certificate(&root) else { continue };
                if let Some(model) = entry.aaguid.filter(|model| !model.is_zero()) {
                    anchors.trust_for(model, anchor.clone());
                }
                for key in &entry.keys {
                    anchors.trust_for_key(*key, anchor.clone());
                }
            }
        }
    }
}

/// Verifies a list: signed by whom its certificates say, who leads to one of our roots.
///
/// # Errors
/// [`BlobError`] names the first check that failed.
pub fn verify(
    blob: &str,
    expectation: &Expectation<'_>,
    findings: &mut Findings,
) -> Result<Blob, BlobError> {
    // files end in a newline now and then
    let blob = blob.trim_ascii_end();
    let is_short = blob.len() <= MAX_BLOB;
    findings.check("length", is_short.then_some(()).ok_or(BlobError::TooLong))?;
    let token = findings.check("token", Jws::parse(blob).map_err(BlobError::Token))?;
    let algorithm = SignedBy::from_name(&token.header().algorithm);
    let algorithm = algorithm.ok_or(BlobError::Token(TokenError::Algorithm));
    let algorithm = findings.check("algorithm", algorithm)?;
    findings.learned("algorithm", token.header().algorithm.as_str());

    let chain: Vec<_> = token.header().certificates.iter().map(Vec::as_slice).collect();
    let signer = chain.first().and_then(|der| Certificate::parse(der).ok());
    let signer = findings.check("signer", signer.ok_or(BlobError::Signer))?;
    findings
        .check("signer's key and name", expect_signer(&signer, algorithm, expectation.signer))?;
    findings.learned("signer", signer.subject_text());
    match x509::find_trust(&chain, expectation.anchors, PathRules::Ordinary, expectation.at) {
        Ok(anchor) => {
            findings.check("path to an anchor", Ok::<_, BlobError>(()))?;
            findings.ended_in(anchor.name());
        }
        Err(stop) => findings.check("path to an anchor", Err(BlobError::Path(stop.error)))?,
    }
    let payload = token.verify(algorithm, signer.key_bits()).map_err(BlobError::Token);
    let payload = findings.check("signature", payload)?;
    let blob = findings.check("payload", read(&payload))?;
    findings.learned("number", i64::try_from(blob.number).unwrap_or(i64::MAX));
    findings.learned("next-update", blob.next_update.as_str());
    findings.learned("entries", u32::try_from(blob.entries.len()).unwrap_or(u32::MAX));
    findings.learned("stale", blob.is_stale(expectation.at));
    let is_new = blob.number >= expectation.at_least;
    findings.check("number", is_new.then_some(()).ok_or(BlobError::Backwards))?;
    Ok(blob)
}

/// The signer has a key for the algorithm and the name that was asked for.
fn expect_signer(
    signer: &Certificate<'_>,
    algorithm: SignedBy,
    host: Option<&str>,
) -> Result<(), BlobError> {
    let needed = match algorithm {
        SignedBy::Es256 => Algorithm::Es256,
        SignedBy::Rs256 => Algorithm::Rs256,
    };
    if !signer.has_key_for(needed) {
        return Err(BlobError::Token(TokenError::Algorithm));
    }
    let has_name = |host: &str| {
        signer.is_for_host(host)
            || signer.subject_has(oid::COMMON_NAME, |name| name == host.as_bytes())
    };
    if host.is_none_or(has_name) { Ok(()) } else { Err(BlobError::Signer) }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    no: u64,
    next_update: String,
    #[serde(borrow)]
    entries: Vec<&'a RawValue>,
}

fn read(payload: &[u8]) -> Result<Blob, BlobError> {
    let text = std::str::from_utf8(payload).map_err(|_| BlobError::Malformed)?;
    let Object::<Payload<'_>>(payload) =
        serde_json::from_str(text).map_err(|_| BlobError::Malformed)?;
    let mut entries = Vec::with_capacity(payload.entries.len());
    let mut unreadable = 0_usize;
    for raw in payload.entries {
        match Entry::parse(raw.get()) {
            Some(entry) => entries.push(entry),
            None => unreadable = unreadable.saturating_add(1),
        }
    }
    Ok(Blob { number: payload.no, next_update: payload.next_update, entries, unreadable })
}

/// Why a list is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlobError {
    /// Longer than any honest one.
    TooLong,
    /// Not a token, or its signature does not verify.
    Token(TokenError),
    /// The signer's certificate is missing, cannot be read or has another name.
    Signer,
    /// The signer's certificates do not lead to a root of ours.
    Path(PathError),
    /// The payload is not a list of models.
    Malformed,
    /// Older than the one we have.
    Backwards,
}

impl BlobError {
    const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::TooLong => ("metadata-too-long", "the metadata exceeds 32 mebibytes"),
            Self::Token(error) => (error.code(), error.message()),
            Self::Signer => ("metadata-signer", "the metadata is not signed by the fido alliance"),
            Self::Path(error) => (error.code(), error.message()),
            Self::Malformed => ("metadata-malformed", "the metadata is not a list of models"),
            Self::Backwards => {
                ("metadata-backwards", "the metadata is older than what is known already")
            }
        }
    }
}

coded!(BlobError);

#[cfg(test)]
mod tests;

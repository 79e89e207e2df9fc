//! Google's Play Integrity: what Google says about an app and the phone that it runs on.

mod verdict;

use crate::bytes::Timestamp;
use crate::coded::coded;
use crate::evidence::Findings;
use crate::genuine::TokenKeys;
use crate::jose::{Jwe, Jws, SignedBy, TokenError};

pub use verdict::Verdict;

/// Longest token; Google's have under four thousand characters.
const MAX_TOKEN: usize = 64 * 1024;

/// Clocks that differ by less agree: ours and Google's, in milliseconds.
const CLOCK_SKEW_MS: i64 = 60 * 1000;

/// What a verdict is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    /// The package's name.
    pub package: &'a str,
    /// What binds the token to a request.
    pub binding: Binding<'a>,
    /// SHA-256 of the certificates that may have signed the app, as Google writes them; `None`
    /// asks for none in particular.
    pub signing_digests: Option<&'a [String]>,
    /// What Google may say about the app, `PLAY_RECOGNIZED` as a rule.
    pub app_verdicts: &'a [String],
    /// What Google must say about the phone, all of it. Labels that are not there are not so.
    pub device_verdicts: &'a [String],
    /// The oldest version code that is still good enough.
    pub minimum_version: Option<u64>,
    /// Whether the person must have got the app from the store.
    pub licensed: bool,
    /// How old the verdict may be, in milliseconds.
    pub max_age_ms: i64,
    /// The moment of judgement.
    pub at: Timestamp,
}

/// What binds a token to a request.
#[derive(Clone, Copy, Debug)]
pub enum Binding<'a> {
    /// A classic request: the nonce, character for character.
    Nonce(&'a str),
    /// A standard request: the hash, character for character.
    RequestHash(&'a str),
    /// A request of either kind.
    Either(&'a str),
}

/// Opens a token whose keys are ours: an AES envelope around Google's signature.
///
/// # Errors
/// [`PlayIntegrityError::Token`] when it was made for others, altered or not signed by Google;
/// [`PlayIntegrityError::Malformed`] when it holds no verdict.
pub fn open(
    token: &str,
    keys: &TokenKeys,
    findings: &mut Findings,
) -> Result<Verdict, PlayIntegrityError> {
    if token.len() > MAX_TOKEN {
        return findings.check("token", Err(PlayIntegrityError::Token(TokenError::Malformed)));
    }
    let sealed = Jwe::parse(token).map_err(PlayIntegrityError::Token);
    let sealed = findings.check("token", sealed)?;
    let opened = sealed.open(keys.decryption()).map_err(PlayIntegrityError::Token);
    let opened = findings.check("decryption", opened)?;
    let signed = std::str::from_utf8(&opened).map_err(|_| TokenError::Malformed);
    let signed = signed.and_then(Jws::parse).map_err(PlayIntegrityError::Token);
    let signed = findings.check("signed token", signed)?;
    let payload = signed.verify(SignedBy::Es256, keys.verification());
    let payload = findings.check("signature", payload.map_err(PlayIntegrityError::Token))?;
    findings.check("verdict", Verdict::parse(&payload))
}

/// Judges a verdict, whoever opened the token.
///
/// # Errors
/// [`PlayIntegrityError`] names the first check that failed. What Google does not say counts as
/// not so.
pub fn judge(
    verdict: &Verdict,
    expectation: &Expectation<'_>,
    findings: &mut Findings,
) -> Result<(), PlayIntegrityError> {
    verdict.tell(findings);
    let check = |holds: bool, error| if holds { Ok(()) } else { Err(error) };
    findings.check(
        "not a test",
        check(!verdict.testing.is_testing_response, PlayIntegrityError::Test),
    )?;
    let request = &verdict.request;
    let is_for_package = request.package.as_deref() == Some(expectation.package);
    findings.check("requested by", check(is_for_package, PlayIntegrityError::Package))?;
    let is_bound = match expectation.binding {
        Binding::Nonce(nonce) => request.nonce.as_deref() == Some(nonce),
        Binding::RequestHash(hash) => request.hash.as_deref() == Some(hash),
        Binding::Either(text) => {
            [&request.nonce, &request.hash].into_iter().any(|own| own.as_deref() == Some(text))
        }
    };
    findings.check("bound to the request", check(is_bound, PlayIntegrityError::Binding))?;
    findings.check("age", expect_fresh(verdict, expectation))?;
    judge_app(verdict, expectation, findings)?;

    let labels = &verdict.device.labels;
    let is_good_device = expectation.device_verdicts.iter().all(|label| labels.contains(label));
    findings.check("device verdict", check(is_good_device, PlayIntegrityError::Device))?;
    if expectation.licensed {
        let is_licensed = verdict.account.licensing.as_deref() == Some("LICENSED");
        findings.check("licence", check(is_licensed, PlayIntegrityError::Licence))?;
    }
    Ok(())
}

fn judge_app(
    verdict: &Verdict,
    expectation: &Expectation<'_>,
    findings: &mut Findings,
) -> Result<(), PlayIntegrityError> {
    let check = |holds: bool, error| if holds { Ok(()) } else { Err(error) };
    let app = &verdict.app;
    if !expectation.app_verdicts.is_empty() {
        let own = app.verdict.as_ref();
        let is_known = own.is_some_and(|own| expectation.app_verdicts.contains(own));
        findings.check("app verdict", check(is_known, PlayIntegrityError::App))?;
    }
    // the request names its package itself; this name is the store's
    let is_package = app.package.as_deref() == Some(expectation.package);
    findings.check("package", check(is_package, PlayIntegrityError::Package))?;
    if let Some(digests) = expectation.signing_digests {
        let is_known = |own: &String| digests.iter().any(|digest| same_digest(own, digest));
        let is_signed = app.signing_digests.iter().any(is_known);
        findings.check("signing certificate", check(is_signed, PlayIntegrityError::Signer))?;
    }
    if let Some(minimum) = expectation.minimum_version {
        let version = app.version.as_deref().and_then(|text| text.parse::<u64>().ok());
        let is_new_enough = version.is_some_and(|version| version >= minimum);
        findings.check("version", check(is_new_enough, PlayIntegrityError::Version))?;
    }
    Ok(())
}

/// Digests are compared as text; Google pads some of them and some not.
fn same_digest(left: &str, right: &str) -> bool {
    left.trim_end_matches('=') == right.trim_end_matches('=')
}

fn expect_fresh(
    verdict: &Verdict,
    expectation: &Expectation<'_>,
) -> Result<(), PlayIntegrityError> {
    let made = verdict.request.made().ok_or(PlayIntegrityError::Malformed)?;
    let age = expectation.at.since_ms(made);
    if age > expectation.max_age_ms || age < CLOCK_SKEW_MS.saturating_neg() {
        return Err(PlayIntegrityError::Age);
    }
    Ok(())
}

/// Why a token does not convince.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlayIntegrityError {
    /// The token cannot be opened, or is not Google's.
    Token(TokenError),
    /// The token holds no verdict.
    Malformed,
    /// The verdict is a developer's test.
    Test,
    /// Of another app.
    Package,
    /// Made for another request.
    Binding,
    /// Too old, or from the future.
    Age,
    /// The store does not know this app, or did not look.
    App,
    /// Signed by somebody else.
    Signer,
    /// An old version.
    Version,
    /// The phone is less than demanded.
    Device,
    /// The person did not get the app from the store.
    Licence,
}

impl PlayIntegrityError {
    pub(crate) const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::Token(error) => (error.code(), error.message()),
            Self::Malformed => ("play-integrity-malformed", "the token holds no verdict"),
            Self::Test => ("play-integrity-test", "the verdict is a test of the app's developer"),
            Self::Package => ("play-integrity-package", "the verdict is about another app"),
            Self::Binding => ("play-integrity-binding", "the verdict was made for another request"),
            Self::Age => ("play-integrity-age", "the verdict is too old or from the future"),
            Self::App => ("play-integrity-app", "the store does not recognise this app"),
            Self::Signer => ("play-integrity-signer", "the app is signed by somebody else"),
            Self::Version => ("play-integrity-version", "the app is too old: update it"),
            Self::Device => {
                ("play-integrity-device", "the phone does not meet the integrity that is demanded")
            }
            Self::Licence => {
                ("play-integrity-licence", "the app does not come from the store for this person")
            }
        }
    }
}

coded!(PlayIntegrityError);

#[cfg(test)]
mod tests;

//! Apple's receipts: signed lists of what Apple knows about an attested key.

use super::{Environment, cms};
use crate::bytes::Timestamp;
use crate::coded::coded;
use crate::der::{self, NotDer, Reader, Tag};
use crate::evidence::Findings;
use crate::trust::Anchor;
use crate::x509::{self, Certificate, PathError, PathRules, oid};

/// What a receipt is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    /// Team and bundle.
    pub app_id: &'a str,
    /// Where the app must come from.
    pub environment: Environment,
    /// The attested key: the uncompressed point on P-256.
    pub point: &'a [u8],
    /// Apple's root above those who sign receipts.
    pub anchors: &'a [&'a Anchor],
    /// How old it may be, in milliseconds: five minutes if it was just received. Without a limit
    /// neither age nor expiry count.
    pub max_age_ms: Option<i64>,
    /// The moment of judgement.
    pub at: Timestamp,
}

/// Clocks that differ by less agree: ours and Apple's, in milliseconds.
const CLOCK_SKEW_MS: i64 = 60 * 1000;

/// A receipt that Apple signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Roughly how many keys the device had attested in the last thirty days; only receipts that
    /// were asked for say so. Many mean a device that lends itself to others.
    pub risk_metric: Option<u32>,
    /// When Apple wrote it.
    pub created: Timestamp,
    /// From when on Apple will exchange it for a newer one.
    pub not_before: Option<Timestamp>,
    /// Until when.
    pub expires: Timestamp,
}

/// Verifies a receipt. The path to the anchor and its age come last.
///
/// # Errors
/// [`ReceiptError`] names the first check that failed.
pub fn verify(
    receipt: &[u8],
    expectation: &Expectation<'_>,
    findings: &mut Findings,
) -> Result<Receipt, ReceiptError> {
    let der = cms::to_der(receipt).map_err(|NotDer| ReceiptError::Malformed);
    let der = findings.check("encoding", der)?;
    let message = cms::SignedMessage::parse(&der).map_err(|NotDer| ReceiptError::Malformed);
    let message = findings.check("signed data", message)?;
    let signer = message.signer().ok_or(ReceiptError::Signature);
    let signer = findings.check("signer", signer)?;
    findings.check("signature", message.verify().map_err(|_| ReceiptError::Signature))?;
    findings.check("signer's purpose", expect_receipt_signer(signer))?;

    let fields = Fields::read(message.content()).map_err(|NotDer| ReceiptError::Malformed);
    let fields = findings.check("fields", fields)?;
    let is_of_app = fields.app_id == expectation.app_id.as_bytes();
    findings.check("app id", is_of_app.then_some(()).ok_or(ReceiptError::App))?;
    findings.check("public key", fields.expect_key(expectation.point))?;
    let environment = expectation.environment.receipt_name().as_bytes();
    let is_from_there = fields.environment.is_none_or(|own| own == environment);
    findings.check("environment", is_from_there.then_some(()).ok_or(ReceiptError::Environment))?;
    let read = findings.check("dates", fields.read_dates())?;
    tell(&fields, &read, findings);

    let chain = message.chain();
    match x509::find_trust(&chain, expectation.anchors, PathRules::Ordinary, expectation.at) {
        Ok(anchor) => {
            findings.check("path to an anchor", Ok::<_, ReceiptError>(()))?;
            findings.ended_in(anchor.name());
        }
        Err(stop) => {
            findings.check("path to an anchor", Err(ReceiptError::Path(stop.error)))?;
        }
    }
    findings.check("age", expect_fresh(&read, expectation))?;
    Ok(read)
}

/// What a receipt says, without any check of who says so.
///
/// # Errors
/// [`ReceiptError::Malformed`] when it is none.
pub fn describe(receipt: &[u8], findings: &mut Findings) -> Result<Receipt, ReceiptError> {
    let der = cms::to_der(receipt).map_err(|NotDer| ReceiptError::Malformed)?;
    let message = cms::SignedMessage::parse(&der).map_err(|NotDer| ReceiptError::Malformed)?;
    let fields = Fields::read(message.content()).map_err(|NotDer| ReceiptError::Malformed)?;
    let read = fields.read_dates()?;
    findings.learned("app-id", String::from_utf8_lossy(fields.app_id).into_owned());
    if let Some(environment) = fields.environment {
        findings.learned("environment", String::from_utf8_lossy(environment).into_owned());
    }
    tell(&fields, &read, findings);
    for der in message.chain() {
        let Ok(certificate) = Certificate::parse(der) else { continue };
        findings.learned("signed-by", certificate.subject_text());
    }
    Ok(read)
}

fn tell(fields: &Fields<'_>, receipt: &Receipt, findings: &mut Findings) {
    if let Some(kind) = fields.kind {
        findings.learned("receipt-type", String::from_utf8_lossy(kind).into_owned());
    }
    if let Some(metric) = receipt.risk_metric {
        findings.learned("risk-metric", metric);
    }
}

/// Apple's root stands above certificates of developers too, so the signer must be marked as one
/// of receipts.
fn expect_receipt_signer(signer: &[u8]) -> Result<(), ReceiptError> {
    let signer = Certificate::parse(signer).map_err(|_| ReceiptError::Signature)?;
    match signer.extension(oid::APPLE_RECEIPT_SIGNER) {
        Some(_) => Ok(()),
        None => Err(ReceiptError::Signer),
    }
}

fn expect_fresh(receipt: &Receipt, expectation: &Expectation<'_>) -> Result<(), ReceiptError> {
    let Some(max_age_ms) = expectation.max_age_ms else { return Ok(()) };
    let age = expectation.at.since_ms(receipt.created);
    if age < CLOCK_SKEW_MS.saturating_neg() || age > max_age_ms || expectation.at > receipt.expires
    {
        return Err(ReceiptError::Age);
    }
    Ok(())
}

/// The receipt's fields that we look at; others are passed over.
#[derive(Default)]
struct Fields<'a> {
    app_id: &'a [u8],
    key: &'a [u8],
    kind: Option<&'a [u8]>,
    environment: Option<&'a [u8]>,
    created: &'a [u8],
    risk_metric: Option<&'a [u8]>,
    not_before: Option<&'a [u8]>,
    expires: &'a [u8],
}

impl<'a> Fields<'a> {
    fn read(content: &'a [u8]) -> Result<Self, NotDer> {
        let mut outer = Reader::new(content);
        let mut set = Reader::new(outer.expect(Tag::Set)?);
        if !outer.is_empty() {
            return Err(NotDer);
        }
        let mut fields = Self::default();
        let mut seen = Vec::new();
        while !set.is_empty() {
            let mut field = Reader::new(set.expect(Tag::Sequence)?);
            let kind = der::small_number(field.expect(Tag::Integer)?)?;
            let _version = field.expect(Tag::Integer)?;
            let value = field.expect(Tag::OctetString)?;
            // two readers that keep the first and the last value would see different receipts
            if seen.contains(&kind) {
                return Err(NotDer);
            }
            seen.push(kind);
            match kind {
                2 => fields.app_id = value,
                3 => fields.key = value,
                6 => fields.kind = Some(value),
                7 => fields.environment = Some(value),
                12 => fields.created = value,
                17 => fields.risk_metric = Some(value),
                19 => fields.not_before = Some(value),
                21 => fields.expires = value,
                _ => {}
            }
        }
        Ok(fields)
    }

    /// The field is the key's certificate.
    fn expect_key(&self, point: &[u8]) -> Result<(), ReceiptError> {
        let certificate = Certificate::parse(self.key).map_err(|_| ReceiptError::Key)?;
        if certificate.key_bits() == point { Ok(()) } else { Err(ReceiptError::Key) }
    }

    fn read_dates(&self) -> Result<Receipt, ReceiptError> {
        let metric = self.risk_metric.map(|text| {
            let text = std::str::from_utf8(text).map_err(|_| ReceiptError::Malformed)?;
            text.parse().map_err(|_| ReceiptError::Malformed)
        });
        Ok(Receipt {
            risk_metric: metric.transpose()?,
            created: moment(self.created)?,
            not_before: self.not_before.map(moment).transpose()?,
            expires: moment(self.expires)?,
        })
    }
}

fn moment(text: &[u8]) -> Result<Timestamp, ReceiptError> {
    let text = std::str::from_utf8(text).map_err(|_| ReceiptError::Malformed)?;
    Timestamp::from_rfc3339(text).ok_or(ReceiptError::Malformed)
}

/// Why a receipt is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReceiptError {
    /// Not a signed list of fields.
    Malformed,
    /// Not signed by the signer that it names.
    Signature,
    /// The signer is not one of receipts.
    Signer,
    /// Of another app.
    App,
    /// Of another key.
    Key,
    /// From another environment.
    Environment,
    /// The signer's certificates do not lead to Apple's root.
    Path(PathError),
    /// Too old, expired, or from the future.
    Age,
}

impl ReceiptError {
    /// Whether everything but trust is right.
    #[must_use]
    pub const fn is_about_trust(&self) -> bool {
        matches!(self, Self::Path(_))
    }

    pub(crate) const fn row(&self) -> (&'static str, &'static str) {
        match self {
            Self::Malformed => ("receipt-malformed", "this is not a receipt of apple's"),
            Self::Signature => ("receipt-signature", "the receipt's signature does not verify"),
            Self::Signer => {
                ("receipt-signer", "the receipt is signed by one who signs no receipts")
            }
            Self::App => ("receipt-app", "the receipt is of another app"),
            Self::Key => ("receipt-key", "the receipt is of another key"),
            Self::Environment => ("receipt-environment", "the receipt is from another environment"),
            Self::Path(error) => (error.code(), error.message()),
            Self::Age => ("receipt-age", "the receipt is too old, expired or from the future"),
        }
    }
}

coded!(ReceiptError);

//! Cases of kind `registration`.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Failure, OneOrMore, bytes, unreadable};
use crate::attestation::AttestationKind;
use crate::bytes::{Challenge, Timestamp};
use crate::cose::Algorithm;
use crate::credential::RegistrationResponse;
use crate::evidence::Findings;
use crate::options::UserVerification;
use crate::origin::{Embedding, RelyingParty};
use crate::registration::{self, Expectation, UserPresence};
use crate::trust::{Demands, TrustAnchors};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Case<'a> {
    #[serde(flatten)]
    site: Site,
    #[serde(borrow)]
    response: &'a RawValue,
    #[serde(rename = "trustAnchors_pem")]
    anchors: Option<Vec<String>>,
    verification_time: Option<String>,
    conditional_create: Option<bool>,
    allowed_algs: Option<Vec<i64>>,
    safety_net_enforce_cts: Option<bool>,
    android_key_require_tee: Option<bool>,
}

/// What both ceremonies are held against.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Site {
    rp_id: String,
    origin: OneOrMore,
    #[serde(rename = "challenge_b64url")]
    challenge: String,
    user_verification_required: Option<bool>,
    cross_origin_allowed: Option<bool>,
    top_origin: Option<OneOrMore>,
}

impl Site {
    pub(super) fn relying_party(&self) -> Result<RelyingParty, Failure> {
        // an origin that no browser writes matches nothing
        let origins =
            |texts: &[String]| texts.iter().filter_map(|text| text.parse().ok()).collect();
        Ok(RelyingParty {
            id: self.rp_id.parse().map_err(|_| unreadable("rpId is not a host name"))?,
            origins: origins(self.origin.as_slice()),
            embedding: match self.cross_origin_allowed {
                Some(true) => Embedding::AllowedFrom(
                    self.top_origin.as_ref().map(|top| origins(top.as_slice())).unwrap_or_default(),
                ),
                Some(false) | None => Embedding::Refused,
            },
        })
    }

    pub(super) fn challenge(&self) -> Result<Challenge, Failure> {
        bytes(&self.challenge)
            .and_then(|bytes| Challenge::new(bytes).ok())
            .ok_or(unreadable("challenge_b64url is not base64url of 1 to 2048 bytes"))
    }

    pub(super) const fn user_verification(&self) -> UserVerification {
        match self.user_verification_required {
            Some(true) => UserVerification::Required,
            Some(false) | None => UserVerification::Preferred,
        }
    }
}

impl Case<'_> {
    fn trust(&self) -> TrustAnchors {
        let mut trust = TrustAnchors::default();
        for anchor in super::anchors(self.anchors.as_deref()) {
            trust.trust(anchor);
        }
        let usual = Demands::default();
        trust.demand(Demands {
            android_key_in_hardware: self
                .android_key_require_tee
                .unwrap_or(usual.android_key_in_hardware),
            safetynet_compatible: self.safety_net_enforce_cts.unwrap_or(usual.safetynet_compatible),
        });
        trust
    }

    fn algorithms(&self) -> Vec<Algorithm> {
        match &self.allowed_algs {
            None => Algorithm::ALL.to_vec(),
            Some(allowed) => allowed
                .iter()
                .filter_map(|identifier| Algorithm::from_identifier(*identifier))
                .collect(),
        }
    }
}

pub(super) fn judge(
    case: &Case<'_>,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<(), Failure> {
    let response = RegistrationResponse::parse_json(case.response.get().as_bytes());
    let response = findings.check("json", response)?;
    let expectation = Expectation {
        relying_party: &case.site.relying_party()?,
        challenge: &case.site.challenge()?,
        user_verification: case.site.user_verification(),
        user_presence: match case.conditional_create {
            Some(true) => UserPresence::NotRequired,
            Some(false) | None => UserPresence::Required,
        },
        algorithms: &case.algorithms(),
        anchors: &case.trust(),
        at: super::moment(case.verification_time.as_deref(), now)?,
    };
    let verified = registration::verify(&response, &expectation);
    let verified = findings.check("ceremony", verified)?;
    findings.learned("aaguid", verified.aaguid().to_string());
    findings.learned("algorithm", verified.public_key().algorithm().identifier());
    findings.learned("user-verified", verified.user_verified());
    findings.learned("backup-eligible", verified.backup_eligible());
    let attestation = verified.attestation();
    findings.learned("format", attestation.format.as_str());
    findings.contained(&attestation.format, attestation.findings.clone());
    // without anchors nobody asked for trust, only whether the statement is right
    let is_trust_asked = !super::asks_no_trust(case.anchors.as_deref());
    match attestation.kind {
        AttestationKind::Trusted => Ok(()),
        AttestationKind::Unverified(error) if is_trust_asked || !error.is_about_trust() => {
            Err(error.into())
        }
        AttestationKind::None | AttestationKind::SelfSigned if is_trust_asked => {
            Err(Failure(("attestation-untrusted", "the statement has no path to an anchor")))
        }
        AttestationKind::Unverified(_) | AttestationKind::None | AttestationKind::SelfSigned => {
            Ok(())
        }
    }
}

//! Cases of kind `authentication`.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::registration::Site;
use super::{Failure, bytes, unreadable};
use crate::authentication::{self, AllowList, CounterVerdict, Expectation, StoredCredential};
use crate::bytes::{CredentialId, SignCount, UserHandle};
use crate::cose::PublicKey;
use crate::credential::AuthenticationResponse;
use crate::evidence::Findings;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Case<'a> {
    #[serde(flatten)]
    site: Site,
    #[serde(borrow)]
    response: &'a RawValue,
    #[serde(rename = "credentialPublicKey_cose_b64url")]
    public_key: String,
    stored_sign_count: Option<u32>,
    stored_credential_id: Option<String>,
    backup_eligible_stored: Option<bool>,
}

pub(super) fn judge(case: &Case<'_>, findings: &mut Findings) -> Result<(), Failure> {
    let response = AuthenticationResponse::parse_json(case.response.get().as_bytes());
    let response = findings.check("json", response)?;
    let public_key = bytes(&case.public_key)
        .ok_or(unreadable("credentialPublicKey_cose_b64url is not base64url"))?;
    let public_key = findings.check("public key on record", PublicKey::parse(&public_key))?;
    findings.learned("algorithm", public_key.algorithm().identifier());
    let id = match &case.stored_credential_id {
        None => response.id().clone(),
        Some(id) => CredentialId::from_base64url(id)
            .map_err(|_| unreadable("storedCredentialId is not base64url"))?,
    };
    // cases that do not say whether it was eligible mean that nothing changed
    let flags = response.authenticator_data().get(32).copied().unwrap_or_default();
    let credential = StoredCredential {
        id,
        public_key,
        sign_count: SignCount(case.stored_sign_count.unwrap_or_default()),
        backup_eligible: case.backup_eligible_stored.unwrap_or(flags & 0x08 != 0),
    };
    let anybody = UserHandle::new([0]).map_err(|_| unreadable("there is no handle for anybody"))?;
    let expectation = Expectation {
        relying_party: &case.site.relying_party()?,
        challenge: &case.site.challenge()?,
        user_verification: case.site.user_verification(),
        credential: &credential,
        allowed: AllowList::Only(std::slice::from_ref(&credential.id)),
        user_handle: response.user_handle().unwrap_or(&anybody),
    };
    let verified = authentication::verify(&response, &expectation);
    let verified = findings.check("ceremony", verified)?;
    findings.learned("sign-count", verified.sign_count().0);
    findings.learned("user-verified", verified.user_verified());
    findings.learned("backup-state", verified.backup_state());
    match verified.counter() {
        CounterVerdict::NotCounting | CounterVerdict::Advanced => Ok(()),
        CounterVerdict::WentBack => {
            Err(Failure(("counter-went-back", "the counter is not higher than it was")))
        }
    }
}

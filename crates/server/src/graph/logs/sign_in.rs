//! `signIn` on the wire.

use identity::audit::{Recorded, SignInEntry, SignInMethodName};
use serde_json::{Value, json};

use crate::graph::answer::extended;
use crate::graph::ask::Version;
use crate::graph::moment;

/// An entry as Graph shows it; `tenant` is the organisation's id.
pub(crate) fn to_json(entry: &SignInEntry, tenant: &str, version: Version) -> Value {
    let is_person = entry.method != SignInMethodName::ClientSecret;
    let shown = json!({
        "id": entry.id.to_string(),
        "createdDateTime": moment::to_text(entry.at),
        "userDisplayName": entry.upn,
        "userPrincipalName": entry.upn,
        "userId": entry.user.map(|user| user.to_string()),
        "appId": null,
        "appDisplayName": "Keyward",
        "ipAddress": entry.ip,
        "clientAppUsed": if is_person { "Browser" } else { "Other clients" },
        "userAgent": entry.user_agent,
        "correlationId": entry.correlation.to_string(),
        "conditionalAccessStatus": "notApplied",
        "isInteractive": is_person,
        "riskDetail": "none",
        "riskLevelAggregated": "none",
        "riskLevelDuringSignIn": "none",
        "riskState": "none",
        "riskEventTypes_v2": [],
        "resourceDisplayName": null,
        "resourceId": null,
        "resourceTenantId": tenant,
        "homeTenantId": tenant,
        "servicePrincipalId": null,
        "servicePrincipalName": null,
        "status": status(&entry.result),
        "deviceDetail": null,
        "location": null,
        "appliedConditionalAccessPolicies": [],
        "authenticationAppDeviceDetails": null,
    });
    match version {
        Version::V1 => shown,
        Version::Beta => extended(shown, beta(entry, is_person)),
    }
}

/// What beta tells in addition: how it was proven, and what decided.
fn beta(entry: &SignInEntry, is_person: bool) -> Value {
    let (requirement, event) = if is_person {
        ("multiFactorAuthentication", "interactiveUser")
    } else {
        ("singleFactorAuthentication", "servicePrincipal")
    };
    json!({
        "authenticationDetails": [step(entry)],
        "authenticationMethodsUsed": [used(entry.method)],
        "authenticationRequirement": requirement,
        "authenticationProcessingDetails": processing(entry),
        "signInEventTypes": [event],
    })
}

fn status(result: &Recorded) -> Value {
    match result {
        Recorded::Success => {
            json!({ "errorCode": 0, "failureReason": "Other.", "additionalDetails": null })
        }
        Recorded::Refused { code, reason } => json!({
            "errorCode": error_code(code),
            "failureReason": reason,
            "additionalDetails": code,
        }),
    }
}

/// The real product's number where there is one for the same thing; its general one otherwise.
fn error_code(code: &str) -> u32 {
    match code {
        "account-disabled" => 50_057,
        "locked-out" => 50_053,
        "client-unknown" => 7_000_215,
        _ => 50_126,
    }
}

fn step(entry: &SignInEntry) -> Value {
    let is_success = entry.result == Recorded::Success;
    json!({
        "authenticationStepDateTime": moment::to_text(entry.at),
        "authenticationMethod": entry.method.display_name(),
        "authenticationMethodDetail": entry.aaguid.map(|aaguid| aaguid.to_string()),
        "succeeded": is_success,
        "authenticationStepResultDetail": if is_success {
            "methodSucceeded".to_owned()
        } else {
            entry.decided_by.clone()
        },
        "authenticationStepRequirement": "Primary authentication",
    })
}

fn used(method: SignInMethodName) -> &'static str {
    match method {
        SignInMethodName::PasskeyDeviceBound
        | SignInMethodName::PasskeySynced
        | SignInMethodName::PasskeyUnknown => "FIDO",
        SignInMethodName::AccessPass
        | SignInMethodName::ClientSecret
        | SignInMethodName::FirstRunLink => method.display_name(),
    }
}

fn processing(entry: &SignInEntry) -> Value {
    let mut pairs = vec![json!({ "key": "Decided by", "value": entry.decided_by })];
    if let Some(aaguid) = entry.aaguid {
        pairs.push(json!({ "key": "AAGUID", "value": aaguid.to_string() }));
    }
    if let Some(passkey) = &entry.passkey {
        pairs.push(json!({ "key": "Credential id", "value": passkey.to_base64url() }));
    }
    json!(pairs)
}

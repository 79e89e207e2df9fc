//! `fido2AuthenticationMethodConfiguration` on the wire.

mod patch;

use identity::policy::fido2::DEFAULT_PROFILE;
use identity::policy::key_restrictions::Enforcement;
use identity::policy::target::RegistrationRequirement;
use identity::policy::{
    AttestationEnforcement, Fido2Configuration, IncludeTarget, KeyRestrictions, MethodState,
    PasskeyProfile, PasskeyTypes, RestrictionKind, SelfService, Target,
};
use serde_json::{Value, json};

pub(crate) use patch::{exclude_targets, parse, registration, state_of, target};

/// The id, as it is returned.
pub(crate) const ID: &str = "Fido2";
/// The type.
pub(crate) const TYPE: &str = "#microsoft.graph.fido2AuthenticationMethodConfiguration";

/// Graph's word for everybody.
const ALL_USERS: &str = "all_users";

const STATES: &[(&str, MethodState)] =
    &[("enabled", MethodState::Enabled), ("disabled", MethodState::Disabled)];
const ATTESTATION: &[(&str, AttestationEnforcement)] = &[
    ("disabled", AttestationEnforcement::Disabled),
    ("registrationOnly", AttestationEnforcement::RegistrationOnly),
];
const KINDS: &[(&str, RestrictionKind)] =
    &[("allow", RestrictionKind::Allow), ("block", RestrictionKind::Block)];

/// The configuration as Graph shows it. The deprecated tenant-wide members mirror the default
/// profile (S75).
pub(crate) fn to_json(configuration: &Fido2Configuration) -> Value {
    let default = configuration.profile(DEFAULT_PROFILE);
    let off = KeyRestrictions::off();
    let is_attested = default
        .is_some_and(|profile| profile.attestation == AttestationEnforcement::RegistrationOnly);
    let restrictions = default.map_or(&off, |profile| &profile.key_restrictions);
    json!({
        "@odata.type": TYPE,
        "id": ID,
        "state": state_word(configuration.state),
        "isSelfServiceRegistrationAllowed": configuration.self_service == SelfService::Allowed,
        "isAttestationEnforced": is_attested,
        "defaultPasskeyProfile": DEFAULT_PROFILE.to_string(),
        "keyRestrictions": restrictions_json(restrictions),
        "excludeTargets": targets(&configuration.exclude),
        "includeTargets": configuration.include.iter().map(include_json).collect::<Vec<_>>(),
        "passkeyProfiles": configuration.profiles.iter().map(profile_json).collect::<Vec<_>>(),
    })
}

/// Graph's word for a state.
pub(crate) fn state_word(state: MethodState) -> &'static str {
    word(STATES, state)
}

/// Targets as `excludeTargets` shows them.
pub(crate) fn targets(targets: &[Target]) -> Vec<Value> {
    let target = |target: &Target| json!({ "id": target_id(*target), "targetType": "group" });
    targets.iter().map(target).collect()
}

/// The id of a target, or Graph's word for everybody.
pub(crate) fn target_id(target: Target) -> String {
    match target {
        Target::AllUsers => ALL_USERS.to_owned(),
        Target::Group(group) => group.to_string(),
    }
}

fn include_json(include: &IncludeTarget) -> Value {
    json!({
        "targetType": "group",
        "id": target_id(include.target),
        "isRegistrationRequired": include.registration == RegistrationRequirement::Required,
        "allowedPasskeyProfiles":
            include.profiles.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn profile_json(profile: &PasskeyProfile) -> Value {
    json!({
        "id": profile.id.to_string(),
        "name": profile.name.as_str(),
        "passkeyTypes": types(profile.types),
        "attestationEnforcement": word(ATTESTATION, profile.attestation),
        "keyRestrictions": restrictions_json(&profile.key_restrictions),
    })
}

/// The flags, joined without a blank.
fn types(types: PasskeyTypes) -> &'static str {
    match types {
        PasskeyTypes::DeviceBound => "deviceBound",
        PasskeyTypes::Synced => "synced",
        PasskeyTypes::Any => "deviceBound,synced",
    }
}

fn restrictions_json(restrictions: &KeyRestrictions) -> Value {
    json!({
        "isEnforced": restrictions.enforcement == Enforcement::Enforced,
        "enforcementType": word(KINDS, restrictions.kind),
        "aaGuids": restrictions.aaguids.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn word<T: Copy + PartialEq>(words: &'static [(&'static str, T)], value: T) -> &'static str {
    words.iter().find(|(_, known)| *known == value).map_or("unknownFutureValue", |(word, _)| word)
}

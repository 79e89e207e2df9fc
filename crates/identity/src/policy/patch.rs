//! Merging a partial configuration into the stored one: makes a value, changes nothing.

use std::collections::BTreeMap;

use webauthn::Aaguid;

use crate::Limits;
use crate::directory::SecurityGroup;
use crate::ids::{GroupId, ProfileId};
use crate::policy::MethodState;
use crate::policy::fido2::{DEFAULT_PROFILE, Fido2Configuration, SelfService};
use crate::policy::key_restrictions::{Enforcement, KeyRestrictions, RestrictionKind};
use crate::policy::profile::{AttestationEnforcement, PasskeyProfile, PasskeyTypes, ProfileName};
use crate::policy::target::{IncludeTarget, Target};
use crate::refusal::Refusal;

/// A partial FIDO2 configuration.
///
/// What is absent stays; lists and complex values that are given replace the stored ones as a
/// whole (S49), except that profiles are merged by id, because an official client drops a member
/// of theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fido2Patch {
    /// On or off.
    pub state: Option<MethodState>,
    /// Tenant-wide self-service.
    pub self_service: Option<SelfService>,
    /// Include targets.
    pub include: Option<Vec<IncludeTarget>>,
    /// Exclude targets.
    pub exclude: Option<Vec<Target>>,
    /// The deprecated tenant-wide attestation switch: the default profile's (S75).
    pub attestation: Option<AttestationEnforcement>,
    /// The deprecated tenant-wide key restrictions: the default profile's (S75).
    pub key_restrictions: Option<RestrictionsPatch>,
    /// The profiles; one that is absent from the list is deleted.
    pub profiles: Option<Vec<ProfilePatch>>,
}

/// Key restrictions as sent; given as a whole, each member optional on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestrictionsPatch {
    /// Whether the list counts.
    pub enforcement: Option<Enforcement>,
    /// What it means.
    pub kind: Option<RestrictionKind>,
    /// The models.
    pub aaguids: Option<Vec<Aaguid>>,
}

/// One profile as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfilePatch {
    /// Which profile; unknown ids make new profiles.
    pub id: ProfileId,
    /// Its name; needed for a new one.
    pub name: Option<ProfileName>,
    /// Its types; kept if absent.
    pub types: Option<PasskeyTypes>,
    /// Its attestation demand; kept if absent.
    pub attestation: Option<AttestationEnforcement>,
    /// Its restrictions; kept if absent.
    pub key_restrictions: Option<RestrictionsPatch>,
}

/// The groups that a patch names, as the directory has them; absent means it does not exist.
pub type NamedGroups = BTreeMap<GroupId, SecurityGroup>;

/// Merges `patch` into `current` and checks the result as a whole.
///
/// # Errors
/// [`Refusal::Property`] that names the property in Graph's words, the fault and the remedy.
pub fn merge(
    current: &Fido2Configuration,
    patch: &Fido2Patch,
    groups: &NamedGroups,
    limits: &Limits,
) -> Result<Fido2Configuration, Refusal> {
    let mut merged = current.clone();
    if let Some(state) = patch.state {
        merged.state = state;
    }
    if let Some(self_service) = patch.self_service {
        merged.self_service = self_service;
    }
    if let Some(include) = &patch.include {
        merged.include.clone_from(include);
    }
    if let Some(exclude) = &patch.exclude {
        merged.exclude.clone_from(exclude);
    }
    if let Some(profiles) = &patch.profiles {
        merged.profiles = merge_profiles(&current.profiles, profiles)?;
    }
    merge_deprecated(current, &mut merged, patch)?;
    check_targets(&merged, groups, limits)?;
    check_profiles(&merged, limits)?;
    Ok(merged)
}

fn merge_profiles(
    current: &[PasskeyProfile],
    patches: &[ProfilePatch],
) -> Result<Vec<PasskeyProfile>, Refusal> {
    let mut merged: Vec<PasskeyProfile> = Vec::new();
    for (index, patch) in patches.iter().enumerate() {
        let path = format!("passkeyProfiles/{index}");
        if merged.iter().any(|profile| profile.id == patch.id) {
            let problem = "this id stands in the list already: send each profile once";
            return Err(Refusal::property(format!("{path}/id"), problem));
        }
        let known = current.iter().find(|profile| profile.id == patch.id);
        merged.push(merge_profile(known, patch, &path)?);
    }
    Ok(merged)
}

fn merge_profile(
    known: Option<&PasskeyProfile>,
    patch: &ProfilePatch,
    path: &str,
) -> Result<PasskeyProfile, Refusal> {
    let missing = |member: &str| {
        Refusal::property(format!("{path}/{member}"), "a new profile needs this: add it")
    };
    Ok(PasskeyProfile {
        id: patch.id,
        name: patch
            .name
            .clone()
            .or_else(|| known.map(|profile| profile.name.clone()))
            .ok_or_else(|| missing("name"))?,
        types: patch
            .types
            .or_else(|| known.map(|profile| profile.types))
            .ok_or_else(|| missing("passkeyTypes"))?,
        attestation: patch
            .attestation
            .or_else(|| known.map(|profile| profile.attestation))
            .ok_or_else(|| missing("attestationEnforcement"))?,
        key_restrictions: match (&patch.key_restrictions, known) {
            (Some(restrictions), _) => {
                merge_restrictions(restrictions, &format!("{path}/keyRestrictions"))?
            }
            (None, Some(profile)) => profile.key_restrictions.clone(),
            (None, None) => return Err(missing("keyRestrictions")),
        },
    })
}

fn merge_restrictions(patch: &RestrictionsPatch, path: &str) -> Result<KeyRestrictions, Refusal> {
    let restrictions = KeyRestrictions {
        enforcement: patch.enforcement.unwrap_or(Enforcement::Off),
        kind: patch.kind.unwrap_or(RestrictionKind::Block),
        aaguids: patch.aaguids.clone().unwrap_or_default(),
    };
    let mut seen = std::collections::BTreeSet::new();
    for (index, aaguid) in restrictions.aaguids.iter().enumerate() {
        if !seen.insert(*aaguid) {
            let problem = format!("{aaguid} stands in the list already: send each aaguid once");
            return Err(Refusal::property(format!("{path}/aaGuids/{index}"), problem));
        }
        if aaguid.is_zero() && restrictions.kind == RestrictionKind::Allow {
            let problem = "the all-zero aaguid stands for hidden models and matches no allow list";
            return Err(Refusal::property(format!("{path}/aaGuids/{index}"), problem));
        }
    }
    Ok(restrictions)
}

/// The deprecated members are the default profile's. A round trip sends both views: the one that
/// differs from what is stored was meant; two different wishes are refused (S75).
fn merge_deprecated(
    current: &Fido2Configuration,
    merged: &mut Fido2Configuration,
    patch: &Fido2Patch,
) -> Result<(), Refusal> {
    let Some(stored) = current.profile(DEFAULT_PROFILE) else {
        return Ok(());
    };
    let Some(default) = merged.profiles.iter_mut().find(|p| p.id == DEFAULT_PROFILE) else {
        return Ok(());
    };
    let clash = "differs from the default profile in passkeyProfiles: send only one of them";
    if let Some(attestation) = patch.attestation
        && attestation != stored.attestation
    {
        if default.attestation != stored.attestation && default.attestation != attestation {
            return Err(Refusal::property("isAttestationEnforced", clash));
        }
        default.attestation = attestation;
    }
    if let Some(restrictions) = &patch.key_restrictions {
        let restrictions = merge_restrictions(restrictions, "keyRestrictions")?;
        if restrictions != stored.key_restrictions {
            if default.key_restrictions != stored.key_restrictions
                && default.key_restrictions != restrictions
            {
                return Err(Refusal::property("keyRestrictions", clash));
            }
            default.key_restrictions = restrictions;
        }
    }
    Ok(())
}

fn check_targets(
    merged: &Fido2Configuration,
    groups: &NamedGroups,
    limits: &Limits,
) -> Result<(), Refusal> {
    let count = merged.include.len().saturating_add(merged.exclude.len());
    if count > limits.targets {
        let problem = format!("{count} targets, at most {} are allowed", limits.targets);
        return Err(Refusal::property("includeTargets", problem));
    }
    let mut seen = Vec::new();
    for (index, include) in merged.include.iter().enumerate() {
        let path = format!("includeTargets/{index}");
        check_target(include.target, groups, &mut seen, &path)?;
        for (position, profile) in include.profiles.iter().enumerate() {
            if merged.profile(*profile).is_none() {
                return Err(Refusal::property(
                    format!("{path}/allowedPasskeyProfiles/{position}"),
                    format!("{profile} is not among passkeyProfiles: add it there first"),
                ));
            }
        }
    }
    seen.clear();
    for (index, target) in merged.exclude.iter().enumerate() {
        check_target(*target, groups, &mut seen, &format!("excludeTargets/{index}"))?;
    }
    Ok(())
}

fn check_target(
    target: Target,
    groups: &NamedGroups,
    seen: &mut Vec<Target>,
    path: &str,
) -> Result<(), Refusal> {
    if seen.contains(&target) {
        let problem = "this target stands in the list already: send each target once";
        return Err(Refusal::property(format!("{path}/id"), problem));
    }
    seen.push(target);
    let Target::Group(group) = target else {
        return Ok(());
    };
    match groups.get(&group) {
        Some(SecurityGroup::Yes) => Ok(()),
        // S6
        Some(SecurityGroup::No) => Err(Refusal::property(
            format!("{path}/id"),
            format!("{group} is not a security group: only security groups may be targets"),
        )),
        None => Err(Refusal::property(
            format!("{path}/id"),
            format!("there is no group {group}: check the id"),
        )),
    }
}

fn check_profiles(merged: &Fido2Configuration, limits: &Limits) -> Result<(), Refusal> {
    if merged.profile(DEFAULT_PROFILE).is_none() {
        let problem = format!("the default profile {DEFAULT_PROFILE} cannot be deleted: send it");
        return Err(Refusal::property("passkeyProfiles", problem));
    }
    if merged.profiles.len() > limits.profiles {
        let problem =
            format!("{} profiles, at most {} are allowed", merged.profiles.len(), limits.profiles);
        return Err(Refusal::property("passkeyProfiles", problem));
    }
    let size = merged.size_bytes();
    if size > limits.policy_bytes {
        // S17
        let problem = format!(
            "the configuration takes {size} bytes, at most {} are allowed",
            limits.policy_bytes
        );
        return Err(Refusal::property("passkeyProfiles", problem));
    }
    Ok(())
}

//! The profiles that apply to a person, the way they reach him, and the weakest passkey they let
//! in (S64).

use std::collections::BTreeMap;

use identity::directory::{Group, User};
use identity::policy::key_restrictions::{Enforcement, RestrictionKind};
use identity::policy::{AttestationEnforcement, PasskeyProfile, PasskeyTypes, Target};
use identity::{GroupId, Refusal};

use super::super::super::view::Fact;
use super::super::fact;
use crate::error::Error;
use crate::operations::groups::{self, Member};
use crate::operations::page::PageQuery;
use crate::operations::passkeys::{self, EffectiveProfile};
use crate::operations::users::UserRef;
use crate::request::Call;

/// Groups that are looked into on the way; deeper nests are named without their path.
const GROUPS_MAX: usize = 100;

/// The facts, for whoever may read the person's methods.
pub(super) async fn facts(call: &Call, user: &User, direct: &[Group]) -> Result<Vec<Fact>, Error> {
    let target = UserRef::Id(user.id);
    let found = match passkeys::effective(&call.app, call.caller()?, &target).await {
        Ok(found) => found,
        Err(Error::Refused(Refusal::RoleMissing { .. })) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut facts = Vec::new();
    for effective in &found {
        let through = through(call, effective, direct).await?;
        facts.push(fact("Profile", format!("{}, through {through}", effective.profile.name)));
    }
    if found.is_empty() {
        facts.push(fact("Profile", "None: in no group that may use passkeys"));
    }
    let profiles: Vec<&PasskeyProfile> = found.iter().map(|it| &it.profile).collect();
    facts.push(fact("Weakest passkey accepted", weakest(&profiles)));
    Ok(facts)
}

async fn through(
    call: &Call,
    effective: &EffectiveProfile,
    direct: &[Group],
) -> Result<String, Error> {
    match (effective.through, &effective.group) {
        (Target::AllUsers, _) => Ok("all users".to_owned()),
        (Target::Group(id), None) => Ok(format!("the group {id}")),
        (Target::Group(_), Some(group)) => path(call, group, direct).await,
    }
}

/// From the targeted group down to the one that the person is in himself.
async fn path(call: &Call, target: &Group, direct: &[Group]) -> Result<String, Error> {
    let is_direct = |group: &Group| direct.iter().any(|it| it.id == group.id);
    let mut above: BTreeMap<GroupId, String> = BTreeMap::new();
    let name = target.display_name.as_str().to_owned();
    if is_direct(target) {
        return Ok(name);
    }
    above.insert(target.id, name.clone());
    let mut open = vec![target.id];
    while let Some(id) = open.pop() {
        let way = above.get(&id).cloned().unwrap_or_default();
        for group in children(call, id).await? {
            if above.contains_key(&group.id) || above.len() >= GROUPS_MAX {
                continue;
            }
            let way = format!("{way} › {}", group.display_name);
            if is_direct(&group) {
                return Ok(way);
            }
            above.insert(group.id, way);
            open.push(group.id);
        }
    }
    Ok(format!("{name}, by nested groups"))
}

async fn children(call: &Call, id: GroupId) -> Result<Vec<Group>, Error> {
    let query = PageQuery { top: store::PAGE_MAX, ..PageQuery::default() };
    let members = groups::members(&call.app, call.caller()?, id, false, &query).await?;
    Ok(members
        .items
        .into_iter()
        .filter_map(|member| match member {
            Member::Group(group) => Some(*group),
            Member::User(_) => None,
        })
        .collect())
}

/// The ladder from nothing to everything; one loose profile is enough to stand at its rung.
fn weakest(profiles: &[&PasskeyProfile]) -> &'static str {
    const LADDER: [&str; 6] = [
        "None",
        "Device-bound, attested, of a listed model",
        "Device-bound, attested, of any model",
        "Device-bound, not attested",
        "Synced, of a listed model",
        "Synced, of any model",
    ];
    let rung = profiles.iter().map(|profile| rung(profile)).max().unwrap_or_default();
    LADDER.get(rung).copied().unwrap_or_default()
}

fn rung(profile: &PasskeyProfile) -> usize {
    let restrictions = &profile.key_restrictions;
    if !restrictions.admit_something() {
        return 0;
    }
    let is_listed = restrictions.enforcement == Enforcement::Enforced
        && restrictions.kind == RestrictionKind::Allow;
    let is_attested = profile.attestation == AttestationEnforcement::RegistrationOnly;
    match (profile.types, is_attested, is_listed) {
        // Synced passkeys cannot be attested (S32).
        (PasskeyTypes::Synced, true, _) => 0,
        (PasskeyTypes::DeviceBound | PasskeyTypes::Any, true, true) => 1,
        (PasskeyTypes::DeviceBound | PasskeyTypes::Any, true, false) => 2,
        (PasskeyTypes::DeviceBound, false, _) => 3,
        (PasskeyTypes::Synced | PasskeyTypes::Any, false, true) => 4,
        (PasskeyTypes::Synced | PasskeyTypes::Any, false, false) => 5,
    }
}

#[cfg(test)]
mod tests {
    use identity::policy::Fido2Configuration;

    use super::*;

    /// S64
    #[test]
    fn one_loose_profile_decides_how_weak_a_passkey_may_be() {
        let loose = Fido2Configuration::initial().profiles.remove(0);
        let mut strict = loose.clone();
        strict.types = PasskeyTypes::DeviceBound;
        strict.attestation = AttestationEnforcement::RegistrationOnly;
        assert_eq!(weakest(&[&strict]), "Device-bound, attested, of any model");
        assert_eq!(weakest(&[&strict, &loose]), "Synced, of any model");
        assert_eq!(weakest(&[]), "None");
    }
}

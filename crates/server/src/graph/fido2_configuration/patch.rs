//! A PATCH body becomes a partial configuration, or a fault that names its property.

use identity::policy::fido2::DEFAULT_PROFILE;
use identity::policy::key_restrictions::Enforcement;
use identity::policy::patch::{Fido2Patch, ProfilePatch, RestrictionsPatch};
use identity::policy::target::RegistrationRequirement;
use identity::policy::{
    AttestationEnforcement, IncludeTarget, MethodState, PasskeyTypes, SelfService, Target,
};
use identity::{GroupId, ProfileId};

use super::{ALL_USERS, ATTESTATION, KINDS, STATES};
use crate::error::Error;
use crate::graph::body::{Object, fault, needed};

/// Reads the members of a FIDO2 configuration.
///
/// # Errors
/// [`Error::BadRequest`] that names the property by its path, the fault and the remedy.
pub(crate) fn parse(mut body: Object) -> Result<Fido2Patch, Error> {
    body.ignore(&["id"]);
    let patch = Fido2Patch {
        state: state_of(&mut body)?,
        self_service: body
            .boolean("isSelfServiceRegistrationAllowed")?
            .map(|is_allowed| if is_allowed { SelfService::Allowed } else { SelfService::Denied }),
        include: includes(&mut body)?,
        exclude: exclude_targets(&mut body)?,
        attestation: body.boolean("isAttestationEnforced")?.map(|is_enforced| {
            if is_enforced {
                AttestationEnforcement::RegistrationOnly
            } else {
                AttestationEnforcement::Disabled
            }
        }),
        key_restrictions: restrictions(&mut body)?,
        profiles: profiles(&mut body)?,
    };
    if let Some(default) = body.parsed::<ProfileId>("defaultPasskeyProfile")?
        && default != DEFAULT_PROFILE
    {
        let problem = format!("is fixed: send {DEFAULT_PROFILE} or leave it out");
        return Err(fault("defaultPasskeyProfile", &problem));
    }
    body.finish()?;
    Ok(patch)
}

/// The state of a method.
pub(crate) fn state_of(body: &mut Object) -> Result<Option<MethodState>, Error> {
    body.one_of("state", STATES)
}

/// The targets that a method is not for.
pub(crate) fn exclude_targets(body: &mut Object) -> Result<Option<Vec<Target>>, Error> {
    let Some(items) = body.objects("excludeTargets")? else {
        return Ok(None);
    };
    let targets = items.into_iter().map(|mut item| {
        let target = target(&mut item)?;
        item.finish()?;
        Ok(target)
    });
    targets.collect::<Result<_, _>>().map(Some)
}

/// Who a target means; every other member of it is the caller's to take.
pub(crate) fn target(item: &mut Object) -> Result<Target, Error> {
    let type_path = item.path_of("targetType");
    if let Some(false) = item.one_of("targetType", &[("group", true), ("user", false)])? {
        let problem = "only groups may be targets: put the user into a security group";
        return Err(fault(type_path, problem));
    }
    let path = item.path_of("id");
    let id = needed(item.text("id")?, &path)?;
    if id.eq_ignore_ascii_case(ALL_USERS) {
        return Ok(Target::AllUsers);
    }
    let group: Result<GroupId, _> = id.parse();
    group.map(Target::Group).map_err(|_| {
        fault(path, &format!("{id:?} is neither {ALL_USERS} nor the id of a security group"))
    })
}

fn includes(body: &mut Object) -> Result<Option<Vec<IncludeTarget>>, Error> {
    let Some(items) = body.objects("includeTargets")? else {
        return Ok(None);
    };
    items.into_iter().map(include).collect::<Result<_, _>>().map(Some)
}

fn include(mut item: Object) -> Result<IncludeTarget, Error> {
    let include = IncludeTarget {
        target: target(&mut item)?,
        profiles: item.parsed_list("allowedPasskeyProfiles")?.unwrap_or_default(),
        registration: registration(&mut item)?,
    };
    item.finish()?;
    Ok(include)
}

/// Whether the people of a target are asked to register.
pub(crate) fn registration(item: &mut Object) -> Result<RegistrationRequirement, Error> {
    Ok(match item.boolean("isRegistrationRequired")? {
        Some(true) => RegistrationRequirement::Required,
        Some(false) | None => RegistrationRequirement::Optional,
    })
}

fn restrictions(body: &mut Object) -> Result<Option<RestrictionsPatch>, Error> {
    let Some(mut item) = body.object("keyRestrictions")? else {
        return Ok(None);
    };
    let patch = RestrictionsPatch {
        enforcement: item
            .boolean("isEnforced")?
            .map(|is_enforced| if is_enforced { Enforcement::Enforced } else { Enforcement::Off }),
        kind: item.one_of("enforcementType", KINDS)?,
        aaguids: item.parsed_list("aaGuids")?,
    };
    item.finish()?;
    Ok(Some(patch))
}

fn profiles(body: &mut Object) -> Result<Option<Vec<ProfilePatch>>, Error> {
    let Some(items) = body.objects("passkeyProfiles")? else {
        return Ok(None);
    };
    items.into_iter().map(profile).collect::<Result<_, _>>().map(Some)
}

fn profile(mut item: Object) -> Result<ProfilePatch, Error> {
    let id_path = item.path_of("id");
    let patch = ProfilePatch {
        id: needed(item.parsed("id")?, &id_path)?,
        name: item.parsed("name")?,
        types: types(&mut item)?,
        attestation: item.one_of("attestationEnforcement", ATTESTATION)?,
        key_restrictions: restrictions(&mut item)?,
    };
    item.finish()?;
    Ok(patch)
}

/// Flags in one text, joined by commas, in any order, with or without blanks.
fn types(item: &mut Object) -> Result<Option<PasskeyTypes>, Error> {
    let path = item.path_of("passkeyTypes");
    let Some(text) = item.text("passkeyTypes")? else {
        return Ok(None);
    };
    let mut types = None;
    for flag in text.split(',').map(str::trim) {
        let flag = if flag.eq_ignore_ascii_case("deviceBound") {
            PasskeyTypes::DeviceBound
        } else if flag.eq_ignore_ascii_case("synced") {
            PasskeyTypes::Synced
        } else {
            let problem = format!("{text:?} is not deviceBound, synced or deviceBound,synced");
            return Err(fault(path, &problem));
        };
        types = match types {
            Some(other) if other != flag => Some(PasskeyTypes::Any),
            Some(_) | None => Some(flag),
        };
    }
    Ok(types)
}

#[cfg(test)]
mod tests;

//! Two configurations side by side, setting by setting, in the words of the form.

use identity::ProfileId;
use identity::policy::key_restrictions::{Enforcement, RestrictionKind};
use identity::policy::{
    AttestationEnforcement, Fido2Configuration, MethodState, PasskeyProfile, PasskeyTypes,
    SelfService, Target,
};

use super::super::view::Difference;
use super::super::words::{GroupNames, target_name};
use super::sentence::names;
use crate::catalogue::Catalogue;

/// What the names in the values are taken from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names<'a> {
    /// Groups.
    pub(super) groups: &'a GroupNames,
    /// Models.
    pub(super) catalogue: &'a Catalogue,
}

/// Every setting that differs.
pub(super) fn between(
    before: &Fido2Configuration,
    after: &Fido2Configuration,
    with: Names<'_>,
) -> Vec<Difference> {
    let mut found = Vec::new();
    push(&mut found, "Enable passkeys", state(before.state), state(after.state));
    let (was, is) = (self_service(before.self_service), self_service(after.self_service));
    push(&mut found, "Allow self-service set up", was, is);
    let (was, is) = (included(before, with), included(after, with));
    push(&mut found, "Included", &was, &is);
    let excluded = |configuration: &Fido2Configuration| targets(&configuration.exclude, with);
    push(&mut found, "Excluded", &excluded(before), &excluded(after));
    for profile in &after.profiles {
        match before.profile(profile.id) {
            Some(was) => profile_differences(&mut found, was, profile, with),
            None => found.push(Difference {
                what: format!("Profile “{}”", profile.name),
                before: "not there".to_owned(),
                after: whole(profile, with),
            }),
        }
    }
    for profile in before.profiles.iter().filter(|it| after.profile(it.id).is_none()) {
        found.push(Difference {
            what: format!("Profile “{}”", profile.name),
            before: whole(profile, with),
            after: "deleted".to_owned(),
        });
    }
    found
}

fn push(found: &mut Vec<Difference>, what: &str, before: &str, after: &str) {
    if before != after {
        found.push(Difference {
            what: what.to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
        });
    }
}

fn profile_differences(
    found: &mut Vec<Difference>,
    before: &PasskeyProfile,
    after: &PasskeyProfile,
    with: Names<'_>,
) {
    let of = |setting: &str| format!("{}: {setting}", before.name);
    push(found, &of("name"), before.name.as_str(), after.name.as_str());
    let (was, is) = (attestation(before.attestation), attestation(after.attestation));
    push(found, &of("enforce attestation"), was, is);
    push(found, &of("passkey types"), types(before.types), types(after.types));
    let (was, is) = (&before.key_restrictions, &after.key_restrictions);
    push(
        found,
        &of("enforce key restrictions"),
        enforcement(was.enforcement),
        enforcement(is.enforcement),
    );
    push(found, &of("restrict specific keys"), kind(was.kind), kind(is.kind));
    let gone: Vec<_> = was.aaguids.iter().filter(|it| !is.aaguids.contains(it)).copied().collect();
    let new: Vec<_> = is.aaguids.iter().filter(|it| !was.aaguids.contains(it)).copied().collect();
    if !gone.is_empty() {
        let all = names(&gone, with.catalogue);
        push(found, &of("AAGUIDs removed"), &all, "not on the list");
    }
    if !new.is_empty() {
        let all = names(&new, with.catalogue);
        push(found, &of("AAGUIDs added"), "not on the list", &all);
    }
}

const fn state(state: MethodState) -> &'static str {
    match state {
        MethodState::Enabled => "on",
        MethodState::Disabled => "off",
    }
}

const fn self_service(self_service: SelfService) -> &'static str {
    match self_service {
        SelfService::Allowed => "Yes",
        SelfService::Denied => "No",
    }
}

const fn attestation(attestation: AttestationEnforcement) -> &'static str {
    match attestation {
        AttestationEnforcement::RegistrationOnly => "Yes",
        AttestationEnforcement::Disabled => "No",
    }
}

const fn enforcement(enforcement: Enforcement) -> &'static str {
    match enforcement {
        Enforcement::Enforced => "Yes",
        Enforcement::Off => "No",
    }
}

const fn kind(kind: RestrictionKind) -> &'static str {
    match kind {
        RestrictionKind::Allow => "Allow",
        RestrictionKind::Block => "Block",
    }
}

const fn types(types: PasskeyTypes) -> &'static str {
    match types {
        PasskeyTypes::DeviceBound => "device-bound",
        PasskeyTypes::Synced => "synced",
        PasskeyTypes::Any => "device-bound and synced",
    }
}

fn included(configuration: &Fido2Configuration, with: Names<'_>) -> String {
    let profile = |id: &ProfileId| {
        configuration.profile(*id).map_or_else(|| id.to_string(), |it| it.name.to_string())
    };
    let mut targets: Vec<String> = configuration
        .include
        .iter()
        .map(|include| {
            let profiles: Vec<String> = include.profiles.iter().map(profile).collect();
            let under = if profiles.is_empty() {
                "the default profile".to_owned()
            } else {
                profiles.join(", ")
            };
            format!("{} ({under})", target_name(include.target, with.groups))
        })
        .collect();
    if targets.is_empty() {
        targets.push("nobody".to_owned());
    }
    targets.join("; ")
}

fn targets(targets: &[Target], with: Names<'_>) -> String {
    if targets.is_empty() {
        return "nobody".to_owned();
    }
    let all: Vec<String> = targets.iter().map(|it| target_name(*it, with.groups)).collect();
    all.join("; ")
}

fn whole(profile: &PasskeyProfile, with: Names<'_>) -> String {
    let restrictions = &profile.key_restrictions;
    let models = match restrictions.enforcement {
        Enforcement::Off => "any model".to_owned(),
        Enforcement::Enforced => {
            format!("{}: {}", kind(restrictions.kind), names(&restrictions.aaguids, with.catalogue))
        }
    };
    format!("{}, attestation: {}, {models}", types(profile.types), attestation(profile.attestation))
}

#[cfg(test)]
mod tests {
    use identity::policy::fido2::DEFAULT_PROFILE;
    use identity::policy::key_restrictions::MICROSOFT_AUTHENTICATOR_IOS;

    use super::*;

    #[test]
    fn equal_configurations_have_no_differences_and_each_setting_has_its_own_line() {
        let catalogue = Catalogue::shipped();
        let groups = GroupNames::new();
        let with = Names { groups: &groups, catalogue: &catalogue };
        let before = Fido2Configuration::initial();
        assert!(between(&before, &before, with).is_empty());
        let mut after = before.clone();
        after.state = MethodState::Disabled;
        after.include.clear();
        after.profiles[0].attestation = AttestationEnforcement::RegistrationOnly;
        after.profiles[0].key_restrictions.aaguids.push(MICROSOFT_AUTHENTICATOR_IOS);
        let found = between(&before, &after, with);
        let what: Vec<&str> = found.iter().map(|it| it.what.as_str()).collect();
        assert_eq!(
            what,
            [
                "Enable passkeys",
                "Included",
                "Default passkey profile: enforce attestation",
                "Default passkey profile: AAGUIDs added",
            ]
        );
        assert!(found[3].after.contains("iOS"), "{found:?}");
        assert_eq!(found[1].before, "all users (Default passkey profile)");
        assert_eq!(before.profiles[0].id, DEFAULT_PROFILE);
    }
}

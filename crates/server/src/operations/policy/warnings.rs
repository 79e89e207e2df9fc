//! What an administrator should know about a configuration before saving it, though it is valid.

use identity::policy::key_restrictions::Enforcement;
use identity::policy::{
    AttestationEnforcement, Fido2Configuration, KeyRestrictions, PasskeyProfile, PasskeyTypes,
    RestrictionKind, Target,
};
use webauthn::Aaguid;

/// All warnings, the gravest first.
pub(super) fn of(configuration: &Fido2Configuration) -> Vec<String> {
    let mut warnings = Vec::new();
    for profile in used(configuration) {
        warnings.extend(nothing_allowed(profile));
    }
    for profile in used(configuration) {
        warnings.extend(hidden_models(profile));
    }
    warnings.extend(pointless(configuration));
    warnings
}

/// The profiles that some target brings.
fn used(configuration: &Fido2Configuration) -> impl Iterator<Item = &PasskeyProfile> {
    configuration.profiles.iter().filter(|profile| {
        let mut brought = targets(configuration).into_iter();
        brought.any(|(_, brings)| brings.iter().any(|one| one.id == profile.id))
    })
}

/// Each target with the profiles that it brings.
fn targets(configuration: &Fido2Configuration) -> Vec<(Target, Vec<&PasskeyProfile>)> {
    configuration
        .include
        .iter()
        .map(|include| {
            let fallback = [identity::policy::fido2::DEFAULT_PROFILE];
            let ids = if include.profiles.is_empty() { &fallback[..] } else { &include.profiles };
            let profiles = ids.iter().filter_map(|id| configuration.profile(*id)).collect();
            (include.target, profiles)
        })
        .collect()
}

/// S47
fn nothing_allowed(profile: &PasskeyProfile) -> Option<String> {
    let name = &profile.name;
    (!profile.key_restrictions.admit_something())
        .then(|| format!("nobody can use passkeys under profile {name}: its allow list is empty"))
}

/// S48: the all-zero model on a block list hits everybody who hides his model.
fn hidden_models(profile: &PasskeyProfile) -> Option<String> {
    let restrictions = &profile.key_restrictions;
    let name = &profile.name;
    let is_blocked = restrictions.enforcement == Enforcement::Enforced
        && restrictions.kind == RestrictionKind::Block
        && restrictions.aaguids.contains(&Aaguid::ZERO);
    is_blocked.then(|| {
        format!("profile {name} blocks every passkey that hides its model (the all-zero aaguid)")
    })
}

/// S65: whoever meets a looser profile that covers the same people needs not meet the strict one.
fn pointless(configuration: &Fido2Configuration) -> Vec<String> {
    let targets = targets(configuration);
    let mut warnings = Vec::new();
    for (target, profiles) in &targets {
        for strict in profiles {
            let mut rivals = targets
                .iter()
                .filter(|(covering, _)| covering == target || *covering == Target::AllUsers)
                .flat_map(|(_, rivals)| rivals);
            let looser = rivals.find(|rival| {
                rival.id != strict.id
                    && admits_all_of(rival, strict)
                    && !admits_all_of(strict, rival)
            });
            if let Some(looser) = looser {
                let warning = format!(
                    "profile {} is pointless for its people: profile {} covers them too and \
                     accepts all that it accepts and more",
                    strict.name, looser.name
                );
                if !warnings.contains(&warning) {
                    warnings.push(warning);
                }
            }
        }
    }
    warnings
}

/// Whether every passkey that meets `strict` meets `loose` too.
fn admits_all_of(loose: &PasskeyProfile, strict: &PasskeyProfile) -> bool {
    let types = loose.types == PasskeyTypes::Any || loose.types == strict.types;
    let attestation = loose.attestation == AttestationEnforcement::Disabled
        || loose.attestation == strict.attestation;
    types && attestation && lists_admit(&loose.key_restrictions, &strict.key_restrictions)
}

fn lists_admit(loose: &KeyRestrictions, strict: &KeyRestrictions) -> bool {
    use Enforcement::{Enforced, Off};
    use RestrictionKind::{Allow, Block};
    let within = |one: &KeyRestrictions, other: &KeyRestrictions| {
        one.aaguids.iter().all(|aaguid| other.aaguids.contains(aaguid))
    };
    match ((loose.enforcement, loose.kind), (strict.enforcement, strict.kind)) {
        ((Off, _), _) => true,
        ((Enforced, Block), (Off, _)) => loose.aaguids.is_empty(),
        ((Enforced, Allow), (Off, _) | (Enforced, Block)) => false,
        ((Enforced, Allow), (Enforced, Allow)) => within(strict, loose),
        ((Enforced, Block), (Enforced, Block)) => within(loose, strict),
        ((Enforced, Block), (Enforced, Allow)) => {
            !strict.aaguids.iter().any(|aaguid| loose.aaguids.contains(aaguid))
        }
    }
}

#[cfg(test)]
mod tests {
    use identity::policy::IncludeTarget;
    use identity::policy::target::RegistrationRequirement;
    use identity::{GroupId, ProfileId};
    use uuid::Uuid;

    use super::*;

    fn group(number: u128) -> Target {
        Target::Group(GroupId::new(Uuid::from_u128(number)))
    }

    fn list(kind: RestrictionKind, models: &[u8]) -> KeyRestrictions {
        let aaguids = models.iter().map(|model| Aaguid::from_bytes([*model; 16])).collect();
        KeyRestrictions { enforcement: Enforcement::Enforced, kind, aaguids }
    }

    /// The default profile for the first target, a second profile for the second.
    fn two(first: Target, loose: KeyRestrictions, strict: KeyRestrictions) -> Fido2Configuration {
        let mut configuration = Fido2Configuration::initial();
        configuration.include[0].target = first;
        configuration.profiles[0].key_restrictions = loose;
        let mut second = configuration.profiles[0].clone();
        second.id = ProfileId::new(Uuid::from_u128(2));
        second.name = "Strict".parse().unwrap();
        second.key_restrictions = strict;
        configuration.include.push(IncludeTarget {
            target: group(7),
            profiles: vec![second.id],
            registration: RegistrationRequirement::Optional,
        });
        configuration.profiles.push(second);
        configuration
    }

    #[test]
    fn a_new_organisation_is_warned_of_nothing() {
        assert_eq!(of(&Fido2Configuration::initial()), Vec::<String>::new());
    }

    /// S47
    #[test]
    fn an_empty_allow_list_is_warned_of() {
        let mut configuration = Fido2Configuration::initial();
        configuration.profiles[0].key_restrictions = list(RestrictionKind::Allow, &[]);
        assert!(of(&configuration)[0].contains("allow list is empty"));
    }

    /// S48
    #[test]
    fn blocking_the_hidden_model_is_warned_of() {
        let mut configuration = Fido2Configuration::initial();
        configuration.profiles[0].key_restrictions = list(RestrictionKind::Block, &[0]);
        assert!(of(&configuration)[0].contains("hides its model"));
    }

    /// S65
    #[test]
    fn a_strict_profile_under_a_loose_one_for_the_same_people_is_warned_of() {
        let strict = list(RestrictionKind::Allow, &[1]);
        let cases = [
            (Target::AllUsers, KeyRestrictions::off(), true),
            (group(7), KeyRestrictions::off(), true),
            (group(8), KeyRestrictions::off(), false),
            (Target::AllUsers, list(RestrictionKind::Allow, &[1, 2]), true),
            (Target::AllUsers, list(RestrictionKind::Allow, &[2]), false),
            (Target::AllUsers, list(RestrictionKind::Allow, &[1]), false),
            (Target::AllUsers, list(RestrictionKind::Block, &[2]), true),
            (Target::AllUsers, list(RestrictionKind::Block, &[1]), false),
        ];
        for (target, loose, is_pointless) in cases {
            let warnings = of(&two(target, loose.clone(), strict.clone()));
            assert_eq!(warnings.len(), usize::from(is_pointless), "{target:?} {loose:?}");
        }
    }
}

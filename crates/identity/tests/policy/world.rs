//! A small world for policy tests: four groups, four models, and everything made of them.

use std::collections::BTreeSet;

use identity::directory::UserKind;
use identity::passkey::{AttestationLevel, PasskeyFacts, PasskeyType};
use identity::policy::fido2::DEFAULT_PROFILE;
use identity::policy::key_restrictions::Enforcement;
use identity::policy::target::RegistrationRequirement;
use identity::policy::{
    AttestationEnforcement, Candidate, Fido2Configuration, IncludeTarget, KeyRestrictions,
    MethodState, Moment, PasskeyProfile, PasskeyTypes, RestrictionKind, SelfService, Subject,
    Target, Verdict, judge,
};
use identity::{GroupId, ProfileId};
use proptest::prelude::*;
use webauthn::Aaguid;

pub(crate) fn group(number: u128) -> GroupId {
    GroupId::new(uuid::Uuid::from_u128(0x6000 + number))
}

/// Model zero hides itself.
pub(crate) fn model(number: u8) -> Aaguid {
    Aaguid::from_bytes([number; 16])
}

pub(crate) fn profile_id(number: u128) -> ProfileId {
    ProfileId::new(uuid::Uuid::from_u128(number + 1))
}

pub(crate) fn passkey(model_number: u8, passkey_type: PasskeyType) -> PasskeyFacts {
    PasskeyFacts {
        aaguid: model(model_number),
        passkey_type,
        attestation: AttestationLevel::NotAttested,
    }
}

pub(crate) fn allow(models: &[u8]) -> KeyRestrictions {
    restrictions(RestrictionKind::Allow, models)
}

pub(crate) fn block(models: &[u8]) -> KeyRestrictions {
    restrictions(RestrictionKind::Block, models)
}

fn restrictions(kind: RestrictionKind, models: &[u8]) -> KeyRestrictions {
    KeyRestrictions {
        enforcement: Enforcement::Enforced,
        kind,
        aaguids: models.iter().map(|number| model(*number)).collect(),
    }
}

pub(crate) fn profile(number: u128) -> PasskeyProfile {
    PasskeyProfile {
        id: profile_id(number),
        name: format!("profile {number}").parse().unwrap(),
        types: PasskeyTypes::Any,
        attestation: AttestationEnforcement::Disabled,
        key_restrictions: KeyRestrictions::off(),
    }
}

pub(crate) fn include(target: Target, profiles: &[u128]) -> IncludeTarget {
    IncludeTarget {
        target,
        profiles: profiles.iter().map(|number| profile_id(*number)).collect(),
        registration: RegistrationRequirement::Optional,
    }
}

/// What somebody in these groups is told about this passkey.
pub(crate) fn ask(
    configuration: &Fido2Configuration,
    groups: &[GroupId],
    facts: &PasskeyFacts,
    moment: Moment,
) -> Verdict {
    let groups: BTreeSet<GroupId> = groups.iter().copied().collect();
    let subject = Subject { kind: UserKind::Member, groups: &groups };
    judge(configuration, subject, Candidate::Known(facts), moment)
}

pub(crate) fn any_groups() -> impl Strategy<Value = BTreeSet<GroupId>> {
    proptest::collection::btree_set((0..4_u128).prop_map(group), 0..4)
}

pub(crate) fn any_moment() -> impl Strategy<Value = Moment> {
    prop_oneof![Just(Moment::SelfRegistration), Just(Moment::Provisioning), Just(Moment::SignIn)]
}

pub(crate) fn any_kind() -> impl Strategy<Value = UserKind> {
    prop_oneof![4 => Just(UserKind::Member), 1 => Just(UserKind::Guest)]
}

/// Every passkey of the world: four models, both types, attested and not.
pub(crate) fn every_passkey() -> Vec<PasskeyFacts> {
    let mut all = Vec::new();
    // 9 is a model that no list names.
    for number in [0, 1, 2, 3, 9] {
        for passkey_type in [PasskeyType::DeviceBound, PasskeyType::Synced] {
            for attestation in [AttestationLevel::Attested, AttestationLevel::NotAttested] {
                all.push(PasskeyFacts { aaguid: model(number), passkey_type, attestation });
            }
        }
    }
    all
}

pub(crate) fn any_passkey() -> impl Strategy<Value = PasskeyFacts> {
    proptest::sample::select(every_passkey())
}

fn any_target() -> impl Strategy<Value = Target> {
    prop_oneof![
        1 => Just(Target::AllUsers),
        3 => (0..4_u128).prop_map(|number| Target::Group(group(number)))
    ]
}

fn any_restrictions() -> impl Strategy<Value = KeyRestrictions> {
    (
        prop_oneof![Just(Enforcement::Enforced), Just(Enforcement::Off)],
        prop_oneof![Just(RestrictionKind::Allow), Just(RestrictionKind::Block)],
        proptest::collection::btree_set((0..4_u8).prop_map(model), 0..4),
    )
        .prop_map(|(enforcement, kind, aaguids)| KeyRestrictions {
            enforcement,
            kind,
            aaguids: aaguids.into_iter().collect(),
        })
}

fn any_profile(number: u128) -> impl Strategy<Value = PasskeyProfile> {
    (
        prop_oneof![
            Just(PasskeyTypes::DeviceBound),
            Just(PasskeyTypes::Synced),
            Just(PasskeyTypes::Any)
        ],
        prop_oneof![
            Just(AttestationEnforcement::Disabled),
            Just(AttestationEnforcement::RegistrationOnly)
        ],
        any_restrictions(),
    )
        .prop_map(move |(types, attestation, key_restrictions)| PasskeyProfile {
            types,
            attestation,
            key_restrictions,
            ..profile(number)
        })
}

pub(crate) fn any_configuration() -> impl Strategy<Value = Fido2Configuration> {
    let includes =
        proptest::collection::vec((any_target(), proptest::collection::vec(0..3_u128, 0..3)), 0..4);
    (
        prop_oneof![8 => Just(MethodState::Enabled), 1 => Just(MethodState::Disabled)],
        prop_oneof![Just(SelfService::Allowed), Just(SelfService::Denied)],
        includes,
        proptest::collection::vec(any_target(), 0..2),
        (any_profile(0), any_profile(1), any_profile(2)),
    )
        .prop_map(|(state, self_service, includes, exclude, profiles)| {
            let mut include_targets: Vec<IncludeTarget> = Vec::new();
            for (target, numbers) in includes {
                if include_targets.iter().all(|known| known.target != target) {
                    include_targets.push(include(target, &numbers));
                }
            }
            let profiles = vec![profiles.0, profiles.1, profiles.2];
            assert_eq!(profiles[0].id, DEFAULT_PROFILE);
            Fido2Configuration { state, self_service, include: include_targets, exclude, profiles }
        })
}

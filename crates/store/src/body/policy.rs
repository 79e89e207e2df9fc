//! The two policy configurations as JSON.

use identity::policy::fido2::{Fido2Configuration, SelfService};
use identity::policy::key_restrictions::{Enforcement, KeyRestrictions, RestrictionKind};
use identity::policy::profile::{AttestationEnforcement, PasskeyProfile, PasskeyTypes};
use identity::policy::target::{IncludeTarget, RegistrationRequirement, Target};
use identity::policy::{AccessPassConfiguration, MethodState};
use identity::session::PassUsage;
use identity::{GroupId, ProfileId};
use serde::{Deserialize, Serialize};

/// Names each case of an enum in JSON, both ways, so that none can be forgotten in one of them.
macro_rules! words {
    ($($name:ident: $noun:ty { $($case:ident),* })*) => {$(
        #[derive(Clone, Copy, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        enum $name { $($case),* }

        impl From<$noun> for $name {
            fn from(noun: $noun) -> Self {
                match noun { $(<$noun>::$case => Self::$case),* }
            }
        }

        impl From<$name> for $noun {
            fn from(word: $name) -> Self {
                match word { $($name::$case => Self::$case),* }
            }
        }
    )*};
}

words! {
    StateWord: MethodState { Enabled, Disabled }
    SelfServiceWord: SelfService { Allowed, Denied }
    TypesWord: PasskeyTypes { DeviceBound, Synced, Any }
    AttestationWord: AttestationEnforcement { Disabled, RegistrationOnly }
    EnforcementWord: Enforcement { Enforced, Off }
    KindWord: RestrictionKind { Allow, Block }
    RegistrationWord: RegistrationRequirement { Optional, Required }
    UsageWord: PassUsage { Once, Many }
}

/// The word for everybody where otherwise a group's id stands.
const ALL_USERS: &str = "all_users";

/// The FIDO2 configuration.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fido2Body {
    state: StateWord,
    self_service: SelfServiceWord,
    include: Vec<IncludeBody>,
    exclude: Vec<String>,
    profiles: Vec<ProfileBody>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IncludeBody {
    target: String,
    profiles: Vec<String>,
    registration: RegistrationWord,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileBody {
    id: String,
    name: String,
    types: TypesWord,
    attestation: AttestationWord,
    enforcement: EnforcementWord,
    kind: KindWord,
    aaguids: Vec<String>,
}

impl From<&Fido2Configuration> for Fido2Body {
    fn from(configuration: &Fido2Configuration) -> Self {
        Self {
            state: configuration.state.into(),
            self_service: configuration.self_service.into(),
            include: configuration.include.iter().map(IncludeBody::from).collect(),
            exclude: configuration.exclude.iter().map(write_target).collect(),
            profiles: configuration.profiles.iter().map(ProfileBody::from).collect(),
        }
    }
}

impl Fido2Body {
    /// The configuration, if every part of it can be read.
    pub(crate) fn into_noun(self) -> Option<Fido2Configuration> {
        Some(Fido2Configuration {
            state: self.state.into(),
            self_service: self.self_service.into(),
            include: self.include.iter().map(IncludeBody::read).collect::<Option<_>>()?,
            exclude: self.exclude.iter().map(|text| read_target(text)).collect::<Option<_>>()?,
            profiles: self.profiles.iter().map(ProfileBody::read).collect::<Option<_>>()?,
        })
    }
}

impl From<&IncludeTarget> for IncludeBody {
    fn from(include: &IncludeTarget) -> Self {
        Self {
            target: write_target(&include.target),
            profiles: include.profiles.iter().map(ToString::to_string).collect(),
            registration: include.registration.into(),
        }
    }
}

impl IncludeBody {
    fn read(&self) -> Option<IncludeTarget> {
        Some(IncludeTarget {
            target: read_target(&self.target)?,
            profiles: self
                .profiles
                .iter()
                .map(|id| id.parse::<ProfileId>().ok())
                .collect::<Option<_>>()?,
            registration: self.registration.into(),
        })
    }
}

impl From<&PasskeyProfile> for ProfileBody {
    fn from(profile: &PasskeyProfile) -> Self {
        Self {
            id: profile.id.to_string(),
            name: profile.name.as_str().to_owned(),
            types: profile.types.into(),
            attestation: profile.attestation.into(),
            enforcement: profile.key_restrictions.enforcement.into(),
            kind: profile.key_restrictions.kind.into(),
            aaguids: profile.key_restrictions.aaguids.iter().map(ToString::to_string).collect(),
        }
    }
}

impl ProfileBody {
    fn read(&self) -> Option<PasskeyProfile> {
        Some(PasskeyProfile {
            id: self.id.parse().ok()?,
            name: self.name.parse().ok()?,
            types: self.types.into(),
            attestation: self.attestation.into(),
            key_restrictions: KeyRestrictions {
                enforcement: self.enforcement.into(),
                kind: self.kind.into(),
                aaguids: self
                    .aaguids
                    .iter()
                    .map(|aaguid| aaguid.parse().ok())
                    .collect::<Option<_>>()?,
            },
        })
    }
}

/// The Temporary Access Pass configuration.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessPassBody {
    state: StateWord,
    default_lifetime_minutes: u32,
    minimum_lifetime_minutes: u32,
    maximum_lifetime_minutes: u32,
    length: u32,
    usage: UsageWord,
    include: Vec<String>,
    exclude: Vec<String>,
}

impl From<&AccessPassConfiguration> for AccessPassBody {
    fn from(configuration: &AccessPassConfiguration) -> Self {
        Self {
            state: configuration.state.into(),
            default_lifetime_minutes: configuration.default_lifetime_minutes,
            minimum_lifetime_minutes: configuration.minimum_lifetime_minutes,
            maximum_lifetime_minutes: configuration.maximum_lifetime_minutes,
            length: configuration.length,
            usage: configuration.usage.into(),
            include: configuration.include.iter().map(write_target).collect(),
            exclude: configuration.exclude.iter().map(write_target).collect(),
        }
    }
}

impl AccessPassBody {
    /// The configuration, if every part of it can be read.
    pub(crate) fn into_noun(self) -> Option<AccessPassConfiguration> {
        let targets = |texts: &[String]| {
            texts.iter().map(|text| read_target(text)).collect::<Option<Vec<_>>>()
        };
        Some(AccessPassConfiguration {
            state: self.state.into(),
            default_lifetime_minutes: self.default_lifetime_minutes,
            minimum_lifetime_minutes: self.minimum_lifetime_minutes,
            maximum_lifetime_minutes: self.maximum_lifetime_minutes,
            length: self.length,
            usage: self.usage.into(),
            include: targets(&self.include)?,
            exclude: targets(&self.exclude)?,
        })
    }
}

fn write_target(target: &Target) -> String {
    match target {
        Target::AllUsers => ALL_USERS.to_owned(),
        Target::Group(group) => group.to_string(),
    }
}

fn read_target(text: &str) -> Option<Target> {
    if text == ALL_USERS {
        return Some(Target::AllUsers);
    }
    text.parse::<GroupId>().ok().map(Target::Group)
}

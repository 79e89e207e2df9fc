//! The passkey policy as somebody is editing it: may be wrong in many ways, and loses nothing
//! that was typed.

use identity::passkey::PasskeyType;
use identity::policy::fido2::DEFAULT_PROFILE;
use identity::policy::key_restrictions::{
    Enforcement, KeyRestrictions, MICROSOFT_AUTHENTICATOR, RestrictionKind,
};
use identity::policy::patch::{Fido2Patch, ProfilePatch, RestrictionsPatch};
use identity::policy::profile::ProfileName;
use identity::policy::target::RegistrationRequirement;
use identity::policy::{
    AttestationEnforcement, Fido2Configuration, IncludeTarget, MethodState, PasskeyTypes,
    SelfService, Target,
};
use identity::{GroupId, ProfileId};
use webauthn::Aaguid;

use super::fault::{Fault, Place};

/// The whole form.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// On or off.
    pub(super) state: MethodState,
    /// Whether all users are a target.
    pub(super) scope: Scope,
    /// Profiles for all users.
    pub(super) all_users_profiles: Vec<ProfileId>,
    /// Included groups with their profiles.
    pub(super) include: Vec<(GroupId, Vec<ProfileId>)>,
    /// Groups to be included, as typed.
    pub(super) include_add: String,
    /// Excluded groups.
    pub(super) exclude: Vec<GroupId>,
    /// Groups to be excluded, as typed.
    pub(super) exclude_add: String,
    /// Tenant-wide self-service.
    pub(super) self_service: SelfService,
    /// The profiles in order.
    pub(super) profiles: Vec<DraftProfile>,
    /// What is wrong with what was typed.
    pub(super) faults: Vec<Fault>,
}

/// Who is included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Everybody, and the groups bring further profiles.
    AllUsers,
    /// The members of the groups.
    Groups,
}

/// One profile of the form.
#[derive(Clone, Debug)]
pub(super) struct DraftProfile {
    /// Its id; of a new one too.
    pub(super) id: ProfileId,
    /// The name as typed.
    pub(super) name: String,
    /// Whether attestation is enforced.
    pub(super) attestation: AttestationEnforcement,
    /// The types ticked; none is wrong.
    pub(super) types: Vec<PasskeyType>,
    /// Whether the list counts.
    pub(super) enforcement: Enforcement,
    /// What the list means.
    pub(super) kind: RestrictionKind,
    /// The list.
    pub(super) rows: Vec<Row>,
    /// AAGUIDs to be added, as typed.
    pub(super) additions: String,
}

/// One AAGUID of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The model.
    pub(super) aaguid: Aaguid,
    /// Whether it stays.
    pub(super) fate: Fate,
}

/// Whether a row of a list stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Stays.
    Kept,
    /// Is dropped when the draft is saved; shown until then, to be taken back.
    Removed,
}

impl Draft {
    /// The draft of what is stored.
    pub(super) fn of(configuration: &Fido2Configuration) -> Self {
        let mut draft = Self {
            state: configuration.state,
            scope: Scope::Groups,
            all_users_profiles: vec![DEFAULT_PROFILE],
            include: Vec::new(),
            include_add: String::new(),
            exclude: Vec::new(),
            exclude_add: String::new(),
            self_service: configuration.self_service,
            profiles: configuration.profiles.iter().map(DraftProfile::of).collect(),
            faults: Vec::new(),
        };
        for include in &configuration.include {
            match include.target {
                Target::AllUsers => {
                    draft.scope = Scope::AllUsers;
                    draft.all_users_profiles.clone_from(&include.profiles);
                }
                Target::Group(group) => draft.include.push((group, include.profiles.clone())),
            }
        }
        draft.exclude = configuration
            .exclude
            .iter()
            .filter_map(|target| match target {
                Target::AllUsers => None,
                Target::Group(group) => Some(*group),
            })
            .collect();
        draft
    }

    /// The complete configuration that the draft stands for, as a patch that replaces all of it.
    /// What the form does not show is taken from `stored`.
    ///
    /// # Errors
    /// Everything that cannot be expressed: names and types.
    pub(super) fn patch(&self, stored: &Fido2Configuration) -> Result<Fido2Patch, Vec<Fault>> {
        let mut faults = self.faults.clone();
        let mut profiles = Vec::new();
        for profile in &self.profiles {
            match profile.patch() {
                Ok(patch) => profiles.push(patch),
                Err(mut found) => faults.append(&mut found),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let exclude_everybody = stored.exclude.iter().filter(|it| **it == Target::AllUsers);
        Ok(Fido2Patch {
            state: Some(self.state),
            self_service: Some(self.self_service),
            include: Some(self.include_targets(stored)),
            exclude: Some(
                exclude_everybody
                    .copied()
                    .chain(self.exclude.iter().copied().map(Target::Group))
                    .collect(),
            ),
            attestation: None,
            key_restrictions: None,
            profiles: Some(profiles),
        })
    }

    fn include_targets(&self, stored: &Fido2Configuration) -> Vec<IncludeTarget> {
        let everybody = match self.scope {
            Scope::AllUsers => Some((Target::AllUsers, self.all_users_profiles.clone())),
            Scope::Groups => None,
        };
        let groups = self.include.iter().map(|(id, it)| (Target::Group(*id), it.clone()));
        everybody
            .into_iter()
            .chain(groups)
            .map(|(target, profiles)| IncludeTarget {
                target,
                profiles,
                registration: stored
                    .include
                    .iter()
                    .find(|include| include.target == target)
                    .map_or(RegistrationRequirement::Optional, |include| include.registration),
            })
            .collect()
    }

    /// Where in the form a property of the patch stands (S67).
    pub(super) fn place_of(&self, property: &str) -> Place {
        let mut parts = property.split('/');
        let list = parts.next().unwrap_or_default();
        let index: Option<usize> = parts.next().and_then(|part| part.parse().ok());
        let member = parts.next().unwrap_or_default();
        match (list, index) {
            ("includeTargets", Some(index)) => {
                let before = usize::from(self.scope == Scope::AllUsers);
                let group = index.checked_sub(before).and_then(|index| self.include.get(index));
                group.map_or(Place::IncludeAdd, |(group, _)| Place::Include(*group))
            }
            ("includeTargets", None) => Place::IncludeAdd,
            ("excludeTargets", index) => {
                let group = index.and_then(|index| self.exclude.get(index));
                group.map_or(Place::ExcludeAdd, |group| Place::Exclude(*group))
            }
            ("passkeyProfiles", Some(index)) => match (self.profiles.get(index), member) {
                (Some(profile), "keyRestrictions") => Place::Aaguids(profile.id),
                (Some(profile), "passkeyTypes") => Place::Types(profile.id),
                (Some(profile), _) => Place::Name(profile.id),
                (None, _) => Place::Profiles,
            },
            _ => Place::Profiles,
        }
    }

    /// The profile with this id.
    pub(super) fn profile_mut(&mut self, id: ProfileId) -> Option<&mut DraftProfile> {
        self.profiles.iter_mut().find(|profile| profile.id == id)
    }

    /// Adds an empty profile.
    pub(super) fn add_profile(&mut self, id: ProfileId) {
        self.profiles.push(DraftProfile {
            id,
            name: String::new(),
            attestation: AttestationEnforcement::Disabled,
            types: vec![PasskeyType::DeviceBound],
            enforcement: Enforcement::Off,
            kind: RestrictionKind::Allow,
            rows: Vec::new(),
            additions: String::new(),
        });
    }

    /// Why a profile cannot be deleted; nothing if it can (S60).
    pub(super) fn not_deletable(&self, id: ProfileId) -> Option<String> {
        if id == DEFAULT_PROFILE {
            return Some("The default profile always exists.".to_owned());
        }
        let mut users: u64 = self
            .include
            .iter()
            .filter(|(_, profiles)| profiles.contains(&id))
            .fold(0, |sum, _| sum + 1);
        if self.scope == Scope::AllUsers && self.all_users_profiles.contains(&id) {
            users += 1;
        }
        match users {
            0 => None,
            1 => Some("In use by 1 target: take it away there first.".to_owned()),
            more => Some(format!("In use by {more} targets: take it away there first.")),
        }
    }
}

impl DraftProfile {
    pub(super) fn of(profile: &identity::policy::PasskeyProfile) -> Self {
        let types = match profile.types {
            PasskeyTypes::DeviceBound => vec![PasskeyType::DeviceBound],
            PasskeyTypes::Synced => vec![PasskeyType::Synced],
            PasskeyTypes::Any => vec![PasskeyType::DeviceBound, PasskeyType::Synced],
        };
        let restrictions = &profile.key_restrictions;
        Self {
            id: profile.id,
            name: profile.name.as_str().to_owned(),
            attestation: profile.attestation,
            types,
            enforcement: restrictions.enforcement,
            kind: restrictions.kind,
            rows: restrictions
                .aaguids
                .iter()
                .map(|aaguid| Row { aaguid: *aaguid, fate: Fate::Kept })
                .collect(),
            additions: String::new(),
        }
    }

    fn patch(&self) -> Result<ProfilePatch, Vec<Fault>> {
        let mut faults = Vec::new();
        let name = self.name.parse::<ProfileName>();
        if name.is_err() {
            faults.push(Fault::new(
                Place::Name(self.id),
                format!("profile name: type 1 to {} characters", ProfileName::MAX),
            ));
        }
        let types = self.passkey_types();
        if types.is_none() {
            faults.push(Fault::new(
                Place::Types(self.id),
                format!("passkey types of {}: tick at least one", self.called()),
            ));
        }
        match (name, types) {
            (Ok(name), Some(types)) => Ok(ProfilePatch {
                id: self.id,
                name: Some(name),
                types: Some(types),
                attestation: Some(self.attestation),
                key_restrictions: Some(RestrictionsPatch {
                    enforcement: Some(self.enforcement),
                    kind: Some(self.kind),
                    aaguids: Some(self.kept().collect()),
                }),
            }),
            _ => Err(faults),
        }
    }

    /// The name as far as there is one.
    pub(super) fn called(&self) -> &str {
        if self.name.is_empty() { "the new profile" } else { &self.name }
    }

    fn passkey_types(&self) -> Option<PasskeyTypes> {
        let has = |passkey_type| self.types.contains(&passkey_type);
        match (has(PasskeyType::DeviceBound), has(PasskeyType::Synced)) {
            (true, true) => Some(PasskeyTypes::Any),
            (true, false) => Some(PasskeyTypes::DeviceBound),
            (false, true) => Some(PasskeyTypes::Synced),
            (false, false) => None,
        }
    }

    /// The models that stay in the list.
    pub(super) fn kept(&self) -> impl Iterator<Item = Aaguid> {
        self.rows.iter().filter(|row| row.fate == Fate::Kept).map(|row| row.aaguid)
    }

    /// The restrictions that the draft stands for.
    pub(super) fn restrictions(&self) -> KeyRestrictions {
        KeyRestrictions {
            enforcement: self.enforcement,
            kind: self.kind,
            aaguids: self.kept().collect(),
        }
    }

    /// Puts a model on the list, or takes its removal back.
    pub(super) fn keep(&mut self, aaguid: Aaguid) {
        match self.rows.iter_mut().find(|row| row.aaguid == aaguid) {
            Some(row) => row.fate = Fate::Kept,
            None => self.rows.push(Row { aaguid, fate: Fate::Kept }),
        }
    }

    /// The "Microsoft Authenticator" option was unticked: exactly its two models go (S52).
    pub(super) fn remove_microsoft_authenticator(&mut self) {
        for row in &mut self.rows {
            if MICROSOFT_AUTHENTICATOR.contains(&row.aaguid) {
                row.fate = Fate::Removed;
            }
        }
    }
}

//! The FIDO2 configuration: who may use passkeys, under which profiles.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::ids::{GroupId, ProfileId};
use crate::policy::MethodState;
use crate::policy::key_restrictions::KeyRestrictions;
use crate::policy::profile::{AttestationEnforcement, PasskeyProfile, PasskeyTypes, ProfileName};
use crate::policy::target::{IncludeTarget, RegistrationRequirement, Target};

/// The id of the profile that holds the tenant-wide settings of the seed's generation.
pub const DEFAULT_PROFILE: ProfileId = ProfileId::new(Uuid::from_u128(1));

/// Its name.
pub const DEFAULT_PROFILE_NAME: &str = "Default passkey profile";

/// The configuration of the passkey method (Graph `fido2AuthenticationMethodConfiguration`).
///
/// The default profile always exists; the deprecated tenant-wide members of Graph are a view of
/// it (S57, S75), so there is one source of truth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fido2Configuration {
    /// On or off.
    pub state: MethodState,
    /// Whether people may register passkeys themselves; for the whole tenant.
    pub self_service: SelfService,
    /// Who may use passkeys.
    pub include: Vec<IncludeTarget>,
    /// Who may not, whatever else includes them (S13).
    pub exclude: Vec<Target>,
    /// The profiles; [`DEFAULT_PROFILE`] is always among them.
    pub profiles: Vec<PasskeyProfile>,
}

/// Whether people may register passkeys themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelfService {
    /// On the security info page.
    Allowed,
    /// Only administrators provision.
    Denied,
}

impl Fido2Configuration {
    /// What a new organisation starts with: on for everybody, any passkey, so that the first
    /// administrator can register one. Also what DELETE resets to.
    #[must_use]
    pub fn initial() -> Self {
        Self {
            state: MethodState::Enabled,
            self_service: SelfService::Allowed,
            include: vec![IncludeTarget {
                target: Target::AllUsers,
                profiles: vec![DEFAULT_PROFILE],
                registration: RegistrationRequirement::Optional,
            }],
            exclude: Vec::new(),
            profiles: vec![default_profile()],
        }
    }

    /// The profile with this id.
    #[must_use]
    pub fn profile(&self, id: ProfileId) -> Option<&PasskeyProfile> {
        self.profiles.iter().find(|profile| profile.id == id)
    }

    /// The profiles that apply to somebody with these memberships, each with the target that
    /// brings it, in the configuration's order and without repeats (S58, S63, S64).
    #[must_use]
    pub fn effective_profiles(&self, groups: &BTreeSet<GroupId>) -> Vec<(Target, &PasskeyProfile)> {
        let mut effective: Vec<(Target, &PasskeyProfile)> = Vec::new();
        for include in self.include.iter().filter(|include| include.target.covers(groups)) {
            let fallback = [DEFAULT_PROFILE];
            let ids: &[ProfileId] =
                if include.profiles.is_empty() { &fallback } else { &include.profiles };
            for profile in ids.iter().filter_map(|id| self.profile(*id)) {
                if effective.iter().all(|(_, known)| known.id != profile.id) {
                    effective.push((include.target, profile));
                }
            }
        }
        effective
    }

    /// Every group that the configuration names; memberships in other groups change nothing.
    #[must_use]
    pub fn named_groups(&self) -> BTreeSet<GroupId> {
        self.include
            .iter()
            .map(|include| include.target)
            .chain(self.exclude.iter().copied())
            .filter_map(|target| match target {
                Target::AllUsers => None,
                Target::Group(group) => Some(group),
            })
            .collect()
    }

    /// About how many bytes the configuration takes as JSON (S17).
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        const BASE: usize = 600;
        const TARGET: usize = 160;
        const PROFILE_REFERENCE: usize = 40;
        const PROFILE: usize = 320;
        const AAGUID: usize = 39;
        let targets = self.include.len().saturating_add(self.exclude.len());
        let references: usize = self.include.iter().map(|include| include.profiles.len()).sum();
        let aaguids: usize =
            self.profiles.iter().map(|profile| profile.key_restrictions.aaguids.len()).sum();
        BASE.saturating_add(targets.saturating_mul(TARGET))
            .saturating_add(references.saturating_mul(PROFILE_REFERENCE))
            .saturating_add(self.profiles.len().saturating_mul(PROFILE))
            .saturating_add(aaguids.saturating_mul(AAGUID))
    }
}

/// The default profile as a new organisation has it.
fn default_profile() -> PasskeyProfile {
    PasskeyProfile {
        id: DEFAULT_PROFILE,
        name: default_profile_name(),
        types: PasskeyTypes::Any,
        attestation: AttestationEnforcement::Disabled,
        key_restrictions: KeyRestrictions::off(),
    }
}

#[expect(clippy::expect_used, reason = "a constant, held by the test below")]
fn default_profile_name() -> ProfileName {
    DEFAULT_PROFILE_NAME.parse().expect("a valid name")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_organisation_may_use_any_passkey_under_the_default_profile() {
        let configuration = Fido2Configuration::initial();
        let effective = configuration.effective_profiles(&BTreeSet::new());
        assert_eq!(effective.len(), 1);
        assert_eq!(effective[0].1.id.to_string(), "00000000-0000-0000-0000-000000000001");
    }

    /// S63
    #[test]
    fn a_target_without_a_profile_gets_the_default_one() {
        let mut configuration = Fido2Configuration::initial();
        configuration.include[0].profiles.clear();
        assert_eq!(configuration.effective_profiles(&BTreeSet::new())[0].1.id, DEFAULT_PROFILE);
    }
}

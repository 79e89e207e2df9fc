//! Whom a configuration is for.

use std::collections::BTreeSet;

use crate::ids::{GroupId, ProfileId};

/// Everybody, or the transitive members of one security group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Graph's `all_users`.
    AllUsers,
    /// A security group.
    Group(GroupId),
}

impl Target {
    /// Whether somebody with these transitive memberships is meant.
    #[must_use]
    pub fn covers(&self, groups: &BTreeSet<GroupId>) -> bool {
        match self {
            Self::AllUsers => true,
            Self::Group(group) => groups.contains(group),
        }
    }
}

/// A target that may use the method, under these profiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncludeTarget {
    /// Who.
    pub target: Target,
    /// Under which profiles; none means the default profile (S63).
    pub profiles: Vec<ProfileId>,
    /// Graph's `isRegistrationRequired`; kept for clients that send it.
    pub registration: RegistrationRequirement,
}

/// Whether the people of a target are asked to register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrationRequirement {
    /// They may.
    Optional,
    /// They are asked to.
    Required,
}

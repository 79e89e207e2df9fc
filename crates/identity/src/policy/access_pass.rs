//! The Temporary Access Pass configuration.

use std::collections::BTreeSet;

use crate::ids::GroupId;
use crate::policy::MethodState;
use crate::policy::target::Target;
use crate::session::PassUsage;

/// Shortest lifetime that a pass may have, minutes (S118).
pub const LIFETIME_MIN: u32 = 10;
/// Longest lifetime, minutes: thirty days.
pub const LIFETIME_MAX: u32 = 43_200;
/// Fewest characters of a pass.
pub const LENGTH_MIN: u32 = 8;
/// Most characters of a pass.
pub const LENGTH_MAX: u32 = 48;

/// Who may be given a pass, and what passes look like
/// (Graph `temporaryAccessPassAuthenticationMethodConfiguration`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessPassConfiguration {
    /// On or off.
    pub state: MethodState,
    /// Lifetime when none is asked for, minutes.
    pub default_lifetime_minutes: u32,
    /// Shortest lifetime that may be asked for, minutes.
    pub minimum_lifetime_minutes: u32,
    /// Longest lifetime that may be asked for, minutes.
    pub maximum_lifetime_minutes: u32,
    /// Characters of a pass.
    pub length: u32,
    /// `Once` forces one-time passes.
    pub usage: PassUsage,
    /// Who may use a pass.
    pub include: Vec<Target>,
    /// Who may not.
    pub exclude: Vec<Target>,
}

impl AccessPassConfiguration {
    /// What a new organisation starts with. On for everybody, unlike the real product, because
    /// here a pass is the only way in for a person without a passkey.
    #[must_use]
    pub fn initial() -> Self {
        Self {
            state: MethodState::Enabled,
            default_lifetime_minutes: 60,
            minimum_lifetime_minutes: 60,
            maximum_lifetime_minutes: 480,
            length: 12,
            usage: PassUsage::Many,
            include: vec![Target::AllUsers],
            exclude: Vec::new(),
        }
    }

    /// Whether somebody with these memberships may sign in with a pass (S117).
    #[must_use]
    pub fn admit(&self, groups: &BTreeSet<GroupId>) -> bool {
        self.state == MethodState::Enabled
            && !self.exclude.iter().any(|target| target.covers(groups))
            && self.include.iter().any(|target| target.covers(groups))
    }
}

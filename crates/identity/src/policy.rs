//! The authentication methods policy: what an administrator decides about passkeys and passes.

pub mod access_pass;
pub mod fido2;
pub mod key_restrictions;
pub mod patch;
pub mod profile;
pub mod target;
pub mod verdict;

pub use access_pass::AccessPassConfiguration;
pub use fido2::{Fido2Configuration, SelfService};
pub use key_restrictions::{KeyRestrictions, RestrictionKind};
pub use profile::{AttestationEnforcement, PasskeyProfile, PasskeyTypes};
pub use target::{IncludeTarget, Target};
pub use verdict::{Candidate, Moment, ProfileRule, Rule, Subject, Verdict, judge};

use crate::ids::Version;

/// Whether a method may be used at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodState {
    /// On for its targets.
    Enabled,
    /// Off for everybody.
    Disabled,
}

/// A stored value with the version that a change must name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The value.
    pub value: T,
    /// Its version; zero for a default that was never saved.
    pub version: Version,
}

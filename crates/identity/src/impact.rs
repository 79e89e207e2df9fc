//! What a proposed configuration would do, by classes: people and passkeys that policy cannot
//! tell apart are judged once, so a million passkeys cost what a few hundred classes cost.

use std::collections::BTreeSet;

use crate::directory::UserKind;
use crate::ids::GroupId;
use crate::passkey::PasskeyFacts;
use crate::policy::{Candidate, Fido2Configuration, Moment, Subject, Verdict, judge};

/// Passkeys that policy cannot tell apart: same facts, owners in the same named groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyClass {
    /// What they have in common.
    pub facts: PasskeyFacts,
    /// Which of the groups named by either configuration their owners are in.
    pub groups: BTreeSet<GroupId>,
    /// How many passkeys of enabled people are in the class.
    pub passkeys: u64,
}

/// How a class fares before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassImpact {
    /// Under the stored configuration.
    pub before: Verdict,
    /// Under the proposed one.
    pub after: Verdict,
}

impl ClassImpact {
    /// Worked, and would not.
    #[must_use]
    pub fn stops(&self) -> bool {
        self.before.is_allowed() && !self.after.is_allowed()
    }

    /// Did not work, and would.
    #[must_use]
    pub fn starts(&self) -> bool {
        !self.before.is_allowed() && self.after.is_allowed()
    }
}

/// Groups whose membership can change a verdict between the two configurations.
#[must_use]
pub fn relevant_groups(
    before: &Fido2Configuration,
    after: &Fido2Configuration,
) -> BTreeSet<GroupId> {
    before.named_groups().union(&after.named_groups()).copied().collect()
}

/// Judges each class under both configurations; the answers stand in the order of the classes.
#[must_use]
pub fn compare(
    before: &Fido2Configuration,
    after: &Fido2Configuration,
    classes: &[PasskeyClass],
) -> Vec<ClassImpact> {
    classes
        .iter()
        .map(|class| ClassImpact {
            before: sign_in_verdict(before, class),
            after: sign_in_verdict(after, class),
        })
        .collect()
}

/// How a class fares at sign-in. Whether its owners are guests is asked at registration only.
#[must_use]
pub fn sign_in_verdict(configuration: &Fido2Configuration, class: &PasskeyClass) -> Verdict {
    let subject = Subject { kind: UserKind::Member, groups: &class.groups };
    judge(configuration, subject, Candidate::Known(&class.facts), Moment::SignIn)
}

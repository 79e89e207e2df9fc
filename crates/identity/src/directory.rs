//! Users, groups and how they belong together.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use webauthn::{Timestamp, UserHandle};

use crate::access::DirectoryRole;
use crate::ids::{GroupId, RoleAssignmentId, UserId, Version};

/// Most characters of a display name.
pub const DISPLAY_NAME_MAX: usize = 256;

/// Somebody who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Object id.
    pub id: UserId,
    /// The name typed at sign-in; may change without touching passkeys (S18).
    pub upn: UserPrincipalName,
    /// What people read.
    pub display_name: DisplayName,
    /// Whether the account may sign in at all (S114).
    pub state: AccountState,
    /// Member or guest.
    pub kind: UserKind,
    /// Random, given to authenticators in place of any name.
    pub handle: UserHandle,
    /// Descriptive properties that no decision reads.
    pub details: UserDetails,
    /// When the user was created.
    pub created_at: Timestamp,
    /// Sessions and tokens opened before this moment are void (S138).
    pub sessions_valid_from: Timestamp,
    /// Grows by one with each change.
    pub version: Version,
}

/// Descriptive properties of a user; stored and shown, never decided on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserDetails {
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub surname: Option<String>,
    /// Mail address.
    pub mail: Option<String>,
    /// Alias of the mailbox.
    pub mail_nickname: Option<String>,
    /// Job title.
    pub job_title: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// Office.
    pub office_location: Option<String>,
    /// Mobile telephone number.
    pub mobile_phone: Option<String>,
    /// Language such as `en-GB`.
    pub preferred_language: Option<String>,
    /// Two-letter country code.
    pub usage_location: Option<String>,
}

/// Whether an account may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountState {
    /// May sign in.
    Enabled,
    /// Every sign-in is refused and sessions are void.
    Disabled,
}

/// Member of the organisation, or a guest, who may not register passkeys here (S16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UserKind {
    /// Belongs to the organisation.
    Member,
    /// Invited from elsewhere, or marked as guest.
    Guest,
}

/// A set of users and other groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Object id.
    pub id: GroupId,
    /// What people read.
    pub display_name: DisplayName,
    /// Free text.
    pub description: Option<String>,
    /// Alias of the mailbox; Graph demands one even of groups without mail.
    pub mail_nickname: String,
    /// Only security groups may be named by a policy (S6).
    pub security: SecurityGroup,
    /// Whether Graph shows the group as mail-enabled.
    pub mail: MailGroup,
    /// Whether directory roles may be assigned to the group.
    pub roles: RoleAssignable,
    /// When the group was created.
    pub created_at: Timestamp,
    /// Grows by one with each change.
    pub version: Version,
}

/// Whether a group is a security group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityGroup {
    /// May be named by policies.
    Yes,
    /// May not.
    No,
}

/// Whether a group has a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailGroup {
    /// Mail-enabled.
    Yes,
    /// Not mail-enabled.
    No,
}

/// Whether a group may hold directory roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleAssignable {
    /// Its members hold the roles assigned to it.
    Yes,
    /// Roles cannot be assigned to it.
    No,
}

/// A member of a group, or the holder of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// A user.
    User(UserId),
    /// A group.
    Group(GroupId),
}

/// A directory role held by a user or by a role-assignable group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleAssignment {
    /// Its own id.
    pub id: RoleAssignmentId,
    /// The role.
    pub role: DirectoryRole,
    /// Who holds it.
    pub principal: Principal,
}

/// A user with what decisions read about him: all groups he belongs to and all roles he holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The user.
    pub user: User,
    /// Every group he is in, directly or through nesting (S7).
    pub groups: BTreeSet<GroupId>,
    /// Every role he holds, directly or through a role-assignable group.
    pub roles: BTreeSet<DirectoryRole>,
    /// Whether he belongs to a role-assignable group; such people are protected like
    /// administrators, or adding a key to one of them would be a way to a role.
    pub in_role_assignable_group: bool,
}

/// The sign-in name `local@domain`; compared without regard to case.
#[derive(Clone, Debug)]
pub struct UserPrincipalName(String);

impl UserPrincipalName {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form to compare and look up by.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }

    /// What stands after the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl PartialEq for UserPrincipalName {
    fn eq(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }
}

impl Eq for UserPrincipalName {}

impl fmt::Display for UserPrincipalName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for UserPrincipalName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let (local, domain) = text.split_once('@').ok_or(InvalidName::Upn)?;
        let local_ok = !local.is_empty()
            && local.chars().count() <= 64
            && local.chars().all(|c| c.is_alphanumeric() || "._-'+#!^~$".contains(c));
        let domain_ok = !domain.is_empty()
            && domain.len() <= 253
            && domain.split('.').all(|label| {
                !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            });
        if local_ok && domain_ok { Ok(Self(text.to_owned())) } else { Err(InvalidName::Upn) }
    }
}

/// A name for people: 1 to 256 characters, none of them a control character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

impl DisplayName {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form to search and sort by.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for DisplayName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for DisplayName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let text = text.trim();
        let length = text.chars().count();
        if length == 0 || length > DISPLAY_NAME_MAX || text.chars().any(is_unprintable) {
            return Err(InvalidName::DisplayName);
        }
        Ok(Self(text.to_owned()))
    }
}

/// Control characters, invisible ones, and the marks that turn the direction of text: they let one
/// name pose as another on a page or in a log.
pub(crate) fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{2069}' | '\u{FEFF}'
        )
}

/// Why a name was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidName {
    /// Not `local@domain`.
    Upn,
    /// Empty, too long, or with control characters.
    DisplayName,
}

impl fmt::Display for InvalidName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Upn => {
                "expected name@domain, the name of at most 64 letters, digits or ._-'+#!^~$"
            }
            Self::DisplayName => "expected 1 to 256 characters without control characters",
        })
    }
}

impl std::error::Error for InvalidName {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_regard_to_case() {
        let upper: UserPrincipalName = "Ana@Example.org".parse().unwrap();
        let lower: UserPrincipalName = "ana@example.org".parse().unwrap();
        assert_eq!(upper, lower);
        assert_eq!(upper.domain(), "Example.org");
    }

    #[test]
    fn what_is_not_a_name_is_refused() {
        for text in ["", "ana", "@example.org", "ana@", "a b@example.org", "ana@exa mple", "a@b@c"]
        {
            assert!(text.parse::<UserPrincipalName>().is_err(), "{text}");
        }
        for text in ["", "  ", "a\u{202E}b", "a\nb"] {
            assert!(text.parse::<DisplayName>().is_err(), "{text:?}");
        }
    }
}

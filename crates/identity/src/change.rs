//! Everything that can be written, as one enum: decisions return changes, the store applies them.
//!
//! A change carries its guard, which the store checks in the same commit. A guard that fails means
//! that the facts were stale: they are gathered again and the decision is taken again.

use webauthn::{CredentialId, SignCount, Timestamp};

use crate::access_pass::AccessPass;
use crate::application::Application;
use crate::audit::{AuditEntry, SignInEntry};
use crate::directory::{DisplayName, Group, Principal, RoleAssignment, User};
use crate::ids::{AccessPassId, GroupId, RoleAssignmentId, SessionId, TenantId, UserId, Version};
use crate::passkey::{AttestationEvidence, BackupState, Passkey, PasskeyName};
use crate::policy::{AccessPassConfiguration, Fido2Configuration};
use crate::session::Session;

/// One thing to write. Guards in the documentation of each.
#[derive(Clone, Debug)]
pub enum Change {
    /// Sets the organisation up. Guard: there is none yet.
    CreateOrganisation(Organisation),

    /// Adds a user. Guard: neither id nor sign-in name is taken.
    AddUser(Box<User>),
    /// Replaces a user. Guard: the stored version is the one before `user.version`; the sign-in
    /// name is free.
    ReplaceUser(Box<User>),
    /// Deletes a user with passkeys, pass, sessions, memberships and roles. Guard: exists.
    DeleteUser(UserId),
    /// Voids every session and token opened before `valid_from`. Guard: exists.
    RevokeSessions {
        /// Whose.
        user: UserId,
        /// From now on only what was opened at or after this moment is valid.
        valid_from: Timestamp,
    },

    /// Adds a group. Guard: the id is free.
    AddGroup(Box<Group>),
    /// Replaces a group. Guard: the stored version is the one before `group.version`.
    ReplaceGroup(Box<Group>),
    /// Deletes a group with its memberships and roles. Guard: exists.
    DeleteGroup(GroupId),
    /// Adds a member. Guard: group and member exist, and it is not a member yet.
    AddMember {
        /// The group.
        group: GroupId,
        /// The new member.
        member: Principal,
    },
    /// Removes a direct member. Guard: is one.
    RemoveMember {
        /// The group.
        group: GroupId,
        /// The member.
        member: Principal,
    },
    /// Assigns a role. Guard: the holder exists and does not hold it yet.
    AssignRole(RoleAssignment),
    /// Takes a role away. Guard: the assignment exists.
    RemoveRole(RoleAssignmentId),

    /// Adds a passkey with its evidence. Guard: the credential id is unknown in the organisation,
    /// the user exists and holds fewer than `limit` passkeys.
    AddPasskey {
        /// The passkey.
        passkey: Box<Passkey>,
        /// What it was judged by.
        evidence: Box<AttestationEvidence>,
        /// How many the user may hold, this one included.
        limit: usize,
    },
    /// Renames a passkey. Guard: exists and belongs to the user.
    RenamePasskey {
        /// Whose.
        user: UserId,
        /// Which.
        id: CredentialId,
        /// The new name.
        name: PasskeyName,
    },
    /// Deletes a passkey with its evidence and the sessions that it opened: whoever deletes a
    /// stolen key shuts its thief out. Guard: exists and belongs to the user.
    DeletePasskey {
        /// Whose.
        user: UserId,
        /// Which.
        id: CredentialId,
        /// The session in which the person himself deletes it; that one lives on.
        keep: Option<SessionId>,
    },
    /// Notes a use. Guard: the stored counter is `expected`.
    TouchPasskey {
        /// Which.
        id: CredentialId,
        /// The counter that was read.
        expected: SignCount,
        /// The counter now.
        sign_count: SignCount,
        /// The backup state now.
        backup_state: BackupState,
        /// When.
        at: Timestamp,
    },

    /// Replaces the FIDO2 configuration. Guard: the stored version is `expected`.
    ReplaceFido2Configuration {
        /// The version that was read; zero if none was stored.
        expected: Version,
        /// The new value.
        configuration: Box<Fido2Configuration>,
        /// When.
        at: Timestamp,
    },
    /// Replaces the access pass configuration. Guard: the stored version is `expected`.
    ReplaceAccessPassConfiguration {
        /// The version that was read; zero if none was stored.
        expected: Version,
        /// The new value.
        configuration: Box<AccessPassConfiguration>,
        /// When.
        at: Timestamp,
    },
    /// Proves that a policy did not move while a decision stood on it. Guard: the stored version
    /// of the FIDO2 configuration is `expected`. Writes nothing.
    ExpectFido2Configuration {
        /// The version that was read.
        expected: Version,
    },

    /// Uses something up. Guard: the key is unused. Answers *burned*, not *contended*.
    Burn {
        /// Digest of what is used up.
        key: BurnKey,
        /// When the key may be forgotten, because its owner is refused as expired anyway.
        expires_at: Timestamp,
    },
    /// Stores the digest of the first-run link, replacing an older one that was not used.
    /// Guard: there is no organisation yet.
    ReplaceFirstRunLink {
        /// SHA-256 of the link's secret.
        digest: [u8; 32],
        /// When it ends.
        expires_at: Timestamp,
    },

    /// Opens a session. Guard: the user exists.
    OpenSession(Box<Session>),
    /// Ends a session. No guard: it may be gone.
    EndSession(SessionId),

    /// Issues a pass, replacing an older one of the same user, whose sessions end (S118).
    /// Guard: the user exists.
    IssueAccessPass(Box<AccessPass>),
    /// Notes the use of a pass. Guard: its stored last use is `expected`.
    UseAccessPass {
        /// Which.
        id: AccessPassId,
        /// The last use that was read.
        expected: Option<Timestamp>,
        /// When.
        at: Timestamp,
    },
    /// Deletes a pass and the sessions opened with it. Guard: exists.
    DeleteAccessPass {
        /// Whose.
        user: UserId,
        /// Which.
        id: AccessPassId,
    },

    /// Adds an application. Guard: its ids are free.
    AddApplication(Box<Application>),

    /// Counts a failed attempt against somebody; starts a new window if the old one is over.
    CountFailure {
        /// Against whom.
        user: UserId,
        /// When.
        at: Timestamp,
        /// Length of the window, ms.
        window_ms: i64,
    },
    /// Forgets failed attempts after a success.
    ClearFailures(UserId),

    /// Writes an audit entry.
    Audit(Box<AuditEntry>),
    /// Writes a sign-in entry.
    SignIn(Box<SignInEntry>),
}

/// The organisation of this server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its tenant id.
    pub id: TenantId,
    /// What people read.
    pub display_name: DisplayName,
    /// The domain of its sign-in names.
    pub domain: String,
    /// When it was set up.
    pub created_at: Timestamp,
}

/// Digest of something that may be used once: a challenge, a link, a code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BurnKey(pub [u8; 32]);

impl std::fmt::Debug for BurnKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("BurnKey(..)")
    }
}

//! What is written down: the audit log and the sign-in log, in the same commit as the change.

use uuid::Uuid;
use webauthn::{Aaguid, CredentialId, Timestamp};

use crate::access::{Caller, TargetPerson};
use crate::directory::{Group, User};
use crate::ids::{ApplicationId, ClientId, CorrelationId, GroupId, UserId};
use crate::policy::{AccessPassConfiguration, Fido2Configuration};
use crate::refusal::Refusal;

/// The circumstances of one decision: everything that is not a fact from the store.
#[derive(Clone, Debug)]
pub struct Context {
    /// The moment of the decision.
    pub now: Timestamp,
    /// Ties log lines, entries and what the person saw together.
    pub correlation: CorrelationId,
    /// Fresh and random for each decision; the ids of its entries derive from it.
    pub unique: Uuid,
    /// Address of the client, if any.
    pub ip: Option<String>,
    /// What the client calls itself, cut to 256 characters.
    pub user_agent: Option<String>,
}

impl Context {
    /// The id of the `ordinal`-th entry of this decision.
    #[must_use]
    pub fn entry_id(&self, ordinal: u8) -> Uuid {
        Uuid::from_u128(self.unique.as_u128() ^ u128::from(ordinal))
    }
}

/// One line of the audit log (Graph `directoryAudit`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// What was done or tried.
    pub activity: Activity,
    /// Who did it.
    pub actor: Actor,
    /// To what.
    pub target: AuditTarget,
    /// What changed.
    pub modified: Vec<ModifiedProperty>,
    /// Success, or the code and text of the refusal.
    pub result: Recorded,
    /// The model concerned, if any (S142).
    pub aaguid: Option<Aaguid>,
    /// Further facts as name and text, e.g. the attestation result.
    pub details: Vec<(String, String)>,
    /// Ties it to the request.
    pub correlation: CorrelationId,
    /// Address of the client.
    pub ip: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
}

/// The result of a recorded decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It was done.
    Success,
    /// It was refused.
    Refused {
        /// Stable code.
        code: String,
        /// The full reason, for administrators.
        reason: String,
    },
}

impl From<&Refusal> for Recorded {
    fn from(refusal: &Refusal) -> Self {
        Self::Refused { code: refusal.code().to_owned(), reason: refusal.to_string() }
    }
}

impl<T> From<&Result<T, Refusal>> for Recorded {
    fn from(verdict: &Result<T, Refusal>) -> Self {
        match verdict {
            Ok(_) => Self::Success,
            Err(refusal) => Self::from(refusal),
        }
    }
}

/// What somebody did or tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Activity {
    /// The organisation was set up.
    OrganisationCreated,
    /// A user was added.
    UserAdded,
    /// A user was changed.
    UserUpdated,
    /// A user was deleted.
    UserDeleted,
    /// A group was added.
    GroupAdded,
    /// A group was changed.
    GroupUpdated,
    /// A group was deleted.
    GroupDeleted,
    /// A member was added to a group.
    MemberAdded,
    /// A member was removed from a group.
    MemberRemoved,
    /// A role was assigned.
    RoleAssigned,
    /// A role was taken away.
    RoleRemoved,
    /// A passkey was registered or tried to be.
    PasskeyAdded,
    /// A passkey was renamed.
    PasskeyRenamed,
    /// A passkey was deleted.
    PasskeyDeleted,
    /// Creation options were handed out.
    PasskeyOptionsRead,
    /// A Temporary Access Pass was issued.
    AccessPassIssued,
    /// A Temporary Access Pass was deleted.
    AccessPassDeleted,
    /// The authentication methods policy was changed.
    MethodsPolicyUpdated,
    /// A configuration was reset to its defaults.
    MethodsPolicyReset,
    /// Sessions of a user were revoked.
    SessionsRevoked,
    /// An application was added.
    ApplicationAdded,
}

impl Activity {
    /// All activities.
    pub const ALL: &'static [Self] = &[
        Self::OrganisationCreated,
        Self::UserAdded,
        Self::UserUpdated,
        Self::UserDeleted,
        Self::GroupAdded,
        Self::GroupUpdated,
        Self::GroupDeleted,
        Self::MemberAdded,
        Self::MemberRemoved,
        Self::RoleAssigned,
        Self::RoleRemoved,
        Self::PasskeyAdded,
        Self::PasskeyRenamed,
        Self::PasskeyDeleted,
        Self::PasskeyOptionsRead,
        Self::AccessPassIssued,
        Self::AccessPassDeleted,
        Self::MethodsPolicyUpdated,
        Self::MethodsPolicyReset,
        Self::SessionsRevoked,
        Self::ApplicationAdded,
    ];

    /// The name that Graph shows; also how the store keeps it.
    #[must_use]
    pub const fn display_name(self) -> &'static str {
        match self {
            Self::OrganisationCreated => "Add organization",
            Self::UserAdded => "Add user",
            Self::UserUpdated => "Update user",
            Self::UserDeleted => "Delete user",
            Self::GroupAdded => "Add group",
            Self::GroupUpdated => "Update group",
            Self::GroupDeleted => "Delete group",
            Self::MemberAdded => "Add member to group",
            Self::MemberRemoved => "Remove member from group",
            Self::RoleAssigned => "Add member to role",
            Self::RoleRemoved => "Remove member from role",
            Self::PasskeyAdded => "Add Passkey",
            Self::PasskeyRenamed => "User updated security info",
            Self::PasskeyDeleted => "Delete Passkey",
            Self::PasskeyOptionsRead => "Get passkey creation options",
            Self::AccessPassIssued => "Admin registered security info",
            Self::AccessPassDeleted => "Admin deleted security info",
            Self::MethodsPolicyUpdated => "Authentication Methods Policy Update",
            Self::MethodsPolicyReset => "Authentication Methods Policy Reset",
            Self::SessionsRevoked => "Revoke sign-in sessions",
            Self::ApplicationAdded => "Add application",
        }
    }

    /// The activity of this name.
    #[must_use]
    pub fn from_display_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|activity| activity.display_name() == name)
    }
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person.
    User {
        /// Object id.
        id: UserId,
        /// Sign-in name at the time.
        name: String,
    },
    /// An API client.
    Application {
        /// Its client id.
        client: ClientId,
        /// Its name at the time.
        name: String,
    },
    /// The operator, on the command line.
    Operator,
    /// Somebody not signed in, e.g. with the first-run link.
    Anonymous,
}

impl From<&Caller> for Actor {
    fn from(caller: &Caller) -> Self {
        match caller {
            Caller::Application { client, name, .. } => {
                Self::Application { client: *client, name: name.clone() }
            }
            Caller::Person(signed_in) => Self::from(&signed_in.person.user),
            Caller::Operator => Self::Operator,
        }
    }
}

impl From<&User> for Actor {
    fn from(user: &User) -> Self {
        Self::User { id: user.id, name: user.upn.as_str().to_owned() }
    }
}

/// What it was done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditTarget {
    /// A user.
    User {
        /// Object id.
        id: UserId,
        /// Sign-in name at the time.
        name: String,
    },
    /// A group.
    Group {
        /// Object id.
        id: GroupId,
        /// Name at the time.
        name: String,
    },
    /// An application.
    Application {
        /// Object id.
        id: ApplicationId,
        /// Name at the time.
        name: String,
    },
    /// A policy, by its Graph id.
    Policy(String),
    /// The organisation itself.
    Organisation,
}

impl From<&User> for AuditTarget {
    fn from(user: &User) -> Self {
        Self::User { id: user.id, name: user.upn.as_str().to_owned() }
    }
}

impl From<&TargetPerson> for AuditTarget {
    fn from(person: &TargetPerson) -> Self {
        Self::User { id: person.id, name: person.upn.as_str().to_owned() }
    }
}

impl From<&Group> for AuditTarget {
    fn from(group: &Group) -> Self {
        Self::Group { id: group.id, name: group.display_name.as_str().to_owned() }
    }
}

/// A property with its value before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModifiedProperty {
    /// Graph's name of the property.
    pub name: String,
    /// Before.
    pub old: AuditValue,
    /// After.
    pub new: AuditValue,
}

/// A value in the audit log. The store writes each as JSON and reads it back as [`Self::Json`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditValue {
    /// Nothing.
    Null,
    /// Text.
    Text(String),
    /// A FIDO2 configuration (S71).
    Fido2(Box<Fido2Configuration>),
    /// A Temporary Access Pass configuration.
    AccessPass(Box<AccessPassConfiguration>),
    /// JSON as it was stored.
    Json(String),
}

impl ModifiedProperty {
    /// A property whose values are text; nothing if they are equal.
    #[must_use]
    pub fn text(name: &str, old: Option<&str>, new: Option<&str>) -> Option<Self> {
        let value = |text: Option<&str>| {
            text.map_or(AuditValue::Null, |text| AuditValue::Text(text.to_owned()))
        };
        (old != new).then(|| Self { name: name.to_owned(), old: value(old), new: value(new) })
    }
}

/// One line of the sign-in log (Graph `signIn`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInEntry {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// Who, if that became known.
    pub user: Option<UserId>,
    /// The sign-in name at the time.
    pub upn: Option<String>,
    /// How.
    pub method: SignInMethodName,
    /// The passkey used, if it is one of ours.
    pub passkey: Option<CredentialId>,
    /// Its model.
    pub aaguid: Option<Aaguid>,
    /// Success, or why not.
    pub result: Recorded,
    /// The rule that decided, in words; e.g. the profile that admitted the passkey.
    pub decided_by: String,
    /// Ties it to the request.
    pub correlation: CorrelationId,
    /// Address of the client.
    pub ip: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
}

/// The method of a sign-in, as the log names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignInMethodName {
    /// A device-bound passkey.
    PasskeyDeviceBound,
    /// A synced passkey.
    PasskeySynced,
    /// A passkey that is not on record, so that its type is unknown.
    PasskeyUnknown,
    /// A Temporary Access Pass.
    AccessPass,
    /// An application's own secret.
    ClientSecret,
    /// The one-time link of the first start.
    FirstRunLink,
}

impl SignInMethodName {
    /// All methods.
    pub const ALL: &'static [Self] = &[
        Self::PasskeyDeviceBound,
        Self::PasskeySynced,
        Self::PasskeyUnknown,
        Self::AccessPass,
        Self::ClientSecret,
        Self::FirstRunLink,
    ];

    /// What the log shows; also how the store keeps it.
    #[must_use]
    pub const fn display_name(self) -> &'static str {
        match self {
            Self::PasskeyDeviceBound => "Passkey (device-bound)",
            Self::PasskeySynced => "Passkey (synced)",
            Self::PasskeyUnknown => "Passkey",
            Self::AccessPass => "Temporary Access Pass",
            Self::ClientSecret => "Client secret",
            Self::FirstRunLink => "First-run link",
        }
    }

    /// The method of this name.
    #[must_use]
    pub fn from_display_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|method| method.display_name() == name)
    }
}

impl AuditEntry {
    /// An entry of this decision, by nobody yet and successful until said otherwise.
    #[must_use]
    pub fn new(activity: Activity, target: AuditTarget, context: &Context) -> Self {
        Self {
            id: context.entry_id(0),
            at: context.now,
            activity,
            actor: Actor::Anonymous,
            target,
            modified: Vec::new(),
            result: Recorded::Success,
            aaguid: None,
            details: Vec::new(),
            correlation: context.correlation,
            ip: context.ip.clone(),
            user_agent: context.user_agent.clone(),
        }
    }
}

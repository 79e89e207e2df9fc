//! Directory roles with their well-known template ids.

use std::fmt;

use crate::access::TargetPerson;

macro_rules! roles {
    ($($(#[$docs:meta])* $variant:ident = $id:literal, $name:literal;)*) => {
        /// A built-in directory role. Its id is the same in every organisation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum DirectoryRole {
            $($(#[$docs])* $variant,)*
        }

        impl DirectoryRole {
            /// Every role we know.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The role template id that clients name.
            #[must_use]
            pub const fn template_id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }

            /// What people read.
            #[must_use]
            pub const fn display_name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

roles! {
    /// May do everything.
    GlobalAdministrator = "62e90394-69f5-4237-9190-012177145e10", "Global Administrator";
    /// Reads everything.
    GlobalReader = "f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader";
    /// Changes the authentication methods policy.
    AuthenticationPolicyAdministrator =
        "0526716b-113d-4c15-b2c8-68e3c22b9f80",
        "Authentication Policy Administrator";
    /// Manages methods of people without a strong role.
    AuthenticationAdministrator =
        "c4e39bd9-1100-46d3-8c65-fb160da0071f",
        "Authentication Administrator";
    /// Manages methods of everybody.
    PrivilegedAuthenticationAdministrator =
        "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
        "Privileged Authentication Administrator";
    /// Manages Conditional Access and strengths.
    ConditionalAccessAdministrator =
        "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
        "Conditional Access Administrator";
    /// Manages security settings.
    SecurityAdministrator = "194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator";
    /// Reads security settings and logs.
    SecurityReader = "5d6b6bb7-de71-4623-b4af-96380a352509", "Security Reader";
    /// Manages users without a strong role.
    UserAdministrator = "fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator";
    /// Assigns roles.
    PrivilegedRoleAdministrator =
        "e8611ab8-c189-46e8-94e1-60213ab1f814",
        "Privileged Role Administrator";
    /// Helps people with passwords.
    HelpdeskAdministrator = "729827e3-9c14-49f7-bb1b-9608f156bbb8", "Helpdesk Administrator";
    /// Resets passwords.
    PasswordAdministrator = "966707d0-3269-4727-9be2-8c3a10f19b9d", "Password Administrator";
    /// Manages groups.
    GroupsAdministrator = "fdd7a751-b60b-444a-984c-02652fe8fa1c", "Groups Administrator";
    /// Manages applications.
    ApplicationAdministrator = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "Application Administrator";
    /// Manages applications.
    CloudApplicationAdministrator =
        "158c047a-c907-4556-b7ef-446551a6b5f7",
        "Cloud Application Administrator";
    /// Reads reports and logs.
    ReportsReader = "4a5d8f65-41da-4de4-8968-e035b65339cf", "Reports Reader";
    /// Reads users and groups.
    DirectoryReaders = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "Directory Readers";
}

impl DirectoryRole {
    /// The role with this template id.
    #[must_use]
    pub fn from_template_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.template_id().eq_ignore_ascii_case(id))
    }

    /// Whether a holder may change the authentication methods policy (S9 counts these people).
    #[must_use]
    pub fn is_policy_capable(self) -> bool {
        matches!(self, Self::GlobalAdministrator | Self::AuthenticationPolicyAdministrator)
    }

    /// Whether a holder of this role may act on the methods or the account of `target` (S5).
    ///
    /// The two strongest roles may act on everybody. The others may not act on holders of roles
    /// outside their own short list, nor on members of role-assignable groups: adding a key to a
    /// stronger account is taking it over.
    #[must_use]
    pub fn may_act_on(self, target: &TargetPerson) -> bool {
        let lesser: &[Self] = match self {
            Self::GlobalAdministrator | Self::PrivilegedAuthenticationAdministrator => return true,
            Self::AuthenticationAdministrator => &[
                Self::AuthenticationAdministrator,
                Self::DirectoryReaders,
                Self::PasswordAdministrator,
                Self::ReportsReader,
            ],
            Self::UserAdministrator => &[
                Self::DirectoryReaders,
                Self::GroupsAdministrator,
                Self::HelpdeskAdministrator,
                Self::PasswordAdministrator,
                Self::ReportsReader,
                Self::UserAdministrator,
            ],
            Self::GlobalReader
            | Self::AuthenticationPolicyAdministrator
            | Self::ConditionalAccessAdministrator
            | Self::SecurityAdministrator
            | Self::SecurityReader
            | Self::PrivilegedRoleAdministrator
            | Self::HelpdeskAdministrator
            | Self::PasswordAdministrator
            | Self::GroupsAdministrator
            | Self::ApplicationAdministrator
            | Self::CloudApplicationAdministrator
            | Self::ReportsReader
            | Self::DirectoryReaders => return false,
        };
        !target.in_role_assignable_group && target.roles.iter().all(|role| lesser.contains(role))
    }
}

impl fmt::Display for DirectoryRole {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.display_name())
    }
}

//! Application permissions of Microsoft Graph, by their published names and app role ids.

use std::fmt;

macro_rules! permissions {
    ($($variant:ident = $name:literal, $id:literal;)*) => {
        /// A permission that an administrator grants to an application.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Permission {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Permission {
            /// Every permission we know.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name, as it stands in tokens.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The published app role id.
            #[must_use]
            pub const fn app_role_id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }
        }
    };
}

permissions! {
    PolicyReadAll = "Policy.Read.All", "246dd0d5-5bd0-4def-940b-0421030a5b68";
    PolicyReadAuthenticationMethod =
        "Policy.Read.AuthenticationMethod",
        "8e3bc81b-d2f3-4b7b-838c-32c88218d2f0";
    PolicyReadWriteAuthenticationMethod =
        "Policy.ReadWrite.AuthenticationMethod",
        "29c18626-4985-4dcd-85c0-193eef327366";
    PolicyReadConditionalAccess =
        "Policy.Read.ConditionalAccess",
        "37730810-e9ba-4e46-b07e-8ca78d182097";
    PolicyReadWriteConditionalAccess =
        "Policy.ReadWrite.ConditionalAccess",
        "01c0a623-fc9b-48e9-b794-0756f8e8f067";
    PolicyReadWriteAuthorization =
        "Policy.ReadWrite.Authorization",
        "fb221be6-99f2-473f-bd32-01c6a0e9ca3b";
    PolicyReadWriteSecurityDefaults =
        "Policy.ReadWrite.SecurityDefaults",
        "1c6e93a6-28e2-4cbb-9f64-1a46a821124d";
    AuthenticationContextReadAll =
        "AuthenticationContext.Read.All",
        "381f742f-e1f8-4309-b4ab-e3d91ae4c5c1";
    AuthenticationContextReadWriteAll =
        "AuthenticationContext.ReadWrite.All",
        "a88eef72-fed0-4bf7-a2a9-f19df33f8b83";
    UserAuthenticationMethodReadAll =
        "UserAuthenticationMethod.Read.All",
        "38d9df27-64da-44fd-b7c5-a6fbac20248f";
    UserAuthenticationMethodReadWriteAll =
        "UserAuthenticationMethod.ReadWrite.All",
        "50483e42-d915-4231-9639-7fdb7fd190e5";
    UserAuthMethodPasskeyReadAll =
        "UserAuthMethod-Passkey.Read.All",
        "72e00c1d-3e3d-43bb-a0b9-c435611bb1d2";
    UserAuthMethodPasskeyReadWriteAll =
        "UserAuthMethod-Passkey.ReadWrite.All",
        "0400e371-7db1-4338-a269-96069eb65227";
    UserAuthMethodTapReadAll =
        "UserAuthMethod-TAP.Read.All",
        "bf82209c-b22b-4747-ac88-a68be99032cf";
    UserAuthMethodTapReadWriteAll =
        "UserAuthMethod-TAP.ReadWrite.All",
        "627169a8-8c15-451c-861a-5b80e383de5c";
    UserAuthMethodSoftwareOathReadAll =
        "UserAuthMethod-SoftwareOATH.Read.All",
        "a6b423df-a0c8-411d-a809-a4a5985d2939";
    UserAuthMethodSoftwareOathReadWriteAll =
        "UserAuthMethod-SoftwareOATH.ReadWrite.All",
        "787442d4-3c6e-4e99-aa95-8ccca20a48ff";
    UserAuthMethodPasswordReadAll =
        "UserAuthMethod-Password.Read.All",
        "8d2c17ff-b93d-40d5-9def-d843680509cb";
    UserAuthMethodPasswordReadWriteAll =
        "UserAuthMethod-Password.ReadWrite.All",
        "f6d38dfd-ec08-4995-8f07-23e929df0936";
    UserAuthMethodMicrosoftAuthAppReadAll =
        "UserAuthMethod-MicrosoftAuthApp.Read.All",
        "a9c5f16e-e5ca-4e33-89ad-903fcfc01c23";
    UserAuthMethodMicrosoftAuthAppReadWriteAll =
        "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All",
        "c833c349-a1ab-4b6d-94a2-fa9a8674420c";
    UserReadBasicAll = "User.ReadBasic.All", "97235f07-e226-4f63-ace3-39588e11d3a1";
    UserReadAll = "User.Read.All", "df021288-bdef-4463-88db-98f22de89214";
    UserReadWriteAll = "User.ReadWrite.All", "741f803b-c850-494e-b5df-cde7c675a1ca";
    UserEnableDisableAccountAll =
        "User.EnableDisableAccount.All",
        "3011c876-62b7-4ada-afa2-506cbbecc68c";
    UserRevokeSessionsAll = "User.RevokeSessions.All", "77f3a031-c388-4f99-b373-dc68676a979e";
    UserDeleteRestoreAll = "User.DeleteRestore.All", "eccc023d-eccf-4e7b-9683-8813ab36cecc";
    UserPasswordProfileReadWriteAll =
        "User-PasswordProfile.ReadWrite.All",
        "cc117bb9-00cf-4eb8-b580-ea2a878fe8f7";
    GroupCreate = "Group.Create", "bf7b1a76-6e77-406b-b258-bf5c7720e98f";
    GroupReadBasicAll = "Group.ReadBasic.All", "07d67222-3a10-4d3b-9ddc-b8aa43198a00";
    GroupReadAll = "Group.Read.All", "5b567255-7703-4780-807c-7be8301ae99b";
    GroupReadWriteAll = "Group.ReadWrite.All", "62a82d76-70ea-41e2-9197-370581804d09";
    GroupMemberReadBasicAll = "GroupMember.ReadBasic.All", "8222c640-cae5-4860-8d11-b32cfad95e03";
    GroupMemberReadAll = "GroupMember.Read.All", "98830695-27a2-44f7-8c18-0c3ebc9698f6";
    GroupMemberReadWriteAll = "GroupMember.ReadWrite.All", "dbaae8cf-10b5-4b86-a4a1-f871c94c6695";
    DirectoryReadAll = "Directory.Read.All", "7ab1d382-f21e-4acd-a863-ba3e13f7da61";
    DirectoryReadWriteAll = "Directory.ReadWrite.All", "19dbc75e-c2e2-444c-a770-ec69d8559fc7";
    OrganizationReadAll = "Organization.Read.All", "498476ce-e0fe-48b0-b801-37ba7e2685c6";
    RoleManagementReadAll = "RoleManagement.Read.All", "c7fbd983-d9aa-4fa7-84b8-17382c103bc4";
    RoleManagementReadDirectory =
        "RoleManagement.Read.Directory",
        "483bed4a-2ad3-4361-a73b-c83ccdbdc53c";
    RoleManagementReadWriteDirectory =
        "RoleManagement.ReadWrite.Directory",
        "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8";
    AuditLogReadAll = "AuditLog.Read.All", "b0afded3-3588-46d8-8b3d-9842eff778da";
    ReportsReadAll = "Reports.Read.All", "230c1aed-a721-4c5d-9cb4-a90514e508ef";
    ApplicationReadAll = "Application.Read.All", "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30";
    ApplicationReadWriteAll = "Application.ReadWrite.All", "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9";
    ApplicationReadWriteOwnedBy =
        "Application.ReadWrite.OwnedBy",
        "18a4783c-866b-4cc7-a460-3d5e5662c884";
    AppRoleAssignmentReadWriteAll =
        "AppRoleAssignment.ReadWrite.All",
        "06b708a9-e830-4db3-a914-8e69da51d44f";
    DelegatedPermissionGrantReadWriteAll =
        "DelegatedPermissionGrant.ReadWrite.All",
        "8e8e4742-1d95-4f68-9d56-6ee75648c72a";
}

impl Permission {
    /// The permission of this name, compared without regard to case as the real service does.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

//! Microsoft Graph's shape: the only place that knows its addresses, its JSON and its errors.
//!
//! A request is first brought to one spelling (`spelling`), then finds its row below. A handler
//! takes version, options and body out of the call (`ask`, `query`, `filter`, `body`), calls an
//! operation, and answers in OData's form (`answer`, `error`). One file a resource; what a
//! resource looks like on the wire stands in its `wire`. `docs/graph-differences.md` says where
//! we differ from the real service.

mod access_pass_configuration;
mod access_pass_methods;
mod answer;
mod ask;
mod body;
mod command_line;
mod error;
mod fido2_configuration;
mod fido2_methods;
mod filter;
mod groups;
mod impact;
mod inventory;
mod logs;
mod methods;
mod methods_policy;
mod moment;
mod organization;
mod page;
mod passkey_id;
mod query;
mod roles;
mod spelling;
mod users;

use axum::http::{Method, Uri};

use crate::error::Error;
use crate::route::{Access, ActionKind, Route};

pub use command_line::{fido2_json, fido2_patch, impact_json};
pub(crate) use error::face;

/// Whether an address belongs to Graph, known to us or not: its errors look like Graph's.
pub(crate) fn owns(uri: &Uri) -> bool {
    spelling::is_graph(uri.path())
}

/// The one spelling of an address, or nothing where it needs none or means nothing here.
///
/// # Errors
/// [`Error::BadRequest`] where its encoding is broken.
pub(crate) fn canonical(uri: &Uri) -> Result<Option<Uri>, Error> {
    spelling::canonical(uri, TEMPLATES)
}

/// Makes the table: each row stands in both versions. A long address may come in parts.
macro_rules! table {
    ($($method:ident $($path:literal)+, $kind:ident, $handler:path;)*) => {
        /// The addresses of the table, behind the version.
        const TEMPLATES: &[&str] = &[$(concat!($($path),+),)*];

        /// Rows of the table of routes.
        pub(crate) fn routes() -> Vec<Route> {
            let mut routes = Vec::new();
            $(
                for path in [concat!("/v1.0", $($path),+), concat!("/beta", $($path),+)] {
                    let access = Access::Bearer(ActionKind::$kind);
                    routes.push(Route::new(Method::$method, path, access, face, $handler));
                }
            )*
            routes
        }
    };
}

table! {
    GET "/policies/authenticationMethodsPolicy", ReadMethodsPolicy, methods_policy::get;
    GET "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations",
        ReadMethodsPolicy, methods_policy::list;
    GET "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations"
        "/{configuration}", ReadMethodsPolicy, methods_policy::get_one;
    PATCH "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations"
        "/{configuration}", WriteMethodsPolicy, methods_policy::change;
    DELETE "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations"
        "/{configuration}", WriteMethodsPolicy, methods_policy::reset;
    POST "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations"
        "/{configuration}/impact", WriteMethodsPolicy, impact::preview;

    GET "/users", ReadUsers, users::list;
    POST "/users", WriteUsers, users::create;
    GET "/users/$count", ReadUsers, users::count;
    GET "/users/{user}", ReadUsers, users::get;
    PATCH "/users/{user}", WriteUsers, users::change;
    DELETE "/users/{user}", WriteUsers, users::delete;
    POST "/users/{user}/revokeSignInSessions", WriteUsers, users::revoke_sessions;
    GET "/users/{user}/memberOf", ReadUsers, users::member_of;
    GET "/users/{user}/transitiveMemberOf", ReadUsers, users::transitive_member_of;

    GET "/users/{user}/authentication/methods", ReadMethods, methods::list;
    POST "/users/{user}/authentication/methods", Nothing, methods::create;
    GET "/users/{user}/authentication/methods/{method}", ReadMethods, methods::get;
    GET "/users/{user}/authentication/fido2Methods", ReadMethods, fido2_methods::list;
    POST "/users/{user}/authentication/fido2Methods", WritePasskeys, fido2_methods::create;
    GET "/users/{user}/authentication/fido2Methods/creationOptions",
        WritePasskeys, fido2_methods::creation_options;
    GET "/users/{user}/authentication/fido2Methods/{method}", ReadMethods, fido2_methods::get;
    PATCH "/users/{user}/authentication/fido2Methods/{method}",
        WritePasskeys, fido2_methods::rename;
    DELETE "/users/{user}/authentication/fido2Methods/{method}",
        WritePasskeys, fido2_methods::delete;
    GET "/users/{user}/authentication/temporaryAccessPassMethods",
        ReadMethods, access_pass_methods::list;
    POST "/users/{user}/authentication/temporaryAccessPassMethods",
        WriteAccessPass, access_pass_methods::issue;
    GET "/users/{user}/authentication/temporaryAccessPassMethods/{method}",
        ReadMethods, access_pass_methods::get;
    DELETE "/users/{user}/authentication/temporaryAccessPassMethods/{method}",
        WriteAccessPass, access_pass_methods::delete;

    GET "/groups", ReadGroups, groups::list;
    POST "/groups", WriteGroups, groups::create;
    GET "/groups/$count", ReadGroups, groups::count;
    GET "/groups/{group}", ReadGroups, groups::get;
    PATCH "/groups/{group}", WriteGroups, groups::change;
    DELETE "/groups/{group}", WriteGroups, groups::delete;
    GET "/groups/{group}/members", ReadGroups, groups::members::list;
    GET "/groups/{group}/members/$count", ReadGroups, groups::members::count;
    GET "/groups/{group}/transitiveMembers", ReadGroups, groups::members::list_transitive;
    GET "/groups/{group}/transitiveMembers/$count", ReadGroups, groups::members::count_transitive;
    POST "/groups/{group}/members/$ref", WriteGroupMembers, groups::members::add;
    DELETE "/groups/{group}/members/{member}/$ref", WriteGroupMembers, groups::members::remove;

    GET "/roleManagement/directory/roleDefinitions", ReadRoles, roles::definitions;
    GET "/roleManagement/directory/roleDefinitions/{role}", ReadRoles, roles::definition;
    GET "/roleManagement/directory/roleAssignments", ReadRoles, roles::list;
    POST "/roleManagement/directory/roleAssignments", WriteRoles, roles::assign;
    GET "/roleManagement/directory/roleAssignments/{assignment}", ReadRoles, roles::get;
    DELETE "/roleManagement/directory/roleAssignments/{assignment}", WriteRoles, roles::remove;

    GET "/organization", Nothing, organization::list;

    GET "/auditLogs/directoryAudits", ReadLogs, logs::audits;
    GET "/auditLogs/signIns", ReadLogs, logs::sign_ins;
    GET "/reports/authenticationMethods/passkeyInventory", ReadLogs, inventory::get;
    GET "/reports/authenticationMethods/passkeyInventory/export", ReadLogs, inventory::export;
}

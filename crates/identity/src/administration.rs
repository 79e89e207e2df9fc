//! Verb: what administrators do to policy and to people's methods.

mod methods;
mod policy;

pub use methods::{
    AccessPassRequest, IssueFacts, PassWarning, delete_access_pass, delete_passkey,
    issue_access_pass, rename_passkey,
};
pub use policy::{
    AdministratorAccess, PolicyChange, PolicyFacts, change_access_pass_configuration,
    change_fido2_configuration, is_last_way_in, propose_fido2_configuration, somebody_has_a_way_in,
};

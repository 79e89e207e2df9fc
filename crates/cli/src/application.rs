//! `keyward app add`: registers an API client.

use std::collections::BTreeSet;

use anyhow::Result;
use identity::access::Permission;
use serde_json::json;
use server::operations::applications;

use crate::command::AppAdd;
use crate::config::Config;
use crate::failure::WrongInput;
use crate::operator::Operator;
use crate::output::{Audience, fields};
use crate::suggestion::nearest;

/// Registers the client and prints its secret, which nobody can do a second time.
pub(crate) fn add(config: &Config, audience: Audience, add: &AppAdd) -> Result<()> {
    let name = add.name.parse().map_err(|problem| WrongInput(format!("--name: {problem}")))?;
    let permissions: BTreeSet<Permission> =
        add.permissions.iter().map(|name| permission(name)).collect::<Result<_, _>>()?;
    let operator = Operator::open(config, audience)?;
    operator.organisation()?;
    let add =
        applications::add(&operator.app, &operator.caller, name, permissions, &operator.request);
    let (application, secret, tenant) = operator.run(add)?;
    let (tenant, client) = (tenant.to_string(), application.client.to_string());
    let names: Vec<&str> = application.permissions.iter().map(|one| one.name()).collect();
    let json = json!({
        "tenantId": tenant,
        "clientId": client,
        "clientSecret": secret.expose(),
        "id": application.id.to_string(),
        "displayName": application.display_name.as_str(),
        "permissions": names,
    });
    let mut words = fields(&[
        ("tenantId", &tenant),
        ("clientId", &client),
        ("clientSecret", secret.expose()),
        ("permissions", &names.join(", ")),
    ]);
    words.push_str("\nThe secret is shown this once: keep it now.\n");
    audience.show(&json, &words)
}

fn permission(name: &str) -> Result<Permission, WrongInput> {
    Permission::from_name(name).ok_or_else(|| {
        let known = Permission::ALL.iter().map(|permission| permission.name());
        let hint = nearest(name, known).map_or_else(
            || "see docs/graph-differences.md".to_owned(),
            |near| format!("did you mean {near}?"),
        );
        WrongInput(format!("--permission: there is no {name}: {hint}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_permission_is_answered_with_the_right_one() {
        let error = permission("User.ReadAll").unwrap_err();
        assert!(error.to_string().ends_with("did you mean User.Read.All?"), "{error}");
        assert_eq!(permission("user.read.all").unwrap(), Permission::UserReadAll);
    }
}

//! `/policies/authenticationMethodsPolicy`: the policy and the configuration of each method.

use axum::response::Response;
use identity::Version;
use identity::administration::PolicyChange;
use serde_json::{Value, json};
use webauthn::Timestamp;

use super::answer::{self, Items};
use super::{access_pass_configuration, ask, fido2_configuration, moment};
use crate::error::Error;
use crate::operations::policy;
use crate::request::Call;

/// Which method's configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// Passkeys.
    Fido2,
    /// Temporary Access Passes.
    AccessPass,
}

/// `GET /policies/authenticationMethodsPolicy`: the configurations stand inside, unasked.
pub(crate) async fn get(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    query.only(&["select", "expand"])?;
    let configurations = configurations(&call).await?;
    let changed = call.app.read(|snapshot| snapshot.fido2_configuration_changed_at())?;
    let policy = json!({
        "id": "authenticationMethodsPolicy",
        "displayName": "Authentication Methods Policy",
        "description": "Which methods people may register and use to sign in",
        "lastModifiedDateTime": moment::to_text(changed.unwrap_or(Timestamp(0))),
        "policyVersion": "1.5",
        "policyMigrationState": "migrationComplete",
        "reconfirmationInDays": null,
        "registrationEnforcement": null,
        "authenticationMethodConfigurations": configurations,
    });
    let shown = query.select(policy, &[])?;
    Ok(answer::entity(&call, "authenticationMethodsPolicy", shown))
}

/// `GET …/authenticationMethodConfigurations`.
pub(crate) async fn list(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    query.only(&["select"])?;
    let items = Items::all(answer::selected(&query, configurations(&call).await?, &[])?);
    Ok(answer::collection(&call, "authenticationMethodConfigurations", &query, items))
}

async fn configurations(call: &Call) -> Result<Vec<Value>, Error> {
    let mut shown = Vec::new();
    for method in [Method::Fido2, Method::AccessPass] {
        shown.push(read(call, method).await?.0);
    }
    Ok(shown)
}

async fn read(call: &Call, method: Method) -> Result<(Value, Version), Error> {
    let (app, caller) = (&call.app, call.caller()?);
    Ok(match method {
        Method::Fido2 => {
            let stored = policy::fido2(app, caller).await?;
            (fido2_configuration::to_json(&stored.value), stored.version)
        }
        Method::AccessPass => {
            let stored = policy::access_pass(app, caller).await?;
            (access_pass_configuration::to_json(&stored.value), stored.version)
        }
    })
}

/// The method whose configuration the path names.
///
/// # Errors
/// A refusal for methods that Keyward does not have.
pub(crate) fn method(call: &Call) -> Result<Method, Error> {
    let name = call.path.get("configuration");
    if name.eq_ignore_ascii_case(fido2_configuration::ID) {
        Ok(Method::Fido2)
    } else if name.eq_ignore_ascii_case(access_pass_configuration::ID) {
        Ok(Method::AccessPass)
    } else {
        Err(Error::not_found(format_args!("the authentication method configuration '{name}'")))
    }
}

/// `GET …/authenticationMethodConfigurations/{configuration}`.
pub(crate) async fn get_one(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    query.only(&["select"])?;
    let (shown, version) = read(&call, method(&call)?).await?;
    let shown = query.select(shown, &[])?;
    let context = "authenticationMethodConfigurations/$entity";
    Ok(answer::with_tag(answer::entity(&call, context, shown), version))
}

/// `PATCH …/authenticationMethodConfigurations/{configuration}`.
pub(crate) async fn change(call: Call) -> Result<Response, Error> {
    let (app, caller) = (&call.app, call.caller()?);
    let version = match method(&call)? {
        Method::Fido2 => {
            let patch = fido2_configuration::parse(ask::object(&call)?)?;
            write(&call, PolicyChange::Patch(Box::new(patch))).await?
        }
        Method::AccessPass => {
            let stored = policy::access_pass(app, caller).await?;
            let proposed = access_pass_configuration::patched(ask::object(&call)?, &stored.value)?;
            // What was not sent stays as it was read here, so nothing may have moved since.
            let if_match = ask::if_match(&call)?.unwrap_or(stored.version);
            let changed =
                policy::change_access_pass(app, caller, proposed, Some(if_match), &call.info);
            changed.await?.version
        }
    };
    Ok(answer::with_tag(answer::no_content(), version))
}

/// `DELETE …/authenticationMethodConfigurations/{configuration}`: back to what a new organisation
/// has; the configuration itself stays.
pub(crate) async fn reset(call: Call) -> Result<Response, Error> {
    let (app, caller) = (&call.app, call.caller()?);
    let version = match method(&call)? {
        Method::Fido2 => write(&call, PolicyChange::Reset).await?,
        Method::AccessPass => {
            let initial = identity::policy::AccessPassConfiguration::initial();
            let if_match = ask::if_match(&call)?;
            let changed = policy::change_access_pass(app, caller, initial, if_match, &call.info);
            changed.await?.version
        }
    };
    Ok(answer::with_tag(answer::no_content(), version))
}

async fn write(call: &Call, change: PolicyChange) -> Result<Version, Error> {
    let is_confirmed = ask::query(call)?.flag("confirm")?;
    let if_match = ask::if_match(call)?;
    let (app, caller) = (&call.app, call.caller()?);
    let changed =
        policy::change_fido2(app, caller, change, if_match, is_confirmed, &call.info).await?;
    Ok(changed.version)
}

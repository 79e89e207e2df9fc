//! `temporaryAccessPassAuthenticationMethodConfiguration` on the wire.

use identity::policy::target::RegistrationRequirement;
use identity::policy::{AccessPassConfiguration, Target};
use identity::session::PassUsage;
use serde_json::{Value, json};

use super::body::{Object, fault};
use super::fido2_configuration::{exclude_targets, registration, state_of, state_word, target};
use super::fido2_configuration::{target_id, targets};
use crate::error::Error;

/// The id, as it is returned.
pub(crate) const ID: &str = "TemporaryAccessPass";
/// The type.
pub(crate) const TYPE: &str =
    "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration";

/// The configuration as Graph shows it.
pub(crate) fn to_json(configuration: &AccessPassConfiguration) -> Value {
    let include = |target: &Target| {
        json!({
            "targetType": "group",
            "id": target_id(*target),
            "isRegistrationRequired": false,
        })
    };
    json!({
        "@odata.type": TYPE,
        "id": ID,
        "state": state_word(configuration.state),
        "defaultLifetimeInMinutes": configuration.default_lifetime_minutes,
        "defaultLength": configuration.length,
        "minimumLifetimeInMinutes": configuration.minimum_lifetime_minutes,
        "maximumLifetimeInMinutes": configuration.maximum_lifetime_minutes,
        "isUsableOnce": configuration.usage == PassUsage::Once,
        "excludeTargets": targets(&configuration.exclude),
        "includeTargets": configuration.include.iter().map(include).collect::<Vec<_>>(),
    })
}

/// What a PATCH body asks for: each member as sent, or as it stands in `current`.
///
/// # Errors
/// [`Error::BadRequest`] that names the property by its path, the fault and the remedy.
pub(crate) fn patched(
    mut body: Object,
    current: &AccessPassConfiguration,
) -> Result<AccessPassConfiguration, Error> {
    body.ignore(&["id"]);
    let mut patched = current.clone();
    for (name, value) in [
        ("defaultLifetimeInMinutes", &mut patched.default_lifetime_minutes),
        ("minimumLifetimeInMinutes", &mut patched.minimum_lifetime_minutes),
        ("maximumLifetimeInMinutes", &mut patched.maximum_lifetime_minutes),
        ("defaultLength", &mut patched.length),
    ] {
        *value = body.number(name)?.unwrap_or(*value);
    }
    if let Some(is_once) = body.boolean("isUsableOnce")? {
        patched.usage = if is_once { PassUsage::Once } else { PassUsage::Many };
    }
    if let Some(state) = state_of(&mut body)? {
        patched.state = state;
    }
    if let Some(exclude) = exclude_targets(&mut body)? {
        patched.exclude = exclude;
    }
    if let Some(items) = body.objects("includeTargets")? {
        patched.include = items.into_iter().map(include).collect::<Result<_, _>>()?;
    }
    body.finish()?;
    Ok(patched)
}

fn include(mut item: Object) -> Result<Target, Error> {
    let target = target(&mut item)?;
    let path = item.path_of("isRegistrationRequired");
    if registration(&mut item)? == RegistrationRequirement::Required {
        return Err(fault(path, "a pass is issued, not registered: send false or leave it out"));
    }
    item.finish()?;
    Ok(target)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::*;

    fn patch(body: &Value) -> Result<AccessPassConfiguration, Error> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let body = Object::parse(&headers, body.to_string().as_bytes())?;
        patched(body, &AccessPassConfiguration::initial())
    }

    #[test]
    fn what_was_read_may_be_sent_back_and_changes_nothing() {
        let current = AccessPassConfiguration::initial();
        assert_eq!(patch(&to_json(&current)).unwrap(), current);
        assert_eq!(patch(&json!({})).unwrap(), current);
    }

    #[test]
    fn members_change_one_by_one() {
        let changed = patch(&json!({ "isUsableOnce": true, "defaultLength": 20 })).unwrap();
        assert_eq!((changed.usage, changed.length), (PassUsage::Once, 20));
        assert_eq!(changed.default_lifetime_minutes, 60);
    }

    #[test]
    fn each_wrong_member_is_named_with_its_path() {
        for (path, body) in [
            ("state", json!({ "state": "on" })),
            ("defaultLength", json!({ "defaultLength": "8" })),
            ("defaultLifetimeInMinutes", json!({ "defaultLifetimeInMinutes": -1 })),
            ("minimumLifetimeInMinutes", json!({ "minimumLifetimeInMinutes": 1.5 })),
            ("maximumLifetimeInMinutes", json!({ "maximumLifetimeInMinutes": null })),
            ("isUsableOnce", json!({ "isUsableOnce": 0 })),
            ("length", json!({ "length": 8 })),
            (
                "includeTargets/0/isRegistrationRequired",
                json!({ "includeTargets": [
                    { "id": "all_users", "isRegistrationRequired": true }
                ]}),
            ),
            ("excludeTargets/0/id", json!({ "excludeTargets": [{ "id": "some_users" }] })),
        ] {
            match patch(&body) {
                Err(Error::BadRequest { property: Some(property), .. }) => {
                    assert_eq!(property, path, "{body}");
                }
                other => panic!("{body}: {other:?}"),
            }
        }
    }
}

//! `directoryAudit` on the wire.

use identity::audit::{Activity, Actor, AuditEntry, AuditTarget, AuditValue, Recorded};
use serde_json::{Value, json};

use crate::graph::answer::extended;
use crate::graph::ask::Version;
use crate::graph::{access_pass_configuration, fido2_configuration, moment};

/// An entry as Graph shows it.
pub(crate) fn to_json(entry: &AuditEntry, version: Version) -> Value {
    let (result, reason) = match &entry.result {
        Recorded::Success => ("success", String::new()),
        Recorded::Refused { reason, .. } => ("failure", reason.clone()),
    };
    let (category, service, operation) = kind(entry.activity);
    let shown = json!({
        "id": entry.id.to_string(),
        "category": category,
        "correlationId": entry.correlation.to_string(),
        "result": result,
        "resultReason": reason,
        "activityDisplayName": entry.activity.display_name(),
        "activityDateTime": moment::to_text(entry.at),
        "loggedByService": service,
        "operationType": operation,
        "initiatedBy": initiator(entry),
        "targetResources": [target(entry)],
        "additionalDetails": details(entry),
    });
    match version {
        Version::V1 => shown,
        Version::Beta => extended(shown, json!({ "userAgent": entry.user_agent })),
    }
}

/// Category, service and operation of an activity, in the real product's words.
fn kind(activity: Activity) -> (&'static str, &'static str, &'static str) {
    const METHODS: &str = "Authentication Methods";
    const DIRECTORY: &str = "Core Directory";
    match activity {
        Activity::OrganisationCreated => ("DirectoryManagement", DIRECTORY, "Add"),
        Activity::UserAdded => ("UserManagement", DIRECTORY, "Add"),
        Activity::UserUpdated | Activity::SessionsRevoked => {
            ("UserManagement", DIRECTORY, "Update")
        }
        Activity::UserDeleted => ("UserManagement", DIRECTORY, "Delete"),
        Activity::GroupAdded => ("GroupManagement", DIRECTORY, "Add"),
        Activity::GroupUpdated => ("GroupManagement", DIRECTORY, "Update"),
        Activity::GroupDeleted => ("GroupManagement", DIRECTORY, "Delete"),
        Activity::MemberAdded => ("GroupManagement", DIRECTORY, "Assign"),
        Activity::MemberRemoved => ("GroupManagement", DIRECTORY, "Unassign"),
        Activity::RoleAssigned => ("RoleManagement", DIRECTORY, "Assign"),
        Activity::RoleRemoved => ("RoleManagement", DIRECTORY, "Unassign"),
        Activity::PasskeyAdded | Activity::AccessPassIssued => ("UserManagement", METHODS, "Add"),
        Activity::PasskeyRenamed => ("UserManagement", METHODS, "Update"),
        Activity::PasskeyDeleted | Activity::AccessPassDeleted => {
            ("UserManagement", METHODS, "Delete")
        }
        Activity::PasskeyOptionsRead => ("UserManagement", METHODS, "Read"),
        Activity::MethodsPolicyUpdated => ("ApplicationManagement", METHODS, "Update"),
        Activity::MethodsPolicyReset => ("ApplicationManagement", METHODS, "Reset"),
        Activity::ApplicationAdded => ("ApplicationManagement", DIRECTORY, "Add"),
    }
}

fn initiator(entry: &AuditEntry) -> Value {
    match &entry.actor {
        Actor::User { id, name } => json!({
            "user": {
                "id": id.to_string(),
                "displayName": null,
                "userPrincipalName": name,
                "ipAddress": entry.ip,
            },
            "app": null,
        }),
        Actor::Application { client, name } => json!({
            "user": null,
            "app": {
                "appId": client.to_string(),
                "displayName": name,
                "servicePrincipalId": null,
                "servicePrincipalName": null,
            },
        }),
        Actor::Operator => named_app("Operator on the command line"),
        Actor::Anonymous => named_app("Somebody not signed in"),
    }
}

fn named_app(name: &str) -> Value {
    json!({
        "user": null,
        "app": {
            "appId": null,
            "displayName": name,
            "servicePrincipalId": null,
            "servicePrincipalName": null,
        },
    })
}

fn target(entry: &AuditEntry) -> Value {
    let (id, name, kind, upn) = match &entry.target {
        AuditTarget::User { id, name } => {
            (Some(id.to_string()), name.as_str(), "User", Some(name.as_str()))
        }
        AuditTarget::Group { id, name } => (Some(id.to_string()), name.as_str(), "Group", None),
        AuditTarget::Application { id, name } => {
            (Some(id.to_string()), name.as_str(), "Application", None)
        }
        AuditTarget::Policy(id) => (Some(id.clone()), id.as_str(), "Policy", None),
        AuditTarget::Organisation => (None, "", "Directory", None),
    };
    let modified: Vec<Value> = entry
        .modified
        .iter()
        .map(|property| {
            json!({
                "displayName": property.name,
                "oldValue": text_of(&property.old),
                "newValue": text_of(&property.new),
            })
        })
        .collect();
    json!({
        "id": id,
        "displayName": name,
        "type": kind,
        "userPrincipalName": upn,
        "groupType": null,
        "modifiedProperties": modified,
    })
}

/// A value as JSON inside a text, so that a text shows its own quotes.
fn text_of(value: &AuditValue) -> Option<String> {
    match value {
        AuditValue::Null => None,
        AuditValue::Text(text) => Some(json!(text).to_string()),
        AuditValue::Fido2(configuration) => {
            Some(fido2_configuration::to_json(configuration).to_string())
        }
        AuditValue::AccessPass(configuration) => {
            Some(access_pass_configuration::to_json(configuration).to_string())
        }
        AuditValue::Json(json) => Some(json.clone()),
    }
}

fn details(entry: &AuditEntry) -> Vec<Value> {
    let pair = |key: &str, value: &str| json!({ "key": key, "value": value });
    let mut details = Vec::new();
    if let Recorded::Refused { code, .. } = &entry.result {
        details.push(pair("Refusal", code));
    }
    details.extend(entry.details.iter().map(|(key, value)| pair(key, value)));
    let is_told = entry.details.iter().any(|(key, _)| key.eq_ignore_ascii_case("aaguid"));
    if let Some(aaguid) = entry.aaguid
        && !is_told
    {
        details.push(pair("AAGUID", &aaguid.to_string()));
    }
    if let Some(ip) = &entry.ip {
        details.push(pair("IP address", ip));
    }
    details
}

//! What an audit entry holds beside its columns, as JSON.

use identity::audit::{Actor, AuditEntry, AuditTarget, AuditValue, ModifiedProperty};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::policy::{AccessPassBody, Fido2Body};
use crate::error::StoreError;

/// The body of an entry.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    actor: ActorBody,
    target: TargetBody,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    modified: Vec<ModifiedBody>,
    /// The full reason of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    aaguid: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    details: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
enum ActorBody {
    User { id: String, name: String },
    Application { client: String, name: String },
    Operator,
    Anonymous,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
enum TargetBody {
    User { id: String, name: String },
    Group { id: String, name: String },
    Application { id: String, name: String },
    Policy { id: String },
    Organisation,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModifiedBody {
    name: String,
    old: Json,
    new: Json,
}

/// The parts of an entry that the body holds.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) actor: Actor,
    pub(crate) target: AuditTarget,
    pub(crate) modified: Vec<ModifiedProperty>,
    pub(crate) aaguid: Option<webauthn::Aaguid>,
    pub(crate) details: Vec<(String, String)>,
    pub(crate) ip: Option<String>,
    pub(crate) user_agent: Option<String>,
}

impl Body {
    /// The body of an entry; the reason is put in by the caller.
    pub(crate) fn new(entry: &AuditEntry) -> Result<Self, StoreError> {
        let mut modified = Vec::with_capacity(entry.modified.len());
        for property in &entry.modified {
            modified.push(ModifiedBody {
                name: property.name.clone(),
                old: write_value(&property.old)?,
                new: write_value(&property.new)?,
            });
        }
        Ok(Self {
            actor: write_actor(&entry.actor),
            target: write_target(&entry.target),
            modified,
            reason: None,
            aaguid: entry.aaguid.map(|aaguid| aaguid.to_string()),
            details: entry.details.clone(),
            ip: entry.ip.clone(),
            user_agent: entry.user_agent.clone(),
        })
    }

    /// The parts, if each can be read.
    pub(crate) fn into_parts(self) -> Option<Parts> {
        let aaguid = match self.aaguid {
            Some(text) => Some(text.parse().ok()?),
            None => None,
        };
        Some(Parts {
            actor: read_actor(self.actor)?,
            target: read_target(self.target)?,
            modified: self.modified.into_iter().map(read_modified).collect(),
            aaguid,
            details: self.details,
            ip: self.ip,
            user_agent: self.user_agent,
        })
    }
}

fn write_value(value: &AuditValue) -> Result<Json, StoreError> {
    match value {
        AuditValue::Null => Ok(Json::Null),
        AuditValue::Text(text) => Ok(Json::String(text.clone())),
        AuditValue::Fido2(configuration) => {
            serde_json::to_value(Fido2Body::from(configuration.as_ref()))
                .map_err(StoreError::misuse)
        }
        AuditValue::AccessPass(configuration) => {
            serde_json::to_value(AccessPassBody::from(configuration.as_ref()))
                .map_err(StoreError::misuse)
        }
        AuditValue::Json(text) => serde_json::from_str(text).map_err(StoreError::misuse),
    }
}

fn read_modified(body: ModifiedBody) -> ModifiedProperty {
    let value = |json: Json| AuditValue::Json(json.to_string());
    ModifiedProperty { name: body.name, old: value(body.old), new: value(body.new) }
}

fn write_actor(actor: &Actor) -> ActorBody {
    match actor {
        Actor::User { id, name } => ActorBody::User { id: id.to_string(), name: name.clone() },
        Actor::Application { client, name } => {
            ActorBody::Application { client: client.to_string(), name: name.clone() }
        }
        Actor::Operator => ActorBody::Operator,
        Actor::Anonymous => ActorBody::Anonymous,
    }
}

fn read_actor(body: ActorBody) -> Option<Actor> {
    Some(match body {
        ActorBody::User { id, name } => Actor::User { id: id.parse().ok()?, name },
        ActorBody::Application { client, name } => {
            Actor::Application { client: client.parse().ok()?, name }
        }
        ActorBody::Operator => Actor::Operator,
        ActorBody::Anonymous => Actor::Anonymous,
    })
}

fn write_target(target: &AuditTarget) -> TargetBody {
    match target {
        AuditTarget::User { id, name } => {
            TargetBody::User { id: id.to_string(), name: name.clone() }
        }
        AuditTarget::Group { id, name } => {
            TargetBody::Group { id: id.to_string(), name: name.clone() }
        }
        AuditTarget::Application { id, name } => {
            TargetBody::Application { id: id.to_string(), name: name.clone() }
        }
        AuditTarget::Policy(id) => TargetBody::Policy { id: id.clone() },
        AuditTarget::Organisation => TargetBody::Organisation,
    }
}

fn read_target(body: TargetBody) -> Option<AuditTarget> {
    Some(match body {
        TargetBody::User { id, name } => AuditTarget::User { id: id.parse().ok()?, name },
        TargetBody::Group { id, name } => AuditTarget::Group { id: id.parse().ok()?, name },
        TargetBody::Application { id, name } => {
            AuditTarget::Application { id: id.parse().ok()?, name }
        }
        TargetBody::Policy { id } => AuditTarget::Policy(id),
        TargetBody::Organisation => AuditTarget::Organisation,
    })
}

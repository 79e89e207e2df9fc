//! `/roleManagement/directory`: the built-in roles and who holds them.

use axum::response::Response;
use identity::RoleAssignmentId;
use identity::access::{Action, DirectoryRole, authorize};
use identity::directory::Principal;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::answer::{self, Items};
use super::ask::{self, Version};
use super::body::{fault, needed};
use super::filter::{self, Clause, Comparison};
use super::groups::members::principal;
use super::query::Query;
use crate::error::Error;
use crate::operations::roles::{self, RoleAssignmentView};
use crate::request::Call;

/// `GET /roleManagement/directory/roleDefinitions`.
pub(crate) async fn definitions(call: Call) -> Result<Response, Error> {
    drop(authorize(call.caller()?, Action::ReadRoles)?);
    let query = ask::query(&call)?;
    query.only(&["select", "filter", "top"])?;
    let clauses = query.filter().map(filter::parse).transpose()?.unwrap_or_default();
    let mut roles = DirectoryRole::ALL.to_vec();
    for clause in &clauses {
        if clause.is("displayName", Comparison::Equal) {
            roles.retain(|role| role.display_name().eq_ignore_ascii_case(clause.text()));
        } else if clause.is("id", Comparison::Equal) || clause.is("templateId", Comparison::Equal) {
            roles.retain(|role| role.template_id().eq_ignore_ascii_case(clause.text()));
        } else if clause.is("isBuiltIn", Comparison::Equal) {
            let wants_built_in = clause.truth()?;
            roles.retain(|_| wants_built_in);
        } else {
            let supported = "eq on displayName, id, templateId and isBuiltIn";
            return Err(clause.unsupported(supported));
        }
    }
    let version = ask::version(&call);
    let shown = roles.into_iter().map(|role| definition_json(role, version));
    let items = Items::all(answer::selected(&query, shown, &[])?);
    Ok(answer::collection(&call, "roleManagement/directory/roleDefinitions", &query, items))
}

/// `GET /roleManagement/directory/roleDefinitions/{role}`.
pub(crate) async fn definition(call: Call) -> Result<Response, Error> {
    drop(authorize(call.caller()?, Action::ReadRoles)?);
    let id = call.path.get("role");
    let role = DirectoryRole::from_template_id(id)
        .ok_or_else(|| Error::not_found(format_args!("the role '{id}'")))?;
    let query = ask::query(&call)?;
    query.only(&["select"])?;
    let shown = query.select(definition_json(role, ask::version(&call)), &[])?;
    Ok(answer::entity(&call, "roleManagement/directory/roleDefinitions/$entity", shown))
}

fn definition_json(role: DirectoryRole, version: Version) -> Value {
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("id", json!(role.template_id()));
    put("description", json!(role.display_name()));
    put("displayName", json!(role.display_name()));
    put("isBuiltIn", json!(true));
    put("isEnabled", json!(true));
    put("templateId", json!(role.template_id()));
    put("version", json!("1"));
    put("resourceScopes", json!(["/"]));
    put("rolePermissions", json!([]));
    if version == Version::Beta {
        let is_privileged =
            !matches!(role, DirectoryRole::DirectoryReaders | DirectoryRole::ReportsReader);
        put("isPrivileged", json!(is_privileged));
    }
    Value::Object(members)
}

/// `GET /roleManagement/directory/roleAssignments`.
pub(crate) async fn list(call: Call) -> Result<Response, Error> {
    let query = ask::query(&call)?;
    query.only(&["filter", "expand", "select", "top"])?;
    let mut views = roles::assignments(&call.app, call.caller()?).await?;
    for clause in query.filter().map(filter::parse).transpose()?.unwrap_or_default() {
        narrow(&mut views, &clause)?;
    }
    let shown: Vec<Value> =
        views.iter().map(|view| assignment_json(view, &query)).collect::<Result<_, _>>()?;
    let items = Items::all(answer::selected(&query, shown, &[])?);
    Ok(answer::collection(&call, "roleManagement/directory/roleAssignments", &query, items))
}

fn narrow(views: &mut Vec<RoleAssignmentView>, clause: &Clause) -> Result<(), Error> {
    let text = clause.text();
    if clause.is("principalId", Comparison::Equal) {
        views.retain(|view| holder_id(view.assignment.principal).eq_ignore_ascii_case(text));
    } else if clause.is("roleDefinitionId", Comparison::Equal) {
        views.retain(|view| view.assignment.role.template_id().eq_ignore_ascii_case(text));
    } else {
        return Err(clause.unsupported("eq on principalId and roleDefinitionId"));
    }
    Ok(())
}

/// `GET /roleManagement/directory/roleAssignments/{assignment}`.
pub(crate) async fn get(call: Call) -> Result<Response, Error> {
    let id = assignment_id(&call)?;
    let query = ask::query(&call)?;
    query.only(&["expand", "select"])?;
    let views = roles::assignments(&call.app, call.caller()?).await?;
    let view = views.into_iter().find(|view| view.assignment.id == id);
    let view = view.ok_or_else(|| Error::not_found(format_args!("the role assignment {id}")))?;
    let shown = query.select(assignment_json(&view, &query)?, &[])?;
    Ok(answer::entity(&call, "roleManagement/directory/roleAssignments/$entity", shown))
}

/// `POST /roleManagement/directory/roleAssignments`.
pub(crate) async fn assign(call: Call) -> Result<Response, Error> {
    let mut body = ask::object(&call)?;
    body.ignore(&["id"]);
    let role = needed(body.text("roleDefinitionId")?, "roleDefinitionId")?;
    let holder: Option<Uuid> = body.parsed("principalId")?;
    let holder = needed(holder, "principalId")?;
    let scope = body.text("directoryScopeId")?;
    body.finish()?;
    if scope.is_some_and(|scope| scope != "/") {
        return Err(fault("directoryScopeId", "only / is served: roles hold everywhere"));
    }
    let role = DirectoryRole::from_template_id(&role).ok_or_else(|| {
        fault("roleDefinitionId", &format!("{role:?} is no role here: read roleDefinitions"))
    })?;
    let holder = principal(&call.app, holder)?;
    let assignment = roles::assign(&call.app, call.caller()?, role, holder, &call.info).await?;
    let view = RoleAssignmentView { assignment, holder: String::new() };
    let shown = assignment_json(&view, &Query::default())?;
    let context = "roleManagement/directory/roleAssignments/$entity";
    let path = format!("/roleManagement/directory/roleAssignments/{}", assignment.id);
    Ok(answer::created(&call, context, shown, &path))
}

/// `DELETE /roleManagement/directory/roleAssignments/{assignment}`.
pub(crate) async fn remove(call: Call) -> Result<Response, Error> {
    roles::remove(&call.app, call.caller()?, assignment_id(&call)?, &call.info).await?;
    Ok(answer::no_content())
}

fn assignment_id(call: &Call) -> Result<RoleAssignmentId, Error> {
    ask::id(call, "assignment", "the role assignment")
}

fn holder_id(principal: Principal) -> String {
    match principal {
        Principal::User(id) => id.to_string(),
        Principal::Group(id) => id.to_string(),
    }
}

fn assignment_json(view: &RoleAssignmentView, query: &Query) -> Result<Value, Error> {
    let role = view.assignment.role;
    let id = holder_id(view.assignment.principal);
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("id", json!(view.assignment.id.to_string()));
    put("principalId", json!(id));
    put("roleDefinitionId", json!(role.template_id()));
    put("directoryScopeId", json!("/"));
    put("appScopeId", json!(null));
    put("condition", json!(null));
    for name in query.expand() {
        match name.to_ascii_lowercase().as_str() {
            "principal" => put("principal", holder_json(view, &id)),
            "roledefinition" => put("roleDefinition", definition_json(role, Version::V1)),
            "directoryscope" => put("directoryScope", json!(null)),
            _ => {
                let problem = "expands principal, roleDefinition and directoryScope only";
                return Err(fault("$expand", problem));
            }
        };
    }
    Ok(Value::Object(members))
}

fn holder_json(view: &RoleAssignmentView, id: &str) -> Value {
    match view.assignment.principal {
        Principal::User(_) => json!({
            "@odata.type": super::users::TYPE,
            "id": id,
            "displayName": view.holder,
            "userPrincipalName": view.holder,
        }),
        Principal::Group(_) => json!({
            "@odata.type": super::groups::wire::TYPE,
            "id": id,
            "displayName": view.holder,
        }),
    }
}

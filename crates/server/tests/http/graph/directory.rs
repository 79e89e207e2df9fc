//! Users, groups, members and roles.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Answer, answered, delete, get, mighty, patch, post};
use crate::world::{Api, World};

async fn add_user(api: &Api, name: &str) -> String {
    let created = post(
        api,
        "/v1.0/users",
        &json!({
            "accountEnabled": true,
            "displayName": name,
            "mailNickname": name,
            "userPrincipalName": format!("{name}@example.org"),
            "passwordProfile": { "password": "not kept", "forceChangePasswordNextSignIn": true },
        }),
    )
    .await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    let id = created.body["id"].as_str().unwrap().to_owned();
    let location = created.headers["location"].to_str().unwrap();
    assert!(location.ends_with(&format!("/v1.0/users/{id}")));
    assert!(!created.body.to_string().contains("not kept"));
    id
}

async fn add_group(api: &Api, name: &str, more: Value) -> String {
    let mut body = json!({ "displayName": name, "mailEnabled": false, "mailNickname": name,
        "securityEnabled": true, "groupTypes": [] });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let created = post(api, "/v1.0/groups", &body).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.body);
    created.body["id"].as_str().unwrap().to_owned()
}

async fn add_member(api: &Api, group: &str, member: &str) -> Answer {
    let reference = format!("https://graph.microsoft.com/v1.0/directoryObjects/{member}");
    let path = format!("/v1.0/groups/{group}/members/$ref");
    post(api, &path, &json!({ "@odata.id": reference })).await
}

fn names(answer: &Answer) -> Vec<String> {
    let items = answer.body["value"].as_array().unwrap_or_else(|| panic!("{}", answer.body));
    items.iter().map(|item| item["displayName"].as_str().unwrap().to_owned()).collect()
}

/// A list that asks for the header that the real service asks for.
async fn eventual(api: &Api, path: &str) -> Answer {
    answered(api.request(Method::GET, path).header("ConsistencyLevel", "eventual")).await
}

#[tokio::test]
async fn users_are_listed_page_by_page_without_gap_or_repeat() {
    let (world, _, _) = World::set_up().await;
    let api = mighty(&world).await;
    for number in 0..25 {
        add_user(&api, &format!("user{number:02}")).await;
    }
    let mut path = "/v1.0/users?$top=10&$count=true&$select=displayName".to_owned();
    let (mut seen, mut pages) = (Vec::new(), 0);
    loop {
        let page = eventual(&api, &path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert_eq!(page.body.get("@odata.count").is_some(), pages == 0, "first page only");
        seen.extend(names(&page));
        pages += 1;
        let first = page.body["value"][0].as_object().unwrap();
        assert_eq!(first.keys().collect::<Vec<_>>(), ["id", "displayName"]);
        let Some(next) = page.body["@odata.nextLink"].as_str() else { break };
        next.strip_prefix(&world.url).unwrap().clone_into(&mut path);
    }
    let mut expected: Vec<String> = (0..25).map(|number| format!("user{number:02}")).collect();
    expected.insert(0, "Ada".to_owned());
    assert_eq!((seen, pages), (expected, 3));
    world.stop().await;
}

#[tokio::test]
async fn users_are_found_by_what_clients_filter_on() {
    let (world, _, _) = World::set_up().await;
    let api = mighty(&world).await;
    for name in ["ana", "anton", "bea"] {
        add_user(&api, name).await;
    }
    let bea = get(&api, "/v1.0/users/BEA@example.org").await.body["id"].clone();
    let bea = bea.as_str().unwrap();
    patch(&api, &format!("/v1.0/users/{bea}"), &json!({ "accountEnabled": false })).await;
    for (query, expected) in [
        ("$filter=userPrincipalName eq 'ANA@example.org'", &["ana"][..]),
        ("$filter=startswith(displayName,'an')", &["ana", "anton"]),
        (
            "$filter=startsWith(userPrincipalName,'an') and accountEnabled eq true",
            &["ana", "anton"],
        ),
        ("$filter=accountEnabled eq false", &["bea"]),
        ("$filter=displayName eq 'Ana'", &["ana"]),
        (&format!("$filter=id eq '{bea}'"), &["bea"]),
        (&format!("$filter=id eq '{bea}' and accountEnabled eq true"), &[]),
        ("$filter=userType eq 'Guest'", &[]),
        ("$search=\"displayName:b\"", &["bea"]),
        ("$orderby=userPrincipalName&$filter=startswith(userPrincipalName,'b')", &["bea"]),
        ("filter=userPrincipalName eq 'nobody@example.org'", &[]),
    ] {
        let found = eventual(&api, &format!("/v1.0/users?{query}")).await;
        assert_eq!(names(&found), expected, "{query}");
    }
    let count = eventual(&api, "/v1.0/users/$count?$filter=startswith(displayName,'an')").await;
    assert_eq!(count.body, json!(2));
    assert!(count.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
    world.stop().await;
}

/// S18
#[tokio::test]
async fn a_user_is_created_once_changed_member_by_member_and_deleted() {
    let (world, _, _) = World::set_up().await;
    let api = mighty(&world).await;
    let id = add_user(&api, "ana").await;
    let path = format!("/v1.0/users/{id}");
    let again = json!({ "displayName": "Other", "userPrincipalName": "Ana@example.org" });
    let refused = post(&api, "/v1.0/users", &again).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.body["error"]["code"], "Request_BadRequest");
    assert_eq!(refused.body["error"]["details"][0]["code"], "ObjectConflict");
    assert_eq!(refused.target(), "userPrincipalName");
    let foreign = json!({ "displayName": "x", "userPrincipalName": "x@other.example" });
    assert_eq!(post(&api, "/v1.0/users", &foreign).await.target(), "userPrincipalName");

    assert_eq!(
        patch(&api, &path, &json!({ "jobTitle": "Pilot", "surname": "Soto" })).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        patch(&api, &path, &json!({ "jobTitle": null })).await.status,
        StatusCode::NO_CONTENT
    );
    let user = get(&api, &path).await.body;
    assert_eq!((&user["jobTitle"], &user["surname"]), (&json!(null), &json!("Soto")));
    assert!(user.get("accountEnabled").is_none(), "only default properties");
    let all = get(&api, &format!("{path}?$select=*")).await.body;
    assert_eq!(all["accountEnabled"], true);
    let revoked = post(&api, &format!("{path}/revokeSignInSessions"), &Value::Null).await;
    assert_eq!((revoked.status, &revoked.body["value"]), (StatusCode::OK, &json!(true)));

    assert_eq!(delete(&api, &path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(get(&api, &path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(delete(&api, &path).await.status, StatusCode::NOT_FOUND);
    world.stop().await;
}

/// S7, S8
#[tokio::test]
async fn members_are_added_by_reference_nested_and_counted_without_end() {
    let (world, _, _) = World::set_up().await;
    let api = mighty(&world).await;
    let (outer, inner) = (
        add_group(&api, "outer", json!({})).await,
        add_group(&api, "inner", json!({ "description": "Inside" })).await,
    );
    let ana = add_user(&api, "ana").await;
    for (group, member) in [(&outer, &inner), (&inner, &ana), (&inner, &outer)] {
        assert_eq!(add_member(&api, group, member).await.status, StatusCode::NO_CONTENT);
    }
    let twice = add_member(&api, &inner, &ana).await;
    assert_eq!((twice.status.as_u16(), twice.code()), (400, "already-exists"));
    let nobody = add_member(&api, &inner, "11111111-1111-1111-1111-111111111111").await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    assert_eq!(add_member(&api, &inner, "ana").await.target(), "@odata.id");

    let direct = get(&api, &format!("/v1.0/groups/{outer}/members")).await;
    assert_eq!(names(&direct), ["inner"]);
    assert_eq!(direct.body["value"][0]["@odata.type"], "#microsoft.graph.group");
    let below =
        get(&api, &format!("/v1.0/groups/{outer}/transitiveMembers?$select=displayName")).await;
    let mut found = names(&below);
    found.sort();
    assert_eq!(found, ["ana", "inner", "outer"]);
    let count = eventual(&api, &format!("/v1.0/groups/{inner}/members/$count")).await;
    assert_eq!(count.body, json!(2));
    let of = get(&api, "/v1.0/users/ana@example.org/memberOf").await;
    assert_eq!(names(&of), ["inner"]);
    let of = get(&api, &format!("/v1.0/users('{ana}')/transitiveMemberOf")).await;
    let mut found = names(&of);
    found.sort();
    assert_eq!(found, ["inner", "outer"]);

    let reference = format!("/v1.0/groups/{inner}/members/{ana}/$ref");
    assert_eq!(delete(&api, &reference).await.status, StatusCode::NO_CONTENT);
    assert_eq!(delete(&api, &reference).await.status, StatusCode::NOT_FOUND);
    world.stop().await;
}

#[tokio::test]
async fn groups_are_found_changed_and_deleted_unless_a_policy_names_them() {
    let (world, _, _) = World::set_up().await;
    let api = mighty(&world).await;
    let id = add_group(&api, "pilots", json!({ "description": "First" })).await;
    let path = format!("/v1.0/groups/{id}");
    let body = json!({ "description": null, "displayName": "Pilots of 2026" });
    assert_eq!(patch(&api, &path, &body).await.status, StatusCode::NO_CONTENT);
    let group = get(&api, &path).await.body;
    assert_eq!(
        (&group["description"], &group["displayName"]),
        (&json!(null), &json!("Pilots of 2026"))
    );
    for (query, expected) in [
        ("$filter=displayName eq 'pilots of 2026'", &["Pilots of 2026"][..]),
        ("$filter=startswith(displayName,'pil') and securityEnabled eq true", &["Pilots of 2026"]),
        ("$filter=securityEnabled eq false", &[]),
        (&format!("$filter=id eq '{id}'"), &["Pilots of 2026"]),
    ] {
        assert_eq!(names(&get(&api, &format!("/v1.0/groups?{query}")).await), expected, "{query}");
    }
    assert_eq!(eventual(&api, "/v1.0/groups/$count").await.body, json!(1));
    assert_eq!(
        patch(&api, &path, &json!({ "isAssignableToRole": true })).await.target(),
        "isAssignableToRole"
    );
    assert_eq!(
        post(&api, "/v1.0/groups", &json!({ "displayName": "x" })).await.target(),
        "mailNickname"
    );

    let policy =
        "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/Fido2";
    let targets = json!({ "excludeTargets": [{ "targetType": "group", "id": id }] });
    assert_eq!(patch(&api, policy, &targets).await.status, StatusCode::NO_CONTENT);
    assert_eq!(delete(&api, &path).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        patch(&api, policy, &json!({ "excludeTargets": [] })).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(delete(&api, &path).await.status, StatusCode::NO_CONTENT);
    assert_eq!(get(&api, &path).await.status, StatusCode::NOT_FOUND);
    world.stop().await;
}

#[tokio::test]
async fn roles_are_listed_assigned_once_and_taken_away() {
    let (world, _, _) = World::set_up().await;
    let api = mighty(&world).await;
    let definitions = "/beta/roleManagement/directory/roleDefinitions";
    let filter = "$filter=displayName eq 'Authentication Policy Administrator'";
    let roles = get(&api, &format!("{definitions}?{filter}")).await;
    let role = "0526716b-113d-4c15-b2c8-68e3c22b9f80";
    assert_eq!(roles.body["value"][0]["id"], role);
    let ana = add_user(&api, "ana").await;
    let assignments = "/v1.0/roleManagement/directory/roleAssignments";
    let body = json!({ "@odata.type": "#microsoft.graph.unifiedRoleAssignment",
        "roleDefinitionId": role, "principalId": ana, "directoryScopeId": "/" });
    let assigned = post(&api, assignments, &body).await;
    assert_eq!(assigned.status, StatusCode::CREATED, "{}", assigned.body);
    assert_eq!(post(&api, assignments, &body).await.status, StatusCode::BAD_REQUEST);
    for (property, value) in [
        ("roleDefinitionId", json!("11111111-1111-1111-1111-111111111111")),
        ("principalId", json!("ana")),
        ("directoryScopeId", json!("/administrativeUnits/1")),
    ] {
        let mut body = body.clone();
        body[property] = value;
        assert_eq!(post(&api, assignments, &body).await.target(), property);
    }
    let found =
        get(&api, &format!("{assignments}?$filter=principalId eq '{ana}'&$expand=principal")).await;
    assert_eq!(found.body["value"][0]["principal"]["userPrincipalName"], "ana@example.org");
    assert_eq!(found.body["value"].as_array().unwrap().len(), 1);
    let one = format!("{assignments}/{}", assigned.body["id"].as_str().unwrap());
    assert_eq!(get(&api, &one).await.body["roleDefinitionId"], role);
    assert_eq!(delete(&api, &one).await.status, StatusCode::NO_CONTENT);
    assert_eq!(get(&api, &one).await.status, StatusCode::NOT_FOUND);
    let organization = get(&api, "/v1.0/organization").await.body;
    assert_eq!(organization["value"][0]["verifiedDomains"][0]["name"], "example.org");
    world.stop().await;
}

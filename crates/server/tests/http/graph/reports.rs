//! Logs, the inventory, and its export.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{get, mighty, post};
use crate::world::World;

/// S142, S143
#[tokio::test]
async fn the_logs_are_read_latest_first_in_parts_and_by_filter() {
    let (world, _, mut key) = World::set_up().await;
    let api = mighty(&world).await;
    for number in 0..5 {
        world.clock.advance_ms(1_000);
        let body = json!({ "displayName": format!("u{number}"),
            "userPrincipalName": format!("u{number}@example.org") });
        assert_eq!(post(&api, "/v1.0/users", &body).await.status, StatusCode::CREATED);
    }
    let filter = "activityDisplayName eq 'Add user' and activityDateTime ge 2027-01-15T08:00:01Z";
    let mut path = format!("/beta/auditLogs/directoryAudits?$top=2&$filter={filter}");
    let mut seen = Vec::new();
    loop {
        let page = get(&api, &path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        for entry in page.body["value"].as_array().unwrap() {
            assert_eq!(entry["result"], "success");
            seen.push(entry["targetResources"][0]["userPrincipalName"].clone());
        }
        let Some(next) = page.body["@odata.nextLink"].as_str() else { break };
        next.strip_prefix(&world.url).unwrap().clone_into(&mut path);
    }
    let expected: Vec<Value> =
        (0..5).rev().map(|number| json!(format!("u{number}@example.org"))).collect();
    assert_eq!(seen, expected);
    let until = get(
        &api,
        "/v1.0/auditLogs/directoryAudits?$filter=activityDisplayName eq \
        'Add user' and activityDateTime ge 2027-01-15T08:00:02Z and activityDateTime le \
        2027-01-15T08:00:03Z",
    )
    .await;
    assert_eq!(until.body["value"].as_array().unwrap().len(), 2);

    world.clock.advance_ms(1_000);
    let (status, _, _) = world.browser().sign_in(&mut key).await;
    assert_eq!(status, StatusCode::OK);
    let signed_in = get(&api, "/beta/auditLogs/signIns?$top=1").await.body["value"][0].clone();
    assert_eq!(signed_in["userPrincipalName"], "ada@example.org");
    assert_eq!(signed_in["status"]["errorCode"], 0);
    let step = &signed_in["authenticationDetails"][0];
    assert_eq!(step["authenticationMethod"], "Passkey (device-bound)");
    assert_eq!(step["authenticationMethodDetail"], "01010101-0101-0101-0101-010101010101");
    let correlation = signed_in["correlationId"].as_str().unwrap();
    let user = signed_in["userId"].as_str().unwrap();
    let filter = format!("correlationId eq '{correlation}' and userId eq '{user}'");
    let found = get(&api, &format!("/v1.0/auditLogs/signIns?$filter={filter}")).await.body;
    assert_eq!(found["value"].as_array().unwrap().len(), 1);
    assert!(found["value"][0].get("authenticationDetails").is_none());
    world.stop().await;
}

/// S139, S140, S141
#[tokio::test]
async fn the_inventory_counts_models_and_its_export_lists_passkeys() {
    let (world, _, _) = World::set_up().await;
    world.person("ben").await;
    let api = mighty(&world).await;
    let report = "/beta/reports/authenticationMethods/passkeyInventory";
    let inventory = get(&api, report).await.body;
    let line = &inventory["value"][0];
    assert_eq!(line["aaGuid"], "01010101-0101-0101-0101-010101010101");
    assert_eq!((&line["passkeys"], &line["people"]), (&json!(1), &json!(1)));
    assert_eq!((&line["usablePasskeys"], &line["rule"]), (&json!(1), &Value::Null));

    let csv = get(&api, &format!("{report}/export?format=csv")).await;
    assert!(csv.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
    let text = csv.body.as_str().unwrap();
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(text.contains("ada@example.org") && !text.contains("ben@example.org"));
    let all = format!("{report}/export?format=json&includeUsersWithoutPasskeys=true");
    let rows = get(&api, &all).await.body;
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(rows[1]["aaGuid"], Value::Null);
    for wrong in ["format=xml", "includeUsersWithoutPasskeys=perhaps"] {
        let refused = get(&api, &format!("{report}/export?{wrong}")).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    world.stop().await;
}

//! Reports on authenticators: by model, by passkey, in every form, and never appended.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::program::Data;

fn demo() -> Data {
    let data = Data::empty();
    data.run(&["demo", "--users", "320"]).done();
    data
}

/// S139
#[test]
fn each_model_stands_once_with_its_name_and_verdict() {
    let data = demo();
    let models = data.json(&["aaguids"]);
    let models = models.as_array().unwrap();
    let ids: BTreeSet<&str> = models.iter().map(|one| one["aaGuid"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), models.len());
    assert!(ids.contains("de1e552d-db1d-4423-a619-566b625cdc84"));
    let total: u64 = models.iter().map(|one| one["passkeys"].as_u64().unwrap()).sum();
    assert_eq!(total, 300);
    assert!(models.iter().all(|one| one["refusedPasskeys"] == 0));
    let table = data.run(&["aaguids"]).done();
    assert!(table.starts_with("AAGUID "), "{table}");
    assert!(table.contains("Microsoft Authenticator for Android"), "{table}");
    assert_eq!(table.lines().count(), models.len() + 1);
}

/// S140
#[test]
fn the_export_has_user_model_and_aaguid_of_every_passkey() {
    let data = demo();
    let csv = data.run(&["aaguids", "--passkeys", "--format", "csv"]).done();
    let mut lines = csv.lines();
    assert!(
        lines.next().unwrap().starts_with("userId,userPrincipalName,displayName,aaGuid,model,")
    );
    assert_eq!(lines.count(), 300);
    let json = data.json(&["aaguids", "--passkeys"]);
    assert_eq!(json.as_array().unwrap().len(), 300);
    assert!(json.as_array().unwrap().iter().all(|one| one["userId"].is_string()));
    let table = data.run(&["aaguids", "--passkeys"]).done();
    assert_eq!(table.lines().count(), 301);
}

/// S141
#[test]
fn a_second_run_does_not_append_and_people_without_are_listed_by_option() {
    let data = demo();
    let file = data.path().join("report.csv");
    let path = file.to_str().unwrap();
    let run = ["aaguids", "--passkeys", "--format", "csv", "--output", path];
    data.run(&run).done();
    let first = std::fs::read_to_string(&file).unwrap();
    data.run(&run).done();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), first);
    data.run(&["aaguids", "--all-users", "--format", "csv", "--output", path]).done();
    let with_everybody = std::fs::read_to_string(&file).unwrap();
    assert_eq!(with_everybody.lines().count(), first.lines().count() + 20);
    let all = data.json(&["aaguids", "--all-users"]);
    let without: Vec<&Value> =
        all.as_array().unwrap().iter().filter(|one| one["aaGuid"].is_null()).collect();
    assert_eq!(without.len(), 20);
}

#[test]
fn a_report_that_cannot_be_written_is_one_clear_line() {
    let data = demo();
    let complaint = data.run(&["aaguids", "--output", "/nonexistent/report"]).complaint(1);
    assert!(complaint.starts_with("cannot write to /nonexistent/report: "), "{complaint}");
}

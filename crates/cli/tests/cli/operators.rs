//! Operator commands, with and without the server running.

use serde_json::json;

use crate::graph::{Credentials, Graph};
use crate::program::Data;

#[test]
fn without_data_or_organisation_the_commands_say_what_to_do() {
    let data = Data::empty();
    for arguments in [&["check"][..], &["policy", "show"], &["aaguids"]] {
        let complaint = data.run(arguments).complaint(1);
        assert!(complaint.starts_with("there is no Keyward data in "), "{complaint}");
    }
    assert!(std::fs::read_dir(data.path()).unwrap().next().is_none(), "something was made");
    drop(data.serve());
    let add = ["user", "add", "--upn", "ana@example.org", "--name", "Ana"];
    let complaint = data.run(&add).complaint(1);
    assert!(complaint.starts_with("there is no organisation yet: "), "{complaint}");
}

#[test]
fn an_organisation_is_set_up_once() {
    let data = Data::empty();
    let init = ["init", "--organisation", "Example", "--domain", "Example.org"];
    let made = data.json(&init);
    assert_eq!(made["domain"], "example.org");
    let complaint = data.run(&init).complaint(3);
    assert!(complaint.ends_with("(already-exists)"), "{complaint}");
    let complaint = data.run(&["init", "--organisation", "E", "--domain", "a b"]).complaint(2);
    assert!(complaint.starts_with("--domain: "), "{complaint}");
}

#[tokio::test]
async fn an_api_client_made_while_the_server_runs_works_at_once() {
    let data = Data::with_organisation();
    let server = data.serve();
    let printed = data.json(&Credentials::command());
    assert_eq!(printed["permissions"].as_array().unwrap().len(), 4);
    let graph = Graph::sign_in(&server, &Credentials::read(&printed)).await;
    let users = graph.get("/users").await;
    assert_eq!(users["value"], json!([]));
}

#[test]
fn an_api_client_with_an_unknown_permission_is_not_made() {
    let data = Data::with_organisation();
    let add = ["app", "add", "--name", "T", "--permission", "User.ReadAll"];
    let complaint = data.run(&add).complaint(2);
    let hint = "--permission: there is no User.ReadAll: did you mean User.Read.All?";
    assert_eq!(complaint, hint);
    assert_eq!(data.run(&["app", "add", "--name", "T"]).code, 2);
}

#[test]
fn a_person_is_added_with_role_and_gets_a_pass() {
    let data = Data::with_organisation();
    let upn = "ana@example.org";
    let add = ["user", "add", "--upn", upn, "--name", "Ana", "--role", "global administrator"];
    let person = data.json(&add);
    assert_eq!(person["roles"], json!(["Global Administrator"]));
    assert!(data.run(&add).complaint(3).ends_with("(already-exists)"));

    let pass = data.json(&["pass", "issue", upn, "--lifetime", "120", "--once"]);
    assert_eq!((&pass["lifetimeInMinutes"], &pass["isUsableOnce"]), (&json!(120), &json!(true)));
    assert!(pass["temporaryAccessPass"].as_str().unwrap().len() >= 8);
    let id = person["id"].as_str().unwrap();
    let words = data.run(&["pass", "issue", id]).done();
    assert!(words.starts_with("pass      "), "{words}");

    let complaint = data.run(&["pass", "issue", "bo@example.org"]).complaint(3);
    assert!(complaint.contains("bo@example.org"), "{complaint}");
    let complaint = data.run(&["pass", "issue", upn, "--lifetime", "1"]).complaint(3);
    assert!(complaint.contains("lifetimeInMinutes"), "{complaint}");
}

#[test]
fn a_person_with_a_misspelt_role_or_group_is_not_added() {
    let data = Data::with_organisation();
    let add = ["user", "add", "--upn", "ana@example.org", "--name", "Ana"];
    let complaint = data.run(&[&add[..], &["--role", "Globl Reader"]].concat()).complaint(2);
    assert!(complaint.ends_with("did you mean \"Global Reader\"?"), "{complaint}");
    let complaint = data.run(&[&add[..], &["--group", "Nobody"]].concat()).complaint(2);
    assert!(complaint.contains("there is no group \"Nobody\""), "{complaint}");
    let other = ["user", "add", "--upn", "ana@elsewhere.org", "--name", "Ana"];
    assert!(data.run(&other).complaint(3).contains("example.org"));
    data.run(&add).done();
}

#[test]
fn a_backup_is_whole_can_be_served_and_overwrites_nothing() {
    let data = Data::empty();
    data.run(&["demo", "--users", "100"]).done();
    let restored = Data::empty();
    let copy = restored.path().join("keyward.db");
    let running = data.serve();
    let made = data.json(&["backup", copy.to_str().unwrap()]);
    assert!(made["bytes"].as_u64().unwrap() > 100_000);
    drop(running);
    let complaint = data.run(&["backup", copy.to_str().unwrap()]).complaint(1);
    assert!(complaint.ends_with("exists already: name another file"), "{complaint}");
    let (before, after) = (data.json(&["check"]), restored.json(&["check"]));
    assert_eq!(after["isWhole"], json!(true));
    assert_eq!(before["rows"]["passkeys"], after["rows"]["passkeys"]);
    assert_eq!(restored.serve().first_run_link, None);
}

#[test]
fn damaged_data_is_found_and_code_1() {
    let data = Data::empty();
    data.run(&["demo", "--users", "200"]).done();
    let path = data.path().join("keyward.db");
    // Everything must stand in the one file that is damaged.
    let copy = Data::empty();
    let copied = copy.path().join("keyward.db");
    data.run(&["backup", copied.to_str().unwrap()]).done();
    assert!(path.exists());
    let mut bytes = std::fs::read(&copied).unwrap();
    let middle = bytes.len() / 2;
    for byte in &mut bytes[middle..middle + 20_000] {
        *byte = 0x55;
    }
    std::fs::write(&copied, bytes).unwrap();
    let run = copy.run(&["check"]);
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(run.err.starts_with("keyward: "), "{}", run.err);
}

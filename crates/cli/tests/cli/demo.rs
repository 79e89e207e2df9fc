//! The demo organisation: the same for the same seed, usable, and only for an empty server.

use serde_json::Value;

use crate::program::Data;

fn demo(seed: &str) -> (Data, Value) {
    let data = Data::empty();
    let arguments = ["demo", "--users", "300", "--passkeys-per-user", "2", "--seed", seed];
    let told = data.json(&arguments);
    (data, told)
}

/// User, model and type of every passkey; moments differ from run to run.
fn passkeys(data: &Data) -> Vec<String> {
    let lines = data.json(&["aaguids", "--passkeys"]);
    let line =
        |line: &Value| format!("{} {} {}", line["userId"], line["aaGuid"], line["passkeyType"]);
    lines.as_array().unwrap().iter().map(line).collect()
}

#[test]
fn the_same_seed_gives_the_same_people_and_passkeys() {
    let ((one, told), (other, _), (different, _)) = (demo("5"), demo("5"), demo("6"));
    assert_eq!(told["passkeys"], 564);
    assert_eq!(passkeys(&one).len(), 564);
    assert_eq!(passkeys(&one), passkeys(&other));
    assert_ne!(passkeys(&one), passkeys(&different));
    assert_eq!(one.json(&["check"])["problems"], serde_json::json!([]));
}

#[test]
fn the_administrator_of_the_demo_gets_in_by_a_pass() {
    let (data, told) = demo("1");
    let administrator = told["administrator"].as_str().unwrap();
    assert_eq!(administrator, "edith.ward@ward.example");
    assert_eq!(data.json(&["pass", "issue", administrator])["isUsable"], true);
}

#[test]
fn a_demo_wants_an_empty_server() {
    let data = Data::with_organisation();
    let complaint = data.run(&["demo", "--users", "1"]).complaint(1);
    assert!(complaint.starts_with("there is an organisation already"), "{complaint}");
    assert_eq!(Data::empty().run(&["demo", "--users", "0"]).code, 2);
    let many = ["demo", "--users", "1", "--passkeys-per-user", "11"];
    assert!(Data::empty().run(&many).complaint(2).starts_with("--passkeys-per-user: at most 10"));
}

//! The policy on the command line: shown, previewed, changed.

use serde_json::{Value, json};

use crate::program::Data;

/// Only the two models of Microsoft Authenticator, as the seed's PATCH body.
const SEED: &str = r##"{
    "@odata.type": "#microsoft.graph.fido2AuthenticationMethodConfiguration",
    "isAttestationEnforced": false,
    "keyRestrictions": {
        "isEnforced": true,
        "enforcementType": "allow",
        "aaGuids": [
            "90a3ccdf-635c-4729-a248-9b709135078f",
            "de1e552d-db1d-4423-a619-566b625cdc84"
        ]
    }
}"##;

fn demo() -> Data {
    let data = Data::empty();
    data.run(&["demo", "--users", "320"]).done();
    data
}

#[test]
fn a_preview_says_exactly_what_would_stop_and_changes_nothing() {
    let data = demo();
    let file = data.file("patch.json", SEED);
    let before: Value = serde_json::from_str(&data.run(&["policy", "show"]).done()).unwrap();
    let models = data.json(&["aaguids"]);
    let others: u64 = models
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| !SEED.contains(one["aaGuid"].as_str().unwrap()))
        .map(|one| one["passkeys"].as_u64().unwrap())
        .sum();
    let run = data.run(&["policy", "preview", &file, "--json"]);
    let impact: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(impact["stoppingPasskeys"], json!(others), "{impact}");
    let words = data.run(&["policy", "preview", &file]).out;
    assert!(words.starts_with("300 passkeys sign in today\n"), "{words}");
    assert!(words.contains(&format!("{others} passkeys of ")), "{words}");
    let after: Value = serde_json::from_str(&data.run(&["policy", "show"]).done()).unwrap();
    assert_eq!(before, after);
}

#[test]
fn a_change_is_made_and_shows_in_the_inventory() {
    let data = demo();
    let file = data.file("patch.json", SEED);
    let changed = data.json(&["policy", "apply", &file]);
    assert_eq!(changed["keyRestrictions"]["isEnforced"], json!(true));
    let refused: u64 = data
        .json(&["aaguids"])
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["refusedPasskeys"].as_u64().unwrap())
        .sum();
    assert!(refused > 0);
}

/// S50
#[test]
fn where_confirmation_is_required_a_change_without_it_is_refused() {
    let data = demo();
    let file = data.file("patch.json", SEED);
    let apply = ["policy", "apply", &file, "--impact-confirmation", "required"];
    let complaint = data.run(&apply).complaint(3);
    assert!(complaint.ends_with("(confirmation-needed)"), "{complaint}");
    data.run(&[&apply[..], &["--confirm"]].concat()).done();
}

#[test]
fn a_patch_that_is_wrong_is_told_by_property_with_code_2() {
    let data = demo();
    let file = data.file("patch.json", r#"{"keyRestriction": {}}"#);
    let complaint = data.run(&["policy", "preview", &file]).complaint(2);
    assert!(complaint.contains("keyRestriction"), "{complaint}");
    let complaint = data.run(&["policy", "apply", "/nonexistent/patch"]).complaint(2);
    assert!(complaint.starts_with("cannot read /nonexistent/patch: "), "{complaint}");
}

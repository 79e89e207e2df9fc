//! Cases that cannot be judged, and how a verdict is written.

use super::*;

fn judge_text(case: &str) -> Result<Verdict, NotCase> {
    judge(case, Timestamp(1_795_348_800_000), |_| Err("there is no such file".to_owned()))
}

#[test]
fn what_is_no_case_is_told_apart_from_a_bad_verdict() {
    for case in [
        "",
        "[]",
        r#"{"kind":"registration"}"#,
        r#"{"id":"a","kind":"unheard-of"}"#,
        r#"{"id":"a","kind":"registration"}"#,
        r#"{"id":"a","kind":"mds","blob_path":"nowhere"}"#,
    ] {
        assert!(judge_text(case).is_err(), "{case}");
    }
}

#[test]
fn a_verdict_says_what_was_wrong() {
    let case = r#"{"id":"a","kind":"authentication","rpId":"a.example","origin":"https://a.example",
        "challenge_b64url":"AAAA","credentialPublicKey_cose_b64url":"","response":{"id":"AA"}}"#;
    let json = judge_text(case).unwrap().to_json();
    assert_eq!(json["id"], "a");
    assert_eq!(json["verdict"], "error");
    assert_eq!(json["code"], "credential-member-missing");
    assert_eq!(json["facts"]["checks"][0]["check"], "json");
}

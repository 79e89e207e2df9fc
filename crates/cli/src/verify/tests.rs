//! What is printed for cases, right, wrong or none.

use serde_json::Value;

use super::*;

fn lines(cases: &[&str]) -> (Vec<Value>, u64) {
    let mut judge = Judge { now: Timestamp(1_795_305_600_000), out: Vec::new(), failed: 0 };
    for case in cases {
        judge.judge(case, &Files::here()).unwrap();
    }
    let text = String::from_utf8(judge.out).unwrap();
    (text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), judge.failed)
}

const WRONG: &str = r#"{"id":"w","kind":"authentication","rpId":"a.example",
    "origin":"https://a.example","challenge_b64url":"AAAA","expected":"ok",
    "credentialPublicKey_cose_b64url":"AA","response":{}}"#;

#[test]
fn each_case_has_a_line_and_what_is_none_is_counted() {
    let (lines, failed) = lines(&[WRONG, "{}", r#"{"id":"x","kind":"other"}"#]);
    assert_eq!(failed, 2);
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[0]["id"], &lines[0]["verdict"]), (&json!("w"), &json!("error")));
    assert_ne!(lines[0]["code"], "case-not-judged");
    assert_eq!(lines[1]["code"], "case-not-judged");
    assert_eq!(lines[2]["id"], "x");
}

#[test]
fn what_somebody_expects_is_not_read() {
    let other = WRONG.replace(r#""expected":"ok""#, r#""expected":{"no":"text"}"#);
    let (lines, failed) = lines(&[WRONG, &other]);
    assert_eq!((failed, &lines[0]), (0, &lines[1]));
}

#[test]
fn files_are_found_above_a_case_and_beside_the_workspace() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("cases/mds")).unwrap();
    std::fs::write(folder.path().join("list.jwt"), "text").unwrap();
    let case = folder.path().join("cases/mds/case.json");
    std::fs::write(&case, "").unwrap();
    assert_eq!(Files::beside(&case).read("list.jwt").as_deref(), Ok("text"));
    let absolute = folder.path().join("list.jwt");
    assert_eq!(Files::here().read(absolute.to_str().unwrap()).as_deref(), Ok("text"));
    assert!(Files::here().read("no/such/file").is_err());
}

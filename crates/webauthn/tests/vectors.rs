//! Judges the recorded and mutated cases beside the workspace, and says how many it judged.
#![expect(clippy::unwrap_used, reason = "a case that cannot be read is a failed test")]
#![expect(clippy::indexing_slicing, reason = "a member that is not there reads as null")]
#![expect(clippy::print_stderr, reason = "says how many cases were judged")]

use std::path::{Path, PathBuf};

use serde_json::Value;
use webauthn::Timestamp;
use webauthn::case::{self, Verdict};

/// The moment for cases that name none: 22 November 2026.
const NOW: Timestamp = Timestamp(1_795_305_600_000);

#[test]
fn registrations_are_judged_as_expected() {
    judge_all("registration");
}

#[test]
fn authentications_are_judged_as_expected() {
    judge_all("authentication");
}

#[test]
fn attestations_of_apples_apps_are_judged_as_expected() {
    judge_all("appattest");
}

#[test]
fn keys_of_android_are_judged_as_expected() {
    judge_all("androidkey");
}

#[test]
fn tokens_of_play_integrity_are_judged_as_expected() {
    judge_all("playintegrity");
}

#[test]
fn metadata_is_judged_as_expected() {
    judge_all("mds");
}

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors")
}

fn judge_all(kind: &str) {
    let Some(files) = files(&vectors().join("cases").join(kind)) else {
        eprintln!("{kind}: the folder of cases is absent, nothing was judged");
        return;
    };
    let mut wrong = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let case: Value = serde_json::from_str(&text).unwrap();
        let verdict = judge(&text);
        if verdict.is_ok != (case["expected"] == "ok") {
            wrong.push(format!(
                "{}: {} ({}), but {}\n{:#}",
                verdict.id, verdict.code, verdict.detail, case["reason"], verdict.facts
            ));
        }
    }
    eprintln!("{kind}: {} cases judged", files.len());
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

fn judge(case: &str) -> Verdict {
    let open = |path: &str| {
        std::fs::read_to_string(vectors().join(path)).map_err(|error| error.to_string())
    };
    case::judge(case, NOW, open).unwrap()
}

fn files(folder: &Path) -> Option<Vec<PathBuf>> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder).ok()?.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    Some(files)
}

//! `cargo xtask ci`: all that a change must pass, the quick parts first.
//!
//! One profile (dev) for every part, so that dependencies are built once. The tests come last: the
//! runner's own summary then closes the output.

use std::path::Path;

use anyhow::Result;

use crate::steps::{Steps, cargo, visibly};
use crate::{fuzz, test, tidy};

/// How long each fuzz target runs here: long enough to replay its corpus and stray a little.
const FUZZ_SECONDS: u32 = 10;

/// Runs every part and stops at the first that fails.
pub(crate) fn run(root: &Path) -> Result<()> {
    let mut steps = Steps::new();
    steps.run("fmt", || visibly(&mut cargo(root, ["fmt", "--all", "--check"])))?;
    steps.run("clippy", || {
        let arguments = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
        visibly(&mut cargo(root, arguments))
    })?;
    steps.run("tidy", || tidy::run(root))?;
    steps.run("doc", || {
        let mut doc = cargo(root, ["doc", "--workspace", "--no-deps"]);
        visibly(doc.env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    if root.join("fuzz/Cargo.toml").exists() {
        steps.run("fuzz smoke", || fuzz::run(root, &fuzz::Options::smoke(FUZZ_SECONDS)))?;
    } else {
        println!("\n── fuzz smoke: there is no fuzz/ in this tree yet");
    }
    steps.run("test", || test::run(root, &test::Options::default()))?;
    println!("ci: {}", steps.summary());
    Ok(())
}

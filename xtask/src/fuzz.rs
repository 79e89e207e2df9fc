//! `cargo xtask fuzz SECONDS`: every target of `fuzz/`, with the toolchain at hand.
//!
//! The targets are libFuzzer programs. What they need from the compiler is its coverage pass, and
//! that is a flag of the stable compiler: no nightly and no cargo-fuzz. Memory errors are not
//! looked for, because our crates forbid `unsafe`; a panic, an overflow, too much memory or too
//! much time is what a target finds.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::steps::{cargo, quietly, visibly};

/// The compiler flags that count edges and compared values for libFuzzer.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1 -Cdebug-assertions -Coverflow-checks";

/// No parser of ours may need more for one input: a stranger's bytes decide nothing bigger.
const MEMORY_LIMIT_MIB: u32 = 512;

/// What `cargo xtask fuzz` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many seconds each target runs
    seconds: u32,
    /// Only the target of this name
    #[arg(long)]
    target: Option<String>,
}

impl Options {
    /// Every target for a few seconds.
    pub(crate) const fn smoke(seconds: u32) -> Self {
        Self { seconds, target: None }
    }
}

/// Builds every target once and runs one after the other. A finding ends the task; its input lies
/// in `fuzz/artifacts`.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let folder = root.join("fuzz");
    ensure!(folder.join("Cargo.toml").exists(), "there is no fuzz/Cargo.toml to take targets from");
    let targets = targets(&metadata(&folder)?, options.target.as_deref());
    ensure!(!targets.is_empty(), "fuzz/ has no such target: see [[bin]] in fuzz/Cargo.toml");
    let host = host_triple(&quietly(Command::new("rustc").arg("-vV"))?)?;
    // With --target the flags stay off build scripts, which run without libFuzzer.
    let build = ["build", "--release", "--bins", "--target", &host];
    visibly(cargo(&folder, build).env("RUSTFLAGS", COVERAGE))?;
    for target in &targets {
        let built = folder.join("target").join(&host).join("release").join(target);
        visibly(&mut one_run(&folder, target, &built, options.seconds)?)?;
    }
    println!("fuzz: {} targets, {} s each, nothing found", targets.len(), options.seconds);
    Ok(())
}

/// One target's command line. What it learns goes to `fuzz/target/corpus`, beside the inputs that
/// are kept in `fuzz/corpus`.
fn one_run(folder: &Path, target: &str, built: &Path, seconds: u32) -> Result<Command> {
    let learned = folder.join("target/corpus").join(target);
    let found = folder.join("artifacts").join(target);
    for needed in [&learned, &found] {
        std::fs::create_dir_all(needed)
            .with_context(|| format!("cannot create {}", needed.display()))?;
    }
    let mut command = Command::new(built);
    command.current_dir(folder).arg(&learned);
    let kept: PathBuf = folder.join("corpus").join(target);
    if kept.is_dir() {
        command.arg(kept);
    }
    command.arg(format!("-max_total_time={seconds}"));
    command.arg(format!("-rss_limit_mb={MEMORY_LIMIT_MIB}"));
    command.args(["-timeout=5", "-print_final_stats=1", "-verbosity=0"]);
    command.arg(format!("-artifact_prefix={}/", found.display()));
    Ok(command)
}

/// What cargo knows about the fuzz workspace.
fn metadata(folder: &Path) -> Result<Value> {
    let arguments = ["metadata", "--format-version", "1", "--no-deps"];
    let printed = quietly(&mut cargo(folder, arguments))?;
    serde_json::from_str(&printed).context("cargo metadata did not print JSON")
}

/// The names of the programs in a `cargo metadata` answer, all or the one asked for.
fn targets(metadata: &Value, wanted: Option<&str>) -> Vec<String> {
    let packages = metadata.get("packages").and_then(Value::as_array).into_iter().flatten();
    packages
        .filter_map(|package| package.get("targets").and_then(Value::as_array))
        .flatten()
        .filter(|target| {
            let kinds = target.get("kind").and_then(Value::as_array).into_iter().flatten();
            kinds.filter_map(Value::as_str).any(|kind| kind == "bin")
        })
        .filter_map(|target| target.get("name").and_then(Value::as_str))
        .filter(|name| wanted.is_none_or(|wanted| wanted == *name))
        .map(ToOwned::to_owned)
        .collect()
}

/// The `host:` line of `rustc -vV`.
fn host_triple(printed: &str) -> Result<String> {
    let host = printed.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc -vV names no host")?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_programs_are_fuzz_targets() {
        let metadata = serde_json::json!({ "packages": [{ "targets": [
            { "name": "shared", "kind": ["lib"] },
            { "name": "cbor", "kind": ["bin"] },
            { "name": "client_data", "kind": ["bin"] },
        ]}]});
        assert_eq!(targets(&metadata, None), ["cbor", "client_data"]);
        assert_eq!(targets(&metadata, Some("cbor")), ["cbor"]);
        assert!(targets(&metadata, Some("shared")).is_empty());
    }

    #[test]
    fn the_host_is_read_from_rustc() {
        let printed = "rustc 1.95.0\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\n";
        assert_eq!(host_triple(printed).unwrap(), "x86_64-unknown-linux-gnu");
        host_triple("rustc 1.95.0\n").unwrap_err();
    }
}

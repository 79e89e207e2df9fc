//! `cargo xtask bench`: the benchmarks, each with a durable PostgreSQL of its own.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::postgres::Cluster;
use crate::steps::{cargo, visibly};

/// Tells the benchmark where its PostgreSQL is: not as an argument, which others could read.
const POSTGRES: &str = "KEYWARD_BENCH_POSTGRES";
/// Kept as a server is run that must lose nothing: `fsync` and `synchronous_commit` stay on.
const DURABLE: &[&str] = &["fsync=on", "synchronous_commit=on", "full_page_writes=on"];

/// What `cargo xtask bench` takes.
#[derive(clap::Subcommand)]
pub(crate) enum Options {
    /// Passkey sign-ins over HTTP, beside the limits of this machine; see docs/performance.md
    SignIn(SignIn),
}

/// What `cargo xtask bench sign-in` takes.
#[derive(clap::Args)]
pub(crate) struct SignIn {
    /// Measure the embedded database alone: no PostgreSQL is started
    #[arg(long)]
    sqlite_only: bool,
    /// One short round of each, in less than two minutes
    #[arg(long)]
    quick: bool,
    /// People in the organisation
    #[arg(long, value_name = "NUMBER", default_value_t = 20_000)]
    users: u32,
}

/// Runs one benchmark in the release profile.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    match options {
        Options::SignIn(options) => sign_in(root, options),
    }
}

fn sign_in(root: &Path, options: &SignIn) -> Result<()> {
    let cluster = if options.sqlite_only {
        None
    } else {
        let hint = "start PostgreSQL for the benchmark, or leave it out with --sqlite-only";
        Some(Cluster::start(DURABLE).context(hint)?)
    };
    let users = options.users.to_string();
    let mut bench = cargo(root, ["bench", "--package", "cli", "--bench", "sign_in", "--"]);
    bench.args(["--users", &users]);
    bench.args(options.quick.then_some("--quick"));
    match &cluster {
        Some(cluster) => bench.env(POSTGRES, cluster.url()),
        None => bench.args(["--engine", "sqlite"]),
    };
    visibly(&mut bench)
}

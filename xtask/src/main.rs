//! `cargo xtask TASK`: everything a developer does with this repository, one module a task.
#![expect(clippy::print_stdout, reason = "a program for a terminal: what it prints is its result")]

mod bench;
mod ci;
mod fuzz;
mod postgres;
mod steps;
mod test;
mod tidy;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What was typed after `cargo xtask`.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", about = "Keyward's developer tasks")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

/// One task, one module: a new task is a variant here and an arm in `run`.
#[derive(Subcommand)]
enum Task {
    /// All that a change must pass: fmt, clippy, tidy, doc, fuzz smoke, test
    Ci,
    /// Every test there is, with a PostgreSQL of its own and a real browser
    Test(test::Options),
    /// The house rules that no compiler holds, first of them ARCHITECTURE.md's dependency table
    Tidy,
    /// Each fuzz target for a number of seconds
    Fuzz(fuzz::Options),
    /// How fast it is, beside what this machine can do at all
    #[command(subcommand)]
    Bench(bench::Options),
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\ncargo xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<()> {
    let root = root()?;
    match task {
        Task::Ci => ci::run(root),
        Task::Test(options) => test::run(root, &options),
        Task::Tidy => tidy::run(root),
        Task::Fuzz(options) => fuzz::run(root, &options),
        Task::Bench(options) => bench::run(root, &options),
    }
}

/// The repository's folder: the one above this package.
fn root() -> anyhow::Result<&'static Path> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .ok_or_else(|| anyhow::anyhow!("xtask lies at the root of the disk: move the repository"))
}

//! `cargo xtask test`: every test there is, and none skipped in silence.

mod parts;

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::postgres::{Cluster, THROWAWAY};
use crate::steps::{Steps, cargo, quietly, visibly};

/// Tells the tests where their PostgreSQL is. A test that needs it and does not find it fails.
const POSTGRES: &str = "KEYWARD_TEST_POSTGRES";

/// What `cargo xtask test` takes.
#[derive(clap::Args, Default)]
pub(crate) struct Options {
    /// Only the tests whose name contains this
    #[arg(long)]
    filter: Option<String>,
    /// Handed to the test runner as they are (nextest, or else `cargo test`)
    #[arg(last = true)]
    runner: Vec<String>,
}

/// Completes the machine, builds everything, starts PostgreSQL, runs the tests.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let mut steps = Steps::new();
    let runner = Runner::choose(root);
    steps.run("missing parts", parts::complete)?;
    steps.run("build", || visibly(&mut runner.build(root)))?;
    if let Some(mut documentation) = runner.documentation(root, options) {
        steps.run("examples in the documentation", || visibly(&mut documentation))?;
    }
    let mut cluster = None;
    steps.run("postgresql", || {
        cluster = Some(Cluster::start(THROWAWAY)?);
        Ok(())
    })?;
    let url = cluster.as_ref().map(Cluster::url).unwrap_or_default();
    steps.run("tests", || visibly(runner.tests(root, options).env(POSTGRES, url)))?;
    drop(cluster);
    println!("test: {}", steps.summary());
    Ok(())
}

/// Who runs the tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Runner {
    /// A process for each test; no documentation tests.
    Nextest,
    /// What comes with the toolchain.
    CargoTest,
}

impl Runner {
    fn choose(root: &Path) -> Self {
        let nextest = quietly(&mut cargo(root, ["nextest", "--version"]));
        if nextest.is_ok() { Self::Nextest } else { Self::CargoTest }
    }

    /// Builds all tests, and with them every program that tests start.
    fn build(self, root: &Path) -> Command {
        match self {
            Self::Nextest => cargo(root, ["nextest", "run", "--workspace", "--no-run"]),
            Self::CargoTest => cargo(root, ["test", "--workspace", "--no-run"]),
        }
    }

    /// Documentation tests, where the runner does not run them itself. They go first, so that the
    /// runner's summary of the real tests is the last one printed.
    fn documentation(self, root: &Path, options: &Options) -> Option<Command> {
        let everything = options.filter.is_none() && options.runner.is_empty();
        match self {
            Self::Nextest if everything => Some(cargo(root, ["test", "--workspace", "--doc"])),
            Self::Nextest | Self::CargoTest => None,
        }
    }

    fn tests(self, root: &Path, options: &Options) -> Command {
        let mut command = match self {
            Self::Nextest => {
                let config = "xtask/nextest.toml";
                cargo(root, ["nextest", "run", "--workspace", "--config-file", config])
            }
            Self::CargoTest => cargo(root, ["test", "--workspace", "--no-fail-fast"]),
        };
        command.args(&options.filter);
        if self == Self::CargoTest && !options.runner.is_empty() {
            command.arg("--");
        }
        command.args(&options.runner);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: &Command) -> Vec<String> {
        command.get_args().map(|word| word.to_string_lossy().into_owned()).collect()
    }

    fn options(filter: Option<&str>, runner: &[&str]) -> Options {
        let runner = runner.iter().map(ToString::to_string).collect();
        Options { filter: filter.map(ToOwned::to_owned), runner }
    }

    #[test]
    fn a_filter_and_further_words_reach_either_runner() {
        let options = options(Some("replay"), &["--nocapture"]);
        let nextest = words(&Runner::Nextest.tests(Path::new("."), &options));
        assert!(nextest.ends_with(&["replay".to_owned(), "--nocapture".to_owned()]));
        let plain = words(&Runner::CargoTest.tests(Path::new("."), &options));
        let end = ["replay", "--", "--nocapture"].map(ToOwned::to_owned);
        assert!(plain.ends_with(&end));
    }

    #[test]
    fn documentation_tests_run_with_nextest_unless_something_is_asked_for() {
        let root = Path::new(".");
        assert!(Runner::Nextest.documentation(root, &Options::default()).is_some());
        assert!(Runner::Nextest.documentation(root, &options(Some("x"), &[])).is_none());
        assert!(Runner::CargoTest.documentation(root, &Options::default()).is_none());
    }
}

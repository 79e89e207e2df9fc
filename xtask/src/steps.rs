//! Running other programs in full view, and how long each took.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// The parts of a task that are done, with the time each took.
pub(crate) struct Steps {
    done: Vec<(&'static str, Duration)>,
}

impl Steps {
    /// No part done yet.
    pub(crate) const fn new() -> Self {
        Self { done: Vec::new() }
    }

    /// Does one part, under a headline, and keeps its time. The first part that fails ends the
    /// task: what comes after would only bury its message.
    pub(crate) fn run(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        println!("\n── {name}");
        let started = stopwatch();
        work().with_context(|| format!("{name} failed"))?;
        self.done.push((name, started.elapsed()));
        Ok(())
    }

    /// One line: each part with its seconds, and the sum.
    pub(crate) fn summary(&self) -> String {
        let parts: Vec<String> =
            self.done.iter().map(|(name, took)| format!("{name} {} s", took.as_secs())).collect();
        let whole: Duration = self.done.iter().map(|(_, took)| *took).sum();
        format!("{}; {} s in all", parts.join(", "), whole.as_secs())
    }
}

/// `cargo` with these arguments, in the repository's folder.
pub(crate) fn cargo<A: AsRef<OsStr>>(
    root: &Path,
    arguments: impl IntoIterator<Item = A>,
) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(root);
    command
}

/// Runs a program to its end, its output going where ours goes.
pub(crate) fn visibly(command: &mut Command) -> Result<()> {
    println!("$ {}", spelled(command));
    let status = command.status().with_context(|| format!("cannot start {}", spelled(command)))?;
    if !status.success() {
        bail!("`{}` ended with {status}", spelled(command));
    }
    Ok(())
}

/// Runs a program to its end and returns what it printed.
pub(crate) fn quietly(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot start {}", spelled(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` ended with {}:\n{said}", spelled(command), output.status);
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("`{}` did not print text", spelled(command)))
}

/// The command as a person would type it.
fn spelled(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

#[expect(clippy::disallowed_methods, reason = "times a developer's build, decides nothing")]
fn stopwatch() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_fails_is_an_error_that_names_it() {
        let failure = visibly(&mut Command::new("false")).unwrap_err().to_string();
        assert!(failure.contains("false"), "{failure}");
    }

    #[test]
    fn a_step_that_fails_is_not_counted_as_done() {
        let mut steps = Steps::new();
        steps.run("one", || Ok(())).unwrap();
        steps.run("two", || bail!("broken")).unwrap_err();
        assert_eq!(steps.summary(), "one 0 s; 0 s in all");
    }
}

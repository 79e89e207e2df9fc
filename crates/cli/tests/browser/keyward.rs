//! The real server on an empty folder, ended with the test.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};
use serde_json::Value;
use tempfile::TempDir;

/// A running `keyward serve`.
pub(crate) struct Keyward {
    process: Child,
    url: String,
    first_run_link: String,
    _data: TempDir,
}

impl Keyward {
    /// Starts it on a port that the system chooses.
    pub(crate) fn start() -> Result<Self> {
        let data = tempfile::tempdir()?;
        let mut process = Command::new(env!("CARGO_BIN_EXE_keyward"))
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(data.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("keyward could not be started")?;
        let stdout = process.stdout.take().context("keyward has no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let said: Value = serde_json::from_str(&line).context("keyward did not say where it is")?;
        let text = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(Self {
            url: text("url").context("no address")?,
            first_run_link: text("firstRunLink").context("no first-run link")?,
            process,
            _data: data,
        })
    }

    /// Its address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The one-time link of the first start.
    pub(crate) fn first_run_link(&self) -> &str {
        &self.first_run_link
    }
}

impl Drop for Keyward {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

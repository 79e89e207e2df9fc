//! A chromedriver of the test's own, ended with it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// A running chromedriver.
pub(crate) struct Chromedriver {
    process: Child,
    port: u16,
}

impl Chromedriver {
    /// Starts it on a port that the system chooses.
    pub(crate) fn start() -> Result<Self> {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context(
                "chromedriver is missing: install it with Chromium, on Debian \
                 `apt-get install chromium chromium-driver`",
            )?;
        let stdout = process.stdout.take().context("chromedriver has no output")?;
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            let port = line.split("on port ").nth(1);
            if let Some(port) = port.and_then(|text| text.trim_end_matches('.').parse().ok()) {
                return Ok(Self { process, port });
            }
        }
        drop(process.kill());
        bail!("chromedriver ended without saying on which port it listens")
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        // Gone already is gone.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

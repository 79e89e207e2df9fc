//! A chromedriver of the test's own, ended with it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// A running chromedriver.
pub(crate) struct Chromedriver {
    process: Child,
    port: u16,
    /// Kept open: a closed pipe would end it when it says something more.
    _output: BufReader<ChildStdout>,
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
        let mut output = BufReader::new(stdout);
        let mut line = String::new();
        while output.read_line(&mut line)? > 0 {
            let port = line.split("started successfully on port ").nth(1);
            if let Some(port) = port.and_then(|text| text.trim().trim_end_matches('.').parse().ok())
            {
                return Ok(Self { process, port, _output: output });
            }
            line.clear();
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

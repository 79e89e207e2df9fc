//! Processes under measurement: the real `keyward` binary, and the empty server beside it.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::client::Connection;
use crate::measure::{process_cpu, resident_kib, stopwatch};
use crate::place::{ORIGIN, Place};

/// The binary that cargo built beside this benchmark.
const KEYWARD: &str = env!("CARGO_BIN_EXE_keyward");
/// How long a server may take to answer for the first time.
const PATIENCE: Duration = Duration::from_secs(30);

/// The CPUs that the server and everybody else run on.
#[derive(Clone, Copy)]
pub(crate) enum Cores {
    /// The server alone on the first, we and the database on the second.
    Apart,
    /// Wherever the system puts them: there is one core only, or no `taskset`.
    Shared,
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    /// From its start to its first answer.
    pub(crate) cold_start: Duration,
}

impl Cores {
    /// Moves this process to the second core, if there is one.
    pub(crate) fn part() -> Self {
        let count = std::thread::available_parallelism().map_or(1, usize::from);
        let ours = std::process::id().to_string();
        let mut move_us = Command::new("taskset");
        move_us.args(["--all-tasks", "--pid", "--cpu-list", "1", &ours]).stdout(Stdio::null());
        let moved = count > 1 && move_us.status().is_ok_and(|status| status.success());
        if moved { Self::Apart } else { Self::Shared }
    }

    /// The program, on the server's core.
    fn served(self, program: &Path) -> Command {
        match self {
            Self::Shared => Command::new(program),
            Self::Apart => {
                let mut command = Command::new("taskset");
                command.args(["--cpu-list", "0"]).arg(program);
                command
            }
        }
    }
}

impl Server {
    /// Starts `keyward serve` on this data and waits for its first answer.
    pub(crate) async fn keyward(place: &Place, cores: Cores) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = cores.served(Path::new(KEYWARD));
        place.tell(command.arg("serve"));
        command.args(["--listen", &format!("127.0.0.1:{port}")]);
        command.args(["--public-url", ORIGIN, "--requests-per-minute", "unlimited"]);
        let log = place.folder().join("server.log");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log)?);
        let watch = stopwatch();
        let child = command.spawn().context("cannot start the server")?;
        let mut server = Self { child, port, cold_start: Duration::ZERO };
        while server.first_answer().await.is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended with {status}:\n{}", std::fs::read_to_string(&log)?);
            }
            ensure!(watch.elapsed() < PATIENCE, "the server does not answer");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.cold_start = watch.elapsed();
        Ok(server)
    }

    /// Starts this very program as the empty server.
    pub(crate) fn hello(cores: Cores) -> Result<Self> {
        let mut command = cores.served(&std::env::current_exe()?);
        command.arg("--hello").stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().context("cannot start the empty server")?;
        let mut line = String::new();
        let said = child.stdout.take().context("the empty server says nothing")?;
        BufReader::new(said).read_line(&mut line)?;
        Ok(Self { child, port: line.trim().parse()?, cold_start: Duration::ZERO })
    }

    /// The CPU it has used.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        process_cpu(self.child.id())
    }

    /// The memory it holds, in KiB.
    pub(crate) fn resident_kib(&self) -> Result<u64> {
        resident_kib(self.child.id())
    }

    async fn first_answer(&self) -> Result<()> {
        let mut connection = Connection::open(self.port).await?;
        let answer = connection.exchange(HEALTH).await?;
        ensure!(answer.status == 200, "/healthz answered {}", answer.status);
        Ok(())
    }
}

/// Asks for as little as the server can be asked for.
pub(crate) const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to do.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Runs an operator command on this data and returns what it printed, as JSON.
pub(crate) fn operator(place: &Place, words: &[&str]) -> Result<Value> {
    let mut command = Command::new(KEYWARD);
    place.tell(command.args(words));
    let output = command.args(["--json", "--public-url", ORIGIN]).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "keyward {} failed:\n{said}", words.join(" "));
    serde_json::from_slice(&output.stdout).context("the command printed no JSON")
}

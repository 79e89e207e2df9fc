//! Runs the program: once with its output, or as a server with its address.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The program as it was built for this test, in an environment without settings.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyward"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("KEYWARD_") {
            command.env_remove(name);
        }
    }
    // Nothing may be made in the folder that tests run in.
    command.current_dir(std::env::temp_dir()).args(arguments).stdin(Stdio::null());
    command
}

/// A number that differs from call to call.
pub(crate) fn random() -> u64 {
    std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), ())
}

/// What a run printed and how it ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn of(mut command: Command) -> Self {
        let Output { status, stdout, stderr } = command.output().unwrap();
        Self {
            code: status.code().expect("the program ends by itself"),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    /// What was printed, of a run that succeeded.
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, 0, "{}", self.err);
        assert_eq!(self.err, "");
        self.out
    }

    /// The one line of complaint, of a run that ended with this code.
    pub(crate) fn complaint(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert_eq!(self.err.lines().count(), 1, "{}", self.err);
        self.err.strip_prefix("keyward: ").expect("says who complains").trim_end().to_owned()
    }
}

/// A data folder of its own.
#[derive(Debug)]
pub(crate) struct Data {
    folder: TempDir,
}

impl Data {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// A folder with an organisation, set up on the command line.
    pub(crate) fn with_organisation() -> Self {
        let data = Self::empty();
        data.run(&["init", "--organisation", "Example", "--domain", "example.org"]).done();
        data
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn text(&self) -> &str {
        self.path().to_str().unwrap()
    }

    /// Writes a file into the folder and answers its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Runs a command on this data.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let mut command = command(arguments);
        command.args(["--data", self.text()]);
        Run::of(command)
    }

    /// Runs a command on this data and reads its JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let run = self.run(&[arguments, &["--json"]].concat());
        serde_json::from_str(&run.done()).unwrap()
    }

    /// Starts a server on this data, at a free port.
    pub(crate) fn serve(&self) -> Server {
        Server::start(&["--data", self.text()])
    }
}

/// A server that runs; killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// What browsers call it.
    pub(crate) url: String,
    /// Where it listens.
    pub(crate) listen: String,
    /// The link printed by a server that is not set up.
    pub(crate) first_run_link: Option<String>,
}

impl Server {
    /// Starts a server at a free port and waits for it to say where.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = command(&["serve", "--json", "--listen", "127.0.0.1:0", "--log", "warn"]);
        let mut child = command
            .args(["--requests-per-minute", "unlimited"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Ok(said) = serde_json::from_str::<Value>(&line) else {
            let mut complaint = String::new();
            child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
            panic!("the server did not start: {complaint}");
        };
        let text = |name: &str| said[name].as_str().map(str::to_owned);
        Self {
            child,
            url: text("url").unwrap(),
            listen: text("listen").unwrap(),
            first_run_link: text("firstRunLink"),
        }
    }

    /// Asks the server to end, as a service manager does, and waits for it.
    pub(crate) fn stop(mut self) -> i32 {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap().code().expect("ends by itself")
    }

    /// Ends the server as a power cut would: no signal handler runs.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

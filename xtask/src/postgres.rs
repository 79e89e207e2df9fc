//! A PostgreSQL server of our own: made in a temporary folder, gone when dropped.

use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use crate::steps::quietly;

/// The oldest version that Keyward supports.
const OLDEST_VERSION: u32 = 15;
/// The superuser of the cluster, and the owner of what the tests create.
const OWNER: &str = "keyward";
/// How the folder is called, so that a run that was killed can be swept up by the next.
const FOLDER_PREFIX: &str = "keyward-postgres-";
/// Every test process has a pool, and several run at once.
const MAX_CONNECTIONS: &str = "max_connections=200";
/// The server is asked this often whether it is ready, and given up after `READY_TRIES`.
const READY_EVERY: Duration = Duration::from_millis(100);
const READY_TRIES: u32 = 600;

/// Settings for a cluster that is thrown away: commits need not survive a power cut.
pub(crate) const THROWAWAY: &[&str] =
    &["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// A running server; dropping it stops the server and removes its folder.
pub(crate) struct Cluster {
    server: Child,
    folder: PathBuf,
    port: u16,
    password: String,
}

impl Cluster {
    /// Makes a cluster (C locale, UTF-8) and starts it on a free loopback port, with `settings`
    /// (`name=value`) beside the ones every cluster of ours has.
    ///
    /// As root everything runs as the user `postgres`, because PostgreSQL refuses root. The
    /// password keeps other people on a shared machine from using the server to run programs as us.
    pub(crate) fn start(settings: &[&str]) -> Result<Self> {
        let programs = programs().context("there is no PostgreSQL here: install it")?;
        sweep();
        let folder = create_folder()?;
        let made = make(&programs, &folder).and_then(|password| {
            let port = free_port()?;
            let server = spawn(&programs, &folder, port, settings)?;
            Ok(Self { server, folder: folder.clone(), port, password })
        });
        let mut cluster = made.inspect_err(|_| remove(&folder))?;
        cluster.wait_until_ready(&programs)?;
        Ok(cluster)
    }

    /// How to reach the maintenance database; each test creates a database of its own from there.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{OWNER}:{}@127.0.0.1:{}/postgres", self.password, self.port)
    }

    fn wait_until_ready(&mut self, programs: &Path) -> Result<()> {
        for _ in 0..READY_TRIES {
            if let Some(status) = self.server.try_wait()? {
                bail!("postgres ended with {status}:\n{}", self.log());
            }
            let mut ready = Command::new(programs.join("pg_isready"));
            ready.args(["--quiet", "--host", "127.0.0.1", "--port", &self.port.to_string()]);
            if ready.status()?.success() {
                return Ok(());
            }
            pause();
        }
        bail!("postgres is not ready after a minute:\n{}", self.log());
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // An immediate stop: nobody needs the data. Not SIGKILL, which would leave the server's
        // shared memory behind.
        let process = self.server.id().to_string();
        let stopped = quietly(Command::new("kill").args(["-QUIT", &process]))
            .and_then(|_| Ok(self.server.wait()?));
        if let Err(error) = stopped {
            println!("postgres did not stop: {error:#}");
        }
        remove(&self.folder);
    }
}

/// Where `initdb` and `postgres` lie: on the PATH, or where Debian keeps them, newest first.
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
        .filter(|(version, _)| *version >= OLDEST_VERSION)
        .map(|(version, path)| (version, path.join("bin")))
        .collect();
    debian.sort();
    let debian = debian.into_iter().rev().map(|(_, path)| path);
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&on_path).chain(debian);
    folders.find(|folder| {
        ["initdb", "postgres", "pg_isready"].iter().all(|name| folder.join(name).is_file())
    })
}

/// Fills the folder with an empty cluster and returns the owner's password.
fn make(programs: &Path, folder: &Path) -> Result<String> {
    let password = random_hex()?;
    let password_file = folder.join("password");
    std::fs::write(&password_file, &password)?;
    hand_over(&password_file)?;
    let mut initdb = unprivileged(&programs.join("initdb"))?;
    initdb.args(["--no-sync", "--no-instructions", "--locale=C", "--encoding=UTF8"]);
    initdb.args(["--auth=scram-sha-256", "--username", OWNER, "--pwfile"]);
    initdb.arg(&password_file).arg("--pgdata").arg(folder.join("data"));
    quietly(initdb.current_dir(folder))?;
    Ok(password)
}

fn spawn(programs: &Path, folder: &Path, port: u16, settings: &[&str]) -> Result<Child> {
    let mut postgres = unprivileged(&programs.join("postgres"))?;
    postgres.arg("-D").arg(folder.join("data"));
    let port = format!("port={port}");
    let ours = [&port, "listen_addresses=127.0.0.1", "unix_socket_directories=", MAX_CONNECTIONS];
    for setting in ours.iter().chain(settings) {
        postgres.args(["-c", setting]);
    }
    let log = std::fs::File::create(folder.join("log"))?;
    postgres.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    postgres.spawn().context("cannot start postgres")
}

/// The command, as the user `postgres` if we are root, and told to stop when we die (Linux):
/// a killed or interrupted run leaves no server behind.
fn unprivileged(program: &Path) -> Result<Command> {
    if !Path::new("/usr/bin/setpriv").exists() {
        ensure!(!is_root()?, "postgres does not run as root: install util-linux for setpriv");
        return Ok(Command::new(program));
    }
    let mut command = Command::new("/usr/bin/setpriv");
    if is_root()? {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command.args(["--pdeathsig", "QUIT", "--"]).arg(program);
    Ok(command)
}

/// Gives a file or folder to the user that the server runs as.
fn hand_over(path: &Path) -> Result<()> {
    if is_root()? {
        quietly(Command::new("chown").arg("postgres:postgres").arg(path))?;
    }
    Ok(())
}

pub(crate) fn is_root() -> Result<bool> {
    Ok(quietly(Command::new("id").arg("-u"))?.trim() == "0")
}

/// A folder that nobody else can have made in advance: `create_dir` fails if it is there.
fn create_folder() -> Result<PathBuf> {
    let name = format!("{FOLDER_PREFIX}{}-{}", std::process::id(), random_hex()?);
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    hand_over(&folder)?;
    Ok(folder)
}

/// Removes the folders of earlier runs whose process is gone.
fn sweep() {
    let entries = std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(FOLDER_PREFIX)) else {
            continue;
        };
        let process = rest.split('-').next().unwrap_or_default();
        // Where there is no /proc, nobody can tell: then nothing is removed.
        if Path::new("/proc/self").exists() && !Path::new("/proc").join(process).exists() {
            remove(&entry.path());
        }
    }
}

fn remove(folder: &Path) {
    if let Err(error) = std::fs::remove_dir_all(folder) {
        println!("cannot remove {}: {error}", folder.display());
    }
}

/// A port that was free a moment ago: the system does not hand it out again at once.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// 128 random bits in hexadecimal.
fn random_hex() -> Result<String> {
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(data_encoding::HEXLOWER.encode(&bytes))
}

#[expect(clippy::disallowed_methods, reason = "another program's start has no clock to move")]
fn pause() {
    std::thread::sleep(READY_EVERY);
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn a_cluster_answers_while_it_is_held_and_leaves_nothing_behind() {
        let cluster = Cluster::start(THROWAWAY).unwrap();
        let (folder, port) = (cluster.folder.clone(), cluster.port);
        assert!(folder.join("data/PG_VERSION").exists());
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        drop(cluster);
        assert!(!folder.exists());
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap_err();
    }

    #[test]
    fn two_passwords_are_never_the_same() {
        let (one, other) = (random_hex().unwrap(), random_hex().unwrap());
        assert_eq!(one.len(), 32);
        assert_ne!(one, other);
    }
}

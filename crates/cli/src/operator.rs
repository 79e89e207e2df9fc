//! Work on the server's own data from the command line, through the server's own operations.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use identity::access::Caller;
use identity::change::Organisation;
use server::operations::organisation;
use server::{App, Clock, Error, RequestInfo, Settings, StartError};
use store::{Location, Options, Store};
use tokio::runtime::Runtime;

use crate::config::{Config, WrongSetting};
use crate::failure::{Refused, WrongInput};
use crate::logging;
use crate::output::Audience;

/// The file of the embedded database in the data folder.
const DATABASE_FILE: &str = "keyward.db";
/// What the port is taken for where nobody listens and no public URL is set.
const USUAL_PORT: u16 = 8080;

/// An operator with the data open.
#[derive(Debug)]
pub(crate) struct Operator {
    // before the runtime, so that it is dropped before it
    pub(crate) app: App,
    pub(crate) audience: Audience,
    /// Who asks.
    pub(crate) caller: Caller,
    /// What the operator's entries in the log are tied together by.
    pub(crate) request: RequestInfo,
    runtime: Runtime,
}

impl Operator {
    /// Opens data that is there already.
    pub(crate) fn open(config: &Config, audience: Audience) -> Result<Self> {
        expect_data(config)?;
        Self::open_or_create(config, audience)
    }

    /// Opens data, made if missing.
    pub(crate) fn open_or_create(config: &Config, audience: Audience) -> Result<Self> {
        logging::start(config, "warn")?;
        let port = if config.listen.port() == 0 { USUAL_PORT } else { config.listen.port() };
        let app = open_app(config, port)?;
        let request = RequestInfo::operator(&app);
        Ok(Self { app, audience, caller: Caller::Operator, request, runtime: runtime()? })
    }

    /// Runs one operation; its refusal and its errors become ours.
    pub(crate) fn run<T>(&self, operation: impl Future<Output = Result<T, Error>>) -> Result<T> {
        self.runtime.block_on(operation).map_err(explained)
    }

    /// The organisation, once it is set up.
    pub(crate) fn organisation_if_any(&self) -> Result<Option<Organisation>> {
        self.run(organisation::current(&self.app))
    }

    /// The organisation, which most commands need.
    pub(crate) fn organisation(&self) -> Result<Organisation> {
        self.organisation_if_any()?.ok_or_else(|| {
            anyhow!(
                "there is no organisation yet: open the first-run link that keyward serve prints, \
                 or run keyward init or keyward demo"
            )
        })
    }
}

/// Opens the server's state; browsers reach it at `port` if no public URL is set.
pub(crate) fn open_app(config: &Config, port: u16) -> Result<App> {
    let settings = Settings {
        location: location(config)?,
        public_url: config.public_url_at(port)?,
        limits: config.limits,
        counter_reaction: config.counter_reaction,
        impact_confirmation: config.impact_confirmation,
        request_budget: config.request_budget,
        clock: Clock::system(),
    };
    App::open(settings).map_err(|error| match error {
        StartError::Setting { .. } => WrongSetting(error.to_string()).into(),
        StartError::Keys(_) | StartError::Store(_) => {
            anyhow::Error::from(error).context(opening(config))
        }
    })
}

/// Opens data that is there already, without the server's state around it.
pub(crate) fn open_store(config: &Config) -> Result<Store> {
    logging::start(config, "warn")?;
    expect_data(config)?;
    Store::open(&location(config)?, Options::default()).with_context(|| opening(config))
}

/// Only commands that make data may start without any: a misspelt folder is not a new server.
fn expect_data(config: &Config) -> Result<()> {
    if config.database_url.is_some() || config.data.join(DATABASE_FILE).exists() {
        return Ok(());
    }
    Err(anyhow!(
        "there is no Keyward data in {}: start the server there first, or name another folder \
         with --data",
        config.data.display()
    ))
}

fn opening(config: &Config) -> String {
    match &config.database_url {
        Some(url) => format!("cannot open the database at {url}"),
        None => format!("cannot open the database in {}", config.data.display()),
    }
}

/// The runtime that operations run on. PostgreSQL needs several threads: reads block one.
pub(crate) fn runtime() -> Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the threads of the server")
}

fn location(config: &Config) -> Result<Location> {
    if let Some(url) = &config.database_url {
        return Ok(Location::Postgres(url.expose().to_owned()));
    }
    let file = config.data.join(DATABASE_FILE);
    create_folder(&config.data).and_then(|()| create_file(&file)).with_context(|| {
        let folder = config.data.display();
        format!("cannot use the data folder {folder}: make it writable or name another with --data")
    })?;
    Ok(Location::Sqlite(file))
}

/// Makes the folder for our eyes only: it holds the server's keys.
fn create_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Makes the database's file for our eyes only, wherever it lies; an empty one is an empty
/// database, and the files that SQLite puts beside it get the same permissions.
fn create_file(file: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create(true).truncate(false).open(file).map(drop)
}

/// The server's error in the words of the command line, with its exit code.
pub(crate) fn explained(error: Error) -> anyhow::Error {
    match error {
        Error::Refused(refusal) => Refused(refusal).into(),
        Error::BadRequest { property: Some(property), problem } => {
            WrongInput(format!("{property}: {problem}")).into()
        }
        Error::BadRequest { property: None, problem } => WrongInput(problem).into(),
        Error::Unavailable { .. } => {
            anyhow!(
                "the database is out of reach, full or too busy: nothing was changed, try again"
            )
        }
        Error::Unauthenticated(_)
        | Error::Forged
        | Error::Misdirected
        | Error::UnknownPath
        | Error::MethodNotAllowed
        | Error::TooLarge
        | Error::UnsupportedMediaType
        | Error::Throttled { .. }
        | Error::Internal(_) => anyhow!("{error} ({})", error.code()),
    }
}

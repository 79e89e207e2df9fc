//! Flags, environment and file become one checked [`Config`]: the only place that reads them.

mod file;
mod setting;
mod value;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use identity::Limits;
use identity::registration::CounterReaction;
use server::{ImpactConfirmation, RequestBudget};
use webauthn::Origin;

pub(crate) use setting::{SETTINGS, Setting};
pub(crate) use value::{DatabaseUrl, LogFormat};

/// Milliseconds in a minute.
const MINUTE_MS: i64 = 60_000;

/// The file looked for in the data folder when none is named.
const FILE_NAME: &str = "keyward.toml";

/// Everything that can be set, checked.
#[derive(Debug)]
pub(crate) struct Config {
    /// The folder of the embedded database.
    pub(crate) data: PathBuf,
    /// A PostgreSQL database to use in place of the embedded one.
    pub(crate) database_url: Option<DatabaseUrl>,
    /// Where the server listens.
    pub(crate) listen: SocketAddr,
    /// What browsers call the server; none for `http://localhost` and the port listened on.
    pub(crate) public_url: Option<Origin>,
    /// How log lines look.
    pub(crate) log_format: LogFormat,
    /// Which log lines are written, in the directives of `tracing`; none for the usual ones.
    pub(crate) log: Option<String>,
    /// Whether policy changes that stop passkeys in use must be confirmed (S50).
    pub(crate) impact_confirmation: ImpactConfirmation,
    /// What happens when an authenticator's counter goes back (S112).
    pub(crate) counter_reaction: CounterReaction,
    /// How many requests one address may send to the routes that strangers use.
    pub(crate) request_budget: RequestBudget,
    /// Limits, with those set that can be set.
    pub(crate) limits: Limits,
}

/// What was said on the command line: the text of a setting by its key.
pub(crate) type Given = BTreeMap<&'static str, OsString>;

/// A setting that is wrong: exit code 2.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WrongSetting(pub(crate) String);

impl fmt::Display for WrongSetting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for WrongSetting {}

/// The environment's share of the settings, by key.
pub(crate) fn environment() -> Given {
    let read = |setting: &Setting| Some((setting.key, std::env::var_os(setting.variable())?));
    SETTINGS.iter().filter_map(read).collect()
}

impl Config {
    /// Settles every setting: the command line wins over the environment, that over the file, that
    /// over the default.
    ///
    /// # Errors
    /// The first setting that is wrong, with where it came from.
    pub(crate) fn resolve(flags: &Given, environment: &Given) -> Result<Self, WrongSetting> {
        let mut sources = Sources { flags, environment, file: None };
        if let Some(named) = sources.find("config")? {
            let path = PathBuf::from(&named.text);
            let text = file::read(&path).map_err(|problem| named.wrong(problem))?;
            sources.file = Some(file::parse(&path, &text)?);
            return Self::settle(&sources);
        }
        let path = Path::new(&sources.text("data")?.text).join(FILE_NAME);
        if let Some(text) = file::read_if_there(&path)? {
            let parsed = file::parse(&path, &text)?;
            if parsed.values.contains_key("data") {
                let path = path.display();
                return Err(WrongSetting(format!(
                    "data in {path}: the file lies in the data folder, so it cannot name another \
                     one: use --data or KEYWARD_DATA"
                )));
            }
            sources.file = Some(parsed);
        }
        Self::settle(&sources)
    }

    fn settle(sources: &Sources<'_>) -> Result<Self, WrongSetting> {
        let defaults = Limits::default();
        let fresh: i64 = sources.read("fresh-sign-in-minutes", value::whole_number)?;
        let passkeys: usize = sources.read("passkey-limit", value::whole_number)?;
        let limits = Limits {
            fresh_mfa_ms: fresh.saturating_mul(MINUTE_MS),
            passkeys_per_user: passkeys,
            ..defaults
        };
        Ok(Self {
            data: PathBuf::from(sources.text("data")?.text),
            database_url: sources.read_if_given("database-url", value::database_url)?,
            listen: sources.read("listen", value::address)?,
            public_url: sources.read_if_given("public-url", value::public_url)?,
            log_format: sources.read("log-format", value::log_format)?,
            log: sources.read_if_given("log", value::log_filter)?,
            impact_confirmation: sources.read("impact-confirmation", value::confirmation)?,
            counter_reaction: sources.read("counter-reaction", value::counter_reaction)?,
            request_budget: sources.read("requests-per-minute", value::request_budget)?,
            limits,
        })
    }

    /// What browsers call the server when it listens on `port`.
    pub(crate) fn public_url_at(&self, port: u16) -> Result<Origin, WrongSetting> {
        if let Some(url) = &self.public_url {
            return Ok(url.clone());
        }
        let url = if port == 80 {
            "http://localhost".to_owned()
        } else {
            format!("http://localhost:{port}")
        };
        url.parse().map_err(|_| WrongSetting(format!("public-url: {url} is not a web address")))
    }
}

/// All places that a setting can come from, strongest first.
struct Sources<'a> {
    flags: &'a Given,
    environment: &'a Given,
    file: Option<file::File>,
}

/// A setting's text and where it came from.
struct Found {
    text: String,
    from: String,
}

impl Found {
    fn wrong(&self, problem: impl fmt::Display) -> WrongSetting {
        WrongSetting(format!("{}: {problem}", self.from))
    }
}

impl Sources<'_> {
    /// The text of a setting, from the strongest place that has it.
    fn find(&self, key: &'static str) -> Result<Option<Found>, WrongSetting> {
        let setting = setting::named(key);
        let said = [
            (self.flags.get(key), setting.flag()),
            (self.environment.get(key), setting.variable()),
        ];
        for (text, from) in said {
            if let Some(text) = text {
                let Some(text) = text.to_str() else {
                    return Err(WrongSetting(format!("{from}: is not valid UTF-8")));
                };
                return Ok(Some(Found { text: text.to_owned(), from }));
            }
        }
        let Some(file) = &self.file else { return Ok(None) };
        Ok(file.values.get(key).map(|text| Found {
            text: text.clone(),
            from: format!("{} in {}", setting.file_key(), file.path.display()),
        }))
    }

    /// The text of a setting that has a default.
    fn text(&self, key: &'static str) -> Result<Found, WrongSetting> {
        let default = || Found {
            text: setting::named(key).default.to_owned(),
            from: format!("the default of {key}"),
        };
        Ok(self.find(key)?.unwrap_or_else(default))
    }

    fn read<T>(&self, key: &'static str, read: Reader<T>) -> Result<T, WrongSetting> {
        let found = self.text(key)?;
        read(&found.text).map_err(|problem| found.wrong(problem))
    }

    fn read_if_given<T>(
        &self,
        key: &'static str,
        read: Reader<T>,
    ) -> Result<Option<T>, WrongSetting> {
        let Some(found) = self.find(key)? else { return Ok(None) };
        read(&found.text).map(Some).map_err(|problem| found.wrong(problem))
    }
}

/// Reads a setting's text; the error says what was expected, and never repeats a secret.
type Reader<T> = fn(&str) -> Result<T, String>;

#[cfg(test)]
mod tests;

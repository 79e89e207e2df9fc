//! What each setting's text may be.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr as _;

use identity::registration::CounterReaction;
use server::{ImpactConfirmation, RequestBudget};
use tracing_subscriber::EnvFilter;
use webauthn::Origin;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The address of a PostgreSQL database. Usually holds a password, so it prints without one.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The whole of it, for the store.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DatabaseUrl {
    /// Host and database only: passwords stand before the `@` or in the query.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("postgres", ""));
        let place = rest.split('?').next().unwrap_or_default();
        let place = place.rsplit('@').next().unwrap_or_default();
        write!(formatter, "{scheme}://{place}")
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DatabaseUrl({self})")
    }
}

pub(super) fn database_url(text: &str) -> Result<DatabaseUrl, String> {
    // What was given is not repeated: it may be a password.
    let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"));
    match rest {
        Some(rest) if !rest.is_empty() => Ok(DatabaseUrl(text.to_owned())),
        Some(_) | None => {
            Err("must begin with postgres:// and name a host and a database".to_owned())
        }
    }
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!("{text:?} is not an address with a port: write for example 127.0.0.1:8080")
    })
}

pub(super) fn public_url(text: &str) -> Result<Origin, String> {
    let bare = text.strip_suffix('/').unwrap_or(text);
    // Browsers leave the usual port out of the origin that they sign.
    let bare = match bare.strip_suffix(":443").filter(|bare| bare.starts_with("https://")) {
        Some(bare) => bare,
        None => bare.strip_suffix(":80").filter(|b| b.starts_with("http://")).unwrap_or(bare),
    };
    let not_one = || {
        format!(
            "{text:?} is not a web address: write scheme, host and port only, in lower case, for \
             example https://id.example.org"
        )
    };
    let origin = Origin::from_str(bare).map_err(|_| not_one())?;
    let host = origin.host().ok_or_else(not_one)?;
    if host.parse::<IpAddr>().is_ok() {
        return Err(format!(
            "{host} is a number, and passkeys are bound to names: use a host name, or \
             http://localhost"
        ));
    }
    if !origin.is_https() && host != "localhost" && !host.ends_with(".localhost") {
        return Err(format!(
            "browsers offer passkeys only over https, except at localhost: use https://{host}"
        ));
    }
    Ok(origin)
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("{text:?} is neither text nor json")),
    }
}

pub(super) fn log_filter(text: &str) -> Result<String, String> {
    const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];
    let wrong = || format!("{text:?} is not a log filter: write one of {}", LEVELS.join(", "));
    // A lone word is taken for the name of a module, so a misspelt level would log nothing.
    let is_clear = |part: &str| part.contains(['=', '[']) || LEVELS.contains(&part);
    if !text.split(',').all(|part| is_clear(part.trim())) {
        return Err(wrong());
    }
    EnvFilter::builder().parse(text).map(|_| text.to_owned()).map_err(|_| wrong())
}

pub(super) fn confirmation(text: &str) -> Result<ImpactConfirmation, String> {
    match text {
        "off" => Ok(ImpactConfirmation::Off),
        "required" => Ok(ImpactConfirmation::Required),
        _ => Err(format!("{text:?} is neither off nor required")),
    }
}

pub(super) fn counter_reaction(text: &str) -> Result<CounterReaction, String> {
    match text {
        "refuse" => Ok(CounterReaction::Refuse),
        "report" => Ok(CounterReaction::Report),
        _ => Err(format!("{text:?} is neither refuse nor report")),
    }
}

pub(super) fn request_budget(text: &str) -> Result<RequestBudget, String> {
    if text == "unlimited" {
        return Ok(RequestBudget::Unlimited);
    }
    match text.parse() {
        Ok(number @ 1..=1_000_000) => Ok(RequestBudget::PerMinute(number)),
        Ok(_) | Err(_) => {
            Err(format!("{text:?} is neither unlimited nor a whole number from 1 to 1000000"))
        }
    }
}

/// A number from 1 to 10000: nobody needs more, and none would shut everybody out.
pub(super) fn whole_number<T: TryFrom<u16>>(text: &str) -> Result<T, String> {
    let wrong = || format!("{text:?} is not a whole number from 1 to 10000");
    let number: u16 = text.parse().map_err(|_| wrong())?;
    if !(1..=10_000).contains(&number) {
        return Err(wrong());
    }
    T::try_from(number).map_err(|_| wrong())
}

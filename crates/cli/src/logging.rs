//! Log lines on standard error, as text or as JSON.

use std::io::IsTerminal as _;

use anyhow::{Result, anyhow};
use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Starts logging; `usual` is the filter if none is set.
pub(crate) fn start(config: &Config, usual: &str) -> Result<()> {
    let filter = EnvFilter::builder().parse(config.log.as_deref().unwrap_or(usual))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match config.log_format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| anyhow!("cannot log: {error}"))
}

//! `keyward backup`, `keyward check` and `keyward version`.

use std::io::IsTerminal as _;
#[cfg(unix)]
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Map, Value, json};

use crate::command::Backup;
use crate::config::Config;
use crate::operator::open_store;
use crate::output::{self, Align, Audience};

/// Copies everything of one moment to a new file.
pub(crate) fn backup(config: &Config, audience: Audience, backup: &Backup) -> Result<()> {
    let file = &backup.file;
    let place = file.display();
    // Asked here too, so that nothing is opened for nothing.
    if file.exists() {
        return Err(anyhow!("{place} exists already: name another file"));
    }
    let store = open_store(config)?;
    let waiting = spinner("copying");
    let copied = store.backup(file);
    waiting.finish_and_clear();
    copied.with_context(|| format!("cannot back up to {place}"))?;
    #[cfg(unix)]
    for_owner_only(file).with_context(|| format!("cannot protect {place}"))?;
    let bytes = file.metadata().with_context(|| format!("cannot look at {place}"))?.len();
    let json = json!({ "file": place.to_string(), "bytes": bytes });
    audience.show(&json, &format!("backed up to {place}, {bytes} bytes"))
}

/// A backup holds the server's keys, as the data does.
#[cfg(unix)]
fn for_owner_only(file: &Path) -> std::io::Result<()> {
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(file, permissions)
}

/// Checks the data, and fails if it is damaged.
pub(crate) fn check(config: &Config, audience: Audience) -> Result<()> {
    let store = open_store(config)?;
    let waiting = spinner("checking");
    let report = store.check();
    waiting.finish_and_clear();
    let report = report.context("cannot check the data")?;
    let rows: Map<String, Value> =
        report.rows.iter().map(|(table, rows)| ((*table).to_owned(), json!(rows))).collect();
    let is_whole = report.problems.is_empty();
    let json = json!({ "isWhole": is_whole, "rows": rows, "problems": report.problems });
    let lines: Vec<Vec<String>> = report
        .rows
        .iter()
        .map(|(table, rows)| vec![(*table).to_owned(), rows.to_string()])
        .collect();
    let mut words = output::table(&[("table", Align::Left), ("rows", Align::Right)], &lines);
    for problem in &report.problems {
        words.push_str(&format!("damaged: {problem}\n"));
    }
    if is_whole {
        words.push_str("the data is whole\n");
    }
    audience.show(&json, &words)?;
    if is_whole {
        return Ok(());
    }
    Err(anyhow!("the data is damaged, as said above: restore a backup"))
}

/// Says which version this is.
pub(crate) fn version(audience: Audience) -> Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    audience.show(&json!({ "version": version }), &format!("keyward {version}"))
}

/// Shows on a terminal that something is going on; nothing in a pipe.
fn spinner(what: &'static str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}");
    let spinner = ProgressBar::new_spinner()
        .with_message(what)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    spinner.enable_steady_tick(Duration::from_millis(120));
    spinner
}

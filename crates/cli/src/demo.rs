//! `keyward demo`: an invented organisation with real passkeys, the same for the same seed.

mod cast;
mod chance;
mod history;
mod models;
mod passkeys;

use std::io::IsTerminal as _;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anyhow::{Context as _, Result, anyhow};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use store::Store;

use crate::command::Demo;
use crate::config::Config;
use crate::failure::WrongInput;
use crate::operator::Operator;
use crate::output::{Audience, count, fields};
use chance::Chance;
use history::{Plan, Standing};

/// People of one commit. Each person touches pages all over the indexes, so a large commit writes
/// far fewer of them; small enough to be held in memory a few times over.
const BATCH: u64 = 4000;

/// Fills an empty server.
pub(crate) fn run(config: &Config, audience: Audience, demo: &Demo) -> Result<()> {
    let limit = config.limits.passkeys_per_user;
    if usize::try_from(demo.passkeys_per_user)? > limit {
        let problem = format!("--passkeys-per-user: at most {limit}, the setting --passkey-limit");
        return Err(WrongInput(problem).into());
    }
    let operator = Operator::open_or_create(config, audience)?;
    if operator.organisation_if_any()?.is_some() {
        return Err(anyhow!(
            "there is an organisation already, and the demo needs an empty server: name another \
             folder with --data"
        ));
    }
    let plan = Plan {
        chance: Chance::new(demo.seed),
        passkeys_per_user: demo.passkeys_per_user,
        terms: operator.app.terms().clone(),
        now: operator.app.now(),
    };
    let users = u64::from(demo.users);
    fill(operator.app.store(), &plan, users)?;
    let equipped = (0..users).filter(|user| Standing::of(*user) == Standing::Equipped).count();
    let passkeys = u64::try_from(equipped)?.saturating_mul(u64::from(demo.passkeys_per_user));
    let administrator = format!("{}@{}", cast::PersonName::of(plan.chance, 0).local, cast::DOMAIN);
    let tenant = plan.tenant().to_string();
    let json = json!({
        "tenantId": tenant,
        "displayName": cast::ORGANISATION,
        "domain": cast::DOMAIN,
        "administrator": administrator,
        "users": users,
        "passkeys": passkeys,
        "seed": demo.seed,
    });
    let mut words = fields(&[
        ("organisation", cast::ORGANISATION),
        ("tenantId", &tenant),
        ("people", &count(users, "person", "people")),
        ("passkeys", &count(passkeys, "passkey", "passkeys")),
        ("administrator", &administrator),
    ]);
    words.push_str(&format!("\nTo sign in: keyward pass issue {administrator}\n"));
    audience.show(&json, &words)
}

/// Invents on all cores; the store writes meanwhile, several batches in one commit.
fn fill(store: &Store, plan: &Plan, users: u64) -> Result<()> {
    store.commit_and_wait(plan.foundation()?).context("cannot write the organisation")?;
    let next = AtomicU64::new(0);
    let is_over = AtomicBool::new(false);
    let progress = progress(users);
    let work = || -> Result<()> {
        while !is_over.load(Ordering::Relaxed) {
            let first = next.fetch_add(BATCH, Ordering::Relaxed);
            if first >= users {
                break;
            }
            let last = std::cmp::min(first.saturating_add(BATCH), users);
            store
                .commit_and_wait(plan.people(first..last)?)
                .with_context(|| format!("cannot write people {first} to {last}"))?;
            progress.inc(last.saturating_sub(first));
        }
        Ok(())
    };
    // One more than cores, so that nobody idles while a batch is being written.
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get).saturating_add(1);
    let result = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers)
            .map(|_| scope.spawn(|| work().inspect_err(|_| is_over.store(true, Ordering::Relaxed))))
            .collect();
        let results = threads.into_iter().map(|thread| {
            thread.join().unwrap_or_else(|_| Err(anyhow!("a worker ended unexpectedly")))
        });
        // All of them are joined before the first error counts.
        results.collect::<Vec<_>>().into_iter().collect::<Result<()>>()
    });
    progress.finish_and_clear();
    result
}

/// A bar on a terminal, nothing in a pipe.
fn progress(users: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(Some(users), ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} people, {eta} left");
    ProgressBar::new(users).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

#[cfg(test)]
mod tests;

//! `keyward policy …`: shows the passkey policy, says what a change would do, and makes it.

mod report;

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use identity::administration::PolicyChange;
use server::operations::policy;
use server::{fido2_json, fido2_patch, impact_json};

use crate::command::{PolicyApply, PolicyPreview};
use crate::config::Config;
use crate::failure::{Refused, WrongInput};
use crate::operator::{Operator, explained};
use crate::output::{Audience, print};

/// Prints the policy as the API does: for people too, because it is what they edit.
pub(crate) fn show(config: &Config, audience: Audience) -> Result<()> {
    let operator = Operator::open(config, audience)?;
    operator.organisation()?;
    let current = operator.run(policy::fido2(&operator.app, &operator.caller))?;
    print(&format!("{:#}", fido2_json(&current.value)))
}

/// Says what a change would do, and whether it would be refused.
pub(crate) fn preview(config: &Config, audience: Audience, asked: &PolicyPreview) -> Result<()> {
    let change = read(&asked.file)?;
    let operator = Operator::open(config, audience)?;
    operator.organisation()?;
    let preview = policy::preview(&operator.app, &operator.caller, change, &operator.request);
    let impact = operator.run(preview)?;
    audience.show(&impact_json(&impact), &report::words(&impact))?;
    match impact.refusal {
        Some(refusal) => {
            Err(anyhow::Error::from(Refused(refusal)).context("the change would be refused"))
        }
        None => Ok(()),
    }
}

/// Makes a change.
pub(crate) fn apply(config: &Config, audience: Audience, asked: &PolicyApply) -> Result<()> {
    let change = read(&asked.file)?;
    let operator = Operator::open(config, audience)?;
    operator.organisation()?;
    let (app, request) = (&operator.app, &operator.request);
    let changed = operator.run(policy::change_fido2(
        app,
        &operator.caller,
        change,
        None,
        asked.confirm,
        request,
    ))?;
    audience.show(&fido2_json(&changed.value), "the policy is changed")
}

/// The change that a file describes; `-` is standard input.
fn read(file: &Path) -> Result<PolicyChange> {
    let place = file.display();
    let mut bytes = Vec::new();
    let limit = u64::try_from(server::BODY_MAX)?.saturating_add(1);
    let result = if file == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    result.map_err(|error| WrongInput(format!("cannot read {place}: {error}")))?;
    if bytes.len() > server::BODY_MAX {
        let problem = format!("{place} is larger than {} bytes", server::BODY_MAX);
        return Err(WrongInput(problem).into());
    }
    let patch = fido2_patch(&bytes).map_err(explained).with_context(|| format!("{place}"))?;
    Ok(PolicyChange::Patch(Box::new(patch)))
}

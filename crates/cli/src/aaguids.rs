//! `keyward aaguids`: which authenticators are in use, by model or by passkey.

mod destination;
mod models;
mod passkeys;

use anyhow::Result;

use crate::command::{Aaguids, Format};
use crate::config::Config;
use crate::operator::Operator;
use crate::output::Audience;
use destination::Destination;

/// Writes the report. A file is replaced as a whole when the report is complete (S141).
pub(crate) fn run(config: &Config, audience: Audience, asked: &Aaguids) -> Result<()> {
    let operator = Operator::open(config, audience)?;
    operator.organisation()?;
    let format = match audience {
        Audience::Programs => Format::Json,
        Audience::People => asked.format,
    };
    let destination = Destination::open(asked.output.as_deref())?;
    if asked.passkeys || asked.all_users {
        return passkeys::write(&operator, destination, format, asked.all_users);
    }
    models::write(&operator, destination, format)
}

/// What stands for a model that the catalogue does not know.
pub(crate) fn model_name(model: Option<&str>, is_hidden: bool) -> &str {
    match (model, is_hidden) {
        (Some(name), _) => name,
        (None, true) => "(hidden)",
        (None, false) => "(unknown)",
    }
}

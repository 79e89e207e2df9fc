//! `keyward aaguids`: which authenticators are in use, by model or by passkey.

mod destination;
mod models;
mod passkeys;

use anyhow::Result;
use webauthn::Timestamp;

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

/// A cell of comma-separated values (RFC 4180 §2).
///
/// A cell that a spreadsheet would take for a formula gets an apostrophe: names are chosen by
/// people, and the file is opened by administrators.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

/// A line of comma-separated values.
fn csv_line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(cell).collect();
    format!("{}\r\n", cells.join(","))
}

/// A moment as programs read it (RFC 3339).
fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(|_| String::new(), |at| at.to_string())
}

/// What stands for a model that the catalogue does not know.
fn model_name(model: Option<&str>, is_hidden: bool) -> &str {
    match (model, is_hidden) {
        (Some(name), _) => name,
        (None, true) => "(hidden)",
        (None, false) => "(unknown)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be_and_never_formulas() {
        assert_eq!(csv_line(["a", "b c"]), "a,b c\r\n");
        assert_eq!(csv_line(["a,b", "say \"hi\""]), "\"a,b\",\"say \"\"hi\"\"\"\r\n");
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(cell("@x"), "'@x");
    }

    #[test]
    fn moments_are_in_universal_time() {
        assert_eq!(moment(Timestamp(0)), "1970-01-01T00:00:00Z");
    }
}

//! The inventory: each model once, with today's verdict (S139).

use anyhow::Result;
use serde_json::{Value, json};
use server::export::{csv_line, moment};
use server::operations::reports::{self, InventoryLineView};

use super::destination::Destination;
use super::model_name;
use crate::command::Format;
use crate::operator::Operator;
use crate::output::{Align, table};

const HEADING: [(&str, Align); 6] = [
    ("AAGUID", Align::Left),
    ("model", Align::Left),
    ("passkeys", Align::Right),
    ("people", Align::Right),
    ("last use", Align::Left),
    ("today's policy", Align::Left),
];

/// Writes the inventory.
pub(super) fn write(
    operator: &Operator,
    mut destination: Destination,
    format: Format,
) -> Result<()> {
    let lines = operator.run(reports::inventory(&operator.app, &operator.caller))?;
    let text = match format {
        Format::Table => {
            let rows: Vec<Vec<String>> = lines.iter().map(row).collect();
            table(&HEADING, &rows)
        }
        Format::Csv => csv(&lines),
        Format::Json => {
            let values: Vec<Value> = lines.iter().map(to_json).collect();
            format!("{:#}\n", Value::Array(values))
        }
    };
    destination.write(&text)?;
    destination.finish()
}

fn row(view: &InventoryLineView) -> Vec<String> {
    let count = &view.line.count;
    let day = |text: String| text.split('T').next().unwrap_or_default().to_owned();
    vec![
        count.aaguid.to_string(),
        model_name(view.model.as_deref(), count.aaguid.is_zero()).to_owned(),
        count.passkeys.to_string(),
        count.people.to_string(),
        count.last_used_at.map_or_else(|| "never".to_owned(), |at| day(moment(at))),
        verdict(view),
    ]
}

/// The verdict in words.
fn verdict(view: &InventoryLineView) -> String {
    let (usable, refused) = (view.line.usable, view.line.refused);
    let reason = view.line.rule.as_ref().map(|rule| format!(": {rule}")).unwrap_or_default();
    match (usable, refused) {
        (0, 0) => "held by disabled accounts only".to_owned(),
        (_, 0) => "allowed".to_owned(),
        (0, _) => format!("refused{reason}"),
        (usable, refused) => format!("{usable} allowed, {refused} refused{reason}"),
    }
}

fn csv(lines: &[InventoryLineView]) -> String {
    let heading = [
        "aaGuid",
        "model",
        "passkeys",
        "people",
        "lastUsedDateTime",
        "usablePasskeys",
        "refusedPasskeys",
        "reason",
    ];
    let mut text = csv_line(&heading);
    for view in lines {
        let line = &view.line;
        text.push_str(&csv_line(&[
            line.count.aaguid.to_string(),
            view.model.clone().unwrap_or_default(),
            line.count.passkeys.to_string(),
            line.count.people.to_string(),
            line.count.last_used_at.map(moment).unwrap_or_default(),
            line.usable.to_string(),
            line.refused.to_string(),
            line.rule.as_ref().map(ToString::to_string).unwrap_or_default(),
        ]));
    }
    text
}

fn to_json(view: &InventoryLineView) -> Value {
    let line = &view.line;
    json!({
        "aaGuid": line.count.aaguid.to_string(),
        "model": view.model,
        "passkeys": line.count.passkeys,
        "people": line.count.people,
        "lastUsedDateTime": line.count.last_used_at.map(moment),
        "usablePasskeys": line.usable,
        "refusedPasskeys": line.refused,
        "rule": line.rule.as_ref().map(|rule| rule.code()),
        "reason": line.rule.as_ref().map(ToString::to_string),
    })
}

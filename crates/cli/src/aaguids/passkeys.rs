//! The export: a line for each passkey, and on request for each person without one (S140, S141).

use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use identity::passkey::{AttestationLevel, PasskeyType};
use serde_json::{Value, json};
use server::operations::reports::{self, ExportRow};

use super::destination::Destination;
use super::{csv_line, model_name, moment};
use crate::command::Format;
use crate::operator::Operator;

const HEADING: [&str; 9] = [
    "userId",
    "userPrincipalName",
    "aaGuid",
    "model",
    "passkeyType",
    "attestationLevel",
    "displayName",
    "createdDateTime",
    "lastUsedDateTime",
];

/// Writes the export row by row as the database gives it, however long it is.
pub(super) fn write(
    operator: &Operator,
    destination: Destination,
    format: Format,
    people_without: bool,
) -> Result<()> {
    let mut export = Export { destination, format, rows: 0, failure: None };
    export.begin();
    // The rows come on another thread, which gives the export back when it is through.
    let shared = Arc::new(Mutex::new(Some(export)));
    let writing = Arc::clone(&shared);
    let sink = move |row: ExportRow| {
        let mut export = writing.lock().unwrap_or_else(PoisonError::into_inner);
        export.as_mut().map_or(ControlFlow::Break(()), |export| export.row(&row))
    };
    let caller = operator.caller();
    operator.run(reports::export(&operator.app, &caller, people_without, sink))?;
    let export = shared.lock().unwrap_or_else(PoisonError::into_inner).take();
    export.map_or(Ok(()), Export::finish)
}

struct Export {
    destination: Destination,
    format: Format,
    rows: u64,
    /// Why writing failed; nothing is written after it.
    failure: Option<io::Error>,
}

impl Export {
    fn begin(&mut self) {
        let heading = match self.format {
            Format::Table => table_line("user id", "AAGUID", "model", "sign-in name"),
            Format::Csv => csv_line(HEADING),
            Format::Json => "[".to_owned(),
        };
        self.write(&heading);
    }

    fn row(&mut self, row: &ExportRow) -> ControlFlow<()> {
        let text = match self.format {
            Format::Table => in_table(row),
            Format::Csv => csv(row),
            Format::Json => {
                let separator = if self.rows == 0 { "\n" } else { ",\n" };
                format!("{separator}{}", to_json(row))
            }
        };
        self.rows = self.rows.saturating_add(1);
        self.write(&text);
        if self.failure.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn write(&mut self, text: &str) {
        if self.failure.is_none() {
            self.failure = self.destination.write(text).err();
        }
    }

    fn finish(mut self) -> Result<()> {
        if self.format == Format::Json {
            self.write("\n]\n");
        }
        match self.failure {
            Some(failure) => Err(failure).context("cannot write the report"),
            None => self.destination.finish(),
        }
    }
}

fn table_line(user: &str, aaguid: &str, model: &str, upn: &str) -> String {
    let line = format!("{user:<36}  {aaguid:<36}  {model:<34}  {upn}");
    format!("{}\n", line.trim_end())
}

fn in_table(row: &ExportRow) -> String {
    match row {
        ExportRow::Passkey { line, model } => {
            let aaguid = line.facts.aaguid;
            let model = model_name(*model, aaguid.is_zero());
            let person = &line.person;
            table_line(&person.id.to_string(), &aaguid.to_string(), model, &person.upn)
        }
        ExportRow::PersonWithout(person) => {
            table_line(&person.id.to_string(), "no passkey", "", &person.upn)
        }
    }
}

fn csv(row: &ExportRow) -> String {
    match row {
        ExportRow::Passkey { line, model } => csv_line([
            line.person.id.to_string().as_str(),
            &line.person.upn,
            &line.facts.aaguid.to_string(),
            model.unwrap_or_default(),
            type_word(line.facts.passkey_type),
            level_word(line.facts.attestation),
            &line.name,
            &moment(line.created_at),
            &line.last_used_at.map(moment).unwrap_or_default(),
        ]),
        ExportRow::PersonWithout(person) => {
            csv_line([person.id.to_string().as_str(), &person.upn, "", "", "", "", "", "", ""])
        }
    }
}

fn to_json(row: &ExportRow) -> Value {
    match row {
        ExportRow::Passkey { line, model } => json!({
            "userId": line.person.id.to_string(),
            "userPrincipalName": line.person.upn,
            "aaGuid": line.facts.aaguid.to_string(),
            "model": model,
            "passkeyType": type_word(line.facts.passkey_type),
            "attestationLevel": level_word(line.facts.attestation),
            "displayName": line.name,
            "createdDateTime": moment(line.created_at),
            "lastUsedDateTime": line.last_used_at.map(moment),
        }),
        ExportRow::PersonWithout(person) => json!({
            "userId": person.id.to_string(),
            "userPrincipalName": person.upn,
            "aaGuid": null,
        }),
    }
}

/// Graph's word.
fn type_word(passkey_type: PasskeyType) -> &'static str {
    match passkey_type {
        PasskeyType::DeviceBound => "deviceBound",
        PasskeyType::Synced => "synced",
    }
}

/// Graph's word.
fn level_word(level: AttestationLevel) -> &'static str {
    match level {
        AttestationLevel::Attested => "attested",
        AttestationLevel::NotAttested => "notAttested",
    }
}

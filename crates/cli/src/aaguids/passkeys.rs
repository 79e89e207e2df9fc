//! The export: a line for each passkey, and on request for each person without one (S140, S141).

use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use server::export;
use server::operations::reports::{self, ExportRow};

use super::destination::Destination;
use super::model_name;
use crate::command::Format;
use crate::operator::Operator;

/// Writes the export row by row as the database gives it, however long it is.
pub(super) fn write(
    operator: &Operator,
    destination: Destination,
    format: Format,
    people_without: bool,
) -> Result<()> {
    let mut export = Export { destination, format, is_empty: true, failure: None };
    export.begin();
    // The rows come on another thread, which gives the export back when it is through.
    let shared = Arc::new(Mutex::new(Some(export)));
    let writing = Arc::clone(&shared);
    let sink = move |row: ExportRow| {
        let mut export = writing.lock().unwrap_or_else(PoisonError::into_inner);
        export.as_mut().map_or(ControlFlow::Break(()), |export| export.row(&row))
    };
    operator.run(reports::export(&operator.app, &operator.caller, people_without, sink))?;
    let export = shared.lock().unwrap_or_else(PoisonError::into_inner).take();
    export.map_or(Ok(()), Export::finish)
}

struct Export {
    destination: Destination,
    format: Format,
    is_empty: bool,
    /// Why writing failed; nothing is written after it.
    failure: Option<io::Error>,
}

impl Export {
    fn begin(&mut self) {
        let opening = match self.as_file() {
            Some(format) => format.opening(),
            None => table_line("user id", "AAGUID", "model", "sign-in name"),
        };
        self.write(&opening);
    }

    fn row(&mut self, row: &ExportRow) -> ControlFlow<()> {
        let text = match self.as_file() {
            Some(format) => format.row(row, self.is_empty),
            None => in_table(row),
        };
        self.is_empty = false;
        self.write(&text);
        if self.failure.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// The server's own form of an export, but for the one that people read.
    const fn as_file(&self) -> Option<export::Format> {
        match self.format {
            Format::Table => None,
            Format::Csv => Some(export::Format::Csv),
            Format::Json => Some(export::Format::Json),
        }
    }

    fn write(&mut self, text: &str) {
        if self.failure.is_none() {
            self.failure = self.destination.write(text).err();
        }
    }

    fn finish(mut self) -> Result<()> {
        if let Some(format) = self.as_file() {
            self.write(format.closing());
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

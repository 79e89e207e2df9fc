//! The export of authenticators as a file, row by row: what the seed's script collects, in one
//! pass, as CSV (RFC 4180) or JSON (S140, S141).

use identity::passkey::{AttestationLevel, PasskeyType};
use serde_json::{Map, Value};
use webauthn::Timestamp;

use crate::operations::reports::ExportRow;

/// How the file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a heading.
    Csv,
    /// An array of objects, one a line.
    Json,
}

/// The columns, in their order; in JSON the members.
const COLUMNS: [&str; 10] = [
    "userId",
    "userPrincipalName",
    "displayName",
    "aaGuid",
    "model",
    "passkeyName",
    "passkeyType",
    "attestationLevel",
    "createdDateTime",
    "lastUsedDateTime",
];

impl Format {
    /// The media type.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Json => "application/json",
        }
    }

    /// What a file of this kind is called.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Csv => "authenticators.csv",
            Self::Json => "authenticators.json",
        }
    }

    /// What stands before the first row.
    #[must_use]
    pub fn opening(self) -> String {
        match self {
            Self::Csv => format!("{}\r\n", COLUMNS.join(",")),
            Self::Json => "[".to_owned(),
        }
    }

    /// One row, with what separates it from the one before.
    #[must_use]
    pub fn row(self, row: &ExportRow, is_first: bool) -> String {
        let cells = cells(row);
        match self {
            Self::Csv => csv_line(&cells),
            Self::Json => {
                let members = COLUMNS.into_iter().map(str::to_owned).zip(cells.map(json));
                let object = Value::Object(members.collect::<Map<_, _>>());
                format!("{}{object}", if is_first { "\n" } else { ",\n" })
            }
        }
    }

    /// What stands behind the last row.
    #[must_use]
    pub const fn closing(self) -> &'static str {
        match self {
            Self::Csv => "",
            Self::Json => "\n]\n",
        }
    }
}

/// The values of a row; absent ones are empty.
fn cells(row: &ExportRow) -> [String; COLUMNS.len()] {
    match row {
        ExportRow::Passkey { line, model } => [
            line.person.id.to_string(),
            line.person.upn.clone(),
            line.person.display_name.clone(),
            line.facts.aaguid.to_string(),
            model.unwrap_or_default().to_owned(),
            line.name.clone(),
            match line.facts.passkey_type {
                PasskeyType::DeviceBound => "deviceBound".to_owned(),
                PasskeyType::Synced => "synced".to_owned(),
            },
            match line.facts.attestation {
                AttestationLevel::Attested => "attested".to_owned(),
                AttestationLevel::NotAttested => "notAttested".to_owned(),
            },
            moment(line.created_at),
            line.last_used_at.map(moment).unwrap_or_default(),
        ],
        ExportRow::PersonWithout(person) => {
            let mut cells = [const { String::new() }; COLUMNS.len()];
            let known = [person.id.to_string(), person.upn.clone(), person.display_name.clone()];
            for (cell, value) in cells.iter_mut().zip(known) {
                *cell = value;
            }
            cells
        }
    }
}

/// A moment as programs read it (RFC 3339).
#[must_use]
pub fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0).map(|at| at.to_string()).unwrap_or_default()
}

fn json(cell: String) -> Value {
    if cell.is_empty() { Value::Null } else { Value::String(cell) }
}

/// A line of comma-separated values.
#[must_use]
pub fn csv_line(cells: &[impl AsRef<str>]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| csv(cell.as_ref())).collect();
    format!("{}\r\n", cells.join(","))
}

/// A name may begin like a formula, and a spreadsheet would run it: an apostrophe keeps it text.
fn csv(cell: &str) -> String {
    let guarded = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if guarded.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

#[cfg(test)]
mod tests {
    use identity::UserId;
    use store::PersonLine;
    use uuid::Uuid;

    use super::*;

    fn person(display_name: &str) -> ExportRow {
        ExportRow::PersonWithout(PersonLine {
            id: UserId::new(Uuid::nil()),
            upn: "ada@example.org".to_owned(),
            display_name: display_name.to_owned(),
        })
    }

    #[test]
    fn a_name_cannot_break_out_of_its_cell_or_become_a_formula() {
        let row = Format::Csv.row(&person("=cmd(\"x\"), \"y\""), true);
        let cells = "ada@example.org,\"'=cmd(\"\"x\"\"), \"\"y\"\"\",,,,,,,\r\n";
        assert!(row.ends_with(cells), "{row}");
    }

    #[test]
    fn the_json_file_is_json_with_no_row_and_with_two() {
        let whole = |rows: &[ExportRow]| {
            let mut text = Format::Json.opening();
            for (index, row) in rows.iter().enumerate() {
                text.push_str(&Format::Json.row(row, index == 0));
            }
            text.push_str(Format::Json.closing());
            serde_json::from_str::<Vec<Value>>(&text).unwrap()
        };
        assert!(whole(&[]).is_empty());
        let rows = whole(&[person("Ada"), person("Zo\u{eb}")]);
        assert_eq!(rows[1]["displayName"], "Zo\u{eb}");
        assert_eq!(rows[1]["aaGuid"], Value::Null);
    }

    #[test]
    fn both_forms_have_the_same_columns() {
        assert_eq!(Format::Csv.opening().trim_end().split(',').count(), COLUMNS.len());
        assert_eq!(Format::Csv.row(&person("Ada"), true).trim_end().split(',').count(), 10);
    }
}

//! Reports over the whole organisation: the inventory of authenticators, its export, and the logs.

mod logs;

use std::ops::ControlFlow;

use identity::access::{Action, Caller, authorize};
use identity::report::{InventoryLine, inventory as judged};
use store::{PasskeyLine, PersonLine, StoreError};

pub use logs::{LogFilter, audit, sign_ins};

use crate::app::App;
use crate::error::Error;

/// One model of the inventory (S139).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryLineView {
    /// Counts and verdict.
    pub line: InventoryLine,
    /// The model's name, where the catalogue knows it.
    pub model: Option<String>,
}

/// Numbers over the whole organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// People.
    pub users: u64,
    /// Groups.
    pub groups: u64,
    /// Passkeys.
    pub passkeys: u64,
    /// People without any.
    pub people_without: u64,
}

/// One row of the export (S140, S141).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportRow {
    /// A passkey with its person.
    Passkey {
        /// The passkey.
        line: PasskeyLine,
        /// The model's name, where the catalogue knows it.
        model: Option<&'static str>,
    },
    /// A person without a passkey.
    PersonWithout(PersonLine),
}

/// Every model on record once, with its verdict under today's policy (S139).
///
/// # Errors
/// A refusal without permission.
pub async fn inventory(app: &App, caller: &Caller) -> Result<Vec<InventoryLineView>, Error> {
    drop(authorize(caller, Action::ReadLogs)?);
    let lines = app
        .read_long(|snapshot| {
            let configuration = snapshot.fido2_configuration()?.value;
            let (counts, classes) = snapshot.census(&configuration.named_groups())?;
            Ok(judged(&configuration, &counts, &classes))
        })
        .await?;
    let name = |line: &InventoryLine| app.catalogue().name(line.count.aaguid).map(str::to_owned);
    Ok(lines.into_iter().map(|line| InventoryLineView { model: name(&line), line }).collect())
}

/// Numbers over the whole organisation.
///
/// # Errors
/// A refusal without permission.
pub async fn totals(app: &App, caller: &Caller) -> Result<Totals, Error> {
    drop(authorize(caller, Action::ReadLogs)?);
    app.read_long(|snapshot| {
        Ok(Totals {
            users: snapshot.users_count(&store::UserQuery::default())?,
            groups: snapshot.groups_count(&store::GroupQuery::default())?,
            passkeys: snapshot.passkeys_count()?,
            people_without: snapshot.people_without_passkey_count()?,
        })
    })
    .await
}

/// Hands every passkey over, and on request everybody without one, as they come: nothing is kept,
/// however large the organisation. `sink` runs on a thread of its own, may wait, and may stop it.
///
/// # Errors
/// A refusal without permission.
pub async fn export(
    app: &App,
    caller: &Caller,
    people_without: bool,
    mut sink: impl FnMut(ExportRow) -> ControlFlow<()> + Send + 'static,
) -> Result<(), Error> {
    drop(authorize(caller, Action::ReadLogs)?);
    let reading = app.clone();
    app.read_long(move |snapshot| {
        let catalogue = reading.catalogue();
        let mut is_wanted = true;
        let mut give = |row: ExportRow| {
            is_wanted = sink(row).is_continue();
            if is_wanted { Ok(()) } else { Err(stopped()) }
        };
        let mut all = || {
            snapshot.each_passkey(|line| {
                let model = catalogue.name(line.facts.aaguid);
                give(ExportRow::Passkey { line, model })
            })?;
            if people_without {
                snapshot
                    .each_person_without_passkey(|line| give(ExportRow::PersonWithout(line)))?;
            }
            Ok(())
        };
        let result = all();
        // Whoever hung up has all that he wanted.
        if is_wanted { result } else { Ok(()) }
    })
    .await
}

fn stopped() -> StoreError {
    StoreError::Misuse { reason: "the export was stopped".to_owned() }
}

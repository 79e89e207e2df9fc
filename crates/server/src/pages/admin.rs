//! The admin center beside the passkey policy: home, people, groups, authenticators, logs.

mod authenticators;
mod entries;
mod group;
mod groups;
mod home;
mod logs;
mod people;
mod person;

use super::view;
use crate::error::Error;
use crate::operations::page::Cursor;
use crate::request::Call;
use crate::route::Route;

pub(super) use groups::members_count;

/// Rows of a page of a list.
const ROWS: u32 = 50;

/// The routes of the admin center.
pub(super) fn routes() -> Vec<Route> {
    [
        home::routes(),
        people::routes(),
        person::routes(),
        groups::routes(),
        group::routes(),
        authenticators::routes(),
        logs::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The place in a list that the address names.
fn after(call: &Call) -> Result<Option<Cursor>, Error> {
    call.query()?.get("after").map(Cursor::parse).transpose()
}

/// One fact of a list of facts.
fn fact(term: &str, value: impl Into<String>) -> view::Fact {
    view::Fact { term: term.to_owned(), value: value.into() }
}

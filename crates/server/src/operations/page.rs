//! Parts of long lists, and the place where the next part begins.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use store::{After, PageRequest};
use uuid::Uuid;
use webauthn::Timestamp;

use crate::error::Error;

/// One part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next part begins; none if this is the last.
    pub next: Option<Cursor>,
    /// How many items the whole list has, if that was asked.
    pub total: Option<u64>,
}

/// Which part of a list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageQuery {
    /// How many items at most; the store gives no more than [`store::PAGE_MAX`].
    pub top: u32,
    /// After which place; none for the beginning.
    pub after: Option<Cursor>,
    /// Whether to count the whole list.
    pub with_total: bool,
}

impl Default for PageQuery {
    fn default() -> Self {
        Self { top: 100, after: None, with_total: false }
    }
}

impl PageQuery {
    pub(crate) fn request(&self) -> PageRequest {
        PageRequest {
            after: self
                .after
                .as_ref()
                .map(|Cursor { name, id }| After { name: name.clone(), id: *id }),
            limit: self.top,
        }
    }
}

/// A place in a list: opaque text for clients, stable while others add and delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    name: String,
    id: Uuid,
}

impl Cursor {
    /// Reads what a client sends back.
    ///
    /// # Errors
    /// [`Error::BadRequest`] when it is none of ours.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let read = || {
            let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
            let (id, name) = bytes.split_first_chunk::<16>()?;
            Some(Self { name: String::from_utf8(name.to_vec()).ok()?, id: Uuid::from_bytes(*id) })
        };
        let problem = "the place in the list is not one of ours: follow the link of the last page";
        read().ok_or_else(|| Error::bad_request(problem))
    }

    pub(crate) fn of(after: After) -> Self {
        Self { name: after.name, id: after.id }
    }

    pub(crate) fn of_moment((at, id): (Timestamp, Uuid)) -> Self {
        Self { name: at.0.to_string(), id }
    }

    pub(crate) fn moment(&self) -> Result<(Timestamp, Uuid), Error> {
        let at = self.name.parse().map_err(|_| {
            Error::bad_request("the place in the log is not one of ours: begin at its first page")
        })?;
        Ok((Timestamp(at), self.id))
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.id.as_bytes().as_slice(), self.name.as_bytes()].concat();
        formatter.write_str(&BASE64URL_NOPAD.encode(&bytes))
    }
}

impl<T> Page<T> {
    pub(crate) fn of<U>(page: store::Page<U>, total: Option<u64>, map: impl FnMut(U) -> T) -> Self {
        Self {
            items: page.items.into_iter().map(map).collect(),
            next: page.next.map(Cursor::of),
            total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_other_text_does_not() {
        let cursor = Cursor { name: "l\u{f6}we".to_owned(), id: Uuid::from_u128(5) };
        assert_eq!(Cursor::parse(&cursor.to_string()), Ok(cursor));
        for text in ["", "AAAA", "not base64!"] {
            assert!(Cursor::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_cursor_of_a_list_is_no_cursor_of_a_log() {
        let place = (Timestamp(7), Uuid::from_u128(5));
        assert_eq!(Cursor::of_moment(place).moment(), Ok(place));
        let after = After { name: "ada".to_owned(), id: Uuid::nil() };
        assert!(Cursor::of(after).moment().is_err());
    }
}

//! Form data that is changed and handed on: read as any form, written as a browser writes it.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::request::Pairs;

/// What a form or a query holds. A name may stand several times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Form {
    pairs: Vec<(String, String)>,
    /// Where the values of a name stand: the form of a policy asks thousands of times.
    places: BTreeMap<String, Vec<usize>>,
}

impl Form {
    /// Reads `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// As [`Pairs::parse`].
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        Pairs::parse(text.as_bytes()).map(|pairs| Self::from(&pairs))
    }

    /// The first value of this name; empty when there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// Every value of this name.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let places = self.places.get(name).into_iter().flatten();
        places.filter_map(|place| self.pairs.get(*place)).map(|(_, value)| value.as_str())
    }

    /// Whether the name has this value.
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|found| found == value)
    }

    /// Whether the name stands there at all.
    pub(super) fn names(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// Adds a value.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.push(name, value);
        self
    }

    /// The same without these names.
    pub(super) fn without(&self, names: &[&str]) -> Self {
        let mut rest = Self::default();
        for (name, value) in &self.pairs {
            if !names.contains(&name.as_str()) {
                rest.push(name, value);
            }
        }
        rest
    }

    fn push(&mut self, name: &str, value: &str) {
        let place = self.pairs.len();
        self.pairs.push((name.to_owned(), value.to_owned()));
        self.places.entry(name.to_owned()).or_default().push(place);
    }

    /// The text that [`Self::parse`] reads back.
    pub(super) fn encode(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.pairs {
            if !text.is_empty() {
                text.push('&');
            }
            encode(name, &mut text);
            text.push('=');
            encode(value, &mut text);
        }
        text
    }
}

impl From<&Pairs> for Form {
    fn from(pairs: &Pairs) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs.iter() {
            form.push(name, value);
        }
        form
    }
}

fn encode(text: &str, into: &mut String) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or('0');
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            into.push('%');
            into.push(digit(byte >> 4));
            into.push(digit(byte & 0x0f));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_as_it_was() {
        let form = Form::default()
            .with("name", "Zoë & Søren = 100 % + more")
            .with("name", "zweite\r\nZeile")
            .with("", "")
            .with("%41", "<b>&\"'");
        assert_eq!(Form::parse(&form.encode()).unwrap(), form);
    }

    #[test]
    fn names_may_stand_several_times_and_be_absent() {
        let form = Form::parse("a=1&b=&a=2&c&&d=x+y%20z").unwrap();
        assert_eq!(form.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!((form.text("b"), form.text("c"), form.text("e")), ("", "", ""));
        assert_eq!(form.text("d"), "x y z");
        assert!(form.names("c") && !form.names("e") && form.has("a", "2"));
        assert!(!form.without(&["a", "c"]).names("a"));
    }
}

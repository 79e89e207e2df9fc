//! Reading a JSON body member by member: absent, null or set, and nothing unknown.

mod strict;

use std::fmt::Display;
use std::str::FromStr;

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use crate::error::Error;

/// A member of an object as the client sent it.
#[derive(Debug, PartialEq)]
pub(crate) enum Member<T> {
    /// Not sent: the stored value stays.
    Absent,
    /// Sent as null.
    Null,
    /// Sent with a value.
    Set(T),
}

/// A JSON object whose members are taken out one by one; what is left in the end was unknown.
#[derive(Debug)]
pub(crate) struct Object {
    path: String,
    members: Map<String, Value>,
    /// Names that were asked for, to tell what would have been right.
    known: Vec<&'static str>,
}

impl Object {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// [`Error::UnsupportedMediaType`] if it does not claim to be JSON; [`Error::BadRequest`] if
    /// it is not a JSON object, or names a member twice.
    pub(crate) fn parse(headers: &HeaderMap, body: &[u8]) -> Result<Self, Error> {
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !media_type.is_some_and(is_json) {
            return Err(Error::UnsupportedMediaType);
        }
        Self::read(body)
    }

    /// Reads JSON that came another way than in a request, such as from a file.
    ///
    /// # Errors
    /// [`Error::BadRequest`] if it is not a JSON object, or names a member twice.
    pub(crate) fn read(text: &[u8]) -> Result<Self, Error> {
        Self::from_value(strict::parse(text)?, String::new())
    }

    /// As [`Self::parse`], for actions whose body may be left out.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub(crate) fn parse_optional(headers: &HeaderMap, body: &[u8]) -> Result<Self, Error> {
        if body.is_empty() {
            return Self::from_value(Value::Object(Map::new()), String::new());
        }
        Self::parse(headers, body)
    }

    fn from_value(value: Value, path: String) -> Result<Self, Error> {
        if let Value::Object(members) = value {
            Ok(Self { path, members, known: Vec::new() })
        } else {
            Err(fault(path, &wrong_type(&value, "an object")))
        }
    }

    /// The whole path of a member, e.g. `passkeyProfiles/0/name`.
    pub(crate) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}/{name}", self.path) }
    }

    /// Takes a member out, whatever it is.
    pub(crate) fn take(&mut self, name: &'static str) -> Member<Value> {
        self.known.push(name);
        match self.members.shift_remove(name) {
            None => Member::Absent,
            Some(Value::Null) => Member::Null,
            Some(value) => Member::Set(value),
        }
    }

    /// Takes members out that a client sends back as it read them and that cannot be written.
    pub(crate) fn ignore(&mut self, names: &[&'static str]) {
        for name in names {
            self.known.push(name);
            self.members.shift_remove(*name);
        }
    }

    /// The value of an annotation such as `@odata.type`, if it is a text.
    pub(crate) fn annotation(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str)
    }

    /// A member that must not be null, converted.
    fn required<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        convert: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let path = self.path_of(name);
        match self.take(name) {
            Member::Absent => Ok(None),
            Member::Null => {
                let problem = format!("is null: send {expected}, or leave it out to keep it");
                Err(fault(path, &problem))
            }
            Member::Set(value) => {
                convert(&value).map(Some).ok_or_else(|| fault(path, &wrong_type(&value, expected)))
            }
        }
    }

    /// A truth value.
    pub(crate) fn boolean(&mut self, name: &'static str) -> Result<Option<bool>, Error> {
        self.required(name, "true or false", Value::as_bool)
    }

    /// A whole number of minutes, characters or the like.
    pub(crate) fn number(&mut self, name: &'static str) -> Result<Option<u32>, Error> {
        self.required(name, "a whole number, not negative", |value| {
            value.as_u64().and_then(|number| u32::try_from(number).ok())
        })
    }

    /// A text.
    pub(crate) fn text(&mut self, name: &'static str) -> Result<Option<String>, Error> {
        self.required(name, "a text", |value| value.as_str().map(str::to_owned))
    }

    /// A text that may be cleared by null.
    pub(crate) fn clearable(&mut self, name: &'static str) -> Result<Member<String>, Error> {
        let path = self.path_of(name);
        match self.take(name) {
            Member::Absent => Ok(Member::Absent),
            Member::Null => Ok(Member::Null),
            Member::Set(Value::String(text)) => Ok(Member::Set(text)),
            Member::Set(other) => Err(fault(path, &wrong_type(&other, "a text or null"))),
        }
    }

    /// A text that is read further, e.g. an id.
    pub(crate) fn parsed<T: FromStr<Err: Display>>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, Error> {
        let path = self.path_of(name);
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|error: T::Err| fault(path, &error.to_string()))
    }

    /// One of a few words, in any case.
    pub(crate) fn one_of<T: Copy>(
        &mut self,
        name: &'static str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, Error> {
        let path = self.path_of(name);
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text.trim()));
        found.map(|(_, value)| Some(*value)).ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            fault(path, &format!("{text:?} is none of {}", words.join(", ")))
        })
    }

    /// An object of its own.
    pub(crate) fn object(&mut self, name: &'static str) -> Result<Option<Self>, Error> {
        let path = self.path_of(name);
        match self.take(name) {
            Member::Absent => Ok(None),
            Member::Null => Err(fault(path, "is null: send an object, or leave it out to keep it")),
            Member::Set(value) => Self::from_value(value, path).map(Some),
        }
    }

    /// A list, each item with its path.
    pub(crate) fn list(
        &mut self,
        name: &'static str,
    ) -> Result<Option<Vec<(String, Value)>>, Error> {
        let path = self.path_of(name);
        match self.take(name) {
            Member::Absent => Ok(None),
            Member::Null => Err(fault(path, "is null: send a list, [] to empty it")),
            Member::Set(Value::Array(items)) => {
                let numbered = items.into_iter().enumerate();
                Ok(Some(numbered.map(|(i, item)| (format!("{path}/{i}"), item)).collect()))
            }
            Member::Set(other) => Err(fault(path, &wrong_type(&other, "a list"))),
        }
    }

    /// A list of objects.
    pub(crate) fn objects(&mut self, name: &'static str) -> Result<Option<Vec<Self>>, Error> {
        let Some(items) = self.list(name)? else {
            return Ok(None);
        };
        let objects = items.into_iter().map(|(path, item)| Self::from_value(item, path));
        objects.collect::<Result<_, _>>().map(Some)
    }

    /// A list of texts that are read further.
    pub(crate) fn parsed_list<T: FromStr<Err: Display>>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<Vec<T>>, Error> {
        let Some(items) = self.list(name)? else {
            return Ok(None);
        };
        let parsed = items.into_iter().map(|(path, item)| {
            let text = item.as_str().ok_or_else(|| fault(&path, &wrong_type(&item, "a text")))?;
            text.parse().map_err(|error: T::Err| fault(&path, &format!("{text:?} is {error}")))
        });
        parsed.collect::<Result<_, _>>().map(Some)
    }

    /// Refuses what nobody asked for. Annotations of OData pass, for clients send back what they
    /// read; but a binding asks for something, so it is not passed over in silence.
    ///
    /// # Errors
    /// [`Error::BadRequest`] that names the first unknown property.
    pub(crate) fn finish(self) -> Result<(), Error> {
        let is_annotation = |name: &str| name.contains("@odata.") && !name.ends_with("@odata.bind");
        let unknown = self.members.keys().find(|name| !is_annotation(name));
        let Some(name) = unknown else {
            return Ok(());
        };
        let close = self.known.iter().find(|known| known.eq_ignore_ascii_case(name));
        let problem = match close {
            Some(known) => format!("is no property here: it is spelled {known}"),
            None => "is no property here: remove it".to_owned(),
        };
        Err(fault(self.path_of(name), &problem))
    }
}

/// A property that must be sent.
///
/// # Errors
/// [`Error::BadRequest`] if it was not.
pub(crate) fn needed<T>(value: Option<T>, name: &str) -> Result<T, Error> {
    value.ok_or_else(|| fault(name, "is missing: add it"))
}

/// What is wrong with a property.
pub(crate) fn fault(property: impl Into<String>, problem: &str) -> Error {
    let property = property.into();
    let property = (!property.is_empty()).then_some(property);
    Error::BadRequest { property, problem: problem.to_owned() }
}

fn wrong_type(value: &Value, expected: &str) -> String {
    let sent = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    if sent == expected {
        format!("is not {expected} that fits")
    } else {
        format!("is {sent}: send {expected}")
    }
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
mod tests;

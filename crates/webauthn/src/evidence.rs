//! What a verification learned: each check with its outcome, the anchor it ended in, and facts.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::coded::Coded;

/// The findings of one statement, in the order in which they were made. Gathered at registration
/// and when stored evidence is judged again, never at sign-in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    checks: Vec<Check>,
    facts: Vec<(&'static str, Fact)>,
    anchor: Option<String>,
    parts: Vec<(String, Self)>,
}

/// One check that was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// What came out.
    pub outcome: Outcome,
}

/// What came out of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should be.
    Passed,
    /// Not as it should be; nothing after it was checked.
    Failed {
        /// The stable name of the error.
        code: &'static str,
        /// The error for people.
        message: &'static str,
    },
}

/// Something that a statement says, worth as much as the statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Words.
    Text(String),
    /// A number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// Several words.
    List(Vec<String>),
}

impl From<&str> for Fact {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Fact {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Fact {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Fact {
    fn from(number: u32) -> Self {
        Self::Number(i64::from(number))
    }
}

impl From<bool> for Fact {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Vec<String>> for Fact {
    fn from(list: Vec<String>) -> Self {
        Self::List(list)
    }
}

impl Findings {
    /// The checks in order; only the last can have failed.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The facts in order.
    #[must_use]
    pub fn facts(&self) -> &[(&'static str, Fact)] {
        &self.facts
    }

    /// The fact of that name, the first if there are several.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<&Fact> {
        self.facts.iter().find(|(own, _)| *own == name).map(|(_, fact)| fact)
    }

    /// The anchor of ours that the certificates led to: its name, or the hash of its key.
    #[must_use]
    pub fn anchor(&self) -> Option<&str> {
        self.anchor.as_deref()
    }

    /// The findings of the statements inside a compound one, or of what a statement carries,
    /// each under its format.
    #[must_use]
    pub fn parts(&self) -> &[(String, Self)] {
        &self.parts
    }

    /// All of it as JSON: `checks`, `facts`, and `anchor` and `parts` where there are any.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let checks: Vec<_> = self.checks.iter().map(|check| check.to_json()).collect();
        let facts: Map<_, _> =
            self.facts.iter().map(|(name, fact)| ((*name).to_owned(), fact.to_json())).collect();
        let mut json = Map::new();
        json.insert("checks".to_owned(), json!(checks));
        json.insert("facts".to_owned(), Value::Object(facts));
        if let Some(anchor) = &self.anchor {
            json.insert("anchor".to_owned(), json!(anchor));
        }
        if !self.parts.is_empty() {
            let part = |(name, part): &(String, Self)| {
                let findings = part.to_json();
                json!({ "format": name, "findings": findings })
            };
            json.insert("parts".to_owned(), self.parts.iter().map(part).collect());
        }
        Value::Object(json)
    }

    /// Notes a check with what came out of it, and hands that on.
    pub(crate) fn check<T, E: Coded>(
        &mut self,
        name: &'static str,
        result: Result<T, E>,
    ) -> Result<T, E> {
        match &result {
            Ok(_) => self.checks.push(Check { name, outcome: Outcome::Passed }),
            Err(error) => self.wrong(name, error),
        }
        result
    }

    /// Notes a check that failed.
    pub(crate) fn wrong(&mut self, name: &'static str, error: &impl Coded) {
        let (code, message) = error.coded();
        self.checks.push(Check { name, outcome: Outcome::Failed { code, message } });
    }

    /// Whether a check has failed here or in a part.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.checks.last().is_some_and(|check| check.outcome != Outcome::Passed)
            || self.parts.iter().any(|(_, part)| part.has_failed())
    }

    pub(crate) fn learned(&mut self, name: &'static str, fact: impl Into<Fact>) {
        self.facts.push((name, fact.into()));
    }

    pub(crate) fn ended_in(&mut self, anchor: String) {
        self.anchor = Some(anchor);
    }

    pub(crate) fn contained(&mut self, format: &str, part: Self) {
        self.parts.push((format.to_owned(), part));
    }

    fn write(&self, formatter: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let width = depth.saturating_mul(2);
        for check in &self.checks {
            match check.outcome {
                Outcome::Passed => writeln!(formatter, "{:width$}ok: {}", "", check.name)?,
                Outcome::Failed { code, message } => {
                    writeln!(formatter, "{:width$}wrong: {}: {message} ({code})", "", check.name)?;
                }
            }
        }
        if let Some(anchor) = &self.anchor {
            writeln!(formatter, "{:width$}anchor: {anchor}", "")?;
        }
        for (name, fact) in &self.facts {
            writeln!(formatter, "{:width$}{name}: {fact}", "")?;
        }
        for (name, part) in &self.parts {
            writeln!(formatter, "{:width$}{name}", "")?;
            part.write(formatter, depth.saturating_add(1))?;
        }
        Ok(())
    }
}

/// A tree for people: a line for each check and fact, parts indented below their format.
impl fmt::Display for Findings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(formatter, 0)
    }
}

impl Check {
    fn to_json(self) -> Value {
        match self.outcome {
            Outcome::Passed => json!({ "check": self.name, "outcome": "passed" }),
            Outcome::Failed { code, message } => {
                json!({ "check": self.name, "outcome": "failed", "code": code, "detail": message })
            }
        }
    }
}

impl Fact {
    fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Number(number) => json!(number),
            Self::Flag(flag) => json!(flag),
            Self::List(list) => json!(list),
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Flag(flag) => formatter.write_str(if *flag { "yes" } else { "no" }),
            Self::List(list) => formatter.write_str(&list.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct BadThing;

    impl Coded for BadThing {
        fn coded(&self) -> (&'static str, &'static str) {
            ("code", "message")
        }
    }

    fn findings() -> Findings {
        let mut part = Findings::default();
        part.learned("level", "strong box");
        let mut findings = Findings::default();
        assert!(findings.check("signature", Ok::<_, BadThing>(())).is_ok());
        assert!(!findings.has_failed());
        assert!(findings.check("path", Err::<(), _>(BadThing)).is_err());
        assert!(findings.has_failed());
        findings.learned("count", 7_u32);
        findings.ended_in("Root".to_owned());
        findings.contained("android-key", part);
        findings
    }

    #[test]
    fn findings_are_told_as_a_tree() {
        assert_eq!(
            findings().to_string(),
            "ok: signature\nwrong: path: message (code)\nanchor: Root\ncount: 7\nandroid-key\n  \
             level: strong box\n"
        );
    }

    #[test]
    fn findings_are_told_as_json() {
        let json = findings().to_json();
        assert_eq!(json["checks"][0], json!({ "check": "signature", "outcome": "passed" }));
        assert_eq!(json["checks"][1]["code"], "code");
        assert_eq!(json["facts"], json!({ "count": 7 }));
        assert_eq!(json["anchor"], "Root");
        assert_eq!(json["parts"][0]["findings"]["facts"]["level"], "strong box");
    }
}

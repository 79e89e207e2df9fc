//! What commands print: JSON for programs, words and columns for people.

use std::io::{self, Write as _};

use anyhow::{Context as _, Result};
use serde_json::Value;

/// Whom the result is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// A person at a terminal.
    People,
    /// A program: one JSON value on standard output, nothing else.
    Programs,
}

impl Audience {
    /// Prints a result, as JSON or in words.
    pub(crate) fn show(self, json: &Value, words: &str) -> Result<()> {
        match self {
            Self::People => print(words),
            Self::Programs => print(&format!("{json:#}")),
        }
    }
}

/// Writes text and a line end to standard output.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", text.trim_end()).context("cannot write to standard output")?;
    out.flush().context("cannot write to standard output")
}

/// `name  value` lines, the values under each other.
pub(crate) fn fields(fields: &[(&str, &str)]) -> String {
    let width = fields.iter().map(|(name, _)| name.chars().count()).fold(0, std::cmp::max);
    fields.iter().map(|(name, value)| format!("{name:width$}  {value}\n")).collect()
}

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Columns under a heading, for people.
pub(crate) fn table(heading: &[(&str, Align)], rows: &[Vec<String>]) -> String {
    let cells = |index: usize| rows.iter().filter_map(move |row| row.get(index));
    let width = |(index, (name, _)): (usize, &(&str, Align))| {
        let widths = cells(index).map(|cell| cell.chars().count());
        widths.fold(name.chars().count(), std::cmp::max)
    };
    let widths: Vec<usize> = heading.iter().enumerate().map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let columns = cells.zip(heading).zip(&widths).map(|((cell, (_, align)), width)| {
            let width = *width;
            match align {
                Align::Left => format!("{cell:<width$}"),
                Align::Right => format!("{cell:>width$}"),
            }
        });
        let line = columns.collect::<Vec<_>>().join("  ");
        format!("{}\n", line.trim_end())
    };
    let mut text = line(&mut heading.iter().map(|(name, _)| *name));
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    text
}

/// `1 passkey`, `2 passkeys`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_their_headings_and_numbers_to_the_right() {
        let heading = [("model", Align::Left), ("passkeys", Align::Right)];
        let rows =
            [vec!["Ä key".to_owned(), "12".to_owned()], vec!["x".to_owned(), "3".to_owned()]];
        let text = table(&heading, &rows);
        assert_eq!(text, "model  passkeys\nÄ key        12\nx             3\n");
    }

    #[test]
    fn fields_stand_under_each_other() {
        assert_eq!(fields(&[("a", "1"), ("long", "2")]), "a     1\nlong  2\n");
    }
}

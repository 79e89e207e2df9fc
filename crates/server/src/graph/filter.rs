//! `$filter`: comparisons joined by `and`, which is all that our lists can answer by an index.

use super::body::fault;
use crate::error::Error;

/// Longest filter that is read at all.
const LENGTH_MAX: usize = 2_048;
/// Most parentheses in one another: each costs stack.
const DEPTH_MAX: u8 = 8;

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clause {
    /// The property, e.g. `status/errorCode`.
    pub(crate) property: String,
    /// How it is compared.
    pub(crate) comparison: Comparison,
    /// With what: the content of quotes, or the bare word.
    pub(crate) literal: Literal,
}

/// How a property is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// `eq`
    Equal,
    /// `ge`
    AtLeast,
    /// `le`
    AtMost,
    /// `startswith(…)`
    StartsWith,
}

/// What a property is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    /// A text in single quotes.
    Text(String),
    /// A word without quotes: a truth value, a number or a moment.
    Word(String),
}

impl Clause {
    /// The text in quotes, or a word where a text may stand without them, such as an id.
    pub(crate) fn text(&self) -> &str {
        match &self.literal {
            Literal::Text(text) | Literal::Word(text) => text,
        }
    }

    /// A truth value, which stands without quotes.
    ///
    /// # Errors
    /// [`Error::BadRequest`] if it is something else.
    pub(crate) fn truth(&self) -> Result<bool, Error> {
        match &self.literal {
            Literal::Word(word) if word.eq_ignore_ascii_case("true") => Ok(true),
            Literal::Word(word) if word.eq_ignore_ascii_case("false") => Ok(false),
            Literal::Word(_) | Literal::Text(_) => {
                let problem = format!("{} is compared with true or false", self.property);
                Err(fault("$filter", &problem))
            }
        }
    }

    /// What to answer where a list cannot compare like this.
    pub(crate) fn unsupported(&self, supported: &str) -> Error {
        let problem = format!("cannot compare {} like this: use {supported}", self.property);
        fault("$filter", &problem)
    }

    /// Whether this compares `property` in the given way.
    pub(crate) fn is(&self, property: &str, comparison: Comparison) -> bool {
        self.comparison == comparison && self.property.eq_ignore_ascii_case(property)
    }
}

/// Reads a filter.
///
/// # Errors
/// [`Error::BadRequest`] where it is broken, or uses `or`, `not` and other means that no list
/// here offers.
pub(crate) fn parse(text: &str) -> Result<Vec<Clause>, Error> {
    if text.len() > LENGTH_MAX {
        let problem = format!("is longer than {LENGTH_MAX} characters: ask for less at once");
        return Err(fault("$filter", &problem));
    }
    let tokens = tokens(text)?;
    let mut rest = tokens.as_slice();
    let mut clauses = vec![clause(&mut rest, DEPTH_MAX)?];
    while let Some((token, tail)) = rest.split_first() {
        if !token.is_word("and") {
            return Err(unsupported(token));
        }
        rest = tail;
        clauses.push(clause(&mut rest, DEPTH_MAX)?);
    }
    Ok(clauses)
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Open,
    Close,
    Comma,
}

impl Token {
    fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own.eq_ignore_ascii_case(word))
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, Error> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '(' => tokens.push(Token::Open),
            ')' => tokens.push(Token::Close),
            ',' => tokens.push(Token::Comma),
            '\'' => {
                let mut content = String::new();
                loop {
                    match characters.next() {
                        Some('\'') if characters.next_if_eq(&'\'').is_some() => content.push('\''),
                        Some('\'') => break,
                        Some(other) => content.push(other),
                        None => return Err(fault("$filter", "a quote is not closed: close it")),
                    }
                }
                tokens.push(Token::Text(content));
            }
            space if space.is_whitespace() => {}
            first if is_word_part(first) => {
                let mut word = String::from(first);
                while let Some(next) = characters.next_if(|next| is_word_part(*next)) {
                    word.push(next);
                }
                tokens.push(Token::Word(word));
            }
            other => {
                return Err(fault("$filter", &format!("{other:?} cannot stand here: remove it")));
            }
        }
    }
    Ok(tokens)
}

fn is_word_part(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_-/.:+@".contains(character)
}

fn clause(rest: &mut &[Token], depth: u8) -> Result<Clause, Error> {
    match rest {
        [Token::Open, tail @ ..] if depth > 0 => {
            *rest = tail;
            let inner = clause(rest, depth.saturating_sub(1))?;
            take(rest, &Token::Close)?;
            Ok(inner)
        }
        [
            Token::Word(function),
            Token::Open,
            Token::Word(property),
            Token::Comma,
            Token::Text(text),
            Token::Close,
            tail @ ..,
        ] if function.eq_ignore_ascii_case("startswith") => {
            *rest = tail;
            Ok(Clause {
                property: property.clone(),
                comparison: Comparison::StartsWith,
                literal: Literal::Text(text.clone()),
            })
        }
        [Token::Word(property), Token::Word(operator), literal, tail @ ..] => {
            let comparison = match operator.to_ascii_lowercase().as_str() {
                "eq" => Comparison::Equal,
                "ge" => Comparison::AtLeast,
                "le" => Comparison::AtMost,
                _ => return Err(unsupported(&Token::Word(operator.clone()))),
            };
            let literal = match literal {
                Token::Text(text) => Literal::Text(text.clone()),
                Token::Word(word) => Literal::Word(word.clone()),
                other @ (Token::Open | Token::Close | Token::Comma) => {
                    return Err(unsupported(other));
                }
            };
            *rest = tail;
            Ok(Clause { property: property.clone(), comparison, literal })
        }
        [first, ..] => Err(unsupported(first)),
        [] => Err(fault("$filter", "ends too early: add a comparison")),
    }
}

fn take(rest: &mut &[Token], expected: &Token) -> Result<(), Error> {
    match rest.split_first() {
        Some((token, tail)) if token == expected => {
            *rest = tail;
            Ok(())
        }
        Some((token, _)) => Err(unsupported(token)),
        None => Err(fault("$filter", "a parenthesis is not closed: close it")),
    }
}

fn unsupported(token: &Token) -> Error {
    let shown = match token {
        Token::Word(word) => word.as_str(),
        Token::Text(_) => "a text",
        Token::Open => "(",
        Token::Close => ")",
        Token::Comma => ",",
    };
    let problem = format!("{shown} is not supported here: use eq, ge, le, startswith and and");
    fault("$filter", &problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clause(property: &str, comparison: Comparison, literal: Literal) -> Clause {
        Clause { property: property.to_owned(), comparison, literal }
    }

    #[test]
    fn comparisons_are_read_in_any_case_and_joined_by_and() {
        let text = "startsWith(displayName,'O''Neil') AND (accountEnabled EQ true) \
                    and createdDateTime ge 2026-01-01T00:00:00Z";
        assert_eq!(
            parse(text).unwrap(),
            [
                clause("displayName", Comparison::StartsWith, Literal::Text("O'Neil".to_owned())),
                clause("accountEnabled", Comparison::Equal, Literal::Word("true".to_owned())),
                clause(
                    "createdDateTime",
                    Comparison::AtLeast,
                    Literal::Word("2026-01-01T00:00:00Z".to_owned())
                ),
            ]
        );
    }

    #[test]
    fn what_no_list_offers_is_refused_and_broken_text_too() {
        for text in [
            "",
            "displayName",
            "displayName eq",
            "displayName ne 'a'",
            "a eq 'b' or c eq 'd'",
            "not (a eq 'b')",
            "endswith(a,'b')",
            "startswith(a)",
            "a eq 'b",
            "(a eq 'b'",
            "a eq 'b')",
            "a eq 'b' and",
            "x/any(t:t/id eq 'b')",
            "a eq ;",
            "a in ('b','c')",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&format!("a eq '{}'", "x".repeat(3_000))).is_err());
        assert!(parse(&"(".repeat(2_000)).is_err());
    }

    #[test]
    fn a_truth_value_stands_without_quotes() {
        assert!(parse("a eq TRUE").unwrap()[0].truth().unwrap());
        assert!(parse("a eq 'true'").unwrap()[0].truth().is_err());
    }
}

//! A handful of words by which one schema text becomes each engine's own.

use super::Engine;

/// What a word of the schema means to (SQLite, PostgreSQL). Text sorts by code point everywhere,
/// so that pages continue where they ended whatever the database's own collation is.
const WORDS: [(&str, &str, &str); 5] = [
    ("UUID", "BLOB", "UUID"),
    ("BIGINT", "INTEGER", "BIGINT"),
    ("BOOLEAN", "INTEGER", "BOOLEAN"),
    ("BYTEA", "BLOB", "BYTEA"),
    ("TEXT", "TEXT", "TEXT COLLATE \"C\""),
];

/// Ends of table definitions that only SQLite knows, the longer first.
const ENDINGS: [&str; 2] = [" STRICT, WITHOUT ROWID;", " STRICT;"];

/// The schema text for one engine.
pub(crate) fn translate(schema: &str, engine: Engine) -> String {
    let mut translated = String::with_capacity(schema.len().saturating_mul(2));
    let mut word = String::new();
    for character in schema.chars() {
        if character.is_ascii_alphanumeric() || character == '_' {
            word.push(character);
            continue;
        }
        translated.push_str(meaning(&word, engine));
        word.clear();
        translated.push(character);
    }
    translated.push_str(meaning(&word, engine));
    match engine {
        Engine::Sqlite => translated,
        Engine::Postgres => {
            ENDINGS.iter().fold(translated, |text, ending| text.replace(ending, ";"))
        }
    }
}

fn meaning(word: &str, engine: Engine) -> &str {
    WORDS.iter().find(|(name, _, _)| *name == word).map_or(word, |(_, sqlite, postgres)| {
        match engine {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_translated_and_endings_dropped() {
        let schema = "CREATE TABLE a (id UUID, at BIGINT, context TEXT) STRICT, WITHOUT ROWID;\n";
        assert_eq!(
            translate(schema, Engine::Sqlite),
            "CREATE TABLE a (id BLOB, at INTEGER, context TEXT) STRICT, WITHOUT ROWID;\n"
        );
        assert_eq!(
            translate(schema, Engine::Postgres),
            "CREATE TABLE a (id UUID, at BIGINT, context TEXT COLLATE \"C\");\n"
        );
    }
}

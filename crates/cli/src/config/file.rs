//! The TOML file: its keys are those of the table, and any other is refused by name.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::{SETTINGS, Setting, WrongSetting};

/// A file that was read: the text of each setting in it, by the setting's key.
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) values: BTreeMap<&'static str, String>,
}

/// Reads a file that somebody named.
pub(super) fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// Reads a file that need not be there.
pub(super) fn read_if_there(path: &Path) -> Result<Option<String>, WrongSetting> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        // A data "folder" that is a file is complained about by whoever needs the folder.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            Ok(None)
        }
        Err(error) => Err(WrongSetting(format!("cannot read {}: {error}", path.display()))),
    }
}

/// Takes a file apart.
pub(super) fn parse(path: &Path, text: &str) -> Result<File, WrongSetting> {
    let place = path.display();
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(1, |span| {
            text.bytes().take(span.start).filter(|byte| *byte == b'\n').count().saturating_add(1)
        });
        // Only the message: the parser's picture of the line would show what stands in it.
        WrongSetting(format!("{place}, line {line}: {}", error.message()))
    })?;
    let mut values = BTreeMap::new();
    for (name, value) in &table {
        let setting = known(name).map_err(|hint| {
            WrongSetting(format!("{name} in {place}: there is no such setting{hint}"))
        })?;
        let text = match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Float(_)
            | toml::Value::Boolean(_)
            | toml::Value::Datetime(_)
            | toml::Value::Array(_)
            | toml::Value::Table(_) => {
                let kind = value.type_str();
                return Err(WrongSetting(format!(
                    "{name} in {place}: is a TOML {kind}, write it as text in quotes"
                )));
            }
        };
        values.insert(setting.key, text);
    }
    Ok(File { path: path.to_owned(), values })
}

/// The setting of this name; `config` cannot name itself. The error is a hint to append.
fn known(name: &str) -> Result<&'static Setting, String> {
    let mut in_file = SETTINGS.iter().filter(|setting| setting.key != "config");
    if let Some(setting) = in_file.clone().find(|setting| setting.file_key() == name) {
        return Ok(setting);
    }
    let close = in_file.find(|setting| setting.key == name.to_lowercase().replace('_', "-"));
    Err(close.map_or_else(String::new, |setting| format!(": write {}", setting.file_key())))
}

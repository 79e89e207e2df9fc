//! The table of settings: what can be set, under which names, and what it is if it is not.

/// One thing that can be set. Its flag, variable and file key are spellings of its key.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Its name, in words joined by dashes.
    pub(crate) key: &'static str,
    /// How its value is shown in help.
    pub(crate) value: &'static str,
    /// Its text if nobody sets it; empty if it then is not set.
    pub(crate) default: &'static str,
    /// What it is for, in Markdown.
    pub(crate) meaning: &'static str,
}

impl Setting {
    /// Its flag on the command line.
    pub(crate) fn flag(&self) -> String {
        format!("--{}", self.key)
    }

    /// Its variable in the environment.
    pub(crate) fn variable(&self) -> String {
        format!("KEYWARD_{}", self.file_key().to_uppercase())
    }

    /// Its key in the file.
    pub(crate) fn file_key(&self) -> String {
        self.key.replace('-', "_")
    }
}

/// Every setting, in the order of the documentation.
pub(crate) const SETTINGS: &[Setting] = &[
    Setting {
        key: "config",
        value: "FILE",
        default: "",
        meaning: "TOML file with settings; without it, `keyward.toml` in the data folder if there \
                  is one",
    },
    Setting {
        key: "data",
        value: "FOLDER",
        default: "./keyward-data",
        meaning: "folder of the embedded database, created if missing",
    },
    Setting {
        key: "database-url",
        value: "URL",
        default: "",
        meaning: "PostgreSQL 15 or later to use in place of the embedded database, \
                  `postgres://user:password@host/database`; never printed",
    },
    Setting {
        key: "listen",
        value: "ADDRESS",
        default: "127.0.0.1:8080",
        meaning: "address and port to listen on; port 0 takes a free one",
    },
    Setting {
        key: "public-url",
        value: "URL",
        default: "",
        meaning: "what browsers call the server; decides the origin and the RP ID that passkeys \
                  are bound to, so it must not change later. `https://`, or `http://localhost`. \
                  Without it, `http://localhost` with the port listened on",
    },
    Setting {
        key: "log-format",
        value: "FORMAT",
        default: "text",
        meaning: "log lines as `text` or as `json`, on standard error",
    },
    Setting {
        key: "log",
        value: "FILTER",
        default: "info",
        meaning: "which log lines: `error`, `warn`, `info`, `debug`, `trace`, `off`, or \
                  directives such as `info,server=debug`; commands other than `serve` log `warn`",
    },
    Setting {
        key: "impact-confirmation",
        value: "WHEN",
        default: "off",
        meaning: "whether a policy change that stops passkeys in use must be confirmed: `off` or \
                  `required`",
    },
    Setting {
        key: "counter-reaction",
        value: "REACTION",
        default: "refuse",
        meaning: "what happens when an authenticator's counter goes back: `refuse` the sign-in, \
                  or `report` it in the log only",
    },
    Setting {
        key: "requests-per-minute",
        value: "NUMBER",
        default: "1200",
        meaning: "how many requests one address may send to sign-in, token and first-run routes \
                  in a minute before it is told to wait; `unlimited` behind a proxy that counts",
    },
    Setting {
        key: "fresh-sign-in-minutes",
        value: "MINUTES",
        default: "5",
        meaning: "how old a person's sign-in may be when a passkey is added",
    },
    Setting {
        key: "passkey-limit",
        value: "NUMBER",
        default: "10",
        meaning: "how many passkeys one person may have",
    },
];

/// The setting of this key.
#[expect(clippy::expect_used, reason = "every key in this crate is one of the table's")]
pub(super) fn named(key: &'static str) -> &'static Setting {
    SETTINGS.iter().find(|setting| setting.key == key).expect("a key of the table")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPERATING: &str = include_str!("../../../../docs/operating.md");

    /// The table as `docs/operating.md` has it between its marks.
    fn documentation() -> String {
        let mut table =
            "| flag | environment | file | default | meaning |\n|---|---|---|---|---|\n".to_owned();
        for setting in SETTINGS {
            let key = if setting.key == "config" {
                "–".to_owned()
            } else {
                format!("`{}`", setting.file_key())
            };
            let default = match setting.default {
                "" => "–".to_owned(),
                default => format!("`{default}`"),
            };
            table.push_str(&format!(
                "| `{} {}` | `{}` | {key} | {default} | {} |\n",
                setting.flag(),
                setting.value,
                setting.variable(),
                setting.meaning
            ));
        }
        table
    }

    #[test]
    fn the_documentation_has_the_same_table() {
        let (_, rest) = OPERATING.split_once("<!-- settings -->\n").unwrap();
        let (documented, _) = rest.split_once("<!-- /settings -->").unwrap();
        let expected = documentation();
        assert!(documented == expected, "docs/operating.md must have this table:\n{expected}");
    }
}

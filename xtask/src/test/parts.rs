//! What the tests need beside a Rust toolchain: found, installed on Debian, or named.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::postgres;
use crate::steps::visibly;

/// Something that must be on the machine.
struct Part {
    /// What it is, and why the tests want it.
    name: &'static str,
    is_here: fn() -> bool,
    /// Debian's packages that bring it.
    packages: &'static [&'static str],
}

const PARTS: &[Part] = &[
    Part {
        name: "Chromium (browser tests)",
        is_here: || on_path("chromium") || on_path("google-chrome"),
        // A page without any font is laid out wrongly.
        packages: &["chromium", "fonts-liberation"],
    },
    Part {
        name: "ChromeDriver of the same version (browser tests)",
        is_here: || on_path("chromedriver"),
        packages: &["chromium-driver"],
    },
    Part {
        name: "PostgreSQL 15 or later: initdb and postgres (store and server tests)",
        is_here: || postgres::programs().is_some(),
        packages: &["postgresql"],
    },
];

/// Installs what is missing on Debian as root; elsewhere fails with the list of what to install.
pub(super) fn complete() -> Result<()> {
    let missing = missing(PARTS);
    if missing.is_empty() {
        println!("nothing is missing");
        return Ok(());
    }
    if !Path::new("/etc/debian_version").exists() || !postgres::is_root()? {
        bail!("{}", what_to_install(&missing));
    }
    visibly(Command::new("apt-get").args(["update", "--quiet"]))?;
    visibly(&mut install(&missing))?;
    let still = self::missing(PARTS);
    if !still.is_empty() {
        bail!("apt-get ran, but: {}", what_to_install(&still));
    }
    Ok(())
}

fn missing(parts: &'static [Part]) -> Vec<&'static Part> {
    parts.iter().filter(|part| !(part.is_here)()).collect()
}

/// Debian's own server is not wanted, only its programs, but its package would start one: its
/// scripts leave that be at run level 1.
fn install(missing: &[&Part]) -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
    command.args(["install", "--yes", "--no-install-recommends"]);
    command.args(missing.iter().flat_map(|part| part.packages));
    command
}

fn what_to_install(missing: &[&Part]) -> String {
    let mut text = "these tests need what is not on this machine\n".to_owned();
    for part in missing {
        text.push_str(&format!("  - {}\n", part.name));
    }
    let packages: Vec<&str> = missing.iter().flat_map(|part| part.packages).copied().collect();
    text.push_str(&format!(
        "install it so that its programs are on the PATH; on Debian or Ubuntu:\n  \
         sudo apt-get install {}",
        packages.join(" ")
    ));
    text
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING_HERE: &[Part] = &[
        Part { name: "a browser", is_here: || false, packages: &["chromium", "fonts"] },
        Part { name: "a shell", is_here: || true, packages: &["dash"] },
    ];

    #[test]
    fn only_what_is_missing_is_installed() {
        let command = install(&missing(NOTHING_HERE));
        let words: Vec<_> = command.get_args().filter_map(|word| word.to_str()).collect();
        assert!(words.ends_with(&["chromium", "fonts"]), "{words:?}");
        assert!(!words.contains(&"dash"));
    }

    #[test]
    fn elsewhere_the_message_names_the_parts_and_the_command() {
        let text = what_to_install(&missing(NOTHING_HERE));
        assert!(text.contains("- a browser"), "{text}");
        assert!(text.contains("apt-get install chromium fonts"), "{text}");
        assert!(!text.contains("a shell"), "{text}");
    }

    #[test]
    fn a_program_is_found_on_the_path() {
        assert!(on_path("cargo"));
        assert!(!on_path("no-such-program"));
    }
}

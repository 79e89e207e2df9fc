//! The command line: subcommands, their words and their help.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::OsStringValueParser;
use clap::{Arg, ArgMatches, Args, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::config::{Given, SETTINGS, Setting};

/// Self-hosted passkey identity provider: serves sign-in, admin center and a Graph-shaped API.
///
/// Without a command it serves. Every other command works on the server's own data, with or
/// without the server running.
#[derive(Debug, Parser)]
#[command(name = "keyward", version, after_help = AFTER_HELP, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Print the result as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) settings: Flags,
}

const AFTER_HELP: &str = "\
Settings are read from flags, then KEYWARD_… variables, then a TOML file; see docs/operating.md.

Exit codes: 0 done, 1 failed, 2 wrong usage or setting, 3 refused.";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve until told to stop; what happens without a command too
    Serve,
    /// Set the organisation up without a browser; its first administrator then needs a pass
    Init(Init),
    /// Applications: API clients with permissions of their own
    #[command(subcommand)]
    App(AppCommand),
    /// People
    #[command(subcommand)]
    User(UserCommand),
    /// Temporary Access Passes: the way in for a person without a passkey
    #[command(subcommand)]
    Pass(PassCommand),
    /// The passkey policy
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Which authenticator models are in use, and what today's policy says about each
    Aaguids(Aaguids),
    /// Fill an empty server with an invented organisation and real passkeys
    Demo(Demo),
    /// Copy everything to one file, while the server runs or not
    Backup(Backup),
    /// Check the integrity of the database; exit code 1 if it is damaged
    Check,
    /// Judge recorded ceremonies and statements: a line of JSON for each; exit code 1 if one could
    /// not be judged
    Verify(Verify),
    /// Show what an attestation object, certificate, token, receipt or metadata says
    Inspect(Inspect),
    /// Print the version
    Version,
}

/// `keyward verify`
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Files with a case each, as JSON
    #[arg(value_name = "CASE")]
    pub(crate) cases: Vec<PathBuf>,
    /// Read cases from standard input, one in each line
    #[arg(long)]
    pub(crate) stdin: bool,
}

/// `keyward inspect`
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// DER, PEM, CBOR, a token, base64 of these, or the answer of a browser; - reads standard input
    pub(crate) file: PathBuf,
}

/// `keyward init`
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// What people read
    #[arg(long, value_name = "NAME")]
    pub(crate) organisation: String,
    /// What stands after the @ in sign-in names
    #[arg(long)]
    pub(crate) domain: String,
}

/// `keyward app …`
#[derive(Debug, Subcommand)]
pub(crate) enum AppCommand {
    /// Register an API client; prints its tenantId, clientId and clientSecret once
    Add(AppAdd),
}

/// `keyward app add`
#[derive(Debug, Args)]
pub(crate) struct AppAdd {
    /// What people read in the logs
    #[arg(long)]
    pub(crate) name: String,
    /// Application permission, for example User.Read.All; repeat for more
    #[arg(long = "permission", value_name = "PERMISSION", required = true, num_args = 1..)]
    pub(crate) permissions: Vec<String>,
}

/// `keyward user …`
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Add a person
    Add(UserAdd),
}

/// `keyward user add`
#[derive(Debug, Args)]
pub(crate) struct UserAdd {
    /// Sign-in name, name@domain
    #[arg(long, value_name = "NAME@DOMAIN")]
    pub(crate) upn: String,
    /// What people read
    #[arg(long)]
    pub(crate) name: String,
    /// A guest, who may not register passkeys here
    #[arg(long)]
    pub(crate) guest: bool,
    /// Directory role by name or template id, for example "Global Administrator"; repeat for more
    #[arg(long = "role", value_name = "ROLE")]
    pub(crate) roles: Vec<String>,
    /// Group by name or id; repeat for more
    #[arg(long = "group", value_name = "GROUP")]
    pub(crate) groups: Vec<String>,
}

/// `keyward pass …`
#[derive(Debug, Subcommand)]
pub(crate) enum PassCommand {
    /// Issue a pass, replacing an older one; prints it once
    Issue(PassIssue),
}

/// `keyward pass issue`
#[derive(Debug, Args)]
pub(crate) struct PassIssue {
    /// Sign-in name or object id
    pub(crate) user: String,
    /// How long it works; without it, as long as the policy says
    #[arg(long, value_name = "MINUTES")]
    pub(crate) lifetime: Option<u32>,
    /// Works a single time
    #[arg(long)]
    pub(crate) once: bool,
}

/// `keyward policy …`
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Print the policy, as the API does
    Show,
    /// Say what a change would do to passkeys and people, and change nothing
    Preview(PolicyPreview),
    /// Make a change
    Apply(PolicyApply),
}

/// `keyward policy preview`
#[derive(Debug, Args)]
pub(crate) struct PolicyPreview {
    /// JSON body of a PATCH of the FIDO2 configuration; - reads standard input
    pub(crate) file: PathBuf,
}

/// `keyward policy apply`
#[derive(Debug, Args)]
pub(crate) struct PolicyApply {
    /// JSON body of a PATCH of the FIDO2 configuration; - reads standard input
    pub(crate) file: PathBuf,
    /// Make the change even if it stops passkeys that are in use
    #[arg(long)]
    pub(crate) confirm: bool,
}

/// `keyward aaguids`
#[derive(Debug, Args)]
pub(crate) struct Aaguids {
    /// How to print it; --json is short for json
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// Write to a file, replacing what it held
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// A line for each passkey (user id, AAGUID, model) in place of one for each model
    #[arg(long)]
    pub(crate) passkeys: bool,
    /// As --passkeys, and a line for each person who has none
    #[arg(long)]
    pub(crate) all_users: bool,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Columns for people
    Table,
    /// Comma-separated values with a heading (RFC 4180)
    Csv,
    /// A JSON array
    Json,
}

/// `keyward demo`
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// How many people
    #[arg(
        long,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u32).range(1..=10_000_000)
    )]
    pub(crate) users: u32,
    /// How many passkeys each has; every sixteenth person has none
    #[arg(long, value_name = "NUMBER", default_value_t = 1,
          value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(crate) passkeys_per_user: u32,
    /// The same seed gives the same people, ids and keys
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,
}

/// `keyward backup`
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// A file that does not exist yet
    pub(crate) file: PathBuf,
}

/// The flags of the settings, made from their table so that the two cannot differ.
#[derive(Debug)]
pub(crate) struct Flags(pub(crate) Given);

impl Args for Flags {
    fn augment_args(command: clap::Command) -> clap::Command {
        SETTINGS.iter().fold(command, |command, setting| command.arg(argument(setting)))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |setting: &Setting| {
            let text = matches.get_one::<OsString>(setting.key)?;
            Some((setting.key, text.clone()))
        };
        Ok(Self(SETTINGS.iter().filter_map(given).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn argument(setting: &'static Setting) -> Arg {
    let mut help = setting.meaning.replace('`', "");
    if let Some(first) = help.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if !setting.default.is_empty() {
        help.push_str(&format!(" [default: {}]", setting.default));
    }
    let help = format!("{help} [env: {}]", setting.variable());
    // Short help shows what operators need daily; --help shows all.
    let is_daily = matches!(setting.key, "data" | "database-url");
    Arg::new(setting.key)
        .long(setting.key)
        .value_name(setting.value)
        .value_parser(OsStringValueParser::new())
        .help(help)
        .help_heading("Settings")
        .global(true)
        .hide_short_help(!is_daily)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn settings_are_taken_before_and_after_the_command() {
        let before = Arguments::try_parse_from(["keyward", "--data", "x", "user", "add"]);
        assert!(before.is_err(), "what user add needs is missing");
        let after = Arguments::try_parse_from(["keyward", "check", "--data", "x", "--json"]);
        let after = after.unwrap();
        assert!(after.json);
        assert_eq!(after.settings.0.get("data"), Some(&OsString::from("x")));
    }

    #[test]
    fn without_a_command_it_serves() {
        assert!(Arguments::try_parse_from(["keyward"]).unwrap().command.is_none());
    }
}

//! How much is measured: the words of the command line, and what they mean in numbers.

use clap::{Parser, ValueEnum};

/// Connections at once, each waiting for its answers.
pub(crate) const CONNECTIONS: [usize; 3] = [1, 8, 32];

/// Passkey sign-ins through the real binary, beside what this machine can do at all.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench sign-in")]
pub(crate) struct Arguments {
    /// One short round of each, in less than two minutes
    #[arg(long)]
    pub(crate) quick: bool,
    /// People in the organisation
    #[arg(long, value_name = "NUMBER", default_value_t = 20_000,
          value_parser = clap::value_parser!(u32).range(200..=10_000_000))]
    pub(crate) users: u32,
    /// Which databases
    #[arg(long, value_enum, default_value_t = Engines::Both)]
    pub(crate) engine: Engines,
    /// Address of an empty, durable PostgreSQL database
    #[arg(long, value_name = "URL", env = "KEYWARD_BENCH_POSTGRES", hide_env_values = true)]
    pub(crate) postgres: Option<String>,
    /// Plays the empty server
    #[arg(long, hide = true)]
    pub(crate) hello: bool,
    /// Said by cargo
    #[arg(long, hide = true)]
    pub(crate) bench: bool,
}

/// Which databases are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engines {
    /// The embedded one
    Sqlite,
    /// The one with a server
    Postgres,
    /// One after the other
    Both,
}

/// The numbers of one run.
pub(crate) struct Scale {
    pub(crate) users: u32,
    /// Rounds of everything; the median counts.
    pub(crate) repetitions: u32,
    /// Sign-ins of a round, one number for each of [`CONNECTIONS`].
    pub(crate) ceremonies: [usize; 3],
    /// How often the preview is asked for.
    pub(crate) previews: usize,
}

impl Scale {
    pub(crate) fn of(arguments: &Arguments) -> Self {
        let users = arguments.users;
        if arguments.quick {
            Self { users, repetitions: 3, ceremonies: [300, 1_000, 1_600], previews: 5 }
        } else {
            Self { users, repetitions: 5, ceremonies: [800, 2_400, 4_800], previews: 15 }
        }
    }

    /// Everybody who signs in.
    pub(crate) fn most_players(&self) -> usize {
        self.ceremonies.into_iter().fold(0, std::cmp::max)
    }
}

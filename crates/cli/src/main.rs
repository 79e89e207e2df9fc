//! The `keyward` program: reads the command line, the environment and the settings file, and does
//! what was asked.

mod command;
mod config;
mod failure;
mod output;

mod logging;
mod operator;
mod suggestion;

mod aaguids;
mod application;
mod demo;
mod init;
mod inspect;
mod maintenance;
mod pass;
mod policy;
mod serve;
mod user;
mod verify;

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser as _;

use command::{AppCommand, Arguments, Command, PassCommand, PolicyCommand, UserCommand};
use config::Config;
use output::Audience;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if failure::is_reader_gone(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell if standard error is gone too.
            drop(writeln!(std::io::stderr().lock(), "keyward: {error:#}"));
            ExitCode::from(failure::exit_code(&error))
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    let audience = if arguments.json { Audience::Programs } else { Audience::People };
    let command = arguments.command.unwrap_or(Command::Serve);
    // what needs no data needs no settings either
    if let Command::Version = command {
        return maintenance::version(audience);
    }
    if let Command::Verify(verify) = &command {
        return verify::run(verify);
    }
    if let Command::Inspect(inspect) = &command {
        return inspect::run(audience, inspect);
    }
    let config = Config::resolve(&arguments.settings.0, &config::environment())?;
    match command {
        Command::Serve => serve::run(&config, audience),
        Command::Init(init) => init::run(&config, audience, &init),
        Command::App(AppCommand::Add(add)) => application::add(&config, audience, &add),
        Command::User(UserCommand::Add(add)) => user::add(&config, audience, &add),
        Command::Pass(PassCommand::Issue(issue)) => pass::issue(&config, audience, &issue),
        Command::Policy(PolicyCommand::Show) => policy::show(&config, audience),
        Command::Policy(PolicyCommand::Preview(preview)) => {
            policy::preview(&config, audience, &preview)
        }
        Command::Policy(PolicyCommand::Apply(apply)) => policy::apply(&config, audience, &apply),
        Command::Aaguids(aaguids) => aaguids::run(&config, audience, &aaguids),
        Command::Demo(demo) => demo::run(&config, audience, &demo),
        Command::Backup(backup) => maintenance::backup(&config, audience, &backup),
        Command::Check => maintenance::check(&config, audience),
        Command::Verify(verify) => verify::run(&verify),
        Command::Inspect(inspect) => inspect::run(audience, &inspect),
        Command::Version => maintenance::version(audience),
    }
}

//! `cargo bench -p cli --bench sign_in`: passkey sign-ins through the real binary, durable, on both
//! engines, beside the limits of the machine measured in the same run. See docs/performance.md.
#![expect(clippy::print_stdout, reason = "a program for a terminal: what it prints is its result")]

mod bare;
mod cast;
mod ceremonies;
mod client;
mod crowd;
mod durable;
mod engine;
mod hello;
mod limits;
mod measure;
mod place;
mod preview;
mod process;
mod report;
mod scale;

use std::path::Path;

use anyhow::{Context as _, Result};
use clap::Parser as _;
use tokio::runtime::Runtime;

use limits::round_trips;
use place::Place;
use process::{Cores, HEALTH, Server};
use report::Machine;
use scale::{Arguments, CONNECTIONS, Engines, Scale};

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.hello {
        return hello::serve();
    }
    // Below the build folder: on the disk that the work lies on, which /tmp often is not.
    let parent = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let places = places(&arguments, parent)?;
    let scale = Scale::of(&arguments);
    // One thread: the load must not take more than the core that is left to it.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let prepared = places.into_iter().map(|place| engine::prepare(place, &scale));
    let prepared: Vec<_> = prepared.collect::<Result<_>>()?;
    // Making the organisations needed every core; from here on we keep to ours.
    let machine = measure_machine(&runtime, &scale, parent)?;
    println!("{}", report::machine(&machine));
    for prepared in prepared {
        let measured = engine::measure(&runtime, prepared, machine.cores, &scale)?;
        println!("{}", report::engine(&machine, &measured));
    }
    Ok(())
}

fn places(arguments: &Arguments, parent: &Path) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    if arguments.engine != Engines::Postgres {
        places.push(Place::sqlite(parent)?);
    }
    if arguments.engine != Engines::Sqlite {
        let url = arguments.postgres.as_deref().context(
            "there is no PostgreSQL: run cargo xtask bench sign-in, or name an empty database \
             with --postgres, or choose --engine sqlite",
        )?;
        places.push(Place::postgres(parent, url)?);
    }
    Ok(places)
}

fn measure_machine(runtime: &Runtime, scale: &Scale, folder: &Path) -> Result<Machine> {
    let cores = Cores::part();
    let folder = tempfile::tempdir_in(folder)?;
    let limits = limits::measure(scale.repetitions, folder.path())?;
    let server = Server::hello(cores)?;
    let mut hellos = Vec::new();
    for (connections, count) in CONNECTIONS.into_iter().zip(scale.ceremonies) {
        let times = count.saturating_mul(8);
        hellos.push(runtime.block_on(round_trips(&server, HEALTH, connections, times))?);
    }
    Ok(Machine { limits, hellos, cores })
}

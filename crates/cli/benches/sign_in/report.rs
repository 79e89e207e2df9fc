//! The tables: what was measured, what this machine allows, and the goals between the two.

use std::time::Duration;

use crate::ceremonies::Round;
use crate::engine::Measured;
use crate::limits::{Limits, RoundTrip};
use crate::measure::{Cost, median, micros, percentile, ratio};
use crate::process::Cores;

/// What the machine allows whatever the engine.
pub(crate) struct Machine {
    pub(crate) limits: Limits,
    /// The empty server, one for each number of connections.
    pub(crate) hellos: Vec<RoundTrip>,
    pub(crate) cores: Cores,
}

/// The rounds of one number of connections, brought together.
struct Line {
    connections: usize,
    per_second: f64,
    p50: Duration,
    p99: Duration,
    cpu: Duration,
    bytes: u64,
    /// What one sign-in costs the server's core at least.
    limit: Duration,
}

/// The limits of the machine, as a table.
pub(crate) fn machine(machine: &Machine) -> String {
    let Machine { limits, hellos, cores } = machine;
    let cores = match cores {
        Cores::Apart => "the server alone on one core; load and database on another",
        Cores::Shared => "server, load and database wherever the system puts them",
    };
    let mut text = format!("Cores: {cores}\n\n| limit of this machine | time | a second |\n");
    text.push_str("| --- | ---: | ---: |\n");
    text.push_str(&limit("ECDSA P-256 verification, one core (CPU)", limits.verify.cpu));
    text.push_str(&limit("ECDSA P-256 signature, one core (CPU)", limits.sign.cpu));
    text.push_str(&limit("write 4 KiB in place and fdatasync", limits.flush));
    for hello in hellos {
        text.push_str(&round_trip("empty server", hello));
    }
    text
}

/// Everything about one engine, as tables.
pub(crate) fn engine(machine: &Machine, measured: &Measured) -> String {
    let (engine, users) = (measured.engine, measured.users);
    let mut text = format!("\n## {engine}, {users} people\n\n");
    text.push_str("| limit of this engine, its own driver | time | a second |\n");
    text.push_str("| --- | ---: | ---: |\n");
    text.push_str(&limit("passkey with owner by credential id (CPU)", measured.look_up.cpu));
    text.push_str(&both("the rows of one sign-in, one in a commit", measured.alone));
    text.push_str(&both("the rows of one sign-in, 32 in a commit", measured.grouped));
    text.push_str(&limit("all passkeys counted by class", measured.classes));
    for health in &measured.healths {
        text.push_str(&round_trip("/healthz of Keyward", health));
    }
    text.push_str(
        "\n| sign-ins at once | a second | p50 | p99 | server CPU | limit | CPU of limit \
         | bytes |\n| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    let lines = lines(machine, measured);
    for line in &lines {
        let Line { connections, per_second, p50, p99, cpu, bytes, limit } = line;
        let part = ratio(limit.as_secs_f64(), cpu.as_secs_f64());
        text.push_str(&format!(
            "| {connections} | {per_second:.0} | {} | {} | {} | {} | {part:.2} | {bytes} |\n",
            time(*p50),
            time(*p99),
            time(*cpu),
            time(*limit),
        ));
    }
    text.push_str("\n| goal | measured | passes at | |\n| --- | ---: | ---: | --- |\n");
    text.push_str(&goals(machine, measured, &lines));
    text
}

fn lines(machine: &Machine, measured: &Measured) -> Vec<Line> {
    let rounds = measured.rounds.iter().zip(&machine.hellos);
    rounds.map(|(rounds, hello)| line(rounds, measured, machine, *hello)).collect()
}

fn line(rounds: &[Round], measured: &Measured, machine: &Machine, hello: RoundTrip) -> Line {
    let mut rates: Vec<f64> = rounds.iter().map(|round| round.per_second).collect();
    rates.sort_unstable_by(f64::total_cmp);
    let all = || rounds.iter().flat_map(|round| round.latencies.iter().copied()).collect();
    let row = if hello.connections == 1 { measured.alone } else { measured.grouped };
    let once = machine.limits.verify.cpu.saturating_add(measured.look_up.cpu);
    let limit = once.saturating_add(hello.cpu.saturating_mul(2)).saturating_add(row.cpu);
    Line {
        connections: hello.connections,
        per_second: rates.get(rates.len() / 2).copied().unwrap_or_default(),
        p50: percentile(all(), 50),
        p99: percentile(all(), 99),
        cpu: median(rounds.iter().map(|round| round.cpu).collect()),
        bytes: rounds.first().map_or(0, |round| round.bytes),
        limit,
    }
}

fn goals(machine: &Machine, measured: &Measured, lines: &[Line]) -> String {
    let [alone, many] = measured.units;
    let mut text = String::new();
    if let Some(most) = lines.last() {
        let part = ratio(most.limit.as_secs_f64(), most.cpu.as_secs_f64());
        text.push_str(&goal("P6 CPU of the limit, 32 at once", part, At::Least(0.6)));
    }
    if let (Some(one), Some(hello)) = (lines.first(), machine.hellos.first()) {
        let limits = &machine.limits;
        let floor = [measured.flush, limits.verify.wall, limits.sign.wall, hello.latency * 2];
        let floor: Duration = floor.into_iter().sum();
        let part = ratio(one.p50.as_secs_f64(), floor.as_secs_f64());
        text.push_str(&goal("P9 p50 of one at a time, in its limits", part, At::Most(4.0)));
    }
    let mibs = |kib: u64| f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1024.0;
    let preview = measured.preview.took;
    let scan = ratio(preview.as_secs_f64(), measured.classes.as_secs_f64());
    text.push_str(
        &[
            goal(
                "P10 store: sign-ins made durable one by one, per fdatasync",
                alone,
                At::Least(0.75),
            ),
            goal("P10 store: the same with 32 writers, per fdatasync", many, At::Least(3.0)),
            goal("P14 memory when idle, MiB", mibs(measured.idle_kib), At::Most(20.0)),
            goal("P14 memory after the load, MiB", mibs(measured.busy_kib), At::Most(48.0)),
            goal(
                "P15 bytes on disk per person, both logs left out",
                measured.bytes_per_user,
                At::Most(450.0),
            ),
            goal(
                "P16 cold start to the first 200, ms",
                measured.cold_start.as_secs_f64() * 1e3,
                At::Most(120.0),
            ),
            goal("P18 impact preview, ms", preview.as_secs_f64() * 1e3, At::Most(1_000.0)),
            goal("P18 impact preview, in bare counts by class", scan, At::Most(3.0)),
        ]
        .concat(),
    );
    text.push_str(&format!(
        "\nThe previewed change would stop {} passkeys. Making the organisation took {:.1} s.\n",
        measured.preview.stopping,
        measured.seeding.as_secs_f64(),
    ));
    text
}

/// On which side of a number a goal is met.
#[derive(Clone, Copy)]
enum At {
    Least(f64),
    Most(f64),
}

fn goal(name: &str, measured: f64, passes: At) -> String {
    let (met, passes) = match passes {
        At::Least(number) => (measured >= number, format!("≥ {number}")),
        At::Most(number) => (measured <= number, format!("≤ {number}")),
    };
    let met = if met { "met" } else { "**missed**" };
    format!("| {name} | {measured:.2} | {passes} | {met} |\n")
}

fn limit(name: &str, took: Duration) -> String {
    let rate = ratio(1.0, took.as_secs_f64());
    format!("| {name} | {} | {rate:.0} |\n", time(took))
}

fn both(name: &str, cost: Cost) -> String {
    limit(&format!("{name} ({} of CPU)", time(cost.cpu)), cost.wall)
}

fn round_trip(name: &str, one: &RoundTrip) -> String {
    let (connections, rate) = (one.connections, one.per_second);
    let (p50, cpu) = (time(one.latency), time(one.cpu));
    format!("| {name}, {connections} at once: p50, server CPU | {p50}, {cpu} | {rate:.0} |\n")
}

/// A duration in the unit that suits it.
fn time(time: Duration) -> String {
    let micros = micros(time);
    if micros < 1_000.0 {
        format!("{micros:.1} µs")
    } else {
        format!("{:.2} ms", micros / 1_000.0)
    }
}

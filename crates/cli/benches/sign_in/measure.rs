//! Clocks and counters: the wall's time, a thread's and a process's CPU, memory, medians.

use std::fs::read_to_string;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

/// Linux counts CPU time in `/proc/PID/stat` in hundredths of a second on every machine it
/// shows to programs (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// What one operation takes, by the wall's clock and by the CPU's.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
}

/// Repeats `work` in rounds on this thread; the median round decides, so that a neighbour who
/// takes the CPU for a moment does not.
pub(crate) fn cost(
    rounds: u32,
    times: u32,
    mut work: impl FnMut(u32) -> Result<()>,
) -> Result<Cost> {
    ensure!(times > 0, "nothing to measure");
    let mut walls = Vec::new();
    let mut cpus = Vec::new();
    for round in 0..rounds {
        let (watch, cpu) = (stopwatch(), thread_cpu()?);
        for time in 0..times {
            work(round.saturating_mul(times).saturating_add(time))?;
        }
        walls.push(watch.elapsed() / times);
        cpus.push(thread_cpu()?.saturating_sub(cpu) / times);
    }
    Ok(Cost { wall: median(walls), cpu: median(cpus) })
}

/// A clock that starts now.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time, it decides nothing")]
pub(crate) fn stopwatch() -> Instant {
    Instant::now()
}

/// The CPU that this thread has used.
pub(crate) fn thread_cpu() -> Result<Duration> {
    let text = read_to_string("/proc/thread-self/schedstat")
        .context("no CPU time of this thread: the benchmark needs Linux")?;
    let used = text.split_ascii_whitespace().next().context("schedstat is empty")?;
    Ok(Duration::from_nanos(used.parse()?))
}

/// The CPU that a process has used, all its threads together, those that ended too.
pub(crate) fn process_cpu(process: u32) -> Result<Duration> {
    let text = read_to_string(format!("/proc/{process}/stat"))?;
    // The name stands in brackets and may hold anything; 14 and 15 are user and system time.
    let (_, fields) = text.rsplit_once(')').context("stat has no name")?;
    let ticks = fields.split_ascii_whitespace().skip(11).take(2).map(str::parse::<u32>);
    let ticks: u32 = ticks.sum::<Result<u32, _>>()?;
    Ok(TICK.saturating_mul(ticks))
}

/// The memory that a process holds, in KiB.
pub(crate) fn resident_kib(process: u32) -> Result<u64> {
    let text = read_to_string(format!("/proc/{process}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.split_ascii_whitespace().next().context("VmRSS is empty")?.parse()?)
}

/// The middle one; zero of none.
pub(crate) fn median(times: Vec<Duration>) -> Duration {
    percentile(times, 50)
}

/// The time that this many of a hundred do not exceed; zero of none.
pub(crate) fn percentile(mut times: Vec<Duration>, hundredths: usize) -> Duration {
    times.sort_unstable();
    let last = times.len().saturating_sub(1);
    let place = last.saturating_mul(hundredths).saturating_add(50) / 100;
    times.get(place).copied().unwrap_or_default()
}

/// How often something happens in a second, if it happened `times` in `whole`.
pub(crate) fn per_second(times: u32, whole: Duration) -> f64 {
    ratio(f64::from(times), whole.as_secs_f64())
}

/// A quotient; zero where there is nothing to divide by.
pub(crate) fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Microseconds, for printing.
pub(crate) fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// A count as a number to divide by; beyond four thousand million it stays there.
pub(crate) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

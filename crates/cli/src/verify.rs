//! `keyward verify`: judges evidence that was written down, one JSON object for each case.

mod files;

use std::io::{self, BufRead as _, BufReader, BufWriter, Write};

use anyhow::{Context as _, Result, anyhow};
use serde_json::json;
use server::Clock;
use webauthn::Timestamp;
use webauthn::case;

use crate::command::Verify;
use crate::failure::WrongInput;
use files::Files;

/// Prints a verdict for each case, a line each. Fails at the end if one could not be judged.
pub(crate) fn run(asked: &Verify) -> Result<()> {
    if asked.stdin != asked.cases.is_empty() {
        return Err(WrongInput("name files with cases, or say --stdin".to_owned()).into());
    }
    let mut judge = Judge {
        now: Clock::system().now(),
        out: BufWriter::with_capacity(1 << 16, io::stdout().lock()),
        failed: 0,
    };
    if asked.stdin {
        judge_lines(&mut judge)?;
    }
    for path in &asked.cases {
        let place = path.display();
        let case = std::fs::read_to_string(path).with_context(|| format!("cannot read {place}"));
        judge.judge(&case?, &Files::beside(path))?;
    }
    judge.out.flush().context("cannot write to standard output")?;
    match judge.failed {
        0 => Ok(()),
        failed => Err(anyhow!("{failed} cases could not be judged, as said above")),
    }
}

/// A case in each line of standard input.
fn judge_lines<W: Write>(judge: &mut Judge<W>) -> Result<()> {
    let files = Files::here();
    let mut input = BufReader::with_capacity(1 << 20, io::stdin().lock());
    let mut line = String::new();
    while input.read_line(&mut line).context("cannot read standard input")? > 0 {
        if !line.trim().is_empty() {
            judge.judge(&line, &files)?;
        }
        line.clear();
        // whoever waits for an answer before asking on must get it
        if input.buffer().is_empty() {
            judge.out.flush().context("cannot write to standard output")?;
        }
    }
    Ok(())
}

struct Judge<W> {
    now: Timestamp,
    out: W,
    failed: u64,
}

impl<W: Write> Judge<W> {
    /// Prints the verdict, or why there is none.
    fn judge(&mut self, case: &str, files: &Files) -> Result<()> {
        let json = match case::judge(case, self.now, |path| files.read(path)) {
            Ok(verdict) => verdict.to_json(),
            Err(error) => {
                self.failed = self.failed.saturating_add(1);
                let id = serde_json::from_str::<serde_json::Value>(case).ok();
                let id = id.as_ref().and_then(|case| case.get("id"));
                json!({
                    "id": id,
                    "verdict": "error",
                    "code": "case-not-judged",
                    "detail": error.to_string(),
                    "facts": {},
                })
            }
        };
        writeln!(self.out, "{json}").context("cannot write to standard output")
    }
}

#[cfg(test)]
mod tests;

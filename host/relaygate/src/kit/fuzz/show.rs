//! How a run stands, seen while it goes on: one line that is written over each second on a
//! terminal, a line now and then elsewhere. And what came of it, at its end.
//!
//! Not here: what is counted (`policy::fuzz`).

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use super::{Found, Moment};

/// What is seen of a run.
pub(super) struct Show {
    /// On a terminal.
    bar: Option<ProgressBar>,
    over_time: Vec<Moment>,
    /// When to look next.
    due: Instant,
    /// When to write the next line, where there is no terminal.
    line_due: Instant,
    /// Between two moments that are kept.
    every: Duration,
}

const EVERY: Duration = Duration::from_secs(1);
const LINE_EVERY: Duration = Duration::from_secs(5);
/// More moments than this are thinned: every other one goes.
const MOMENTS_MAX: usize = 240;
/// Columns of the small picture.
const COLUMNS: usize = 24;

impl Show {
    pub(super) fn start() -> Self {
        let now = Instant::now();
        Self {
            bar: std::io::stderr().is_terminal().then(bar),
            over_time: Vec::new(),
            due: now + EVERY,
            line_due: now + EVERY,
            every: EVERY,
        }
    }

    /// Tells how it stands, if it is time for that.
    pub(super) fn stands(&mut self, moment: impl FnOnce() -> Moment) {
        let now = Instant::now();
        if now < self.due {
            return;
        }
        self.due = now + EVERY;
        let moment = moment();
        let last = self.over_time.last().map_or(0.0, |it| it.seconds);
        if moment.seconds - last >= self.every.as_secs_f64() * 0.9 {
            self.keep(moment);
        }
        match &self.bar {
            Some(bar) => bar.set_message(self.line(&moment)),
            None if now >= self.line_due => {
                self.line_due = now + LINE_EVERY;
                say(&self.line(&moment));
            }
            None => {}
        }
    }

    /// Tells of a finding at once.
    pub(super) fn found(&self, found: &Found) {
        let line = format!("{} at {}: {}", found.kind, found.question, found.what);
        match &self.bar {
            Some(bar) => bar.println(line),
            None => say(&line),
        }
    }

    pub(super) fn end(&mut self, end: &Moment) {
        self.keep(*end);
        // The report says the same.
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    pub(super) fn over_time(self) -> Vec<Moment> {
        self.over_time
    }

    fn keep(&mut self, moment: Moment) {
        self.over_time.push(moment);
        if self.over_time.len() > MOMENTS_MAX {
            let mut at = 0;
            self.over_time.retain(|_| {
                at += 1;
                at % 2 == 0
            });
            self.every *= 2;
        }
    }

    fn line(&self, moment: &Moment) -> String {
        let rate = per_second(moment.executions, moment.seconds);
        let picture = picture(&self.over_time);
        format!(
            "{:.0} s  {} executions  {rate}/s  edges {} of {} {picture}  corpus {}  findings {}",
            moment.seconds,
            moment.executions,
            moment.edges,
            moment.edges_all,
            moment.inputs,
            moment.findings
        )
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{msg}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn say(line: &str) {
    // Whoever reads may have read enough.
    drop(writeln!(std::io::stderr(), "{line}"));
}

fn per_second(executions: u64, seconds: f64) -> u64 {
    match seconds > 0.0 {
        true => (executions as f64 / seconds) as u64,
        false => 0,
    }
}

/// The edges over time, as small bars: the last one as high as there are.
fn picture(over_time: &[Moment]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = over_time.iter().map(|it| it.edges).max().unwrap_or(0);
    let columns = over_time.len().min(COLUMNS);
    let column = |at: usize| {
        let moment = &over_time[(at + 1) * over_time.len() / columns - 1];
        let high = u64::from(moment.edges) * 8 / u64::from(most.max(1));
        BARS[usize::try_from(high).unwrap_or(8).clamp(1, 8) - 1]
    };
    (0..columns).map(column).collect()
}

/// A report, for people.
pub(super) fn words(report: &Value) -> String {
    let end = &report["end"];
    let seconds = end["seconds"].as_f64().unwrap_or_default();
    let executions = end["executions"].as_u64().unwrap_or_default();
    let rate = per_second(executions, seconds);
    let mut text = format!(
        "{executions} executions in {seconds:.0} s ({rate}/s), edges {} of {}, {} inputs in {}\n",
        end["edges"],
        end["edges_all"],
        end["inputs"],
        plain(&report["corpus"])
    );
    if end["edges_all"] == 0 {
        text += "no edges of its code could be counted: chance alone led\n";
    }
    if let Some(left_out @ 1..) = report["edges_left_out"].as_u64() {
        text += &format!("{left_out} edges more were not counted: there are too many\n");
    }
    for undecided in list(&report["undecided"]) {
        let (rule, times) = (plain(&undecided["invariant"]), &undecided["times"]);
        let why = plain(&undecided["why"]);
        text += &format!("{rule} could not be decided {times} times, at last: {why}\n");
    }
    for found in list(&report["findings"]) {
        let (kind, question) = (plain(&found["kind"]), plain(&found["question"]));
        let (what, command) = (plain(&found["what"]), plain(&found["command"]));
        text += &format!("{kind} at {question}: {what}\n  {command}\n");
    }
    match list(&report["findings"]).len() {
        0 => text + "nothing was found\n",
        _ => text,
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn plain(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(seconds: f64, edges: u32) -> Moment {
        Moment {
            seconds,
            executions: 0,
            edges,
            edges_all: 100,
            inputs: 0,
            findings: 0,
        }
    }

    #[test]
    fn the_picture_rises_to_its_highest_bar() {
        let over_time: Vec<Moment> = (1..=48_u32).map(|it| moment(it.into(), it)).collect();
        let picture = picture(&over_time);
        assert_eq!(picture.chars().count(), COLUMNS);
        assert!(
            picture.starts_with('▁') && picture.ends_with('█'),
            "{picture}"
        );
        assert_eq!(super::picture(&[]), "");
    }

    #[test]
    fn a_long_run_keeps_few_moments() {
        let mut show = Show::start();
        for second in 0..10_000_u32 {
            show.due = Instant::now();
            show.stands(|| moment(second.into(), second));
        }
        let moments = show.over_time();
        assert!(
            (MOMENTS_MAX / 4..=MOMENTS_MAX).contains(&moments.len()),
            "{}",
            moments.len()
        );
        let apart = |pair: &[Moment]| pair[1].seconds > pair[0].seconds;
        assert!(moments.windows(2).all(apart));
    }
}

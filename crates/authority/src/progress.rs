//! How far long work has come on standard error: a bar that is redrawn on a terminal, a line every
//! few seconds elsewhere. Work that ends within seconds shows nothing.

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

/// Time before the bar is first drawn on a terminal, and between two drawings.
const REDRAW: Duration = Duration::from_millis(200);
/// The same for lines elsewhere.
const LINE_EVERY: Duration = Duration::from_secs(5);
/// Length of the bar in characters.
const WIDTH: u64 = 30;

/// Work of a known size. Dropping it removes the bar.
pub(crate) struct ProgressBar {
    what: &'static str,
    total: u64,
    /// The clock is not read before that much is done: reading it costs something too.
    next: u64,
    started: Instant,
    /// When something was last shown, since the start.
    shown: Duration,
    terminal: bool,
    drawn: bool,
    /// What is counted, if the speed is shown too.
    unit: Option<&'static str>,
}

impl ProgressBar {
    /// Starts work of that size, in any unit.
    pub(crate) fn new(what: &'static str, total: u64) -> Self {
        Self {
            what,
            total,
            next: 0,
            started: Instant::now(),
            shown: Duration::ZERO,
            terminal: io::stderr().is_terminal(),
            drawn: false,
            unit: None,
        }
    }

    /// Also shows how many of these are done per second, and how long the rest will take.
    pub(crate) fn of(mut self, unit: &'static str) -> Self {
        self.unit = Some(unit);
        self
    }

    /// Reports how much is done.
    pub(crate) fn at(&mut self, done: u64) {
        if done < self.next {
            return;
        }
        self.next = done + (self.total / 1000).max(1);
        let elapsed = self.started.elapsed();
        let pause = if self.terminal { REDRAW } else { LINE_EVERY };
        if elapsed < self.shown + pause {
            return;
        }
        self.shown = elapsed;
        // A closed standard error is no reason to stop working.
        let pace = self.unit.map(|unit| pace(done, self.total, elapsed, unit));
        let pace = pace.unwrap_or_default();
        let _ = if self.terminal {
            self.drawn = true;
            let mut stderr = io::stderr().lock();
            let bar = bar(self.what, done, self.total);
            write!(stderr, "\r{bar}{pace}\x1b[K").and_then(|()| stderr.flush())
        } else {
            let line = line(self.what, done, self.total);
            writeln!(io::stderr(), "{line}{pace}")
        };
    }
}

impl Drop for ProgressBar {
    fn drop(&mut self) {
        if self.drawn {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

fn percent(done: u64, total: u64) -> u64 {
    (u128::from(done.min(total)) * 100 / u128::from(total.max(1))) as u64
}

fn line(what: &str, done: u64, total: u64) -> String {
    format!("{what}: {}%", percent(done, total))
}

fn bar(what: &str, done: u64, total: u64) -> String {
    let percent = percent(done, total);
    let filled = (percent * WIDTH / 100) as usize;
    let (done, left) = ("#".repeat(filled), "-".repeat(WIDTH as usize - filled));
    format!("{what} [{done}{left}] {percent:3}%")
}

fn pace(done: u64, total: u64, elapsed: Duration, unit: &str) -> String {
    let rate = done as f64 / elapsed.as_secs_f64().max(0.001);
    let left = (total.saturating_sub(done) as f64 / rate.max(0.001)) as u64;
    let left = match left {
        0..120 => format!("{left} s"),
        120..7200 => format!("{} min", left / 60),
        _ => format!("{} h {} min", left / 3600, left / 60 % 60),
    };
    format!(", {rate:.1} {unit}/s, {left} left")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_says_how_many_a_second_and_how_long_is_left() {
        let pace = |done, total| pace(done, total, Duration::from_secs(10), "persons");
        assert_eq!(pace(430, 1290), ", 43.0 persons/s, 20 s left");
        assert_eq!(pace(430, 43_430), ", 43.0 persons/s, 16 min left");
        assert_eq!(pace(430, 1_000_430), ", 43.0 persons/s, 6 h 27 min left");
        assert_eq!(pace(0, 0), ", 0.0 persons/s, 0 s left");
        assert_eq!(pace(10, 10), ", 1.0 persons/s, 0 s left");
    }

    #[test]
    fn a_bar_goes_from_empty_to_full_and_never_beyond() {
        assert_eq!(
            bar("reading", 0, 10),
            "reading [------------------------------]   0%"
        );
        assert_eq!(
            bar("reading", 5, 10),
            "reading [###############---------------]  50%"
        );
        for (done, total) in [(10, 10), (11, 10), (u64::MAX, u64::MAX)] {
            assert_eq!(
                bar("reading", done, total),
                "reading [##############################] 100%"
            );
        }
        assert_eq!(line("reading", 0, 0), "reading: 0%");
    }
}

//! How far long work has come: a bar that is drawn again on a terminal, a line now and then elsewhere.
//! Work that is done within seconds says nothing.

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::Duration,
};

use crate::clock;

/// How long nothing is said on a terminal at first, and between two drawings of the bar.
const REDRAW: Duration = Duration::from_millis(200);
/// The same for lines elsewhere.
const SAY: Duration = Duration::from_secs(5);
/// Characters of the bar.
const WIDTH: u64 = 30;

/// Work of a known size.
pub(crate) struct Progress {
    what: &'static str,
    total: u64,
    /// Nothing is looked at before that much is done: asking for the time costs something too.
    next: u64,
    elapsed: Box<dyn Fn() -> Duration>,
    /// When something was last said, since the start.
    said: Duration,
    terminal: bool,
    drawn: bool,
}

impl Progress {
    /// Begins work: `total` is in any unit.
    pub(crate) fn new(what: &'static str, total: u64) -> Self {
        Self {
            what,
            total,
            next: 0,
            elapsed: Box::new(clock::stopwatch()),
            said: Duration::ZERO,
            terminal: io::stderr().is_terminal(),
            drawn: false,
        }
    }

    /// So much of it is done.
    pub(crate) fn at(&mut self, done: u64) {
        if done < self.next {
            return;
        }
        self.next = done + (self.total / 1000).max(1);
        let elapsed = (self.elapsed)();
        let pause = if self.terminal { REDRAW } else { SAY };
        if elapsed < self.said + pause {
            return;
        }
        self.said = elapsed;
        // A closed standard error is no reason to stop working.
        let _ = if self.terminal {
            self.drawn = true;
            let mut stderr = io::stderr().lock();
            write!(stderr, "\r{}\x1b[K", bar(self.what, done, self.total))
                .and_then(|()| stderr.flush())
        } else {
            writeln!(io::stderr(), "{}", line(self.what, done, self.total))
        };
    }
}

impl Drop for Progress {
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

#[cfg(test)]
mod tests {
    use super::*;

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

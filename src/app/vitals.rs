//! Figures of the running scanner, for benchmarks and soaks: when the first picture was on screen,
//! how long each verdict took, and every second how much went through. Nothing of it says who
//! passed.

use std::{
    fmt,
    sync::mpsc::Sender,
    time::{Duration, Instant},
};

use gatepost_checkpoint::Outcome;

use super::event::Stamps;
use crate::ui::UiHandle;

/// Something worth a figure. Its text is a line of tab-separated words and numbers; times in
/// milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Vital {
    /// The first camera picture is drawn, so long after the start.
    FirstPicture(Duration),
    /// A verdict on a frame is drawn.
    Verdict(VerdictTimes),
    /// What went through since the start; sent every second, once the window has answered.
    Passed(Throughput),
}

/// Where the time went between a frame and the picture of its verdict.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VerdictTimes {
    /// What was decided.
    pub outcome: Outcome,
    /// The frame waited for the decoder.
    pub wait: Duration,
    /// Its codes were read.
    pub decode: Duration,
    /// They were judged: the way to the loop, signatures, lists, rules.
    pub judge: Duration,
    /// The verdict was drawn: the way to the window, layout, pixels.
    pub draw: Duration,
}

/// What went through since the start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throughput {
    /// Since the start.
    pub running: Duration,
    /// Frames that came from the camera.
    pub frames: u64,
    /// Those of them that a newer one replaced before they were read.
    pub dropped: u64,
    /// Verdicts shown.
    pub verdicts: u64,
    /// Passages on the disk.
    pub logged: u64,
    /// How long the window took to draw and answer.
    pub lag: Duration,
}

impl VerdictTimes {
    /// From the frame that was handed in to the picture of its verdict.
    pub fn whole(&self) -> Duration {
        self.wait + self.decode + self.judge + self.draw
    }
}

impl fmt::Display for Vital {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |time: &Duration| time.as_secs_f64() * 1000.0;
        match self {
            Self::FirstPicture(after) => write!(f, "first-picture\t{:.1}", ms(after)),
            Self::Verdict(times) => {
                write!(f, "verdict\t{}", times.outcome.name())?;
                let parts = [times.wait, times.decode, times.judge, times.draw];
                parts
                    .iter()
                    .try_for_each(|part| write!(f, "\t{:.2}", ms(part)))
            }
            Self::Passed(passed) => write!(
                f,
                "passed\t{:.0}\t{}\t{}\t{}\t{}\t{:.1}",
                ms(&passed.running),
                passed.frames,
                passed.dropped,
                passed.verdicts,
                passed.logged,
                ms(&passed.lag)
            ),
        }
    }
}

/// Takes the figures of the loop; without a listener it only counts.
#[derive(Debug)]
pub(crate) struct Vitals {
    listener: Option<Sender<Vital>>,
    started: Instant,
    verdicts: u64,
    logged: u64,
    /// The frame whose verdict is about to be shown.
    sighted: Option<Stamps>,
    /// The camera was live before.
    lived: bool,
}

impl Vitals {
    pub(crate) fn new(listener: Option<Sender<Vital>>, started: Instant) -> Self {
        Self {
            listener,
            started,
            verdicts: 0,
            logged: 0,
            sighted: None,
            lived: false,
        }
    }

    /// The camera has given a frame, which was sent to the window.
    pub(crate) fn camera_live(&mut self, ui: &UiHandle) {
        let first = !std::mem::replace(&mut self.lived, true);
        if let (true, Some(listener)) = (first, self.listener.clone()) {
            let started = self.started;
            ui.once_drawn(move || {
                // Whoever listened has gone.
                let _ = listener.send(Vital::FirstPicture(started.elapsed()));
            });
        }
    }

    /// A verdict on this frame is about to be shown.
    pub(crate) fn sighted(&mut self, stamps: Stamps) {
        self.verdicts += 1;
        self.sighted = Some(stamps);
    }

    /// It was sent to the window.
    pub(crate) fn presented(&mut self, outcome: Outcome, ui: &UiHandle) {
        let sent = Instant::now();
        if let (Some(stamps), Some(listener)) = (self.sighted.take(), self.listener.clone()) {
            ui.once_drawn(move || {
                let times = VerdictTimes {
                    outcome,
                    wait: stamps.taken - stamps.came,
                    decode: stamps.read - stamps.taken,
                    judge: sent - stamps.read,
                    draw: sent.elapsed(),
                };
                let _ = listener.send(Vital::Verdict(times));
            });
        }
    }

    /// A passage is on the disk.
    pub(crate) fn logged(&mut self) {
        self.logged += 1;
    }

    /// Reports what went through, once the window has drawn what it was sent.
    pub(crate) fn report(&self, frames: u64, dropped: u64, ui: &UiHandle) {
        let Some(listener) = self.listener.clone() else {
            return;
        };
        let asked = Instant::now();
        let passed = Throughput {
            running: asked - self.started,
            frames,
            dropped,
            verdicts: self.verdicts,
            logged: self.logged,
            lag: Duration::ZERO,
        };
        ui.once_drawn(move || {
            let lag = asked.elapsed();
            let _ = listener.send(Vital::Passed(Throughput { lag, ..passed }));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vital_is_a_line_that_a_script_can_take_apart() {
        let ms = Duration::from_millis;
        let times = VerdictTimes {
            outcome: Outcome::Check,
            wait: ms(1),
            decode: Duration::from_micros(2500),
            judge: ms(3),
            draw: ms(4),
        };
        assert_eq!(times.whole(), Duration::from_micros(10_500));
        let passed = Throughput {
            running: ms(61_000),
            frames: 1830,
            dropped: 2,
            verdicts: 41,
            logged: 40,
            lag: ms(7),
        };
        let lines = [
            (Vital::FirstPicture(ms(123)), "first-picture\t123.0"),
            (
                Vital::Verdict(times),
                "verdict\tcheck\t1.00\t2.50\t3.00\t4.00",
            ),
            (Vital::Passed(passed), "passed\t61000\t1830\t2\t41\t40\t7.0"),
        ];
        for (vital, line) in lines {
            assert_eq!(vital.to_string(), line);
        }
    }
}

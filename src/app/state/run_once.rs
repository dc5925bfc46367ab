//! `--once`: the end of a run over a folder of pictures, when everything is logged and sent.

use std::time::{Duration, Instant};

/// How long the last exchange with the hub may take.
const LAST_EXCHANGE: Duration = Duration::from_secs(20);

/// How far a run with `--once` is from its end.
#[derive(Debug, Default)]
pub(crate) struct RunOnce {
    wanted: bool,
    ending: Option<Ending>,
}

/// The pictures are through.
#[derive(Debug)]
struct Ending {
    /// Not later than this.
    deadline: Instant,
    /// Whether the last exchange was asked for.
    asked: bool,
}

impl RunOnce {
    pub(crate) fn new(wanted: bool) -> Self {
        Self {
            wanted,
            ending: None,
        }
    }

    /// The pictures are through.
    pub(crate) fn through(&mut self, at: Instant) {
        if self.wanted {
            self.ending = Some(Ending {
                deadline: at + LAST_EXCHANGE,
                asked: false,
            });
        }
    }

    /// Whether the run is over: everything is logged, and the hub has it or can't be asked. `ask`
    /// asks for the last exchange, where there is something to send, and says whether that is
    /// possible.
    pub(crate) fn is_over(
        &mut self,
        at: Instant,
        all_logged: bool,
        ask: impl FnOnce() -> bool,
    ) -> bool {
        let Some(ending) = &mut self.ending else {
            return false;
        };
        if at >= ending.deadline {
            return true;
        }
        if all_logged && !ending.asked {
            ending.asked = true;
            return !ask();
        }
        false
    }

    /// An exchange has ended: with the last one there is nothing more to wait for.
    pub(crate) fn exchanged(&mut self, at: Instant) {
        if let Some(ending) = self.ending.as_mut().filter(|ending| ending.asked) {
            ending.deadline = at;
        }
    }
}

//! The passage log as the loop sees it: the way to its writer, what is on its way there, and how
//! writing went.

use gatepost_pass::policy::WhenLogFull;

use crate::{
    app::threads::log_writer::{LogRequest, LogWriter, WriterGone},
    ui::SavedState,
};

/// The way to the passage log.
#[derive(Debug, Default)]
pub(crate) struct LogLink {
    /// Nothing on a device that is not enrolled. Dropping it waits until all that was sent is on
    /// the disk.
    writer: Option<LogWriter>,
    on_their_way: u64,
    health: LogHealth,
}

/// How writing the log went last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LogHealth {
    #[default]
    Works,
    Failing,
    /// There is no space, and this is what the policy says about it.
    Full(WhenLogFull),
}

impl LogLink {
    pub(crate) fn new(writer: Option<LogWriter>) -> Self {
        Self {
            writer,
            ..Self::default()
        }
    }

    /// Hands a passage over. The answer comes as an event.
    pub(crate) fn append(&mut self, request: LogRequest) -> Result<(), WriterGone> {
        self.writer.as_ref().ok_or(WriterGone)?.append(request)?;
        self.on_their_way += 1;
        Ok(())
    }

    /// One of those on their way is on the disk.
    pub(crate) fn arrived(&mut self) {
        self.on_their_way = self.on_their_way.saturating_sub(1);
    }

    /// How many passages were handed over and are not on the disk yet.
    pub(crate) fn on_their_way(&self) -> u64 {
        self.on_their_way
    }

    /// Takes in how writing went. Gives how it went before.
    pub(crate) fn set_health(&mut self, health: LogHealth) -> LogHealth {
        std::mem::replace(&mut self.health, health)
    }

    pub(crate) fn health(&self) -> LogHealth {
        self.health
    }

    /// Whether nobody is judged now: there is no space, and the policy says stop.
    pub(crate) fn is_stopped(&self) -> bool {
        self.health == LogHealth::Full(WhenLogFull::Stop)
    }

    /// The word for a passage that is not on the disk.
    pub(crate) fn not_logged(&self) -> SavedState {
        match self.health {
            LogHealth::Full(_) => SavedState::WithoutLog,
            LogHealth::Works | LogHealth::Failing => SavedState::NotLogged,
        }
    }
}

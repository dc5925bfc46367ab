//! The passage log as the loop sees it: the way to its writer, what is on its way there, and how
//! writing went.

use gatepost_checkpoint::MAX_GROUP;
use gatepost_pass::policy::WhenLogFull;

use crate::{
    app::threads::log_writer::{LogRequest, LogWriter, NotTaken},
    store::LogError,
    ui::SavedState,
};

/// The way to the passage log.
#[derive(Debug, Default)]
pub(crate) struct LogLink {
    /// Nothing on a device that is not enrolled. Dropping it waits until all that was sent is on
    /// the disk.
    writer: Option<LogWriter>,
    on_their_way: u64,
    written: Written,
    shown: LogHealth,
}

/// How writing the log went last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Written {
    #[default]
    Well,
    NotAtAll,
    /// There is no space.
    WithoutSpace,
}

/// What is to be expected of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LogHealth {
    #[default]
    Works,
    Failing,
    /// There is no space on the disk, or none among those that wait for it, and this is what the
    /// policy says about it.
    Full(WhenLogFull),
}

impl LogHealth {
    /// Whether nobody is judged now: there is no space, and the policy says stop.
    pub(crate) fn is_stopped(self) -> bool {
        self == Self::Full(WhenLogFull::Stop)
    }

    /// The word for a passage that is not on the disk.
    pub(crate) fn not_logged(self) -> SavedState {
        match self {
            Self::Full(_) => SavedState::WithoutLog,
            Self::Works | Self::Failing => SavedState::NotLogged,
        }
    }
}

impl LogLink {
    pub(crate) fn new(writer: Option<LogWriter>) -> Self {
        Self {
            writer,
            ..Self::default()
        }
    }

    /// Hands a passage over. The answer comes as an event.
    ///
    /// # Errors
    /// [`NotTaken`] once too many wait. A stopped checkpoint never gets there: the codes that were
    /// on its page when it stopped still have places.
    pub(crate) fn append(&mut self, request: LogRequest) -> Result<(), NotTaken> {
        let writer = self.writer.as_ref().ok_or(NotTaken)?;
        if self.on_their_way >= writer.most_waiting {
            return Err(NotTaken);
        }
        writer.append(request)?;
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

    /// Takes in how writing went.
    pub(crate) fn set_written(&mut self, written: Result<(), &LogError>) {
        self.written = match written {
            Ok(()) => Written::Well,
            Err(error) if error.is_full() => Written::WithoutSpace,
            Err(_) => Written::NotAtAll,
        };
    }

    /// What is to be expected of it, where the policy says this of a full log.
    pub(crate) fn health(&self, when_full: WhenLogFull) -> LogHealth {
        let writer = self.writer.as_ref();
        // Some places are left, for the codes that are on the page by then.
        let page = self.on_their_way.saturating_add(MAX_GROUP as u64);
        let queue_full = writer.is_some_and(|writer| page >= writer.most_waiting);
        match self.written {
            Written::WithoutSpace => LogHealth::Full(when_full),
            _ if queue_full => LogHealth::Full(when_full),
            Written::Well => LogHealth::Works,
            Written::NotAtAll => LogHealth::Failing,
        }
    }

    /// Notes what the guard is shown of it from now on. Gives what was shown before.
    pub(crate) fn set_shown(&mut self, health: LogHealth) -> LogHealth {
        std::mem::replace(&mut self.shown, health)
    }
}

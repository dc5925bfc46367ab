//! The display's end: a socket that only its own user may write to, and what was heard on it last.

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io::{self, ErrorKind},
    os::unix::{
        fs::{DirBuilderExt, PermissionsExt},
        net::UnixDatagram,
    },
    path::PathBuf,
    time::{Duration, Instant},
};

use gatepost_protocol::Direction;

use super::{FaceMessage, FaceSign};
use crate::data::{DataDir, DataError};

/// After this long without a word the scanner counts as gone. It sends one a second.
pub const STALE: Duration = Duration::from_secs(3);

/// Why the second display cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum FaceError {
    /// The data directory cannot be used, or another display listens there.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The socket cannot be made.
    #[error("cannot listen on {}", .0.display())]
    Listen(PathBuf, #[source] io::Error),
    /// The socket fails.
    #[error("the socket to the scanner failed")]
    Receive(#[source] io::Error),
}

/// Hears what the scanner says. A directory has one.
#[derive(Debug)]
pub struct FaceListener {
    socket: UnixDatagram,
    heard: HeardMessage,
    _lock: File,
}

impl FaceListener {
    /// Listens in this directory.
    ///
    /// # Errors
    /// When another one does, or the socket cannot be made; its path has at most 100 bytes or so.
    pub fn bind(data: &DataDir) -> Result<Self, FaceError> {
        let lock = data.lock("face")?;
        let path = data.face();
        let socket = bind_privately(data).map_err(|why| FaceError::Listen(path, why))?;
        Ok(Self {
            socket,
            heard: HeardMessage::default(),
            _lock: lock,
        })
    }

    /// Waits until there is something else to show than before, and gives it; the first time at
    /// once.
    ///
    /// # Errors
    /// When the socket fails.
    pub fn next_message(&mut self) -> Result<FaceMessage, FaceError> {
        loop {
            let at = Instant::now();
            if let Some(news) = self.heard.news(at) {
                return Ok(news);
            }
            self.hear(self.heard.wait(at)).map_err(FaceError::Receive)?;
        }
    }

    /// Takes in what comes within this time, and all that has come by then: the newest counts. What
    /// is no line of the scanner is as good as nothing.
    fn hear(&mut self, wait: Option<Duration>) -> io::Result<()> {
        self.socket.set_nonblocking(false)?;
        // No time at all would mean for ever.
        let wait = wait.map(|wait| wait.max(Duration::from_millis(1)));
        self.socket.set_read_timeout(wait)?;
        loop {
            // One byte more than a line has: whatever fills it is none.
            let mut line = [0; FaceMessage::MAX + 1];
            match self.socket.recv(&mut line) {
                Ok(length) => {
                    if let Ok(message) = FaceMessage::parse(&line[..length.min(line.len())]) {
                        self.heard.take(message, Instant::now());
                    }
                    self.socket.set_nonblocking(true)?;
                }
                Err(why) if why.kind() == ErrorKind::Interrupted => {}
                Err(why) if matches!(why.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return Ok(());
                }
                Err(why) => return Err(why),
            }
        }
    }
}

/// A socket is writable for whoever its mode says from the moment it has a name. So it gets mode
/// and name where nobody else looks, and then moves to its place, over one that was left there.
fn bind_privately(data: &DataDir) -> io::Result<UnixDatagram> {
    let folder = data.face_begun();
    let begun = folder.join("s");
    // Whatever is left of a start that failed.
    let _ = fs::remove_file(&begun);
    let _ = fs::remove_dir(&folder);
    DirBuilder::new().mode(0o700).create(&folder)?;
    let socket = UnixDatagram::bind(&begun)?;
    fs::set_permissions(&begun, Permissions::from_mode(0o600))?;
    fs::rename(&begun, data.face())?;
    fs::remove_dir(&folder)?;
    Ok(socket)
}

/// What was heard last, and what was shown.
#[derive(Debug, Default)]
pub(super) struct HeardMessage {
    last: Option<(FaceMessage, Instant)>,
    shown: Option<FaceMessage>,
}

/// What is shown of a scanner that nothing was heard of.
const NOTHING: FaceMessage = FaceMessage {
    sign: FaceSign::SeeStaff,
    direction: Direction::In,
    language: None,
    bright: false,
};

impl HeardMessage {
    pub(super) fn take(&mut self, message: FaceMessage, at: Instant) {
        self.last = Some((message, at));
    }

    /// What to show, if that is something else than before.
    pub(super) fn news(&mut self, at: Instant) -> Option<FaceMessage> {
        let now = self.to_show(at);
        (self.shown.replace(now) != Some(now)).then_some(now)
    }

    /// How long nothing changes by itself.
    pub(super) fn wait(&self, at: Instant) -> Option<Duration> {
        let (_, since) = self.last?;
        let left = STALE.saturating_sub(at.saturating_duration_since(since));
        (!left.is_zero()).then_some(left)
    }

    /// What was said last, as long as it is fresh. A scanner that stopped in the middle of a check
    /// leaves no "go on" behind; only that nobody is checked stays true without it.
    fn to_show(&self, at: Instant) -> FaceMessage {
        let Some((message, since)) = self.last else {
            return NOTHING;
        };
        let fresh = at.saturating_duration_since(since) < STALE;
        let sign = match message.sign {
            FaceSign::NotInUse => FaceSign::NotInUse,
            sign if fresh => sign,
            _ => FaceSign::SeeStaff,
        };
        FaceMessage { sign, ..message }
    }
}

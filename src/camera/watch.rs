//! Keeps a source of frames running: opens it, tells when it fails or stalls, opens it again.
//!
//! Two threads. The supervisor opens sources, measures time and reports. Each open source has a
//! capture thread, which may block for ever in the driver; a stalled one is abandoned, and ends by
//! itself if its driver ever returns. What it sends after that is ignored, because each message
//! carries the number of its capture.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{CameraError, Frame, FrameSource};

#[cfg(test)]
mod tests;

/// Most abandoned capture threads that are still stuck; beyond that nothing is opened.
const MAX_STUCK: usize = 4;
/// Longest wait that is taken at its word; instants can't reach much further than centuries.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How a camera is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CameraState {
    /// Not open yet.
    Starting,
    /// Frames flow.
    Live,
    /// No frames for this reason; they come back by themselves when it is gone.
    Waiting(CameraError),
    /// The source is through; nothing more will come.
    Finished,
}

/// What a watch reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CameraEvent {
    /// A frame.
    Frame(Arc<Frame>),
    /// A new state, never the same twice in a row.
    State(CameraState),
}

/// How patient a watch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Between two attempts to open the source.
    pub retry: Duration,
    /// Without a frame, even a broken one, until the source counts as stalled.
    pub stall: Duration,
}

impl Default for Timing {
    /// 1 s and 3 s.
    fn default() -> Self {
        Self {
            retry: Duration::from_secs(1),
            stall: Duration::from_secs(3),
        }
    }
}

/// A running watch; dropping it stops it. No event comes after the drop.
#[derive(Debug)]
pub struct CameraWatch {
    stopped: Arc<AtomicBool>,
    messages: SyncSender<Message>,
    supervisor: Option<JoinHandle<()>>,
}

/// Watches the source that `open` opens. `on_event` is called from the watch's own thread, one call
/// at a time, and should return soon: frames wait for it.
///
/// If the system has no thread left, `on_event` gets the state that says so before this returns.
pub fn watch(
    open: impl FnMut() -> Result<Box<dyn FrameSource>, CameraError> + Send + 'static,
    timing: Timing,
    on_event: impl Fn(CameraEvent) + Send + Sync + 'static,
) -> CameraWatch {
    // One message in waiting: a capture thread that is faster than `on_event` blocks.
    let (messages, inbox) = mpsc::sync_channel(1);
    let stopped = Arc::new(AtomicBool::new(false));
    let on_event = Arc::new(on_event);
    let supervisor = Supervisor {
        open,
        on_event: Arc::clone(&on_event),
        timing,
        messages: messages.clone(),
        inbox,
        stopped: Arc::clone(&stopped),
        state: None,
        captures: 0,
        stuck: Vec::new(),
    };
    let supervisor = thread::Builder::new()
        .name("camera".to_owned())
        .spawn(move || supervisor.run())
        .map_err(|e| on_event(CameraEvent::State(CameraState::Waiting(no_thread(&e)))))
        .ok();
    CameraWatch {
        stopped,
        messages,
        supervisor,
    }
}

impl Drop for CameraWatch {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        // Wakes the supervisor; when the channel is full it is awake anyway.
        let _ = self.messages.try_send(Message {
            capture: 0,
            content: Content::Wake,
        });
        if let Some(supervisor) = self.supervisor.take()
            // An event may drop the watch from the supervisor's own thread.
            && supervisor.thread().id() != thread::current().id()
        {
            // A panic of `on_event` was printed when it happened.
            let _ = supervisor.join();
        }
    }
}

struct Message {
    /// The number of the capture that sent it.
    capture: u64,
    content: Content,
}

enum Content {
    Frame(Arc<Frame>),
    Failed(CameraError),
    Wake,
}

/// Why the supervisor leaves a capture.
enum End {
    Stopped,
    Finished,
    Failed(CameraError),
}

struct Supervisor<O, E> {
    open: O,
    on_event: Arc<E>,
    timing: Timing,
    messages: SyncSender<Message>,
    inbox: Receiver<Message>,
    stopped: Arc<AtomicBool>,
    /// The state reported last.
    state: Option<CameraState>,
    /// Captures so far; the number of the present one.
    captures: u64,
    /// Abandoned captures that have not ended yet.
    stuck: Vec<JoinHandle<()>>,
}

impl<O, E> Supervisor<O, E>
where
    O: FnMut() -> Result<Box<dyn FrameSource>, CameraError>,
    E: Fn(CameraEvent),
{
    fn run(mut self) {
        self.report(CameraState::Starting);
        while !self.is_stopped() {
            let end = match self.open() {
                Ok(source) => self.follow(source),
                Err(CameraError::Finished) => End::Finished,
                Err(error) => End::Failed(error),
            };
            match end {
                End::Stopped => return,
                End::Finished => return self.report(CameraState::Finished),
                End::Failed(error) => self.report(CameraState::Waiting(error)),
            }
            self.pause();
        }
    }

    /// Opens the source, unless too many captures of it are stuck.
    fn open(&mut self) -> Result<Box<dyn FrameSource>, CameraError> {
        self.stuck.retain(|capture| !capture.is_finished());
        let opened = match (&self.state, self.stuck.len()) {
            (Some(CameraState::Waiting(error)), MAX_STUCK..) => return Err(error.clone()),
            _ => (self.open)(),
        };
        match (opened, &self.state) {
            // Busy with our own stuck capture: it is still the stall.
            (Err(CameraError::Busy { .. }), Some(CameraState::Waiting(error)))
                if !self.stuck.is_empty() =>
            {
                Err(error.clone())
            }
            (opened, _) => opened,
        }
    }

    /// Passes on the frames of one source until it fails or stalls.
    fn follow(&mut self, source: Box<dyn FrameSource>) -> End {
        let device = source.device();
        let patience = self.timing.stall.saturating_add(source.pace()).min(LONGEST);
        self.captures += 1;
        let number = self.captures;
        let abandoned = Arc::new(AtomicBool::new(false));
        let capture = {
            let (messages, abandoned) = (self.messages.clone(), Arc::clone(&abandoned));
            thread::Builder::new()
                .name("capture".to_owned())
                .spawn(move || capture(source, number, &messages, &abandoned))
        };
        let capture = match capture {
            Ok(capture) => capture,
            Err(e) => return End::Failed(no_thread(&e)),
        };
        let end = self.pass_on(number, patience).unwrap_or_else(|| {
            self.stuck.push(capture);
            End::Failed(CameraError::Stalled { device })
        });
        abandoned.store(true, Ordering::Release);
        end
    }

    /// Reports what capture `number` sends; `None` when no frame came for `patience`.
    fn pass_on(&mut self, number: u64, patience: Duration) -> Option<End> {
        let mut deadline = Instant::now() + patience;
        loop {
            let content = self.receive(number, deadline);
            if self.is_stopped() {
                return Some(End::Stopped);
            }
            match content? {
                Content::Frame(frame) => {
                    (self.on_event)(CameraEvent::Frame(frame));
                    self.report(CameraState::Live);
                    deadline = Instant::now() + patience;
                }
                // Broken, and yet a sign of life.
                Content::Failed(error @ CameraError::BadPicture { .. }) => {
                    self.report(CameraState::Waiting(error));
                    deadline = Instant::now() + patience;
                }
                Content::Failed(CameraError::Finished) => return Some(End::Finished),
                Content::Failed(error) => return Some(End::Failed(error)),
                Content::Wake => {}
            }
        }
    }

    /// Waits before the source is opened again.
    fn pause(&mut self) {
        let deadline = Instant::now() + self.timing.retry.min(LONGEST);
        // No capture has number 0: only a stop ends this early.
        while !self.is_stopped() && self.receive(0, deadline).is_some() {}
    }

    /// The next message of capture `number`, or a wake; `None` after the deadline. Messages of
    /// abandoned captures are thrown away.
    fn receive(&self, number: u64, deadline: Instant) -> Option<Content> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.inbox.recv_timeout(left) {
                Ok(Message { capture, content }) if capture == number => return Some(content),
                Ok(Message {
                    content: Content::Wake,
                    ..
                }) => return Some(Content::Wake),
                Ok(_) => {}
                // We hold a sender ourselves, so it can't be disconnected.
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
            }
            if self.is_stopped() {
                return None;
            }
        }
    }

    fn report(&mut self, state: CameraState) {
        if self.state.as_ref() != Some(&state) && !self.is_stopped() {
            self.state = Some(state.clone());
            (self.on_event)(CameraEvent::State(state));
        }
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }
}

/// Sends what the source gives until it ends or is abandoned.
fn capture(
    mut source: Box<dyn FrameSource>,
    number: u64,
    messages: &SyncSender<Message>,
    abandoned: &AtomicBool,
) {
    loop {
        let (content, ends) = match source.next_frame() {
            Ok(frame) => (Content::Frame(Arc::new(frame)), false),
            Err(error @ CameraError::BadPicture { .. }) => (Content::Failed(error), false),
            Err(error) => (Content::Failed(error), true),
        };
        let message = Message {
            capture: number,
            content,
        };
        // The device is closed before the supervisor hears of the end, so that it can open it again.
        if ends {
            drop(source);
            let _ = messages.send(message);
            return;
        }
        if abandoned.load(Ordering::Acquire) || messages.send(message).is_err() {
            return;
        }
    }
}

fn no_thread(error: &std::io::Error) -> CameraError {
    CameraError::Unsupported {
        device: "camera".to_owned(),
        what: format!("no thread for it: {error}"),
    }
}

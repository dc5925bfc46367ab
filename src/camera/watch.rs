//! Keeps a source of frames running: opens it, reports when it fails or stalls, opens it again.
//!
//! Two threads. The watch thread opens sources, measures time and reports. Each open source has a
//! capture thread, which may block for ever in the driver; a stalled one is abandoned, and ends if
//! its driver ever returns. What it sends after that is ignored: each message carries the number of
//! its capture.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::error::CameraError;
use super::frame::Frame;
use super::source::FrameSource;
use crate::cause::Cause;

#[cfg(test)]
mod tests;

/// Most abandoned capture threads that are still stuck; beyond that nothing is opened.
const MAX_STUCK: usize = 4;
/// Longest wait that is used as it is; an `Instant` cannot reach much further than centuries.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How a camera is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CameraState {
    /// Not open yet.
    Starting,
    /// Frames flow.
    Live,
    /// No frames, for this reason. The watch keeps trying.
    Waiting(CameraError),
    /// The source has ended; no more frames will come.
    Finished,
    /// There is none by intention: the settings name no camera, and nothing is watched.
    Off,
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
pub struct WatchTiming {
    /// Between two attempts to open the source.
    pub retry: Duration,
    /// Without a frame, not even a broken one, after which the source is reported as stalled.
    pub stall: Duration,
}

impl Default for WatchTiming {
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
    messages: SyncSender<CaptureMessage>,
    thread: Option<JoinHandle<()>>,
}

/// Watches the source that `open` opens. `on_event` is called from the watch's own thread, one call
/// at a time, and should return soon: frames wait for it.
///
/// If the system has no thread left, `on_event` is told so before this returns.
pub fn watch(
    open: impl FnMut() -> Result<Box<dyn FrameSource>, CameraError> + Send + 'static,
    timing: WatchTiming,
    on_event: impl Fn(CameraEvent) + Send + Sync + 'static,
) -> CameraWatch {
    // One waiting message: a capture thread that is faster than `on_event` blocks.
    let (messages, inbox) = mpsc::sync_channel(1);
    let stopped = Arc::new(AtomicBool::new(false));
    let on_event = Arc::new(on_event);
    let watch_thread = WatchThread {
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
    let handle = thread::Builder::new()
        .name("camera".to_owned())
        .spawn(move || watch_thread.run())
        .map_err(|e| on_event(CameraEvent::State(CameraState::Waiting(no_thread(e)))))
        .ok();
    CameraWatch {
        stopped,
        messages,
        thread: handle,
    }
}

impl CameraWatch {
    /// Stops it without waiting until it has: its camera may hang. It reports nothing from now on,
    /// but for what it is reporting already.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        // Wakes the watch thread; when the channel is full it is awake anyway.
        let _ = self.messages.try_send(CaptureMessage {
            capture: 0,
            content: CaptureNews::Wake,
        });
    }
}

impl Drop for CameraWatch {
    fn drop(&mut self) {
        self.stop();
        if let Some(handle) = self.thread.take()
            // An event may drop the watch from its own thread.
            && handle.thread().id() != thread::current().id()
        {
            // A panic of `on_event` was printed when it happened.
            let _ = handle.join();
        }
    }
}

struct CaptureMessage {
    /// The number of the capture that sent it.
    capture: u64,
    content: CaptureNews,
}

enum CaptureNews {
    Frame(Arc<Frame>),
    Failed(CameraError),
    Wake,
}

/// Why the watch thread leaves a capture.
enum CaptureEnd {
    Stopped,
    Finished,
    Failed(CameraError),
}

struct WatchThread<O, E> {
    open: O,
    on_event: Arc<E>,
    timing: WatchTiming,
    messages: SyncSender<CaptureMessage>,
    inbox: Receiver<CaptureMessage>,
    stopped: Arc<AtomicBool>,
    /// The state reported last.
    state: Option<CameraState>,
    /// Captures so far; the number of the present one.
    captures: u64,
    /// Abandoned captures that have not ended yet.
    stuck: Vec<JoinHandle<()>>,
}

impl<O, E> WatchThread<O, E>
where
    O: FnMut() -> Result<Box<dyn FrameSource>, CameraError>,
    E: Fn(CameraEvent),
{
    fn run(mut self) {
        self.report(CameraState::Starting);
        while !self.is_stopped() {
            let end = match self.open() {
                Ok(source) => self.follow(source),
                Err(CameraError::Finished) => CaptureEnd::Finished,
                Err(error) => CaptureEnd::Failed(error),
            };
            match end {
                CaptureEnd::Stopped => return,
                CaptureEnd::Finished => return self.report(CameraState::Finished),
                CaptureEnd::Failed(error) => self.report(CameraState::Waiting(error)),
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
    fn follow(&mut self, source: Box<dyn FrameSource>) -> CaptureEnd {
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
            Err(e) => return CaptureEnd::Failed(no_thread(e)),
        };
        let end = self.pass_on(number, patience).unwrap_or_else(|| {
            self.stuck.push(capture);
            CaptureEnd::Failed(CameraError::Stalled { device })
        });
        abandoned.store(true, Ordering::Release);
        end
    }

    /// Reports what capture `number` sends; `None` when no frame came for `patience`.
    fn pass_on(&mut self, number: u64, patience: Duration) -> Option<CaptureEnd> {
        let mut deadline = Instant::now() + patience;
        loop {
            let content = self.receive(number, deadline);
            if self.is_stopped() {
                return Some(CaptureEnd::Stopped);
            }
            match content? {
                CaptureNews::Frame(frame) => {
                    self.report(CameraState::Live);
                    (self.on_event)(CameraEvent::Frame(frame));
                    deadline = Instant::now() + patience;
                }
                // Broken, and yet a sign of life.
                CaptureNews::Failed(error @ CameraError::BadPicture { .. }) => {
                    self.report(CameraState::Waiting(error));
                    deadline = Instant::now() + patience;
                }
                CaptureNews::Failed(CameraError::Finished) => return Some(CaptureEnd::Finished),
                CaptureNews::Failed(error) => return Some(CaptureEnd::Failed(error)),
                CaptureNews::Wake => {}
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
    fn receive(&self, number: u64, deadline: Instant) -> Option<CaptureNews> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.inbox.recv_timeout(left) {
                Ok(CaptureMessage { capture, content }) if capture == number => {
                    return Some(content);
                }
                Ok(CaptureMessage {
                    content: CaptureNews::Wake,
                    ..
                }) => return Some(CaptureNews::Wake),
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
    messages: &SyncSender<CaptureMessage>,
    abandoned: &AtomicBool,
) {
    loop {
        let (content, ends) = match source.next_frame() {
            Ok(frame) => (CaptureNews::Frame(Arc::new(frame)), false),
            Err(error @ CameraError::BadPicture { .. }) => (CaptureNews::Failed(error), false),
            Err(error) => (CaptureNews::Failed(error), true),
        };
        let message = CaptureMessage {
            capture: number,
            content,
        };
        // The device is closed before the watch thread learns of the end, so that it can reopen it.
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

fn no_thread(error: std::io::Error) -> CameraError {
    CameraError::Unsupported {
        device: "camera".to_owned(),
        cause: Cause::new(error),
    }
}

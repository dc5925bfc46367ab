//! The threads that bring events: camera, decoding, passage log.

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use gatepost_pass::policy::TracingKey;
use gatepost_protocol::{Epoch, Passage, device::device_id};
use getrandom::{SysRng, rand_core::UnwrapErr};

use super::{AppError, Event, Sighting, Stamps};
use crate::{
    camera::{
        CameraEvent, CameraState, CameraWatch, FrameSource, LatestFrame, PictureFolder, Taken,
        Timing, V4lCamera, watch,
    },
    clock::Clock,
    data::{DataDir, Identity},
    decode::StreamReader,
    store::{Cap, LogError, PassageLog, passages::MOST_TOGETHER},
    ui::{Picture, UiHandle, UiUpdate},
};

/// Where frames come from.
#[derive(Debug)]
pub(super) enum Source {
    /// A V4L2 device.
    Camera(String),
    /// A folder of pictures, each shown for so long.
    Folder(PathBuf, Duration),
}

/// How long the log's writer waits before it tries again what failed.
const RETRY: Duration = Duration::from_secs(2);
/// Most passages that wait in memory for a disk that can't be written.
const MOST_WAITING: usize = 10_000;
/// Most codes that are outlined.
const MOST_OUTLINES: usize = 8;
/// How long the decoder waits for a frame before it looks whether it is still needed.
const FRAME_WAIT: Duration = Duration::from_millis(250);

/// Starts the camera: every frame goes to the preview and to the decoder.
pub(super) fn camera(
    source: Source,
    inbox: Arc<FrameInbox>,
    ui: UiHandle,
    events: Sender<Event>,
) -> CameraWatch {
    let open = move || -> Result<Box<dyn FrameSource>, _> {
        Ok(match &source {
            Source::Camera(device) => Box::new(V4lCamera::open(device)?),
            Source::Folder(path, pace) => Box::new(PictureFolder::open(path, *pace)?),
        })
    };
    watch(open, Timing::default(), move |event| match event {
        CameraEvent::Frame(frame) => {
            let (width, height) = (frame.width(), frame.height());
            ui.send(UiUpdate::Preview(Picture {
                width,
                height,
                rgb: frame.rgb().to_vec(),
            }));
            inbox.latest.put(frame);
        }
        CameraEvent::State(state) => {
            inbox
                .through
                .store(state == CameraState::Finished, Ordering::Release);
            let _ = events.send(Event::Camera(state));
        }
    })
}

/// What the decoder takes its frames from.
#[derive(Debug, Default)]
pub(super) struct FrameInbox {
    pub(super) latest: LatestFrame,
    /// The source is through: what is in the slot is the last frame.
    through: AtomicBool,
}

/// Starts the decoder; it ends when its inbox is dropped.
/// Where codes are goes straight to the window, drawn over the very picture that it is in.
pub(super) fn decoder(ui: UiHandle, events: Sender<Event>) -> Arc<FrameInbox> {
    let inbox = Arc::new(FrameInbox::default());
    let frames = Arc::downgrade(&inbox);
    thread::spawn(move || {
        let mut reader = StreamReader::default();
        while let Some(inbox) = frames.upgrade() {
            let Some(Taken { frame, came }) = inbox.latest.take(FRAME_WAIT) else {
                if inbox.through.swap(false, Ordering::AcqRel) {
                    let _ = events.send(Event::Through);
                }
                continue;
            };
            drop(inbox);
            let taken = Instant::now();
            let found = reader.read(frame.view());
            let read = Instant::now();
            if found.is_empty() {
                continue;
            }
            let outlines = found.iter().take(MOST_OUTLINES);
            ui.send(UiUpdate::Found {
                codes: outlines.map(|code| code.corners).collect(),
                size: (frame.width(), frame.height()),
            });
            let name = frame.name().map(str::to_owned);
            let codes = found.into_iter().map(|code| code.content).collect();
            let stamps = Stamps { came, taken, read };
            let sighting = Sighting {
                codes,
                name,
                stamps,
            };
            if events.send(Event::Decoded(sighting)).is_err() {
                return;
            }
        }
    });
    inbox
}

/// A passage for the log.
#[derive(Debug)]
pub(super) struct LogRequest {
    /// Its number, for the answer.
    pub(super) number: u32,
    pub(super) passage: Passage,
    /// Whom it is sealed to.
    pub(super) key: TracingKey,
}

impl LogRequest {
    fn parts(&self) -> (&Passage, &TracingKey) {
        (&self.passage, &self.key)
    }
}

/// The passage log's own thread.
#[derive(Debug)]
pub(super) struct LogWriter {
    requests: Option<Sender<LogRequest>>,
    thread: Option<JoinHandle<()>>,
}

/// The writer has ended: the passage was not logged.
#[derive(Debug)]
pub(super) struct WriterGone;

impl LogWriter {
    /// Opens the passage log and starts its writer.
    pub(super) fn open(
        data: &DataDir,
        identity: &Identity,
        clock: &Clock,
        events: Sender<Event>,
    ) -> Result<Self, AppError> {
        // One writer a device: a wipe waits for this lock.
        let lock = data.lock("log")?;
        let device = device_id(&identity.key.public());
        let path = data.passages();
        let open = move |now| -> Result<PassageLog, AppError> {
            let mut epoch = [0; 16];
            getrandom::fill(&mut epoch).map_err(AppError::Random)?;
            let opened = PassageLog::open(&path, device, Epoch(epoch), now, Cap::default())?;
            if let Some(aside) = opened.set_aside {
                eprintln!(
                    "gatepost: the passage log was damaged ({}); it is kept as {}, {} records of it are in the new one",
                    aside.why,
                    aside.path.display(),
                    aside.rescued
                );
            }
            Ok(opened.log)
        };
        let mut log = open(clock.now().time)?;
        let (sender, requests) = mpsc::channel::<LogRequest>();
        let thread = thread::spawn(move || {
            let _lock = lock;
            // The system's source; `UnwrapErr` would panic only where `getrandom::fill` above failed.
            let mut random = UnwrapErr(SysRng);
            // Without a listener, the passages on their way are logged all the same.
            let tell = |passage, result| drop(events.send(Event::Logged { passage, result }));
            let mut queue: VecDeque<LogRequest> = VecDeque::new();
            let mut together = MOST_TOGETHER;
            loop {
                let request = requests.recv_timeout(RETRY);
                let ended = matches!(request, Err(RecvTimeoutError::Disconnected));
                // A full queue leaves the newest out; the guard is told of the failure all the while.
                let came = request.ok().into_iter().chain(requests.try_iter());
                queue.extend(came.take(MOST_WAITING.saturating_sub(queue.len())));
                while let Some(first) = queue.front() {
                    let (number, at) = (first.number, first.passage.at);
                    let group: Vec<_> =
                        queue.iter().take(together).map(LogRequest::parts).collect();
                    let count = group.len();
                    match log.append_all(&group, &mut random) {
                        Ok(logged) => {
                            for (logged, request) in logged.into_iter().zip(queue.drain(..count)) {
                                tell(request.number, Ok(logged));
                            }
                            together = MOST_TOGETHER;
                        }
                        // One that can't be sealed must not hold up those before it.
                        Err(_) if count > 1 => together = 1,
                        Err(fault) => {
                            if let (LogError::Damaged(_), Ok(anew)) = (&fault, open(at)) {
                                log = anew;
                            }
                            tell(number, Err(fault));
                            break;
                        }
                    }
                }
                if ended {
                    return;
                }
            }
        });
        Ok(Self {
            requests: Some(sender),
            thread: Some(thread),
        })
    }

    /// Hands a passage over; [`Event::Logged`] will tell.
    pub(super) fn append(&self, request: LogRequest) -> Result<(), WriterGone> {
        let requests = self.requests.as_ref().ok_or(WriterGone)?;
        requests.send(request).map_err(|_| WriterGone)
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        drop(self.requests.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

//! The threads that bring events: camera, decoding, passage log.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{self, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use gatepost_pass::policy::TracingKey;
use gatepost_protocol::{Epoch, Passage, device::device_id};
use getrandom::{SysRng, rand_core::UnwrapErr};

use super::{AppError, Event, Sighting};
use crate::{
    camera::{
        CameraEvent, CameraWatch, FrameSource, LatestFrame, PictureFolder, Timing, V4lCamera, watch,
    },
    clock::Clock,
    data::{DataDir, Identity},
    decode::{Effort, decode},
    store::PassageLog,
    ui::{Picture, UiHandle, UiUpdate},
};

/// Where frames come from.
#[derive(Debug)]
pub(super) enum Source {
    /// A V4L2 device.
    Camera(String),
    /// A folder of pictures, shown one after the other.
    Folder(PathBuf),
}

/// How long each picture of a folder is shown.
const PICTURE_TIME: Duration = Duration::from_millis(250);
/// How long the decoder waits for a frame before it looks whether it is still needed.
const FRAME_WAIT: Duration = Duration::from_secs(1);

/// Starts the camera: every frame goes to the preview and into the slot.
pub(super) fn camera(
    source: Source,
    slot: Arc<LatestFrame>,
    ui: UiHandle,
    events: Sender<Event>,
) -> CameraWatch {
    let open = move || -> Result<Box<dyn FrameSource>, _> {
        Ok(match &source {
            Source::Camera(device) => Box::new(V4lCamera::open(device)?),
            Source::Folder(path) => Box::new(PictureFolder::open(path, PICTURE_TIME)?),
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
            slot.put(frame);
        }
        CameraEvent::State(state) => {
            let _ = events.send(Event::Camera(state));
        }
    })
}

/// Starts the decoder; it ends with the last event receiver.
pub(super) fn decoder(events: Sender<Event>) -> Arc<LatestFrame> {
    let slot = Arc::new(LatestFrame::default());
    let frames = Arc::downgrade(&slot);
    thread::spawn(move || {
        while let Some(slot) = frames.upgrade() {
            let Some(frame) = slot.take(FRAME_WAIT) else {
                continue;
            };
            drop(slot);
            let began = Instant::now();
            let codes = decode(frame.view(), Effort::Stream);
            let name = frame.name().map(str::to_owned);
            if !codes.is_empty()
                && events
                    .send(Event::Decoded(Sighting { codes, name, began }))
                    .is_err()
            {
                return;
            }
        }
    });
    slot
}

/// A passage for the log.
#[derive(Debug)]
pub(super) struct LogRequest {
    pub(super) passage: Passage,
    /// Whom it is sealed to.
    pub(super) key: TracingKey,
}

/// Opens the passage log and starts its writer; dropping the sender ends it after the last passage.
pub(super) fn log(
    data: &DataDir,
    identity: &Identity,
    clock: &Clock,
    events: Sender<Event>,
) -> Result<Sender<LogRequest>, AppError> {
    let mut epoch = [0; 16];
    getrandom::fill(&mut epoch).map_err(AppError::Random)?;
    let device = device_id(&identity.key.public());
    let opened = PassageLog::open(&data.passages(), device, Epoch(epoch), clock.now().time)?;
    if let Some(aside) = opened.set_aside {
        eprintln!(
            "gatepost: the passage log was damaged; it is kept as {} and a new one was begun",
            aside.display()
        );
    }
    let mut log = opened.log;
    let (sender, requests) = mpsc::channel::<LogRequest>();
    thread::spawn(move || {
        // The system's source: `UnwrapErr` would panic only where `getrandom::fill` above failed.
        let mut random = UnwrapErr(SysRng);
        for request in requests {
            let result = log.append(&request.passage, &request.key, &mut random);
            if events.send(Event::Logged(result)).is_err() {
                return;
            }
        }
    });
    Ok(sender)
}

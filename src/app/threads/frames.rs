//! The threads that bring frames and their codes: the camera and the decoder.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::Sender,
    },
    thread,
    time::{Duration, Instant},
};

use gatepost_decode::StreamReader;

use crate::{
    app::event::{Event, Sighting, Stamps},
    camera::{
        CameraEvent, CameraState, CameraWatch, FrameSource, LatestFrame, PictureFolder, Taken,
        V4lCamera, WatchTiming, watch,
    },
    ui::{RgbPicture, UiHandle, UiUpdate},
};

/// Where frames come from.
#[derive(Debug)]
pub(crate) enum Source {
    /// A V4L2 device.
    Camera(String),
    /// A folder of pictures, each shown for so long.
    Folder(PathBuf, Duration),
}

/// Most codes that are outlined.
const MOST_OUTLINES: usize = 8;
/// How long the decoder waits for a frame before it looks whether it is still needed.
const FRAME_WAIT: Duration = Duration::from_millis(250);

/// Starts the camera: every frame goes to the preview and to the decoder.
pub(crate) fn camera(
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
    watch(open, WatchTiming::default(), move |event| match event {
        CameraEvent::Frame(frame) => {
            let (width, height) = (frame.width(), frame.height());
            ui.send(UiUpdate::Preview(RgbPicture {
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
pub(crate) struct FrameInbox {
    pub(crate) latest: LatestFrame,
    /// The source is through: what is in the slot is the last frame.
    through: AtomicBool,
}

/// Starts the decoder; it ends when its inbox is dropped.
/// Where codes are goes straight to the window, drawn over the very picture that it is in.
pub(crate) fn decoder(ui: UiHandle, events: Sender<Event>) -> Arc<FrameInbox> {
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
                if events.send(Event::Unread(reader.obstacle())).is_err() {
                    return;
                }
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

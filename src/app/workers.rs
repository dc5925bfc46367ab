//! The threads that bring events: camera, decoding.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::Sender,
    },
    thread,
    time::{Duration, Instant},
};

use super::{Event, Sighting, Stamps};
use crate::{
    camera::{
        CameraEvent, CameraState, CameraWatch, FrameSource, LatestFrame, PictureFolder, Taken,
        V4lCamera, WatchTiming, watch,
    },
    decode::StreamReader,
    ui::{RgbPicture, UiHandle, UiUpdate},
};

/// Where frames come from.
#[derive(Debug)]
pub(super) enum Source {
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

/// Does something long beside the loop. A system that has no thread to spare does it in the loop: late, but done.
pub(super) fn beside(work: impl FnOnce() + Send + 'static) {
    let work = Arc::new(Mutex::new(Some(work)));
    let there = work.clone();
    if thread::Builder::new()
        .spawn(move || do_once(&there))
        .is_err()
    {
        do_once(&work);
    }
}

fn do_once(work: &Mutex<Option<impl FnOnce()>>) {
    let work = work.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(work) = work {
        work();
    }
}

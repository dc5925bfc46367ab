//! The threads that bring frames and their codes: the camera and the decoder.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, mpsc::Sender},
    thread,
    time::{Duration, Instant},
};

use gatepost_decode::StreamReader;

use super::beside;
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
const FRAME_WAIT: Duration = Duration::from_secs(5);

/// Starts the camera: every frame goes to the preview and to the decoder.
fn camera(
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
            inbox.latest.set_finished(state == CameraState::Finished);
            let _ = events.send(Event::Camera(state));
        }
    })
}

/// The camera that runs, and what it takes to start another one in its place.
pub(crate) struct RunningCamera {
    inbox: Arc<FrameInbox>,
    ui: UiHandle,
    events: Sender<Event>,
    /// Dropping it stops the camera.
    watch: Option<CameraWatch>,
    /// Which camera; nothing where the pictures come from elsewhere, or from nowhere.
    device: Option<String>,
}

impl RunningCamera {
    /// Starts with this source, if with any.
    pub(crate) fn start(
        source: Option<Source>,
        inbox: Arc<FrameInbox>,
        ui: UiHandle,
        events: Sender<Event>,
    ) -> Self {
        let device = match &source {
            Some(Source::Camera(device)) => Some(device.clone()),
            Some(Source::Folder(..)) | None => None,
        };
        let watch = source.map(|source| camera(source, inbox.clone(), ui.clone(), events.clone()));
        if watch.is_none() {
            // The loop outlives this.
            let _ = events.send(Event::Camera(CameraState::Off));
        }
        Self {
            inbox,
            ui,
            events,
            watch,
            device,
        }
    }

    /// Whether the pictures come from a camera.
    pub(crate) fn is_camera(&self) -> bool {
        self.device.is_some()
    }

    /// Whether they come from this one, by whatever name.
    pub(crate) fn is(&self, device: &str) -> bool {
        let path = |device: &str| fs::canonicalize(device).unwrap_or_else(|_| device.into());
        let running = self.device.as_ref();
        running.is_some_and(|running| path(running) == path(device))
    }

    /// Another camera takes its place. The one before is let go beside the loop: it may hang.
    pub(crate) fn change(&mut self, device: String) {
        if let Some(watch) = self.watch.take() {
            watch.stop();
            beside::run(move || drop(watch));
        }
        self.device = Some(device.clone());
        let (inbox, ui, events) = (self.inbox.clone(), self.ui.clone(), self.events.clone());
        self.watch = Some(camera(Source::Camera(device), inbox, ui, events));
    }

    /// The newest frame, and how many there were.
    pub(crate) fn frames(&self) -> &LatestFrame {
        &self.inbox.latest
    }
}

/// What the decoder takes its frames from.
#[derive(Debug, Default)]
pub(crate) struct FrameInbox {
    pub(crate) latest: LatestFrame,
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
                if inbox.latest.take_finished() {
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

//! The way to the window from any thread: updates, snapshots, clicks.

use super::apply::apply;
use super::error::UiError;
use super::offscreen::WindowJob;
use super::scan;
use super::view::{RgbPicture, UiUpdate};
use gatepost_window::{AppWindow, ScanAdapter};
use slint::platform::{PointerEventButton, WindowEvent};
use slint::{ComponentHandle, LogicalPosition};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

/// How long `snapshot` and `click` wait for the window's thread.
const REPLY_TIMEOUT: Duration = Duration::from_secs(30);

/// Reaches the window from any thread. Updates arrive in the order in which they were sent.
#[derive(Clone)]
pub struct UiHandle {
    link: WindowLink,
    /// A preview waits to be shown: further ones are dropped.
    preview_pending: Arc<AtomicBool>,
}

/// How work gets to the window's thread.
#[derive(Clone)]
pub(super) enum WindowLink {
    /// Through Slint's event loop.
    Window(slint::Weak<AppWindow>),
    /// Through the queue of an off-screen window.
    Offscreen(Sender<WindowJob>),
}

impl UiHandle {
    pub(super) fn new(link: WindowLink) -> Self {
        Self {
            link,
            preview_pending: Arc::default(),
        }
    }

    /// Sends an update. Never waits; after the window has closed it does nothing.
    pub fn send(&self, update: UiUpdate) {
        match update {
            UiUpdate::Preview(picture) => self.send_preview(&picture),
            update => {
                // A closed window needs no updates.
                let _ = self.post(move |app| apply(app, &update));
            }
        }
    }

    /// Ends `Ui::run`.
    pub fn quit(&self) {
        // Either way it is over: an error says that the loop has ended already.
        match &self.link {
            WindowLink::Window(_) => drop(slint::quit_event_loop()),
            WindowLink::Offscreen(sender) => drop(sender.send(WindowJob::Quit)),
        }
    }

    /// What is on screen after every update sent so far. Waits for the window's thread: never call
    /// it there.
    pub fn snapshot(&self) -> Result<RgbPicture, UiError> {
        let shot = self.ask(|app| app.window().take_snapshot())??;
        let (width, height) = (shot.width(), shot.height());
        let rgb = shot
            .as_slice()
            .iter()
            .flat_map(|p| [p.r, p.g, p.b])
            .collect();
        Ok(RgbPicture { width, height, rgb })
    }

    /// Calls this on the window's thread once every update sent so far is drawn. Exact off screen;
    /// a window on a display is drawn when the window system asks for it, maybe a frame later.
    pub fn once_drawn(&self, then: impl FnOnce() + Send + 'static) {
        // A window that has closed draws nothing more.
        let _ = self.post(move |_| then());
    }

    /// Taps at this pixel, as a finger would; returns when that has been handled. Waits like
    /// `snapshot`.
    pub fn click(&self, x: u32, y: u32) -> Result<(), UiError> {
        self.ask(move |app| {
            let window = app.window();
            let position = LogicalPosition::new(x as f32, y as f32);
            let button = PointerEventButton::Left;
            window.dispatch_event(WindowEvent::PointerPressed { position, button });
            window.dispatch_event(WindowEvent::PointerReleased { position, button });
            window.dispatch_event(WindowEvent::PointerExited);
        })
    }

    fn send_preview(&self, picture: &RgbPicture) {
        if self.preview_pending.swap(true, Ordering::AcqRel) {
            return;
        }
        let pending = Pending(self.preview_pending.clone());
        if let Some(pixels) = scan::pixels(picture) {
            let _ = self.post(move |app| {
                scan::show_preview(&app.global::<ScanAdapter>(), pixels);
                drop(pending);
            });
        }
    }

    /// Calls `question` on the window's thread and waits for its answer.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&AppWindow) -> T + Send + 'static,
    ) -> Result<T, UiError> {
        let (sender, answer) = channel();
        self.post(move |app| {
            // An asker who gave up waiting needs no answer.
            let _ = sender.send(question(app));
        })?;
        answer
            .recv_timeout(REPLY_TIMEOUT)
            .map_err(|_| UiError::NotRunning)
    }

    pub(super) fn post(
        &self,
        work: impl FnOnce(&AppWindow) + Send + 'static,
    ) -> Result<(), UiError> {
        match &self.link {
            WindowLink::Window(weak) => weak
                .upgrade_in_event_loop(move |app| work(&app))
                .map_err(|_| UiError::NotRunning),
            WindowLink::Offscreen(sender) => sender
                .send(WindowJob::Run(Box::new(work)))
                .map_err(|_| UiError::NotRunning),
        }
    }
}

/// Clears the flag when the preview is shown, and also when it never gets there.
struct Pending(Arc<AtomicBool>);

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

//! The window. Only this module knows Slint; the rest of the program sends `UiUpdate`s and hears `UiCommand`s.
//!
//! `view` holds the plain types, each other module but `offscreen`, `fonts` and `qr` maps them onto one of the window's adapters,
//! and `offscreen` is a window without a display.

mod by_hand;
mod duty;
mod enrol;
#[cfg(test)]
mod eyes;
mod fonts;
mod id_entry;
mod notices;
mod offscreen;
mod page;
mod place;
mod qr;
mod scan;
mod settings;
mod status;
mod status_page;
#[cfg(test)]
mod tests;
mod today;
mod trouble;
mod update;
mod verdict;
mod view;

#[cfg(test)]
pub(crate) use eyes::Words;
pub use view::*;

use gatepost_window as generated;
use generated::{AppWindow, ScanAdapter, StatusAdapter};
use offscreen::{Job, Offscreen};
use slint::platform::{PointerEventButton, WindowEvent};
use slint::{CloseRequestResponse, ComponentHandle, LogicalPosition, PlatformError};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

/// How long `snapshot` and `click` wait for the window's thread.
const REPLY_TIMEOUT: Duration = Duration::from_secs(30);

/// What went wrong with the window.
#[derive(Debug, thiserror::Error)]
pub enum UiError {
    /// There is no screen to open a window on.
    #[error(
        "no window could be opened: {0}. Start Gatepost inside a graphical session (DISPLAY set), use a build with \
         the `kms` feature on a device without one, or run it with --offscreen 800x480"
    )]
    NoDisplay(String),
    /// This thread has had its window.
    #[error("this thread has had a window already; make the next one on a thread of its own")]
    AlreadyUsed,
    /// The event loop ended, or never began.
    #[error("the window is not running")]
    NotRunning,
    /// The window system failed while the window was open.
    #[error("the window failed: {0}; start Gatepost again")]
    Failed(String),
}

impl From<PlatformError> for UiError {
    fn from(error: PlatformError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Slint's reason on one line, as the start of our own sentence.
fn no_display(error: PlatformError) -> UiError {
    let reason = error.to_string().replace('\n', " ");
    UiError::NoDisplay(reason.trim_end_matches('.').to_owned())
}

/// Where the window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// On the display.
    Window,
    /// In memory, for the headless demo and for tests.
    Offscreen {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
}

/// The window. Lives on the thread that made it: the main thread for `Surface::Window` (the window system insists),
/// any for `Surface::Offscreen`. A thread has one in its life, a process one with `Surface::Window`.
pub struct Ui {
    app: AppWindow,
    offscreen: Option<Offscreen>,
    handle: UiHandle,
}

impl Ui {
    /// Makes the window; it shows with `run`. `on_command` is called on the window's thread and must not block.
    pub fn new(
        surface: Surface,
        language: Language,
        fullscreen: bool,
        on_command: impl Fn(UiCommand) + 'static,
    ) -> Result<Self, UiError> {
        let (app, offscreen, link) = match surface {
            Surface::Window => {
                let app = AppWindow::new().map_err(no_display)?;
                app.window().set_fullscreen(fullscreen);
                let link = Link::Window(app.as_weak());
                (app, None, link)
            }
            Surface::Offscreen { width, height } => {
                let (offscreen, sender) = Offscreen::install(width, height)?;
                (AppWindow::new()?, Some(offscreen), Link::Offscreen(sender))
            }
        };
        let on_command: Rc<dyn Fn(UiCommand)> = Rc::new(on_command);
        fonts::connect();
        scan::connect(&app, &on_command);
        verdict::connect(&app, &on_command);
        id_entry::connect(&app, &on_command);
        by_hand::connect(&app, &on_command);
        duty::connect(&app, &on_command);
        page::connect(&app, &on_command);
        settings::connect(&app, &on_command);
        status_page::connect(&app, &on_command);
        update::connect(&app, &on_command);
        app.window().on_close_requested(move || {
            on_command(UiCommand::Quit);
            CloseRequestResponse::HideWindow
        });
        settings::show_language(&app, language);
        let handle = UiHandle {
            link,
            preview_pending: Arc::default(),
        };
        Ok(Self {
            app,
            offscreen,
            handle,
        })
    }

    /// For other threads.
    pub fn handle(&self) -> UiHandle {
        self.handle.clone()
    }

    /// Shows the window until it is closed or `UiHandle::quit` is called.
    pub fn run(self) -> Result<(), UiError> {
        match self.offscreen {
            Some(offscreen) => {
                // Its queue ends with the last handle that is held elsewhere.
                drop(self.handle);
                Ok(offscreen.run(&self.app)?)
            }
            None => Ok(self.app.run()?),
        }
    }
}

/// Reaches the window from any thread. Updates arrive in the order in which they were sent.
#[derive(Clone)]
pub struct UiHandle {
    link: Link,
    preview_pending: Arc<AtomicBool>,
}

#[derive(Clone)]
enum Link {
    Window(slint::Weak<AppWindow>),
    Offscreen(Sender<Job>),
}

impl UiHandle {
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
            Link::Window(_) => drop(slint::quit_event_loop()),
            Link::Offscreen(sender) => drop(sender.send(Job::Quit)),
        }
    }

    /// What is on screen, with every update sent before. Waits for the window's thread, so never call it there.
    pub fn snapshot(&self) -> Result<Picture, UiError> {
        let shot = self.ask(|app| app.window().take_snapshot())??;
        let (width, height) = (shot.width(), shot.height());
        let rgb = shot
            .as_slice()
            .iter()
            .flat_map(|p| [p.r, p.g, p.b])
            .collect();
        Ok(Picture { width, height, rgb })
    }

    /// Calls this on the window's thread once it has drawn every update sent before. Exact off screen; a
    /// window on a display draws when its system asks for it, which may be a frame later.
    pub fn once_drawn(&self, then: impl FnOnce() + Send + 'static) {
        // A window that has closed draws nothing more.
        let _ = self.post(move |_| then());
    }

    /// A tap at this pixel, as if by a finger; returns when it has been handled. Waits like `snapshot`.
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

    fn send_preview(&self, picture: &Picture) {
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
    fn ask<T: Send + 'static>(
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

    fn post(&self, work: impl FnOnce(&AppWindow) + Send + 'static) -> Result<(), UiError> {
        match &self.link {
            Link::Window(weak) => weak
                .upgrade_in_event_loop(move |app| work(&app))
                .map_err(|_| UiError::NotRunning),
            Link::Offscreen(sender) => sender
                .send(Job::Run(Box::new(work)))
                .map_err(|_| UiError::NotRunning),
        }
    }
}

/// Clears the flag when the preview is shown, and also when it gets lost on the way.
struct Pending(Arc<AtomicBool>);

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

fn apply(app: &AppWindow, update: &UiUpdate) {
    match update {
        UiUpdate::Preview(picture) => {
            if let Some(pixels) = scan::pixels(picture) {
                scan::show_preview(&app.global::<ScanAdapter>(), pixels);
            }
        }
        UiUpdate::Camera(camera) => scan::show_camera(&app.global::<ScanAdapter>(), camera),
        UiUpdate::Verdict(view) => verdict::show(app, view),
        UiUpdate::Saved(saved) => verdict::show_saved(app, *saved),
        UiUpdate::TimeLeft(left) => verdict::show_time_left(app, *left),
        UiUpdate::Dismiss => verdict::dismiss(app),
        UiUpdate::Status(status) => status::show(&app.global::<StatusAdapter>(), status),
        UiUpdate::TextSize(size) => settings::show_text_size(app, *size),
        UiUpdate::Volume(volume) => settings::show_volume(app, *volume),
        UiUpdate::Torch(torch) => settings::show_torch(app, *torch),
        UiUpdate::Page(page) => page::open(app, *page),
        UiUpdate::Place(view) => place::show(app, view),
        UiUpdate::StatusPage(view) => status_page::show(app, view),
        UiUpdate::Today(view) => today::show(app, view),
        UiUpdate::Update(view) => update::show(app, view),
        UiUpdate::Enrol(view) => enrol::show(app, view),
        UiUpdate::Notices(list) => notices::show(app, list),
        UiUpdate::Found { codes, size } => {
            scan::show_found(&app.global::<ScanAdapter>(), codes, *size);
        }
        UiUpdate::IdEntry(view) => id_entry::show(app, view),
        UiUpdate::ByHand(view) => by_hand::show(app, view),
        UiUpdate::Duty(view) => duty::show(app, view),
    }
}

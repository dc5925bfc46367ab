//! The window itself: made, connected to the program, and run until it is closed.

use super::error::UiError;
use super::handle::{UiHandle, WindowLink};
use super::offscreen::Offscreen;
use super::view::UiCommand;
use super::{
    by_hand, clock, devices, duty, fonts, id_entry, page, place, place_move, scan, settings,
    status_page, update, verdict,
};
use crate::config::Language;
use gatepost_window::AppWindow;
use slint::{CloseRequestResponse, ComponentHandle};
use std::rc::Rc;

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

/// The window. It lives on the thread that made it: the main thread for `Surface::Window` (the
/// window system insists on it), any thread for `Surface::Offscreen`. A thread can have one window
/// in its life, a process one `Surface::Window`.
pub struct Ui {
    app: AppWindow,
    offscreen: Option<Offscreen>,
    handle: UiHandle,
}

impl Ui {
    /// Makes the window, which `run` shows. `on_command` is called on the window's thread and must
    /// not block.
    pub fn new(
        surface: Surface,
        language: Language,
        fullscreen: bool,
        on_command: impl Fn(UiCommand) + 'static,
    ) -> Result<Self, UiError> {
        let (app, offscreen, link) = match surface {
            Surface::Window => {
                let app = AppWindow::new().map_err(UiError::NoDisplay)?;
                app.window().set_fullscreen(fullscreen);
                let link = WindowLink::Window(app.as_weak());
                (app, None, link)
            }
            Surface::Offscreen { width, height } => {
                let (offscreen, sender) = Offscreen::install(width, height)?;
                (
                    AppWindow::new()?,
                    Some(offscreen),
                    WindowLink::Offscreen(sender),
                )
            }
        };
        let on_command: Rc<dyn Fn(UiCommand)> = Rc::new(on_command);
        fonts::connect();
        let pages = [
            scan::connect,
            verdict::connect,
            id_entry::connect,
            by_hand::connect,
            duty::connect,
            clock::connect,
            devices::connect,
            page::connect,
            place::connect,
            place_move::connect,
            settings::connect,
            status_page::connect,
            update::connect,
        ];
        for connect in pages {
            connect(&app, &on_command);
        }
        app.window().on_close_requested(move || {
            on_command(UiCommand::Quit);
            CloseRequestResponse::HideWindow
        });
        settings::show_language(&app, language);
        let handle = UiHandle::new(link);
        Ok(Self {
            app,
            offscreen,
            handle,
        })
    }

    /// The way to this window from other threads.
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

//! A window without a display, for the headless demo and for tests: Slint's software renderer draws
//! into memory.
//!
//! Each off-screen window belongs to the thread that made it, one to a thread; several threads may
//! have one each. It has its own queue instead of Slint's process-wide event loop proxy, which only
//! one window could use.

use super::error::UiError;
use gatepost_window::AppWindow;
use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType};
use slint::platform::{Platform, WindowAdapter};
use slint::{ComponentHandle, PhysicalSize, PlatformError, Rgb8Pixel, SharedPixelBuffer};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Pause between drawn frames while something moves.
const FRAME: Duration = Duration::from_millis(16);

/// Largest side in pixels.
const MAX_SIDE: u32 = 4096;

/// Work for the window's thread.
pub(super) enum WindowJob {
    /// Call this with the window.
    Run(Box<dyn FnOnce(&AppWindow) + Send>),
    /// Leave the loop.
    Quit,
}

/// The drawing surface and the queue of one off-screen window.
pub(super) struct Offscreen {
    window: Rc<MinimalSoftwareWindow>,
    pixels: SharedPixelBuffer<Rgb8Pixel>,
    jobs: Receiver<WindowJob>,
}

impl Offscreen {
    /// Prepares this thread for one window of `width` by `height` pixels.
    pub(super) fn install(width: u32, height: u32) -> Result<(Self, Sender<WindowJob>), UiError> {
        let (width, height) = (width.clamp(1, MAX_SIDE), height.clamp(1, MAX_SIDE));
        let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        let platform = MemoryPlatform {
            window: Cell::new(Some(window.clone())),
        };
        slint::platform::set_platform(Box::new(platform)).map_err(|_| UiError::AlreadyUsed)?;
        window.set_size(PhysicalSize::new(width, height));
        let (sender, jobs) = channel();
        Ok((
            Self {
                window,
                pixels: SharedPixelBuffer::new(width, height),
                jobs,
            },
            sender,
        ))
    }

    /// Runs the queue, the timers and the drawing until `Quit` or until every sender is gone.
    pub(super) fn run(mut self, app: &AppWindow) -> Result<(), PlatformError> {
        app.show()?;
        loop {
            slint::platform::update_timers_and_animations();
            self.draw();
            let job = match self.pause() {
                Some(pause) => self.jobs.recv_timeout(pause),
                None => self.jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match job {
                Ok(WindowJob::Run(work)) => work(app),
                Ok(WindowJob::Quit) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
        app.hide()
    }

    fn draw(&mut self) {
        let stride = self.pixels.width() as usize;
        self.window.draw_if_needed(|renderer| {
            renderer.render(self.pixels.make_mut_slice(), stride);
        });
    }

    fn pause(&self) -> Option<Duration> {
        if self.window.has_active_animations() {
            return Some(FRAME);
        }
        slint::platform::duration_until_next_timer_update()
    }
}

/// Hands the prepared window to the first component that asks for one.
struct MemoryPlatform {
    window: Cell<Option<Rc<MinimalSoftwareWindow>>>,
}

impl Platform for MemoryPlatform {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        match self.window.take() {
            Some(window) => Ok(window),
            None => Err(PlatformError::Other(
                "an off-screen thread has one window".into(),
            )),
        }
    }
}

//! The window of the second display: what the scanner says, in the words of the languages it names.

use gatepost_window::{
    FaceAdapter, FaceKind, FaceLineItem, FaceTexts, FaceWindow, SettingsAdapter,
};
use slint::{ComponentHandle, ModelRc, VecModel, Weak};

use super::{error::UiError, fonts, settings::bundle, status::map_direction};
use crate::{
    config::Language,
    face::{FaceMessage, FaceSign},
};

/// The second display's window. It lives on the main thread.
pub struct FaceUi {
    window: FaceWindow,
}

/// Reaches the window from another thread.
#[derive(Clone)]
pub struct FaceHandle(Weak<FaceWindow>);

impl FaceUi {
    /// Makes the window, which `run` shows.
    ///
    /// # Errors
    /// Without a display.
    pub fn new(fullscreen: bool) -> Result<Self, UiError> {
        let window = FaceWindow::new().map_err(UiError::NoDisplay)?;
        window.window().set_fullscreen(fullscreen);
        fonts::connect();
        Ok(Self { window })
    }

    /// The way to this window from other threads.
    pub fn handle(&self) -> FaceHandle {
        FaceHandle(self.window.as_weak())
    }

    /// Shows the window until it is closed or [`FaceHandle::quit`] is called.
    ///
    /// # Errors
    /// When the display fails.
    pub fn run(self) -> Result<(), UiError> {
        Ok(self.window.run()?)
    }
}

impl FaceHandle {
    /// Shows this. Never waits; after the window has closed it does nothing.
    pub fn show(&self, message: FaceMessage) {
        // A closed window needs no updates.
        let _ = self
            .0
            .upgrade_in_event_loop(move |window| show(&window, message));
    }

    /// Ends [`FaceUi::run`].
    pub fn quit(&self) {
        // An error says that it has ended already.
        let _ = slint::quit_event_loop();
    }
}

/// The languages of a person of whom none is known: Chinese first.
const UNKNOWN: [Language; 2] = [Language::Chinese, Language::English];

/// Shows a message.
pub(super) fn show(window: &FaceWindow, message: FaceMessage) {
    let (sign, direction) = (map_sign(message.sign), map_direction(message.direction));
    let languages = match &message.language {
        Some(language) => std::slice::from_ref(language),
        None => &UNKNOWN,
    };
    let texts = window.global::<FaceTexts>();
    // Slint has one language at a time: each line is taken while its own is selected.
    let lines = languages.iter().map(|language| {
        // All are compiled in.
        let _ = slint::select_bundled_translation(bundle(*language));
        FaceLineItem {
            what: texts.invoke_what(sign, direction),
            how: texts.invoke_how(sign),
        }
    });
    let lines: VecModel<_> = lines.collect();
    window.global::<SettingsAdapter>().set_day(message.bright);
    let adapter = window.global::<FaceAdapter>();
    adapter.set_sign(sign);
    adapter.set_lines(ModelRc::new(lines));
}

fn map_sign(sign: FaceSign) -> FaceKind {
    match sign {
        FaceSign::ShowCode => FaceKind::ShowCode,
        FaceSign::ShowCodeOrCard => FaceKind::ShowCodeOrCard,
        FaceSign::Wait => FaceKind::Wait,
        FaceSign::GoOn => FaceKind::GoOn,
        FaceSign::SeeStaff => FaceKind::SeeStaff,
        FaceSign::TakeTemperature => FaceKind::TakeTemperature,
        FaceSign::NotInUse => FaceKind::NotInUse,
    }
}

//! What the menu changes and every page follows: language, text size, day or night, brightness,
//! volume, torch; and how large the panel is.

use super::trouble::foreign;
use super::view::{CameraChoiceView, LockView, TextSize, UiCommand};
use crate::config::{Hand, Language, ScreenMode};
use crate::devices::Brightness;
use gatepost_window::{
    AppWindow, CameraItem, LanguageKind, LockKind, ScreenKind, SettingsAdapter, TextSizeKind,
};
use slint::{ComponentHandle, ModelRc};
use std::rc::Rc;

/// The loudest level of the menu, and how much of the volume each is.
const VOLUMES: i32 = 5;
const PERCENT: u8 = 20;

/// Each button switches at once and reports it to the program.
pub(super) fn connect(app: &AppWindow, on_command: &Rc<dyn Fn(UiCommand)>) {
    let adapter = app.global::<SettingsAdapter>();
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_switch_language(move |kind| {
        let language = from_language_kind(kind);
        if let Some(app) = weak.upgrade() {
            show_language(&app, language);
        }
        send(UiCommand::SwitchLanguage(language));
    });
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_switch_text_size(move |kind| {
        let size = match kind {
            TextSizeKind::Normal => TextSize::Normal,
            TextSizeKind::Large => TextSize::Large,
            TextSizeKind::VeryLarge => TextSize::VeryLarge,
        };
        if let Some(app) = weak.upgrade() {
            show_text_size(&app, size);
        }
        send(UiCommand::TextSize(size));
    });
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_switch_screen(move |kind| {
        let mode = match kind {
            ScreenKind::Day => ScreenMode::Day,
            ScreenKind::Night => ScreenMode::Night,
            ScreenKind::Auto => ScreenMode::Auto,
        };
        if let Some(app) = weak.upgrade() {
            let now = app.global::<SettingsAdapter>().get_day();
            let bright = match mode {
                ScreenMode::Day => true,
                ScreenMode::Night => false,
                // The program knows.
                ScreenMode::Auto => now,
            };
            show_screen(&app, mode, bright);
        }
        send(UiCommand::Screen(mode));
    });
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_switch_brightness(move |step| {
        let brightness = Brightness::from(u8::try_from(step.max(0)).unwrap_or(u8::MAX));
        if let Some(app) = weak.upgrade() {
            show_brightness(&app, brightness);
        }
        send(UiCommand::Brightness(brightness));
    });
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_switch_less_motion(move |less| {
        if let Some(app) = weak.upgrade() {
            show_less_motion(&app, less);
        }
        send(UiCommand::LessMotion(less));
    });
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_switch_volume(move |level| {
        let level = u8::try_from(level.clamp(0, VOLUMES)).unwrap_or(0);
        let percent = level * PERCENT;
        if let Some(app) = weak.upgrade() {
            show_volume(&app, Some(percent));
        }
        send(UiCommand::Volume(percent));
    });
    let send = on_command.clone();
    adapter.on_switch_camera(move |device| send(UiCommand::Camera(device.to_string())));
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_switch_torch(move |on| {
        if let Some(app) = weak.upgrade() {
            show_torch(&app, Some(on));
        }
        send(UiCommand::Torch(on));
    });
}

/// Shows the cameras to choose from. Each is named as it calls itself; two that call themselves the
/// same have their devices behind it.
pub(super) fn show_cameras(app: &AppWindow, cameras: &[CameraChoiceView]) {
    let item = |camera: &CameraChoiceView| {
        let same = cameras.iter().filter(|other| other.name == camera.name);
        let device = Some(&camera.device).filter(|_| same.count() > 1);
        let name = [Some(&camera.name), device];
        let name: Vec<&str> = name.into_iter().flatten().map(String::as_str).collect();
        CameraItem {
            name: foreign(&name.join(" ")),
            device: camera.device.as_str().into(),
            chosen: camera.chosen,
        }
    };
    let items: Vec<CameraItem> = cameras.iter().map(item).collect();
    let adapter = app.global::<SettingsAdapter>();
    adapter.set_cameras(ModelRc::from(items.as_slice()));
}

/// Switches every text on screen.
pub(super) fn show_language(app: &AppWindow, language: Language) {
    let (kind, bundle) = match language {
        Language::English => (LanguageKind::English, "en"),
        Language::Chinese => (LanguageKind::Chinese, "zh_CN"),
        Language::Uyghur => (LanguageKind::Uyghur, "ug"),
    };
    // All are compiled in, so this fails only for a build without translations: English stays.
    if slint::select_bundled_translation(bundle).is_ok() {
        let adapter = app.global::<SettingsAdapter>();
        adapter.set_language(kind);
        if kind != LanguageKind::Chinese {
            adapter.set_other_language(kind);
        }
    }
}

/// Scales every text on screen.
pub(super) fn show_text_size(app: &AppWindow, size: TextSize) {
    app.global::<SettingsAdapter>().set_text_size(match size {
        TextSize::Normal => TextSizeKind::Normal,
        TextSize::Large => TextSizeKind::Large,
        TextSize::VeryLarge => TextSizeKind::VeryLarge,
    });
}

/// Whether nothing on screen moves by itself.
pub(super) fn show_less_motion(app: &AppWindow, less: bool) {
    app.global::<SettingsAdapter>().set_less_motion(less);
}

/// Shows the window bright or dark, and in the menu what was chosen.
pub(super) fn show_screen(app: &AppWindow, mode: ScreenMode, bright: bool) {
    let adapter = app.global::<SettingsAdapter>();
    adapter.set_screen(match mode {
        ScreenMode::Day => ScreenKind::Day,
        ScreenMode::Night => ScreenKind::Night,
        ScreenMode::Auto => ScreenKind::Auto,
    });
    adapter.set_day(bright);
}

/// Measures everything on a panel of this diagonal, in inches.
pub(super) fn show_panel(app: &AppWindow, inches: f32) {
    app.global::<SettingsAdapter>().set_inches(inches);
}

/// Puts keys and buttons of wide pages on the side of this hand.
pub(super) fn show_hand(app: &AppWindow, hand: Hand) {
    let left = hand == Hand::Left;
    app.global::<SettingsAdapter>().set_left_handed(left);
}

/// Shows how brightly the screen is lit, on a device that can set it.
pub(super) fn show_brightness(app: &AppWindow, brightness: Brightness) {
    let adapter = app.global::<SettingsAdapter>();
    adapter.set_has_backlight(true);
    adapter.set_brightness(brightness.get().into());
}

/// Shows the volume, 0 to 100 percent, as the nearest level; silence alone is level 0. `None` when
/// there are no sounds.
pub(super) fn show_volume(app: &AppWindow, percent: Option<u8>) {
    let adapter = app.global::<SettingsAdapter>();
    adapter.set_has_sound(percent.is_some());
    let percent = percent.unwrap_or(0);
    let nearest = percent.saturating_add(PERCENT / 2) / PERCENT;
    adapter.set_volume(nearest.max(u8::from(percent > 0)).into());
}

/// Shows whether the torch is on; `None` when there is none.
pub(super) fn show_torch(app: &AppWindow, torch: Option<bool>) {
    let adapter = app.global::<SettingsAdapter>();
    adapter.set_has_torch(torch.is_some());
    adapter.set_torch(torch.unwrap_or(false));
}

/// Shows whether somebody has to open the menu first.
pub(super) fn show_lock(app: &AppWindow, lock: LockView) {
    app.global::<SettingsAdapter>().set_lock(match lock {
        LockView::Open => LockKind::Open,
        LockView::Shut => LockKind::Shut,
        LockView::BadgeRefused => LockKind::BadgeRefused,
    });
}

fn from_language_kind(kind: LanguageKind) -> Language {
    match kind {
        LanguageKind::English => Language::English,
        LanguageKind::Chinese => Language::Chinese,
        LanguageKind::Uyghur => Language::Uyghur,
    }
}

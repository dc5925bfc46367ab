//! The update page.

use super::keypad::sends;
use super::trouble::{foreign, map_trouble};
use super::view::{UiCommand, UpdateStep, UpdateView};
use gatepost_window::{AppWindow, UpdateAdapter, UpdateKind};
use slint::{ComponentHandle, SharedString};
use std::rc::Rc;

/// The one big button begins.
pub(super) fn connect(app: &AppWindow, on_command: &Rc<dyn Fn(UiCommand)>) {
    app.global::<UpdateAdapter>()
        .on_install(sends(on_command, UiCommand::Update));
}

/// Fills the page. While it works the stick's version stays as it was found.
pub(super) fn show(app: &AppWindow, view: &UpdateView) {
    let adapter = app.global::<UpdateAdapter>();
    adapter.set_installed(version(view.installed));
    match &view.step {
        UpdateStep::NoStick => adapter.set_step(UpdateKind::NoStick),
        UpdateStep::Found {
            place,
            version: offered,
        } => {
            adapter.set_place(foreign(place));
            adapter.set_offered(version(*offered));
            adapter.set_step(UpdateKind::Found);
        }
        UpdateStep::Working(percent) => {
            adapter.set_percent(i32::from(*percent.min(&100)));
            adapter.set_step(UpdateKind::Working);
        }
        UpdateStep::Done { before, after } => {
            adapter.set_installed(version(*before));
            adapter.set_offered(version(Some(*after)));
            adapter.set_step(UpdateKind::Done);
        }
        UpdateStep::Refused(why) => {
            adapter.set_trouble(map_trouble(why.what));
            adapter.set_detail(foreign(&why.detail));
            adapter.set_step(UpdateKind::Refused);
        }
    }
}

fn version(number: Option<u64>) -> SharedString {
    number.map_or_else(SharedString::new, |n| n.to_string().into())
}

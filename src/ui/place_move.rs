//! The page that asks whether the device has moved.

use super::status;
use super::view::{PlaceMoveStep, PlaceMoveView, UiCommand};
use gatepost_window::{AppWindow, MoveKind, PlaceMoveAdapter};
use slint::ComponentHandle;
use std::rc::Rc;

/// Both buttons answer the question that they were drawn for.
pub(super) fn connect(app: &AppWindow, on_command: &Rc<dyn Fn(UiCommand)>) {
    let adapter = app.global::<PlaceMoveAdapter>();
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_go(move || {
        if let Some(number) = weak.upgrade().and_then(|app| number(&app)) {
            send(UiCommand::MovePlace(number));
        }
    });
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_stay(move || {
        if let Some(number) = weak.upgrade().and_then(|app| number(&app)) {
            send(UiCommand::StayAtPlace(number));
        }
    });
}

fn number(app: &AppWindow) -> Option<u32> {
    let number = app.global::<PlaceMoveAdapter>().get_number();
    u32::try_from(number).ok()
}

/// Fills the page.
pub(super) fn show(app: &AppWindow, view: &PlaceMoveView) {
    let adapter = app.global::<PlaceMoveAdapter>();
    adapter.set_number(i32::try_from(view.number).unwrap_or(-1));
    adapter.set_from(named(&view.from, &view.from_id).into());
    adapter.set_to(named(&view.to, &view.to_id).into());
    let rules = view.rules.as_ref();
    let class = rules.and_then(|rules| rules.class.as_ref());
    adapter.set_has_rules(rules.is_some());
    adapter.set_class(class.map_or("", |class| class.name.as_str()).into());
    adapter.set_class_local(class.map_or("", |class| class.local_name.as_str()).into());
    adapter.set_risk(status::map_risk(rules));
    adapter.set_seconds(i32::try_from(view.seconds).unwrap_or(i32::MAX));
    adapter.set_step(match view.step {
        PlaceMoveStep::Confirm => MoveKind::Confirm,
        PlaceMoveStep::NobodyOnDuty => MoveKind::NobodyOnDuty,
        PlaceMoveStep::ShowBadge => MoveKind::ShowBadge,
        PlaceMoveStep::BadgeRefused => MoveKind::BadgeRefused,
        PlaceMoveStep::PinNotHere => MoveKind::PinNotHere,
    });
}

fn named(name: &str, id: &str) -> String {
    if name == id || id.is_empty() {
        name.to_owned()
    } else {
        format!("{name} ({id})")
    }
}

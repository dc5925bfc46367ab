//! Which page is open, and the keys that no page takes.

use super::view::{Page, UiCommand};
use super::{by_hand, clock, devices, duty, id_entry};
use gatepost_window::{AppWindow, GuideAdapter, HintKind, PageAdapter, PageKind, ScanAdapter};
use slint::ComponentHandle;
use std::rc::Rc;

/// A button that opens another page does so at once and reports it to the program.
pub(super) fn connect(app: &AppWindow, on_command: &Rc<dyn Fn(UiCommand)>) {
    let (weak, send) = (app.as_weak(), on_command.clone());
    app.global::<PageAdapter>().on_open(move |kind| {
        let page = from_kind(kind);
        if let Some(app) = weak.upgrade() {
            open(&app, page);
        }
        send(UiCommand::Opened(page));
    });
    let send = on_command.clone();
    app.global::<PageAdapter>().on_key(move |text| {
        if let Some(key) = typed(&text) {
            send(UiCommand::Key(key));
        }
    });
}

/// Opens a page, under the verdict if one is shown. What was typed on the page before is cleared.
pub(super) fn open(app: &AppWindow, page: Page) {
    id_entry::forget(app);
    by_hand::forget(app);
    duty::forget(app);
    clock::forget(app);
    devices::forget(app);
    app.global::<GuideAdapter>().set_step(0);
    app.global::<ScanAdapter>().set_hint(HintKind::None);
    app.global::<PageAdapter>().set_page(to_kind(page));
}

/// The character of a key; Slint reports Shift, arrows and the like as control and private-use
/// characters.
pub(super) fn typed(text: &str) -> Option<char> {
    let mut characters = text.chars();
    let key = characters.next().filter(|_| characters.next().is_none())?;
    let private = ('\u{e000}'..='\u{f8ff}').contains(&key);
    match key {
        '\n' | '\r' => Some('\n'),
        key if key.is_control() || private => None,
        key => Some(key),
    }
}

fn to_kind(page: Page) -> PageKind {
    match page {
        Page::Scan => PageKind::Scan,
        Page::Menu => PageKind::Menu,
        Page::NoCode => PageKind::NoCode,
        Page::IdEntry => PageKind::IdEntry,
        Page::ByHand => PageKind::ByHand,
        Page::Duty => PageKind::Duty,
        Page::Place => PageKind::Place,
        Page::PlaceMove => PageKind::PlaceMove,
        Page::Unlock => PageKind::Unlock,
        Page::Status => PageKind::Status,
        Page::Devices => PageKind::Devices,
        Page::Clock => PageKind::Clock,
        Page::Today => PageKind::Today,
        Page::Update => PageKind::Update,
        Page::Guide => PageKind::Guide,
        Page::Enrol => PageKind::Enrol,
    }
}

fn from_kind(kind: PageKind) -> Page {
    match kind {
        PageKind::Scan => Page::Scan,
        PageKind::Menu => Page::Menu,
        PageKind::NoCode => Page::NoCode,
        PageKind::IdEntry => Page::IdEntry,
        PageKind::ByHand => Page::ByHand,
        PageKind::Duty => Page::Duty,
        PageKind::Place => Page::Place,
        PageKind::PlaceMove => Page::PlaceMove,
        PageKind::Unlock => Page::Unlock,
        PageKind::Status => Page::Status,
        PageKind::Devices => Page::Devices,
        PageKind::Clock => Page::Clock,
        PageKind::Today => Page::Today,
        PageKind::Update => Page::Update,
        PageKind::Guide => Page::Guide,
        PageKind::Enrol => Page::Enrol,
    }
}

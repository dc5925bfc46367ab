//! Which page is open.

use super::generated::{AppWindow, PageAdapter, PageKind};
use super::view::{Page, UiCommand};
use slint::ComponentHandle;
use std::rc::Rc;

/// A button that leads elsewhere switches at once and tells the program.
pub(super) fn connect(app: &AppWindow, on_command: &Rc<dyn Fn(UiCommand)>) {
    let weak = app.as_weak();
    let on_command = on_command.clone();
    app.global::<PageAdapter>().on_open(move |kind| {
        let page = from_kind(kind);
        if let Some(app) = weak.upgrade() {
            open(&app, page);
        }
        on_command(UiCommand::Opened(page));
    });
}

/// Opens a page under the verdict, if there is one.
pub(super) fn open(app: &AppWindow, page: Page) {
    app.global::<PageAdapter>().set_page(to_kind(page));
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
        Page::Status => PageKind::Status,
        Page::Today => PageKind::Today,
        Page::Update => PageKind::Update,
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
        PageKind::Status => Page::Status,
        PageKind::Today => Page::Today,
        PageKind::Update => Page::Update,
        PageKind::Enrol => Page::Enrol,
    }
}

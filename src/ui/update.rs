//! The update page.

use super::keypad::sends;
use super::trouble::{foreign, map_trouble};
use super::view::{ListsEnd, OnStick, ProgramEnd, UiCommand, UpdateStep, UpdateView};
use gatepost_window::{AppWindow, ListsEndKind, ProgramEndKind, UpdateAdapter, UpdateKind};
use slint::{ComponentHandle, SharedString};
use std::fmt::Display;
use std::rc::Rc;

/// The one big button begins; a smaller one asks for a supervisor.
pub(super) fn connect(app: &AppWindow, on_command: &Rc<dyn Fn(UiCommand)>) {
    let adapter = app.global::<UpdateAdapter>();
    adapter.on_install(sends(on_command, UiCommand::Update));
    adapter.on_allow(sends(on_command, UiCommand::AllowProgram));
}

/// Fills the page. While it works the stick's versions stay as they were found.
pub(super) fn show(app: &AppWindow, view: &UpdateView) {
    let adapter = app.global::<UpdateAdapter>();
    adapter.set_installed(version(view.installed));
    adapter.set_running(version(view.program));
    let kind = match &view.step {
        UpdateStep::NoStick => UpdateKind::NoStick,
        UpdateStep::Found {
            place,
            lists,
            program,
        } => {
            adapter.set_place(foreign(place));
            adapter.set_has_lists(lists.is_there());
            adapter.set_offered(claimed(*lists));
            adapter.set_has_program(program.is_there());
            adapter.set_program_offered(claimed(*program));
            UpdateKind::Found
        }
        UpdateStep::Working(percent) => {
            adapter.set_percent(i32::from(*percent.min(&100)));
            UpdateKind::Working
        }
        UpdateStep::Ended { lists, program } => {
            show_lists(&adapter, lists.as_ref());
            show_program(&adapter, program.as_ref());
            UpdateKind::Ended
        }
        UpdateStep::ShowBadge(program) => {
            adapter.set_program_offered(version(Some(*program)));
            UpdateKind::ShowBadge
        }
        UpdateStep::BadgeRefused(program) => {
            adapter.set_program_offered(version(Some(*program)));
            UpdateKind::BadgeRefused
        }
    };
    adapter.set_step(kind);
}

fn show_lists(adapter: &UpdateAdapter<'_>, end: Option<&ListsEnd>) {
    adapter.set_lists(match end {
        None => ListsEndKind::None,
        Some(ListsEnd::Installed { before, after }) => {
            adapter.set_installed(version(*before));
            adapter.set_offered(version(Some(*after)));
            ListsEndKind::Done
        }
        Some(ListsEnd::Refused(why)) => {
            adapter.set_trouble(map_trouble(why.what));
            adapter.set_detail(foreign(&why.detail));
            ListsEndKind::Refused
        }
    });
}

fn show_program(adapter: &UpdateAdapter<'_>, end: Option<&ProgramEnd>) {
    let (kind, offered) = match end {
        None => (ProgramEndKind::None, None),
        Some(ProgramEnd::Written(offered)) => (ProgramEndKind::Written, Some(*offered)),
        Some(ProgramEnd::Waits(offered)) => (ProgramEndKind::Waits, Some(*offered)),
        Some(ProgramEnd::Running) => (ProgramEndKind::Running, None),
        Some(ProgramEnd::Older(offered)) => (ProgramEndKind::Older, Some(*offered)),
        Some(ProgramEnd::FellBack(offered)) => (ProgramEndKind::FellBack, Some(*offered)),
        Some(ProgramEnd::NoPicture(offered)) => (ProgramEndKind::NoPicture, Some(*offered)),
        Some(ProgramEnd::Refused(why)) => {
            adapter.set_program_trouble(map_trouble(why.what));
            adapter.set_program_detail(foreign(&why.detail));
            (ProgramEndKind::Refused, None)
        }
    };
    adapter.set_program(kind);
    adapter.set_program_offered(version(offered));
}

fn claimed<T: Display>(on_stick: OnStick<T>) -> SharedString {
    match on_stick {
        OnStick::Nothing | OnStick::Unreadable => SharedString::new(),
        OnStick::Version(claimed) => version(Some(claimed)),
    }
}

fn version(number: Option<impl Display>) -> SharedString {
    number.map_or_else(SharedString::new, |n| n.to_string().into())
}

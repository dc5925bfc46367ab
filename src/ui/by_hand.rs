//! The page for registering by hand: why, the health questions, who.

use super::view::{ByHandForm, ByHandView, UiCommand};
use gatepost_protocol::WhyNoCode;
use gatepost_window::{AnswerKind, AppWindow, ByHandAdapter, WhyKind};
use slint::{ComponentHandle, Model, ModelRc, SharedString, VecModel};
use std::rc::Rc;

/// Longest name, and longest ID or telephone number, that fit into the sealed record, in bytes.
const MAX_NAME: usize = 40;
const MAX_CONTACT: usize = 24;

/// The form is filled in here; only the whole of it goes to the program.
pub(super) fn connect(app: &AppWindow, on_command: &Rc<dyn Fn(UiCommand)>) {
    let adapter = app.global::<ByHandAdapter>();
    adapter.on_choose(with(app, |adapter, why| {
        adapter.set_why(why);
        adapter.set_has_why(true);
        go_on(adapter, 1);
    }));
    adapter.on_answer(with(app, answer));
    adapter.on_key_name(with(app, |adapter, face: SharedString| {
        adapter.set_name(joined(&adapter.get_name(), &face, MAX_NAME));
    }));
    adapter.on_key_contact(with(app, |adapter, face: SharedString| {
        adapter.set_contact(joined(&adapter.get_contact(), &face, MAX_CONTACT));
    }));
    let erase = with(app, |adapter, ()| {
        adapter.set_name(shortened(&adapter.get_name()))
    });
    adapter.on_erase_name(move || erase(()));
    let erase = with(app, |adapter, ()| {
        adapter.set_contact(shortened(&adapter.get_contact()));
    });
    adapter.on_erase_contact(move || erase(()));
    let back = with(app, |adapter, ()| {
        adapter.set_step((adapter.get_step() - 1).max(0))
    });
    adapter.on_back(move || back(()));
    let (weak, send) = (app.as_weak(), on_command.clone());
    adapter.on_submit(move || {
        if let Some(app) = weak.upgrade() {
            let form = form(&app.global::<ByHandAdapter>());
            forget(&app);
            send(UiCommand::ByHand(form));
        }
    });
}

/// Shows the policy's questions. A form that is being filled in for the same questions stays.
pub(super) fn show(app: &AppWindow, view: &ByHandView) {
    let adapter = app.global::<ByHandAdapter>();
    let asked: Vec<SharedString> = view.questions.iter().map(SharedString::from).collect();
    if !adapter.get_questions().iter().eq(asked.iter().cloned()) {
        adapter.set_questions(ModelRc::from(asked.as_slice()));
        forget(app);
    }
    adapter.set_allowed(view.allowed);
}

/// Clears the form.
pub(super) fn forget(app: &AppWindow) {
    let adapter = app.global::<ByHandAdapter>();
    let open = vec![AnswerKind::Open; adapter.get_questions().row_count()];
    adapter.set_step(0);
    adapter.set_settling(false);
    adapter.set_has_why(false);
    adapter.set_answers(ModelRc::new(VecModel::from(open)));
    adapter.set_name(SharedString::default());
    adapter.set_contact(SharedString::default());
}

/// A callback with the adapter at hand.
fn with<T>(app: &AppWindow, act: impl Fn(&ByHandAdapter, T) + 'static) -> impl Fn(T) + 'static {
    let weak = app.as_weak();
    move |value| {
        if let Some(app) = weak.upgrade() {
            act(&app.global::<ByHandAdapter>(), value);
        }
    }
}

/// Marks the question on screen as answered and goes on to the next.
fn answer(adapter: &ByHandAdapter, yes: bool) {
    let step = adapter.get_step();
    let Some(index) = usize::try_from(step - 1).ok() else {
        return;
    };
    let kind = if yes { AnswerKind::Yes } else { AnswerKind::No };
    adapter.get_answers().set_row_data(index, kind);
    go_on(adapter, step + 1);
}

/// Goes on to a step, which takes no taps at once: what lies under the finger is another answer.
fn go_on(adapter: &ByHandAdapter, step: i32) {
    adapter.set_step(step);
    adapter.set_settling(true);
}

fn form(adapter: &ByHandAdapter) -> ByHandForm {
    ByHandForm {
        why: match adapter.get_why() {
            WhyKind::NoPhone => WhyNoCode::NoPhone,
            WhyKind::PhoneTrouble => WhyNoCode::PhoneTrouble,
            WhyKind::CodeUnreadable => WhyNoCode::CodeUnreadable,
            WhyKind::CannotShow => WhyNoCode::CannotShow,
            WhyKind::Visitor => WhyNoCode::Visitor,
        },
        name: adapter.get_name().trim().to_owned(),
        contact: adapter.get_contact().trim().to_owned(),
        answers: adapter
            .get_answers()
            .iter()
            .map(|answer| answer == AnswerKind::Yes)
            .collect(),
    }
}

/// With the key's character, or unchanged when it would get too long.
fn joined(text: &str, face: &str, longest: usize) -> SharedString {
    if text.len() + face.len() <= longest {
        format!("{text}{face}").into()
    } else {
        text.into()
    }
}

fn shortened(text: &str) -> SharedString {
    let mut characters = text.chars();
    characters.next_back();
    characters.as_str().into()
}

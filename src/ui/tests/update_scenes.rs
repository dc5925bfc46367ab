//! Every state of the update page, as updates to send.

use super::info_scenes::{on_page, trouble};
use super::scenes::Scene;
use crate::ui::{ListsEnd, OnStick, Page, ProgramEnd, Trouble, UiUpdate, UpdateStep, UpdateView};
use gatepost_pass::ProgramVersion;

pub(super) fn update_scenes() -> Vec<Scene> {
    let found = |lists, program| UpdateStep::Found {
        place: "/media/GATEPOST/bundle-2022-05-14".into(),
        lists,
        program,
    };
    let done = Some(ListsEnd::Installed {
        before: Some(41),
        after: 42,
    });
    let forged = || {
        trouble(
            Trouble::UpdateForeign,
            "the signature does not match: forged or altered",
        )
    };
    let refused = Some(ListsEnd::Refused(forged()));
    let ended = |lists: &Option<ListsEnd>, program| UpdateStep::Ended {
        lists: lists.clone(),
        program,
    };
    let (lists, newer) = (OnStick::Version(42), ProgramVersion::new(1, 4, 0));
    let (program, older) = (OnStick::Version(newer), ProgramVersion::new(1, 2, 17));
    let plain = [
        ("update-no-stick", UpdateStep::NoStick),
        ("update-found", found(lists, OnStick::Nothing)),
        ("update-working", UpdateStep::Working(37)),
        ("update-done", ended(&done, None)),
        ("update-refused", ended(&refused, None)),
    ];
    let of_program = |end| ended(&None, Some(end));
    // On a device that updates its program, too.
    let both = [
        ("update-both-no-stick", UpdateStep::NoStick),
        ("update-both-found", found(lists, program)),
        (
            "update-both-done",
            ended(&done, Some(ProgramEnd::Written(newer))),
        ),
        (
            "update-both-refused",
            ended(&refused, Some(ProgramEnd::Older(older))),
        ),
        ("update-program-found", found(OnStick::Nothing, program)),
        (
            "update-program-done",
            of_program(ProgramEnd::Written(newer)),
        ),
        ("update-program-waits", of_program(ProgramEnd::Waits(newer))),
        ("update-program-runs", of_program(ProgramEnd::Running)),
        ("update-program-older", of_program(ProgramEnd::Older(older))),
        (
            "update-program-tried",
            of_program(ProgramEnd::FellBack(newer)),
        ),
        (
            "update-program-blind",
            of_program(ProgramEnd::NoPicture(newer)),
        ),
        (
            "update-program-forged",
            of_program(ProgramEnd::Refused(forged())),
        ),
        ("update-program-badge", UpdateStep::ShowBadge(older)),
        (
            "update-program-badge-refused",
            UpdateStep::BadgeRefused(older),
        ),
    ];
    let running = Some(ProgramVersion::new(1, 3, 0));
    let plain = plain.map(|(name, step)| (name, None, step));
    let both = both.map(|(name, step)| (name, running, step));
    let all = plain.into_iter().chain(both);
    all.map(|(name, program, step)| {
        let installed = Some(41);
        let view = UpdateView {
            installed,
            program,
            step,
        };
        on_page(name, Page::Update, UiUpdate::Update(view))
    })
    .collect()
}

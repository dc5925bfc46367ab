//! What the pages can show, for the tests of their layout and for their pictures.

use super::stage::{Stage, camera_picture, fullest_verdict, member, status, verdict};
use crate::config::Language;
use crate::devices::{Battery, NetworkLink, SignalBars};
use crate::ui::{
    AimHint, ByHandView, CameraView, ColourView, DocumentView, DutyState, DutyView, IdEntryView,
    IdFault, LockView, Notice, OverrideView, Page, PinPurpose, QuestionView, RecentVerdict,
    SavedState, StatusView, TextSize, ThermometerView, UiUpdate,
};
use gatepost_protocol::{Direction, Outcome, Reason};

/// A page in one of its states: the updates that lead there, then the buttons to tap (in English).
pub(super) struct Scene {
    pub(super) name: &'static str,
    updates: Vec<UiUpdate>,
    taps: Vec<&'static str>,
}

impl Scene {
    /// Whether its name begins with a word of `GATEPOST_SCENES`, if that is set.
    pub(super) fn is_wanted(&self) -> bool {
        let wanted = std::env::var("GATEPOST_SCENES").unwrap_or_default();
        wanted.split(',').any(|name| self.name.starts_with(name))
    }

    pub(super) fn new(name: &'static str, updates: Vec<UiUpdate>, taps: &[&'static str]) -> Self {
        let taps = taps.to_vec();
        Self {
            name,
            updates,
            taps,
        }
    }

    /// The page that it opens by itself, before anything is tapped.
    pub(super) fn page(&self) -> Page {
        let mut pages = self.updates.iter().filter_map(|update| match update {
            UiUpdate::Page(page) => Some(*page),
            _ => None,
        });
        pages.next_back().unwrap_or(Page::Scan)
    }

    /// Only the scan page and the verdict are in Uyghur.
    pub(super) fn is_for(&self, language: Language) -> bool {
        let others = ["no-code", "id-", "by-hand", "duty"];
        language != Language::Uyghur || !others.iter().any(|other| self.name.starts_with(other))
    }

    /// Sets the scene from wherever the stage is, in normal size and English.
    pub(super) fn set(&self, stage: &Stage) {
        stage.ui.show_language(Language::English);
        stage.ui.send(UiUpdate::TextSize(TextSize::Normal));
        stage.ui.send(UiUpdate::Torch(None));
        stage.ui.send(UiUpdate::Volume(Some(70)));
        stage.ui.send(UiUpdate::Lock(LockView::Open));
        stage.ui.send(UiUpdate::Cameras(Vec::new()));
        stage.ui.send(UiUpdate::Dismiss);
        stage.ui.send(UiUpdate::Duty(duty(DutyState::ShowBadge)));
        stage.ui.send(UiUpdate::ByHand(by_hand(0)));
        stage.ui.send(UiUpdate::Saved(SavedState::Logged));
        stage.ui.send(UiUpdate::Notices(Vec::new()));
        stage.ui.send(UiUpdate::Page(Page::Scan));
        stage.ui.send(UiUpdate::Scanner(false));
        stage.ui.send(UiUpdate::Aim(None));
        stage.ui.send(UiUpdate::Recent(Vec::new()));
        stage.ui.send(UiUpdate::Camera(CameraView::Live));
        stage.ui.send(UiUpdate::Preview(camera_picture()));
        for update in &self.updates {
            stage.ui.send(update.clone());
        }
        stage.tap_all(&self.taps);
    }
}

pub(super) fn duty(state: DutyState) -> DutyView {
    let guard = if state == DutyState::OnDuty {
        "欧阳晓明 Ouyang Xiaoming"
    } else {
        ""
    };
    DutyView {
        guard: guard.into(),
        state,
        pin_for: PinPurpose::Duty,
    }
}

pub(super) fn by_hand(questions: usize) -> ByHandView {
    let texts = [
        "Fever or cough in the last 14 days? 最近 14 天有发热或咳嗽吗？",
        "Contact with a confirmed case in 14 days? 最近 14 天接触过确诊病例吗？",
    ];
    ByHandView {
        questions: texts
            .iter()
            .cycle()
            .take(questions)
            .map(|q| (*q).to_owned())
            .collect(),
        allowed: true,
    }
}

fn outward() -> StatusView {
    StatusView {
        direction: Direction::Out,
        ..status()
    }
}

/// On a handheld.
fn carried() -> StatusView {
    StatusView {
        network: Some(NetworkLink::Wireless(SignalBars::new(2))),
        battery: Some(Battery {
            percent: 17,
            charging: false,
        }),
        ..status()
    }
}

fn pin(tries_left: Option<u8>, pin_for: PinPurpose) -> UiUpdate {
    let name = "欧阳晓明 Ouyang Xiaoming".into();
    UiUpdate::Duty(DutyView {
        pin_for,
        ..duty(DutyState::EnterPin { name, tries_left })
    })
}

fn found() -> UiUpdate {
    UiUpdate::Found {
        codes: vec![
            [(110.0, 70.0), (210.0, 74.0), (206.0, 172.0), (108.0, 168.0)],
            [(20.0, 30.0), (60.0, 20.0), (70.0, 60.0), (30.0, 70.0)],
        ],
        size: (320, 240),
    }
}

/// The scan page, the duty page and the pages for people without a code.
pub(super) fn pages() -> Vec<Scene> {
    let page = |page| vec![UiUpdate::Page(page)];
    let id = |fault, looking| {
        vec![
            UiUpdate::Page(Page::IdEntry),
            UiUpdate::IdEntry(IdEntryView { fault, looking }),
        ]
    };
    let form = |questions| {
        vec![
            UiUpdate::ByHand(by_hand(questions)),
            UiUpdate::Page(Page::ByHand),
        ]
    };
    let on_duty = |state| vec![UiUpdate::Page(Page::Duty), UiUpdate::Duty(duty(state))];
    let not_allowed = ByHandView {
        questions: Vec::new(),
        allowed: false,
    };
    let digits = [
        "3", "7", "0", "1", "0", "2", "1", "9", "9", "0", "0", "1", "0", "1", "0", "0", "1", "X",
    ];
    let mut wrong = id(Some(IdFault::CheckDigit), false);
    wrong.remove(1);
    let recent = || {
        let one = |outcome, seconds| RecentVerdict { outcome, seconds };
        UiUpdate::Recent(vec![
            one(Outcome::Admit, 12),
            one(Outcome::Check, 48),
            one(Outcome::Refuse, 119),
        ])
    };
    let aim = |hint| vec![UiUpdate::Aim(Some(hint)), recent()];
    vec![
        Scene::new("scan-found", vec![found()], &[]),
        Scene::new("scan-dark", aim(AimHint::TooDark), &[]),
        Scene::new("scan-closer-worst", aim(AimHint::ComeCloser), &[]),
        Scene::new("scan-still", aim(AimHint::HoldStill), &[]),
        Scene::new("scan-already-worst", aim(AimHint::AlreadyRead), &[]),
        Scene::new(
            "scan-without-camera",
            vec![
                UiUpdate::Camera(CameraView::Off),
                UiUpdate::Scanner(true),
                recent(),
            ],
            &[],
        ),
        Scene::new("scan-low-risk-worst", vec![], &[]),
        Scene::new(
            "scan-stopped",
            vec![UiUpdate::Notices(vec![Notice::Stopped])],
            &[],
        ),
        Scene::new("scan-battery", vec![UiUpdate::Status(carried())], &[]),
        Scene::new("scan-mute-worst", vec![UiUpdate::Volume(Some(0))], &[]),
        Scene::new("scan-out", vec![UiUpdate::Status(outward())], &[]),
        Scene::new(
            "scan-torch",
            vec![UiUpdate::Torch(Some(false))],
            &["Light on"],
        ),
        Scene::new(
            "scan-relative",
            vec![],
            &["No phone or code", "Scan a relative's family pass"],
        ),
        Scene::new("no-code", page(Page::NoCode), &[]),
        Scene::new("no-code-worst", page(Page::NoCode), &[]),
        Scene::new("id-empty", id(None, false), &[]),
        Scene::new("id-typed", wrong, &digits),
        Scene::new("id-fault", id(Some(IdFault::Length), false), &[]),
        Scene::new("id-looking", id(None, true), &[]),
        Scene::new("by-hand-why", form(2), &[]),
        Scene::new("by-hand-question", form(6), &["Phone is off or broken"]),
        Scene::new(
            "by-hand-name",
            form(0),
            &["Phone is off or broken", "W", "A", "N", "G"],
        ),
        Scene::new(
            "by-hand-contact",
            form(0),
            &["Code cannot be read", "ID or telephone number", "1", "3"],
        ),
        Scene::new(
            "by-hand-not-allowed",
            vec![UiUpdate::ByHand(not_allowed), UiUpdate::Page(Page::ByHand)],
            &[],
        ),
        Scene::new("duty-badge", on_duty(DutyState::ShowBadge), &[]),
        Scene::new(
            "duty-pin",
            vec![UiUpdate::Page(Page::Duty), pin(Some(2), PinPurpose::Duty)],
            &["1", "2", "3"],
        ),
        Scene::new(
            "duty-checking",
            on_duty(DutyState::Checking { name: "Li".into() }),
            &[],
        ),
        Scene::new(
            "duty-locked",
            on_duty(DutyState::Locked { seconds: 300 }),
            &[],
        ),
        Scene::new("duty-on", on_duty(DutyState::OnDuty), &[]),
        Scene::new("duty-other-place", on_duty(DutyState::OtherPlace), &[]),
        Scene::new("duty-pin-not-here", on_duty(DutyState::PinNotHere), &[]),
        Scene::new("duty-tries-lost", on_duty(DutyState::TriesLost), &[]),
    ]
}

/// Verdicts of every kind.
pub(super) fn verdicts() -> Vec<Scene> {
    let shown = |view, saved| {
        vec![
            UiUpdate::Verdict(view),
            UiUpdate::Saved(saved),
            UiUpdate::TimeLeft(0.6),
        ]
    };
    let logged = |view| shown(view, SavedState::Logged);
    let mut question = verdict(Outcome::Check, &[Reason::TakeTemperature], 1);
    question.question = Some(QuestionView::Temperature {
        thermometer: ThermometerView::Measuring,
    });
    let mut unmeasured = logged(question.clone());
    unmeasured.push(UiUpdate::Thermometer(ThermometerView::WrongUnit));
    // An ID number says nothing of a pass.
    let mut no_list = verdict(Outcome::Check, &[Reason::NoList], 0);
    (no_list.document, no_list.issuer) = (DocumentView::Unknown, String::new());
    no_list.valid_until = None;
    let mut group = verdict(Outcome::Refuse, &[Reason::Red], 0);
    group.members = (0..3).map(member).collect();
    let mut crowd = group.clone();
    crowd.members = (0..8).map(member).collect();
    let mut worst = verdict(
        Outcome::Refuse,
        &[Reason::Red, Reason::UnknownIssuer, Reason::ClockUntrusted],
        6,
    );
    worst.help = Some("Service desk 2, Quancheng Road 180. Tel. 0531-12345".into());
    worst.issuer = "Shandong Provincial Health Commission".into();
    let green = verdict(Outcome::Admit, &[Reason::Green], 1);
    let live = verdict(Outcome::Check, &[Reason::LiveCodeNeeded], 1);
    // Green and yellow: with a red member it is refused.
    let mut family = verdict(Outcome::Check, &[Reason::Yellow, Reason::CheckIdentity], 3);
    family.people[2].colour = ColourView::Green;
    let mut stopped = family.clone();
    stopped.outcome = Outcome::Refuse;
    stopped.reasons = vec![Reason::Red, Reason::CheckIdentity];
    stopped.people[0].colour = ColourView::Red;
    let mut expired = verdict(Outcome::Refuse, &[Reason::Expired], 1);
    expired.document = DocumentView::PhonePass;
    let awaiting = |overriding| {
        let mut view = fullest_verdict();
        view.overriding = overriding;
        view
    };
    let mut with_pin = logged(awaiting(OverrideView::ShowBadge));
    with_pin.push(pin(None, PinPurpose::Verdict));
    let mut from_id = vec![UiUpdate::Page(Page::IdEntry)];
    from_id.extend(logged(no_list));
    vec![
        Scene::new("admit", logged(green.clone()), &[]),
        Scene::new("admit-held", logged(green), &["Keep the verdict open"]),
        Scene::new("check", logged(live), &[]),
        Scene::new("check-temperature", logged(question), &[]),
        Scene::new("check-thermometer", unmeasured, &[]),
        Scene::new("check-family", logged(family), &[]),
        Scene::new("refuse-family", logged(stopped), &[]),
        Scene::new("check-id-no-list", from_id, &[]),
        Scene::new(
            "refuse",
            logged(verdict(Outcome::Refuse, &[Reason::BadSignature], 0)),
            &[],
        ),
        Scene::new("refuse-expired", logged(expired), &[]),
        Scene::new("refuse-group", logged(group), &[]),
        Scene::new("refuse-crowd", logged(crowd), &[]),
        Scene::new(
            "admit-without-log",
            shown(
                verdict(Outcome::Admit, &[Reason::Green], 1),
                SavedState::WithoutLog,
            ),
            &[],
        ),
        Scene::new("refuse-worst", shown(worst, SavedState::NotLogged), &[]),
        Scene::new("arrival", logged(fullest_verdict()), &[]),
        Scene::new("override-why", logged(fullest_verdict()), &["Supervisor"]),
        Scene::new(
            "override-badge",
            logged(awaiting(OverrideView::ShowBadge)),
            &[],
        ),
        Scene::new("override-pin", with_pin, &["1", "2"]),
        Scene::new(
            "override-refused",
            logged(awaiting(OverrideView::BadgeRefused)),
            &[],
        ),
        Scene::new(
            "override-pin-not-here",
            logged(awaiting(OverrideView::PinNotHere)),
            &[],
        ),
    ]
}

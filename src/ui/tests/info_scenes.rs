//! Every state of the menu, of the pages that explain the device and of the notices, as updates to
//! send.

use super::device_scenes::device_scenes;
use super::scenes::Scene;
use super::stage::{date, worst_status};
use super::update_scenes::update_scenes;
use crate::config::{AllowedValue, SettingsFault, Wrong};
use crate::devices::{Brightness, Device, DeviceError};
use crate::readable_time::Span;
use crate::ui::{
    CameraView, ClockPageView, ClockStep, ClockView, EndView, EnrolStep, EnrolView, FreshnessView,
    HourView, InsideView, IssuerView, Notice, Page, PlaceMoveStep, PlaceMoveView, PlaceView,
    StatusPageView, StorageView, SyncView, TodayView, Trouble, TroubleView, UiUpdate,
};
use gatepost_pass::trust::Due;

pub(super) fn info_scenes() -> Vec<Scene> {
    let menu = |torch| vec![UiUpdate::Torch(torch), UiUpdate::Page(Page::Menu)];
    let mut lit = menu(Some(true));
    lit.push(UiUpdate::Brightness(Brightness::FULL));
    let mut scenes = vec![
        Scene::new("menu", menu(None), &[]),
        Scene::new("menu-torch", lit, &[]),
        Scene::new("notices", vec![UiUpdate::Notices(notices())], &[]),
        Scene::new(
            "notices-open",
            vec![UiUpdate::Notices(notices())],
            &["Show the notices"],
        ),
    ];
    scenes.extend(place_scenes());
    scenes.extend(status_scenes());
    scenes.extend(clock_scenes());
    scenes.extend(today_scenes());
    scenes.extend(update_scenes());
    scenes.extend(enrol_scenes());
    scenes.extend(device_scenes());
    scenes
}

/// A page with this on it.
pub(super) fn on_page(name: &'static str, page: Page, view: UiUpdate) -> Scene {
    Scene::new(name, vec![view, UiUpdate::Page(page)], &[])
}

fn place_scenes() -> Vec<Scene> {
    let views = [
        (
            "place",
            PlaceView {
                name: "泉城路东门 Quancheng Road, east gate".into(),
                id: "JN-LX-0417".into(),
                // As long as a signed place code is.
                code: Some("GP1:".to_owned() + &"6BF+70790T9WJWG.FKY*4GO0.O1CV2 ".repeat(9)),
                back: None,
            },
        ),
        (
            "place-settings",
            PlaceView {
                name: "Bus 117".into(),
                id: "bus-117".into(),
                code: None,
                back: None,
            },
        ),
        (
            "place-none",
            PlaceView {
                name: String::new(),
                id: String::new(),
                code: None,
                back: None,
            },
        ),
        (
            "place-undo-worst",
            PlaceView {
                name: "泉城路东门 Quancheng Road, east gate".into(),
                id: "JN-LX-0417".into(),
                code: Some("GP1:".to_owned() + &"6BF+70790T9WJWG.FKY*4GO0.O1CV2 ".repeat(9)),
                back: Some("泉城路西门 Quancheng Road, west gate".into()),
            },
        ),
        (
            "place-undo-settings",
            PlaceView {
                name: "Bus 117".into(),
                id: "bus-117".into(),
                code: None,
                back: Some(String::new()),
            },
        ),
    ];
    let places = views.map(|(name, view)| on_page(name, Page::Place, UiUpdate::Place(view)));
    places.into_iter().chain(place_moves()).collect()
}

/// The code of another place, at each step.
fn place_moves() -> impl Iterator<Item = Scene> {
    let steps = [
        ("place-move", PlaceMoveStep::Confirm),
        ("place-move-nobody", PlaceMoveStep::NobodyOnDuty),
        ("place-move-badge", PlaceMoveStep::ShowBadge),
        ("place-move-refused", PlaceMoveStep::BadgeRefused),
        ("place-move-no-pin", PlaceMoveStep::PinNotHere),
    ];
    steps.into_iter().map(|(name, step)| {
        let view = PlaceMoveView {
            number: 1,
            from: "泉城路东门 Quancheng Road, east gate".into(),
            from_id: "JN-LX-0417".into(),
            to: "泉城路西门 Quancheng Road, west gate".into(),
            to_id: "JN-LX-0418".into(),
            rules: worst_status().rules,
            step,
            seconds: 29,
        };
        on_page(name, Page::PlaceMove, UiUpdate::PlaceMove(view))
    })
}

/// A device in good order at a place where fourteen provinces and four services are recognised.
pub(super) fn good_status() -> StatusPageView {
    StatusPageView {
        issuers: issuers(),
        clock: ClockView::Confirmed,
        storage: StorageView {
            free: Some(12_300_000_000),
            log: 48_000_000,
            writable: true,
        },
        unsent: 0,
        oldest_unsent_under_hours: None,
        sync: SyncView::Done { minutes: 3 },
        device: "370102-0417-03".into(),
        hub: "https://hub.jinan.example".into(),
        program: "0.1.0".into(),
        bundle: Some(42),
        listed: 23_456_789,
        trust: Some(EndView {
            date: date(2023, 5, 14),
            due: Due::Later,
        }),
    }
}

fn issuers() -> Vec<IssuerView> {
    let provinces = [
        "山东省 Shandong",
        "北京市 Beijing",
        "天津市 Tianjin",
        "河北省 Hebei",
        "山西省 Shanxi",
        "内蒙古自治区 Inner Mongolia",
        "辽宁省 Liaoning",
        "上海市 Shanghai",
        "江苏省 Jiangsu",
        "浙江省 Zhejiang",
        "安徽省 Anhui",
        "河南省 Henan",
        "新疆维吾尔自治区 Xinjiang",
        "广东省 Guangdong",
        "国家政务服务平台 National Government Service Platform",
        "铁路 Railways",
        "民航 Civil Aviation",
        "海关 Customs",
    ];
    let states = [
        (Some(1284), Some(12), FreshnessView::Fresh),
        (Some(991), Some(7 * 60), FreshnessView::Fresh),
        (Some(77), Some(3 * 24 * 60), FreshnessView::Stale),
        (Some(5), Some(119 * 24 * 60), FreshnessView::Expired),
        (None, None, FreshnessView::NotSetUp),
    ];
    provinces
        .iter()
        .zip(states.iter().cycle())
        .map(|(name, (version, age_minutes, freshness))| IssuerView {
            name: (*name).into(),
            version: *version,
            listed: 12_345_678,
            age_minutes: *age_minutes,
            freshness: *freshness,
        })
        .collect()
}

fn status_scenes() -> Vec<Scene> {
    let worst = StatusPageView {
        issuers: issuers(),
        clock: ClockView::Ahead {
            by: Span::Days(40),
            replaced: false,
        },
        storage: StorageView {
            free: Some(0),
            log: 1_999_000_000,
            writable: false,
        },
        unsent: 1_234_567,
        oldest_unsent_under_hours: Some(31 * 24),
        sync: SyncView::Failed {
            why: trouble(
                Trouble::HubAway,
                "hub.jinan.example: failed to lookup address information: \
                 Name or service not known",
            ),
            last_minutes: Some(31 * 24 * 60),
        },
        trust: Some(EndView {
            date: date(2022, 5, 14),
            due: Due::Over,
        }),
        ..good_status()
    };
    let bare = StatusPageView {
        issuers: Vec::new(),
        clock: ClockView::Behind {
            by: Span::Years(56),
            replaced: true,
        },
        storage: StorageView {
            free: Some(118_000_000),
            log: 0,
            writable: true,
        },
        unsent: 12,
        oldest_unsent_under_hours: Some(1),
        sync: SyncView::NoHub,
        device: String::new(),
        hub: String::new(),
        bundle: None,
        trust: None,
        ..good_status()
    };
    let never = StatusPageView {
        sync: SyncView::Never,
        clock: ClockView::Unconfirmed,
        storage: StorageView {
            free: None,
            ..good_status().storage
        },
        trust: Some(EndView {
            date: date(2022, 9, 30),
            due: Due::Soon,
        }),
        ..good_status()
    };
    [
        ("status", good_status()),
        ("status-worst", worst),
        ("status-bare", bare),
        ("status-never", never),
    ]
    .map(|(name, view)| on_page(name, Page::Status, UiUpdate::StatusPage(view)))
    .into()
}

/// A day at a community gate: two rushes, quiet nights.
pub(super) fn busy_day() -> TodayView {
    let admit = [
        2, 0, 0, 1, 3, 41, 188, 402, 371, 150, 96, 120, 143, 101, 88, 97, 164, 355, 398, 240, 121,
        60, 22, 6,
    ];
    TodayView {
        day: date(2022, 5, 14),
        hours: admit
            .iter()
            .enumerate()
            .map(|(hour, &admit)| HourView {
                admit,
                check: admit / 9 + u32::from(hour == 1),
                refuse: admit / 23,
            })
            .collect(),
        inside: None,
    }
}

/// More came than went, by so many.
fn inside(came: u64, went: u64) -> Option<InsideView> {
    let since = "06:00".into();
    Some(InsideView { came, went, since })
}

fn clock_scenes() -> Vec<Scene> {
    let page = |name, step| {
        let time = "2026-11-21 08:00".into();
        on_page(
            name,
            Page::Clock,
            UiUpdate::Clock(ClockPageView { time, step }),
        )
    };
    let later = |name, step, taps: &'static [&'static str]| {
        let time = "2026-11-21 08:00".into();
        let updates = vec![
            UiUpdate::Page(Page::Clock),
            UiUpdate::Clock(ClockPageView { time, step }),
        ];
        Scene::new(name, updates, taps)
    };
    let typed = &["2", "0", "2", "6", "1", "1", "2", "1", "0", "8", "0", "0"];
    vec![
        page("clock", ClockStep::Enter),
        later("clock-typed", ClockStep::Enter, typed),
        later("clock-no-time", ClockStep::NoTime, &[]),
        later("clock-before-signed", ClockStep::BeforeSigned, &[]),
        later("clock-far-off", ClockStep::FarOff, typed),
        later("clock-badge", ClockStep::ShowBadge, &[]),
        later("clock-badge-refused", ClockStep::BadgeRefused, &[]),
        later("clock-set", ClockStep::Set, &[]),
    ]
}

fn today_scenes() -> Vec<Scene> {
    let empty = TodayView {
        day: date(2022, 5, 14),
        hours: vec![HourView::default(); 24],
        inside: None,
    };
    // One a second, in three lanes.
    let fullest = HourView {
        admit: 9_999,
        check: 999,
        refuse: 99,
    };
    let full = TodayView {
        day: date(2022, 12, 31),
        hours: vec![fullest; 24],
        inside: inside(123_456, 120_000),
    };
    let left = TodayView {
        inside: inside(12, 15),
        ..busy_day()
    };
    [
        ("today", busy_day()),
        ("today-left", left),
        ("today-empty", empty),
        ("today-full", full),
    ]
    .map(|(name, view)| on_page(name, Page::Today, UiUpdate::Today(view)))
    .into()
}

fn enrol_scenes() -> Vec<Scene> {
    let hub = "https://hub.jinan.example".to_owned();
    let file = "370102-0417-03.request".to_owned();
    let fault = Trouble::AnswerForeign.into();
    let enrol = |step| {
        let device = "370102-0417-03".into();
        let view = EnrolView { device, step };
        vec![UiUpdate::Enrol(view), UiUpdate::Page(Page::Enrol)]
    };
    let mut no_camera = enrol(EnrolStep::ScanCode);
    no_camera.push(UiUpdate::Camera(CameraView::NotFound {
        device: "/dev/video0".into(),
    }));
    vec![
        Scene::new("enrol-scan", enrol(EnrolStep::ScanCode), &[]),
        Scene::new("enrol-no-camera", no_camera, &[]),
        Scene::new(
            "enrol-asking",
            enrol(EnrolStep::Asking { hub: hub.clone() }),
            &[],
        ),
        Scene::new("enrol-at-hub", enrol(EnrolStep::AtHub { hub }), &[]),
        Scene::new("enrol-stick", enrol(EnrolStep::InsertStick), &[]),
        Scene::new(
            "enrol-written",
            enrol(EnrolStep::RequestWritten { file }),
            &[],
        ),
        Scene::new("enrol-done", enrol(EnrolStep::Enrolled), &[]),
        Scene::new("enrol-failed", enrol(EnrolStep::Failed(fault)), &[]),
    ]
}

/// One of each kind, the least important first.
pub(super) fn notices() -> Vec<Notice> {
    vec![
        Notice::ParkedBatch {
            why: trouble(
                Trouble::HubShut,
                "403 batch 17 of this device was signed with a certificate that the hub does not \
                 know",
            ),
        },
        Notice::DeviceGone {
            device: Device::Scanner,
            why: DeviceError::NotFound {
                name: "/dev/input/by-id/usb-Honeywell_1450g_17093B1234-event-kbd".into(),
            },
        },
        Notice::BadSettings {
            file: "/etc/gatepost/config.toml".into(),
            fault: Some(SettingsFault {
                line: 12,
                key: "gate.pulse_ms".into(),
                wrong: Wrong::Value,
                why: String::new(),
                allowed: AllowedValue::Number {
                    least: 50,
                    most: 10_000,
                },
            }),
        },
        Notice::CodeWithoutEnd,
        Notice::WithoutLog,
    ]
}

pub(super) fn trouble(what: Trouble, detail: &str) -> TroubleView {
    let detail = detail.into();
    TroubleView { what, detail }
}

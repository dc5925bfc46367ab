//! The status page.

use super::keypad::sends;
use super::status::{age_in_words, in_groups, in_ten_thousands, map_date};
use super::trouble::{foreign, map_trouble};
use super::view::{
    ClockView, EndView, FreshnessView, IssuerView, StatusPageView, StorageView, SyncView, UiCommand,
};
use crate::readable_time::Span;
use gatepost_pass::trust::Due;
use gatepost_window::{
    AgeUnit, AppWindow, ClockKind, EndKind, FreshnessKind, IssuerItem, SignKind, SpanUnit,
    StatusPageAdapter, SyncKind, TroubleKind,
};
use slint::{ComponentHandle, ModelRc, SharedString};
use std::rc::Rc;

/// Free bytes below which the page asks for attention: some days of passages at a busy gate (256
/// bytes each), and the space that a new bundle needs beside the old one.
const LITTLE_FREE: u64 = 256_000_000;

/// "Sync now".
pub(super) fn connect(app: &AppWindow, on_command: &Rc<dyn Fn(UiCommand)>) {
    app.global::<StatusPageAdapter>()
        .on_sync_now(sends(on_command, UiCommand::SyncNow));
}

/// Fills the page.
pub(super) fn show(app: &AppWindow, view: &StatusPageView) {
    let adapter = app.global::<StatusPageAdapter>();
    let issuers: Vec<IssuerItem> = view.issuers.iter().map(map_issuer).collect();
    adapter.set_issuers(ModelRc::from(issuers.as_slice()));
    show_clock(&adapter, view.clock);
    show_end(&adapter, view.trust);
    adapter.set_storage(storage_sign(view.storage));
    adapter.set_writable(view.storage.writable);
    let free = view.storage.free.map(size_in_words);
    adapter.set_free(free.unwrap_or_default().into());
    adapter.set_log(size_in_words(view.storage.log).into());
    let (oldest, oldest_unit) = bound_in_words(view.oldest_unsent_under_hours);
    adapter.set_unsent(match view.unsent {
        0 => SharedString::new(),
        unsent => in_groups(unsent).into(),
    });
    adapter.set_oldest(oldest);
    adapter.set_oldest_unit(oldest_unit);
    show_sync(&adapter, &view.sync);
    adapter.set_device(view.device.as_str().into());
    adapter.set_hub(view.hub.as_str().into());
    adapter.set_program(view.program.as_str().into());
    adapter.set_bundle(version(view.bundle));
    adapter.set_listed(in_groups(view.listed).into());
    adapter.set_listed_ten_thousands(in_ten_thousands(view.listed).into());
}

/// A bound in hours; from two days on in days, rounded up.
pub(super) fn bound_in_words(hours: Option<u64>) -> (i32, AgeUnit) {
    let whole = |count: u64| i32::try_from(count).unwrap_or(i32::MAX);
    match hours {
        None => (0, AgeUnit::Unknown),
        Some(hours) if hours < 48 => (whole(hours), AgeUnit::Hours),
        Some(hours) => (whole(hours.div_ceil(24)), AgeUnit::Days),
    }
}

fn show_clock(adapter: &StatusPageAdapter, clock: ClockView) {
    let (kind, off) = match clock {
        ClockView::Confirmed => (ClockKind::Confirmed, None),
        ClockView::Unconfirmed => (ClockKind::Unconfirmed, None),
        ClockView::Behind { by, replaced } => (ClockKind::Behind, Some((by, replaced))),
        ClockView::Ahead { by, replaced } => (ClockKind::Ahead, Some((by, replaced))),
    };
    adapter.set_clock(kind);
    let Some((by, replaced)) = off else { return };
    let (off, unit) = match by {
        Span::Minutes(minutes) => (minutes, SpanUnit::Minutes),
        Span::Hours(hours) => (hours, SpanUnit::Hours),
        Span::Days(days) => (days, SpanUnit::Days),
        Span::Years(years) => (years, SpanUnit::Years),
    };
    adapter.set_clock_off(i32::try_from(off).unwrap_or(i32::MAX));
    adapter.set_clock_off_unit(unit);
    adapter.set_clock_replaced(replaced);
}

fn show_end(adapter: &StatusPageAdapter, end: Option<EndView>) {
    adapter.set_trust(match end.map(|end| end.due) {
        None => EndKind::Unknown,
        Some(Due::Later) => EndKind::Later,
        Some(Due::Soon) => EndKind::Soon,
        Some(Due::Over) => EndKind::Over,
    });
    adapter.set_trust_until(end.map(|end| map_date(end.date)).unwrap_or_default());
}

fn show_sync(adapter: &StatusPageAdapter, sync: &SyncView) {
    let (mut trouble, mut detail) = (TroubleKind::None, "");
    let (kind, minutes) = match sync {
        SyncView::Never => (SyncKind::Never, None),
        SyncView::Done { minutes } => (SyncKind::Done, Some(*minutes)),
        SyncView::Failed { why, last_minutes } => {
            (trouble, detail) = (map_trouble(why.what), why.detail.as_str());
            (SyncKind::Failed, *last_minutes)
        }
        SyncView::NoHub => (SyncKind::NoHub, None),
    };
    let (age, unit) = age_in_words(minutes);
    adapter.set_sync(kind);
    adapter.set_synced(age);
    adapter.set_synced_unit(unit);
    adapter.set_sync_trouble(trouble);
    adapter.set_sync_detail(foreign(detail));
}

fn map_issuer(issuer: &IssuerView) -> IssuerItem {
    let (age, age_unit) = age_in_words(issuer.age_minutes);
    IssuerItem {
        name: issuer.name.as_str().into(),
        version: version(issuer.version),
        listed: in_groups(issuer.listed).into(),
        listed_ten_thousands: in_ten_thousands(issuer.listed).into(),
        freshness: map_freshness(issuer.freshness),
        age,
        age_unit,
    }
}

fn map_freshness(freshness: FreshnessView) -> FreshnessKind {
    match freshness {
        FreshnessView::Fresh => FreshnessKind::Fresh,
        FreshnessView::Stale => FreshnessKind::Stale,
        FreshnessView::Expired => FreshnessKind::Expired,
        FreshnessView::NotSetUp => FreshnessKind::NotSetUp,
    }
}

fn storage_sign(storage: StorageView) -> SignKind {
    match storage {
        StorageView {
            writable: false, ..
        } => SignKind::Bad,
        StorageView { free, .. } if free.is_some_and(|free| free >= LITTLE_FREE) => SignKind::Good,
        StorageView { .. } => SignKind::Attention,
    }
}

/// Bytes with three significant digits at most, in decimal units as disks are sold: `0 B`, `1.2
/// GB`, `118 MB`.
pub(super) fn size_in_words(bytes: u64) -> String {
    const UNITS: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    let mut unit = 0;
    let mut whole = bytes;
    let mut tenth = 0;
    while whole >= 1000 && unit + 1 < UNITS.len() {
        tenth = whole % 1000 / 100;
        whole /= 1000;
        unit += 1;
    }
    if unit > 0 && whole < 10 {
        format!("{whole}.{tenth} {}", UNITS[unit])
    } else {
        format!("{whole} {}", UNITS[unit])
    }
}

fn version(number: Option<u64>) -> SharedString {
    number.map_or_else(SharedString::new, |n| n.to_string().into())
}

//! The status bar.

use super::view::{FreshnessView, OnlineView, PlaceRulesView, StatusView};
use crate::devices::{Battery, NetworkLink};
use crate::readable_time::Date;
use gatepost_pass::policy::{Risk, Way};
use gatepost_protocol::Direction;
use gatepost_window::{
    AgeUnit, DateItem, DirectionKind, FreshnessKind, NetworkKind, OnlineKind, RiskKind,
    StatusAdapter,
};

const HOUR: u64 = 60;
const DAY: u64 = 24 * HOUR;

/// Shows the bar.
pub(super) fn show(adapter: &StatusAdapter, view: &StatusView) {
    let (age, unit) = age_in_words(view.list_age_minutes);
    adapter.set_online(match view.online {
        OnlineView::Online => OnlineKind::Online,
        OnlineView::Offline => OnlineKind::Offline,
        OnlineView::NeverSynced => OnlineKind::NeverSynced,
    });
    show_network(adapter, view.network);
    adapter.set_has_battery(view.battery.is_some());
    let battery = view.battery.unwrap_or(Battery {
        percent: 0,
        charging: false,
    });
    adapter.set_battery(battery.percent.into());
    adapter.set_charging(battery.charging);
    adapter.set_freshness(match view.freshness {
        FreshnessView::Fresh => FreshnessKind::Fresh,
        FreshnessView::Stale => FreshnessKind::Stale,
        FreshnessView::Expired => FreshnessKind::Expired,
        FreshnessView::NotSetUp => FreshnessKind::NotSetUp,
    });
    adapter.set_age(age);
    adapter.set_age_unit(unit);
    adapter.set_clock(view.clock.as_str().into());
    adapter.set_clock_trusted(view.clock_trusted);
    adapter.set_place(view.place.as_str().into());
    show_rules(adapter, view.rules.as_ref());
    adapter.set_direction(map_direction(view.direction));
    adapter.set_guard(view.guard.as_str().into());
}

pub(super) fn map_direction(direction: Direction) -> DirectionKind {
    match direction {
        Direction::In => DirectionKind::Inward,
        Direction::Out => DirectionKind::Outward,
    }
}

/// Whether there is a network.
fn show_network(adapter: &StatusAdapter, link: Option<NetworkLink>) {
    let (kind, bars) = match link {
        None => (NetworkKind::Unknown, 0),
        Some(NetworkLink::Down) => (NetworkKind::Down, 0),
        Some(NetworkLink::Wireless(bars)) => (NetworkKind::Wireless, bars.get()),
        Some(NetworkLink::Up) => (NetworkKind::Up, 0),
    };
    adapter.set_network(kind);
    adapter.set_bars(bars.into());
}

/// Which rules hold.
fn show_rules(adapter: &StatusAdapter, rules: Option<&PlaceRulesView>) {
    let class = rules.and_then(|rules| rules.class.as_ref());
    let name = class.map_or("", |class| class.name.as_str());
    let local_name = class.map_or("", |class| class.local_name.as_str());
    let has = |way| rules.is_some_and(|rules| rules.ways.contains(&way));
    adapter.set_has_rules(rules.is_some());
    adapter.set_class(name.into());
    adapter.set_class_local(local_name.into());
    adapter.set_risk(map_risk(rules));
    adapter.set_stops_nobody(rules.is_some_and(|rules| rules.stops_nobody));
    adapter.set_registered_crossing(has(Way::RegisteredCrossing));
    adapter.set_green_channel(has(Way::GreenChannel));
}

pub(super) fn map_risk(rules: Option<&PlaceRulesView>) -> RiskKind {
    match rules.and_then(|rules| rules.risk) {
        None => RiskKind::None,
        Some(Risk::Low) => RiskKind::Low,
        Some(Risk::Medium) => RiskKind::Medium,
        Some(Risk::High) => RiskKind::High,
    }
}

/// In the largest unit that is still precise enough: minutes up to two hours, hours up to two days,
/// then days.
pub(super) fn age_in_words(minutes: Option<u64>) -> (i32, AgeUnit) {
    match minutes {
        None => (0, AgeUnit::Unknown),
        Some(minutes) if minutes < 2 * HOUR => (to_int(minutes), AgeUnit::Minutes),
        Some(minutes) if minutes < 2 * DAY => (to_int(minutes / HOUR), AgeUnit::Hours),
        Some(minutes) => (to_int(minutes / DAY), AgeUnit::Days),
    }
}

pub(super) fn map_date(date: Date) -> DateItem {
    DateItem {
        year: date.year.into(),
        month: date.month.into(),
        day: date.day.into(),
    }
}

/// `12 345 678`, with spaces that no line breaks at.
pub(super) fn in_groups(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1234.6` for 12 345 678, as Chinese counts; empty below ten thousand.
pub(super) fn in_ten_thousands(number: u64) -> String {
    let tenths = number.saturating_add(500) / 1_000;
    match (tenths / 10, tenths % 10) {
        _ if number < 10_000 => String::new(),
        (whole, 0) => whole.to_string(),
        (whole, tenth) => format!("{whole}.{tenth}"),
    }
}

fn to_int(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

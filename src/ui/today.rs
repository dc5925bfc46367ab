//! The page of the day: counts, and the geometry of their chart.

use super::status::{in_groups, map_date};
use super::view::{HourView, TodayView};
use gatepost_window::{AppWindow, HourItem, TodayAdapter};
use slint::{ComponentHandle, ModelRc, SharedString};

const HOURS: usize = 24;

/// Fills the page. Hours beyond the 24th are not shown, missing ones are empty.
pub(super) fn show(app: &AppWindow, view: &TodayView) {
    let mut hours = [HourView::default(); HOURS];
    for (hour, counted) in hours.iter_mut().zip(&view.hours) {
        *hour = *counted;
    }
    let (busiest, fullest) = busiest(&hours);
    let top = scale(fullest);
    let bars = hours.map(|hour| bar(hour, top));
    let sum = |count: fn(&HourView) -> u32| hours.iter().map(|hour| u64::from(count(hour))).sum();
    let (admit, check, refuse) = (sum(|h| h.admit), sum(|h| h.check), sum(|h| h.refuse));

    let adapter = app.global::<TodayAdapter>();
    adapter.set_day(map_date(view.day));
    adapter.set_bars(ModelRc::from(bars.as_slice()));
    adapter.set_top(mark(top, fullest));
    adapter.set_middle(mark(top / 2, fullest));
    adapter.set_admit(in_groups(admit).into());
    adapter.set_check(in_groups(check).into());
    adapter.set_refuse(in_groups(refuse).into());
    adapter.set_total(in_groups(admit + check + refuse).into());
    let inside = view.inside.as_ref();
    let figure = |count: Option<u64>| count.map(in_groups).unwrap_or_default().into();
    adapter.set_counts_inside(inside.is_some());
    // More people left than came: some were inside before.
    adapter.set_inside(figure(inside.and_then(|i| i.came.checked_sub(i.went))));
    adapter.set_came(figure(inside.map(|i| i.came)));
    adapter.set_went(figure(inside.map(|i| i.went)));
    adapter.set_since(inside.map(|i| i.since.as_str().into()).unwrap_or_default());
    adapter.set_busiest(busiest);
    adapter.set_busiest_count(in_groups(fullest).into());
}

/// The first of the hours with the most passages, and how many; -1 when there was none at all.
fn busiest(hours: &[HourView]) -> (i32, u64) {
    let mut best = (-1, 0);
    for (at, hour) in (0..).zip(hours) {
        let count = total(hour);
        if count > best.1 {
            best = (at, count);
        }
    }
    best
}

/// The top of the chart for this largest count: 2, 4, 6, 10 or 20 times a power of ten, so that its
/// half is a whole number that reads well.
pub(super) fn scale(largest: u64) -> u64 {
    let mut power: u64 = 1;
    loop {
        for step in [2, 4, 6, 10] {
            let top = power.saturating_mul(step);
            if top >= largest {
                return top;
            }
        }
        power = power.saturating_mul(10);
    }
}

fn bar(hour: HourView, top: u64) -> HourItem {
    let share = |count: u32| (f64::from(count) / top as f64) as f32;
    HourItem {
        admit: share(hour.admit),
        check: share(hour.check),
        refuse: share(hour.refuse),
    }
}

fn total(hour: &HourView) -> u64 {
    u64::from(hour.admit) + u64::from(hour.check) + u64::from(hour.refuse)
}

fn mark(value: u64, fullest: u64) -> SharedString {
    if fullest == 0 {
        SharedString::new()
    } else {
        in_groups(value).into()
    }
}

//! The page of passages: bars by hour and by day.

use gatepost_pass::Timestamp;
use maud::{Markup, html};

use super::{layout::page, units::grouped};
use crate::{
    fleet::{
        chart::{Bar, CLASSES, chart},
        sessions::OperatorSession,
    },
    listing::format_hour,
    store::HourRow,
};

const HOURS: &str = "Passages by hour and outcome, the last 48 hours";
const DAY: &str = "Passages by hour and outcome, the last 24 hours";
const DAYS: &str = "Passages by day and outcome, the last 14 days";

pub(in crate::fleet) fn passages(
    session: &OperatorSession,
    hours: &[HourRow],
    now: Timestamp,
) -> Markup {
    let now = u32::try_from(now.0 / 3600).unwrap_or(u32::MAX);
    let long = bars(hours, now, 48);
    let day = bars(hours, now, 24);
    let days = days(hours, now);
    let body = html! {
        (charts("Hour", (HOURS, &long), (DAY, &day)))
        (charts("Day", (DAYS, &days), (DAYS, &days)))
        p class="soft" {
            "Counted from the fields that are not sealed: hour and outcome. Only the authority's "
            "tracing key opens who passed, and where."
        }
    };
    page("Passages", "/fleet/passages", session, &body)
}

/// A chart for wide screens and one for narrow screens, and the numbers of the wide one.
fn charts(per: &str, wide: (&str, &[Bar]), narrow: (&str, &[Bar])) -> Markup {
    html! {
        section {
            h2 { "Passages per " (per.to_lowercase()) " (UTC)" }
            (legend())
            (chart(wide.0, wide.1, 1160, "chart"))
            (chart(narrow.0, narrow.1, 360, "chart-narrow"))
            (numbers(per, wide.1))
        }
    }
}

fn legend() -> Markup {
    html! {
        ul class="legend" {
            @for class in CLASSES {
                li {
                    svg viewBox="0 0 12 12" aria-hidden="true" {
                        rect class=(class.name()) width="12" height="12" {}
                    }
                    (class.name())
                }
            }
        }
    }
}

/// The same as numbers, for people who cannot see the bars.
fn numbers(what: &str, bars: &[Bar]) -> Markup {
    html! {
        details {
            summary { "As numbers" }
            table {
                thead { tr {
                    th { (what) }
                    @for class in CLASSES { th class="number" { (class.name()) } }
                } }
                tbody {
                    @for bar in bars.iter().rev() {
                        tr {
                            td { (bar.name) }
                            @for count in bar.counts { td class="number" { (grouped(count)) } }
                        }
                    }
                }
            }
        }
    }
}

fn bars(hours: &[HourRow], now: u32, count: u32) -> Vec<Bar> {
    let from = now.saturating_sub(count - 1);
    let bars = (from..=now).map(|hour| {
        let name = format_hour(hour);
        let clock = name.get(11..13).unwrap_or_default();
        Bar {
            label: match hour % 6 {
                0 => format!("{clock}:00"),
                _ => String::new(),
            },
            counts: sum(hours, hour..hour + 1),
            name,
        }
    });
    bars.collect()
}

fn days(hours: &[HourRow], now: u32) -> Vec<Bar> {
    let today = now / 24;
    let bars = (today.saturating_sub(13)..=today).map(|day| {
        let name = format_hour(day * 24)
            .get(..10)
            .unwrap_or_default()
            .to_owned();
        Bar {
            label: match (today - day) % 2 {
                0 => name.get(5..).unwrap_or_default().to_owned(),
                _ => String::new(),
            },
            counts: sum(hours, day * 24..(day + 1) * 24),
            name,
        }
    });
    bars.collect()
}

fn sum(hours: &[HourRow], range: std::ops::Range<u32>) -> [u64; 3] {
    CLASSES.map(|class| {
        let rows = hours.iter().filter(|row| row.class == class);
        let rows = rows.filter(|row| range.contains(&row.hour));
        rows.map(|row| row.passages).sum()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_days_have_their_passages_and_the_rest_is_nought() {
        let row = |hour, passages| HourRow {
            hour,
            class: CLASSES[1],
            passages,
        };
        let rows = [row(490_000, 3), row(490_001, 4), row(489_999 - 24 * 20, 9)];
        let bars = bars(&rows, 490_001, 24);
        assert_eq!(bars.len(), 24);
        assert_eq!(bars[23].counts, [0, 4, 0]);
        assert_eq!(bars[22].counts, [0, 3, 0]);
        assert_eq!(bars.iter().map(|bar| bar.counts[1]).sum::<u64>(), 7);
        let days = days(&rows, 490_001);
        assert_eq!((days.len(), days[13].counts), (14, [0, 7, 0]));
    }
}

//! The pages. All text goes through maud, which escapes it; there is no script.

use gatepost_pass::{ClockTrust, Freshness, Timestamp};
use maud::{DOCTYPE, Markup, html};

use super::{
    chart::{Bar, CLASSES, chart},
    enrolment::{Code, draw},
    session::Session,
};
use crate::{
    clock::{format_hour, format_time},
    passages::class_name,
    store::{Asked, DeviceRow, FindingKind, FindingRow, HourRow, Totals},
};

/// Rows on a page of a list.
pub(super) const ROWS: u32 = 50;
/// Seconds without a word after which a device is marked.
const SILENT: u64 = 24 * 3600;
/// Seconds by which a device's clock may differ unmarked.
const CLOCK_OFF: i64 = 120;

const PAGES: [(&str, &str); 4] = [
    ("/fleet", "Devices"),
    ("/fleet/passages", "Passages"),
    ("/fleet/findings", "Findings"),
    ("/fleet/enrolment", "Enrolment"),
];

fn shell(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Gatepost hub" }
                link rel="stylesheet" href="/fleet/style.css";
                link rel="icon" href="data:,";
            }
            body { (body) }
        }
    }
}

fn page(title: &str, at: &str, session: &Session, body: &Markup) -> Markup {
    let whole = html! {
        a class="skip" href="#main" { "Skip to the content" }
        header { div {
            strong { "Gatepost hub" }
            nav aria-label="Pages" {
                @for (address, name) in PAGES {
                    a href=(address) aria-current=[(address == at).then_some("page")] { (name) }
                }
            }
            form method="post" action="/fleet/logout" {
                (token(session))
                span { (session.name) }
                button { "Log out" }
            }
        } }
        main id="main" { h1 { (title) } (body) }
    };
    shell(title, &whole)
}

fn token(session: &Session) -> Markup {
    html! { input type="hidden" name="token" value=(session.form_token); }
}

pub(super) fn login(failed: bool) -> Markup {
    let body = html! {
        main class="login" {
            section {
                h1 { "Gatepost hub" }
                @if failed {
                    p class="note bad" role="alert" { "Name or password is wrong, or there were too many attempts: wait a moment." }
                }
                form method="post" action="/fleet/login" {
                    label { "Name" input type="text" name="name" autocomplete="username" autofocus required; }
                    label { "Password" input type="password" name="password" autocomplete="current-password" required; }
                    button class="main" { "Log in" }
                }
            }
        }
    };
    shell("Log in", &body)
}

/// What the devices' page shows.
pub(super) struct Overview {
    pub(super) totals: Totals,
    pub(super) devices: Vec<DeviceRow>,
    pub(super) bundle: Option<u64>,
    pub(super) paused: u64,
    pub(super) page: u32,
    pub(super) now: Timestamp,
}

pub(super) fn devices(session: &Session, view: &Overview) -> Markup {
    let Totals {
        passages,
        devices,
        findings,
        gaps,
    } = view.totals;
    let body = html! {
        @if view.paused > 0 {
            p class="note" role="status" { "Uploads are paused for another " (span(view.paused)) ". Devices keep their passages meanwhile." }
        }
        @if view.bundle.is_none() {
            p class="note bad" role="alert" { "There is no usable bundle: the hub takes no uploads until the authority's bundle is in place." }
        }
        div class="tiles" {
            div { b { (grouped(devices)) } span { "devices" } }
            div { b { (grouped(passages)) } span { "passages" } }
            div { b { (grouped(gaps)) } span { "runs with a gap" } }
            div { b { (grouped(findings)) } span { a href="/fleet/findings" { "findings" } } }
            div { b { (view.bundle.map_or("none".to_owned(), |version| version.to_string())) } span { "bundle in use" } }
        }
        section {
            h2 { "Devices, last heard first" }
            @if view.devices.is_empty() { p class="soft" { "Nothing has come from any device yet." } }
            @else {
                table class="cards" {
                    thead { tr {
                        th { "Device" } th { "Last contact" } th { "Bundle" } th { "Freshness" } th { "Clock" }
                        th class="number" { "Backlog" } th { "At the hub" } th { "Revocation" }
                    } }
                    tbody { @for device in &view.devices { (device_row(device, view)) } }
                }
            }
            (pager("/fleet", view.page, view.devices.len()))
        }
        section {
            h2 { "Uploads" }
            form class="row" method="post" action="/fleet/pause" {
                (token(session))
                @if view.paused > 0 { button name="minutes" value="0" { "End the pause" } }
                @else {
                    button name="minutes" value="15" { "Pause for 15 minutes" }
                    button name="minutes" value="60" { "Pause for an hour" }
                }
                span class="soft" { "Devices are told to come back later; nothing is lost." }
            }
        }
    };
    page("Devices", "/fleet", session, &body)
}

fn device_row(device: &DeviceRow, view: &Overview) -> Markup {
    let silent = view.now.since(device.seen);
    html! {
        tr {
            td class="first" data-label="Device" { (device.name) br; code { (device.device) } }
            td data-label="Last contact" {
                @if silent > SILENT { span class="mark warn" { (span(silent)) " ago" } }
                @else { span title=(format_time(device.seen)) { (span(silent)) " ago" } }
            }
            @match device.told {
                None => {
                    td data-label="Bundle" { (unknown()) } td data-label="Freshness" { (unknown()) }
                    td data-label="Clock" { (unknown()) } td class="number" data-label="Backlog" { (unknown()) }
                }
                Some(told) => {
                    td data-label="Bundle" {
                        @match (told.bundle, view.bundle) {
                            (0, _) => span class="mark bad" { "none" },
                            (has, Some(newest)) if has < newest => span class="mark warn" { (has) " of " (newest) },
                            (has, _) => (has),
                        }
                    }
                    td data-label="Freshness" {
                        @match told.freshness {
                            Freshness::Fresh => span class="mark" { "fresh" },
                            Freshness::Stale => span class="mark warn" { "stale" },
                            Freshness::Expired => span class="mark bad" { "expired" },
                        }
                    }
                    td data-label="Clock" {
                        @match told.clock {
                            ClockTrust::Trusted if told.offset.abs() <= CLOCK_OFF => (offset(told.offset)),
                            ClockTrust::Trusted => span class="mark warn" { (offset(told.offset)) },
                            ClockTrust::BehindFloor => span class="mark bad" { "behind, not trusted" },
                            ClockTrust::FarAhead => span class="mark bad" { "far ahead, not trusted" },
                        }
                    }
                    td class="number" data-label="Backlog" { span {
                        (grouped(told.backlog))
                        @if told.parked > 0 { " " span class="mark bad" { (told.parked) " parked" } }
                    } }
                }
            }
            td data-label="At the hub" {
                @if device.waiting > 0 { span class="mark warn" { "gap, " (grouped(device.waiting)) " open" } }
                @else { "whole" }
            }
            td data-label="Revocation" {
                @match device.revocation {
                    Some(at) => span class="mark bad" title=(format_time(at)) { "asked for" },
                    None => a href=(format!("/fleet/revoke?device={}", device.device)) {
                        "Revoke…" span class="skip" { (device.name) }
                    },
                }
            }
        }
    }
}

fn unknown() -> Markup {
    html! { span class="soft" title="The device has sent no status yet" { "not told" } }
}

pub(super) fn passages(session: &Session, hours: &[HourRow], now: Timestamp) -> Markup {
    let now = u32::try_from(now.0 / 3600).unwrap_or(u32::MAX);
    let long = bars(hours, now, 48);
    let day = bars(hours, now, 24);
    let days = days(hours, now);
    let body = html! {
        section {
            h2 { "Passages an hour (UTC)" }
            (legend())
            (chart("Passages by hour and outcome, the last 48 hours", &long, 1160, "chart"))
            (chart("Passages by hour and outcome, the last 24 hours", &day, 360, "chart-narrow"))
            (numbers("Hour", &long))
        }
        section {
            h2 { "Passages a day (UTC)" }
            (legend())
            (chart("Passages by day and outcome, the last 14 days", &days, 1160, "chart"))
            (chart("Passages by day and outcome, the last 14 days", &days, 360, "chart-narrow"))
            (numbers("Day", &days))
        }
        p class="soft" { "Counted from what passages say in clear: hour and outcome. Who passed, and where, only the authority's tracing key opens." }
    };
    page("Passages", "/fleet/passages", session, &body)
}

fn legend() -> Markup {
    html! {
        ul class="legend" {
            @for class in CLASSES {
                li { svg viewBox="0 0 12 12" aria-hidden="true" { rect class=(class_name(class)) width="12" height="12" {} } (class_name(class)) }
            }
        }
    }
}

/// The same as numbers, for who can't see the bars.
fn numbers(what: &str, bars: &[Bar]) -> Markup {
    html! {
        details {
            summary { "As numbers" }
            table {
                thead { tr { th { (what) } @for class in CLASSES { th class="number" { (class_name(class)) } } } }
                tbody {
                    @for bar in bars.iter().rev() {
                        tr { td { (bar.name) } @for count in bar.counts { td class="number" { (grouped(count)) } } }
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

pub(super) fn findings(session: &Session, findings: &[FindingRow], at: u32) -> Markup {
    let body = html! {
        section {
            h2 { "What does not fit together, newest first" }
            @if findings.is_empty() { p class="soft" { "Nothing." } }
            @else {
                table class="cards" {
                    thead { tr { th { "Found" } th { "What" } th { "Device" } th { "Run" } th class="number" { "Record" } } }
                    tbody { @for finding in findings { tr {
                        td data-label="Found" { (format_time(finding.at)) }
                        td data-label="What" { span { span class="mark warn" { (finding.kind.name()) } " " (meaning(finding.kind)) } }
                        td data-label="Device" { code { (finding.place.device) } }
                        td data-label="Run" { code { (finding.place.epoch) } }
                        td class="number" data-label="Record" { (finding.place.seq) }
                    } } }
                }
            }
            (pager("/fleet/findings", at, findings.len()))
        }
    };
    page("Findings", "/fleet/findings", session, &body)
}

const fn meaning(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Fork => "two different records of one number",
        FindingKind::Break => "does not continue the record before",
        FindingKind::Clone => "a second run after the same one: a copied disk",
        FindingKind::Clock => "an hour that can't be",
    }
}

pub(super) fn enrolment(session: &Session, codes: Option<&[Code]>) -> Markup {
    let body = html! {
        section {
            h2 { "Codes that the authority placed here" }
            @match codes {
                None => p { "No folder is set: start the hub with " code { "--enrolments" } "." },
                Some([]) => p { "The folder is empty. The authority makes codes; put each into it as a " code { ".txt" } " file." },
                Some(codes) => {
                    p class="note" { "Whoever sees a code can enrol a device with it: show it to the new device only, and remove its file afterwards." }
                    div class="codes" { @for code in codes {
                        figure {
                            @match &code.symbol {
                                Some(symbol) => (draw(symbol, &code.name)),
                                None => p class="note bad" { "This file is empty, unreadable or too long for a QR code." },
                            }
                            figcaption { (code.name) }
                        }
                    } }
                }
            }
        }
    };
    page("Enrolment", "/fleet/enrolment", session, &body)
}

pub(super) fn revoke(session: &Session, device: &str) -> Markup {
    let body = html! {
        section {
            p { "Ask the authority to revoke the device " code { (device) } "?" }
            ul {
                li { "The hub notes the wish. " code { "gatepost-hub revocations" } " lists it for the authority." }
                li { "Only the authority's signature makes it count: its list of revoked devices comes with the next bundle, and the device then wipes its keys and lists." }
                li { "The device's passages are still taken until then: nothing is lost." }
            }
            form class="row" method="post" action="/fleet/revoke" {
                (token(session))
                input type="hidden" name="device" value=(device);
                button class="danger" { "Ask to revoke" }
                a class="button" href="/fleet" { "Cancel" }
            }
        }
    };
    page("Revoke a device", "/fleet", session, &body)
}

pub(super) fn revoked(session: &Session, device: &str, asked: Asked) -> Markup {
    let said = match asked {
        Asked::Noted => "Noted for the authority.",
        Asked::Already => "That was noted before.",
        Asked::Unknown => "Nothing ever came from such a device.",
    };
    let body = html! {
        section {
            p role="status" { (said) } p { code { (device) } }
            a class="button" href="/fleet" { "Back to the devices" }
        }
    };
    page("Revoke a device", "/fleet", session, &body)
}

/// A page for a refusal, so that an operator is not shown an object of JSON.
pub(super) fn refused(session: Option<&Session>, why: &str) -> Markup {
    let body = html! {
        section { p class="note bad" role="alert" { (why) } a class="button" href="/fleet" { "Back" } }
    };
    match session {
        Some(session) => page("That did not work", "", session, &body),
        None => shell(
            "That did not work",
            &html! { main class="login" { (body) } },
        ),
    }
}

fn pager(address: &str, at: u32, shown: usize) -> Markup {
    let is_full = shown >= ROWS as usize;
    html! {
        @if at > 0 || is_full {
            p class="row" {
                @if at > 0 { a class="button" href=(format!("{address}?page={}", at - 1)) { "Earlier in the list" } }
                @if is_full { a class="button" href=(format!("{address}?page={}", at + 1)) { "Further down" } }
            }
        }
    }
}

/// Seconds in the largest fitting unit.
fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

fn offset(seconds: i64) -> String {
    match seconds {
        0 => "exact".into(),
        1.. => format!("{} ahead", span(seconds.unsigned_abs())),
        _ => format!("{} behind", span(seconds.unsigned_abs())),
    }
}

/// Thousands apart by a thin space.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::chart::words;
    use super::*;

    #[test]
    fn numbers_and_spans_read_well() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(span(119), "119 s");
        assert_eq!(span(3600), "60 min");
        assert_eq!(span(200_000), "2 d");
        assert_eq!(
            (offset(0), offset(-5)),
            ("exact".into(), "5 s behind".into())
        );
        assert_eq!(words([1, 0, 2]), "1 admit, 0 check, 2 refuse");
    }

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

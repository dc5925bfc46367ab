//! The devices' page.

use gatepost_pass::{ClockTrust, Freshness, Timestamp};
use maud::{Markup, html};

use super::{grouped, offset, page, pager, span, token};
use crate::{
    clock::format_time,
    fleet::session::Session,
    store::{DeviceRow, Totals},
};

/// Seconds without a word after which a device is marked.
const SILENT: u64 = 24 * 3600;
/// Seconds by which a device's clock may differ unmarked.
const CLOCK_OFF: i64 = 120;

/// What the devices' page shows.
pub(in crate::fleet) struct Overview {
    pub(in crate::fleet) totals: Totals,
    pub(in crate::fleet) devices: Vec<DeviceRow>,
    pub(in crate::fleet) bundle: Option<u64>,
    pub(in crate::fleet) paused: u64,
    pub(in crate::fleet) page: u32,
    pub(in crate::fleet) now: Timestamp,
}

pub(in crate::fleet) fn devices(session: &Session, view: &Overview) -> Markup {
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

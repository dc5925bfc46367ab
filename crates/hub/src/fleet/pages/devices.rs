//! The page of devices.

use gatepost_pass::{ClockTrust, Freshness, ManifestId, Timestamp};
use gatepost_protocol::{ProgramStatus, ProgramUpdate, UpdateEnd};
use maud::{Markup, html};

use super::{
    layout::{page, pager, token},
    units::{ago, grouped, hour_of, offset, span},
};
use crate::{
    fleet::sessions::OperatorSession,
    store::{DeviceRow, ReportedStatus, Totals},
};

/// Seconds without contact after which a device is marked.
const SILENT: u64 = 24 * 3600;
/// Seconds by which a device's clock may be wrong before it is marked.
const CLOCK_OFF: i64 = 120;

/// What the devices' page shows.
pub(in crate::fleet) struct DevicesView {
    pub(in crate::fleet) totals: Totals,
    pub(in crate::fleet) devices: Vec<DeviceRow>,
    pub(in crate::fleet) bundle: Option<ManifestId>,
    pub(in crate::fleet) paused: u64,
    pub(in crate::fleet) page: u32,
    pub(in crate::fleet) now: Timestamp,
}

pub(in crate::fleet) fn devices(session: &OperatorSession, view: &DevicesView) -> Markup {
    let Totals {
        passages,
        devices,
        findings,
        gaps,
    } = view.totals;
    let body = html! {
        @if view.paused > 0 {
            p class="note" role="status" {
                "Uploads are paused for another " (span(view.paused))
                ". Meanwhile, devices keep their passages."
            }
        }
        @if view.bundle.is_none() {
            p class="note bad" role="alert" {
                "There is no valid bundle: the hub accepts no uploads until the authority's bundle "
                "is in place."
            }
        }
        div class="tiles" {
            div { b { (grouped(devices)) } span { "devices" } }
            div { b { (grouped(passages)) } span { "passages" } }
            div { b { (grouped(gaps)) } span { "runs with a gap" } }
            div { b { (grouped(findings)) } span { a href="/fleet/findings" { "findings" } } }
            div {
                b { (view.bundle.map_or("none".to_owned(), |bundle| bundle.version.to_string())) }
                span { "bundle in use" }
            }
        }
        section {
            h2 { "Devices, latest contact first" }
            @if view.devices.is_empty() { p class="soft" { "No device has sent anything yet." } }
            @else {
                table class="cards" {
                    thead { tr {
                        th { "Device" } th { "Last contact" } th { "Bundle" } th { "Freshness" }
                        th { "Clock" } th { "Program" } th class="number" { "Backlog" }
                        th { "At the hub" } th { "Revocation" }
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
                span class="soft" { "Devices try again later; nothing is lost." }
            }
        }
    };
    page("Devices", "/fleet", session, &body)
}

fn device_row(device: &DeviceRow, view: &DevicesView) -> Markup {
    let silent = view.now.since(device.seen);
    html! {
        tr {
            td class="first" data-label="Device" {
                bdi { (device.name) } br; code { (device.device) }
            }
            td data-label="Last contact" {
                @let text = ago(device.seen, view.now);
                @if silent > SILENT { span class="mark warn" { (text) } }
                @else { span title=(hour_of(device.seen)) { (text) } }
            }
            @match device.status {
                None => {
                    td data-label="Bundle" { (unknown()) }
                    td data-label="Freshness" { (unknown()) }
                    td data-label="Clock" { (unknown()) }
                    td data-label="Program" { (unknown()) }
                    td class="number" data-label="Backlog" { (unknown()) }
                }
                Some(status) => {
                    td data-label="Bundle" {
                        @match (status.bundle, view.bundle) {
                            (None, _) => span class="mark bad" { "none" },
                            (Some(has), Some(newest)) if has.version < newest.version => {
                                span class="mark warn" { (has.version) " of " (newest.version) }
                            },
                            (Some(has), Some(newest)) if has.version > newest.version => {
                                span class="mark warn" { (has.version) ", not the hub's" }
                            },
                            (Some(has), Some(newest)) if has != newest => {
                                span class="mark bad" { "another " (has.version) }
                            },
                            (Some(has), _) => (has.version),
                        }
                    }
                    td data-label="Freshness" {
                        @match status.freshness {
                            Freshness::Fresh => span class="mark" { "fresh" },
                            Freshness::Stale => span class="mark warn" { "stale" },
                            Freshness::Expired => span class="mark bad" { "expired" },
                        }
                    }
                    td data-label="Clock" { (clock(&status)) }
                    td data-label="Program" { (status.program.map_or_else(unknown, program)) }
                    td class="number" data-label="Backlog" { span {
                        (grouped(status.backlog))
                        @if status.parked > 0 {
                            " " span class="mark bad" { (status.parked) " parked" }
                        }
                    } }
                }
            }
            td data-label="At the hub" {
                @if device.waiting > 0 {
                    span class="mark warn" { "gap, " (grouped(device.waiting)) " waiting" }
                } @else { "complete" }
            }
            td data-label="Revocation" {
                @match device.revocation {
                    Some(at) => span class="mark bad" title=(hour_of(at)) { "asked for" },
                    None => a href=(format!("/fleet/revoke?device={}", device.device)) {
                        "Revoke…" span class="skip" { (device.name) }
                    },
                }
            }
        }
    }
}

fn clock(status: &ReportedStatus) -> Markup {
    let (mark, text) = match status.clock {
        ClockTrust::Trusted if status.offset.abs() <= CLOCK_OFF => {
            return html! { (offset(status.offset)) };
        }
        ClockTrust::Trusted => ("mark warn", offset(status.offset)),
        ClockTrust::Unconfirmed => ("mark warn", "not confirmed".to_owned()),
        ClockTrust::Behind => ("mark bad", "behind, not trusted".to_owned()),
        ClockTrust::Ahead => ("mark bad", "ahead, not trusted".to_owned()),
    };
    html! { span class=(mark) { (text) } }
}

/// The version that runs, and the last update where that is no longer, or not yet, the same.
fn program(program: ProgramStatus) -> Markup {
    let ProgramStatus { running, update } = program;
    let (mark, what, version) = match update {
        Some(ProgramUpdate { version, end }) if version != running => match end {
            UpdateEnd::Waiting => ("mark", "at the next start", version),
            UpdateEnd::FellBack => ("mark bad", "fell back from", version),
            UpdateEnd::Failed => ("mark bad", "not installed:", version),
            UpdateEnd::Installed => ("mark warn", "was updated to", version),
        },
        Some(_) | None => return html! { (running) },
    };
    html! { (running) " " span class=(mark) { (what) " " (version) } }
}

fn unknown() -> Markup {
    let why = "The device has not sent a status report yet";
    html! { span class="soft" title=(why) { "not reported" } }
}

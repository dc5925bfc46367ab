//! The pages. All text goes through maud, which escapes it; there is no script.

mod devices;
mod passages;

use maud::{DOCTYPE, Markup, html};

use super::{
    enrolment::{Code, Shown, draw},
    session::Session,
};
use crate::{
    clock::format_time,
    enrolments::Waiting,
    store::{Asked, FindingKind, FindingRow},
};

pub(super) use devices::{Overview, devices};
pub(super) use passages::passages;

/// Rows on a page of a list.
pub(super) const ROWS: u32 = 50;

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

pub(super) fn enrolment(
    session: &Session,
    codes: Option<&[Code]>,
    waiting: Option<&[Waiting]>,
) -> Markup {
    let body = html! {
        @if let Some(waiting) = waiting { section {
            h2 { "Devices that wait for the authority" }
            @if waiting.is_empty() { p { "None." } } @else {
                p class="note" { "They asked by a one-time code, in their own words: only the authority can tell whether they have seen it. Bring it the folder of requests, and its answers back." }
                table class="cards" {
                    thead { tr { th { "Name" } th { "Device" } } }
                    tbody { @for device in waiting { tr {
                        td data-label="Name" { (device.name) }
                        td data-label="Device" { code { (device.device) } }
                    } } }
                }
            }
        } }
        section {
            h2 { "Codes that the authority placed here" }
            @match codes {
                None => p { "No folder is set: start the hub with " code { "--enrolments" } "." },
                Some([]) => p { "The folder is empty. The authority makes codes; put each into it as a " code { ".txt" } " file." },
                Some(codes) => {
                    p class="note" { "Whoever sees a code can enrol a device with it: show it to the new device only, and remove its file afterwards." }
                    div class="codes" { @for code in codes {
                        figure {
                            @match &code.shown {
                                Shown::Symbol(symbol) => (draw(symbol, &code.name)),
                                Shown::Unreadable => p class="note bad" { "This file holds no enrolment code, or one that is too long for a QR code." },
                                Shown::Secret => p class="note bad" { "This code holds a one-time secret, which the hub should not know: remove the file, and show the device the authority's own paper or screen." },
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
    use super::*;
    use crate::fleet::chart::words;

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
}

//! The page of enrolment: devices that wait for the authority, and the authority's codes.

use maud::{Markup, html};

use super::layout::page;
use crate::{
    enrolment_queue::WaitingDevice,
    fleet::{
        codes::{CodeDisplay, CodeFile, draw},
        sessions::OperatorSession,
    },
};

pub(in crate::fleet) fn enrolment(
    session: &OperatorSession,
    codes: Option<&[CodeFile]>,
    waiting: Option<&[WaitingDevice]>,
) -> Markup {
    let body = html! {
        @if let Some(waiting) = waiting { section {
            h2 { "Devices waiting for the authority" }
            @if waiting.is_empty() { p { "None." } } @else {
                p class="note" {
                    "They sent requests with a one-time code and chose their names themselves: "
                    "only the authority can tell whether they have seen a code. Take the folder of "
                    "requests to it, and bring its answers back."
                }
                table class="cards" {
                    thead { tr { th { "Name" } th { "Device" } } }
                    tbody { @for device in waiting { tr {
                        td data-label="Name" { bdi { (device.name) } }
                        td data-label="Device" { code { (device.device) } }
                    } } }
                }
            }
        } }
        section {
            h2 { "Codes from the authority" }
            @match codes {
                None => p { "No folder is set: start the hub with " code { "--enrolments" } "." },
                Some([]) => p {
                    "The folder is empty. The authority makes codes; put each into it as a "
                    code { ".txt" } " file."
                },
                Some(codes) => {
                    p class="note" {
                        "Anyone who sees a code can enrol a device with it: show it to the new "
                        "device only, and remove its file afterwards."
                    }
                    div class="codes" { @for code in codes {
                        figure {
                            (content(code))
                            figcaption { (code.name) }
                        }
                    } }
                }
            }
        }
    };
    page("Enrolment", "/fleet/enrolment", session, &body)
}

fn content(code: &CodeFile) -> Markup {
    let why = match &code.content {
        CodeDisplay::Symbol(symbol) => return draw(symbol, &code.name),
        CodeDisplay::Unreadable => {
            "This file holds no enrolment code, or one that is too long for a QR code."
        }
        CodeDisplay::Secret => {
            "This code holds a one-time secret, which the hub should not know: remove the file, \
             and show the device the code on the authority's own paper or screen."
        }
    };
    html! { p class="note bad" { (why) } }
}

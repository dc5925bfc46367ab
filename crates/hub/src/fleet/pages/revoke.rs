//! The pages on which an operator asks to revoke a device.

use maud::{Markup, html};

use super::layout::{page, token};
use crate::{fleet::sessions::OperatorSession, store::RevocationRequest};

pub(in crate::fleet) fn revoke(session: &OperatorSession, device: &str) -> Markup {
    let body = html! {
        section {
            p { "Ask the authority to revoke the device " code { (device) } "?" }
            ul {
                li {
                    "The hub notes the request. " code { "gatepost-hub revocations" }
                    " lists it for the authority."
                }
                li {
                    "Only the authority can revoke it: its signed list of revoked devices comes "
                    "with the next bundle, and the device then wipes its keys and lists."
                }
                li { "Until then, the hub still accepts the device's passages: nothing is lost." }
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

pub(in crate::fleet) fn revoked(
    session: &OperatorSession,
    device: &str,
    request: RevocationRequest,
) -> Markup {
    let result = match request {
        RevocationRequest::Noted => "Noted for the authority.",
        RevocationRequest::AlreadyNoted => "This was noted before.",
        RevocationRequest::UnknownDevice => "No such device has ever sent anything.",
    };
    let body = html! {
        section {
            p role="status" { (result) } p { code { (device) } }
            a class="button" href="/fleet" { "Back to the devices" }
        }
    };
    page("Revoke a device", "/fleet", session, &body)
}

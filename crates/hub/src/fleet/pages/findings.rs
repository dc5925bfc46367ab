//! The page of findings.

use maud::{Markup, html};

use super::{
    layout::{page, pager},
    units::hour_of,
};
use crate::{
    fleet::sessions::OperatorSession,
    store::{FindingKind, FindingRow},
};

pub(in crate::fleet) fn findings(
    session: &OperatorSession,
    findings: &[FindingRow],
    at: u32,
) -> Markup {
    let body = html! {
        section {
            h2 { "Records that contradict others, newest first" }
            @if findings.is_empty() { p class="soft" { "None." } }
            @else {
                table class="cards" {
                    thead { tr {
                        th { "Found" } th { "Finding" } th { "Device" } th { "Run" }
                        th class="number" { "Record" }
                    } }
                    tbody { @for finding in findings { tr {
                        td data-label="Found" { (hour_of(finding.at)) }
                        td data-label="Finding" { span {
                            span class="mark warn" { (finding.kind.name()) }
                            " " (meaning(finding.kind))
                        } }
                        td data-label="Device" { code { (finding.position.device) } }
                        td data-label="Run" { code { (finding.position.epoch) } }
                        td class="number" data-label="Record" { (finding.position.seq) }
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
        FindingKind::Fork => {
            "two different records with the same number, or what follows the second"
        }
        FindingKind::Break => "does not continue the record before it",
        FindingKind::Clone => {
            "two runs follow the same one, or one went on beside its successor: a copied disk"
        }
        FindingKind::Clock => "an impossible hour: a wrong clock",
        FindingKind::Unanchored => {
            "does not begin where the device's run before it ended: a lost log or a stolen key"
        }
        FindingKind::SplitView => "has another bundle than the hub under the same version",
        FindingKind::UnknownBundle => "has a bundle that the hub has never served",
        FindingKind::Runs => "more runs than a device needs: the hub puts further ones off",
    }
}

//! The pages that explain the device: its lists, clock, disk and exchange, and where it stands.

use std::fs;

use gatepost_pass::{
    ClockTrust, HubAddress, Recognition, Timestamp,
    list::ListKind,
    trust::{Due, IssuerEntry},
};
use gatepost_system::files;

use super::bar::freshness;
use crate::{
    app::state::{
        enrolment::EnrolmentState, hub_link::HubLink, installed::Installed, log_link::LogHealth,
        station::StationPlace,
    },
    clock::Clock,
    data::DataDir,
    readable_time::{Span, local_date},
    store::InstalledBundle,
    ui::{ClockView, EndView, FreshnessView, IssuerView, PlaceView, StatusPageView, StorageView},
};

/// The status page, with a look at the disk.
pub(crate) fn view(
    installed: &Installed,
    enrolment: &EnrolmentState,
    hub: &HubLink,
    log: LogHealth,
    data: &DataDir,
    device_clock: &Clock,
) -> StatusPageView {
    let now = device_clock.now();
    let bundle = installed.bundle();
    let identity = enrolment.identity();
    let hub_address = identity.and_then(|identity| identity.hub.as_ref());
    let hub_address = hub_address.map_or("", HubAddress::as_str);
    StatusPageView {
        issuers: bundle.map_or_else(Vec::new, |bundle| issuers(bundle, now.time)),
        clock: clock(device_clock),
        storage: storage(data, log),
        unsent: hub.unsent(),
        oldest_unsent_under_hours: hub.oldest_under_hours(now),
        sync: hub.last_exchange(hub_address, now),
        device: identity.map_or_else(String::new, |_| enrolment.device(data)),
        hub: hub_address.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        bundle: installed.version(),
        listed: installed.listed(),
        trust: bundle.map(|bundle| EndView {
            date: local_date(bundle.rules().trust_ends(), installed.utc_offset()),
            due: Due::of(bundle.rules().trust_ends(), now.time),
        }),
    }
}

fn storage(data: &DataDir, log: LogHealth) -> StorageView {
    let file = data.passages();
    let journal = file.with_extension("sqlite-wal");
    let length = |path| fs::metadata(path).map_or(0, |file| file.len());
    StorageView {
        free: files::free_space(data.path()).ok(),
        log: length(&file) + length(&journal),
        writable: log == LogHealth::Works,
    }
}

/// Where the device stands, and where it can go back to.
pub(crate) fn place(place: &StationPlace, back: Option<&StationPlace>) -> PlaceView {
    PlaceView {
        back: back.map(|back| back.name.clone()),
        name: place.name.clone(),
        id: place.id.to_string(),
        code: place.code.clone(),
    }
}

/// Each issuer that has lists here, and those that are recognised without.
fn issuers(bundle: &InstalledBundle, now: Timestamp) -> Vec<IssuerView> {
    let view = |entry: &IssuerEntry| {
        let lists: Vec<_> = bundle
            .lists()
            .filter(|list| list.issuer() == entry.id)
            .collect();
        let accepted = matches!(entry.recognition, Recognition::Own | Recognition::Accept(_));
        if lists.is_empty() && !accepted {
            return None;
        }
        let status = lists
            .iter()
            .find(|list| list.head().kind == ListKind::Status);
        let oldest = lists.iter().map(|list| list.head().as_of).min();
        Some(IssuerView {
            name: if entry.name == entry.local_name {
                entry.name.to_string()
            } else {
                format!("{} {}", entry.local_name, entry.name)
            },
            version: status.map(|list| list.head().version),
            listed: lists.iter().map(|list| list.head().count).sum(),
            age_minutes: oldest.map(|oldest| now.since(oldest) / 60),
            freshness: match oldest {
                Some(_) => freshness(bundle.freshness_of(entry.id, now)),
                None => FreshnessView::NotSetUp,
            },
        })
    };
    bundle.trust().issuers().filter_map(view).collect()
}

/// The clock, and how far it is off.
fn clock(clock: &Clock) -> ClockView {
    let (trust, off) = (clock.now().clock, clock.off());
    let replaced = trust == ClockTrust::Trusted;
    let by = Span::of(off.unsigned_abs());
    match trust {
        ClockTrust::Trusted if off == 0 => ClockView::Confirmed,
        ClockTrust::Unconfirmed => ClockView::Unconfirmed,
        _ if off < 0 => ClockView::Behind { by, replaced },
        _ => ClockView::Ahead { by, replaced },
    }
}

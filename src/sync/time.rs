//! What time it is, in the hub's signed word: asked at each exchange, with a question that nobody
//! could foresee, and believed as far as `Timekeeper` says.

use std::ops::Range;

use gatepost_pass::{ClockTrust, Timestamp, bundle::Manifest, timekeeper::Heard};
use gatepost_protocol::{TimeAnswer, TimeNonce};
use gatepost_system::{chain, random};

use super::{
    bundle::rules,
    error::SyncError,
    http::{HubClient, TIME_TRIP},
};
use crate::{
    clock::Clock,
    data::{DataDir, Identity},
    readable_time::off_in_words,
    store::CacheError,
};

/// Asks the hub for the time and tells the clock; `offered` is the fresh time of a bundle that may
/// vouch for the answer in place of the installed one.
pub fn ask_time(
    data: &DataDir,
    identity: &Identity,
    hub: &mut HubClient,
    clock: &Clock,
    offered: Option<&Range<Timestamp>>,
) -> Result<Heard, SyncError> {
    let rules = rules(data, identity, clock)?;
    let nonce = TimeNonce(random::bytes()?);
    let (answer, trip) = hub.ask_time(&nonce)?;
    if trip > TIME_TRIP {
        return Err(SyncError::SlowTime);
    }
    let at = TimeAnswer::verify(&answer, rules.trust(), &nonce)?;
    // It was signed somewhere on the way.
    let at = at.plus(trip.as_secs() / 2);
    let installed = fresh_time(rules.manifest());
    Ok(clock.heard(at, offered.unwrap_or(&installed)))
}

/// The same at the begin of an exchange. A hub that tells no time hinders nothing else.
pub(super) fn agree(data: &DataDir, identity: &Identity, hub: &mut HubClient, clock: &Clock) {
    told(ask_time(data, identity, hub, clock, None), clock);
}

/// The same after a bundle came, or was refused because of the time: a new manifest vouches for
/// what the old one could not. Whether a refused bundle may be taken now.
pub(super) fn agree_by(
    data: &DataDir,
    identity: &Identity,
    hub: &mut HubClient,
    clock: &Clock,
    refused: Option<&SyncError>,
) -> bool {
    if clock.now().clock == ClockTrust::Trusted {
        return false;
    }
    let offered = match refused {
        Some(SyncError::Bundle(CacheError::OtherTime {
            signed,
            fresh_until,
            ..
        })) => Some(*signed..*fresh_until),
        _ => None,
    };
    told(
        ask_time(data, identity, hub, clock, offered.as_ref()),
        clock,
    );
    offered.is_some() && clock.now().clock == ClockTrust::Trusted
}

fn told(heard: Result<Heard, SyncError>, clock: &Clock) {
    match heard {
        Ok(Heard::Agreed) => {}
        Ok(Heard::Contradicted) => {
            log::warn!("the clock is {} by the hub", off_in_words(clock.off()));
        }
        Err(why) => log::info!("the hub told no time: {}", chain(&why)),
    }
}

fn fresh_time(manifest: &Manifest) -> Range<Timestamp> {
    manifest.issued_at..manifest.fresh_until
}

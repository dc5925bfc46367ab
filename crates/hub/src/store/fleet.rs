//! Devices, counts and requests, as the operators' pages show them.

use gatepost_pass::{ClockTrust, DeviceId, Freshness, ManifestId, Timestamp};
use gatepost_protocol::{DeviceStatus, Outcome, ProgramStatus};

/// A checked status report of a device, on its way into the store.
#[derive(Clone, Debug)]
pub struct ReceivedStatus {
    /// The device that signed it.
    pub device: DeviceId,
    /// The device's name in its certificate.
    pub name: String,
    /// The report.
    pub status: DeviceStatus,
    /// When it arrived, by the hub's clock.
    pub at: Timestamp,
}

/// The newest status report of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportedStatus {
    /// The hour in which it arrived, by the hub's clock.
    pub at: Timestamp,
    /// Seconds that the device's clock was ahead of the hub's.
    pub offset: i64,
    /// How far the device trusts its clock.
    pub clock: ClockTrust,
    /// The manifest of the bundle that it uses, if it has one.
    pub bundle: Option<ManifestId>,
    /// Freshness of that bundle, as the device judges it.
    pub freshness: Freshness,
    /// Records without a receipt.
    pub backlog: u64,
    /// Refused batches that wait for a person.
    pub parked: u32,
    /// The program that runs there, and how its last update ended; none of a report that came to a
    /// hub before it kept that.
    pub program: Option<ProgramStatus>,
}

/// A device as the operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRow {
    /// The device's identifier.
    pub device: DeviceId,
    /// Name for people, from its newest certificate.
    pub name: String,
    /// The hour in which anything came from it last.
    pub seen: Timestamp,
    /// Its newest status report, if it ever sent one.
    pub status: Option<ReportedStatus>,
    /// Numbers from the first missing record to the last stored one, in all its epochs.
    pub waiting: u64,
    /// The hour in which the operator asked the authority to revoke it.
    pub revocation: Option<Timestamp>,
}

/// A count of passages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourRow {
    /// Hours since 1970, by the device's clock; the hour of arrival where that is impossible.
    pub hour: u32,
    /// The outcome class of the counted passages.
    pub class: Outcome,
    /// How many passages.
    pub passages: u64,
}

/// How much arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Sealed passages, without epoch starts.
    pub passages: u64,
    /// Devices that sent anything.
    pub devices: u64,
    /// Findings.
    pub findings: u64,
    /// Epochs with stored records after a missing one.
    pub gaps: u64,
}

/// A part of a long list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// How many entries to leave out.
    pub skip: u32,
    /// How many entries to return at most.
    pub take: u32,
}

/// What became of a request to revoke a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationRequest {
    /// It was noted.
    Noted,
    /// It had been noted before.
    AlreadyNoted,
    /// No such device ever sent anything.
    UnknownDevice,
}

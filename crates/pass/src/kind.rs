//! The kinds of signed things, and the domain string that keeps their signatures apart.

/// The newest version of every kind that this program reads.
pub const VERSION: u8 = 1;

/// What kind of document an envelope holds. The numbers are on the wire and never reused; those
/// that a key on a trust list may sign are below 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// One person's pass.
    Pass = 1,
    /// One pass for two to six persons.
    FamilyPass = 2,
    /// A code of a place.
    PlaceCode = 3,
    /// A staff badge.
    Badge = 4,
    /// A code that enrols a device.
    Enrolment = 5,
    /// A pass with a fresh signature of its holder's key.
    LiveCode = 6,
    /// Root keys and their threshold.
    Root = 16,
    /// Recognised issuers and their keys.
    TrustList = 17,
    /// Rules for a class of checkpoints.
    Policy = 18,
    /// Names the files of a bundle.
    Manifest = 19,
    /// Head of a status or revocation list.
    List = 20,
    /// The hub's word that it holds passages.
    Receipt = 21,
    /// The authority's word that a key belongs to a device.
    DeviceCertificate = 22,
    /// Passages on their way to the hub.
    Batch = 23,
    /// A device asks for its certificate.
    DeviceRequest = 24,
    /// How a device is doing.
    DeviceStatus = 25,
    /// An entry of the log of who traced whom.
    AuditEntry = 26,
    /// The authority's order that a device wipes itself.
    WipeOrder = 27,
    /// The hub's word on what time it is.
    TimeAnswer = 28,
    /// The authority's word on which file is a version of the program.
    ProgramRelease = 29,
}

crate::names! {
    Kind {
        Pass = "pass", FamilyPass = "family-pass", PlaceCode = "place-code", Badge = "badge",
        Enrolment = "enrolment", LiveCode = "live-code", Root = "root", TrustList = "trust-list",
        Policy = "policy", Manifest = "manifest", List = "list", Receipt = "receipt",
        DeviceCertificate = "device-certificate", Batch = "batch", DeviceRequest = "device-request",
        DeviceStatus = "device-status", AuditEntry = "audit-entry", WipeOrder = "wipe-order",
        TimeAnswer = "time-answer", ProgramRelease = "program-release",
    }
}

impl Kind {
    /// The kind of a number on the wire.
    pub fn from_wire(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == number)
    }

    /// Opens the bytes that a signature of this kind is made over. It names the kind, so that a
    /// signature made for one kind never verifies for another.
    pub fn domain(self) -> Vec<u8> {
        format!("gatepost/{}/v{VERSION}\0", self.name()).into_bytes()
    }
}

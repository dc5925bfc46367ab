//! The program of the devices: its versions, and the authority's word on which file is one.
//!
//! A release is as strong as a root shell on every device, so its key is a role of its own, kept
//! offline. Only [`VerifiedRelease::verify`] makes a [`VerifiedRelease`].

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de::Error as _};

use crate::{
    bounded::{KebabName, ValueError},
    digest::Digest,
    document_error::DocumentError,
    envelope::{Envelope, MAX_CODE},
    kind::Kind,
    time::Timestamp,
    trust::TrustList,
    verify::{Claims, verify_envelope},
};

/// The version of a program: three numbers, as in Cargo's `1.12.3`. Nothing may follow them, so
/// that of any two versions everybody agrees which is the newer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProgramVersion([u16; 3]);

impl ProgramVersion {
    /// From its three numbers, the most significant first.
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self([major, minor, patch])
    }

    /// Reads three numbers up to 65,535 with dots between them, without leading zeros. Also at
    /// compile time, where a program reads its own.
    ///
    /// # Errors
    /// A number is too large, or it is anything else.
    pub const fn parse(text: &str) -> Result<Self, ValueError> {
        let mut numbers = [0_u16; 3];
        let mut bytes = text.as_bytes();
        let (mut at, mut digits) = (0, 0);
        while let [byte, rest @ ..] = bytes {
            let digit = byte.wrapping_sub(b'0');
            let leading_zero = digits > 0 && numbers[at] == 0;
            if *byte == b'.' && digits > 0 && at < 2 {
                (at, digits) = (at + 1, 0);
            } else if digit < 10 && !leading_zero {
                let number = numbers[at] as u32 * 10 + digit as u32;
                if number > u16::MAX as u32 {
                    return Err(ValueError::Character);
                }
                numbers[at] = number as u16;
                digits += 1;
            } else {
                return Err(ValueError::Character);
            }
            bytes = rest;
        }
        match (at, digits) {
            (2, 1..) => Ok(Self(numbers)),
            _ => Err(ValueError::Character),
        }
    }
}

impl fmt::Display for ProgramVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

impl FromStr for ProgramVersion {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::parse(text)
    }
}

/// The length of a slot's image in bytes: 1 to [`ImageLength::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ImageLength(u64);

impl ImageLength {
    /// The largest image, in bytes: 1 GiB.
    pub const MAX: u64 = 1 << 30;

    /// The length in bytes.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl TryFrom<u64> for ImageLength {
    type Error = ValueError;

    fn try_from(length: u64) -> Result<Self, ValueError> {
        match length {
            1..=Self::MAX => Ok(Self(length)),
            _ => Err(ValueError::Length {
                length: usize::try_from(length).unwrap_or(usize::MAX),
                min: 1,
                max: Self::MAX as usize,
            }),
        }
    }
}

impl<'de> Deserialize<'de> for ImageLength {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        u64::deserialize(from)?.try_into().map_err(D::Error::custom)
    }
}

/// Claims of a release: this file is this version of the program, for devices of this target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramRelease {
    /// What the program in the image calls itself.
    pub version: ProgramVersion,
    /// The devices that it is for, such as `aarch64`.
    pub target: KebabName,
    /// The image's length.
    pub length: ImageLength,
    /// BLAKE3 of the image: the name of its file.
    pub digest: Digest,
    /// When it was signed.
    pub at: Timestamp,
}

impl Claims for ProgramRelease {
    const KINDS: &'static [Kind] = &[Kind::ProgramRelease];
}

impl ProgramRelease {
    /// The largest signed release, in bytes.
    pub const MAX: usize = MAX_CODE;

    /// Reads what a release claims, before anyone has checked it.
    pub fn peek(bytes: &[u8]) -> Result<Self, DocumentError> {
        Ok(envelope(bytes)?.peek()?)
    }

    /// Name of the file with the newest release for a target, beside a bundle's manifest.
    pub fn file_name(target: &KebabName) -> String {
        format!("{}{target}", Self::FILE)
    }

    /// How the names of such files begin.
    pub const FILE: &str = "release-";
}

fn envelope(bytes: &[u8]) -> Result<Envelope, DocumentError> {
    let kind = Kind::ProgramRelease;
    Ok(Envelope::parse_kind(kind, bytes, ProgramRelease::MAX)?)
}

/// What a device says of its own program, for releases to be held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnProgram {
    /// Which releases are for this device.
    pub target: KebabName,
    /// The version that runs now.
    pub running: ProgramVersion,
    /// The highest version that was ever found good on this device.
    pub highest: ProgramVersion,
}

/// Whether a release may go back behind what a device has had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rollback {
    /// It may not.
    Refused,
    /// A supervisor stands at the device and wants the older version.
    AllowedBySupervisor,
}

/// A release that the own authority has signed, for this device, and newer than what it runs, or
/// older with a supervisor's leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedRelease(ProgramRelease);

impl VerifiedRelease {
    /// Checks a release: signature, role and key first, then whether it is for this device, then
    /// its version. The key is judged now, or at the release's own time where the clock is behind
    /// that: whoever has the key of a bygone year signs nothing any more.
    ///
    /// A version that was good here once and runs no longer, because the device fell back since,
    /// may come again.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn verify(
        bytes: &[u8],
        trust: &TrustList,
        now: Timestamp,
        own: &OwnProgram,
        rollback: Rollback,
    ) -> Result<Self, ReleaseError> {
        let envelope = envelope(bytes)?;
        // Nothing of this is believed yet.
        let claimed: ProgramRelease = envelope.peek().map_err(DocumentError::from)?;
        let at = now.max(claimed.at);
        let verified = verify_envelope::<ProgramRelease>(&envelope, trust, at)?;
        let release = verified.claims().clone();
        if release.target != own.target {
            return Err(ReleaseError::OtherTarget {
                found: release.target,
                own: own.target.clone(),
            });
        }
        let (found, have) = (release.version, own.highest.max(own.running));
        match rollback {
            _ if found == own.running => Err(ReleaseError::Running(found)),
            Rollback::Refused if found < have => Err(ReleaseError::Older { have, found }),
            Rollback::Refused | Rollback::AllowedBySupervisor => Ok(Self(release)),
        }
    }

    /// What was signed.
    pub fn claims(&self) -> &ProgramRelease {
        &self.0
    }
}

/// Why a release is not for this device. The running program stays.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
    /// It breaks the format, or is not signed by a key that may release programs.
    #[error("the release of a program is not valid")]
    Document(#[from] DocumentError),
    /// It is for other devices.
    #[error("the release is for {found}, and this device is {own}")]
    OtherTarget {
        /// Its target.
        found: KebabName,
        /// This device's.
        own: KebabName,
    },
    /// There is nothing to do.
    #[error("version {0} runs here already")]
    Running(ProgramVersion),
    /// It would go back.
    #[error("the program goes back from version {have} to {found}: refused without a supervisor")]
    Older {
        /// The highest version of this device.
        have: ProgramVersion,
        /// The release's.
        found: ProgramVersion,
    },
}

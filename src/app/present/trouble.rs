//! Errors in the window's words: which trouble each one is, and what of it helps whoever repairs
//! it. The whole of an error, in English, goes to the program's own messages.

use std::{error::Error, fmt::Display, io};

use gatepost_pass::{
    BundleError, DocumentError, ListError, ReleaseError, TrustError, envelope::EnvelopeError,
};
use gatepost_protocol::{RefusalReason, device::CertificateError};
use gatepost_system::{chain, files::FileError};

use crate::{
    app::threads::log_writer::StartError,
    data::DataError,
    program::{ProgramError, UpdateOutcome},
    store::{CacheError, LogError},
    sync::{HubError, SyncError, enrol::EnrolError},
    ui::{ProgramEnd, Trouble, TroubleView},
};

fn with(what: Trouble, detail: impl Display) -> TroubleView {
    let detail = detail.to_string();
    TroubleView { what, detail }
}

/// The trouble, with the error and all its causes as detail.
pub(crate) fn because(what: Trouble, error: &dyn Error) -> TroubleView {
    with(what, chain(error))
}

/// Why an update from a stick was not installed.
pub(crate) fn of_update(error: &SyncError) -> TroubleView {
    match error {
        SyncError::Bundle(error @ CacheError::Origin { .. }) => {
            because(Trouble::StickUnreadable, error)
        }
        SyncError::Bundle(CacheError::Bundle(BundleError::File { why, .. })) => {
            with(Trouble::StickUnreadable, why)
        }
        SyncError::Program(error @ ProgramError::Origin { .. }) => {
            because(Trouble::StickUnreadable, error)
        }
        error => of_sync(error),
    }
}

/// What came of the program on a stick.
pub(crate) fn program_end(outcome: Result<UpdateOutcome, SyncError>) -> ProgramEnd {
    let older = |error: &SyncError| match error {
        SyncError::Program(ProgramError::Release(ReleaseError::Older { found, .. })) => {
            Some(*found)
        }
        _ => None,
    };
    match outcome {
        Ok(UpdateOutcome::Written(version)) => ProgramEnd::Written(version),
        Ok(UpdateOutcome::Waits(version)) => ProgramEnd::Waits(version),
        Ok(UpdateOutcome::Running(_)) => ProgramEnd::Running,
        Ok(UpdateOutcome::Tried(version)) => ProgramEnd::FellBack(version),
        Ok(UpdateOutcome::NoPictureYet(version)) => ProgramEnd::NoPicture(version),
        Ok(UpdateOutcome::NoRelease) => ProgramEnd::Refused(Trouble::StickUnreadable.into()),
        Err(error) => match older(&error) {
            Some(found) => ProgramEnd::Older(found),
            None => ProgramEnd::Refused(of_update(&error)),
        },
    }
}

/// Why an exchange with the hub stopped.
pub(crate) fn of_sync(error: &SyncError) -> TroubleView {
    match error {
        SyncError::Hub(why) => of_hub(why),
        SyncError::Bundle(why) => of_bundle(why),
        SyncError::Log(why) => of_log(why),
        SyncError::Data(why) => of_data(why),
        SyncError::Receipt(why) => because(Trouble::ReceiptWrong, why),
        SyncError::Batch(why) => because(Trouble::PassagesRefused, why),
        // Told to the log; the exchange goes on without.
        SyncError::Time(_) | SyncError::SlowTime | SyncError::Random(_) => {
            because(Trouble::HubBrokeOff, error)
        }
        SyncError::NoBundle => Trouble::NoLists.into(),
        SyncError::File(why) => of_file(why),
        SyncError::Program(why) => of_program(why),
        SyncError::WipedHub(_) => because(Trouble::StorageFails, error),
        SyncError::Order(why) => because(Trouble::OrderWrong, why),
        SyncError::Stuck { epoch } => with(Trouble::PassagesRefused, epoch),
    }
}

/// Why the program was not updated.
fn of_program(error: &ProgramError) -> TroubleView {
    match error {
        ProgramError::Release(ReleaseError::Document(why)) => because(of_document(*why), error),
        ProgramError::Release(ReleaseError::Older { have, found }) => {
            with(Trouble::UpdateOlder, format_args!("{found} < {have}"))
        }
        ProgramError::Release(ReleaseError::OtherTarget { .. } | ReleaseError::Running(_)) => {
            because(Trouble::UpdateWrong, error)
        }
        ProgramError::Origin { .. } => because(Trouble::UpdateBrokeOff, error),
        ProgramError::OtherImage(_) => because(Trouble::UpdateDamaged, error),
        ProgramError::NoSpace { .. } => because(Trouble::DiskFull, error),
        ProgramError::Store(why) => of_file(why),
        ProgramError::Install(_) => because(Trouble::ProgramFails, error),
    }
}

/// Why the hub did not do what was asked.
pub(crate) fn of_hub(error: &HubError) -> TroubleView {
    match error {
        HubError::Unreachable(why) => because(Trouble::HubAway, why),
        HubError::OtherKey(key) => with(Trouble::HubForeign, format_args!("its key is {key}")),
        HubError::NoHub => Trouble::NoHub.into(),
        HubError::NoPin => with(Trouble::HubNotSecure, "--hub-pin"),
        HubError::Tls(why) => because(Trouble::HubNotSecure, why),
        HubError::OtherServer(status) => with(
            Trouble::HubForeign,
            format_args!("status {status}, no mark"),
        ),
        HubError::Refused { reason, message } => with(of_refusal(*reason), message),
        HubError::Random(why) => because(Trouble::ProgramFails, why),
        HubError::Rest(rest) => with(Trouble::HubBusy, format_args!("{} s", rest.as_secs())),
        HubError::Answer(why) => because(Trouble::HubBrokeOff, why),
    }
}

fn of_refusal(reason: RefusalReason) -> Trouble {
    match reason {
        RefusalReason::Certificate
        | RefusalReason::Signature
        | RefusalReason::Code
        | RefusalReason::HttpsOnly => Trouble::HubShut,
        RefusalReason::Rate
        | RefusalReason::Paused
        | RefusalReason::Busy
        | RefusalReason::Devices
        | RefusalReason::NoBundle
        | RefusalReason::Storage => Trouble::HubFails,
        RefusalReason::Malformed
        | RefusalReason::TooLarge
        | RefusalReason::Sequence
        | RefusalReason::Encoding
        | RefusalReason::CutShort
        | RefusalReason::Timeout
        | RefusalReason::NotFound
        | RefusalReason::Method
        | RefusalReason::BadRange
        | RefusalReason::Other => Trouble::HubRefused,
    }
}

fn of_bundle(error: &CacheError) -> TroubleView {
    let what = match error {
        CacheError::Bundle(why) => match why {
            BundleError::Rollback { what, have, found } => {
                let versions = format_args!("{what}: {found} < {have}");
                return with(Trouble::UpdateOlder, versions);
            }
            BundleError::Expired => return Trouble::UpdateExpired.into(),
            BundleError::Manifest(why) => of_envelope(*why),
            BundleError::Document { why, .. } => of_document(*why),
            BundleError::Trust(why) => match why {
                TrustError::Format { .. } => Trouble::UpdateDamaged,
                TrustError::Threshold { .. } => Trouble::UpdateForeign,
                _ => Trouble::UpdateWrong,
            },
            BundleError::List { why, .. } => of_list(why),
            BundleError::WrongFile(_) | BundleError::File { .. } => Trouble::UpdateDamaged,
            _ => Trouble::UpdateWrong,
        },
        CacheError::List(why) => of_list(why),
        CacheError::Delta(_) => Trouble::UpdateDamaged,
        CacheError::Origin { .. } => Trouble::UpdateBrokeOff,
        CacheError::OtherTime { .. } | CacheError::DatedAhead { .. } => Trouble::ClockDisagrees,
        CacheError::TooLarge => Trouble::UpdateWrong,
        CacheError::Store(why) => return of_file(why),
    };
    because(what, error)
}

fn of_list(error: &ListError) -> Trouble {
    match error {
        ListError::Head(why) => of_document(*why),
        ListError::UnknownHash(_) => Trouble::UpdateNewer,
        ListError::Read(_) => Trouble::StorageFails,
        _ => Trouble::UpdateDamaged,
    }
}

fn of_document(error: DocumentError) -> Trouble {
    match error {
        DocumentError::Envelope(why) => of_envelope(why),
        DocumentError::UnknownIssuer(_)
        | DocumentError::NotRecognisedNow(_)
        | DocumentError::ForeignAuthority { .. }
        | DocumentError::UnknownKey { .. }
        | DocumentError::WrongRole { .. }
        | DocumentError::BadSignature => Trouble::UpdateForeign,
        DocumentError::KeyOutsideValidity { .. } => Trouble::UpdateWrong,
        _ => Trouble::UpdateDamaged,
    }
}

fn of_envelope(error: EnvelopeError) -> Trouble {
    match error {
        EnvelopeError::Newer { .. } => Trouble::UpdateNewer,
        _ => Trouble::UpdateDamaged,
    }
}

fn of_log(error: &LogError) -> TroubleView {
    match error {
        LogError::Full => Trouble::DiskFull.into(),
        LogError::AllUnsent => Trouble::LogFull.into(),
        LogError::Receipt => Trouble::ReceiptWrong.into(),
        LogError::Damaged(why) => because(Trouble::LogFails, why),
        LogError::Storage(why) => because(Trouble::LogFails, why),
        LogError::File(why) => of_file(why),
        LogError::Newer { .. }
        | LogError::SetAside { .. }
        | LogError::Random(_)
        | LogError::Seal(_) => because(Trouble::LogFails, error),
    }
}

/// Why the data directory can't be used, or an enrolment is not valid.
pub(crate) fn of_data(error: &DataError) -> TroubleView {
    match error {
        DataError::File(why) => of_file(why),
        DataError::Key(path) => with(Trouble::KeyDamaged, path.display()),
        DataError::Enrolment(why) => because(Trouble::AnswerDamaged, why),
        DataError::Root(why) => because(Trouble::AnswerDamaged, why),
        DataError::NotEnrolled => Trouble::NotEnrolled.into(),
        DataError::Busy(path) => with(Trouble::Busy, path.display()),
    }
}

/// Why a first run goes no further.
pub(crate) fn of_enrol(error: &EnrolError) -> TroubleView {
    match error {
        // A code that was read before it came here.
        EnrolError::NotACode => because(Trouble::ProgramFails, error),
        EnrolError::Expired => Trouble::CodeExpired.into(),
        EnrolError::ByStick => Trouble::NoHub.into(),
        EnrolError::NotTheCodes(part) => with(Trouble::AnswerForeign, part),
        EnrolError::Answer(CertificateError::Answer) => Trouble::AnswerForeign.into(),
        EnrolError::Answer(why) => because(Trouble::AnswerDamaged, why),
        EnrolError::PublishedKey | EnrolError::NotPinned => {
            because(Trouble::AuthorityRefused, error)
        }
        EnrolError::OtherDevice => Trouble::AnswerOther.into(),
        EnrolError::Bundle(why) => of_bundle(why),
        EnrolError::Data(why) => of_data(why),
        EnrolError::Hub(why) => of_hub(why),
    }
}

/// Why a file of this device cannot be read or written.
fn of_file(error: &FileError) -> TroubleView {
    because(storage(&error.source), error)
}

fn storage(error: &io::Error) -> Trouble {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Trouble::DiskFull,
        _ => Trouble::StorageFails,
    }
}

/// Why what an enrolled device has did not start.
pub(crate) fn of_start(error: &StartError) -> TroubleView {
    match error {
        StartError::Data(why) => of_data(why),
        StartError::Log(why) => of_log(why),
    }
}

#[cfg(test)]
mod tests {
    use gatepost_pass::Digest;

    use super::*;
    use crate::sync::enrol::CodePart;

    #[test]
    fn the_same_file_fault_is_the_sticks_with_a_stick_and_the_networks_with_a_hub() {
        let origin = || {
            SyncError::Bundle(CacheError::Origin {
                what: "manifest".to_owned(),
                source: io::Error::from(io::ErrorKind::NotFound),
            })
        };
        assert_eq!(of_update(&origin()).what, Trouble::StickUnreadable);
        assert_eq!(of_sync(&origin()).what, Trouble::UpdateBrokeOff);
    }

    #[test]
    fn what_copying_again_mends_is_told_apart_from_what_it_does_not() {
        let shown = |why| of_bundle(&CacheError::Bundle(why)).what;
        let file = Digest::of(b"list");
        assert_eq!(shown(BundleError::WrongFile(file)), Trouble::UpdateDamaged);
        assert_eq!(shown(BundleError::Order), Trouble::UpdateWrong);
        let forged = BundleError::Document {
            role: "policy",
            why: DocumentError::BadSignature,
        };
        assert_eq!(shown(forged), Trouble::UpdateForeign);
        let older = BundleError::Rollback {
            what: "manifest",
            have: 42,
            found: 41,
        };
        let older = of_bundle(&CacheError::Bundle(older));
        assert_eq!(older.what, Trouble::UpdateOlder);
        assert_eq!(older.detail, "manifest: 41 < 42");
    }

    #[test]
    fn the_detail_names_every_cause_down_to_the_systems_words() {
        let path = std::path::Path::new("/data/bundle/manifest");
        let full = io::Error::from_raw_os_error(28);
        let file = FileError::at(gatepost_system::files::Action::Write, path)(full);
        let shown = of_sync(&SyncError::Bundle(file.into()));
        assert_eq!(shown.what, Trouble::DiskFull);
        assert_eq!(
            shown.detail,
            "cannot write /data/bundle/manifest: No space left on device (os error 28)"
        );
    }

    #[test]
    fn a_full_disk_is_no_broken_disk() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(storage(&full), Trouble::DiskFull);
        let broken = io::Error::from(io::ErrorKind::InvalidData);
        assert_eq!(storage(&broken), Trouble::StorageFails);
    }

    #[test]
    fn an_answer_of_whoever_does_not_know_the_code_is_foreign_and_not_damaged() {
        let shown = |why| of_enrol(&EnrolError::Answer(why)).what;
        assert_eq!(shown(CertificateError::Answer), Trouble::AnswerForeign);
        assert_eq!(shown(CertificateError::Request), Trouble::AnswerDamaged);
        assert_eq!(
            of_enrol(&EnrolError::NotTheCodes(CodePart::Root)).what,
            Trouble::AnswerForeign
        );
    }

    #[test]
    fn a_hub_that_says_no_is_told_apart_from_one_that_fails() {
        let shown = |reason| {
            let message = "why".to_owned();
            of_hub(&HubError::Refused { reason, message })
        };
        assert_eq!(shown(RefusalReason::Certificate).what, Trouble::HubShut);
        assert_eq!(shown(RefusalReason::TooLarge).what, Trouble::HubRefused);
        assert_eq!(shown(RefusalReason::Storage).what, Trouble::HubFails);
        assert_eq!(shown(RefusalReason::Storage).detail, "why");
        let portal = of_hub(&HubError::OtherServer(200));
        assert_eq!(portal.what, Trouble::HubForeign);
    }
}

//! Releases of the program: whose word counts, for which device, and that nothing goes back.

use super::*;
use crate::{
    FormatError, ImageLength, OwnProgram, ProgramRelease, ProgramVersion, ReleaseError, Rollback,
    SecretKey, Signer, VerifiedRelease, encode,
};

const RUNNING: ProgramVersion = ProgramVersion::new(1, 2, 3);
const NEWER: ProgramVersion = ProgramVersion::new(1, 3, 0);

fn release(version: ProgramVersion) -> ProgramRelease {
    ProgramRelease {
        version,
        target: "aarch64".parse().unwrap(),
        length: 5.try_into().unwrap(),
        digest: Digest::of(b"image"),
        at: SIGNED,
    }
}

fn own() -> OwnProgram {
    OwnProgram {
        target: "aarch64".parse().unwrap(),
        running: RUNNING,
        highest: RUNNING,
    }
}

fn signed(release: &ProgramRelease) -> Vec<u8> {
    fixture::program().sign(Kind::ProgramRelease, release)
}

fn check(bytes: &[u8]) -> Result<VerifiedRelease, ReleaseError> {
    VerifiedRelease::verify(bytes, &fixture::trust(), NOW, &own(), Rollback::Refused)
}

fn refused(bytes: &[u8]) -> DocumentError {
    match check(bytes) {
        Err(ReleaseError::Document(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_newer_release_of_the_own_authority_for_this_device_is_taken() {
    let release = release(NEWER);
    let taken = check(&signed(&release)).unwrap();
    assert_eq!(*taken.claims(), release);
    assert_eq!(ProgramRelease::peek(&signed(&release)), Ok(release));
}

#[test]
fn no_byte_of_a_release_can_be_changed_or_left_out() {
    let bytes = signed(&release(NEWER));
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        assert!(check(&altered).is_err(), "byte {at}");
        assert!(check(&bytes[..at]).is_err(), "cut at {at}");
    }
    let strange = Signer {
        secret: SecretKey::from_seed(&[7; 32]),
        ..fixture::program()
    };
    let forged = strange.sign(Kind::ProgramRelease, &release(NEWER));
    assert_eq!(refused(&forged), DocumentError::BadSignature);
    assert!(check(&vec![0; ProgramRelease::MAX + 1]).is_err());
}

#[test]
fn no_other_key_of_the_authority_releases_programs_and_the_programs_key_signs_nothing_else() {
    let others = [
        documents(),
        fixture::lists(),
        fixture::freshness(),
        fixture::policy_key(),
        fixture::hub(),
        fixture::devices(),
        fixture::wipe(),
    ];
    for signer in others {
        let why = refused(&signer.sign(Kind::ProgramRelease, &release(NEWER)));
        assert!(matches!(why, DocumentError::WrongRole { .. }), "{why}");
    }
    for kind in Kind::ALL {
        let bytes = fixture::program().sign(kind, &release(NEWER));
        assert_eq!(check(&bytes).is_ok(), kind == Kind::ProgramRelease);
    }
}

/// Even where a trust list gives it the role.
#[test]
fn a_recognised_regions_key_releases_no_program_here() {
    let neighbour = foreign("CN-JS");
    let trust = fixture::trust_with(|issuers| {
        let entry = fixture::key_entry(&neighbour, &[Kind::ProgramRelease]);
        fixture::change_keys(&mut issuers[1], |keys| *keys = vec![entry]);
    });
    let bytes = neighbour.sign(Kind::ProgramRelease, &release(NEWER));
    let refused = VerifiedRelease::verify(&bytes, &trust, NOW, &own(), Rollback::Refused);
    let foreign = DocumentError::ForeignAuthority {
        issuer: neighbour.issuer,
        kind: Kind::ProgramRelease,
    };
    assert_eq!(refused, Err(foreign.into()));
}

/// An old date does not help whoever has an old key; a clock that is behind does not hinder.
#[test]
fn a_key_that_has_ended_releases_nothing_whatever_date_it_writes() {
    let trust = fixture::trust_with(|issuers| {
        fixture::change_keys(&mut issuers[0], |keys| {
            for key in keys
                .iter_mut()
                .filter(|key| key.id == fixture::program().key)
            {
                key.until = NOW;
            }
        });
    });
    let bytes = signed(&release(NEWER));
    let at = |now| VerifiedRelease::verify(&bytes, &trust, now, &own(), Rollback::Refused);
    assert!(matches!(
        at(NOW),
        Err(ReleaseError::Document(
            DocumentError::KeyOutsideValidity { .. }
        ))
    ));
    assert!(at(NOW.minus(1)).is_ok());
    assert!(at(Timestamp(0)).is_ok(), "a dead clock");
}

#[test]
fn a_release_for_other_devices_is_refused_by_name() {
    let other = ProgramRelease {
        target: "armv7".parse().unwrap(),
        ..release(NEWER)
    };
    let refused = check(&signed(&other)).unwrap_err();
    assert!(matches!(refused, ReleaseError::OtherTarget { .. }));
    assert!(refused.to_string().contains("for armv7"), "{refused}");
}

#[test]
fn versions_never_go_back_without_a_supervisor() {
    let ever = OwnProgram {
        highest: NEWER,
        ..own()
    };
    let between = ProgramVersion::new(1, 2, 9);
    let verify = |version, rollback| {
        let bytes = signed(&release(version));
        let trust = fixture::trust();
        VerifiedRelease::verify(&bytes, &trust, NOW, &ever, rollback).map(|_| ())
    };
    let refused = |version| verify(version, Rollback::Refused);
    assert_eq!(refused(RUNNING), Err(ReleaseError::Running(RUNNING)));
    for found in [ProgramVersion::new(1, 2, 2), between] {
        let older = ReleaseError::Older { have: NEWER, found };
        assert_eq!(refused(found), Err(older), "{found}");
        assert_eq!(verify(found, Rollback::AllowedBySupervisor), Ok(()));
    }
    assert_eq!(
        verify(RUNNING, Rollback::AllowedBySupervisor),
        Err(ReleaseError::Running(RUNNING)),
        "there is nothing to do"
    );
    // It was good here once, and the device has fallen back since.
    assert_eq!(refused(NEWER), Ok(()));
    assert_eq!(refused(ProgramVersion::new(2, 0, 0)), Ok(()));
}

#[test]
fn an_image_has_a_length_and_no_more_than_a_gibibyte() {
    for length in [0, ImageLength::MAX + 1, u64::MAX] {
        assert!(ImageLength::try_from(length).is_err(), "{length}");
        let raw = (
            NEWER,
            crate::KebabName::try_from("aarch64".to_owned()).unwrap(),
            length,
            Digest::of(b"image"),
            SIGNED,
        );
        let bytes = fixture::program().sign(Kind::ProgramRelease, &raw);
        let damaged = FormatError::Damaged("program-release");
        assert_eq!(refused(&bytes), DocumentError::Claims(damaged));
    }
    assert!(ImageLength::try_from(ImageLength::MAX).is_ok());
}

#[test]
fn versions_are_three_numbers_and_of_two_everybody_knows_the_newer() {
    for text in ["0.0.0", "0.1.0", "1.2.3", "10.20.30", "65535.65535.65535"] {
        let version: ProgramVersion = text.parse().unwrap();
        assert_eq!(version.to_string(), text);
    }
    let wrong = "1 1.2 1.2. .1.2 1..2 1.2.3.4 01.2.3 1.02.3 1.2.00 +1.2.3 1.2.-3 1.2.3-rc.1 \
                 1.2.3+b 65536.0.0 9999999999.0.0 v1.2.3 1.2.３ 1,2,3";
    for text in wrong.split(' ').chain(["", " 1.2.3", "1.2.3 ", "1.2.3\n"]) {
        assert!(text.parse::<ProgramVersion>().is_err(), "{text:?}");
    }
    let ascending = ["0.9.9", "0.10.0", "1.0.0", "1.0.10", "1.1.0", "10.0.0"];
    let read = ascending.map(|text| text.parse::<ProgramVersion>().unwrap());
    assert!(read.is_sorted());
    assert_eq!(encode(&ProgramVersion::new(1, 2, 3)), [1, 2, 3]);
}

//! Releases of the program, and how versions are written.

use std::sync::LazyLock;

use gatepost_pass::{
    Digest, ImageLength, Kind, OwnProgram, ProgramRelease, ProgramVersion, Rollback, Timestamp,
    VerifiedRelease, encode,
    fixture::{NOW, SIGNED, program, wipe},
};

use crate::{
    document::TRUST,
    feed::{Feed, Raw, seed},
};

const RUNNING: ProgramVersion = ProgramVersion::new(1, 2, 3);
const HIGHEST: ProgramVersion = ProgramVersion::new(1, 3, 0);

static RELEASE: LazyLock<ProgramRelease> = LazyLock::new(|| ProgramRelease {
    version: ProgramVersion::new(1, 4, 0),
    target: "aarch64".parse().unwrap(),
    length: 100.try_into().unwrap(),
    digest: Digest::of(b"image"),
    at: SIGNED,
});

static OWN: LazyLock<OwnProgram> = LazyLock::new(|| OwnProgram {
    target: RELEASE.target.clone(),
    running: RUNNING,
    highest: HIGHEST,
});

pub(crate) fn run(data: &[u8]) {
    let mut feed = Feed(data);
    match feed.byte() % 3 {
        // As it came: nothing but what the program key has signed.
        0 => {
            if taken(feed.0, Rollback::Refused).is_some() {
                assert_eq!(
                    feed.0,
                    program().sign(Kind::ProgramRelease, &*RELEASE),
                    "forged"
                );
            }
        }
        // Any claims by the program key, and by another one that is kept offline.
        1 => {
            let signed = program().sign(Kind::ProgramRelease, &Raw(feed.0));
            if let Some(release) = taken(&signed, Rollback::Refused) {
                assert_eq!(encode(&release), feed.0);
                assert!(release.version >= HIGHEST, "it goes back");
            }
            if let Some(release) = taken(&signed, Rollback::AllowedBySupervisor) {
                assert_eq!(release.target, OWN.target);
                assert!((1..=ImageLength::MAX).contains(&release.length.get()));
                assert_ne!(release.version, RUNNING);
            }
            let other = wipe().sign(Kind::ProgramRelease, &Raw(feed.0));
            assert!(taken(&other, Rollback::AllowedBySupervisor).is_none());
        }
        // Any text as a version: there is one way to write each.
        _ => {
            if let Ok(text) = std::str::from_utf8(feed.0)
                && let Ok(version) = text.parse::<ProgramVersion>()
            {
                assert_eq!(version.to_string(), text);
            }
        }
    }
}

fn taken(bytes: &[u8], rollback: Rollback) -> Option<ProgramRelease> {
    let at = |now| VerifiedRelease::verify(bytes, &TRUST, now, &OWN, rollback).ok();
    let dead_clock = at(Timestamp(0)).is_some();
    let release = at(NOW)?;
    assert!(
        dead_clock || release.claims().at < SIGNED,
        "only a key's time tells them apart"
    );
    Some(release.claims().clone())
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    vec![
        seed(0, &[&program().sign(Kind::ProgramRelease, &*RELEASE)]),
        seed(1, &[&encode(&*RELEASE)]),
        seed(2, &[b"10.2.65535"]),
    ]
}

//! What somebody else puts onto a stick, or a hub serves.

use std::os::unix::fs::symlink;

use super::*;

#[test]
fn a_good_release_is_copied_checked_and_handed_over_once() {
    let bench = Bench::new();
    assert_eq!(bench.update().unwrap(), UpdateOutcome::NoRelease);
    bench.release(NEW);
    assert_eq!(bench.update().unwrap(), UpdateOutcome::Written(NEW));
    assert_eq!(bench.written(), [IMAGE]);
    assert!(bench.left().is_empty(), "it takes up no space");
    assert_eq!(bench.update().unwrap(), UpdateOutcome::Waits(NEW));
    assert_eq!(bench.written().len(), 1);
    bench.release(OLD);
    assert_eq!(bench.update().unwrap(), UpdateOutcome::Running(OLD));
}

/// And nothing large is fetched for them.
#[test]
fn a_release_that_is_forged_foreign_older_or_for_other_devices_reaches_no_installer() {
    let neighbour = fixture::foreign("CN-JS");
    let stranger = Signer {
        secret: SecretKey::from_seed(&[7; 32]),
        ..fixture::program()
    };
    let by = |signer: &Signer| signer.sign(Kind::ProgramRelease, &release(NEW));
    let mut altered = signed(&release(NEW));
    altered[20] ^= 1;
    let other = ProgramRelease {
        target: "armv7".parse().unwrap(),
        ..release(NEW)
    };
    let older = ProgramVersion::new(1, 2, 2);
    let cut = signed(&release(NEW));
    for (what, bytes) in [
        ("forged", by(&stranger)),
        ("altered", altered),
        ("the wipe key's", by(&fixture::wipe())),
        ("the manifest key's", by(&fixture::freshness())),
        ("a recognised region's", by(&neighbour)),
        ("for other devices", signed(&other)),
        ("older", signed(&release(older))),
        ("cut short", cut[..cut.len() - 1].to_vec()),
        ("empty", Vec::new()),
        ("too large", vec![0; ProgramRelease::MAX + 1]),
    ] {
        let bench = Bench::new();
        bench.write(&bytes, IMAGE);
        let refused = bench.update();
        assert!(refused.is_err(), "{what}: {refused:?}");
        assert!(bench.written().is_empty(), "{what}");
        assert!(!bench.data.program_image().exists(), "{what}");
    }
    let bench = Bench::new();
    bench.release(older);
    let refused = bench.update().unwrap_err();
    let why = ReleaseError::Older {
        have: OLD,
        found: older,
    };
    assert!(matches!(refused, ProgramError::Release(found) if found == why));
    bench.write(&by(&stranger), IMAGE);
    let forged = ReleaseError::Document(DocumentError::BadSignature);
    assert!(matches!(bench.update(), Err(ProgramError::Release(why)) if why == forged));
}

#[test]
fn an_image_with_other_bytes_is_not_kept_and_the_right_one_is_taken_later() {
    let bench = Bench::new();
    let mut other = IMAGE.to_vec();
    other[3] ^= 1;
    bench.write(&signed(&release(NEW)), &other);
    assert!(matches!(bench.update(), Err(ProgramError::OtherImage(_))));
    assert!(bench.written().is_empty() && bench.left().is_empty());
    bench.release(NEW);
    assert_eq!(bench.update().unwrap(), UpdateOutcome::Written(NEW));
}

#[test]
fn of_an_image_that_is_longer_than_signed_only_the_signed_bytes_are_taken() {
    let bench = Bench::new();
    let longer = [IMAGE, b" and more"].concat();
    bench.write(&signed(&release(NEW)), &longer);
    assert_eq!(bench.update().unwrap(), UpdateOutcome::Written(NEW));
    assert_eq!(bench.written(), [IMAGE]);
    // And one whose front is not what was signed is none.
    let bench = Bench::new();
    bench.write(&signed(&release(NEW)), &longer[1..]);
    assert!(matches!(bench.update(), Err(ProgramError::OtherImage(_))));
    assert!(bench.written().is_empty());
}

#[test]
fn a_copy_that_breaks_off_is_gone_on_with() {
    let bench = Bench::new();
    bench.write(&signed(&release(NEW)), &IMAGE[..10]);
    let broke_off = bench.update().unwrap_err();
    assert!(matches!(broke_off, ProgramError::Origin { .. }));
    assert!(bench.written().is_empty());
    assert_eq!(bench.left().len(), 1);
    // What is here already is not read again: on the stick it is something else by now.
    let rest = [&[0; 10][..], &IMAGE[10..]].concat();
    bench.write(&signed(&release(NEW)), &rest);
    assert_eq!(bench.update().unwrap(), UpdateOutcome::Written(NEW));
    assert_eq!(bench.written(), [IMAGE]);
}

#[test]
fn no_link_on_a_stick_is_followed_to_a_release_or_an_image() {
    let bench = Bench::new();
    bench.release(NEW);
    let elsewhere = bench.stick.parent().unwrap().join("elsewhere");
    for file in [bench.stick.join("release-aarch64"), bench.image_on_stick()] {
        fs::rename(&file, &elsewhere).unwrap();
        symlink(&elsewhere, &file).unwrap();
        let refused = bench.update();
        assert!(
            matches!(refused, Err(ProgramError::Origin { .. })),
            "{refused:?}"
        );
        assert!(bench.written().is_empty());
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        assert!(matches!(bench.update(), Err(ProgramError::Origin { .. })));
        fs::remove_dir(&file).unwrap();
        fs::rename(&elsewhere, &file).unwrap();
    }
    assert_eq!(bench.update().unwrap(), UpdateOutcome::Written(NEW));
}

/// A hub that gives a byte at a time, and never the same after the look.
#[derive(Debug)]
struct Drips {
    asked: Cell<usize>,
}

impl ReleaseOrigin for Drips {
    fn release(&mut self, _: &KebabName) -> io::Result<Option<Vec<u8>>> {
        Ok(Some(signed(&release(NEW))))
    }

    fn image(&mut self, _: &ProgramRelease, offset: u64) -> io::Result<Box<dyn Read + '_>> {
        self.asked.set(self.asked.get() + 1);
        Ok(Box::new(io::repeat(7).take(u64::MAX - offset)))
    }
}

#[test]
fn an_origin_that_never_ends_is_read_no_further_than_was_signed() {
    let bench = Bench::new();
    let mut drips = Drips {
        asked: Cell::new(0),
    };
    let mut most = 0;
    let trust = fixture::trust();
    let refused =
        bench
            .updater_of(OLD, BOOT)
            .update(&mut drips, &trust, NOW, None, &mut |at, _| most = at);
    assert!(matches!(refused, Err(ProgramError::OtherImage(_))));
    assert_eq!((drips.asked.get(), most), (1, IMAGE.len() as u64));
    assert!(bench.left().is_empty());
}

//! From start to start: a new version comes, is found good, or is fallen back from.

use super::*;

#[test]
fn a_version_that_sees_a_picture_is_installed_and_nothing_before_it_comes_back() {
    let bench = Bench::new();
    bench.release(NEW);
    bench.update().unwrap();
    assert_eq!(bench.last(OLD, BOOT), ended(NEW, UpdateEnd::Waiting));
    // The machine starts with it.
    assert_eq!(bench.last(NEW, LATER), ended(NEW, UpdateEnd::Waiting));
    bench.picture(NEW, LATER);
    assert_eq!(bench.last(NEW, LATER), ended(NEW, UpdateEnd::Installed));
    // The boot loader took the other slot since: what came between does not come any more.
    let between = ProgramVersion::new(1, 2, 9);
    bench.release(between);
    bench.picture(OLD, BOOT);
    let mut updater = bench.updater_of(OLD, BOOT);
    let refused = bench.update_by(&mut updater, None);
    assert!(matches!(
        refused,
        Err(ProgramError::Release(ReleaseError::Older { have: NEW, .. }))
    ));
    bench.release(NEW);
    let again = bench.update_by(&mut updater, None).unwrap();
    assert_eq!(again, UpdateOutcome::Written(NEW));
}

#[test]
fn a_version_that_was_fallen_back_from_is_told_and_not_tried_again() {
    let bench = Bench::new();
    bench.release(NEW);
    bench.update().unwrap();
    // The program started anew, the machine did not: nothing is known yet.
    assert_eq!(bench.last(OLD, BOOT), ended(NEW, UpdateEnd::Waiting));
    assert_eq!(bench.last(OLD, LATER), ended(NEW, UpdateEnd::FellBack));
    bench.picture(OLD, LATER);
    let mut updater = bench.updater_of(OLD, LATER);
    let refused = bench.update_by(&mut updater, None).unwrap();
    assert_eq!(refused, UpdateOutcome::Tried(NEW));
    assert_eq!(bench.written().len(), 1);
    let allowed = |version| Some(ProgramLeave::of_nobody(version));
    // A leave is for one version, whatever lies on the stick by then.
    let other = bench.update_by(&mut updater, allowed(OLD)).unwrap();
    assert_eq!(other, UpdateOutcome::Tried(NEW));
    let again = bench.update_by(&mut updater, allowed(NEW)).unwrap();
    assert_eq!(again, UpdateOutcome::Written(NEW));
    let mended = ProgramVersion::new(1, 3, 1);
    bench.release(mended);
    let mended_too = bench.update_by(&mut updater, None).unwrap();
    assert_eq!(mended_too, UpdateOutcome::Written(mended));
}

#[test]
fn with_a_supervisors_leave_an_older_version_comes_and_stays() {
    let bench = Bench::new();
    let older = ProgramVersion::new(1, 1, 0);
    bench.release(older);
    assert!(bench.update().is_err());
    let mut updater = bench.updater_of(OLD, BOOT);
    let other = Some(ProgramLeave::of_nobody(ProgramVersion::new(1, 1, 1)));
    assert!(bench.update_by(&mut updater, other).is_err());
    let leave = Some(ProgramLeave::of_nobody(older));
    let allowed = bench.update_by(&mut updater, leave);
    assert_eq!(allowed.unwrap(), UpdateOutcome::Written(older));
    bench.picture(older, LATER);
    // From there it goes on as usual, without a supervisor.
    let between = ProgramVersion::new(1, 2, 0);
    bench.release(between);
    let mut updater = bench.updater_of(older, LATER);
    let on = bench.update_by(&mut updater, None).unwrap();
    assert_eq!(on, UpdateOutcome::Written(between));
}

/// With a camera that is unplugged every version would fall back.
#[test]
fn nothing_is_installed_before_this_start_has_seen_a_picture() {
    let bench = Bench::without_picture();
    bench.release(NEW);
    assert_eq!(bench.update().unwrap(), UpdateOutcome::NoPictureYet(NEW));
    bench.picture(OLD, LATER);
    assert_eq!(bench.update().unwrap(), UpdateOutcome::NoPictureYet(NEW));
    assert!(!bench.data.program_image().exists());
    bench.picture(OLD, BOOT);
    assert_eq!(bench.update().unwrap(), UpdateOutcome::Written(NEW));
}

#[test]
fn an_image_that_can_not_be_written_is_told_and_tried_once_in_a_run() {
    let mut bench = Bench::new();
    bench.release(NEW);
    bench.slot.broken = true;
    let mut updater = bench.updater_of(OLD, BOOT);
    let failed = bench.update_by(&mut updater, None);
    assert!(
        matches!(failed, Err(ProgramError::Install(_))),
        "{failed:?}"
    );
    assert_eq!(bench.last(OLD, BOOT), ended(NEW, UpdateEnd::Failed));
    let again = bench.update_by(&mut updater, None).unwrap();
    assert_eq!(again, UpdateOutcome::Tried(NEW));
    assert_eq!(bench.written().len(), 1);
    assert!(bench.left().is_empty());
    bench.slot.broken = false;
    assert_eq!(bench.update().unwrap(), UpdateOutcome::Written(NEW));
}

#[test]
fn a_start_that_the_boot_loader_does_not_hear_of_is_not_called_good() {
    let bench = Bench::without_picture();
    bench.release(NEW);
    let command = vec!["false".to_owned()];
    let confirmation = Confirmation::of(bench.data.clone(), command, OLD, BOOT);
    assert!(confirmation.run().is_err());
    assert_eq!(bench.update().unwrap(), UpdateOutcome::NoPictureYet(NEW));
}

#[test]
fn a_damaged_record_is_begun_anew() {
    let bench = Bench::new();
    for bytes in [&b""[..], b"\xff\xff\xff", &[0; 2000]] {
        fs::write(bench.data.program_record(), bytes).unwrap();
        assert_eq!(bench.last(OLD, BOOT), None);
    }
    bench.picture(OLD, BOOT);
    bench.release(NEW);
    assert_eq!(bench.update().unwrap(), UpdateOutcome::Written(NEW));
}

#[test]
fn the_version_that_runs_is_cargos() {
    assert_eq!(RUNNING.to_string(), env!("CARGO_PKG_VERSION"));
}

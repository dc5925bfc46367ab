//! Programs from the hub.

use std::path::Path;

use gatepost_pass::{Digest, Kind, ProgramRelease, ProgramVersion};
use gatepost_protocol::{Revoked, WipeOrder};

use super::*;
use crate::program::{Confirmation, Installer, RUNNING, ToolError, UpdateOutcome, Updater};

const IMAGE: &[u8] = b"an image";
const NEW: ProgramVersion = ProgramVersion::new(99, 0, 0);

/// Takes the right image, and nothing else.
#[derive(Debug)]
struct Slot;

impl Installer for Slot {
    fn install(&mut self, image: &Path) -> Result<(), ToolError> {
        assert_eq!(fs::read(image).unwrap(), IMAGE);
        Ok(())
    }
}

fn look(device: &Device) -> Option<Result<UpdateOutcome, SyncError>> {
    let target = "aarch64".parse().unwrap();
    let mut updater = Updater::new(device.data.clone(), target, Box::new(Slot));
    let (data, own, clock) = (&device.data, &device.identity, &device.clock);
    let done = exchange(data, own, clock, Errand::Fetch, Some(&mut updater));
    done.unwrap().program
}

#[test]
fn a_program_comes_from_the_hub_as_a_file_of_its_bundle_directory() {
    let (hub, device) = passed(1);
    hub.publish(&Region::default());
    Confirmation::new(device.data.clone(), vec!["true".to_owned()])
        .run()
        .unwrap();
    let none = look(&device).unwrap().unwrap();
    assert_eq!(none, UpdateOutcome::NoRelease);
    let release = ProgramRelease {
        version: NEW,
        target: "aarch64".parse().unwrap(),
        length: (IMAGE.len() as u64).try_into().unwrap(),
        digest: Digest::of(IMAGE),
        at: NOW,
    };
    hub.add_file(&Digest::of(IMAGE).to_string(), IMAGE);
    let forged = fixture::wipe().sign(Kind::ProgramRelease, &release);
    hub.add_file("release-aarch64", &forged);
    let refused = look(&device).unwrap();
    assert!(matches!(refused, Err(SyncError::Program(_))), "{refused:?}");

    let signed = fixture::program().sign(Kind::ProgramRelease, &release);
    hub.add_file("release-aarch64", &signed);
    let written = look(&device).unwrap().unwrap();
    assert_eq!(written, UpdateOutcome::Written(NEW));
    assert_eq!(look(&device).unwrap().unwrap(), UpdateOutcome::Waits(NEW));

    let same = ProgramRelease {
        version: RUNNING,
        ..release
    };
    let signed = fixture::program().sign(Kind::ProgramRelease, &same);
    hub.add_file("release-aarch64", &signed);
    let same = look(&device).unwrap().unwrap();
    assert_eq!(same, UpdateOutcome::Running(RUNNING));
}

#[test]
fn no_program_is_asked_of_a_hub_that_is_away() {
    let (hub, device) = passed(1);
    hub.fail_always(Some(Fault::Portal(200)));
    assert!(look(&device).is_none());
}

#[test]
fn an_order_to_wipe_waits_for_no_program() {
    let (hub, device) = passed(1);
    hub.publish(&Region::default());
    let mut orders = Revoked::default();
    let order = WipeOrder {
        device: device.id(),
        at: NOW,
    };
    orders.add(order.sign(&fixture::wipe())).unwrap();
    hub.give_order(orders.to_bytes());
    assert!(look(&device).is_none());
}

//! A program on a stick: what the update page says of it, and a supervisor's leave to go back.

use std::{fs, path::PathBuf, thread, time::Duration};

use gatepost_pass::{
    BadgeRole, Digest, Kind, ProgramRelease, ProgramVersion,
    fixture::{self, SIGNED},
    timekeeper::Boot,
};
use gatepost_protocol::{ProgramUpdate, Seen, UpdateEnd};

use super::{Post, badge, full::fill_log, region, wait_for};
use crate::{app::event::Event, data::DataDir, program::RUNNING, ui::UiCommand};

const NEW: ProgramVersion = ProgramVersion::new(9, 0, 0);
const OLD: ProgramVersion = ProgramVersion::new(0, 0, 9);
const ALLOW: &str = "A supervisor allows the program";
const INSTALLED: &str = "The program is installed";
const REFUSED: &str = "The program was refused";

/// A device that updates its program, and the slot that its images are written to.
struct Device {
    post: Post,
    slot: PathBuf,
}

impl Device {
    /// The camera has given a picture since it started.
    fn new() -> Self {
        let device = Self::with("true", "", |_| ());
        let record = device.post.data().program_record();
        assert!(wait_for(|| record.exists().then_some(())).is_some());
        device
    }

    /// Without the boot loader's `confirm` no start is good.
    fn with(confirm: &str, more: &str, prepare: impl FnOnce(&DataDir)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let slot = folder.path().join("slot");
        fs::create_dir(&slot).unwrap();
        let settings = format!(
            "{more}\n[program]\ntarget = \"aarch64\"\ninstall = [\"cp\", \"-t\", {slot:?}]\n\
             confirm = [{confirm:?}]\n"
        );
        let post = Post::prepared(folder, &settings, |_| (), prepare, |_| ());
        Self { post, slot }
    }

    fn release(&self, version: ProgramVersion) {
        put_release(&self.post, version, "aarch64");
    }

    /// What was written into the slot.
    fn written(&self) -> Vec<Vec<u8>> {
        let files = fs::read_dir(&self.slot).unwrap();
        files
            .map(|file| fs::read(file.unwrap().path()).unwrap())
            .collect()
    }

    /// From the scan page.
    fn installs(&self) {
        self.post.tap_all(&["Menu", "Update"]);
        self.post.sees("Update found");
        self.post.tap("Install the update");
    }

    /// With badge and PIN.
    fn supervisor_allows(&self) {
        self.post.tap(ALLOW);
        self.post
            .sees("Supervisor: hold your badge up to the camera");
        self.post.judges(&supervisor(), "Enter your PIN");
        self.post.sees("allows this program");
        self.post.enters_pin("123456");
    }
}

/// Puts the release of an image onto the stick, under the name of those for `aarch64`.
fn put_release(post: &Post, version: ProgramVersion, target: &str) {
    let image = version.to_string();
    let release = ProgramRelease {
        version,
        target: target.parse().unwrap(),
        length: (image.len() as u64).try_into().unwrap(),
        digest: Digest::of(image.as_bytes()),
        at: SIGNED,
    };
    let signed = fixture::program().sign(Kind::ProgramRelease, &release);
    let stick = post.stick();
    fs::write(stick.join(release.digest.to_string()), &image).unwrap();
    fs::write(stick.join("release-aarch64"), signed).unwrap();
}

fn supervisor() -> String {
    badge(3, BadgeRole::Supervisor, Some("123456"))
}

fn text(version: ProgramVersion) -> String {
    format!("Version {version}")
}

#[test]
fn a_program_alone_is_shown_beside_the_one_that_runs_and_waits_for_the_next_start() {
    let device = Device::new();
    let post = &device.post;
    post.tap_all(&["Menu", "Update"]);
    post.sees("Insert the USB stick with the update");
    post.sees(&text(RUNNING));
    device.release(NEW);
    post.sees("Update found");
    post.sees("Program on the stick");
    post.sees(&text(NEW));
    assert!(!post.says("Lists on the stick"));
    post.tap("Install the update");
    post.sees(INSTALLED);
    post.sees("It is used from the next start of this device.");
    post.sees("Program from the next start");
    assert!(!post.says("The new lists are in use"), "there were none");
    assert!(!post.says(ALLOW));
    assert_eq!(device.written(), [NEW.to_string().as_bytes()]);
    post.tap("Back to scanning");
    device.installs();
    post.sees("The program was installed already");
    assert_eq!(device.written().len(), 1);
}

#[test]
fn lists_and_a_program_are_told_each_for_itself_and_one_that_is_refused_holds_up_no_other() {
    let device = Device::new();
    let post = &device.post;
    let mut newer = region();
    newer.version = 2;
    newer.issued_at = newer.issued_at.plus(60);
    newer.write_to(&post.stick());
    device.release(RUNNING);
    post.tap_all(&["Menu", "Update"]);
    post.sees("Lists on the stick");
    post.sees("Program on the stick");
    post.tap("Install the update");
    post.sees("Updated");
    post.sees("The new lists are in use.");
    post.sees("This program is in use already");
    post.tap("Back to scanning");
    // The lists of before, and another program.
    fs::remove_dir_all(post.stick()).unwrap();
    region().write_to(&post.stick());
    device.release(NEW);
    device.installs();
    post.sees("The update is older than what is installed.");
    post.sees("The previous lists stay in use.");
    post.sees(INSTALLED);
    assert_eq!(device.written(), [NEW.to_string().as_bytes()]);
}

#[test]
fn a_program_for_other_devices_is_not_offered_and_none_where_the_program_is_not_updated() {
    let device = Device::new();
    put_release(&device.post, NEW, "armv7");
    let plain = Post::open(|_| ());
    put_release(&plain, NEW, "aarch64");
    for post in [&device.post, &plain] {
        post.tap_all(&["Menu", "Update"]);
        post.sees("Insert the USB stick with the update");
    }
    thread::sleep(Duration::from_millis(2500));
    for post in [&device.post, &plain] {
        assert!(post.says("Insert the USB stick with the update"));
        assert!(!post.says("Update found"));
    }
    assert!(!plain.says("Program"));
}

#[test]
fn a_forged_program_is_refused_and_no_supervisor_is_offered_for_it() {
    let device = Device::new();
    device.release(OLD);
    let file = device.post.stick().join("release-aarch64");
    let mut forged = fs::read(&file).unwrap();
    *forged.last_mut().unwrap() ^= 1;
    fs::write(file, forged).unwrap();
    device.installs();
    device.post.sees(REFUSED);
    device.post.sees("Try again");
    assert!(!device.post.says(ALLOW));
    // Not by whoever sends the command past the page either.
    device.post.tell(Event::Ui(UiCommand::AllowProgram));
    thread::sleep(Duration::from_millis(300));
    assert!(!device.post.says("hold your badge up"));
}

#[test]
fn an_older_program_comes_with_a_supervisors_badge_and_pin_and_the_log_says_who_and_which() {
    let device = Device::new();
    let post = &device.post;
    device.release(OLD);
    device.installs();
    post.sees(REFUSED);
    post.sees("It is older than what this device has used.");
    assert!(device.written().is_empty());
    post.tap(ALLOW);
    post.sees("Supervisor: hold your badge up to the camera");
    for (n, role, pin) in [
        (1, BadgeRole::Guard, Some("4711")),
        (4, BadgeRole::Supervisor, None),
    ] {
        post.judges(&badge(n, role, pin), "This badge may not allow it.");
    }
    post.judges(&supervisor(), "Enter your PIN");
    post.sees("allows this program");
    post.enters_pin("654321");
    post.sees("Wrong PIN");
    assert!(device.written().is_empty());
    post.enters_pin("123456");
    post.sees(INSTALLED);
    post.sees("Program from the next start");
    assert_eq!(device.written(), [OLD.to_string().as_bytes()]);
    let logged = post.passages(1);
    let allowed = Seen::ProgramAllowed {
        by: "staff-3".try_into().unwrap(),
        running: RUNNING,
        version: OLD,
    };
    assert_eq!(logged[0].seen, allowed);
}

#[test]
fn whoever_leaves_the_page_or_the_pad_allows_nothing_by_a_badge_or_pin_that_comes_later() {
    let device = Device::new();
    let post = &device.post;
    device.release(OLD);
    device.installs();
    post.tap(ALLOW);
    post.sees("Supervisor: hold your badge up to the camera");
    post.tap_all(&["Back", "Back"]);
    post.sees("No phone or code");
    // By then it is for duty.
    post.judges(&supervisor(), "Enter your PIN");
    assert!(!post.says("allows this program"));
    post.enters_pin("123456");
    post.sees("On duty");
    post.tap_all(&["Back", "Update"]);
    post.tap("Install the update");
    post.leaves_the_picture();
    post.tap(ALLOW);
    post.judges(&supervisor(), "allows this program");
    post.tap("Back");
    post.sees("Menu");
    post.tap("Update");
    post.sees("Update found");
    assert!(!post.says("hold your badge up"));
    assert!(device.written().is_empty());
    post.passages(0);
}

#[test]
fn a_leave_is_for_the_version_that_was_refused_and_for_no_other_that_lies_there_by_then() {
    let device = Device::new();
    device.release(OLD);
    device.installs();
    device.post.sees(REFUSED);
    let other = ProgramVersion::new(0, 0, 8);
    device.release(other);
    device.supervisor_allows();
    device.post.sees(REFUSED);
    device.post.sees(&text(other));
    assert!(device.written().is_empty());
}

#[test]
fn a_program_that_was_fallen_back_from_and_one_without_a_picture_ask_for_a_supervisor() {
    let update = |end| Some(ProgramUpdate { version: NEW, end });
    let fell_back = (
        ProgramVersion::new(0, 0, 0),
        update(UpdateEnd::FellBack),
        Boot([7; 16]),
        Boot([7; 16]),
    );
    let tried = Device::with("true", "", |data| {
        fs::write(data.program_record(), gatepost_pass::encode(&fell_back)).unwrap();
    });
    let blind = Device::with("false", "", |_| ());
    for (device, why) in [
        (tried, "This device has tried it, and went back"),
        (blind, "The camera has given no picture"),
    ] {
        device.release(NEW);
        device.installs();
        device.post.sees(why);
        assert!(device.written().is_empty());
        device.supervisor_allows();
        device.post.sees(INSTALLED);
        assert_eq!(device.written(), [NEW.to_string().as_bytes()]);
        device.post.passages(1);
    }
}

#[test]
fn a_full_log_lets_no_supervisor_allow_a_program() {
    let device = Device::with("true", "log_megabytes = 1", fill_log);
    device.post.sees("STOPPED: the passage log is full");
    device.release(OLD);
    device.installs();
    device.post.sees(REFUSED);
    device.supervisor_allows();
    device.post.sees(REFUSED);
    device.post.sees(ALLOW);
    thread::sleep(Duration::from_millis(300));
    assert!(device.written().is_empty());
}

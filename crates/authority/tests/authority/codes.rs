//! Codes: who may be on them, how large they get, live codes, pictures.

use std::fs;

use gatepost_pass::{
    BadgeRole, Class, Colour, Kind, Medium, Pin, PinCheck, Revocation, SecretKey, VerifiedDocument,
    document::from_text,
};
use gatepost_protocol::{DeviceRequest, PinsError, SealedPins};

use crate::support::{Device, LI, NOW, NOW_TEXT, Region, WANG, tree};

#[test]
fn an_id_number_with_a_wrong_check_digit_is_refused_and_not_repeated() {
    let region = Region::new("CN-SD");
    let told = region.refused(&["issue", "--id", "110105194912310021", "--name", "王小明"]);
    assert!(told.contains("check digit is wrong"));
    assert!(!told.contains("110105194912310021"));
}

#[test]
fn no_id_number_and_no_full_name_is_stored() {
    let region = Region::new("CN-SD");
    region.issue(&["--id", WANG, "--name", "王小明"]);
    region.ok(&["status", "--id", LI, "--colour", "red"]);
    let holds = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
    for (path, bytes) in tree(&region.path("home")) {
        for text in [WANG, LI, "王小明"] {
            assert!(!holds(&bytes, text), "{text} is in {}", path.display());
        }
    }
}

#[test]
fn sizes_stay_within_the_budget_of_a_printed_code() {
    let region = Region::new("CN-SD");
    // The longest name that masking leaves: three characters outside the basic plane hide six.
    let name = "\u{2070e}".repeat(8);
    let paper = region.issue(&["--id", WANG, "--name", &name]);
    let paper = from_text(&paper.text).unwrap().len();

    let key = region.ok(&["holder-key", "--out", "holder.key"]);
    let phone = ["--holder-key", key.trim(), "--out", "pass.txt"];
    region.issue(&[&["--id", WANG, "--name", &name], &phone[..]].concat());
    let live = region.ok(&[
        "live",
        "--pass",
        "pass.txt",
        "--holder-secret",
        "holder.key",
    ]);
    let live = from_text(live.trim_end_matches('\n')).unwrap().len();
    println!("paper pass {paper} bytes, live code {live} bytes");
    // 8 bytes of name are left to the 22 that a name may take.
    assert!(paper + 8 <= 140, "{paper}");
    assert!(live + 8 <= 260, "{live}");
}

#[test]
fn a_family_pass_holds_each_person_as_given() {
    let region = Region::new("CN-SD");
    let issued = region.issue(&[
        "--person",
        &format!("{WANG};王小明"),
        "--person",
        &format!("{LI};李四;yellow;3"),
    ]);
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    let VerifiedDocument::Pass(pass) = device.scan(&issued.text) else {
        panic!("a pass");
    };
    assert_eq!(pass.kind(), Kind::FamilyPass);
    let persons: Vec<_> = pass
        .claims()
        .subjects
        .as_slice()
        .iter()
        .map(|subject| (subject.name.as_str(), subject.colour, subject.class))
        .collect();
    assert_eq!(
        persons,
        [
            ("王*明", Colour::Green, Class::Ordinary),
            ("李*", Colour::Yellow, Class::Special(3))
        ]
    );
}

#[test]
fn what_can_not_be_on_a_pass_is_refused() {
    let region = Region::new("CN-SD");
    let (wang, li) = (format!("{WANG};王小明"), format!("{LI};李四"));
    let twice = ["issue", "--person", &wang, "--person", &wang];
    assert!(region.refused(&twice).contains("twice"));
    assert!(
        region
            .refused(&["issue", "--person", WANG])
            .contains("ID;NAME")
    );
    let seven: Vec<String> = (0..7)
        .flat_map(|n| ["--person".into(), format!("P000{n};王")])
        .collect();
    let seven: Vec<&str> = ["issue"]
        .into_iter()
        .chain(seven.iter().map(String::as_str))
        .collect();
    assert!(region.refused(&seven).contains("1 to 6 persons, not 7"));
    let key = region.ok(&["holder-key", "--out", "holder.key"]);
    let family = [
        "issue",
        "--person",
        &wang,
        "--person",
        &li,
        "--holder-key",
        key.trim(),
    ];
    assert!(region.refused(&family).contains("one person's phone pass"));
}

#[test]
fn a_live_code_is_a_phone_pass_with_the_holders_signature() {
    let region = Region::new("CN-SD");
    let key = region.ok(&["holder-key", "--out", "holder.key"]);
    let pass = region.issue(&["--id", WANG, "--name", "王小明", "--holder-key", key.trim()]);
    region.ok(&["publish", "bundle"]);
    let secret = ["--holder-secret", "holder.key"];
    let live = region.ok(&[&["live", "--pass", &pass.text], &secret[..]].concat());
    let device = region.device("bundle").unwrap();
    let VerifiedDocument::Pass(verified) = device.scan(live.trim_end_matches('\n')) else {
        panic!("a pass");
    };
    assert_eq!(verified.claims().medium, Medium::Phone);
    assert_eq!(verified.live().unwrap().at, NOW);
    let VerifiedDocument::Pass(still) = device.scan(&pass.text) else {
        panic!("a pass");
    };
    assert_eq!(still.live(), None);
    // A holder key is never replaced.
    let again = region.refused(&["holder-key", "--out", "holder.key"]);
    assert!(again.contains("cannot create"));
}

#[test]
fn a_picture_reads_back_as_the_code() {
    let region = Region::new("CN-SD");
    let pass = region.issue(&["--id", WANG, "--name", "王小明", "--out", "pass.txt"]);
    region.ok(&["render", "pass.txt", "--out", "pass.png"]);
    let picture = image::open(region.path("pass.png")).unwrap().to_luma8();
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(
        picture.width() as usize,
        picture.height() as usize,
        |x, y| picture.get_pixel(x as u32, y as u32).0[0],
    );
    let grids = prepared.detect_grids();
    let (_, text) = grids[0].decode().unwrap();
    assert_eq!(text, pass.text);
    let told = region.refused(&["render", "GP1:HELLO", "--out", "other.png"]);
    assert!(told.contains("error:"));
    assert!(!region.path("other.png").exists());
}

#[test]
fn issuing_to_nobody_is_a_usage_error() {
    let region = Region::new("CN-SD");
    let output = region.run_at(NOW_TEXT, &["issue"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn id_numbers_can_come_by_the_standard_input_and_name_the_same_persons() {
    let region = Region::new("CN-SD");
    let given = region.issue(&["--id", "P0001", "--name", "张三"]);
    let one = ["issue", "--json", "--id", "-", "--name", "张三"];
    let one = region.ok_with_input(&one, "P0001\n");
    let one: serde_json::Value = serde_json::from_str(&one).unwrap();
    assert_eq!(one["tag"].as_str(), Some(given.tag.as_str()));
    let family = ["issue", "--person", "-", "--person", "-"];
    let family = region.ok_with_input(&family, "P0001;张三\nP0002;李四;yellow\n");
    region.ok(&["publish", "bundle"]);
    let pass = region
        .device("bundle")
        .unwrap()
        .pass(family.trim_end_matches('\n'));
    let tags: Vec<String> = pass
        .subjects
        .as_slice()
        .iter()
        .map(|person| person.tag.to_string())
        .collect();
    assert_eq!(tags.len(), 2);
    assert_eq!(tags[0], given.tag);
}

#[test]
fn a_badge_has_a_role_sites_and_a_pin_that_nothing_shows_and_is_revoked_by_its_number() {
    let region = Region::new("CN-SD");
    let made = "badge --id chief-1 --name Sun --role supervisor --pin - \
                --site gate-3 --site bus-*";
    let made: Vec<_> = made.split(' ').collect();
    let text = region.ok_with_input(&made, "471147\n");
    let text = text.trim_end();
    println!("badge {} bytes", from_text(text).unwrap().len());
    assert!(from_text(text).unwrap().len() <= 200);
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    let VerifiedDocument::Badge(badge) = device.scan(text) else {
        panic!("a badge");
    };
    let badge = badge.claims();
    assert_eq!(badge.role, BadgeRole::Supervisor);
    assert!(badge.counts_at("gate-3") && badge.counts_at("bus-9") && !badge.counts_at("gate-4"));
    let pin = |digits: &str| Pin::try_from(digits.to_owned()).unwrap();
    let key = SecretKey::from_seed(&[9; 32]);
    let request = DeviceRequest::sign("gate".try_into().unwrap(), &key);
    fs::write(region.path("request"), request).unwrap();
    let open = |device: &Device| SealedPins::open(device.0.pins().unwrap(), &key);
    // Not enrolled when the bundle was published: it has to wait for the next one.
    region.ok(&["enrol", "request", "--hub", "", "--out", "enrolment"]);
    assert_eq!(open(&device), Err(PinsError::OtherDevices));
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    let table = open(&device).unwrap();
    let verifier = table.verifier(badge).unwrap();
    assert_eq!(verifier.check(&pin("471147")), PinCheck::Right);
    assert_eq!(verifier.check(&pin("471148")), PinCheck::Wrong);
    // Nothing has changed, so the same bytes go out again.
    let before = device.0.pins().unwrap().to_vec();
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    assert_eq!(device.0.pins(), Some(&before[..]));
    region.says(
        &["inspect", text],
        "supervisor, at gate-3, bus-*, with a PIN",
    );
    for (path, bytes) in tree(&region.path("home")) {
        assert!(
            !bytes.windows(6).any(|w| w == b"471147"),
            "{}",
            path.display()
        );
    }

    let number = badge.number.to_string();
    assert_eq!(device.revocation("CN-SD", &number), Revocation::Valid);
    region.ok(&["revoke", &number, "--reason", "lost"]);
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    assert_eq!(device.revocation("CN-SD", &number), Revocation::Revoked);
    assert_eq!(device.0.pins(), None, "no valid badge has a PIN any more");
}

#[test]
fn a_device_that_was_revoked_gets_no_pins_from_the_next_bundle_on() {
    let region = Region::new("CN-SD");
    let made = ["badge", "--id", "chief-1", "--name", "Sun", "--pin", "-"];
    region.ok_with_input(&made, "471147\n");
    let key = SecretKey::from_seed(&[9; 32]);
    let request = DeviceRequest::sign("gate".try_into().unwrap(), &key);
    fs::write(region.path("request"), request).unwrap();
    region.ok(&["enrol", "request", "--hub", "", "--out", "enrolment"]);
    region.ok(&["publish", "bundle"]);
    let opened = |device: &Device| SealedPins::open(device.0.pins().unwrap(), &key);
    assert!(opened(&region.device("bundle").unwrap()).is_ok());
    region.ok(&["revoke-device", "enrolment", "--list", "revoked"]);
    region.ok(&["publish", "bundle"]);
    let after = opened(&region.device("bundle").unwrap());
    assert_eq!(after, Err(PinsError::OtherDevices));
}

#[test]
fn a_pin_on_the_command_line_or_of_letters_is_not_taken() {
    let region = Region::new("CN-SD");
    let badge = ["badge", "--id", "chief-1", "--name", "Sun", "--pin"];
    let told = region.run(&[&badge[..], &["4711"]].concat());
    assert_eq!(told.status.code(), Some(2));
    // An empty line of the standard input.
    let told = region.refused(&[&badge[..], &["-"]].concat());
    assert!(told.contains("a PIN is 4 to 8 digits"), "{told}");
}

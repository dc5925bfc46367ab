//! The pages that explain the device, by the labels on the screen.

use std::fs;

use gatepost_pass::{
    Digest, Kind, OneTimeSecret, SecretKey, claims,
    document::to_text,
    fixture::{self, NOW, documents},
    time::Minute,
    trust::{RootClaims, sign_with_roots},
};
use gatepost_protocol::{DeviceRequest, Enrolment};

use super::{Post, paper, region};

#[test]
fn status_and_today_are_two_taps_from_home_and_name_nobody() {
    let post = Post::open(|_| ());
    post.judges(&paper(1), "Logged");
    post.tap("Next");
    post.judges(&paper(102), "REFUSE");
    post.passages(2);
    post.tap("Next");
    post.taps("");
    post.tap("Menu");
    post.tap("Today");
    assert_eq!(post.taps("today"), 2);
    post.sees("Total");
    post.sees("Today, 1 November 2026");
    post.tap("Back");
    post.tap("Status");
    post.sees("No hub: USB stick only");
    post.sees("Confirmed");
    post.sees("Version 1, trust until 6 December 2027");
    post.taps("");
}

#[test]
fn a_bundle_on_a_stick_is_found_and_installed_and_both_versions_are_told() {
    let post = Post::open(|_| ());
    post.tap("Menu");
    post.tap("Update");
    post.sees("Insert the USB stick with the update");
    let mut newer = region();
    newer.version = 2;
    newer.issued_at = newer.issued_at.plus(60);
    newer.write_to(&post.stick().join("gatepost"));
    post.sees("Update found");
    post.tap("Install the update");
    post.sees("Updated");
    post.sees("Version 1");
    post.sees("Version 2");
    assert_eq!(post.taps("update from a stick"), 3);
    post.tap("Back to scanning");
    post.sees("No phone or code");
}

#[test]
fn an_older_bundle_is_refused_in_words_and_the_lists_from_before_stay() {
    let post = Post::open(|region| region.version = 3);
    region().write_to(&post.stick());
    post.tap("Menu");
    post.tap("Update");
    post.tap("Install the update");
    post.sees("The update was refused");
    post.sees("The update is older than what is installed.");
    post.tap("Back");
    post.tap("Back");
    post.judges(&paper(1), "ADMIT");
}

/// A new device whose request is on the stick, what another authority answers to it, and what its
/// own does.
pub(super) fn has_asked() -> (Post, [Vec<u8>; 2]) {
    let post = Post::new_device("");
    post.sees("Hold the enrolment code inside the frame");
    let secret = SecretKey::from_seed(&[77; 32]);
    let claims = RootClaims {
        version: 1,
        threshold: 1,
        keys: vec![secret.public()].try_into().unwrap(),
        expires: NOW.plus(400 * fixture::DAY),
    };
    let root = sign_with_roots(Kind::Root, &claims, &[&secret]);
    let code = claims::EnrolmentCode {
        root: Digest::of(&root),
        hub: None,
        not_after: Minute::of(NOW.plus(fixture::DAY)),
        hub_pins: Default::default(),
        secret: None,
    };
    post.judges(
        &to_text(&documents().sign(Kind::Enrolment, &code)),
        "Insert a USB stick",
    );
    let stick = post.stick();
    post.sees("The request is on the USB stick");
    let request = fs::read_dir(&stick)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let request = DeviceRequest::verify(&fs::read(request).unwrap()).unwrap();
    let certificate = request.certify(&fixture::devices(), fixture::SIGNED, NOW.plus(fixture::DAY));
    let answer = |root| Enrolment {
        root,
        certificate: certificate.clone(),
        hub: None,
        hub_pins: Default::default(),
    };
    let other = sign_with_roots(Kind::Root, &claims, &[&SecretKey::from_seed(&[78; 32])]);
    let answers = [other, root].map(|root| answer(root).to_bytes());
    (post, answers)
}

#[test]
fn a_new_device_is_set_up_by_a_code_and_a_stick() {
    let (post, [other, own]) = has_asked();
    let stick = post.stick();
    fs::write(stick.join("enrolment-1"), other).unwrap();
    post.sees("from a different authority than the code's");
    fs::write(stick.join("enrolment-2"), own).unwrap();
    post.sees("This device is set up");
    assert_eq!(post.taps("first run"), 0);
}

#[test]
fn a_code_whose_hub_can_not_be_asked_says_why() {
    let post = Post::new_device("");
    let code = claims::EnrolmentCode {
        root: Digest([1; 32]),
        hub: Some("https://hub.example".parse().unwrap()),
        not_after: Minute::of(NOW.plus(fixture::DAY)),
        hub_pins: Default::default(),
        secret: Some(OneTimeSecret([1; 16])),
    };
    post.judges(
        &to_text(&documents().sign(Kind::Enrolment, &code)),
        "Setup failed",
    );
    assert!(!post.says("Insert a USB stick"));
}

#[test]
fn settings_that_can_not_be_used_are_named_on_the_screen_and_the_device_runs() {
    let post = Post::new_device("language = \"en\"\nsync_seconds = 0\n");
    post.sees("The settings cannot be used");
    post.tap("Show the notices");
    post.sees(
        "Line 2: the value of “sync_seconds” is not allowed. \
         Allowed: whole numbers from 1 to 86400.",
    );
}

#[test]
fn what_goes_wrong_is_said_in_the_language_of_the_screen() {
    let post = Post::new_device("sync_seconds = 0\n");
    post.tap("Switch the language to Chinese");
    post.tap("显示提醒");
    post.sees("第 1 行：“sync_seconds”的值不符合要求。可填：1 到 86400 之间的整数。");
    drop(post);
    let post = Post::open(|region| region.version = 3);
    post.tap("Switch the language to Chinese");
    region().write_to(&post.stick());
    post.tap("菜单");
    post.tap("更新");
    post.tap("安装更新");
    post.sees("更新未通过检查");
    post.sees("这份更新比本机现有的更旧。");
}

#[test]
fn language_text_size_motion_and_volume_that_were_chosen_are_kept_over_a_restart() {
    let settings = "language = \"en\"\n[sound]\ndevice = \"null\"\nvolume = 40\n";
    let post = Post::new_device(settings);
    post.sees("Hold the enrolment code inside the frame");
    post.tap("Back");
    let standard = post.place_of("Standard");
    post.tap("Very large");
    post.sees("Volume 2 of 5");
    post.tap("Louder");
    post.sees("Volume 3 of 5");
    post.tap("简体中文");
    post.tap("减少动态效果");
    post.tap_all(&["返回", "菜单"]);
    let larger = post.place_of("标准");
    assert_ne!(larger, standard, "larger text needs more room above");
    let post = post.restart();
    post.tap("返回");
    assert_eq!(post.place_of("标准"), larger, "the size of text");
    let kept = fs::read_to_string(post.data().choices()).unwrap();
    assert!(kept.contains("less_motion = true"), "{kept}");
    post.sees("音量 3，共 5 档");
}

//! A device enrols with a one-time code, over a hub that nobody trusts, by the three programs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use gatepost::data::DataDir;
use gatepost_pass::{DeviceId, Document, Kind, OneTimeSecret, SecretKey, claims, fixture};
use gatepost_protocol::{Answer, DeviceRequest, Enrolment, device::device_id};

use crate::{
    arguments,
    support::{Said, post},
    town::{Hub, Town},
};

/// The files in the hub's queue.
fn requests(town: &Town) -> Vec<PathBuf> {
    let entries = fs::read_dir(town.path("enrol/requests")).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn code(town: &Town, more: &[&str]) -> PathBuf {
    let path = town.path("code.txt");
    let address = town.hub_address();
    let make = ["enrol-code", "--hub", &address, "--out"];
    let make = make.into_iter().map(Into::into);
    let more = more.iter().map(Into::into);
    town.authority(make.chain([path.clone().into_os_string()]).chain(more))
        .well();
    path
}

/// A town whose hub runs, and whose authority has signed an enrolment code.
fn town_with_code(more: &[&str]) -> (Town, Hub, PathBuf) {
    let town = Town::new();
    let hub = town.hub();
    let code = code(&town, more);
    (town, hub, code)
}

/// The contents of the code, which the hub never learns.
fn secret(code: &Path) -> (claims::EnrolmentCode, OneTimeSecret) {
    let text = fs::read_to_string(code).unwrap();
    let code = Document::from_text(text.trim_end_matches('\n')).unwrap();
    let code = code.claimed_enrolment().unwrap();
    let secret = code.secret.clone().unwrap();
    (code, secret)
}

/// The device asks once and does not wait.
fn ask(town: &Town, device: &str, code: &Path) -> Said {
    let name = format!("Gate of {device}");
    let ask = arguments!["enrol", "code", code, "--name", name, "--wait", "0"];
    town.gatepost_on(device, ask)
}

/// The authority answers the requests that wait at the hub.
fn answer(town: &Town) -> Said {
    answer_at(town, &[])
}

/// The same at another time than the present.
fn answer_at(town: &Town, time: &[&str]) -> Said {
    let (requests, answers) = (town.path("enrol/requests"), town.path("enrol/answers"));
    let enrol = arguments!["enrol", requests, "--out", answers];
    town.authority(time.iter().map(Into::into).chain(enrol))
}

/// The file of the answer to a device.
fn answer_to(town: &Town, device: DeviceId) -> PathBuf {
    town.path("enrol/answers").join(device.to_string())
}

/// The device writes its request, with a code, for a stick.
fn request(town: &Town, code: &Path) -> PathBuf {
    let request = town.path("request");
    let write = arguments!["enrol", "code", code, "--out", &request];
    town.gatepost(write).well();
    request
}

/// The authority's answer to a request on a stick is accepted, and the device works.
fn enrols_by_stick(town: &Town, request: &Path, more: &[&str]) {
    let answer = town.path("answer");
    let enrol = arguments!["enrol", request, "--out", &answer];
    let more = more.iter().map(Into::into);
    town.authority(enrol.into_iter().chain(more)).well();
    town.gatepost(arguments!["enrol", "accept", &answer]).well();
    town.gatepost(["sync"]).well();
}

fn id(town: &Town, device: &str) -> DeviceId {
    let data = DataDir::open(&town.path(device)).unwrap();
    device_id(&data.own_key().unwrap().public())
}

const NOT_YET: &str = "the authority has not answered yet";

#[test]
fn a_device_asks_over_the_hub_and_works_once_the_authority_has_answered() {
    let (town, _hub, code) = town_with_code(&[]);
    let asked = ask(&town, "device", &code).fails(NOT_YET);
    assert!(asked.out.contains("the request is at the hub"));
    assert_eq!(requests(&town).len(), 1);
    ask(&town, "device", &code).fails(NOT_YET);
    assert_eq!(requests(&town).len(), 1, "the same request");

    answer(&town).prints("Gate of device");
    ask(&town, "device", &code).prints("enrolled; pinned root version 1");
    assert!(!town.path("device/first-run").exists());
    town.gatepost(["sync"]).well();
    town.log_passages(3);
    town.gatepost(["sync"]).well();
    assert_eq!(town.arrived_once(), 3);
}

#[test]
fn a_code_enrols_one_device_and_a_second_one_is_refused_by_name() {
    let (town, _hub, code) = town_with_code(&[]);
    ask(&town, "first", &code);
    answer(&town).well();
    ask(&town, "second", &code);
    let (first, second) = (id(&town, "first"), id(&town, "second"));
    let before = fs::read(answer_to(&town, first)).unwrap();
    answer(&town)
        .fails(&format!("was used by device {first}"))
        .fails("1 of 2 requests were refused");
    assert!(!answer_to(&town, second).exists());
    ask(&town, "second", &code).fails(NOT_YET);
    // The first may ask again, and gets the same answer.
    assert_eq!(fs::read(answer_to(&town, first)).unwrap(), before);
    ask(&town, "first", &code).well();
}

#[test]
fn a_device_enrols_again_by_a_new_code_though_the_hub_has_the_answer_to_the_old_one() {
    let town = Town::new();
    let _hub = town.hub();
    let first = code(&town, &[]);
    ask(&town, "device", &first);
    answer(&town).well();
    ask(&town, "device", &first).well();
    let second = code(&town, &[]);
    ask(&town, "device", &second).fails(NOT_YET);
    answer(&town).well();
    ask(&town, "device", &second).well();
}

#[test]
fn a_code_that_is_out_of_date_enrols_nobody() {
    let (town, _hub, code) = town_with_code(&["--days", "1"]);
    ask(&town, "device", &code);
    answer_at(&town, &["--now", "2999-01-01T00:00:00Z"]).fails("was valid until");
    let old = self::code(&town, &["--now", "2020-01-01T00:00:00Z"]);
    ask(&town, "other", &old).fails("out of date");
    assert_eq!(requests(&town).len(), 1, "it was not even asked for");
}

/// Hands a request in to the hub, and returns the status.
fn hand_in(town: &Town, body: &[u8]) -> u16 {
    post(&town.hub_address(), "/v1/enrolments", body).0
}

#[test]
fn whoever_reads_the_queue_can_not_use_a_proof_for_a_key_of_their_own() {
    let (town, _hub, code) = town_with_code(&[]);
    ask(&town, "device", &code);
    let seen = DeviceRequest::verify(&fs::read(&requests(&town)[0]).unwrap()).unwrap();
    let thief = SecretKey::from_seed(&[66; 32]);
    let mut stolen = gatepost_pass::encode(&DeviceRequest {
        key: thief.public(),
        ..seen
    });
    let signature = thief.sign_detached(Kind::DeviceRequest, &stolen);
    stolen.extend_from_slice(&signature);
    assert_eq!(hand_in(&town, &stolen), 204, "the hub can't tell");
    assert_eq!(requests(&town).len(), 2);
    let Said { well, err, .. } = answer(&town);
    // Which one comes first follows from the keys; once the code is used up, its secret is gone.
    let why = ["it has not seen the code", "was used by device"];
    assert!(!well && why.iter().any(|why| err.contains(why)), "{err}");
    assert!(!answer_to(&town, device_id(&thief.public())).exists());
    ask(&town, "device", &code).well();
}

#[test]
fn a_request_that_names_no_code_is_answered_by_hand_only() {
    let town = Town::new();
    let _hub = town.hub();
    let request = town.path("request");
    town.gatepost(arguments![
        "enrol", "request", "--name", "Gate", "--out", &request
    ])
    .well();
    let bytes = fs::read(&request).unwrap();
    assert_eq!(hand_in(&town, &bytes), 403);
    assert_eq!(hand_in(&town, b"rubbish"), 400);
    assert_eq!(hand_in(&town, &vec![0; 600]), 413);
    assert_eq!(requests(&town).len(), 0);
    // Somebody puts it there nevertheless.
    fs::write(town.path("enrol/requests/x"), &bytes).unwrap();
    answer(&town).fails("anybody may have sent it");
    town.authority(arguments!["enrol", &request, "--out", town.path("e")])
        .fails("--hub URL");
}

#[test]
fn a_hub_that_answers_for_the_authority_enrols_nobody() {
    let (town, hub, code) = town_with_code(&[]);
    ask(&town, "device", &code);
    let place = answer_to(&town, id(&town, "device"));
    let (claims, secret) = secret(&code);
    let request = DeviceRequest::verify(&fs::read(&requests(&town)[0]).unwrap()).unwrap();
    let root = fs::read(town.path("home/root/1.root")).unwrap();
    let enrolment = |root: &[u8]| Enrolment {
        root: root.to_vec(),
        certificate: request.certify(&fixture::devices(), fixture::NOW, fixture::NOW),
        hub: claims.hub.clone(),
        hub_pins: Default::default(),
    };
    let other = Town::new();
    let other_root = fs::read(other.path("home/root/1.root")).unwrap();
    let not_theirs = "does not come from the authority whose code was scanned";
    let answers: [(Vec<u8>, &str); 5] = [
        (b"garbage".to_vec(), not_theirs),
        (Vec::new(), not_theirs),
        // The right root, which is public, and no proof, or one of another code.
        (enrolment(&root).to_bytes(), not_theirs),
        (
            Answer::seal(&enrolment(&root), &OneTimeSecret([1; 16])),
            not_theirs,
        ),
        // Not even from somebody who knows the code.
        (
            Answer::seal(&enrolment(&other_root), &secret),
            "it has another root",
        ),
    ];
    for (bytes, why) in answers {
        fs::write(&place, bytes).unwrap();
        ask(&town, "device", &code).fails(why);
        assert!(!town.path("device/enrolment").exists());
    }
    // Nor does a hub that is away.
    drop(hub);
    ask(&town, "device", &code).fails("the hub can't be reached");
    let _hub = town.hub();
    answer(&town).well();
    ask(&town, "device", &code).well();
}

#[test]
fn the_same_code_works_by_stick_and_one_without_a_secret_by_stick_only() {
    let (town, _hub, code) = town_with_code(&[]);
    let by_stick = request(&town, &code);
    town.authority(arguments![
        "enrol",
        &by_stick,
        "--hub",
        "",
        "--out",
        town.path("x")
    ])
    .fails("leave --hub out");
    enrols_by_stick(&town, &by_stick, &[]);

    let (town, _hub, code) = town_with_code(&["--by-stick"]);
    ask(&town, "device", &code).fails("by USB stick");
    let by_stick = request(&town, &code);
    enrols_by_stick(&town, &by_stick, &["--hub", &town.hub_address()]);
}

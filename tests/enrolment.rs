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
    support::{Said, Town, post},
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
    town.authority(arguments![
        "enrol",
        town.path("enrol/requests"),
        "--out",
        town.path("enrol/answers")
    ])
}

fn id(town: &Town, device: &str) -> DeviceId {
    let data = DataDir::open(&town.path(device)).unwrap();
    device_id(&data.own_key().unwrap().public())
}

const NOT_YET: &str = "the authority has not answered yet";

#[test]
fn a_device_asks_over_the_hub_and_works_once_the_authority_has_answered() {
    let town = Town::new();
    let _hub = town.hub();
    let code = code(&town, &[]);
    let asked = ask(&town, "device", &code);
    assert!(
        asked.out.contains("the request is at the hub"),
        "{}",
        asked.out
    );
    assert!(!asked.well && asked.err.contains(NOT_YET), "{}", asked.err);
    assert_eq!(requests(&town).len(), 1);
    let again = ask(&town, "device", &code);
    assert!(again.err.contains(NOT_YET));
    assert_eq!(requests(&town).len(), 1, "the same request");

    let answered = answer(&town).well();
    assert!(answered.out.contains("Gate of device"), "{}", answered.out);
    let enrolled = ask(&town, "device", &code).well();
    assert!(enrolled.out.contains("enrolled; pinned root version 1"));
    assert!(!town.path("device/first-run").exists());
    town.gatepost(["sync"]).well();
    town.log_passages(3);
    town.gatepost(["sync"]).well();
    assert_eq!(town.arrived_once(), 3);
}

#[test]
fn a_code_enrols_one_device_and_a_second_one_is_refused_by_name() {
    let town = Town::new();
    let _hub = town.hub();
    let code = code(&town, &[]);
    ask(&town, "first", &code);
    answer(&town).well();
    ask(&town, "second", &code);
    let first = fs::read(
        town.path("enrol/answers")
            .join(id(&town, "first").to_string()),
    )
    .unwrap();
    let refused = answer(&town);
    assert!(!refused.well);
    let used = format!("was used by device {}", id(&town, "first"));
    assert!(refused.err.contains(&used), "{}", refused.err);
    assert!(refused.err.contains("1 of 2 requests were refused"));
    let second = town
        .path("enrol/answers")
        .join(id(&town, "second").to_string());
    assert!(!second.exists());
    assert!(ask(&town, "second", &code).err.contains(NOT_YET));
    // The first may ask again, and gets the same answer.
    let again = fs::read(
        town.path("enrol/answers")
            .join(id(&town, "first").to_string()),
    )
    .unwrap();
    assert_eq!(again, first);
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
    assert!(ask(&town, "device", &second).err.contains(NOT_YET));
    answer(&town).well();
    ask(&town, "device", &second).well();
}

#[test]
fn a_code_that_is_out_of_date_enrols_nobody() {
    let town = Town::new();
    let _hub = town.hub();
    let code = code(&town, &["--days", "1"]);
    ask(&town, "device", &code);
    let later = town.authority(arguments![
        "--now",
        "2999-01-01T00:00:00Z",
        "enrol",
        town.path("enrol/requests"),
        "--out",
        town.path("enrol/answers")
    ]);
    assert!(
        !later.well && later.err.contains("was valid until"),
        "{}",
        later.err
    );
    let old = town.path("old.txt");
    town.authority(arguments![
        "--now",
        "2020-01-01T00:00:00Z",
        "enrol-code",
        "--hub",
        town.hub_address(),
        "--out",
        &old
    ])
    .well();
    let refused = ask(&town, "other", &old);
    assert!(refused.err.contains("out of date"), "{}", refused.err);
    assert_eq!(requests(&town).len(), 1, "it was not even asked for");
}

/// Hands a request in to the hub, and returns the status.
fn hand_in(town: &Town, body: &[u8]) -> u16 {
    post(&town.hub_address(), "/v1/enrolments", body).0
}

#[test]
fn whoever_reads_the_queue_can_not_use_a_proof_for_a_key_of_their_own() {
    let town = Town::new();
    let _hub = town.hub();
    let code = code(&town, &[]);
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
    let answered = answer(&town);
    assert!(!answered.well);
    // Which one comes first follows from the keys; once the code is used up, its secret is gone.
    let why = ["it has not seen the code", "was used by device"];
    assert!(
        why.iter().any(|why| answered.err.contains(why)),
        "{}",
        answered.err
    );
    let theirs = town
        .path("enrol/answers")
        .join(device_id(&thief.public()).to_string());
    assert!(!theirs.exists());
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
    let refused = answer(&town);
    assert!(
        refused.err.contains("anybody may have sent it"),
        "{}",
        refused.err
    );
    let without_hub = town.authority(arguments!["enrol", &request, "--out", town.path("e")]);
    assert!(without_hub.err.contains("--hub URL"), "{}", without_hub.err);
}

#[test]
fn a_hub_that_answers_for_the_authority_enrols_nobody() {
    let town = Town::new();
    let hub = town.hub();
    let code = code(&town, &[]);
    ask(&town, "device", &code);
    let place = town
        .path("enrol/answers")
        .join(id(&town, "device").to_string());
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
        let refused = ask(&town, "device", &code);
        assert!(
            !refused.well && refused.err.contains(why),
            "{}",
            refused.err
        );
        assert!(!town.path("device/enrolment").exists());
    }
    // Nor does a hub that is away.
    drop(hub);
    let away = ask(&town, "device", &code);
    assert!(
        away.err.contains("the hub can't be reached"),
        "{}",
        away.err
    );
    let _hub = town.hub();
    answer(&town).well();
    ask(&town, "device", &code).well();
}

#[test]
fn the_same_code_works_by_stick_and_one_without_a_secret_by_stick_only() {
    let town = Town::new();
    let _hub = town.hub();
    let code = code(&town, &[]);
    let (request, answer) = (town.path("request"), town.path("answer"));
    town.gatepost(arguments!["enrol", "code", &code, "--out", &request])
        .well();
    let twice = town.authority(arguments!["enrol", &request, "--hub", "", "--out", &answer]);
    assert!(twice.err.contains("leave --hub out"), "{}", twice.err);
    town.authority(arguments!["enrol", &request, "--out", &answer])
        .well();
    town.gatepost(arguments!["enrol", "accept", &answer]).well();
    town.gatepost(["sync"]).well();

    let town = Town::new();
    let _hub = town.hub();
    let code = self::code(&town, &["--by-stick"]);
    let asked = ask(&town, "device", &code);
    assert!(asked.err.contains("by USB stick"), "{}", asked.err);
    let (request, answer) = (town.path("request"), town.path("answer"));
    town.gatepost(arguments!["enrol", "code", &code, "--out", &request])
        .well();
    let address = town.hub_address();
    town.authority(arguments![
        "enrol", &request, "--hub", address, "--out", &answer
    ])
    .well();
    town.gatepost(arguments!["enrol", "accept", &answer]).well();
    town.gatepost(["sync"]).well();
}

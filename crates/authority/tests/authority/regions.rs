//! Other regions, devices that enrol, and what `inspect` says of it all.

use std::fs;

use gatepost_pass::{Colour, Recognition, SecretKey};
use gatepost_protocol::{
    DeviceRequest, Enrolment,
    device::{device_id, verify_certificate},
};

use crate::support::{LI, NOW, Region, WANG};

/// CN-SD, which recognises CN-JS in some way.
fn two_regions(recognition: &[&str]) -> (Region, Region) {
    let (ours, theirs) = (Region::new("CN-SD"), Region::new("CN-JS"));
    let (documents, lists) = (ours.text("js.pub"), ours.text("js-lists.pub"));
    theirs.ok(&["public", "--out", &documents]);
    theirs.ok(&["public", "--key", "lists", "--out", &lists]);
    let add = [
        "trust",
        "add",
        "--issuer",
        "CN-JS",
        "--name",
        "Jiangsu",
        "--local-name",
        "江苏",
        "--key",
        "js.pub",
        "--list-key",
        "js-lists.pub",
        "--recognition",
    ];
    ours.ok(&[&add[..], recognition].concat());
    (ours, theirs)
}

#[test]
fn passes_of_a_recognised_region_verify_here_and_its_lists_ship() {
    let (ours, theirs) = two_regions(&["accept"]);
    let pass = theirs.issue(&["--id", LI, "--name", "李四"]);
    theirs.ok(&["status", "--id", LI, "--colour", "red"]);
    theirs.ok(&["publish", "bundle"]);
    for entry in fs::read_dir(theirs.path("bundle")).unwrap() {
        let path = entry.unwrap().path();
        if fs::read(&path).unwrap().starts_with(b"GPL1") {
            let name = path.file_name().unwrap();
            fs::copy(&path, ours.path("home/lists").join(name)).unwrap();
        }
    }
    // A file that is no list is left out, and holds nothing up.
    fs::write(ours.path("home/lists/notes"), "from Jiangsu").unwrap();
    let told = ours.run(&["publish", "bundle"]);
    assert!(told.status.success());
    assert!(String::from_utf8_lossy(&told.stderr).contains("notes is left out"));

    let device = ours.device("bundle").unwrap();
    assert_eq!(device.0.lists().count(), 4);
    assert_eq!(device.pass(&pass.text).number.to_string(), pass.number);
    assert_eq!(device.status("CN-JS", &pass.tag), Some(Colour::Red));
    assert!(matches!(
        device
            .0
            .trust()
            .issuer("CN-JS".parse().unwrap())
            .unwrap()
            .recognition,
        Recognition::Accept(_)
    ));
}

#[test]
fn a_region_to_convert_from_needs_an_address_and_stands_on_the_list_once() {
    let (ours, _) = two_regions(&["convert", "--address", "https://pass.example"]);
    ours.ok(&["publish", "bundle"]);
    let trust = ours.device("bundle").unwrap();
    let entry = trust.0.trust().issuer("CN-JS".parse().unwrap()).unwrap();
    let address = "https://pass.example".try_into().unwrap();
    assert_eq!(entry.recognition, Recognition::Convert(address));

    let add = |issuer, recognition| {
        ours.refused(&[
            "trust",
            "add",
            "--issuer",
            issuer,
            "--name",
            "N",
            "--local-name",
            "N",
            "--key",
            "js.pub",
            "--recognition",
            recognition,
        ])
    };
    assert!(add("CN-JS", "accept").contains("already"));
    assert!(add("CN-BJ", "convert").contains("--address"));
    assert!(add("CN-BJ", "refuse").contains("a key of CN-JS, not of CN-BJ"));
}

#[test]
fn an_enrolled_device_has_the_root_its_hub_and_a_certificate_that_counts() {
    let region = Region::new("CN-SD");
    let secret = SecretKey::from_seed(&[5; 32]);
    let request = DeviceRequest::sign("Gate 3".try_into().unwrap(), &secret);
    fs::write(region.path("request"), &request).unwrap();
    let hub = ["--hub", "https://hub.example", "--out", "gate-3.enrolment"];
    let told = region.ok(&[&["enrol", "request"], &hub[..]].concat());
    let id = device_id(&secret.public()).to_string();
    assert!(told.contains("Gate 3") && told.contains(&id));

    let bytes = fs::read(region.path("gate-3.enrolment")).unwrap();
    let enrolment = Enrolment::from_bytes(&bytes).unwrap();
    let root = fs::read(region.path("home/root/1.root")).unwrap();
    assert_eq!(enrolment.root, root);
    assert_eq!(enrolment.hub.as_str(), "https://hub.example");
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    let certificate = verify_certificate(&enrolment.certificate, device.0.trust(), NOW).unwrap();
    assert_eq!(certificate.key, secret.public());

    let mut forged = request;
    forged[40] ^= 1;
    fs::write(region.path("forged"), forged).unwrap();
    let told = region.refused(&[&["enrol", "forged"], &hub[..]].concat());
    assert!(
        told.contains("Let the device write its request again"),
        "{told}"
    );
}

#[test]
fn inspect_says_what_each_thing_is() {
    let (ours, theirs) = two_regions(&["accept"]);
    let pass = ours.issue(&["--id", WANG, "--name", "王小明", "--out", "pass.txt"]);
    let request = DeviceRequest::sign(
        "Gate 3".try_into().unwrap(),
        &SecretKey::from_seed(&[5; 32]),
    );
    fs::write(ours.path("request"), request).unwrap();
    ours.ok(&["enrol", "request", "--hub", "", "--out", "enrolment"]);
    ours.ok(&["publish", "bundle"]);
    let inspect = |what: &str| ours.ok(&["inspect", what]);

    assert!(inspect(&pass.text).contains("a pass of CN-SD, signature right"));
    assert!(inspect("pass.txt").contains(&pass.number));
    assert!(inspect("request").contains("request of device Gate 3"));
    assert!(inspect("enrolment").contains("served by USB stick"));
    assert!(inspect("enrolment").contains("certificate of device Gate 3"));
    assert!(inspect("home/root/1.root").contains("this authority's"));
    assert!(inspect("js.pub").contains("public key 1 of CN-JS"));
    assert!(inspect("home/keys/hub.key").contains("a SECRET key of CN-SD, number 4"));
    assert!(inspect("bundle/manifest").contains("manifest version 1, 5 files"));
    let bundle = inspect("bundle");
    assert!(
        bundle.contains("everything in it checked; Fresh"),
        "{bundle}"
    );
    let mut kinds = Vec::new();
    for entry in fs::read_dir(ours.path("bundle")).unwrap() {
        kinds.push(inspect(entry.unwrap().path().to_str().unwrap()));
    }
    for what in [
        "root version 1",
        "trust list of",
        "a policy of",
        "status list",
        "revocation list",
    ] {
        assert_eq!(
            kinds.iter().filter(|k| k.contains(what)).count(),
            1,
            "{what}: {kinds:?}"
        );
    }

    let stranger = Region::new("CN-HB").issue(&["--id", LI, "--name", "李四"]);
    assert!(inspect(&stranger.text).contains("CN-HB is not on the trust list"));
    let root = theirs.text("home/root/1.root");
    assert!(inspect(&root).contains("NOT this authority's"));
    fs::write(ours.path("notes"), "hello").unwrap();
    assert!(
        ours.refused(&["inspect", "notes"])
            .contains("nothing that Gatepost knows")
    );
}

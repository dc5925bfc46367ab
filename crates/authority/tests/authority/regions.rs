//! Other regions, devices that enrol, and what `inspect` says of it all.

use std::{fs, path::Path};

use gatepost_pass::{Colour, Recognition, SecretKey, list::ListKind};
use gatepost_protocol::{
    DeviceRequest, Enrolment,
    device::{device_id, verify_certificate},
};

use crate::support::{LI, NOW, Region, WANG, tree};

/// CN-SD, which recognises CN-JS in some way.
pub(crate) fn two_regions(recognition: &[&str]) -> (Region, Region) {
    let (ours, theirs) = (Region::new("CN-SD"), Region::new("CN-JS"));
    let (documents, lists) = (ours.text("js.pub"), ours.text("js-lists.pub"));
    theirs.ok(&["public", "--out", &documents]);
    theirs.ok(&["public", "--key", "lists", "--out", &lists]);
    let keys = ["--key", "js.pub", "--list-key", "js-lists.pub"];
    let more = [&keys, &["--recognition"][..], recognition].concat();
    ours.ok(&Region::trust("CN-JS", &more));
    (ours, theirs)
}

/// Publishes a bundle in which a person has this colour.
fn publish_status(region: &Region, id: &str, colour: &str) {
    region.ok(&["status", "--id", id, "--colour", colour]);
    region.ok(&["publish", "bundle"]);
}

/// Copies the files of a bundle that start with these bytes.
fn copy_those(magic: &[u8], from: &Path, to: &Path) {
    for (path, bytes) in tree(from) {
        if bytes.starts_with(magic) {
            fs::write(to.join(path.file_name().unwrap()), bytes).unwrap();
        }
    }
}

#[test]
fn passes_of_a_recognised_region_verify_here_and_its_lists_ship() {
    let (ours, theirs) = two_regions(&["accept"]);
    let pass = theirs.issue(&["--id", LI, "--name", "李四"]);
    publish_status(&theirs, LI, "red");
    let (bundle, lists) = (theirs.path("bundle"), ours.path("home/lists"));
    copy_those(b"GPL1", &bundle, &lists);
    // A file that is no list is left out, and holds nothing up.
    fs::write(lists.join("notes"), "from Jiangsu").unwrap();
    let told = ours.messages(&["publish", "bundle"]);
    assert!(told.contains("notes is left out"), "{told}");

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
fn lists_and_deltas_of_another_region_merge_under_its_own_issuer_and_never_into_ours() {
    let (ours, theirs) = two_regions(&["accept"]);
    publish_status(&ours, WANG, "yellow");
    let refused = ours.refused(&["lists", "import", "home/trust.json"]);
    assert!(refused.contains("no list or delta"), "{refused}");

    let li = theirs.issue(&["--id", LI, "--name", "李四"]);
    theirs.ok(&["publish", "bundle"]);
    let bundle = theirs.text("bundle");
    ours.says(
        &["lists", "import", &bundle],
        "status list of CN-JS: version 1\n",
    );
    publish_status(&theirs, LI, "red");
    theirs.ok(&["publish", "bundle"]);

    // Their deltas alone, in no order, are enough; a file among them that is none is left.
    fs::create_dir(ours.path("deltas")).unwrap();
    copy_those(b"GPD1", &theirs.path("bundle"), &ours.path("deltas"));
    fs::write(ours.path("deltas/notes"), "GPD1 from Jiangsu").unwrap();
    let told = ours.ok(&["lists", "import", "deltas"]);
    for line in [
        "status list of CN-JS: version 1 became 2\n",
        "status list of CN-JS: version 2 became 3\n",
        "revocation list of CN-JS: version 2 became 3\n",
    ] {
        assert!(told.contains(line), "{told}");
    }
    ours.refuses(&["lists", "import", "deltas"], "nothing was changed");
    ours.says(&["lists", "import", &bundle], "version 3 is no newer");
    // The very bytes that they publish.
    let published: Vec<_> = tree(&theirs.path("bundle"))
        .into_iter()
        .map(|(_, bytes)| bytes)
        .collect();
    for (_, bytes) in tree(&ours.path("home/lists")) {
        assert!(published.contains(&bytes));
    }

    ours.ok(&["publish", "bundle"]);
    let device = ours.device("bundle").unwrap();
    assert_eq!(device.status("CN-JS", &li.tag), Some(Colour::Red));
    assert_eq!(device.status("CN-SD", &li.tag), None);
    let own = device.0.list(ListKind::Status, "CN-SD".parse().unwrap());
    assert_eq!(own.unwrap().head().count, 1);
    ours.ok(&["lists", "verify", "bundle"]);
    // From the next one on, deltas to their lists go into our bundle too.
    theirs.ok(&["publish", "bundle"]);
    ours.ok(&["lists", "import", &bundle]);
    ours.ok(&["publish", "bundle"]);
    let device = ours.device("bundle").unwrap();
    let issuer = "CN-JS".parse().unwrap();
    let manifest = device.0.manifest();
    let deltas = manifest.deltas_from(ListKind::Status, issuer, 3);
    assert_eq!(deltas.unwrap().len(), 1);
    let told = ours.ok(&["lists", "verify", "bundle"]);
    assert!(told.contains("delta of the status list of CN-JS from version 3: makes version 4"));
}

#[test]
fn a_list_of_ours_that_comes_back_from_another_region_is_left_out() {
    let (ours, theirs) = two_regions(&["accept"]);
    publish_status(&ours, WANG, "red");
    ours.refuses(&["lists", "import", "bundle"], "it is of this authority");
    // Nor is one of a region that is not on the trust list taken.
    ours.ok(&["publish", "bundle"]);
    let output = theirs.run(&["lists", "import", &ours.text("bundle")]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && told.contains("CN-SD"), "{told}");
    assert_eq!(fs::read_dir(theirs.path("home/lists")).unwrap().count(), 0);
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
        let more = ["--key", "js.pub", "--recognition", recognition];
        ours.refused(&Region::trust(issuer, &more))
    };
    assert!(add("CN-JS", "accept").contains("already"));
    assert!(add("CN-BJ", "convert").contains("--address"));
    assert!(add("CN-BJ", "refuse").contains("a key of CN-JS, not of CN-BJ"));
}

/// Writes the request of a device; gives the device's key and the request.
fn request_of_gate_3(region: &Region) -> (SecretKey, Vec<u8>) {
    let secret = SecretKey::from_seed(&[5; 32]);
    let request = DeviceRequest::sign("Gate 3".try_into().unwrap(), &secret);
    fs::write(region.path("request"), &request).unwrap();
    (secret, request)
}

#[test]
fn a_hub_that_no_device_could_use_is_refused_before_anything_is_signed() {
    let region = Region::new("CN-SD");
    request_of_gate_3(&region);
    let pin = "a5".repeat(32);
    let with_pin = ["--hub-pin", pin.as_str()];
    for (hub, pins, why) in [
        ("hub.example", &[][..], "small letters"),
        ("HTTPS://hub.example", &[][..], "small letters"),
        ("HTTPS://hub.example", &with_pin[..], "small letters"),
        (
            "https://hub.example/ ",
            &with_pin[..],
            "ends after its host or port",
        ),
        ("https://hub example", &with_pin[..], "host"),
        ("https://user@hub.example", &with_pin[..], "no user"),
        ("https://hub.example:0", &with_pin[..], "port"),
        ("https://hub.example", &[][..], "--hub-pin"),
        ("http://hub.example", &with_pin[..], "has no certificate"),
        ("", &with_pin[..], "there is no hub"),
    ] {
        for command in [&["enrol", "request"][..], &["enrol-code"]] {
            let named = [command, &["--hub", hub], pins, &["--out", "answer"]].concat();
            let output = region.run(&named);
            let refused = String::from_utf8(output.stderr).unwrap();
            assert!(!output.status.success(), "{named:?}");
            assert!(refused.contains(why), "{hub:?}: {refused}");
            assert!(!region.path("answer").exists(), "{hub:?}");
        }
    }
}

#[test]
fn an_enrolled_device_has_the_root_its_hub_and_a_certificate_that_counts() {
    let region = Region::new("CN-SD");
    let (secret, request) = request_of_gate_3(&region);
    let pin = "a5".repeat(32);
    let hub = [
        "--hub",
        "https://hub.example",
        "--hub-pin",
        &pin,
        "--out",
        "gate-3.enrolment",
    ];
    let told = region.ok(&[&["enrol", "request"], &hub[..]].concat());
    let id = device_id(&secret.public()).to_string();
    assert!(told.contains("Gate 3") && told.contains(&id));

    let bytes = fs::read(region.path("gate-3.enrolment")).unwrap();
    let enrolment = Enrolment::from_bytes(&bytes).unwrap();
    let root = fs::read(region.path("home/root/1.root")).unwrap();
    assert_eq!(enrolment.root, root);
    assert_eq!(enrolment.hub, "https://hub.example".parse().ok());
    assert_eq!(enrolment.hub_pins.as_slice()[0].to_string(), pin);
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    let certificate = verify_certificate(&enrolment.certificate, device.0.trust(), NOW).unwrap();
    assert_eq!(certificate.key, secret.public());

    let mut forged = request;
    forged[40] ^= 1;
    fs::write(region.path("forged"), forged).unwrap();
    let told = region.refused(&[&["enrol", "forged"], &hub[..]].concat());
    assert!(told.contains("let the device write it again"), "{told}");
}

#[test]
fn inspect_says_what_each_thing_is() {
    let (ours, theirs) = two_regions(&["accept"]);
    let pass = ours.issue(&["--id", WANG, "--name", "王小明", "--out", "pass.txt"]);
    request_of_gate_3(&ours);
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
    assert!(inspect("home/keys/hub.key").contains("a SECRET key of CN-SD, number 5"));
    assert!(inspect("bundle/manifest").contains("manifest version 1, 5 files"));
    let bundle = inspect("bundle");
    assert!(
        bundle.contains("everything in it checked; fresh"),
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

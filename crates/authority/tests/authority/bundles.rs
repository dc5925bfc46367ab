//! `publish`: what a device makes of it, versions, and what a crash leaves behind.

use std::fs;

use gatepost_pass::{
    Colour, Freshness, Medium, Revocation, VerifiedDocument, bundle::SignedVersion, list::ListKind,
};

use crate::support::{LI, NOW, Region, WANG};

#[test]
fn what_is_issued_verifies_with_the_published_bundle() {
    let region = Region::new("CN-SD");
    let issued = region.issue(&["--id", WANG, "--name", "王小明"]);
    region.ok(&["publish", "bundle"]);

    let device = region.device("bundle").unwrap();
    assert_eq!(device.0.freshness(NOW), Freshness::Fresh);
    let pass = device.pass(&issued.text);
    assert_eq!(pass.number.to_string(), issued.number);
    assert_eq!(pass.medium, Medium::Paper);
    assert_eq!(pass.not_after.start(), NOW.plus(14 * 24 * 3600));
    let [subject] = pass.subjects.as_slice() else {
        panic!("one person");
    };
    assert_eq!(subject.tag.to_string(), issued.tag);
    assert_eq!(subject.name.as_str(), "王*明");
    assert_eq!(subject.last4.as_str(), "002X");
    assert_eq!(subject.colour, Colour::Green);
    assert_eq!(device.status("CN-SD", &issued.tag), None);
    let revocation = device.revocation("CN-SD", &issued.number);
    assert_eq!(revocation, Revocation::Valid);
}

#[test]
fn revoked_passes_and_listed_persons_are_on_the_lists() {
    let region = Region::new("CN-SD");
    let lost = region.issue(&["--id", WANG, "--name", "王小明"]);
    let kept = region.issue(&["--id", WANG, "--name", "王小明"]);
    let li = region.issue(&["--id", LI, "--name", "李四"]);
    region.ok(&["revoke", &lost.number, "--reason", "lost"]);
    region.ok(&["status", "--id", WANG, "--colour", "red"]);
    region.ok(&["status", "--tag", &li.tag, "--colour", "yellow"]);
    let told = region.ok(&["publish", "bundle"]);
    assert!(told.contains("tested 2 enrolled persons and 3 passes: 0 false"));

    let device = region.device("bundle").unwrap();
    let revocation = |number| device.revocation("CN-SD", number);
    assert_eq!(revocation(&lost.number), Revocation::Revoked);
    assert_eq!(revocation(&kept.number), Revocation::Valid);
    assert_eq!(device.status("CN-SD", &lost.tag), Some(Colour::Red));
    assert_eq!(device.status("CN-SD", &li.tag), Some(Colour::Yellow));

    region.ok(&["status", "--id", WANG, "--colour", "green"]);
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    assert_eq!(device.status("CN-SD", &lost.tag), None);
}

#[test]
fn a_pass_issued_to_a_listed_person_carries_the_colour() {
    let region = Region::new("CN-SD");
    region.ok(&["status", "--id", WANG, "--colour", "red"]);
    let issued = region.issue(&["--id", WANG, "--name", "王小明"]);
    region.ok(&["publish", "bundle"]);
    let pass = region.device("bundle").unwrap().pass(&issued.text);
    assert_eq!(pass.subjects.as_slice()[0].colour, Colour::Red);
}

#[test]
fn revoking_twice_keeps_the_first_reason_and_an_unknown_pass_is_refused() {
    let region = Region::new("CN-SD");
    let issued = region.issue(&["--id", WANG, "--name", "王小明"]);
    region.ok(&["revoke", &issued.number, "--reason", "stolen"]);
    let again = region.ok(&["revoke", &issued.number, "--reason", "error"]);
    assert!(again.contains("(stolen)"));
    let unknown = region.refused(&["revoke", "0123456789", "--reason", "lost"]);
    assert!(unknown.contains("no pass or badge 0123456789"));
    let nobody = region.refused(&["status", "--tag", &"0".repeat(32), "--colour", "red"]);
    assert!(nobody.contains("nobody with this tag"));
}

#[test]
fn publishing_again_raises_the_version_and_signs_trust_and_policy_only_when_they_changed() {
    let region = Region::new("CN-SD");
    let versions = || {
        region.ok(&["publish", "bundle"]);
        region.device("bundle").unwrap().0.versions()
    };
    let first = versions();
    let second = versions();
    let number = |signed: Option<SignedVersion>| signed.unwrap().number;
    assert_eq!((number(first.manifest), number(second.manifest)), (1, 2));
    assert!(second.lists.values().all(|version| version.number == 2));
    assert_eq!((second.trust_list, number(second.policy)), (1, 1));

    let policy = fs::read_to_string(region.path("home/policy.json")).unwrap();
    let stricter = policy.replace("\"temperature\": false", "\"temperature\": true");
    fs::write(region.path("home/policy.json"), stricter).unwrap();
    let third = versions();
    assert_eq!((third.trust_list, number(third.policy)), (1, 2));
}

#[test]
fn root_keys_may_stay_offline_until_the_trust_list_changes() {
    let region = Region::new("CN-SD");
    region.ok(&["publish", "bundle"]);
    for number in 1..=3 {
        fs::remove_file(region.path(&format!("home/keys/root-{number}.key"))).unwrap();
    }
    region.ok(&["publish", "bundle"]);
    let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let accepted = ["--recognition", "accept", "--key", key, "--key-id", "1"];
    region.ok(&Region::trust("CN-JS", &accepted));
    let told = region.messages(&["publish", "bundle"]);
    assert!(
        told.contains("this bundle has the trust list before"),
        "{told}"
    );
    let device = region.device("bundle").unwrap();
    let (manifest, trust) = (device.0.manifest().version, device.0.trust().version());
    assert_eq!((manifest, trust), (3, 1));
}

#[test]
fn a_publish_that_fails_half_way_leaves_the_bundle_before_in_use() {
    let region = Region::new("CN-SD");
    let issued = region.issue(&["--id", WANG, "--name", "王小明"]);
    region.ok(&["publish", "bundle"]);
    region.ok(&["revoke", &issued.number, "--reason", "lost"]);

    // All files are written, the manifest cannot be.
    let (manifest, aside) = (region.path("bundle/manifest"), region.path("aside"));
    fs::rename(&manifest, &aside).unwrap();
    fs::create_dir(&manifest).unwrap();
    assert!(region.refused(&["publish", "bundle"]).contains("manifest"));
    fs::remove_dir(&manifest).unwrap();
    fs::rename(&aside, &manifest).unwrap();
    let device = region.device("bundle").unwrap();
    assert_eq!(device.0.manifest().version, 1);
    let revocation = device.revocation("CN-SD", &issued.number);
    assert_eq!(revocation, Revocation::Valid);

    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    // Version 2 was given out to the one that failed.
    assert_eq!(device.0.manifest().version, 3);
    let revocation = device.revocation("CN-SD", &issued.number);
    assert_eq!(revocation, Revocation::Revoked);
}

#[test]
fn a_directory_that_can_not_be_written_keeps_its_bundle_and_the_next_one_leads_on_from_it() {
    let region = Region::new("CN-SD");
    region.ok(&["publish", "bundle"]);
    // No file can be written: there is no stick where one was.
    let (bundle, aside) = (region.path("bundle"), region.path("aside"));
    fs::rename(&bundle, &aside).unwrap();
    fs::write(&bundle, "").unwrap();
    assert!(region.refused(&["publish", "bundle"]).contains("bundle"));
    fs::remove_file(&bundle).unwrap();
    fs::rename(&aside, &bundle).unwrap();
    let version = |bundle| region.device(bundle).unwrap().0.manifest().version;
    assert_eq!((version("bundle"), version("home/published")), (1, 2));
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    let issuer = "CN-SD".parse().unwrap();
    let manifest = device.0.manifest();
    let deltas = manifest.deltas_from(ListKind::Revocation, issuer, 1);
    assert_eq!((manifest.version, deltas.unwrap().len()), (3, 2));
}

#[test]
fn files_stay_for_the_manifest_before_and_then_go() {
    let region = Region::new("CN-SD");
    region.ok(&["publish", "bundle"]);
    let first = fs::read(region.path("bundle/manifest")).unwrap();
    let stray = region.path(&format!("bundle/{}", "0".repeat(64)));
    fs::write(&stray, "left by a publication that was killed").unwrap();
    fs::write(region.path("bundle/README"), "not ours to remove").unwrap();

    region.ok(&["publish", "bundle"]);
    assert!(!stray.exists());
    let slow_reader = region.device_with("bundle", &first).unwrap();
    assert_eq!(slow_reader.0.manifest().version, 1);

    region.ok(&["publish", "bundle"]);
    assert!(region.device_with("bundle", &first).is_err());
    assert!(region.path("bundle/README").exists());
    // Root, trust list, policy; two lists each of now and before; two deltas to each; manifest,
    // README.
    assert_eq!(fs::read_dir(region.path("bundle")).unwrap().count(), 13);
}

#[test]
fn a_file_that_rotted_in_the_directory_is_written_again() {
    let region = Region::new("CN-SD");
    region.ok(&["publish", "bundle"]);
    for entry in fs::read_dir(region.path("bundle")).unwrap() {
        let path = entry.unwrap().path();
        if !path.ends_with("manifest") {
            let mut bytes = fs::read(&path).unwrap();
            bytes[9] ^= 1;
            fs::write(&path, bytes).unwrap();
        }
    }
    assert!(region.device("bundle").is_err());
    region.ok(&["publish", "bundle"]);
    assert!(region.device("bundle").is_ok());
}

#[test]
fn place_codes_and_badges_verify() {
    let region = Region::new("CN-SD");
    let place = region.ok(&[
        "place",
        "--id",
        "gate-3",
        "--name",
        "North gate",
        "--days",
        "30",
    ]);
    let badge = region.ok(&["badge", "--id", "guard-7", "--name", "Zhao"]);
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    let VerifiedDocument::Place(place) = device.scan(place.trim_end_matches('\n')) else {
        panic!("a place code");
    };
    assert_eq!(place.claims().id.as_str(), "gate-3");
    assert_eq!(place.claims().not_after.start(), NOW.plus(30 * 24 * 3600));
    let VerifiedDocument::Badge(badge) = device.scan(badge.trim_end_matches('\n')) else {
        panic!("a badge");
    };
    assert_eq!(badge.claims().name.as_str(), "Zhao");
}

#[test]
fn links_that_wait_on_a_stick_for_what_is_published_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let region = Region::new("CN-SD");
    let key = region.path("victim");
    fs::write(&key, "secret").unwrap();
    fs::create_dir(region.path("bundle")).unwrap();
    for name in ["manifest", "manifest.part", "new.part"] {
        symlink(&key, region.path("bundle").join(name)).unwrap();
    }
    region.ok(&["publish", "bundle"]);
    assert_eq!(fs::read(&key).unwrap(), b"secret");
    assert_eq!(region.device("bundle").unwrap().0.manifest().version, 1);
    // A directory that is a link is not written to at all.
    symlink(region.path("bundle"), region.path("link")).unwrap();
    assert!(region.refused(&["publish", "link"]).contains("link"));
}

//! Root keys that are made apart and sign in parts: what comes into force, and what does not.

use std::fs;

use gatepost_pass::Signer;

use crate::{
    sticks::{PASSPHRASE, on, pipe, stick, strs},
    support::{EVERYDAY_KEYS, Region, WANG, tree},
};

#[test]
fn root_keys_made_apart_sign_the_first_root_and_no_secret_of_theirs_comes_near_the_home() {
    let region = Region::proposed();
    let told = region.refused(&["publish", "bundle"]);
    assert!(told.contains("root 1 is not signed yet"), "{told}");
    let (said, _) = region.sign(&region.proposal("root-1"), "a");
    for words in [
        "+ root: 1",
        "+ root keys that must sign: 2 of 3",
        "+ trust list: 1",
        "+ CN-SD: Region, 山东, the own authority",
        "signs manifest, from ",
        "+ at the loosest, a person without a code: needs a supervisor",
        "digest ",
    ] {
        assert!(said.contains(words), "{words} is missing in {said}");
    }
    let said = region.join("root-1", &["c", "a"]);
    assert!(said.contains("root 1 is in force"), "{said}");
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    assert_eq!(device.0.root().version(), 1);

    let seeds = ["a", "b", "c", "w"].map(|name| {
        let sealed = fs::read(stick(name).join("root.key")).unwrap();
        assert!(sealed.starts_with(b"age-encryption.org/v1\n"));
        sealed
    });
    for (path, bytes) in tree(&region.path("home")) {
        assert!(!seeds.contains(&bytes), "{}", path.display());
        let signer = String::from_utf8(bytes).ok();
        let signer = signer.and_then(|text| text.parse::<Signer>().ok());
        let is_root = |key| device.0.root().keys().contains(&key);
        assert!(!signer.is_some_and(|signer| is_root(signer.secret.public())));
    }
}

#[test]
fn init_makes_no_root_key_and_says_where_each_key_belongs() {
    let region = Region::unfounded();
    let said = region.ok(&strs(&Region::founding_args()));
    for words in [
        "home/proposals/root-1.proposal (digest ",
        "waits for 2 root keys",
        "each on a stick of its own, in a place of its own, never here",
        "keys/hub.key: at the hub",
        "docs/ceremony.md",
    ] {
        assert!(said.contains(words), "{words} is missing in {said}");
    }
    let keys = fs::read_dir(region.path("home/keys")).unwrap();
    let names = keys.map(|key| key.unwrap().file_name().into_string().unwrap());
    let offline = |name: &String| name.starts_with("root") || name.starts_with("wipe");
    assert_eq!(names.filter(offline).count(), 0);
}

#[test]
fn a_key_that_is_named_twice_or_is_of_another_region_makes_no_authority() {
    let region = Region::unfounded();
    let args = Region::founding_args();
    let twice = on("a", "root.key.pub");
    let mut args = strs(&args);
    args.extend(["--root-key", &twice]);
    let told = region.refused(&args);
    assert!(
        told.contains("another --root-key or --wipe-key names too"),
        "{told}"
    );
    args.truncate(args.len() - 2);
    let issuer = args.iter().position(|arg| *arg == "CN-SD").unwrap();
    args[issuer] = "CN-JS";
    let told = region.refused(&args);
    assert!(
        told.contains("holds a key of CN-SD, not of CN-JS"),
        "{told}"
    );
    assert!(!region.path("home").exists());
}

#[test]
fn a_wrong_passphrase_names_itself_and_signs_nothing() {
    let region = Region::proposed();
    fs::write(region.path("wrong"), "six words that nobody has set\n").unwrap();
    let part = region.text("part");
    let mut args = region.sign_args(&region.proposal("root-1"), "a", &part);
    args[8] = region.text("wrong");
    let output = region.run(&strs(&args));
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told.ends_with("the passphrase is wrong\n"), "{told}");
    assert!(told.contains(&on("a", "root.key")), "{told}");
    assert!(!told.contains(PASSPHRASE) && !region.path("part").exists());
}

#[test]
fn a_root_key_needs_a_passphrase_that_can_not_be_tried_out() {
    let region = Region::proposed();
    fs::write(region.path("short"), "elevenchars\n").unwrap();
    let new_key = ["root", "new-key", "--issuer", "CN-SD", "--out", "key"];
    let told = region.refused(&[&new_key[..], &["--passphrase-file", "short"]].concat());
    assert!(told.contains("at least 12 characters"), "{told}");
    assert!(!region.path("key").exists() && !region.path("key.pub").exists());
}

#[test]
fn a_part_for_another_proposal_counts_nowhere_else() {
    let region = Region::founded();
    region.ok(&Region::trust(
        "CN-JS",
        &["--recognition", "accept", "--key", &key_of_js(&region)],
    ));
    let older = region.proposal("trust-list-2");
    fs::copy(&older, region.path("older")).unwrap();
    let (_, part) = region.sign(&older, "a");
    // The same version with another content takes its place.
    region.ok(&["key", "rotate", "lists"]);
    let (_, other) = region.sign(&older, "b");
    let told = region.refused(&["root", "join", &older, &other, &part]);
    assert!(told.contains("a.part does not count"), "{told}");
    assert!(told.contains("made for another proposal"), "{told}");
    // Even under this one's digest: it was made before the proposal was changed.
    let digest = |said: &str| said.rsplit("digest ").next().unwrap()[..64].to_owned();
    let of = |proposal: &str| digest(&region.ok(&["inspect", proposal]));
    let relabelled = fs::read_to_string(&part).unwrap();
    let relabelled = relabelled.replace(&of(&region.text("older")), &of(&older));
    fs::write(&part, relabelled).unwrap();
    let told = region.refused(&["root", "join", &older, &other, &part]);
    assert!(told.contains("its signature is not by the key"), "{told}");
    assert_eq!(in_force(&region), 1);
}

#[test]
fn a_part_by_a_key_that_is_no_root_key_is_not_made_and_the_same_part_twice_is_one() {
    let region = Region::founded();
    region.ok(&["key", "rotate", "freshness"]);
    let proposal = region.proposal("trust-list-2");
    let part = region.text("x.part");
    let args = region.sign_args(&proposal, "x", &part);
    let output = region.run(&strs(&args));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("is not a root key"), "{told}");
    assert!(!region.path("x.part").exists());

    let (_, part) = region.sign(&proposal, "a");
    let told = region.refused(&["root", "join", &proposal, &part, &part]);
    assert!(told.contains("two parts by the key"), "{told}");
    let told = region.refused(&["root", "join", &proposal, &part]);
    assert!(told.contains("another root key has to sign"), "{told}");
    assert_eq!(in_force(&region), 1);
}

#[test]
fn who_signs_by_a_digest_signs_no_other_proposal() {
    let region = Region::proposed();
    let proposal = region.proposal("root-1");
    let part = region.text("part");
    let args = region.sign_args(&proposal, "a", &part);
    let args = strs(&args);
    let output = region.run(&[&args[..], &["--digest", "0123456789"]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert!(!region.path("part").exists());
}

#[test]
fn a_changed_trust_list_waits_for_root_keys_and_bundles_go_on_with_the_one_before() {
    let region = Region::founded();
    region.ok(&["publish", "bundle"]);
    let before = fs::read(region.path("home/keys/freshness.key")).unwrap();
    let said = region.ok(&["key", "rotate", "freshness"]);
    assert!(said.contains("trust-list-2.proposal"), "{said}");
    assert!(said.contains("waits for 2 root keys"), "{said}");
    let warned = region.messages(&["publish", "bundle"]);
    assert!(
        warned.contains("this bundle has the trust list before"),
        "{warned}"
    );
    assert_eq!(region.device("bundle").unwrap().0.trust().version(), 1);
    // The old key goes on signing, for no device knows the new one.
    let now = fs::read(region.path("home/keys/freshness.key")).unwrap();
    assert_eq!(now, before);

    // The same again, a day later: parts that were made are not in vain.
    let (_, part) = region.sign(&region.proposal("trust-list-2"), "a");
    let later = region.run_at("2026-11-02T08:00:00Z", &["publish", "later"]);
    assert!(later.status.success());
    let (_, other) = region.sign(&region.proposal("trust-list-2"), "c");
    region.ok(&[
        "root",
        "join",
        &region.proposal("trust-list-2"),
        &part,
        &other,
    ]);
    let now = fs::read(region.path("home/keys/freshness.key")).unwrap();
    assert_ne!(now, before);
    region.ok(&["publish", "bundle"]);
    assert_eq!(region.device("bundle").unwrap().0.trust().version(), 2);
    assert!(!region.path("home/proposals/trust-list-2.proposal").exists());
}

#[test]
fn all_online_keys_are_rotated_by_one_command_with_an_overlap() {
    let region = Region::founded();
    let old = region.issue(&["--id", WANG, "--name", "王五"]);
    region.ok(&["key", "rotate", "--all"]);
    region.join("trust-list-2", &["b", "c"]);
    let new = region.issue(&["--id", WANG, "--name", "王五"]);
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    assert_eq!(device.pass(&old.text).number.to_string(), old.number);
    assert_eq!(device.pass(&new.text).number.to_string(), new.number);
    for name in EVERYDAY_KEYS {
        let key = region.path(&format!("home/keys/{name}.key"));
        let signer: Signer = fs::read_to_string(key).unwrap().parse().unwrap();
        let own = device.0.trust().issuer("CN-SD".parse().unwrap()).unwrap();
        let listed = own
            .keys
            .as_slice()
            .iter()
            .find(|entry| entry.id == signer.key);
        assert_eq!(listed.unwrap().key, signer.secret.public(), "{name}");
        assert!(signer.key.0 > 7, "{name}");
    }
}

#[test]
fn a_lost_root_key_is_replaced_by_one_on_a_new_stick_and_old_devices_follow() {
    let region = Region::founded();
    let lost = fs::read_to_string(stick("c").join("root.key.pub")).unwrap();
    let lost = lost
        .lines()
        .last()
        .unwrap()
        .strip_prefix("public ")
        .unwrap();
    region.ok(&["key", "rotate", "documents"]);
    fs::copy(region.proposal("trust-list-2"), region.path("before")).unwrap();
    let before = ["a", "b"].map(|stick| {
        let (_, part) = region.sign(&region.text("before"), stick);
        fs::copy(part, region.path(&format!("{stick}.before"))).unwrap();
        region.text(&format!("{stick}.before"))
    });
    region.ok(&[
        "root",
        "rotate",
        "--drop",
        lost,
        "--add",
        &on("x", "root.key.pub"),
    ]);
    let said = region.join("root-2", &["a", "b"]);
    assert!(said.contains("root 2 is in force"), "{said}");
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    assert_eq!(device.0.root().version(), 2);
    // What was signed under the root before is not for this one.
    let told = region.refused(&["root", "join", "before", &before[0], &before[1]]);
    assert!(told.contains("for another root than 2"), "{told}");
    // From now on the new stick signs, and the lost one does not.
    region.ok(&["key", "rotate", "lists"]);
    let proposal = region.proposal("trust-list-3");
    let args = region.sign_args(&proposal, "c", "c.part");
    let output = region.run(&strs(&args));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not a root key"));
    region.join("trust-list-3", &["x", "a"]);
}

#[test]
fn a_proposal_of_another_home_or_of_yesterday_comes_into_force_nowhere() {
    let (one, other) = (Region::founded(), Region::founded());
    one.ok(&["key", "rotate", "lists"]);
    let proposal = one.proposal("trust-list-2");
    let parts = ["a", "b"].map(|stick| one.sign(&proposal, stick).1);
    let told = other.refused(&["root", "join", &proposal, &parts[0], &parts[1]]);
    assert!(
        told.contains("does not follow the trust list in force, 1"),
        "{told}"
    );
    fs::copy(&proposal, one.path("kept")).unwrap();
    one.ok(&["root", "join", &proposal, &parts[0], &parts[1]]);
    let told = one.refused(&["root", "join", "kept", &parts[0], &parts[1]]);
    assert!(
        told.contains("does not follow the trust list in force, 2"),
        "{told}"
    );
}

/// The version of the trust list in force.
fn in_force(region: &Region) -> u64 {
    region.ok(&["publish", "bundle"]);
    region.device("bundle").unwrap().0.trust().version()
}

/// A public key of another region.
fn key_of_js(region: &Region) -> String {
    let other = Region::new("CN-JS");
    other.ok(&["public", "--out", &region.text("js.pub")]);
    region.text("js.pub")
}

#[test]
fn a_pipe_in_place_of_a_proposal_a_part_or_a_public_key_is_refused_at_once() {
    let region = Region::new("CN-SD");
    pipe(&region.path("pipe"));
    let key = "home/keys/root-1.key";
    let add = "trust add --issuer CN-JS --name J --local-name J --recognition accept --key pipe";
    let add: Vec<_> = add.split(' ').collect();
    for args in [
        &["root", "sign", "pipe", "--key", key, "--out", "x.part"][..],
        &["root", "join", "pipe", "x.part"],
        &add,
    ] {
        let output = region.run(args);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("it is not a regular file"), "{told}");
    }
}

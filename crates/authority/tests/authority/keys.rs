//! `init`: keys, their protection, and that nothing is ever overwritten.

use std::{fs, os::unix::fs::PermissionsExt as _};

use gatepost_pass::Signer;

use crate::support::{Region, init, tree};

#[test]
fn secret_files_are_their_owners_only() {
    let region = Region::new("CN-SD");
    let mode = |name: &str| {
        let path = region.path("home").join(name);
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    let keys: Vec<_> = fs::read_dir(region.path("home/keys")).unwrap().collect();
    assert_eq!(keys.len(), 3 + 7 + 2);
    for key in keys {
        let name = key.unwrap().file_name().into_string().unwrap();
        assert_eq!(mode(&format!("keys/{name}")), 0o600, "{name}");
    }
    assert_eq!(mode(""), 0o700);
}

#[test]
fn a_one_time_enrolment_code_is_its_owners_only_as_text_and_as_picture() {
    let region = Region::new("CN-SD");
    let mode = |name: &str| {
        fs::metadata(region.path(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    let hub = ["enrol-code", "--hub", "http://hub.example:8470"];
    // Over files that everybody may read, and over what a crash left of writing them.
    for name in ["code.txt", "code.txt.part", "code.png", "code.png.part"] {
        fs::write(region.path(name), "of before").unwrap();
        fs::set_permissions(region.path(name), fs::Permissions::from_mode(0o644)).unwrap();
    }
    region.ok(&[&hub[..], &["--out", "code.txt"]].concat());
    region.ok(&["render", "code.txt", "--out", "code.png"]);
    assert_eq!((mode("code.txt"), mode("code.png")), (0o600, 0o600));
    let text = fs::read_to_string(region.path("code.txt")).unwrap();
    assert!(text.starts_with("GP1:"), "{text}");
    assert!(!region.path("code.txt.part").exists());
    // One without a secret is as open as any other file.
    fs::write(region.path("other"), "").unwrap();
    region.ok(&[&hub[..], &["--by-stick", "--out", "open.txt"]].concat());
    region.ok(&["render", "open.txt", "--out", "open.png"]);
    assert_eq!(
        (mode("open.txt"), mode("open.png")),
        (mode("other"), mode("other"))
    );
}

#[test]
fn a_second_init_refuses_and_changes_nothing() {
    let region = Region::new("CN-SD");
    let before = tree(region.dir.path());
    assert!(
        region
            .refused(&init("CN-SD"))
            .contains("nothing was changed")
    );
    assert_eq!(tree(region.dir.path()), before);
}

#[test]
fn init_refuses_a_directory_of_something_else_and_leaves_nothing_behind() {
    let region = Region::new("CN-SD");
    fs::remove_dir_all(region.path("home")).unwrap();
    fs::create_dir(region.path("home")).unwrap();
    fs::write(region.path("home/diary"), "mine").unwrap();
    assert!(region.refused(&init("CN-SD")).contains("not empty"));
    assert_eq!(tree(region.dir.path()).len(), 1);
}

#[test]
fn a_threshold_above_the_number_of_root_keys_is_refused() {
    let region = Region::new("CN-SD");
    fs::remove_dir_all(region.path("home")).unwrap();
    let told = region.refused(
        &[
            &init("CN-SD")[..],
            &["--root-keys", "2", "--threshold", "3"],
        ]
        .concat(),
    );
    assert!(told.contains("at least as many root keys"));
    assert!(!region.path("home").exists());
}

#[test]
fn no_command_prints_a_secret() {
    let region = Region::new("CN-SD");
    region.ok(&["publish", "bundle"]);
    let mut printed = region.ok(&["public"]) + &region.ok(&["trust", "show"]);
    let mut secrets = Vec::new();
    for (path, bytes) in tree(&region.path("home/keys")) {
        let text = String::from_utf8(bytes).unwrap();
        let inspected = region.run(&["inspect", path.to_str().unwrap()]);
        printed += &String::from_utf8_lossy(&inspected.stdout);
        printed += &String::from_utf8_lossy(&inspected.stderr);
        // The last word of the file is the seed, or all there is.
        secrets.push(text.split_whitespace().last().unwrap().to_owned());
        if let Ok(signer) = text.parse::<Signer>() {
            assert!(printed.contains(&signer.secret.public().to_string()));
        }
    }
    assert_eq!(secrets.len(), 12);
    assert!(secrets.iter().all(|secret| !printed.contains(secret)));
}

#[test]
fn a_command_without_a_home_is_a_usage_error() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_gatepost-authority"))
        .args(["publish", "bundle"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--home"));
}

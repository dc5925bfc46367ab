//! What is printed: whole chains of causes, and nothing that breaks when nobody reads any more.

use std::fs;

use gatepost_pass::{FileRole, list::ListKind};

use crate::support::{LI, Region, WANG};

#[test]
fn an_error_is_printed_with_all_its_causes_down_to_the_systems_words() {
    let region = Region::new("CN-SD");
    fs::write(region.path("file"), "").unwrap();
    let told = region.refused(&["publish", "file/bundle"]);
    let expected = "error: cannot create file/bundle: Not a directory (os error 20)\n";
    assert!(told.ends_with(expected), "{told}");

    // Three levels: the command, the list, its format. And what is no file at all is named.
    region.ok(&["publish", "bundle"]);
    let device = region.device("bundle").unwrap();
    let role = FileRole::List(ListKind::Status, "CN-SD".parse().unwrap());
    let mut files = device.0.manifest().files.as_slice().iter();
    let digest = files.find(|entry| entry.role == role).unwrap().digest;
    let path = region.path("home/published").join(digest.to_string());
    fs::write(&path, "").unwrap();
    let told = region.refused(&["query", "--id", WANG]);
    let start = "gatepost-authority: error: the published list cannot be read, `publish` again: ";
    assert!(told.starts_with(start), "{told}");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let told = region.refused(&["query", "--id", WANG]);
    let named = format!("{}: it is not a regular file\n", path.display());
    assert!(told.ends_with(&named), "{told}");

    fs::remove_file(region.path("home/keys/tag-secret.key")).unwrap();
    let told = region.refused(&["issue", "--id", WANG, "--name", "王小明"]);
    let expected = "tag-secret.key: No such file or directory (os error 2)\n";
    assert!(told.ends_with(expected), "{told}");
}

#[test]
fn a_closed_standard_output_ends_no_command_early() {
    let region = Region::new("CN-SD");
    fs::write(region.path("changes.json"), "{}").unwrap();
    region.ok(&[
        "place",
        "--id",
        "gate-2",
        "--name",
        "East gate",
        "--out",
        "place",
    ]);
    let lost = region.issue(&["--id", WANG, "--name", "王小明"]).number;
    region.ok(&["publish", "bundle"]);
    let commands = [
        &["publish", "bundle"][..],
        &["lists", "verify", "bundle"],
        &["query", "--id", WANG],
        &["trust", "show"],
        &["trust", "renew"],
        &["root", "rotate"],
        &["inspect", "bundle"],
        &["badge", "--id", "guard-7", "--name", "Zhao"],
        &["policy", "set", "changes.json"],
        &["policy", "explain"],
        &["public"],
        &["issue", "--id", LI, "--name", "李"],
        &["place", "--id", "gate-3", "--name", "North gate"],
        &["holder-key", "--out", "holder.key"],
        &["revoke", &lost, "--reason", "lost"],
        &["status", "--id", WANG, "--colour", "red"],
        &["identity", "on"],
        &["enrol-code", "--hub", ""],
        &["render", "place", "--out", "place.png"],
        &["key", "tracing"],
    ];
    let help = region.ok(&["help"]);
    let (_, listed) = help.split_once("Commands:\n").unwrap();
    for line in listed.lines().take_while(|line| !line.is_empty()) {
        // What a command does may take several lines; those stand further to the right.
        let Some(name) = line.strip_prefix("  ").filter(|it| !it.starts_with(' ')) else {
            continue;
        };
        let name = name.split_whitespace().next().unwrap();
        let tried = commands.iter().any(|command| command[0] == name);
        // They begin with what a device, a phone or nobody has made yet, or end with what is wrong.
        let others = [
            "init",
            "enrol",
            "revoke-device",
            "program",
            "trace",
            "live",
            "check",
            "help",
        ];
        assert!(tried || others.contains(&name), "{name} is not tried");
    }
    for command in commands {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = region.command(command).stdout(writer).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?}: {told}");
        assert!(!told.contains("panicked"), "{command:?}: {told}");
    }
    // The second bundle is whole although nobody read that it was.
    assert_eq!(region.device("bundle").unwrap().0.manifest().version, 2);
}

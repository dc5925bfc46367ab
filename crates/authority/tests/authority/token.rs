//! Keys in a PKCS#11 token: SoftHSM, with a directory of tokens for each test.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use gatepost_pass::Signer;

use crate::support::{NOW_TEXT, Region, WANG};

const PIN: &str = "482913";

/// A trial and a token of its own.
struct SoftToken {
    region: Region,
    module: PathBuf,
}

impl SoftToken {
    /// Nothing, said aloud, where SoftHSM is not installed.
    fn new() -> Option<Self> {
        let Some(module) = module() else {
            eprintln!("SKIPPED: no libsofthsm2.so; install the package softhsm2");
            return None;
        };
        let region = Region::new("CN-SD");
        for tokens in ["tokens", "empty"] {
            let dir = region.path(tokens);
            fs::create_dir(&dir).unwrap();
            let conf = format!(
                "directories.tokendir = {}\nlog.level = ERROR\n",
                dir.display()
            );
            fs::write(region.path(&format!("{tokens}.conf")), conf).unwrap();
        }
        plug_in_a_token(&region);
        fs::write(region.path("pin"), format!("{PIN}\n")).unwrap();
        let private = fs::Permissions::from_mode(0o600);
        fs::set_permissions(region.path("pin"), private).unwrap();
        Some(Self { region, module })
    }

    fn run(&self, tokens: &str, args: &[&str]) -> Output {
        self.region
            .command(args)
            .env("SOFTHSM2_CONF", self.region.path(&format!("{tokens}.conf")))
            .output()
            .unwrap()
    }

    fn ok(&self, args: &[&str]) -> String {
        let output = self.run("tokens", args);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must fail, and gives what it says.
    fn refused(&self, tokens: &str, args: &[&str]) -> String {
        let output = self.run(tokens, args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// Moves keys into the token.
    fn rotate(&self, keys: &[&str]) -> String {
        let module = self.module.to_str().unwrap();
        let token = [
            "--token",
            "gatepost",
            "--module",
            module,
            "--pin-file",
            "pin",
        ];
        self.ok(&[&["key", "rotate"], keys, &token].concat())
    }

    fn key_file(&self, name: &str) -> PathBuf {
        self.region.path(&format!("home/keys/{name}.key"))
    }
}

/// A new token of the same label.
fn plug_in_a_token(region: &Region) {
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", "gatepost"])
        .args(["--pin", PIN, "--so-pin", "77665544"])
        .env("SOFTHSM2_CONF", region.path("tokens.conf"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
}

fn module() -> Option<PathBuf> {
    let lib = Path::new("/usr/lib");
    let multiarch = fs::read_dir(lib).into_iter().flatten().flatten();
    let dirs = multiarch.map(|entry| entry.path()).chain([lib.to_owned()]);
    let mut modules = dirs.map(|dir| dir.join("softhsm/libsofthsm2.so"));
    modules.find(|path| path.is_file())
}

#[test]
fn keys_in_a_token_sign_passes_lists_policies_and_bundles_and_no_file_holds_them() {
    let Some(token) = SoftToken::new() else {
        return;
    };
    token.rotate(&["--all"]);
    for name in ["documents", "lists", "policy", "freshness", "devices"] {
        let text = fs::read_to_string(token.key_file(name)).unwrap();
        assert!(text.starts_with("gatepost token key 1\n"), "{text}");
        assert!(!text.contains(PIN) && !text.contains("seed"), "{text}");
    }
    // A hub reads its key from a file.
    let hub = fs::read_to_string(token.key_file("hub")).unwrap();
    assert!(hub.parse::<Signer>().is_ok());
    let pass = token.ok(&["issue", "--id", WANG, "--name", "王五"]);
    token.ok(&["publish", "bundle"]);
    let device = token.region.device("bundle").unwrap();
    device.pass(pass.trim_end_matches('\n'));
    let told = token.ok(&["inspect", token.key_file("lists").to_str().unwrap()]);
    assert!(told.contains("in the token gatepost"), "{told}");
    // The next one takes over from a token as from a file.
    token.rotate(&["freshness"]);
    token.ok(&["publish", "bundle"]);
    token.region.device("bundle").unwrap();
}

#[test]
fn a_token_that_is_away_is_an_error_in_words_and_signs_nothing() {
    let Some(token) = SoftToken::new() else {
        return;
    };
    token.rotate(&["documents"]);
    let issue = ["issue", "--id", WANG, "--name", "王五", "--out", "pass"];
    let told = token.refused("empty", &issue);
    let expected = "error: the token gatepost is not there: plug it in and try again\n";
    assert!(told.ends_with(expected), "{told}");
    assert!(!token.region.path("pass").exists());
    token.ok(&issue);
}

#[test]
fn a_wrong_pin_and_a_missing_one_are_errors_in_words() {
    let Some(token) = SoftToken::new() else {
        return;
    };
    token.rotate(&["freshness"]);
    fs::write(token.region.path("pin"), "000000\n").unwrap();
    let told = token.refused("tokens", &["publish", "bundle"]);
    assert!(
        told.contains("the token gatepost does not open with its PIN"),
        "{told}"
    );
    assert!(!told.contains("000000"), "{told}");
    fs::remove_file(token.region.path("pin")).unwrap();
    let told = token.refused("tokens", &["publish", "bundle"]);
    assert!(
        told.contains("the PIN of token gatepost cannot be read"),
        "{told}"
    );
    assert!(!token.region.path("bundle/manifest").exists());
}

#[test]
fn a_token_that_signs_with_another_key_than_the_file_names_gives_no_signature() {
    let Some(token) = SoftToken::new() else {
        return;
    };
    token.rotate(&["documents"]);
    token.rotate(&["lists"]);
    let (documents, lists) = (token.key_file("documents"), token.key_file("lists"));
    let label = |text: &str| {
        let mut lines = text.lines();
        lines
            .find(|line| line.starts_with("label "))
            .unwrap()
            .to_owned()
    };
    let (text, other) = (
        fs::read_to_string(&documents).unwrap(),
        fs::read_to_string(lists).unwrap(),
    );
    fs::write(&documents, text.replace(&label(&text), &label(&other))).unwrap();
    let told = token.refused("tokens", &["issue", "--id", WANG, "--name", "王五"]);
    assert!(
        told.contains("signed with another key than the file names"),
        "{told}"
    );
}

#[test]
fn neither_of_two_tokens_of_one_label_is_told_the_pin() {
    let Some(token) = SoftToken::new() else {
        return;
    };
    token.rotate(&["lists"]);
    plug_in_a_token(&token.region);
    let module = token.module.to_str().unwrap();
    let place = [
        "--token",
        "gatepost",
        "--module",
        module,
        "--pin-file",
        "pin",
    ];
    let new_key = [&["key", "rotate", "policy"][..], &place].concat();
    for args in [&["publish", "bundle"][..], &new_key] {
        let told = token.refused("tokens", args);
        assert!(told.contains("2 tokens are called gatepost"), "{told}");
    }
}

#[test]
fn a_pin_that_others_can_read_is_reported() {
    let Some(token) = SoftToken::new() else {
        return;
    };
    token.rotate(&["freshness"]);
    let pin = token.region.path("pin");
    fs::set_permissions(&pin, fs::Permissions::from_mode(0o644)).unwrap();
    let output = token.region.run_at(NOW_TEXT, &["check"]);
    let told = String::from_utf8(output.stdout).unwrap();
    let words = format!("others can read {} (mode 644)", pin.display());
    assert!(told.contains(&words), "{told}");
}

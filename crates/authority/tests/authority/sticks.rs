//! Root keys on sticks of their own, made once for all tests: sealing takes its time on purpose.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use crate::support::Region;

/// What the sticks are sealed with.
pub(crate) const PASSPHRASE: &str = "six words that nobody will guess";

/// A directory for each stick: root keys on `a`, `b` and `c`, the wipe key on `w`, one of a
/// stranger on `x`.
static STICKS: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
    for name in ["a", "b", "c", "w", "x"] {
        fs::create_dir(dir.path().join(name)).unwrap();
        let made = Command::new(env!("CARGO_BIN_EXE_gatepost-authority"))
            .args(["root", "new-key", "--issuer", "CN-SD"])
            .args(["--passphrase-file", "passphrase"])
            .args(["--out", &format!("{name}/root.key")])
            .current_dir(dir.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
    }
    dir
});

/// A stick's directory.
pub(crate) fn stick(name: &str) -> PathBuf {
    STICKS.path().join(name)
}

/// A file of a stick, as an argument.
pub(crate) fn on(name: &str, file: &str) -> String {
    stick(name).join(file).to_str().unwrap().to_owned()
}

/// Arguments as they are passed on.
pub(crate) fn strs(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

impl Region {
    /// An authority whose root keys are on sticks, and have not signed anything yet.
    pub(crate) fn proposed() -> Self {
        let region = Self::unfounded();
        region.ok(&strs(&Self::founding_args()));
        region
    }

    /// A directory for an authority.
    pub(crate) fn unfounded() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    /// The arguments that make an authority of the sticks.
    pub(crate) fn founding_args() -> Vec<String> {
        let init = [
            "init",
            "--issuer",
            "CN-SD",
            "--name",
            "Region",
            "--local-name",
            "山东",
        ];
        let mut args = init.map(str::to_owned).to_vec();
        for (option, name) in [
            ("--root-key", "a"),
            ("--root-key", "b"),
            ("--root-key", "c"),
            ("--wipe-key", "w"),
        ] {
            args.extend([option.to_owned(), on(name, "root.key.pub")]);
        }
        args
    }

    /// The same with its first root and trust list in force.
    pub(crate) fn founded() -> Self {
        let region = Self::proposed();
        region.join("root-1", &["a", "b"]);
        region
    }

    /// Where a proposal of the home is.
    pub(crate) fn proposal(&self, name: &str) -> String {
        self.text(&format!("home/proposals/{name}.proposal"))
    }

    /// Signs a proposal with the key of a stick; gives what was said, and the part.
    pub(crate) fn sign(&self, proposal: &str, stick: &str) -> (String, String) {
        let part = self.text(&format!("{stick}.part"));
        let said = self.ok(&strs(&self.sign_args(proposal, stick, &part)));
        (said, part)
    }

    /// The arguments that sign a proposal.
    pub(crate) fn sign_args(&self, proposal: &str, stick: &str, part: &str) -> [String; 9] {
        [
            "root",
            "sign",
            proposal,
            "--key",
            &on(stick, "root.key"),
            "--out",
            part,
            "--passphrase-file",
            STICKS.path().join("passphrase").to_str().unwrap(),
        ]
        .map(str::to_owned)
    }

    /// Signs a proposal of the home with these sticks' keys, and joins the parts.
    pub(crate) fn join(&self, name: &str, sticks: &[&str]) -> String {
        let proposal = self.proposal(name);
        let parts = sticks.iter().map(|stick| self.sign(&proposal, stick).1);
        let parts: Vec<_> = parts.collect();
        let parts = parts.iter().map(String::as_str);
        self.ok(&["root", "join", &proposal]
            .into_iter()
            .chain(parts)
            .collect::<Vec<_>>())
    }
}

/// Puts a pipe there, which whoever reads waits for.
pub(crate) fn pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

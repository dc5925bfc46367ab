//! The authority's directory (`--home`): where each file is, and reading them back.
//!
//! ```text
//! keys/root-1.key …            root keys; may be kept offline while trust does not change
//! keys/{documents,lists,policy,freshness,hub,devices,wipe}.key
//! keys/tracing-1.key           secret X25519 key that opens passages; best kept elsewhere
//! keys/audit.key               signs trace.audit; made by the first trace
//! keys/tag-secret.key          makes tags of ID numbers; without it every tag changes
//! root/1.root …                every root, signed
//! lists/                       lists of other regions, to go into the bundle
//! published/                   the newest bundle: where deltas start and `query` looks
//! trust.json policy.json       edited by people
//! trace.audit                  who opened whose passages, and why
//! revoked                      orders to wipe devices, copied beside each bundle
//! authority.sqlite             the register: persons, passes, statuses, identity keys,
//!                              revocations, enrolment codes, versions
//! ```

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use gatepost_pass::{Root, SecretKey, Signer, TrustError, envelope::MAX_FILE};
use gatepost_system::files::{self, Action, FileError};

use crate::{
    bundle_dir::BundleDir,
    config::{self, ConfigFileError, PolicyConfig, TrustConfig},
    key_files::{self, KeyFileError},
    register::{Register, RegisterError},
    signing_keys::SigningKey,
};

/// The directory, or a root in it, cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HomeError {
    /// A directory that `init` did not make.
    #[error("{} is not the home of an authority: make one with `init`", .0.display())]
    NotHome(PathBuf),
    /// A root cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A root is damaged, or not signed by the one before it.
    #[error("{} is not valid: restore it from a copy", path.display())]
    Root {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with it.
        source: TrustError,
    },
}

/// All roots from the first to the newest.
pub(crate) struct Roots {
    /// The first: what the oldest devices pin.
    pub(crate) first: Root,
    /// The newest: whose keys sign now.
    pub(crate) newest: Root,
    /// Version and bytes of each, ascending.
    pub(crate) files: Vec<(u32, Vec<u8>)>,
}

impl Roots {
    /// Bytes of the newest root.
    pub(crate) fn newest_file(&self) -> &[u8] {
        self.files.last().map_or(&[], |(_, bytes)| bytes)
    }
}

/// A directory that `init` made.
pub(crate) struct Home {
    dir: PathBuf,
}

impl Home {
    /// The paths in a directory, whether or not anything is there.
    pub(crate) fn at(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
        }
    }

    /// A home that exists.
    pub(crate) fn open(dir: &Path) -> Result<Self, HomeError> {
        let home = Self::at(dir);
        if home.register_path().is_file() && home.root_path(1).is_file() {
            Ok(home)
        } else {
            Err(HomeError::NotHome(dir.to_owned()))
        }
    }

    pub(crate) fn keys_dir(&self) -> PathBuf {
        self.dir.join("keys")
    }

    pub(crate) fn key_path(&self, name: &str) -> PathBuf {
        self.keys_dir().join(format!("{name}.key"))
    }

    pub(crate) fn root_dir(&self) -> PathBuf {
        self.dir.join("root")
    }

    pub(crate) fn root_path(&self, version: u32) -> PathBuf {
        self.root_dir().join(format!("{version}.root"))
    }

    pub(crate) fn lists_dir(&self) -> PathBuf {
        self.dir.join("lists")
    }

    /// The newest bundle, as it was before it was copied to where it is published.
    pub(crate) fn published(&self) -> Result<BundleDir, FileError> {
        BundleDir::create(&self.dir.join("published"))
    }

    /// The orders to wipe that were ever given: see [`gatepost_protocol::Revoked`].
    pub(crate) fn revoked_path(&self) -> PathBuf {
        self.dir.join("revoked")
    }

    pub(crate) fn audit_path(&self) -> PathBuf {
        self.dir.join("trace.audit")
    }

    /// Waits until no other program changes this home, and holds others off until it is dropped.
    pub(crate) fn lock(&self) -> Result<File, FileError> {
        let path = self.dir.join("lock");
        let locked = File::create(&path).and_then(|file| file.lock().map(|()| file));
        locked.map_err(FileError::at(Action::Write, &path))
    }

    pub(crate) fn register_path(&self) -> PathBuf {
        self.dir.join("authority.sqlite")
    }

    pub(crate) fn register(&self) -> Result<Register, RegisterError> {
        Register::open(&self.register_path())
    }

    pub(crate) fn trust_path(&self) -> PathBuf {
        self.dir.join("trust.json")
    }

    pub(crate) fn trust(&self) -> Result<TrustConfig, ConfigFileError> {
        config::load(&self.trust_path())
    }

    pub(crate) fn policy_path(&self) -> PathBuf {
        self.dir.join("policy.json")
    }

    pub(crate) fn policy(&self) -> Result<PolicyConfig, ConfigFileError> {
        config::load(&self.policy_path())
    }

    pub(crate) fn signer(&self, key: SigningKey) -> Result<Signer, KeyFileError> {
        key_files::read_signer(&self.key_path(key.name()))
    }

    pub(crate) fn tag_secret(&self) -> Result<[u8; 32], KeyFileError> {
        key_files::read_secret(&self.key_path("tag-secret"))
    }

    /// Every root, each checked against the one before.
    pub(crate) fn roots(&self) -> Result<Roots, HomeError> {
        let read = |version| files::read(&self.root_path(version), MAX_FILE);
        let at = |version| {
            let path = self.root_path(version);
            move |source| HomeError::Root { path, source }
        };
        let bytes = read(1)?;
        let first = Root::pin(&bytes).map_err(at(1))?;
        let (mut newest, mut files) = (first.clone(), vec![(1, bytes)]);
        let mut version = 2;
        while self.root_path(version).exists() {
            let bytes = read(version)?;
            newest = newest.advance(&bytes).map_err(at(version))?;
            files.push((version, bytes));
            version += 1;
        }
        Ok(Roots {
            first,
            newest,
            files,
        })
    }

    /// The secret keys of a root that are in the home.
    pub(crate) fn root_keys(&self, root: &Root) -> Result<Vec<SecretKey>, KeyFileError> {
        let dir = self.keys_dir();
        let mut keys = Vec::new();
        for path in files::list(&dir)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("root-") && name.ends_with(".key") {
                let key = key_files::read_signer(&path)?.secret;
                if root.keys().contains(&key.public()) {
                    keys.push(key);
                }
            }
        }
        Ok(keys)
    }
}

//! The authority's directory (`--home`): where each file is, and reading them back.
//!
//! ```text
//! trial                        its root keys are in keys/: for tests and demonstrations
//! keys/root-1.key …            root keys of a trial; others are on sticks of their own
//! keys/{documents,lists,policy,freshness,hub,devices}.key, or where in a token they are
//! keys/wipe.key                of a trial; others are on a stick
//! keys/tracing-1.key           secret X25519 key that opens passages; best kept elsewhere
//! keys/audit.key               signs trace.audit; made by the first trace
//! keys/tag-secret.key          makes tags of ID numbers; without it every tag changes
//! keys/*.next.key              new signing keys that wait for the trust list that names them
//! proposals/                   roots and trust lists that wait for root keys
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
    error::Error,
    fs::File,
    path::{Path, PathBuf},
};

use gatepost_pass::{IssuerId, Root, SecretKey, TrustError, envelope::MAX_FILE};
use gatepost_system::files::{self, Action, FileError};

use crate::{
    bundle_dir::BundleDir,
    config::{self, ConfigFileError, PolicyConfig, RecognitionConfig, TrustConfig},
    key_files::{self, KeyFileError},
    online_key::OnlineKey,
    register::{Register, RegisterError},
    signing_keys::SigningKey,
};

/// The directory, or a root in it, cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HomeError {
    /// A directory that `init` did not make.
    #[error("{} is not the home of an authority: make one with `init`", .0.display())]
    NotHome(PathBuf),
    /// Its root keys have not signed yet.
    #[error(
        "root 1 is not signed yet: `root sign` the proposal in {} with the root keys, then `root \
         join` the parts",
        .0.display()
    )]
    NoRoot(PathBuf),
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
        if home.register_path().is_file() && home.trust_path().is_file() {
            Ok(home)
        } else {
            Err(HomeError::NotHome(dir.to_owned()))
        }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether `init --trial` made it, with all its root keys inside.
    pub(crate) fn is_trial(&self) -> bool {
        self.trial_path().exists()
    }

    pub(crate) fn trial_path(&self) -> PathBuf {
        self.dir.join("trial")
    }

    pub(crate) fn proposals_dir(&self) -> PathBuf {
        self.dir.join("proposals")
    }

    /// A new signing key that no trust list in force names yet.
    pub(crate) fn waiting_key_path(&self, key: SigningKey) -> PathBuf {
        self.key_path(&format!("{}.next", key.name()))
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

    /// The key that signs for a purpose now.
    pub(crate) fn signer(&self, key: SigningKey) -> Result<OnlineKey, KeyFileError> {
        key_files::read_online(&self.key_path(key.name()))
    }

    pub(crate) fn tag_secret(&self) -> Result<[u8; 32], KeyFileError> {
        key_files::read_secret(&self.key_path("tag-secret"))
    }

    /// The newest root; none before the first is signed.
    pub(crate) fn newest_root(&self) -> Result<Option<Root>, HomeError> {
        match self.root_path(1).exists() {
            true => Ok(Some(self.roots()?.newest)),
            false => Ok(None),
        }
    }

    /// Every root, each checked against the one before.
    pub(crate) fn roots(&self) -> Result<Roots, HomeError> {
        let read = |version| files::read(&self.root_path(version), MAX_FILE);
        let at = |version| {
            let path = self.root_path(version);
            move |source| HomeError::Root { path, source }
        };
        if !self.root_path(1).exists() {
            return Err(HomeError::NoRoot(self.proposals_dir()));
        }
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

    /// This authority.
    pub(crate) fn own_issuer(&self) -> Result<IssuerId, ConfigFileError> {
        let trust = self.trust()?;
        let mut issuers = trust.issuers.iter();
        let own = issuers.find(|issuer| matches!(issuer.recognition, RecognitionConfig::Own));
        let none = "no issuer is the own authority";
        own.map(|issuer| issuer.id)
            .ok_or_else(|| ConfigFileError::values(&self.trust_path(), none))
    }

    /// Whether its root keys suffice to sign here, as a trial's do.
    pub(crate) fn signs_itself(&self) -> Result<bool, Box<dyn Error>> {
        let Some(root) = self.newest_root()? else {
            return Ok(false);
        };
        Ok(self.root_keys(&root)?.len() >= usize::from(root.threshold()))
    }

    /// The secret keys of a root that are in the home: only a trial's are.
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

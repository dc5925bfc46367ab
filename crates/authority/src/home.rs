//! The authority's directory: what lies where, and reading it back.
//!
//! ```text
//! keys/root-1.key …            root keys; may be taken offline between publications that change trust
//! keys/{documents,lists,bundle,hub,devices}.key
//! keys/tracing-1.key           secret X25519 key that opens passages; best kept elsewhere
//! keys/audit.key               signs trace.audit; made by the first trace
//! keys/tag-secret.key          what ID numbers become tags with; lost, every tag changes
//! root/1.root …                every root, signed
//! lists/                       lists of other regions, to go into the bundle
//! published/                   the newest bundle: where deltas begin and `query` looks
//! trust.json policy.json       edited by people
//! trace.audit                  who opened whose passages, and why
//! authority.sqlite             persons, passes, statuses, keys of ID numbers, revocations, enrolment codes, versions
//! ```

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use gatepost_pass::{Kind, Root, SecretKey, Signer, envelope::MAX_FILE, parse_hex};

use crate::{
    bundle_dir::BundleDir,
    config::{self, PolicyConfig, TrustConfig},
    error::{Error, at},
    files,
    store::Store,
};

/// The authority's keys that sign one thing each, by the name of their file.
#[derive(Clone, Copy)]
pub(crate) enum SigningKey {
    Documents,
    Lists,
    Bundle,
    Hub,
    Devices,
}

impl SigningKey {
    pub(crate) const ALL: [Self; 5] = [
        Self::Documents,
        Self::Lists,
        Self::Bundle,
        Self::Hub,
        Self::Devices,
    ];

    /// Name of its file, without `.key`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Lists => "lists",
            Self::Bundle => "bundle",
            Self::Hub => "hub",
            Self::Devices => "devices",
        }
    }

    /// Its number on the trust list.
    pub(crate) const fn id(self) -> u16 {
        match self {
            Self::Documents => 1,
            Self::Lists => 2,
            Self::Bundle => 3,
            Self::Hub => 4,
            Self::Devices => 5,
        }
    }

    /// What it may sign.
    pub(crate) const fn roles(self) -> &'static [Kind] {
        match self {
            Self::Documents => &[
                Kind::Pass,
                Kind::FamilyPass,
                Kind::PlaceCode,
                Kind::Badge,
                Kind::Enrolment,
            ],
            Self::Lists => &[Kind::List],
            Self::Bundle => &[Kind::Manifest, Kind::Policy],
            Self::Hub => &[Kind::Receipt],
            Self::Devices => &[Kind::DeviceCertificate],
        }
    }
}

/// The newest root, and all of its line.
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
    /// Paths in a directory, whether or not anything is there.
    pub(crate) fn at(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
        }
    }

    /// A home that exists.
    pub(crate) fn open(dir: &Path) -> Result<Self, Error> {
        let home = Self::at(dir);
        if home.store_path().is_file() && home.root_path(1).is_file() {
            Ok(home)
        } else {
            Err(Error::NotHome(dir.to_owned()))
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
    pub(crate) fn published(&self) -> Result<BundleDir, Error> {
        BundleDir::create(&self.dir.join("published"))
    }

    pub(crate) fn trust_path(&self) -> PathBuf {
        self.dir.join("trust.json")
    }

    pub(crate) fn policy_path(&self) -> PathBuf {
        self.dir.join("policy.json")
    }

    pub(crate) fn audit_path(&self) -> PathBuf {
        self.dir.join("trace.audit")
    }

    pub(crate) fn store_path(&self) -> PathBuf {
        self.dir.join("authority.sqlite")
    }

    /// Holds off other programs that change this home, until it is dropped.
    pub(crate) fn lock(&self) -> Result<File, Error> {
        let path = self.dir.join("lock");
        let file = File::create(&path).map_err(at("write", &path))?;
        file.lock().map_err(at("lock", &path))?;
        Ok(file)
    }

    pub(crate) fn store(&self) -> Result<Store, Error> {
        Ok(Store::open(&self.store_path())?)
    }

    pub(crate) fn trust(&self) -> Result<TrustConfig, Error> {
        config::load(&self.trust_path())
    }

    pub(crate) fn policy(&self) -> Result<PolicyConfig, Error> {
        config::load(&self.policy_path())
    }

    pub(crate) fn signer(&self, key: SigningKey) -> Result<Signer, Error> {
        read_signer(&self.key_path(key.name()))
    }

    pub(crate) fn tag_secret(&self) -> Result<[u8; 32], Error> {
        read_hex(&self.key_path("tag-secret"))
    }

    /// Every root, each checked against the one before.
    pub(crate) fn roots(&self) -> Result<Roots, Error> {
        let read = |version| files::read(&self.root_path(version), MAX_FILE as u64);
        let bytes = read(1)?;
        let first = Root::pin(&bytes)?;
        let (mut newest, mut files) = (first.clone(), vec![(1, bytes)]);
        let mut version = 2;
        while self.root_path(version).exists() {
            let bytes = read(version)?;
            newest = newest.advance(&bytes)?;
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
    pub(crate) fn root_keys(&self, root: &Root) -> Result<Vec<SecretKey>, Error> {
        let dir = self.keys_dir();
        let mut keys = Vec::new();
        for entry in dir.read_dir().map_err(at("read", &dir))? {
            let path = entry.map_err(at("read", &dir))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("root-") && name.ends_with(".key") {
                let key = read_signer(&path)?.secret;
                if root.keys().contains(&key.public()) {
                    keys.push(key);
                }
            }
        }
        Ok(keys)
    }
}

fn read_signer(path: &Path) -> Result<Signer, Error> {
    files::read_text(path)?.parse().map_err(|why| Error::Key {
        path: path.to_owned(),
        why,
    })
}

/// Reads a secret of 32 bytes, in hexadecimal digits.
pub(crate) fn read_hex(path: &Path) -> Result<[u8; 32], Error> {
    parse_hex(files::read_text(path)?.trim_end()).map_err(|why| Error::Secret {
        path: path.to_owned(),
        why,
    })
}

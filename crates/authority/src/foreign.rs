//! Lists of other regions, in `lists/`: they go into the bundle as they are, each under its own issuer.

use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
};

use gatepost_pass::{
    IssuerId, List, ListError, Timestamp, TrustList, bundle::Versions, list::ListKind,
};

use crate::{
    error::{Error, at},
    home::Home,
};

/// A list of another region that counts here.
pub(crate) struct Foreign {
    pub(crate) path: PathBuf,
    pub(crate) list: List<File>,
}

/// Why a list of another region is not used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    /// It can't be read.
    #[error("{0}")]
    Read(#[from] std::io::Error),
    /// It does not count.
    #[error("{0}")]
    List(#[from] ListError),
    /// Nothing of another region is ever taken for our own.
    #[error("it is of this authority, whose lists are made anew")]
    Own,
    /// From the future.
    #[error("it is dated later than now: its signer's clock is wrong")]
    Later,
    /// Older than what devices hold.
    #[error("version {0} is older than what was published")]
    Older(u64),
}

/// The newest list of each kind of each other region. One that can't be used is named and left out, so
/// that a neighbour's fault never holds up the own red list; devices then say that the list is missing.
pub(crate) fn newest(
    home: &Home,
    trust: &TrustList,
    before: &Versions,
    now: Timestamp,
) -> Result<BTreeMap<(ListKind, IssuerId), Foreign>, Error> {
    let dir = home.lists_dir();
    let mut newest: BTreeMap<_, Foreign> = BTreeMap::new();
    for entry in dir.read_dir().map_err(at("read", &dir))? {
        let path = entry.map_err(at("read", &dir))?.path();
        let list = match open(&path, trust, before, now) {
            Ok(list) => list,
            Err(why) => {
                eprintln!("warning: {} is left out: {why}", path.display());
                continue;
            }
        };
        let key = (list.head().kind, list.issuer());
        let version = |list: &List<File>| list.head().version;
        let is_newer = |other: &Foreign| version(&other.list) < version(&list);
        if newest.get(&key).is_none_or(is_newer) {
            newest.insert(key, Foreign { path, list });
        }
    }
    Ok(newest)
}

/// Opens a list of another region, all of it checked.
pub(crate) fn open(
    path: &Path,
    trust: &TrustList,
    before: &Versions,
    now: Timestamp,
) -> Result<List<File>, Unusable> {
    let list = List::open(File::open(path)?, trust, now)?;
    let (head, issuer) = (list.head(), list.issuer());
    if issuer == trust.own() {
        return Err(Unusable::Own);
    }
    if head.as_of > now {
        return Err(Unusable::Later);
    }
    let have = before.lists.get(&(head.kind, issuer));
    if have.is_some_and(|have| head.version < *have) {
        return Err(Unusable::Older(head.version));
    }
    Ok(list)
}

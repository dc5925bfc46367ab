//! Lists of other regions, in `lists/`. They go into the bundle as they are, each under its issuer.

use std::{collections::BTreeMap, fs::File, path::PathBuf};

use gatepost_pass::{
    IssuerId, List, ListError, Timestamp, TrustList, bundle::Versions, list::ListKind,
};

use gatepost_system::chain;
use gatepost_system::files::{self, FileError};

use crate::home::Home;

/// A list of another region that can be used here.
pub(crate) struct ImportedList {
    pub(crate) path: PathBuf,
    pub(crate) list: List<File>,
}

/// A list of another region cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnusableList {
    /// It cannot be opened.
    #[error("it cannot be read")]
    Read(#[from] std::io::Error),
    /// It is damaged, or not signed by a recognised issuer.
    #[error("it is not valid")]
    List(#[from] ListError),
    /// This authority's own lists never come from elsewhere.
    #[error("it is of this authority, which makes its own lists")]
    Own,
    /// Its date is in the future.
    #[error("it is dated later than now: its signer's clock is wrong")]
    Later,
    /// Devices have a newer one already.
    #[error("version {0} is older than the one that was published")]
    Older(u64),
}

/// The newest list of each kind from each other region. One that cannot be used is reported and
/// left out, so that a neighbour's mistake never holds up this region's lists; devices then report
/// it as missing.
pub(crate) fn newest(
    home: &Home,
    trust: &TrustList,
    published: &Versions,
    now: Timestamp,
) -> Result<BTreeMap<(ListKind, IssuerId), ImportedList>, FileError> {
    let mut newest: BTreeMap<_, ImportedList> = BTreeMap::new();
    for path in files::list(&home.lists_dir())? {
        let opened = File::open(&path).map_err(UnusableList::from);
        let list = match opened.and_then(|file| open(file, trust, published, now)) {
            Ok(list) => list,
            Err(why) => {
                log::warn!("{} is left out: {}", path.display(), chain(&why));
                continue;
            }
        };
        let key = (list.head().kind, list.issuer());
        let version = |list: &List<File>| list.head().version;
        let is_newer = |other: &ImportedList| version(&other.list) < version(&list);
        if newest.get(&key).is_none_or(is_newer) {
            newest.insert(key, ImportedList { path, list });
        }
    }
    Ok(newest)
}

/// Opens a list of another region and checks all of it.
pub(crate) fn open(
    file: File,
    trust: &TrustList,
    published: &Versions,
    now: Timestamp,
) -> Result<List<File>, UnusableList> {
    let list = List::open(file, trust, now)?;
    let (head, issuer) = (list.head(), list.issuer());
    if issuer == trust.own() {
        return Err(UnusableList::Own);
    }
    if head.as_of > now {
        return Err(UnusableList::Later);
    }
    let have = published.lists.get(&(head.kind, issuer));
    let binding = have.and_then(|have| have.binding(trust, issuer));
    if binding.is_some_and(|have| head.version < have) {
        return Err(UnusableList::Older(head.version));
    }
    Ok(list)
}

//! This authority's own lists: written from the register, then tested with every person and pass
//! that the register knows.

use std::{
    error::Error,
    fs::File,
    io::{BufWriter, Write as _},
};

use gatepost_pass::{
    BundleFiles as _, FileRole, List, Sign as _,
    bundle::FileEntry,
    list::{
        Exactness, ListEntry, ListError, ListKind, ListPlan, TagKey, WriteError, number_key,
        sorted, test_status, write_list,
    },
};

use gatepost_system::files::{Action, FileError};
use gatepost_system::random;

use crate::{deltas::DeltaMaker, online_key::OnlineKey, progress::ProgressBar, register::ListRows};

/// Salts to try; that two persons share a hash under one happens once in thousands of years.
const TRIES: usize = 8;

/// This authority's lists cannot be made. Nothing is published then.
#[derive(Debug, thiserror::Error)]
enum OwnListError {
    /// A list cannot be written.
    #[error("cannot write a list")]
    Write(#[from] WriteError),
    /// A list that was just written cannot be read.
    #[error("the new lists cannot be read back, nothing was published")]
    ReadBack(#[from] ListError),
    /// A list gives wrong answers under every salt that was tried.
    #[error("the new lists give wrong answers for {0} persons or passes: nothing was published")]
    FalseAnswers(u64),
}

/// Whether the status list keeps its salt. Only then can a delta lead to it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Salt {
    /// The salt of the previous list, unless two persons share a hash under it.
    Keep,
    /// A new one.
    New,
}

/// A list that was tested: it gives the right answer for everyone.
pub(crate) struct OwnList {
    pub(crate) file: FileEntry,
    /// Number of persons or passes it was tested with.
    pub(crate) tested: u64,
}

/// The list by ID number, which only some authorities publish.
pub(crate) struct IdentityList {
    pub(crate) file: FileEntry,
    /// Number of listed persons who are missing on it: their ID number was never hashed.
    pub(crate) missing: u64,
}

/// This authority's lists in a bundle.
pub(crate) struct OwnLists {
    pub(crate) status: OwnList,
    pub(crate) revocation: OwnList,
    pub(crate) identity: Option<IdentityList>,
}

impl OwnLists {
    pub(crate) fn files(&self) -> impl Iterator<Item = &FileEntry> {
        let Self {
            status,
            revocation,
            identity,
        } = self;
        let identity = identity.iter().map(|list| &list.file);
        [&status.file, &revocation.file].into_iter().chain(identity)
    }
}

/// Writes the lists into the directory where their deltas will be made.
pub(crate) struct OwnListWriter<'a> {
    pub(crate) deltas: &'a DeltaMaker<'a>,
    pub(crate) rows: &'a ListRows<'a>,
    pub(crate) signer: &'a OnlineKey,
    /// Version of the bundle, and so of these lists.
    pub(crate) version: u64,
}

impl OwnListWriter<'_> {
    /// The status list, under a salt that gives no two persons the same hash.
    pub(crate) fn status(&self, salt: Salt) -> Result<OwnList, Box<dyn Error>> {
        // An unreadable previous list has no salt to keep; making its delta reports that.
        let before = self
            .deltas
            .list_before(ListKind::Status, self.signer.issuer());
        let mut kept = before
            .unwrap_or_default()
            .filter(|_| salt == Salt::Keep)
            .map(|(_, list)| list.head().salt);
        let mut wrong = 0;
        for _ in 0..TRIES {
            let salt = kept.take().map_or_else(random::bytes, Ok)?;
            let (file, found) = self.status_under(salt)?;
            let tested = found.tested;
            if found.wrong == 0 {
                return Ok(OwnList { file, tested });
            }
            wrong = found.wrong;
            log::warn!("{wrong} of {tested} persons share a hash with another: trying a new salt");
        }
        Err(OwnListError::FalseAnswers(wrong).into())
    }

    /// The status list under that salt, and how it answered for everyone.
    fn status_under(&self, salt: [u8; 16]) -> Result<(FileEntry, Exactness), Box<dyn Error>> {
        let now = self.deltas.now;
        let key = TagKey::new(&salt);
        let entries = self.rows.listed(now, |listed| {
            let entries = listed.filter_map(|(tag, colour)| key.entry(&tag, colour));
            sorted(entries.collect())
        })?;
        let file = self.write(ListKind::Status, salt, entries)?;
        let list = self.open(&file)?;
        let mut progress = ProgressBar::new("testing", self.rows.size()?);
        let mut asked = 0;
        let answers = self.rows.universe(now, |persons| {
            let persons = persons.inspect(|_| {
                asked += 1;
                progress.at(asked);
            });
            test_status(&list, persons)
        });
        Ok((file, answers?.map_err(OwnListError::ReadBack)?))
    }

    /// The revocation list.
    pub(crate) fn revocation(&self) -> Result<OwnList, Box<dyn Error>> {
        let entries = self.rows.revoked(|numbers| {
            let entry = |number| ListEntry {
                key: number_key(&number),
                red: false,
            };
            sorted(numbers.map(entry).collect())
        })?;
        let file = self.write(ListKind::Revocation, [0; 16], entries)?;
        let list = self.open(&file)?;
        let ask = |passes: &mut dyn Iterator<Item = _>| -> Result<Exactness, ListError> {
            let mut exactness = Exactness::default();
            for (number, expected) in passes {
                exactness.tested += 1;
                exactness.wrong += u64::from(list.revocation(&number)? != expected);
            }
            Ok(exactness)
        };
        match self.rows.passes(ask)?.map_err(OwnListError::ReadBack)? {
            Exactness { tested, wrong: 0 } => Ok(OwnList { file, tested }),
            Exactness { wrong, .. } => Err(OwnListError::FalseAnswers(wrong).into()),
        }
    }

    /// The identity list: who is yellow or red, by ID number, under the programme's salt. It cannot
    /// be tested with others, because no key is ever made of an unlisted person.
    pub(crate) fn identity(&self, salt: [u8; 16]) -> Result<IdentityList, Box<dyn Error>> {
        let now = self.deltas.now;
        let entries = self.rows.identities(now, |listed| {
            let entries = listed.filter_map(|(key, colour)| ListEntry::of(key, colour));
            sorted(entries.collect())
        })?;
        Ok(IdentityList {
            file: self.write(ListKind::Identity, salt, entries)?,
            missing: self.rows.without_identity(now)?,
        })
    }

    fn write(
        &self,
        kind: ListKind,
        salt: [u8; 16],
        entries: Vec<ListEntry>,
    ) -> Result<FileEntry, Box<dyn Error>> {
        let plan = ListPlan {
            version: self.version,
            as_of: self.deltas.now,
            salt,
        };
        let role = FileRole::List(kind, self.signer.issuer());
        self.deltas.dir.write(role, |file| {
            let mut out = BufWriter::new(file);
            let head = write_list(self.signer, kind, plan, entries, &mut out);
            let head = head.map_err(OwnListError::Write)?;
            out.flush().map_err(|why| OwnListError::Write(why.into()))?;
            Ok(head.count)
        })
    }

    fn open(&self, file: &FileEntry) -> Result<List<File>, Box<dyn Error>> {
        let path = self.deltas.dir.path(&file.digest);
        let reader = self.deltas.dir.open(&file.digest);
        let reader = reader.map_err(FileError::at(Action::Read, &path))?;
        let list = List::reopen(reader, self.deltas.trust, self.deltas.now);
        Ok(list.map_err(OwnListError::ReadBack)?)
    }
}

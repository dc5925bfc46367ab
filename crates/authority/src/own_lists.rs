//! The own lists: written from the store, then asked about everyone whom the store can ask about.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
};

use gatepost_pass::{
    BundleFiles as _, FileRole, List, Signer,
    bundle::FileEntry,
    list::{
        Exactness, ListEntry, ListError, ListKind, ListPlan, TagKey, WriteError, number_key,
        sorted, test_status, write_list,
    },
};

use crate::{
    deltas::Chain,
    error::{Error, at},
    files::random,
    progress::Progress,
    store::Snapshot,
};

/// Salts to try; two persons share a hash under one in thousands of years.
const TRIES: usize = 8;

/// Whether the status list keeps its salt, and so can be reached by a delta.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Salt {
    /// The one of the list before, unless two persons share a hash under it.
    Keep,
    /// A new one.
    New,
}

/// A list that gives everyone the right answer.
pub(crate) struct OwnList {
    pub(crate) file: FileEntry,
    /// How many persons or passes it was asked about.
    pub(crate) tested: u64,
}

/// The own list by ID number, which some authorities publish.
pub(crate) struct IdentityList {
    pub(crate) file: FileEntry,
    /// How many persons are listed and can't stand on it: their ID number was never hashed.
    pub(crate) missing: u64,
}

/// The own lists of a bundle.
pub(crate) struct OwnLists {
    pub(crate) status: OwnList,
    pub(crate) revocation: OwnList,
    pub(crate) identity: Option<IdentityList>,
}

impl OwnLists {
    pub(crate) fn files(&self) -> impl Iterator<Item = &FileEntry> {
        let identity = self.identity.iter().map(|list| &list.file);
        [&self.status.file, &self.revocation.file]
            .into_iter()
            .chain(identity)
    }
}

/// Writes lists into the directory of a chain.
pub(crate) struct Lists<'a> {
    pub(crate) chain: &'a Chain<'a>,
    pub(crate) store: &'a Snapshot<'a>,
    pub(crate) signer: &'a Signer,
    /// Of the bundle, and so of its own lists.
    pub(crate) version: u64,
}

impl Lists<'_> {
    /// Who is yellow or red, under a salt by which nobody is taken for someone else.
    pub(crate) fn status(&self, salt: Salt) -> Result<OwnList, Error> {
        // One that can't be read gives no salt; that it can't is said where the delta is missing.
        let before = self.chain.list_before(ListKind::Status, self.signer.issuer);
        let mut kept = before
            .unwrap_or_default()
            .filter(|_| salt == Salt::Keep)
            .map(|(_, list)| list.head().salt);
        let mut wrong = 0;
        for _ in 0..TRIES {
            let salt = kept.take().map_or_else(random, Ok)?;
            let (file, found) = self.status_under(salt)?;
            let tested = found.tested;
            if found.wrong == 0 {
                return Ok(OwnList { file, tested });
            }
            wrong = found.wrong;
            eprintln!("{wrong} of {tested} persons share a hash with another: a new salt is taken");
        }
        Err(Error::FalseAnswers(wrong))
    }

    /// The list under that salt, and what it answered to everyone.
    fn status_under(&self, salt: [u8; 16]) -> Result<(FileEntry, Exactness), Error> {
        let now = self.chain.now;
        let key = TagKey::new(&salt);
        let entries = self.store.listed(now, |listed| {
            let entries = listed.filter_map(|(tag, colour)| key.entry(&tag, colour));
            sorted(entries.collect())
        })?;
        let file = self.write(ListKind::Status, salt, entries)?;
        let list = self.open(&file)?;
        let mut progress = Progress::new("testing", self.store.size()?);
        let mut asked = 0;
        let answers = self.store.universe(now, |persons| {
            let persons = persons.inspect(|_| {
                asked += 1;
                progress.at(asked);
            });
            test_status(&list, persons)
        });
        Ok((file, answers?.map_err(Error::Answers)?))
    }

    /// Which passes no longer count.
    pub(crate) fn revocation(&self) -> Result<OwnList, Error> {
        let entries = self.store.revoked(|numbers| {
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
        match self.store.passes(ask)?.map_err(Error::Answers)? {
            Exactness { tested, wrong: 0 } => Ok(OwnList { file, tested }),
            Exactness { wrong, .. } => Err(Error::FalseAnswers(wrong)),
        }
    }

    /// Who is yellow or red, by ID number, under the programme's salt. Nobody else can be asked about:
    /// of an unlisted person no key is ever made.
    pub(crate) fn identity(&self, salt: [u8; 16]) -> Result<IdentityList, Error> {
        let now = self.chain.now;
        let entries = self.store.identities(now, |listed| {
            let entries = listed.filter_map(|(key, colour)| ListEntry::of(key, colour));
            sorted(entries.collect())
        })?;
        Ok(IdentityList {
            file: self.write(ListKind::Identity, salt, entries)?,
            missing: self.store.without_identity(now)?,
        })
    }

    fn write(
        &self,
        kind: ListKind,
        salt: [u8; 16],
        entries: Vec<ListEntry>,
    ) -> Result<FileEntry, Error> {
        let plan = ListPlan {
            version: self.version,
            as_of: self.chain.now,
            salt,
        };
        let role = FileRole::List(kind, self.signer.issuer);
        self.chain.dir.write(role, |file| {
            let mut out = BufWriter::new(file);
            let head = write_list(self.signer, kind, plan, entries, &mut out)?;
            out.flush().map_err(WriteError::Write)?;
            Ok(head.count)
        })
    }

    fn open(&self, file: &FileEntry) -> Result<List<File>, Error> {
        let path = self.chain.dir.path(&file.digest);
        let reader = self.chain.dir.open(&file.digest);
        let reader = reader.map_err(at("read", &path))?;
        List::reopen(reader, self.chain.trust, self.chain.now).map_err(Error::Answers)
    }
}

//! All keys of a list in order, page by page, each chunk checked against its digest first.

use super::{
    List, ListEntry, ListError, ReadAt,
    page::{ListPage, PageFault},
    shape::{CHUNK, PAGE, chunk_of},
};

/// Reads a list from its front in 64 KiB steps.
pub(super) struct Scan<'a, R> {
    list: &'a List<R>,
    /// The page to read next.
    page: u32,
    /// The chunk that `bytes` holds.
    chunk: Option<u32>,
    bytes: Vec<u8>,
    work: ListPage,
    /// How many keys the page before holds, and the last of them.
    before: Option<(usize, u64)>,
    count: u64,
}

impl<'a, R: ReadAt> Scan<'a, R> {
    pub(super) fn new(list: &'a List<R>) -> Self {
        Self {
            list,
            page: 0,
            chunk: None,
            bytes: Vec::with_capacity(CHUNK),
            work: ListPage::empty(),
            before: None,
            count: 0,
        }
    }

    /// Puts the next page's keys into `entries`; false when there is none any more. What was read
    /// is then the one way of writing these keys, and as many as the head counts.
    pub(super) fn next_page(&mut self, entries: &mut Vec<ListEntry>) -> Result<bool, ListError> {
        entries.clear();
        let (page, shape) = (self.page, self.list.shape);
        let Some(&first) = self.list.index.get(page as usize) else {
            return if self.count == self.list.head.count {
                Ok(false)
            } else {
                Err(ListError::Damaged(
                    "the head counts another number of records",
                ))
            };
        };
        self.load(page)?;
        self.work.check(first)?;
        self.work.decode(shape, first, entries)?;
        self.close_before(first)?;
        self.before = entries.last().map(|last| (entries.len(), last.key));
        self.count += entries.len() as u64;
        self.page += 1;
        Ok(true)
    }

    /// The page before must be full, and end before this one begins.
    fn close_before(&self, first: u64) -> Result<(), ListError> {
        let damaged = |what| Err(ListError::Damaged(what));
        let Some((keys, last)) = self.before else {
            return Ok(());
        };
        if last >= first {
            return damaged("keys are out of order");
        }
        let shape = self.list.shape;
        let base = self.list.index[self.page as usize - 1] >> shape.low;
        if shape.fit(keys + 1, (first >> shape.low) - base) {
            return damaged("a page has room for the next one's first key");
        }
        Ok(())
    }

    fn load(&mut self, page: u32) -> Result<(), ListError> {
        let chunk = chunk_of(page);
        if self.chunk != Some(chunk) {
            self.chunk = None;
            self.list.read_chunk(chunk, &mut self.bytes)?;
            self.chunk = Some(chunk);
        }
        let from = page as usize % (CHUNK / PAGE) * PAGE;
        let bytes = self.bytes.get(from..from + PAGE);
        self.work
            .bytes_mut()
            .copy_from_slice(bytes.ok_or(ListError::Damaged("a chunk is cut short"))?);
        Ok(())
    }
}

/// The same, key by key.
pub(super) struct Entries<'a, R> {
    scan: Scan<'a, R>,
    page: Vec<ListEntry>,
    at: usize,
}

impl<'a, R: ReadAt> Entries<'a, R> {
    pub(super) fn new(list: &'a List<R>) -> Self {
        Self {
            scan: Scan::new(list),
            page: Vec::new(),
            at: 0,
        }
    }

    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<ListEntry>, ListError> {
        if self.at == self.page.len() {
            self.at = 0;
            if !self.scan.next_page(&mut self.page)? {
                return Ok(None);
            }
        }
        let entry = self.page.get(self.at).copied();
        self.at += 1;
        Ok(entry)
    }
}

impl From<PageFault> for ListError {
    /// Of a page whose chunk is as signed: whoever signed it wrote it wrongly.
    fn from(fault: PageFault) -> Self {
        Self::Damaged(match fault {
            PageFault::Checksum => "a page's checksum was written wrongly",
            PageFault::Format(what) => what,
        })
    }
}

//! One thread writes to the store. What came while it wrote goes into the next transaction together: one wait for
//! the disk serves many devices.

use std::{
    collections::{BTreeSet, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
};

use tokio::sync::{mpsc, oneshot};

use crate::store::{Incoming, Kept, Store, StoreError};

/// Most batches in one transaction.
const MAX_GROUP: usize = 128;
/// Most bytes in one transaction; one batch always fits.
const MAX_GROUP_BYTES: usize = 8 << 20;
/// Batches that may wait. There are never more than bodies in memory.
const QUEUE: usize = 1024;

/// The way to the writing thread, which ends when this is dropped, after what waits.
#[derive(Debug)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
}

#[derive(Debug)]
struct Job {
    incoming: Incoming,
    answer: oneshot::Sender<Result<Kept, StoreError>>,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(store: Arc<dyn Store>) -> Self {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        thread::spawn(move || run(&*store, waiting));
        Self { jobs }
    }

    /// Returns after the commit. A caller that goes away changes nothing for the batch.
    pub(crate) async fn keep(&self, incoming: Incoming) -> Result<Kept, StoreError> {
        let (answer, kept) = oneshot::channel();
        let gone = || StoreError::Failed("the writing thread has ended".into());
        let sent = self.jobs.send(Job { incoming, answer }).await;
        sent.map_err(|_| gone())?;
        kept.await.map_err(|_| gone())?
    }
}

fn run(store: &dyn Store, mut jobs: mpsc::Receiver<Job>) {
    let mut waiting = VecDeque::new();
    loop {
        if waiting.is_empty() {
            match jobs.blocking_recv() {
                Some(job) => waiting.push_back(job),
                None => return,
            }
        }
        while let Ok(job) = jobs.try_recv() {
            waiting.push_back(job);
        }
        let (group, answers) = next_group(&mut waiting);
        for (answer, kept) in answers.into_iter().zip(keep(store, &group)) {
            let _ = answer.send(kept);
        }
    }
}

type Answers = Vec<oneshot::Sender<Result<Kept, StoreError>>>;

/// Takes batches from the front, at most one of each device; the others keep their order.
fn next_group(waiting: &mut VecDeque<Job>) -> (Vec<Incoming>, Answers) {
    let mut devices = BTreeSet::new();
    let (mut group, mut answers) = (Vec::new(), Vec::new());
    let mut bytes = 0;
    let mut later = VecDeque::new();
    while let Some(job) = waiting.pop_front() {
        let size = job.incoming.signed.len();
        let is_room = group.is_empty() || bytes + size <= MAX_GROUP_BYTES;
        if group.len() < MAX_GROUP && is_room && devices.insert(job.incoming.batch.device()) {
            bytes += size;
            group.push(job.incoming);
            answers.push(job.answer);
        } else {
            later.push_back(job);
        }
    }
    *waiting = later;
    (group, answers)
}

/// Keeps a group; where that fails, each batch by itself, so that one which can't be kept stops no other.
fn keep(store: &dyn Store, group: &[Incoming]) -> Vec<Result<Kept, StoreError>> {
    match (guarded(store, group), group) {
        (Ok(kept), _) => kept.into_iter().map(Ok).collect(),
        (Err(why), [_]) => vec![Err(why)],
        (Err(_), _) => {
            let each = group.chunks(1).map(|one| {
                let kept = guarded(store, one)?.pop();
                kept.ok_or_else(|| StoreError::Failed("the store gave no answer".into()))
            });
            each.collect()
        }
    }
}

/// A panic in the store is a failure like any other: the thread goes on.
fn guarded(store: &dyn Store, group: &[Incoming]) -> Result<Vec<Kept>, StoreError> {
    let kept = catch_unwind(AssertUnwindSafe(|| store.keep(group)));
    kept.unwrap_or_else(|_| Err(StoreError::Failed("the store panicked".into())))
}

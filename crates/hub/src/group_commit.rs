//! Group commit: threads that write to the store, each for its own devices. All batches that arrive
//! during one transaction go into the next one together, so that one wait for the disk serves many
//! devices.

use std::{
    collections::{BTreeSet, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{self, JoinHandle},
};

use tokio::sync::{mpsc, oneshot};

use crate::store::{HubStore, HubStoreError, Incoming, KeptBatch};

/// Most batches in one transaction.
const MAX_GROUP: usize = 128;
/// Most bytes in one transaction; one batch always fits.
const MAX_GROUP_BYTES: usize = 8 << 20;
/// Batches that may wait for each thread. There are never more than bodies in memory.
const QUEUE: usize = 1024;

/// The handle to the writing threads. Dropping it waits until queued batches are written.
#[derive(Debug)]
pub(crate) struct GroupCommit {
    jobs: Vec<mpsc::Sender<QueuedBatch>>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct QueuedBatch {
    incoming: Incoming,
    answer: oneshot::Sender<Result<KeptBatch, HubStoreError>>,
}

impl GroupCommit {
    /// Starts the threads, as many as the store can use.
    pub(crate) fn start(store: Arc<dyn HubStore>) -> Self {
        let start = |_| {
            let (jobs, waiting) = mpsc::channel(QUEUE);
            let store = store.clone();
            (jobs, thread::spawn(move || run(&*store, waiting)))
        };
        let (jobs, threads) = (0..store.writers().max(1)).map(start).unzip();
        Self { jobs, threads }
    }

    /// Returns after the commit. The batch is written even if the caller goes away.
    pub(crate) async fn keep(&self, incoming: Incoming) -> Result<KeptBatch, HubStoreError> {
        let (answer, kept) = oneshot::channel();
        let gone = || HubStoreError::failed("the writing thread has ended");
        // A device's batches stay in order, and never two of them are in transactions at the same
        // time.
        let [first, ..] = incoming.batch.device().0;
        let at = usize::from(first) % self.jobs.len().max(1);
        let jobs = self.jobs.get(at).ok_or_else(gone)?;
        let sent = jobs.send(QueuedBatch { incoming, answer }).await;
        sent.map_err(|_| gone())?;
        kept.await.map_err(|_| gone())?
    }
}

impl Drop for GroupCommit {
    fn drop(&mut self) {
        self.jobs.clear();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn run(store: &dyn HubStore, mut jobs: mpsc::Receiver<QueuedBatch>) {
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

type Answers = Vec<oneshot::Sender<Result<KeptBatch, HubStoreError>>>;

/// Takes batches from the front, at most one of each device; the others keep their order.
fn next_group(waiting: &mut VecDeque<QueuedBatch>) -> (Vec<Incoming>, Answers) {
    let mut devices = BTreeSet::new();
    let (mut group, mut answers) = (Vec::new(), Vec::new());
    let mut bytes = 0;
    let mut later = VecDeque::new();
    while let Some(job) = waiting.pop_front() {
        let size = job.incoming.signed.len();
        let fits = group.is_empty() || bytes + size <= MAX_GROUP_BYTES;
        if group.len() < MAX_GROUP && fits && devices.insert(job.incoming.batch.device()) {
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

/// Keeps a group; if that fails, each batch by itself, so that one which cannot be kept stops no
/// other.
fn keep(store: &dyn HubStore, group: &[Incoming]) -> Vec<Result<KeptBatch, HubStoreError>> {
    match (guarded(store, group), group) {
        (Ok(kept), _) => kept.into_iter().map(Ok).collect(),
        (Err(why), [_]) => vec![Err(why)],
        (Err(_), _) => {
            let each = group.chunks(1).map(|one| {
                let kept = guarded(store, one)?.pop();
                kept.ok_or_else(|| HubStoreError::failed("the store gave no answer"))
            });
            each.collect()
        }
    }
}

/// A panic in the store is a failure like any other: the thread carries on.
fn guarded(store: &dyn HubStore, group: &[Incoming]) -> Result<Vec<KeptBatch>, HubStoreError> {
    let kept = catch_unwind(AssertUnwindSafe(|| store.keep(group)));
    kept.unwrap_or_else(|_| Err(HubStoreError::failed("the store panicked")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Mutex;

    use super::*;
    use crate::store::fixture::{NoStore, batch_of};

    /// Notes the size of each group, waits for the test before the first, and fails if `poison` is
    /// in it.
    #[derive(Default)]
    struct Groups {
        sizes: Mutex<Vec<usize>>,
        first: Mutex<Option<std::sync::mpsc::Receiver<()>>>,
        poison: Option<u8>,
    }

    impl Groups {
        fn keep(&self, group: &[Incoming]) -> Result<Vec<KeptBatch>, HubStoreError> {
            if let Some(first) = self.first.lock().unwrap().take() {
                first.recv().unwrap();
            }
            self.sizes.lock().unwrap().push(group.len());
            let poison = self.poison.map(|n| batch_of(n).batch.device());
            match group.iter().any(|came| Some(came.batch.device()) == poison) {
                true => Err(HubStoreError::failed("poison")),
                false => Ok(group.iter().map(|_| crate::store::fixture::KEPT).collect()),
            }
        }
    }

    /// Sends a batch of each device while the store is held up by the first; returns whether each
    /// was kept, and the sizes of the groups.
    fn send(devices: &[u8], poison: Option<u8>) -> (Vec<bool>, Vec<usize>) {
        let (go, first) = std::sync::mpsc::channel();
        let groups = Arc::new(Groups {
            first: Mutex::new(Some(first)),
            poison,
            ..Groups::default()
        });
        let store = groups.clone();
        let writer = GroupCommit::start(Arc::new(NoStore(move |group: &[Incoming]| {
            store.keep(group)
        })));
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let kept = runtime.unwrap().block_on(async {
            let mut sending = Vec::new();
            for n in devices {
                let (answer, kept) = oneshot::channel();
                let incoming = batch_of(*n);
                let job = QueuedBatch { incoming, answer };
                writer.jobs[0].send(job).await.unwrap();
                sending.push(kept);
            }
            go.send(()).unwrap();
            let mut kept = Vec::new();
            for sent in sending {
                kept.push(sent.await.unwrap().is_ok());
            }
            kept
        });
        let sizes = groups.sizes.lock().unwrap().clone();
        (kept, sizes)
    }

    #[test]
    fn what_came_while_one_was_written_goes_together_a_device_once_in_each() {
        let (kept, sizes) = send(&[1, 2, 3, 4, 2, 2], None);
        assert_eq!(kept, [true; 6]);
        assert_eq!(sizes.iter().sum::<usize>(), 6);
        // However many came before the first was taken, the three of device 2 are in three groups.
        assert!((3..=4).contains(&sizes.len()), "{sizes:?}");
        assert!(sizes.iter().any(|size| *size > 1), "{sizes:?}");
    }

    #[test]
    fn a_batch_that_can_not_be_kept_stops_no_other() {
        let (kept, _) = send(&[1, 2, 3, 4, 5], Some(3));
        assert_eq!(kept, [true, true, false, true, true]);
    }
}

//! Threads that write to the store, each for its own devices. What came while one wrote goes into its next transaction
//! together: one wait for the disk serves many devices.

use std::{
    collections::{BTreeSet, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{self, JoinHandle},
};

use tokio::sync::{mpsc, oneshot};

use crate::store::{Incoming, Kept, Store, StoreError};

/// Most batches in one transaction.
const MAX_GROUP: usize = 128;
/// Most bytes in one transaction; one batch always fits.
const MAX_GROUP_BYTES: usize = 8 << 20;
/// Batches that may wait. There are never more than bodies in memory.
const QUEUE: usize = 1024;

/// The way to the writing threads. Dropping it waits until what is under way is written.
#[derive(Debug)]
pub(crate) struct Writer {
    jobs: Vec<mpsc::Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Job {
    incoming: Incoming,
    answer: oneshot::Sender<Result<Kept, StoreError>>,
}

impl Writer {
    /// Starts the threads, as many as the store has use for.
    pub(crate) fn start(store: Arc<dyn Store>) -> Self {
        let start = |_| {
            let (jobs, waiting) = mpsc::channel(QUEUE);
            let store = store.clone();
            (jobs, thread::spawn(move || run(&*store, waiting)))
        };
        let (jobs, threads) = (0..store.writers().max(1)).map(start).unzip();
        Self { jobs, threads }
    }

    /// Returns after the commit. A caller that goes away changes nothing for the batch.
    pub(crate) async fn keep(&self, incoming: Incoming) -> Result<Kept, StoreError> {
        let (answer, kept) = oneshot::channel();
        let gone = || StoreError::Failed("the writing thread has ended".into());
        // A device's batches stay in order, and no two of them are in two transactions at once.
        let [first, ..] = incoming.batch.device().0;
        let at = usize::from(first) % self.jobs.len().max(1);
        let jobs = self.jobs.get(at).ok_or_else(gone)?;
        let sent = jobs.send(Job { incoming, answer }).await;
        sent.map_err(|_| gone())?;
        kept.await.map_err(|_| gone())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs.clear();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Mutex;

    use super::*;
    use crate::store::test::{NoStore, batch_of};

    /// Notes how large each group was; waits for the test before the first; fails where `poison` is in it.
    #[derive(Default)]
    struct Groups {
        sizes: Mutex<Vec<usize>>,
        first: Mutex<Option<std::sync::mpsc::Receiver<()>>>,
        poison: Option<u8>,
    }

    impl Groups {
        fn keep(&self, group: &[Incoming]) -> Result<Vec<Kept>, StoreError> {
            if let Some(first) = self.first.lock().unwrap().take() {
                first.recv().unwrap();
            }
            self.sizes.lock().unwrap().push(group.len());
            let poison = self.poison.map(|n| batch_of(n).batch.device());
            match group.iter().any(|came| Some(came.batch.device()) == poison) {
                true => Err(StoreError::Failed("poison".into())),
                false => Ok(group.iter().map(|_| crate::store::test::KEPT).collect()),
            }
        }
    }

    /// Sends a batch of each device while the store is held up by the first; gives what became of each.
    fn send(devices: &[u8], poison: Option<u8>) -> (Vec<bool>, Vec<usize>) {
        let (go, first) = std::sync::mpsc::channel();
        let groups = Arc::new(Groups {
            first: Mutex::new(Some(first)),
            poison,
            ..Groups::default()
        });
        let store = groups.clone();
        let writer = Writer::start(Arc::new(NoStore(move |group: &[Incoming]| {
            store.keep(group)
        })));
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let kept = runtime.unwrap().block_on(async {
            let mut sending = Vec::new();
            for n in devices {
                let (answer, kept) = oneshot::channel();
                let incoming = batch_of(*n);
                let job = Job { incoming, answer };
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

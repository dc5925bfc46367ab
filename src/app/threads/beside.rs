//! Work that is too slow for the loop: a PIN's hash, an ID number's, a bundle, a count.

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
};

/// Does something long beside the loop. A system that has no thread to spare does it in the loop:
/// late, but done.
pub(crate) fn run(work: impl FnOnce() + Send + 'static) {
    let work = Arc::new(Mutex::new(Some(work)));
    let there = work.clone();
    if thread::Builder::new()
        .spawn(move || do_once(&there))
        .is_err()
    {
        do_once(&work);
    }
}

fn do_once(work: &Mutex<Option<impl FnOnce()>>) {
    let work = work.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(work) = work {
        work();
    }
}

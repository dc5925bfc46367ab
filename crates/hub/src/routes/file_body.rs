//! A file on its way to a client, in pieces.
//!
//! However slowly a client reads, it holds one small piece. Larger pieces, which cost less time,
//! come from memory that all of them share; once that is used up, everybody goes on with small
//! ones, and nobody waits.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt as _,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use axum::body::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of a piece that every client may hold.
const SMALL: usize = 8 * 1024;
/// Bytes of a piece from the shared memory.
const LARGE: usize = 64 * 1024;
/// Large pieces at the same time: 16 MiB.
const LARGE_PIECES: usize = 256;

/// The memory that files share on their way out.
#[derive(Clone, Debug)]
pub(crate) struct FileMemory(Arc<Semaphore>);

impl Default for FileMemory {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LARGE_PIECES)))
    }
}

/// Reads part of a file as fast as its client takes it, one piece after the other.
pub(super) struct FileBody {
    file: Arc<File>,
    at: u64,
    end: u64,
    memory: FileMemory,
    /// One: the piece before must be on its way before the next is read.
    turn: Arc<Semaphore>,
    reading: Option<NextPiece>,
}

type NextPiece = Pin<Box<dyn Future<Output = io::Result<Piece>> + Send>>;

/// A piece, and its right to be in memory.
struct Piece {
    bytes: Vec<u8>,
    _turn: OwnedSemaphorePermit,
    _large: Option<OwnedSemaphorePermit>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl FileBody {
    /// The bytes from `at` up to `end`.
    pub(super) fn new(file: File, at: u64, end: u64, memory: FileMemory) -> Self {
        Self {
            file: Arc::new(file),
            at,
            end,
            memory,
            turn: Arc::new(Semaphore::new(1)),
            reading: None,
        }
    }

    fn read(&self) -> NextPiece {
        let (file, memory, turn) = (self.file.clone(), self.memory.clone(), self.turn.clone());
        let (at, left) = (self.at, self.end.saturating_sub(self.at));
        Box::pin(async move {
            let turn = turn.acquire_owned().await.map_err(io::Error::other)?;
            let large = memory.0.try_acquire_owned().ok();
            let most = if large.is_some() { LARGE } else { SMALL };
            let read = tokio::task::spawn_blocking(move || {
                let mut bytes = vec![0; left.min(most as u64) as usize];
                file.read_exact_at(&mut bytes, at).map(|()| bytes)
            });
            Ok(Piece {
                bytes: read.await.map_err(io::Error::other)??,
                _turn: turn,
                _large: large,
            })
        })
    }
}

impl hyper::body::Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.is_end_stream() {
            return Poll::Ready(None);
        }
        let reading = match self.reading.take() {
            Some(reading) => reading,
            None => self.read(),
        };
        let read = ready!(self.reading.insert(reading).as_mut().poll(cx));
        self.reading = None;
        match &read {
            Ok(piece) => self.at += piece.bytes.len() as u64,
            // The answer ends before its announced length.
            Err(_) => self.at = self.end,
        }
        Poll::Ready(Some(
            read.map(|piece| Frame::data(Bytes::from_owner(piece))),
        ))
    }

    fn is_end_stream(&self) -> bool {
        self.at >= self.end
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.end.saturating_sub(self.at))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::future::poll_fn;

    use hyper::body::Body as _;

    use super::*;

    /// The next piece, or nothing when it has to wait.
    async fn next(body: &mut FileBody) -> Option<Bytes> {
        let frame = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx));
        let frame = tokio::time::timeout(std::time::Duration::from_secs(1), frame).await;
        Some(frame.ok()??.unwrap().into_data().unwrap())
    }

    #[tokio::test]
    async fn a_client_holds_one_piece_and_a_small_one_once_the_shared_memory_is_used_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let contents: Vec<u8> = (0..300_000_u32).map(|at| at as u8).collect();
        std::fs::write(&path, &contents).unwrap();
        let memory = FileMemory(Arc::new(Semaphore::new(1)));
        let open = || FileBody::new(File::open(&path).unwrap(), 0, 300_000, memory.clone());
        let (mut first, mut second) = (open(), open());
        let large = next(&mut first).await.unwrap();
        let small = next(&mut second).await.unwrap();
        assert_eq!((large.len(), small.len()), (LARGE, SMALL));
        // Nothing more is read for a client that does not take what it has.
        assert!(next(&mut second).await.is_none());
        drop(large);
        let (mut all, mut piece) = (Vec::new(), Some(small));
        while let Some(bytes) = piece.take() {
            all.extend_from_slice(&bytes);
            drop(bytes);
            piece = next(&mut second).await;
        }
        assert_eq!(all, contents);
    }
}

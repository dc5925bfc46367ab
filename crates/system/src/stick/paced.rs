//! What a stick or disk takes its time for, and when that is given up.

use std::{
    io::{self, Read},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::Duration,
};

/// Bytes that come in one step: what brings less than 200 KiB a second is given up.
pub(super) const PIECE: usize = 1024 * 1024;

/// Reads in a thread of its own, and gives up on what is slower than a stick may be.
#[derive(Debug)]
pub struct PacedReader {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: io::Cursor<Vec<u8>>,
    patience: Duration,
}

impl PacedReader {
    /// A reader of anything that may be slow.
    pub fn new(mut from: impl Read + Send + 'static, patience: Duration) -> io::Result<Self> {
        let (send, pieces) = mpsc::sync_channel(1);
        thread::Builder::new()
            .name("stick".to_owned())
            .spawn(move || {
                loop {
                    let mut piece = Vec::new();
                    let read = (&mut from).take(PIECE as u64).read_to_end(&mut piece);
                    let over = !matches!(read, Ok(1..));
                    if send.send(read.map(|_| piece)).is_err() || over {
                        return;
                    }
                }
            })?;
        Ok(Self {
            pieces,
            piece: io::Cursor::default(),
            patience,
        })
    }
}

impl Read for PacedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.piece.read(buffer)?;
        if read > 0 || buffer.is_empty() {
            return Ok(read);
        }
        match self.pieces.recv_timeout(self.patience) {
            Ok(piece) => self.piece = io::Cursor::new(piece?),
            Err(RecvTimeoutError::Timeout) => return Err(too_slow()),
            // It said before that there is no more.
            Err(RecvTimeoutError::Disconnected) => return Ok(0),
        }
        self.piece.read(buffer)
    }
}

/// Does something that a stick may never end, and stops waiting for it after some time. Its thread
/// is left behind: nothing else can be done about a disk that does not answer.
pub(super) fn within<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (send, done) = mpsc::sync_channel(1);
    thread::Builder::new()
        .name("stick".to_owned())
        .spawn(move || {
            let _ = send.send(work());
        })?;
    match done.recv_timeout(patience) {
        Ok(done) => done,
        Err(RecvTimeoutError::Timeout) => Err(too_slow()),
        Err(RecvTimeoutError::Disconnected) => Err(io::ErrorKind::BrokenPipe.into()),
    }
}

fn too_slow() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the stick or disk is too slow")
}

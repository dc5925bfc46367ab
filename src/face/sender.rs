//! The scanner's end: sends without ever waiting, to whoever listens or to nobody.

use std::{os::unix::net::UnixDatagram, path::PathBuf};

use super::FaceMessage;

/// The way to the second display.
#[derive(Debug)]
pub struct FaceSender {
    /// Nothing where the system has no socket left: then nobody is told anything.
    socket: Option<UnixDatagram>,
    to: PathBuf,
}

impl FaceSender {
    /// Sends to the socket at this path, whether or not somebody listens there by now.
    pub fn new(to: PathBuf) -> Self {
        let socket = UnixDatagram::unbound().and_then(|socket| {
            socket.set_nonblocking(true)?;
            Ok(socket)
        });
        if let Err(why) = &socket {
            log::warn!("the second display is told nothing: {why}");
        }
        Self {
            socket: socket.ok(),
            to,
        }
    }

    /// Sends a line, and never waits: `false` where nobody listens, or where the few that the
    /// kernel keeps are not read yet. The display shows the newest of those it finds, so the caller
    /// tries again with what holds by then.
    pub fn send(&self, message: FaceMessage) -> bool {
        let line = message.to_line();
        let sent = self.socket.as_ref();
        sent.is_some_and(|socket| socket.send_to(line.as_bytes(), &self.to).is_ok())
    }
}

//! The service manager that started this program, where there is one (systemd, sd_notify(3)): it is
//! told that the program is ready, that it is alive, and how it is.

use std::{
    env, io,
    os::{
        linux::net::SocketAddrExt,
        unix::net::{SocketAddr, UnixDatagram},
    },
};

/// The way to the service manager.
#[derive(Debug)]
pub struct ServiceManager {
    socket: UnixDatagram,
}

impl ServiceManager {
    /// Where the environment names one (`NOTIFY_SOCKET`): a path, or a name without a file that
    /// begins with `@`.
    pub fn of_environment() -> io::Result<Option<Self>> {
        env::var_os("NOTIFY_SOCKET")
            .map(|name| Self::at(name.as_encoded_bytes()))
            .transpose()
    }

    fn at(name: &[u8]) -> io::Result<Self> {
        let address = match name.strip_prefix(b"@") {
            Some(name) => SocketAddr::from_abstract_name(name)?,
            None => {
                SocketAddr::from_pathname(std::str::from_utf8(name).map_err(io::Error::other)?)?
            }
        };
        let socket = UnixDatagram::unbound()?;
        socket.connect_addr(&address)?;
        // It is slow or gone: what it is told next says the same.
        socket.set_nonblocking(true)?;
        Ok(Self { socket })
    }

    /// The program does what it was started for.
    pub fn ready(&self) -> io::Result<()> {
        self.tell("READY=1")
    }

    /// The program still does. Units with `WatchdogSec=` are started anew when they don't say so
    /// for that long.
    pub fn alive(&self) -> io::Result<()> {
        self.tell("WATCHDOG=1")
    }

    /// How it is, in a line, for `systemctl status`.
    pub fn status(&self, line: &str) -> io::Result<()> {
        self.tell(&format!("STATUS={}", line.replace('\n', " ")))
    }

    fn tell(&self, what: &str) -> io::Result<()> {
        self.socket.send(what.as_bytes()).map(drop)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use super::*;

    fn heard(socket: &UnixDatagram) -> String {
        socket
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        let mut text = [0; 200];
        let length = socket.recv(&mut text).unwrap();
        String::from_utf8(text[..length].to_vec()).unwrap()
    }

    #[test]
    fn a_service_manager_hears_what_it_is_told_at_a_path_and_at_a_name_without_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("notify");
        let at_path = UnixDatagram::bind(&path).unwrap();
        let name = format!("gatepost-test-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let at_name = UnixDatagram::bind_addr(&address).unwrap();
        for (socket, named) in [
            (at_path, path.to_str().unwrap().to_owned()),
            (at_name, format!("@{name}")),
        ] {
            let manager = ServiceManager::at(named.as_bytes()).unwrap();
            manager.ready().unwrap();
            manager.alive().unwrap();
            manager.status("first picture\nREADY=1").unwrap();
            let said = [(); 3].map(|()| heard(&socket));
            assert_eq!(
                said,
                ["READY=1", "WATCHDOG=1", "STATUS=first picture READY=1"]
            );
        }
    }

    #[test]
    fn a_service_manager_that_is_not_there_is_an_error_and_no_wait() {
        assert!(ServiceManager::at(b"/nowhere/notify").is_err());
        assert!(ServiceManager::at(b"").is_err());
    }
}

//! Secrets that are asked for on the terminal, without showing them.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
};

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

/// Longest line, in bytes.
const LONGEST: u64 = 1024;

/// Nobody can be asked.
#[derive(Debug, thiserror::Error)]
#[error("there is no terminal to ask on")]
pub struct TerminalError(#[from] io::Error);

/// Asks for a secret on the terminal of this program, whatever its input and output are.
pub fn ask_secret(question: &str) -> Result<String, TerminalError> {
    let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
    Ok(ask_on(&terminal, question)?)
}

fn ask_on(mut terminal: &File, question: &str) -> io::Result<String> {
    let before = tcgetattr(terminal)?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    silent.local_modes.insert(LocalModes::ECHONL);
    tcsetattr(terminal, OptionalActions::Flush, &silent)?;
    let mut read = || {
        write!(terminal, "{question}: ")?;
        terminal.flush()?;
        let mut line = String::new();
        BufReader::new(terminal.take(LONGEST)).read_line(&mut line)?;
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    };
    let answer = read();
    tcsetattr(terminal, OptionalActions::Flush, &before)?;
    answer
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{thread, time::Duration};

    use rustix::{
        fs::{Mode, OFlags},
        pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    };

    use super::*;

    #[test]
    fn a_secret_is_read_and_never_shown_and_the_terminal_shows_again_afterwards() {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&keyboard).unwrap();
        unlockpt(&keyboard).unwrap();
        let name = ptsname(&keyboard, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let terminal: File = rustix::fs::open(name, flags, Mode::empty()).unwrap().into();
        let asked = terminal.try_clone().unwrap();
        let asking = thread::spawn(move || ask_on(&asked, "passphrase").unwrap());
        let mut keyboard: File = keyboard.into();
        let mut shown = vec![0; 12];
        keyboard.read_exact(&mut shown).unwrap();
        assert_eq!(shown, b"passphrase: ");
        keyboard.write_all(b"correct horse\n").unwrap();
        assert_eq!(asking.join().unwrap(), "correct horse");
        let modes = tcgetattr(&terminal).unwrap().local_modes;
        assert!(modes.contains(LocalModes::ECHO));
        thread::sleep(Duration::from_millis(20));
        let mut rest = [0; 64];
        let count = keyboard.read(&mut rest).unwrap();
        assert_eq!(&rest[..count], b"\r\n");
    }
}

//! `gatepost face`: the second display, which faces the person.

use std::{error::Error, path::Path, thread};

use clap::Args;

use super::Done;
use crate::{data::DataDir, face::FaceListener, ui::FaceUi};

/// What `face` takes.
#[derive(Args, Debug)]
pub struct Arguments {
    /// In a window, for a desk, instead of over the whole screen.
    #[arg(long)]
    windowed: bool,
}

/// Shows what the scanner says, until the window is closed.
pub fn run(data: &Path, arguments: &Arguments) -> Result<Done, Box<dyn Error>> {
    let data = DataDir::open(data)?;
    let mut listener = FaceListener::bind(&data)?;
    let window = FaceUi::new(!arguments.windowed)?;
    let handle = window.handle();
    // It ends with the process, or with a fault, which ends the window.
    let listening = thread::spawn(move || {
        let fault = loop {
            match listener.next_message() {
                Ok(message) => handle.show(message),
                Err(fault) => break fault,
            }
        };
        handle.quit();
        fault
    });
    window.run()?;
    if listening.is_finished()
        && let Ok(fault) = listening.join()
    {
        return Err(fault.into());
    }
    Ok(Done::Well)
}

//! Where releases come from, and the first such place: a directory, as `gatepost-authority program
//! sign` writes it.

use std::io::{self, Read};

use gatepost_pass::{KebabName, ProgramRelease};
use gatepost_system::stick::StickDir;

/// Where a release comes from: a directory (USB stick), or the hub.
pub trait ReleaseOrigin {
    /// The signed release for a target; none where there is none.
    fn release(&mut self, target: &KebabName) -> io::Result<Option<Vec<u8>>>;
    /// The bytes of its image from `offset` on.
    fn image(&mut self, release: &ProgramRelease, offset: u64) -> io::Result<Box<dyn Read + '_>>;
}

impl ReleaseOrigin for StickDir {
    fn release(&mut self, target: &KebabName) -> io::Result<Option<Vec<u8>>> {
        match self.read(ProgramRelease::file_name(target), ProgramRelease::MAX) {
            Ok(release) => Ok(Some(release)),
            Err(why) if why.is_not_found() => Ok(None),
            Err(why) => Err(io::Error::other(why)),
        }
    }

    fn image(&mut self, release: &ProgramRelease, offset: u64) -> io::Result<Box<dyn Read + '_>> {
        let file = self.reader(release.digest.to_string(), offset);
        Ok(Box::new(file.map_err(io::Error::other)?))
    }
}

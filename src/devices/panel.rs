//! How large the screen is, as it says itself: its EDID (VESA E-EDID 1.4) under `/sys/class/drm`.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use thiserror::Error;

use crate::config::Inches;

/// Where the kernel lists connectors.
pub const CONNECTORS: &str = "/sys/class/drm";

/// Most connectors that are looked at.
const MAX_CONNECTORS: usize = 64;
/// Bytes of the base block, which has all that is needed.
const BLOCK: usize = 128;
const HEADER: [u8; 8] = [0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0];
/// Where the first detailed timing begins.
const TIMING: usize = 54;
const MILLIMETRES_PER_INCH: f64 = 25.4;

/// Why an EDID does not say how large its panel is.
#[derive(Debug, Error)]
pub enum EdidError {
    /// It could not be read.
    #[error("the EDID can't be read")]
    Read(#[from] io::Error),
    /// It is shorter than a block: nothing is connected.
    #[error("the EDID has {0} bytes")]
    Short(usize),
    /// It does not begin as an EDID does.
    #[error("no EDID begins like this")]
    Header,
    /// Its bytes do not add up.
    #[error("the EDID's checksum is wrong")]
    Checksum,
    /// It says nothing, as a projector's does, or what no panel is.
    #[error("the EDID says no size")]
    NoSize,
}

/// Diagonal of the first panel under `directory` that says how large it is.
pub fn panel_size(directory: &Path) -> Option<Inches> {
    let entries = std::fs::read_dir(directory).ok()?;
    let mut connectors: Vec<_> = entries.take(MAX_CONNECTORS).flatten().collect();
    connectors.sort_by_key(std::fs::DirEntry::file_name);
    connectors.iter().find_map(|connector| {
        let read = read_block(&connector.path().join("edid"));
        read.and_then(|block| diagonal(&block)).ok()
    })
}

fn read_block(path: &Path) -> Result<Vec<u8>, EdidError> {
    let mut block = Vec::with_capacity(BLOCK);
    let limit = BLOCK as u64;
    File::open(path)?.take(limit).read_to_end(&mut block)?;
    Ok(block)
}

/// Diagonal of the panel of this EDID.
fn diagonal(edid: &[u8]) -> Result<Inches, EdidError> {
    let block: &[u8; BLOCK] = edid.first_chunk().ok_or(EdidError::Short(edid.len()))?;
    if !block.starts_with(&HEADER) {
        return Err(EdidError::Header);
    }
    if block.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte)) != 0 {
        return Err(EdidError::Checksum);
    }
    // Whole centimetres; where one of them is 0 the other is a ratio of sides (section 3.6.2).
    let rough = [block[21], block[22]].map(|centimetres| 10 * u16::from(centimetres));
    let rough = Some(rough).filter(|sides| !sides.contains(&0));
    let exact = timing_size(block);
    // Some panels write a ratio such as 16 by 9 there too: then the two disagree.
    let agree = |exact: &[u16; 2]| {
        rough.is_none_or(|rough| (0..2).all(|side| exact[side].abs_diff(rough[side]) <= 10))
    };
    let size = exact.filter(agree).or(rough).ok_or(EdidError::NoSize)?;
    let [width, height] = size.map(f64::from);
    Inches::new(width.hypot(height) / MILLIMETRES_PER_INCH).ok_or(EdidError::NoSize)
}

/// Millimetres of the first detailed timing (section 3.10.2), if it is one.
fn timing_size(block: &[u8; BLOCK]) -> Option<[u16; 2]> {
    let is_timing = block[TIMING] != 0 || block[TIMING + 1] != 0;
    let high = u16::from(block[TIMING + 14]);
    let width = u16::from(block[TIMING + 12]) | (high >> 4) << 8;
    let height = u16::from(block[TIMING + 13]) | (high & 0xF) << 8;
    (is_timing && width > 0 && height > 0).then_some([width, height])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// The EDID of a panel of so many centimetres, and millimetres in its timing.
    fn edid(centimetres: [u8; 2], millimetres: Option<[u16; 2]>) -> Vec<u8> {
        let mut block = vec![0; BLOCK];
        block[..8].copy_from_slice(&HEADER);
        [block[21], block[22]] = centimetres;
        if let Some([width, height]) = millimetres {
            block[TIMING] = 1;
            block[TIMING + 12] = width as u8;
            block[TIMING + 13] = height as u8;
            block[TIMING + 14] = ((width >> 8) << 4 | height >> 8) as u8;
        }
        sum(&mut block);
        block
    }

    fn sum(block: &mut [u8]) {
        block[BLOCK - 1] = 0;
        let sum = block.iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
        block[BLOCK - 1] = sum.wrapping_neg();
    }

    fn inches(edid: &[u8]) -> Option<f32> {
        diagonal(edid).ok().map(Inches::get)
    }

    #[test]
    fn a_panel_says_its_size_in_millimetres_or_else_in_centimetres() {
        assert_eq!(inches(&edid([15, 9], Some([154, 86]))), Some(6.9));
        assert_eq!(inches(&edid([15, 9], None)), Some(6.9));
        assert_eq!(inches(&edid([0, 0], Some([217, 136]))), Some(10.1));
        assert_eq!(inches(&edid([52, 32], Some([518, 324]))), Some(24.1));
    }

    #[test]
    fn a_ratio_of_sides_is_no_size() {
        assert_eq!(inches(&edid([15, 9], Some([160, 9]))), Some(6.9));
        assert_eq!(inches(&edid([79, 0], None)), None);
        assert_eq!(inches(&edid([0, 0], Some([16, 9]))), None);
        assert_eq!(inches(&edid([255, 255], None)), None);
    }

    #[test]
    fn an_edid_that_is_short_broken_or_no_edid_says_why() {
        let whole = edid([15, 9], Some([154, 86]));
        for length in 0..BLOCK {
            let cut = diagonal(&whole[..length]);
            assert!(matches!(cut, Err(EdidError::Short(bytes)) if bytes == length));
        }
        for at in 0..BLOCK {
            let mut broken = whole.clone();
            broken[at] ^= 0x20;
            let said = diagonal(&broken);
            assert!(matches!(said, Err(EdidError::Header | EdidError::Checksum)));
        }
        let mut other = whole;
        other[0] = 1;
        sum(&mut other);
        assert!(matches!(diagonal(&other), Err(EdidError::Header)));
    }

    #[test]
    fn the_first_connected_panel_counts_and_nothing_else_of_the_directory() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, edid: Vec<u8>| {
            let connector = folder.path().join(name);
            std::fs::create_dir(&connector).unwrap();
            std::fs::write(connector.join("edid"), edid).unwrap();
        };
        assert_eq!(panel_size(&folder.path().join("none")), None);
        assert_eq!(panel_size(folder.path()), None);
        std::fs::write(folder.path().join("version"), "drm 1.1.0").unwrap();
        std::fs::create_dir(folder.path().join("card0")).unwrap();
        put("card0-DP-1", Vec::new());
        put("card0-HDMI-A-1", vec![0xFF; 4096]);
        assert_eq!(panel_size(folder.path()), None);
        let mut long = edid([22, 14], Some([217, 136]));
        long.extend([0xA5; 128]);
        put("card0-HDMI-A-2", long);
        put("card1-HDMI-A-1", edid([52, 32], None));
        assert_eq!(panel_size(folder.path()).map(Inches::get), Some(10.1));
    }
}

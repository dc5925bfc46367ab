//! Pictures from files: one by one for the command line, or a folder as a stream of frames.

use std::error::Error;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};
use std::vec;

use gatepost_system::files;
use image::ImageReader;

use super::error::CameraError;
use super::frame::{Frame, FrameError, broken, limits};
use super::huffman_tables::with_huffman_tables;
use super::source::FrameSource;
use crate::cause::Cause;

/// Largest picture file in bytes.
pub const MAX_PICTURE_BYTES: usize = 64 << 20;
/// Largest number of pictures in a folder.
const MAX_PICTURES: usize = 100_000;
const EXTENSIONS: [&str; 4] = ["png", "jpg", "jpeg", "webp"];

/// The pictures of a folder, sorted by name, as frames.
#[derive(Debug)]
pub struct PictureFolder {
    folder: PathBuf,
    pictures: vec::IntoIter<PathBuf>,
    pace: Duration,
    /// When the next picture is due.
    due: Option<Instant>,
}

impl PictureFolder {
    /// Opens a folder; its pictures will come `pace` apart, the first after that time.
    pub fn open(folder: impl AsRef<Path>, pace: Duration) -> Result<Self, CameraError> {
        let folder = folder.as_ref();
        let pictures = pictures_in(folder)?;
        if pictures.is_empty() {
            return Err(bad_folder(folder, "no pictures in it"));
        }
        Ok(Self {
            folder: folder.to_owned(),
            pictures: pictures.into_iter(),
            pace,
            due: None,
        })
    }
}

impl FrameSource for PictureFolder {
    fn next_frame(&mut self) -> Result<Frame, CameraError> {
        let picture = self.pictures.next().ok_or(CameraError::Finished)?;
        // Loading takes part of the time; a late picture is not made up for.
        let now = Instant::now();
        let due = self.due.unwrap_or(now + self.pace).max(now);
        thread::sleep(due - now);
        self.due = Some(due + self.pace);
        load_picture(picture)
    }

    fn device(&self) -> String {
        self.folder.display().to_string()
    }

    fn pace(&self) -> Duration {
        self.pace
    }
}

/// Reads a PNG, JPEG or WebP file of at most [`MAX_PICTURE_BYTES`] and [`super::MAX_PIXELS`]. The
/// format is recognised by the content, not by the name.
///
/// # Errors
/// [`CameraError::BadPicture`], whatever is wrong.
pub fn load_picture(path: impl AsRef<Path>) -> Result<Frame, CameraError> {
    let path = path.as_ref();
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = name.to_string_lossy().into_owned();
    match read_picture(path) {
        Ok(frame) => Ok(frame.named(name)),
        Err(cause) => Err(CameraError::BadPicture {
            name: path.display().to_string(),
            cause,
        }),
    }
}

fn read_picture(path: &Path) -> Result<Frame, Cause> {
    // A pipe that lies among pictures would be waited for.
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        return Err(Cause::new("it is not a regular file"));
    }
    let bytes = files::read(path, MAX_PICTURE_BYTES).map_err(Cause::new)?;
    decode_picture(&bytes).map_err(Cause::new)
}

fn decode_picture(bytes: &[u8]) -> Result<Frame, FrameError> {
    let bytes = with_huffman_tables(bytes);
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| FrameError::Broken(Cause::new(error)))?;
    reader.limits(limits());
    Frame::from_decoder(reader.into_decoder().map_err(broken)?)
}

/// The file itself, or the pictures directly in a folder, sorted by name. A name that ends in png,
/// jpg, jpeg or webp, in whatever case, is a picture.
///
/// # Errors
/// [`CameraError::Folder`] if the path does not exist or cannot be listed.
pub fn pictures_in(path: impl AsRef<Path>) -> Result<Vec<PathBuf>, CameraError> {
    let path = path.as_ref();
    let io = |error: std::io::Error| bad_folder(path, error);
    if !fs::metadata(path).map_err(io)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut pictures = Vec::new();
    for entry in fs::read_dir(path).map_err(io)? {
        let entry = entry.map_err(io)?.path();
        if is_picture(&entry) {
            if pictures.len() == MAX_PICTURES {
                return Err(bad_folder(path, "more than 100,000 pictures"));
            }
            pictures.push(entry);
        }
    }
    pictures.sort();
    Ok(pictures)
}

fn is_picture(path: &Path) -> bool {
    let extension = path
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    EXTENSIONS.contains(&extension.as_str()) && path.is_file()
}

fn bad_folder(path: &Path, cause: impl Into<Box<dyn Error + Send + Sync>>) -> CameraError {
    CameraError::Folder {
        path: path.to_owned(),
        cause: Cause::new(cause),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use gatepost_system::chain;
    use image::GrayImage;

    use super::*;

    fn save(folder: &Path, name: &str, grey: u8) {
        let picture = GrayImage::from_pixel(4, 3, image::Luma([grey]));
        picture.save(folder.join(name)).unwrap();
    }

    #[test]
    fn a_folder_gives_its_pictures_by_name_and_then_finishes() {
        let folder = tempfile::tempdir().unwrap();
        save(folder.path(), "b.PNG", 20);
        save(folder.path(), "a.webp", 10);
        save(folder.path(), "c.jpeg", 30);
        fs::write(folder.path().join("notes.txt"), "no picture").unwrap();
        fs::create_dir(folder.path().join("d.png")).unwrap();
        let mut source = PictureFolder::open(folder.path(), Duration::ZERO).unwrap();
        for name in ["a.webp", "b.PNG", "c.jpeg"] {
            assert_eq!(source.next_frame().unwrap().name(), Some(name));
        }
        assert_eq!(source.next_frame(), Err(CameraError::Finished));
        assert_eq!(source.next_frame(), Err(CameraError::Finished));
    }

    #[test]
    fn a_broken_picture_is_named_once_and_the_next_one_follows() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.png"), "no picture").unwrap();
        save(folder.path(), "b.png", 1);
        let mut source = PictureFolder::open(folder.path(), Duration::ZERO).unwrap();
        let Err(CameraError::BadPicture { name, .. }) = source.next_frame() else {
            unreachable!("the first picture is broken")
        };
        assert!(name.ends_with("a.png"));
        assert_eq!(source.next_frame().unwrap().name(), Some("b.png"));
    }

    #[test]
    fn a_file_stands_for_itself() {
        let folder = tempfile::tempdir().unwrap();
        save(folder.path(), "a.png", 1);
        let file = folder.path().join("a.png");
        assert_eq!(pictures_in(&file), Ok(vec![file]));
    }

    #[test]
    fn missing_and_empty_folders_say_so() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        assert!(matches!(
            pictures_in(&missing),
            Err(CameraError::Folder { .. })
        ));
        let empty = PictureFolder::open(folder.path(), Duration::ZERO);
        assert!(matches!(empty, Err(CameraError::Folder { .. })));
        let missing = load_picture(missing);
        assert!(matches!(missing, Err(CameraError::BadPicture { .. })));
    }

    #[test]
    fn a_picture_over_the_pixel_limit_is_refused_by_its_header() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bomb.png");
        save(folder.path(), "bomb.png", 1);
        let mut bytes = fs::read(&file).unwrap();
        // Width and height of the header, and its checksum, as for 50,000 x 50,000 grey pixels.
        bytes[16..24].copy_from_slice(&[0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50]);
        let sum = crc(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&sum.to_be_bytes());
        fs::write(&file, bytes).unwrap();
        let error = load_picture(&file).unwrap_err();
        assert!(matches!(error, CameraError::BadPicture { .. }));
        let text = chain(&error);
        assert!(text.contains("50000 x 50000"), "{text}");
    }

    #[test]
    fn a_pipe_that_lies_among_pictures_is_refused_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.png");
        let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::from(0o666));
        rustix::fs::mknodat(rustix::fs::CWD, &file, kind, mode, 0).unwrap();
        let error = load_picture(&file).unwrap_err();
        assert!(chain(&error).contains("not a regular file"), "{error:?}");
    }

    #[test]
    fn a_file_over_the_byte_limit_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("large.png");
        fs::File::create(&file)
            .unwrap()
            .set_len(MAX_PICTURE_BYTES as u64 + 1)
            .unwrap();
        let error = load_picture(&file).unwrap_err();
        assert!(matches!(error, CameraError::BadPicture { .. }));
        let text = chain(&error);
        assert!(text.contains("larger than 67108864 bytes"), "{text}");
    }

    /// The checksum of PNG chunks.
    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| {
                (crc >> 1) ^ (0xedb8_8320 & 0u32.wrapping_sub(crc & 1))
            })
        })
    }
}

//! A camera behind V4L2. The only file that names nokhwa.
//!
//! nokhwa finds the format, by its V4L2 device: its `Camera` cannot be sent to another thread and
//! unwraps when dropped. The stream is that of v4l, on which nokhwa stands: it has a timeout, so
//! that a driver that stops is let go and opened again, and says how many bytes of a buffer are the
//! picture. We convert the buffers ourselves. nokhwa's errors carry the system's error number only
//! in their text.

use std::error::Error;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use nokhwa::NokhwaError;
use nokhwa::backends::capture::V4LCaptureDevice;
use nokhwa::camera_traits::CaptureBackendTrait;
use nokhwa::utils::{
    CameraFormat, CameraIndex, FrameFormat, RequestedFormat, RequestedFormatType, Resolution,
};
use v4l::buffer::Type;
use v4l::io::mmap::Stream;
use v4l::io::traits::CaptureStream;
use v4l::video::Capture;
use v4l::video::capture::Parameters;
use v4l::{Device, Format, FourCC};

use super::error::CameraError;
use super::frame::{Frame, FrameError};
use super::source::FrameSource;
use crate::cause::Cause;

/// What we ask for first: every camera offers it, and it is cheap to search.
const WIDTH: u32 = 640;
const HEIGHT: u32 = 480;
const RATE: u32 = 30;
/// Pixel formats that we read, cheapest first.
const FORMATS: [FrameFormat; 5] = [
    FrameFormat::YUYV,
    FrameFormat::MJPEG,
    FrameFormat::NV12,
    FrameFormat::GRAY,
    FrameFormat::RAWRGB,
];
/// Broken frames in a row that are skipped; many cameras start with some.
const MAX_BROKEN: usize = 30;

/// Without a buffer for so long, the stream has stopped: sooner than [`super::watch`] leaves its
/// thread behind.
const STOPPED: Duration = Duration::from_secs(2);
/// Buffers that the driver fills in turns.
const BUFFERS: u32 = 4;

/// Error numbers of Linux.
const ENOENT: i32 = 2;
const EIO: i32 = 5;
const ENXIO: i32 = 6;
const EACCES: i32 = 13;
const EBUSY: i32 = 16;
const ENODEV: i32 = 19;

/// An open, streaming camera.
pub struct V4lCamera {
    name: String,
    format: Format,
    stream: Stream<'static>,
}

impl V4lCamera {
    /// Opens a camera by its path (`/dev/video0`, or a link to it as under `/dev/v4l/by-id`) or by
    /// its number, and starts the stream.
    ///
    /// # Errors
    /// `NotFound`, `Busy` or `Unsupported`.
    pub fn open(device: &str) -> Result<Self, CameraError> {
        let index = index_of(device)?;
        let found = open_in_best_format(&CameraIndex::Index(index));
        let found = found.map_err(|e| at_open(device, e))?.camera_format();
        let stream = start(index, found);
        let (format, stream) = stream.map_err(|e| at_open(device, e))?;
        Ok(Self {
            name: device.to_owned(),
            format,
            stream,
        })
    }

    /// One buffer as a frame; outer error: the camera, inner error: this buffer.
    fn capture(&mut self) -> Result<Result<Frame, FrameError>, CameraError> {
        let Format {
            width,
            height,
            fourcc,
            ..
        } = self.format;
        let (buffer, filled) = self
            .stream
            .next()
            .map_err(|e| while_streaming(&self.name, e))?;
        let filled = usize::try_from(filled.bytesused).unwrap_or(usize::MAX);
        let buffer = buffer.get(..filled).unwrap_or(buffer);
        Ok(match &fourcc.repr {
            b"YUYV" => Frame::from_yuyv(width, height, buffer),
            b"MJPG" | b"JPEG" => Frame::from_jpeg(buffer),
            b"NV12" => Frame::from_nv12(width, height, buffer),
            b"GREY" => Frame::from_grey(width, height, buffer),
            b"RGB3" => Frame::from_rgb(width, height, buffer),
            _ => Err(FrameError::Format("an unknown one")),
        })
    }
}

/// Opens the device in this format, as far as it takes it, with its buffers.
fn start(index: u32, found: CameraFormat) -> io::Result<(Format, Stream<'static>)> {
    let device = Device::with_path(format!("/dev/video{index}"))?;
    let fourcc = FourCC::new(match found.format() {
        FrameFormat::YUYV => b"YUYV",
        FrameFormat::MJPEG => b"MJPG",
        FrameFormat::NV12 => b"NV12",
        FrameFormat::GRAY => b"GREY",
        FrameFormat::RAWRGB | FrameFormat::RAWBGR => b"RGB3",
    });
    let format = Format::new(found.width(), found.height(), fourcc);
    let format = device.set_format(&format)?;
    // Some drivers have one rate only, and say so.
    let _ = device.set_params(&Parameters::with_fps(found.frame_rate()));
    let mut stream = Stream::with_buffers(&device, Type::VideoCapture, BUFFERS)?;
    stream.set_timeout(STOPPED);
    Ok((format, stream))
}

impl FrameSource for V4lCamera {
    fn next_frame(&mut self) -> Result<Frame, CameraError> {
        let mut broken = 1;
        loop {
            match self.capture()? {
                Ok(frame) => return Ok(frame),
                Err(_) if broken < MAX_BROKEN => broken += 1,
                Err(error) => {
                    return Err(CameraError::BadPicture {
                        name: self.name.clone(),
                        cause: Cause::new(error),
                    });
                }
            }
        }
    }

    fn device(&self) -> String {
        self.name.clone()
    }
}

/// The number of a device: nokhwa opens by number only.
fn index_of(device: &str) -> Result<u32, CameraError> {
    let not_found = || CameraError::NotFound {
        device: device.to_owned(),
    };
    let path = match device.parse::<u32>() {
        Ok(index) => format!("/dev/video{index}"),
        Err(_) => device.to_owned(),
    };
    // Links are followed; also tells whether it is there.
    let path = fs::canonicalize(path).map_err(|_| not_found())?;
    number_in(&path).ok_or_else(|| CameraError::Unsupported {
        device: device.to_owned(),
        cause: Cause::new("it is not a video device"),
    })
}

/// The number in `/dev/video0`.
fn number_in(path: &Path) -> Option<u32> {
    let name = path.strip_prefix("/dev").ok()?.to_str()?;
    name.strip_prefix("video")?.parse().ok()
}

/// Opens in the size and rate that we want, or else in the closest that the camera lists.
fn open_in_best_format(index: &CameraIndex) -> Result<V4LCaptureDevice<'static>, NokhwaError> {
    let open = |request, format| {
        V4LCaptureDevice::new(index, RequestedFormat::with_formats(request, &[format]))
    };
    let ideal = |format| {
        let format = CameraFormat::new_from(WIDTH, HEIGHT, format, RATE);
        RequestedFormatType::Exact(format)
    };
    let exact = FORMATS.iter().map(|&format| (ideal(format), format));
    let any = FORMATS
        .iter()
        .map(|&format| (RequestedFormatType::None, format));
    let mut last = None;
    for (request, format) in exact.chain(any) {
        match open(request, format) {
            Ok(mut device) => {
                if request == RequestedFormatType::None {
                    prefer_closest(&mut device);
                }
                return Ok(device);
            }
            // These don't depend on the format.
            Err(e)
                if matches!(
                    errno(&e.to_string()),
                    Some(ENOENT | ENXIO | ENODEV | EACCES | EBUSY)
                ) =>
            {
                return Err(e);
            }
            Err(e) => last = Some(e),
        }
    }
    Err(last.unwrap_or_else(|| NokhwaError::GeneralError("no pixel format".to_owned())))
}

/// Changes to the listed format that is closest to what we want. If the camera refuses, it stays as
/// it was opened.
fn prefer_closest(device: &mut V4LCaptureDevice<'static>) {
    let opened = device.camera_format();
    let listed = device.compatible_camera_formats().unwrap_or_default();
    if let Some(format) = closest(&listed).filter(|&format| format != opened)
        && device.set_camera_format(format).is_err()
    {
        // Back to what worked; if even that fails, the first frame will show it.
        let _ = device.set_camera_format(opened);
    }
}

/// Of a camera's formats the one closest in size, then in rate, then the cheapest to read.
fn closest(listed: &[CameraFormat]) -> Option<CameraFormat> {
    let pixels = |r: Resolution| u64::from(r.width()) * u64::from(r.height());
    listed
        .iter()
        .copied()
        .filter(|f| FORMATS.contains(&f.format()) && pixels(f.resolution()) > 0)
        .min_by_key(|f| {
            let size = pixels(f.resolution()).abs_diff(pixels(Resolution::new(WIDTH, HEIGHT)));
            let rank = FORMATS.iter().position(|&format| format == f.format());
            (size, f.frame_rate().abs_diff(RATE), rank)
        })
}

fn at_open(device: &str, error: impl Error + Send + Sync + 'static) -> CameraError {
    let device = device.to_owned();
    match errno(&error.to_string()) {
        Some(ENOENT | ENXIO | ENODEV) => CameraError::NotFound { device },
        Some(EBUSY) => CameraError::Busy { device },
        Some(EACCES) => CameraError::Unsupported {
            device,
            cause: Cause::new("this user may not open it: add the user to the group video"),
        },
        _ => CameraError::Unsupported {
            device,
            cause: Cause::new(error),
        },
    }
}

fn while_streaming(device: &str, error: io::Error) -> CameraError {
    let device = device.to_owned();
    match error.raw_os_error() {
        Some(ENOENT | EIO | ENXIO | ENODEV) => CameraError::Unplugged { device },
        Some(EBUSY) => CameraError::Busy { device },
        // A signal too: the stream cannot say which buffer it was at.
        Some(_) => CameraError::Stalled { device },
        None if error.kind() == io::ErrorKind::TimedOut => CameraError::Stalled { device },
        None => CameraError::Unsupported {
            device,
            cause: Cause::new(error),
        },
    }
}

/// The system's error number in a text such as `… (os error 16)`.
fn errno(text: &str) -> Option<i32> {
    let (_, number) = text.rsplit_once("(os error ")?;
    number.split(')').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(text: &str) -> CameraError {
        at_open(
            "0",
            NokhwaError::OpenDeviceError("0".to_owned(), text.to_owned()),
        )
    }

    #[test]
    fn a_device_that_is_not_there_is_not_found() {
        for device in ["/dev/video4711", "4711", "/nowhere/video0", ""] {
            let Err(error) = V4lCamera::open(device) else {
                unreachable!("there is no such camera")
            };
            assert_eq!(
                error,
                CameraError::NotFound {
                    device: device.to_owned()
                }
            );
        }
    }

    #[test]
    fn a_file_that_is_no_video_device_is_unsupported() {
        let opened = V4lCamera::open("/dev/null").map(|_| ());
        assert!(matches!(opened, Err(CameraError::Unsupported { .. })));
    }

    #[test]
    fn numbers_are_taken_from_device_names_only() {
        assert_eq!(number_in(Path::new("/dev/video12")), Some(12));
        for path in [
            "/dev/video",
            "/dev/video-1",
            "/dev/sda",
            "/tmp/video0",
            "/dev/video99999999999",
        ] {
            assert_eq!(number_in(Path::new(path)), None, "{path}");
        }
    }

    #[test]
    fn errors_at_opening_are_told_apart() {
        let missing = opening("No such file or directory (os error 2)");
        assert!(matches!(missing, CameraError::NotFound { .. }));
        let busy = opening("Device or resource busy (os error 16)");
        assert!(matches!(busy, CameraError::Busy { .. }));
        for text in [
            "Permission denied (os error 13)",
            "Failed to Fufill",
            "(os error x)",
        ] {
            assert!(
                matches!(opening(text), CameraError::Unsupported { .. }),
                "{text}"
            );
        }
    }

    #[test]
    fn errors_while_streaming_are_told_apart() {
        let told = |error| match while_streaming("0", error) {
            CameraError::Unplugged { .. } => "unplugged",
            CameraError::Stalled { .. } => "stalled",
            CameraError::Unsupported { .. } => "unsupported",
            _ => "something else",
        };
        let system = io::Error::from_raw_os_error;
        assert_eq!(told(system(ENODEV)), "unplugged");
        for stopped in [system(11), io::ErrorKind::TimedOut.into()] {
            assert_eq!(told(stopped), "stalled");
        }
        assert_eq!(told(io::Error::other("no stream")), "unsupported");
    }

    #[test]
    fn the_closest_format_wins_by_size_then_rate_then_cost() {
        let format = |w, h, f, r| CameraFormat::new_from(w, h, f, r);
        let vga = format(640, 480, FrameFormat::MJPEG, 30);
        let listed = [
            format(1920, 1080, FrameFormat::YUYV, 30),
            format(640, 480, FrameFormat::YUYV, 5),
            format(640, 480, FrameFormat::RAWBGR, 30),
            vga,
            format(320, 240, FrameFormat::YUYV, 30),
        ];
        assert_eq!(closest(&listed), Some(vga));
        let yuyv = format(640, 480, FrameFormat::YUYV, 30);
        assert_eq!(closest(&[vga, yuyv]), Some(yuyv));
        assert_eq!(closest(&[]), None);
    }
}

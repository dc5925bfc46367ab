//! `render`: a code as a picture, for a screen or for print.

use std::{error::Error, io::Cursor, path::PathBuf};

use gatepost_pass::Document;
use gatepost_system::files::{self, Access};
use gatepost_system::say;
use image::{GrayImage, ImageFormat, Luma};
use qrcodegen::{QrCode, QrCodeEcc, QrSegment};

use crate::args;

/// Pixels per module.
const MODULE: u32 = 8;
/// Modules of white around the code (ISO/IEC 18004).
const QUIET_ZONE: u32 = 4;

/// Arguments of `render`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The code: its text, or a file that holds it.
    #[arg(value_name = "TEXT|FILE")]
    code: String,
    /// Picture to write, as PNG.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// A picture cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot draw the code")]
struct RenderError(#[source] Box<dyn Error>);

pub(crate) fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let text = args::code_text(&args.code)?;
    let document = Document::from_text(&text)?;
    let (code, png) = render(&text).map_err(RenderError)?;
    // A picture of a one-time code is as secret as the code.
    let access = match document.claimed_enrolment() {
        Some(code) if code.secret.is_some() => Access::Private,
        _ => Access::Shared,
    };
    files::replace(&args.out, access, &png)?;
    say!(
        "{}: version {}, {} x {} modules",
        args.out.display(),
        code.version().value(),
        code.size(),
        code.size()
    );
    Ok(())
}

/// The QR code of a text, and its picture as PNG.
fn render(text: &str) -> Result<(QrCode, Vec<u8>), Box<dyn Error>> {
    // Base45 uses only characters of QR's alphanumeric mode.
    let segment = QrSegment::make_alphanumeric(text);
    let code = QrCode::encode_segments(&[segment], QrCodeEcc::Medium)?;
    let mut png = Vec::new();
    draw(&code).write_to(&mut Cursor::new(&mut png), ImageFormat::Png)?;
    Ok((code, png))
}

fn draw(code: &QrCode) -> GrayImage {
    // At most 177 modules (ISO/IEC 18004).
    let side = (code.size().unsigned_abs() + 2 * QUIET_ZONE) * MODULE;
    let module = |at: u32| (at / MODULE).cast_signed() - QUIET_ZONE.cast_signed();
    GrayImage::from_fn(side, side, |x, y| {
        let dark = code.get_module(module(x), module(y));
        Luma([if dark { 0 } else { 255 }])
    })
}

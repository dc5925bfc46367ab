//! `render`: a code as a picture, for a screen or for print.

use std::{io::Cursor, path::PathBuf};

use gatepost_pass::Document;
use image::{GrayImage, ImageFormat, Luma};
use qrcodegen::{QrCode, QrCodeEcc, QrSegment};

use crate::{args, error::Error, files};

/// Pixels to a module.
const MODULE: u32 = 8;
/// Modules of white around the code (ISO/IEC 18004).
const QUIET: u32 = 4;

/// What `render` is told.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The code: its text, or a file that holds it.
    #[arg(value_name = "TEXT|FILE")]
    code: String,
    /// Picture to write, as PNG.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) fn run(args: &Args) -> Result<(), Error> {
    let text = args::code_text(&args.code)?;
    let document = Document::from_text(&text)?;
    let picture = |why: String| Error::Picture(why);
    // Base45 uses the characters of QR's alphanumeric mode only.
    let segment = QrSegment::make_alphanumeric(&text);
    let code = QrCode::encode_segments(&[segment], QrCodeEcc::Medium)
        .map_err(|why| picture(why.to_string()))?;
    let mut png = Vec::new();
    draw(&code)
        .write_to(&mut Cursor::new(&mut png), ImageFormat::Png)
        .map_err(|why| picture(why.to_string()))?;
    // A picture of a one-time code is as good as the code.
    match document.claimed_enrolment() {
        Some(code) if code.secret.is_some() => files::write_private(&args.out, &png)?,
        _ => files::write(&args.out, &png)?,
    }
    println!(
        "{}: version {}, {} x {} modules",
        args.out.display(),
        code.version().value(),
        code.size(),
        code.size()
    );
    Ok(())
}

fn draw(code: &QrCode) -> GrayImage {
    // At most 177 modules (ISO/IEC 18004).
    let side = (code.size().unsigned_abs() + 2 * QUIET) * MODULE;
    let module = |at: u32| (at / MODULE).cast_signed() - QUIET.cast_signed();
    GrayImage::from_fn(side, side, |x, y| {
        let dark = code.get_module(module(x), module(y));
        Luma([if dark { 0 } else { 255 }])
    })
}

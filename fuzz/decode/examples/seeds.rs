//! Writes the seeds of the target `decode`: `seeds DIRECTORY` fills `DIRECTORY/decode/`.

use std::{error::Error, fs, path::Path};

use qrcodegen::{QrCode, QrCodeEcc};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args_os().nth(1).ok_or("seeds DIRECTORY")?;
    let directory = Path::new(&directory).join("decode");
    fs::create_dir_all(&directory)?;
    // Bytes, pixels per module, angle in radians, light on dark. Small pictures: each is looked at in
    // a dozen ways, and what is mutated should be the code and not the ground.
    let seeds = [
        (8, 2.0, 0.0, false),
        (8, 3.3, 0.4, false),
        (14, 2.5, 0.0, true),
        (60, 2.0, 0.8, false),
        (200, 2.0, 0.0, false),
        (200, 2.6, 1.6, true),
    ];
    for (number, (bytes, module, angle, light)) in seeds.into_iter().enumerate() {
        let mut seed = rendered(&vec![b'Q'; bytes], module, angle, light)?;
        fs::write(directory.join(format!("seed-{number:02}-still")), &seed)?;
        // Two rows more, which begin again at the top: the sum is odd.
        seed[1] = seed[1].wrapping_sub(1);
        fs::write(directory.join(format!("seed-{number:02}-stream")), &seed)?;
    }
    println!("decode");
    Ok(())
}

/// A picture as the target takes it, as large as the code needs.
fn rendered(bytes: &[u8], module: f64, angle: f64, light: bool) -> Result<Vec<u8>, Box<dyn Error>> {
    let (sin, cos) = f64::sin_cos(angle);
    let code = QrCode::encode_binary(bytes, QrCodeEcc::Low)?;
    let half = f64::from(code.size()) / 2.0;
    let wide = 2.0 * (half + 3.0) * module * (sin.abs() + cos.abs());
    let short = ((300.0 - wide) / 2.0).max(0.0) as u8;
    let side = 300 - 2 * usize::from(short);
    let mut seed = vec![short, short];
    for (x, y) in (0..side).flat_map(|y| (0..side).map(move |x| (x, y))) {
        let at = |t: usize| (t as f64 + 0.5 - side as f64 / 2.0) / module;
        let (x, y) = (at(x), at(y));
        let (u, v) = (x * cos + y * sin + half, y * cos - x * sin + half);
        let black = code.get_module(u.floor() as i32, v.floor() as i32);
        seed.push(if black != light { 40 } else { 210 });
    }
    Ok(seed)
}

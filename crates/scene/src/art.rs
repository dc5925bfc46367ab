//! The carrier drawn flat: a phone with a pass on its screen, or a printed sheet, and the hand.
//!
//! Lengths are in code sides (quiet zone included), from the code's centre, right and down.

use crate::code::Code;
use crate::font;
use crate::random::Random;
use crate::view::Carrier;

/// Left, top, right and bottom edge of the sheet.
pub(crate) const SHEET: [f32; 4] = [-0.66, -0.98, 0.66, 1.26];

/// Left, top, right and bottom edge of the drawing, so that a hand beside the carrier fits.
const CANVAS: [f32; 4] = [-1.6, -1.2, 1.6, 1.6];

/// Shades of a finger, from its edge to its middle.
const SKIN_SHADES: u8 = 12;

/// Colours of a drawing, at most.
pub(crate) const INKS: usize = 32;

/// One colour of the drawing: an index into its palette. 0 lets the backdrop through.
type PaletteIndex = u8;
const NOTHING: PaletteIndex = 0;
const WHITE: PaletteIndex = 1;
const BLACK: PaletteIndex = 2;
const TEXT: PaletteIndex = 3;
const PALE_TEXT: PaletteIndex = 4;
const BODY: PaletteIndex = 5;
const RIM: PaletteIndex = 6;
const PAGE: PaletteIndex = 7;
const THEME: PaletteIndex = 8;
const ON_THEME: PaletteIndex = 9;
const SKIN: PaletteIndex = 16;

/// What an ink belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InkLayer {
    /// The page on the screen or on the sheet, with the code.
    Shown,
    /// The phone's front around the screen.
    Body,
    /// The hand, and what is not drawn at all.
    Hand,
}

impl InkLayer {
    pub(crate) fn of(ink: PaletteIndex) -> Self {
        match ink {
            WHITE | BLACK | TEXT | PALE_TEXT | PAGE | THEME | ON_THEME => Self::Shown,
            BODY | RIM => Self::Body,
            _ => Self::Hand,
        }
    }
}

/// A flat drawing in a few colours.
pub(crate) struct Art {
    /// Texels per module.
    per_module: usize,
    /// The code's centre, in texels.
    centre: [f32; 2],
    /// Side of the code in modules, quiet zone included.
    pub(crate) code_side: f32,
    /// Light of each ink.
    palette: [[f32; 3]; INKS],
    width: usize,
    height: usize,
    texels: Vec<PaletteIndex>,
}

impl Art {
    /// Draws the carrier with the code on it; the seed chooses its colours and the hand.
    pub(crate) fn new(code: &Code, carrier: Carrier, seed: u64) -> Self {
        // Fine enough for the small print, coarse enough to stay quick with a large code.
        let per_module = (640 / code.side()).clamp(4, 10);
        let scale = (per_module * code.side()) as f32;
        let [left, top, right, bottom] = CANVAS.map(|edge| (edge * scale).round());
        let (width, height) = ((right - left) as usize, (bottom - top) as usize);
        let mut art = Self {
            per_module,
            centre: [-left, -top],
            code_side: code.side() as f32,
            palette: [[0.0; 3]; INKS],
            width,
            height,
            texels: vec![NOTHING; width * height],
        };
        let mut random = Random::new(seed, 5);
        let side = random.pick(&[-1.0, 1.0]);
        let height = random.between(-0.05, 0.05);
        art.mix_skin(&mut random);
        match carrier {
            Carrier::Phone => {
                art.finger([side * 0.50, 0.85 + height], [side * 0.90, 1.9], 0.30);
                art.draw_phone(&mut random);
                art.draw_code(code);
                art.draw_grip(side, height);
            }
            Carrier::Paper => {
                art.draw_sheet(&mut random);
                art.draw_code(code);
                art.finger([side * 0.56, 0.68 + height], [side * 1.1, 1.9], 0.115);
            }
        }
        art
    }

    /// Light of each ink.
    pub(crate) fn palette(&self) -> &[[f32; 3]; INKS] {
        &self.palette
    }

    /// The ink of a texel. The drawing's border goes on outwards for ever, so that an arm reaches
    /// the edge of the picture.
    #[inline]
    pub(crate) fn ink(&self, [x, y]: [i32; 2]) -> PaletteIndex {
        let column = (x.max(0) as usize).min(self.width - 1);
        let row = (y.max(0) as usize).min(self.height - 1);
        self.texels
            .get(row * self.width + column)
            .copied()
            .unwrap_or(NOTHING)
    }

    /// The texel at a place in modules from the code's centre.
    pub(crate) fn texel(&self, place: [f32; 2]) -> [f32; 2] {
        let scale = self.per_module as f32;
        [0, 1].map(|i| place[i] * scale + self.centre[i])
    }

    /// Whether nothing is drawn between these places: they are all left of the drawing, all right
    /// of it or all above it. Below it an arm may go on.
    pub(crate) fn is_bare(&self, places: &[[f32; 2]]) -> bool {
        let all = |outside: fn(&[f32; 2], f32) -> bool, edge: usize| {
            places.iter().all(|place| outside(place, edge as f32))
        };
        all(|[x, _], _| *x < 0.0, 0)
            || all(|[x, _], edge| *x > edge, self.width)
            || all(|[_, y], _| *y < 0.0, 0)
    }

    fn draw_phone(&mut self, random: &mut Random) {
        let (body, rim) = random.pick(&[
            ([22, 22, 25], [70, 72, 78]),
            ([30, 32, 40], [112, 116, 124]),
            ([18, 18, 18], [150, 146, 138]),
        ]);
        let theme = random.pick(&[[28, 84, 158], [20, 112, 116], [84, 64, 150], [44, 62, 92]]);
        self.mix(WHITE, [248, 250, 252]);
        self.mix(BLACK, [14, 14, 18]);
        self.mix(TEXT, [44, 48, 56]);
        self.mix(PALE_TEXT, [138, 144, 152]);
        self.mix(BODY, body);
        self.mix(RIM, rim);
        self.mix(PAGE, [222, 228, 234]);
        self.mix(THEME, theme);
        self.mix(ON_THEME, [240, 244, 248]);

        self.rounded([-0.690, -1.165, 0.690, 1.485], 0.15, RIM);
        self.rounded([-0.676, -1.151, 0.676, 1.471], 0.14, BODY);
        self.rounded([-0.635, -1.100, 0.635, 1.420], 0.10, PAGE);
        self.rounded([-0.635, -1.100, 0.635, -0.640], 0.10, THEME);
        self.rounded([-0.635, -0.760, 0.635, -0.640], 0.0, THEME);
        self.rounded([-0.10, -1.080, 0.10, -1.035], 0.02, BODY);
        self.text("ENTRY PASS", [0.0, -0.76], 0.066, ON_THEME);
        self.rounded([-0.580, -0.585, 0.580, 1.080], 0.05, WHITE);
        self.text("SHOW THIS CODE AT THE GATE", [0.0, 0.545], 0.040, TEXT);
        self.text("VALID UNTIL 12 04 2029", [0.0, 0.640], 0.034, PALE_TEXT);
        self.rounded([-0.45, 0.76, 0.45, 0.91], 0.05, THEME);
        self.text("RENEW", [0.0, 0.81], 0.05, ON_THEME);
        self.text("HELD FOR ONE PERSON", [0.0, 0.98], 0.032, PALE_TEXT);
    }

    fn draw_sheet(&mut self, random: &mut Random) {
        let sheet = random.pick(&[[226, 223, 215], [232, 231, 228], [222, 220, 206]]);
        self.mix(WHITE, sheet);
        self.mix(BLACK, [38, 37, 38]);
        self.mix(TEXT, [54, 53, 55]);
        self.mix(PALE_TEXT, [104, 103, 104]);
        self.mix(PAGE, sheet.map(|part| part - 14));

        self.rounded(SHEET, 0.012, WHITE);
        self.text("ENTRY PASS", [-0.08, -0.88], 0.090, TEXT);
        self.rounded([-0.58, -0.745, 0.58, -0.738], 0.0, TEXT);
        self.text("VALID UNTIL 12 04 2029", [-0.14, -0.69], 0.040, TEXT);
        self.text("ONE PERSON NOT FOR SALE", [-0.12, -0.61], 0.040, PALE_TEXT);
        // Folded once, to fit a pocket: a line of shade just under the code.
        self.rounded([-0.66, 0.548, 0.66, 0.553], 0.0, PAGE);
        let words = [
            "SHOW THIS SHEET AT THE GATE OR TO STAFF",
            "FOLD IT SO THAT THE CODE STAYS FLAT",
            "LOST OR STOLEN CALL THE ISSUER",
            "ENTRY IS DECIDED AT THE GATE",
            "THIS SHEET IS AS GOOD AS A PHONE",
        ];
        for (line, text) in words.iter().enumerate() {
            let ink = if line == 0 { TEXT } else { PALE_TEXT };
            self.text(text, [0.0, 0.60 + 0.085 * line as f32], 0.035, ink);
        }
        self.rounded([-0.58, 1.10, -0.16, 1.104], 0.0, PALE_TEXT);
        self.text("ISSUED", [-0.46, 1.13], 0.034, PALE_TEXT);
    }

    fn draw_code(&mut self, code: &Code) {
        let per_module = self.per_module;
        let origin = self
            .centre
            .map(|part| part as usize - per_module * code.side() / 2);
        for y in 0..code.side() {
            for x in 0..code.side() {
                let ink = if code.is_dark(x, y) { BLACK } else { WHITE };
                let (column, row) = (origin[0] + x * per_module, origin[1] + y * per_module);
                self.fill(
                    column..column + per_module,
                    row..row + per_module,
                    |_, _| Some(ink),
                );
            }
        }
    }

    /// A thumb on one edge of the phone, fingertips around the other.
    fn draw_grip(&mut self, side: f32, height: f32) {
        for (number, reach) in [0.660, 0.648, 0.652, 0.668].into_iter().enumerate() {
            let y = 0.14 + 0.145 * number as f32 + height;
            self.finger([-side * reach, y], [-side * 0.705, y + 0.02], 0.067);
        }
        self.finger([side * 0.665, 0.46 + height], [side * 0.98, 1.5], 0.10);
    }

    fn mix_skin(&mut self, random: &mut Random) {
        let tones = [
            [224, 178, 150],
            [198, 146, 114],
            [150, 102, 76],
            [108, 72, 54],
        ];
        let skin: [u8; 3] = random.pick(&tones);
        for shade in 0..SKIN_SHADES {
            let share = 0.5 + 0.5 * f32::from(shade) / f32::from(SKIN_SHADES - 1);
            self.mix(
                SKIN + shade,
                skin.map(|part| (f32::from(part) * share.sqrt()) as u8),
            );
        }
    }

    fn mix(&mut self, ink: PaletteIndex, colour: [u8; 3]) {
        if let Some(entry) = self.palette.get_mut(usize::from(ink)) {
            *entry = light(colour);
        }
    }

    /// A rectangle (left, top, right, bottom) with corners of this radius.
    fn rounded(&mut self, [left, top, right, bottom]: [f32; 4], radius: f32, ink: PaletteIndex) {
        self.shape([left, top, right, bottom], |x, y| {
            let dx = (left + radius - x).max(x - right + radius).max(0.0);
            let dy = (top + radius - y).max(y - bottom + radius).max(0.0);
            (dx * dx + dy * dy <= radius * radius + 1e-9).then_some(ink)
        });
    }

    /// A line of print of this height, its top edge centred at a place.
    fn text(&mut self, text: &str, [middle, top]: [f32; 2], height: f32, ink: PaletteIndex) {
        let dot = height / font::HEIGHT;
        let width = text.len() as f32 * font::ADVANCE * dot;
        let left = middle - width / 2.0;
        self.shape([left, top, left + width, top + height], |x, y| {
            font::is_inked(text, (x - left) / dot, (y - top) / dot).then_some(ink)
        });
    }

    /// A finger from its tip to its root, darker towards its edges.
    fn finger(&mut self, tip: [f32; 2], root: [f32; 2], radius: f32) {
        let (dx, dy) = (root[0] - tip[0], root[1] - tip[1]);
        let length = (dx * dx + dy * dy).max(1e-9);
        let area = [
            tip[0].min(root[0]) - radius,
            tip[1].min(root[1]) - radius,
            tip[0].max(root[0]) + radius,
            tip[1].max(root[1]) + radius,
        ];
        self.shape(area, |x, y| {
            let along = (((x - tip[0]) * dx + (y - tip[1]) * dy) / length).clamp(0.0, 1.0);
            let (ex, ey) = (x - tip[0] - along * dx, y - tip[1] - along * dy);
            // Towards the lower edge it turns away from the lamp.
            let out = ((ex * ex + ey * ey) / (radius * radius)).min(2.0);
            let shade = (1.0 - out).max(0.0).sqrt() * (0.85 - 0.3 * ey / radius);
            let step = (shade * f32::from(SKIN_SHADES)).clamp(0.0, f32::from(SKIN_SHADES - 1));
            (out <= 1.0).then_some(SKIN + step as u8)
        });
    }

    /// Fills what `ink` colours inside an area, asking it at the centre of each texel.
    fn shape(&mut self, area: [f32; 4], ink: impl Fn(f32, f32) -> Option<PaletteIndex>) {
        let scale = self.per_module as f32 * self.code_side;
        let [cx, cy] = self.centre;
        let texel = |edge: f32, centre: f32| (edge * scale + centre).max(0.0) as usize;
        let columns = texel(area[0], cx)..texel(area[2], cx) + 1;
        let rows = texel(area[1], cy)..texel(area[3], cy) + 1;
        self.fill(columns, rows, |column, row| {
            let (x, y) = (column as f32 + 0.5 - cx, row as f32 + 0.5 - cy);
            ink(x / scale, y / scale)
        });
    }

    /// Sets each texel of the given columns and rows for which `ink` has one.
    fn fill(
        &mut self,
        columns: std::ops::Range<usize>,
        rows: std::ops::Range<usize>,
        ink: impl Fn(usize, usize) -> Option<PaletteIndex>,
    ) {
        let (start, end) = (columns.start.min(self.width), columns.end.min(self.width));
        for row in rows.start..rows.end.min(self.height) {
            let line = row * self.width;
            let Some(texels) = self.texels.get_mut(line + start..line + end) else {
                continue;
            };
            for (column, texel) in (start..end).zip(texels) {
                if let Some(ink) = ink(column, row) {
                    *texel = ink;
                }
            }
        }
    }
}

/// A colour as light from 0 to 1 in each channel.
pub(crate) fn light(colour: [u8; 3]) -> [f32; 3] {
    colour.map(|part| f32::from(part) / 255.0)
}

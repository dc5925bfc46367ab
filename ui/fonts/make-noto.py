#!/usr/bin/env python3
"""Makes latin.ttf, latin-bold.ttf and uyghur.ttf out of Debian's Noto fonts; README.md says how."""
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

# Characters, features of the layout, and how far a line reaches above and below its base.
CUTS = {
    # Latin with what names of all of Europe, Vietnam and pinyin need, Greek, Cyrillic,
    # punctuation, currencies. The line of the Chinese font, so that lines of both stand equally
    # far apart.
    "latin": (
        [
            *range(0x0020, 0x0250), *range(0x02B9, 0x02DE), *range(0x0300, 0x0530),
            *range(0x1E00, 0x1F00), *range(0x2010, 0x2060), *range(0x20A0, 0x20C0),
            0x2116, 0x2122, 0x2212,
        ],
        ["ccmp", "kern", "mark", "mkmk"],
        (937, 236),
    ),
    # Letters and marks of Arabic and Uyghur, their punctuation and the direction marks; no Latin
    # letters, no European digits. Joining, and the ligature of lam and alif, are what a reader
    # cannot do without. The source leaves space for stacked Koranic marks, twice the size of a
    # letter: lines would be too far apart.
    "uyghur": (
        [*range(0x0600, 0x0700), 0x200C, 0x200D, 0x200E, 0x200F],
        ["ccmp", "isol", "init", "medi", "fina", "rlig", "calt", "kern", "mark", "mkmk"],
        (950, 560),
    ),
}

cut, source, target = sys.argv[1:4]
characters, features, (ascent, descent) = CUTS[cut]
font = TTFont(source)
options = subset.Options()
options.hinting = False
options.glyph_names = False
options.notdef_outline = True
options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
options.layout_features = features
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=characters)
subsetter.subset(font)
font["hhea"].ascent = font["OS/2"].sTypoAscender = font["OS/2"].usWinAscent = ascent
font["hhea"].descent = font["OS/2"].sTypoDescender = -descent
font["OS/2"].usWinDescent = descent
font["hhea"].lineGap = font["OS/2"].sTypoLineGap = 0
font.save(target)

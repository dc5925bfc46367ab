#!/usr/bin/env python3
"""Makes latin.ttf and latin-bold.ttf out of Debian's Noto Sans; README.md says how and why."""
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

source, target = sys.argv[1:3]
font = TTFont(source)
options = subset.Options()
options.hinting = False
options.glyph_names = False
options.notdef_outline = True
options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
options.layout_features = ["ccmp", "kern", "mark", "mkmk"]
subsetter = subset.Subsetter(options)
# Latin with what names of all of Europe, Vietnam and pinyin need, Greek, Cyrillic, punctuation,
# currencies.
subsetter.populate(
    unicodes=[
        *range(0x0020, 0x0250), *range(0x02B9, 0x02DE), *range(0x0300, 0x0530),
        *range(0x1E00, 0x1F00), *range(0x2010, 0x2060), *range(0x20A0, 0x20C0),
        0x2116, 0x2122, 0x2212,
    ]
)
subsetter.subset(font)
# The line of the Chinese font, so that lines of both stand equally far apart.
font["hhea"].ascent = font["OS/2"].sTypoAscender = font["OS/2"].usWinAscent = 937
font["hhea"].descent = font["OS/2"].sTypoDescender = -236
font["OS/2"].usWinDescent = 236
font["hhea"].lineGap = font["OS/2"].sTypoLineGap = 0
font.save(target)

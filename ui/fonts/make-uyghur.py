#!/usr/bin/env python3
"""Makes uyghur.ttf out of Debian's NotoSansArabic-Regular.ttf; README.md says how and why."""
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
# Joining, and the ligature of lam and alif, are what a reader cannot do without.
options.layout_features = [
    "ccmp", "isol", "init", "medi", "fina", "rlig", "calt", "kern", "mark", "mkmk",
]
subsetter = subset.Subsetter(options)
# Letters and marks of Arabic and Uyghur, their punctuation and the direction marks; no Latin
# letters, no European digits.
subsetter.populate(unicodes=[*range(0x0600, 0x0700), 0x200C, 0x200D, 0x200E, 0x200F])
subsetter.subset(font)
# The source leaves space for stacked Koranic marks, twice the size of a letter: lines would be too
# far apart.
font["hhea"].ascent = font["OS/2"].sTypoAscender = font["OS/2"].usWinAscent = 950
font["hhea"].descent = font["OS/2"].sTypoDescender = -560
font["OS/2"].usWinDescent = 560
font["hhea"].lineGap = font["OS/2"].sTypoLineGap = 0
font.save(target)

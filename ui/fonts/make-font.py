#!/usr/bin/env python3
"""Makes gatepost.ttf.gz out of Debian's wqy-microhei.ttc; README.md says how and why."""
import gzip
import io
import sys
import unicodedata

from fontTools import subset
from fontTools.ttLib import TTCollection

source, target = sys.argv[1:3]
font = TTCollection(source).fonts[0]  # 0 is the proportional face, 1 the monospaced one
options = subset.Options()
options.hinting = False  # the renderer scales outlines; hints are dead weight
options.glyph_names = False
options.notdef_outline = True
options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
options.drop_tables += ["FFTM", "vhea", "vmtx"]
subsetter = subset.Subsetter(options)
# Keeps every character that has a shape. The source maps 17 more, such as U+2103 and some pinyin
# vowels, to nothing:
# better a visible box than a letter of a name that silently goes.
shapes = font["glyf"]
subsetter.populate(
    unicodes=[
        code
        for code, glyph in font.getBestCmap().items()
        if shapes[glyph].numberOfContours != 0 or unicodedata.category(chr(code)) in ("Zs", "Cf")
    ]
)
subsetter.subset(font)
plain = io.BytesIO()
font.save(plain)
with open(target, "wb") as file:
    file.write(gzip.compress(plain.getvalue(), 9, mtime=0))

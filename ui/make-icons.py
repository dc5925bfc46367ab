#!/usr/bin/env python3
"""Makes icons.slint out of Material Icons; the head of icons.slint says where they are from."""
import re
import sys

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.svgLib.path import SVGPath

# Our name, theirs.
ICONS = {
    "again": "refresh",
    "back": "arrow_back",
    "bright": "brightness_7",
    "by-hand": "edit_note",
    "camera": "photo_camera",
    "chart": "bar_chart",
    "clock": "schedule",
    "close": "close",
    "collapse": "expand_less",
    "desk": "support_agent",
    "dim": "brightness_5",
    "document": "description",
    "done": "done",
    "download": "download",
    "emergency": "emergency",
    "erase": "backspace",
    "expand": "expand_more",
    "family": "family_restroom",
    "forward": "arrow_forward",
    "help": "help",
    "id-card": "badge",
    "inward": "login",
    "key": "key",
    "light-off": "flashlight_off",
    "light-on": "flashlight_on",
    "list": "list_alt",
    "lock": "lock",
    "louder": "volume_up",
    "menu": "menu",
    "minus": "remove",
    "move": "near_me",
    "no-code": "mobile_off",
    "nobody": "person_off",
    "outward": "logout",
    "person": "person",
    "place": "location_on",
    "plus": "add",
    "quieter": "volume_down",
    "scan": "qr_code_scanner",
    "search": "search",
    "supervisor": "supervisor_account",
    "sync": "sync",
    "tools": "build",
    "undo": "undo",
    "wait": "hourglass_empty",
}
WIDTH = 96

directory, target = sys.argv[1:3]
lines = [
    "// Pictures of buttons, in squares of 24 by 24: Material Icons, round, out of the package",
    "// @material-design-icons/svg 0.14.13 (its directory `round`) by make-icons.py (pip install",
    "// fonttools). Copyright Google LLC; licence: Apache-2.0.",
    "",
    "export global Icons {",
]
for name, theirs in ICONS.items():
    pen = SVGPathPen(None, ntos=lambda number: f"{number:.2f}".rstrip("0").rstrip("."))
    SVGPath(f"{directory}/{theirs}.svg").draw(pen)
    words = re.findall(r"[A-Z][^A-Z]*", pen.getCommands())
    rows, row = [], ""
    for word in words:
        if len(row) + len(word) > WIDTH - 16:
            rows.append(row)
            row = ""
        row += word
    rows.append(row)
    text = '"\n        + "'.join(rows)
    lines.append(f'    out property <string> {name}:\n        "{text}";')
lines.append("}")
open(target, "w").write("\n".join(lines) + "\n")

"""Draws docs/demo.svg, the picture of the README, out of what `limpid demo` really prints.

Usage: CLICOLOR_FORCE=1 COLUMNS=96 limpid demo | python3 docs/make_picture.py
Takes the chapters 1 and 3; nothing is drawn that was not printed.
"""

import html
import pathlib
import re
import sys

COLUMN, LINE, MARGIN = 8.4, 19, 22
PALETTE = {1: "#e06c75", 2: "#98c379", 3: "#e5c07b", 4: "#61afef", 5: "#c678dd", 6: "#56b6c2", 9: "#ff7b86"}


def colour(code):
    if code in PALETTE:
        return PALETTE[code]
    if 16 <= code <= 231:
        code -= 16
        steps = [0, 95, 135, 175, 215, 255]
        return "#%02x%02x%02x" % (steps[code // 36], steps[code // 6 % 6], steps[code % 6])
    if code >= 232:
        return "#%02x%02x%02x" % ((8 + (code - 232) * 10,) * 3)
    return "#abb2bf"


def spans(line):
    """Yields (style, text) of a line with ANSI escapes."""
    style = {}
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        escape = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if not escape:
            if part:
                yield dict(style), part
            continue
        codes = [int(code or 0) for code in escape.group(1).split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                style = {}
            elif code == 1:
                style["font-weight"] = "bold"
            elif code == 2:
                style["opacity"] = "0.7"
            elif code == 38 and codes[:1] == [5]:
                style["fill"], codes = colour(codes[1]), codes[2:]
            elif 30 <= code <= 37:
                style["fill"] = colour(code - 30)
            elif 90 <= code <= 97:
                style["fill"] = colour(code - 90 + 8)


def plain(line):
    return re.sub(r"\x1b\[[0-9;]*m", "", line)


def chosen(lines):
    """Chapters 1 and 3."""
    chapter, kept = 0, []
    for line in lines:
        start = re.match(r"(\d)  ", plain(line))
        if start:
            chapter = int(start.group(1))
        if chapter in (1, 3) and not plain(line).startswith("────"):
            kept.append(line)
    return kept


def main():
    lines = chosen(sys.stdin.read().splitlines())
    width = max(len(plain(line)) for line in lines) * COLUMN + 2 * MARGIN
    height = len(lines) * LINE + 2 * MARGIN
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        'aria-label="limpid scan: unproven before the advisory data knows the release, vulnerable after">',
        f'<rect width="{width:.0f}" height="{height:.0f}" rx="8" fill="#1e222a"/>',
        '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#d7dae0" '
        'xml:space="preserve">',
    ]
    for number, line in enumerate(lines):
        column, y = 0, MARGIN + 14 + number * LINE
        for style, text in spans(line):
            attributes = "".join(f' {key}="{value}"' for key, value in style.items())
            if text.strip():
                length = len(text) * COLUMN
                out.append(
                    f'<text x="{MARGIN + column * COLUMN:.1f}" y="{y}" textLength="{length:.1f}"{attributes}>'
                    f"{html.escape(text)}</text>"
                )
            column += len(text)
    out += ["</g>", "</svg>"]
    target = pathlib.Path(__file__).with_name("demo.svg")
    target.write_text("\n".join(out) + "\n")


main()

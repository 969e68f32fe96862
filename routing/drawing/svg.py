"""A sheet written as SVG: one file without scripts, fonts or anything else from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from routing.drawing.ink import BOLD, SIZES, Group, Rect, Shape, Sheet, Stroke, Words
from routing.drawing.lettering import clean

FONTS = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei','WenQuanYi Micro Hei',sans-serif"

_INK, _QUIET, _EDGE, _WAY = "#1d2733", "#5b6672", "#aeb8c2", "#8d9aa8"

_LOOKS = {
    ".card": f"fill:#fff;stroke:{_EDGE};stroke-width:1.2",
    ".menu,.recall,.survey,.ask,.information,.switch,.status": f"stroke:{_INK};stroke-width:1.6",
    ".switch": "stroke-dasharray:none;fill:#f7f8fa",
    ".message,.end": f"stroke:{_INK};fill:#f4f5f7",
    ".front": f"stroke:{_INK};stroke-width:2.6",
    ".rules": "fill:#fafbfc",
    ".start": f"fill:{_INK};stroke:none",
    ".card.workdays": "fill:#edf4fc;stroke:#2a62a8",
    ".card.always": "fill:#e7f5ec;stroke:#1f7a45",
    ".card.other": "fill:#fdf3e0;stroke:#a86a10",
    ".card.closed": "fill:#f1f1f2;stroke:#767c84;stroke-dasharray:5 4",
    ".stripe.workdays,.sector.workdays": "fill:#2a62a8",
    ".stripe.always,.sector.always": "fill:#1f7a45",
    ".stripe.other,.sector.other": "fill:#a86a10",
    ".stripe.closed,.sector.closed": "fill:#767c84",
    ".sector": f"fill:{_QUIET}",
    ".card.unreached": "stroke-dasharray:2 4",
    ".dial": f"fill:#fff;stroke:{_QUIET};stroke-width:1",
    ".divide": "fill:none;stroke:#c3ccd5;stroke-width:1;stroke-dasharray:2 3",
    ".rule": "fill:none;stroke:#d5dbe1;stroke-width:1",
    ".when": "fill:#fff;stroke:#c3ccd5;stroke-width:1",
    ".keycap": f"fill:#fff;stroke:{_INK};stroke-width:1.5",
    ".tag": f"fill:{_INK}",
    ".way": f"fill:none;stroke:{_WAY}",
    ".never": "stroke-dasharray:3 4",
    ".tip": f"fill:{_INK}",
    ".arrow": f"fill:none;stroke:{_INK};stroke-width:1.4;stroke-linecap:round;stroke-linejoin:round",
    ".quiet": f"fill:{_QUIET}",
    ".said": f"fill:{_QUIET}",
    ".bright": "fill:#fff",
    ".tally": "fill:#8a2b12",
}
"""Selector → how it looks. Every colour has a lightness of its own, and nothing is told by colour alone."""


def svg(sheet: Sheet) -> str:
    """The sheet as the text of an SVG file. The same sheet gives the same text."""
    size = f"{sheet.width:.0f} {sheet.height:.0f}"
    width, height = size.split()
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{width}" height="{height}" '
            f'lang="zh-CN" role="img" aria-label={quoteattr(clean(sheet.title))}>',
            f"<title>{escape(clean(sheet.title))}</title>",
            f"<style>{_style()}</style>",
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            *(part for group in sheet.groups for part in _group(group)),
            "</svg>\n",
        ]
    )


def _style() -> str:
    faces = "\n".join(
        f".{face}{{font-size:{size}px{';font-weight:700' if face in BOLD else ''}}}" for face, size in SIZES.items()
    )
    looks = "\n".join(f"{selector}{{{look}}}" for selector, look in _LOOKS.items())
    paper = "@page{size:A3 landscape;margin:8mm}\n@media print{svg{width:100%;height:100%}}"
    return f"\ntext{{font-family:{FONTS};fill:{_INK}}}\n{faces}\n{looks}\n{paper}\n"


def _group(group: Group) -> Iterator[str]:
    shapes = list(map(_shape, group.shapes))
    if not group.full:
        yield from shapes
        return
    full = "\n".join(clean(line) for line in group.full.splitlines())
    name = f" data-name={quoteattr(group.name)}" if group.name else ""
    yield f"<g{name}><title>{escape(full)}</title>"
    yield from shapes
    yield "</g>"


def _shape(shape: Shape) -> str:
    match shape:
        case Rect(look, box, corner):
            x, y, width, height = map(_short, box)
            return f'<rect class="{look}" x="{x}" y="{y}" width="{width}" height="{height}" rx="{_short(corner)}"/>'
        case Stroke(look, path, thick):
            weight = "" if thick is None else f' stroke-width="{_short(thick)}"'
            return f'<path class="{look}" d="{path}"{weight}/>'
        case Words(face, x, base, text, anchor, look):
            turn = "" if anchor == "start" else f' text-anchor="{anchor}"'
            looks = f"{face} {look}".strip()
            return f'<text class="{looks}" x="{_short(x)}" y="{_short(base)}"{turn}>{escape(text)}</text>'


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")

"""A picture of how times spread: for each panel the share that is over after so many milliseconds, as SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

Panel = tuple[str, Mapping[str, Sequence[float]], Sequence[tuple[float, str]]]
"""Title; milliseconds by name; bars to be kept: milliseconds and what is to be over by then."""

_WIDE, _HIGH, _LEFT, _TOP, _GAP = 640, 200, 56, 46, 76
_LEAST, _MOST = 1.0, 2000.0
"""Milliseconds at both ends of the logarithmic scale."""
_MARKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)
_COLOURS = ("#0b6e99", "#c2410c", "#4d7c0f", "#6d28d9")


def curves(panels: Sequence[Panel]) -> str:
    """The picture, panels below one another. What is faster or slower than the scale stands at its ends."""
    height = _TOP + len(panels) * (_HIGH + _GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE + _LEFT + 24} {height}" '
        'font-family="system-ui, sans-serif" font-size="12">',
        f'<rect width="100%" height="{height}" fill="#fff"/>',
    ]
    for place, panel in enumerate(panels):
        parts.append(f'<g transform="translate({_LEFT},{_TOP + place * (_HIGH + _GAP)})">')
        parts += _panel(*panel)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _panel(title: str, times: Mapping[str, Sequence[float]], bars: Sequence[tuple[float, str]]) -> list[str]:
    parts = [f'<text x="0" y="-26" font-size="14" font-weight="600">{escape(title)}</text>']
    for mark in _MARKS:
        x = _x(mark)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{_HIGH}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{x:.1f}" y="{_HIGH + 16}" text-anchor="middle" fill="#4b5563">{mark:g}</text>')
    parts.append(f'<text x="{_WIDE}" y="{_HIGH + 32}" text-anchor="end" fill="#4b5563">ms, logarithmic</text>')
    for share in (0, 50, 100):
        y = _HIGH * (1 - share / 100)
        parts.append(f'<line x1="0" x2="{_WIDE}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d1d5db"/>')
        parts.append(f'<text x="-8" y="{y + 4:.1f}" text-anchor="end" fill="#4b5563">{share} %</text>')
    for limit, name in bars:
        x = _x(limit)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{_HIGH}" stroke="#111827" stroke-dasharray="4 3"/>')
        said = escape(f"{name} ≤ {limit:g}")
        parts.append(f'<text x="{x:.1f}" y="-6" text-anchor="middle" fill="#111827">{said}</text>')
    for place, ((name, values), colour) in enumerate(zip(times.items(), _COLOURS, strict=False)):
        parts.append(f'<path d="{_steps(sorted(values))}" fill="none" stroke="{colour}" stroke-width="2"/>')
        said = escape(f"{name} ({len(values)})")
        y, style = 40 + 18 * place, f'fill="{colour}" font-weight="600"'
        parts.append(f'<text x="8" y="{y}" {style}>{said}</text>')
    return parts


def _steps(ordered: Sequence[float]) -> str:
    """The curve: up by one at each value."""
    points = [f"M{_x(ordered[0]) if ordered else 0:.1f},{_HIGH}"]
    for count, value in enumerate(ordered, 1):
        points.append(f"H{_x(value):.1f}V{_HIGH * (1 - count / len(ordered)):.1f}")
    return "".join(points)


def _x(value: float) -> float:
    inside = min(max(value, _LEAST), _MOST)
    return _WIDE * math.log(inside / _LEAST) / math.log(_MOST / _LEAST)

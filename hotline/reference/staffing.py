"""The table of how many agents a line takes, in the page for who is responsible for the hotline."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from acd.erlang import agents_needed, steady
from hotline.settings import HOUSE

HANDLE, PATIENCE, WITHIN, LEVEL, CONNECTED = 240.0, 120.0, 15.0, 0.9, 0.95
"""What the page says that the table is for."""

LOADS: Final = (20, 60, 120, 300)
"""Calls an hour."""

_PLACE: Final = re.compile(r"(<!-- staffing -->\n\|[^\n]*\n\|[^\n]*\n).*?(<!-- end -->)", re.DOTALL)


def page(path: Path) -> str:
    """The page as people wrote it, with the table of today in its place."""
    text = (HOUSE / path).read_text(encoding="utf-8")
    return _PLACE.sub(lambda place: f"{place[1]}{_rows()}{place[2]}", text)


def _rows() -> str:
    return "".join(map(_row, LOADS))


def _row(per_hour: float) -> str:
    agents = agents_needed(per_hour, HANDLE, PATIENCE, WITHIN, LEVEL, CONNECTED)
    line = steady(agents, per_hour, HANDLE, PATIENCE, WITHIN)
    shares = (1 - line.abandons, line.service_level, line.occupancy)
    return f"| {per_hour:g} | {agents} | {' | '.join(f'{share:.0%}' for share in shares)} |\n"

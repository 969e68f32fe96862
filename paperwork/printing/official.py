"""What the official forms ask of a report's sheet: who signs at its foot, which columns stand beside several rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Official:
    """`signs` are the printed names at the foot, with a line to write on; `merged` counts columns from the left."""

    signs: tuple[str, ...]
    merged: int = 0
    empty: int = 0
    """Rows that a sheet without records shows, empty, as a printed form has them."""
    by_hand: bool = False
    """Numbers that nobody knows are left blank, to be written in."""


LOOKS: Final[Mapping[str, Official]] = {
    "附件5": Official(("填表人（签字）", "单位负责人（签字、盖章）", "填表日期"), empty=10),
    "附件7": Official(("填报人（签字）", "部门负责人（签字）", "填报日期"), empty=8),
    "附件8": Official(("填表人（签字）", "审核人（签字）", "填报日期"), merged=1),
    "附件10": Official(("考核人（签字）", "被考核部门负责人（签字）", "考核日期"), merged=1, by_hand=True),
}

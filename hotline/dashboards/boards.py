"""All dashboards, in the order in which one looks at them."""

from __future__ import annotations

from typing import Final

from hotline.dashboards.agents import AGENT
from hotline.dashboards.days import DAY, WEEK
from hotline.dashboards.house import ENGINE, SWITCH
from hotline.dashboards.now import FLOOR, LINE
from hotline.dashboards.panel import Board

BOARDS: Final[tuple[Board, ...]] = (FLOOR, DAY, WEEK, LINE, AGENT, SWITCH, ENGINE)

"""What the commands and the desk make reports from: the live plan, the operators' rules, one look at the database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from hotline.clock import clock_of
from hotline.settings import HOUSE, Settings
from hotline.terminal import fail
from paperwork.categories.load import FILE, trees_in
from paperwork.categories.trees import Trees
from paperwork.reports.basis import Basis
from paperwork.reports.reading import open_reading
from paperwork.reports.sources import Sources
from paperwork.rules import FOLDER, Rules, rules_in
from routing.plan import Plan
from routing.reading.load import Unreadable


def basis_of(
    url: str,
    trees: Callable[[], Trees],
    rules: Callable[[], Rules],
    plan: Callable[[], Plan],
    now: Callable[[], datetime],
) -> Callable[[], Basis]:
    """For a running hotline: each report takes what is live when it is asked for."""
    return lambda: Basis(url, trees(), rules(), plan(), now())


@asynccontextmanager
async def sources_at(settings: Settings, plan: Plan) -> AsyncIterator[Sources]:
    """For a command: what is wrong with the operators' files is told in lines, and ends it."""
    try:
        rules, trees = rules_in(settings.config), trees_of(settings.config)
    except Unreadable as error:
        fail(error)
    async with open_reading(settings.database_url) as reading:
        yield Sources(reading, trees, rules, plan, clock_of(settings).now())


def trees_of(config: Path) -> Trees:
    """The trees of a config folder, the shipped ones when it has none. Raises Unreadable, OSError."""
    return trees_in(categories_at(config))


def categories_at(config: Path) -> Path:
    """The config folder whose categories count: the shipped one's where this one has none."""
    return config if (config / FOLDER / FILE).exists() else HOUSE / "config"

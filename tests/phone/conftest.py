"""Fixtures: telephones, and a small Asterisk to try them on."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from hotline.handset import Samples
from hotline.sound_file import a_law_code
from tests.phone.small_switch import small_switch
from tests.phone.voices import babble
from tests.phones import carrier, exchange

__all__ = ["carrier", "exchange"]

MENU: dict[str, Samples] = {
    "menu": babble(21, 3.0),
    "sorry": babble(22, 2.0),
    "one": babble(23, 2.5),
    "two": babble(24, 2.0),
}
"""The prompts of the small switch's menu."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def switch(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Address of a small Asterisk, one for a file of tests."""
    folder = tmp_path_factory.mktemp("switch")
    for name, sound in MENU.items():
        (folder / f"{name}.alaw").write_bytes(a_law_code(sound))
    async with small_switch(folder) as address:
        yield address

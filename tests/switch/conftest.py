"""A hotline of its own for each test: own folder, own ports."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.ports import free_ports
from hotline.settings import Settings, load
from tests.phones import exchange

__all__ = ["exchange"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a hotline that meets no other."""
    sip, ari, web = free_ports(3)
    return load(
        var=tmp_path / "var",
        config=tmp_path / "config",
        sip={"port": sip},
        ari={"port": ari},
        web={"port": web},
        rtp={"first": 22000, "last": 22099},
    )

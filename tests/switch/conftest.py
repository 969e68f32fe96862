"""A hotline of its own for each test: own folder, own ports."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from hotline.settings import Settings, load


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody listens on, UDP and TCP."""
    found: list[int] = []
    with ExitStack() as held:
        while len(found) < count:
            udp = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            udp.bind(("127.0.0.1", 0))
            port: int = udp.getsockname()[1]
            tcp = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            try:
                tcp.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
    return found


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

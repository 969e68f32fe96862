"""Ports for tests, so that two runs never meet."""

from __future__ import annotations

import os
import random
import socket
from contextlib import ExitStack

FIRST, SHARE = 10_000, 2_500
"""Below the ports that the system hands out by itself, or somebody's outgoing socket might sit on one of ours by the
time it is used; each worker of a parallel run draws from a share of its own."""


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody listens on, UDP and TCP."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 4
    ports = range(FIRST + worker * SHARE, FIRST + (worker + 1) * SHARE)
    found: list[int] = []
    with ExitStack() as held:
        for port in random.Random().sample(ports, SHARE):  # noqa: S311 - no secret
            if len(found) == count:
                break
            udp = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            tcp = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            try:
                udp.bind(("127.0.0.1", port))
                tcp.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
    return found

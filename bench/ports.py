"""Ports for tests and benches, so that two runs never meet."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
from collections import deque
from contextlib import ExitStack
from functools import cache
from pathlib import Path

FIRST, SHARE, SHARES = 10_100, 1_000, 10
"""Above the last port that browsers refuse to open (10080, see "bad port" in the Fetch standard) and below those that
the system hands out by itself, or somebody's outgoing socket might sit on one of ours by the time it is used; each
process that tests or measures draws from a share of its own."""


_GIVEN: deque[int] = deque()
"""The ports of our share; those that were given longest ago come first."""


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody listens on, UDP and TCP; none that was given lately, for it may not be bound yet.

    Raises OSError when there are not so many.
    """
    if not _GIVEN:
        first = FIRST + _share() * SHARE
        apart = range(first, first + SHARE, 4)  # a telephone's stack takes the port after its own, SIPp the two after
        _GIVEN.extend(random.Random().sample(apart, len(apart)))  # noqa: S311 - no secret
    found: list[int] = []
    with ExitStack() as held:
        for _ in range(len(_GIVEN)):
            if len(found) == count:
                break
            port = _GIVEN[0]
            _GIVEN.rotate(-1)
            udp = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            tcp = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            try:
                udp.bind(("127.0.0.1", port))
                tcp.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
    if len(found) < count:
        raise OSError(f"only {len(found)} of {count} ports of our share are free: something else listens on the others")
    return found


@cache
def _share() -> int:
    """The first share that no other process of this user has: ours until we end."""
    folder = Path(tempfile.gettempdir()) / f"hotline-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    for share in range(SHARES):
        claim = os.open(folder / str(share), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)  # held by the open file: never closed
        except BlockingIOError:
            os.close(claim)
        else:
            return share
    raise OSError(f"{SHARES} tests or benches already draw ports: wait for one of them to end")

"""What systemd is told of us (sd_notify(3)): a datagram to the socket that it names; nothing where nobody asks.

The socket lives for one message: a supervisor that forks has no open connection.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress

SOCKET, WATCHDOG = "NOTIFY_SOCKET", "WATCHDOG_USEC"


def notify(*lines: str) -> None:
    """Tell lines such as `READY=1`. Never blocks, never raises: a service manager in trouble is nobody's trouble."""
    path = os.environ.get(SOCKET)
    if not path:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
        out.setblocking(False)
        out.sendto("\n".join(lines).encode(), "\0" + path[1:] if path[0] == "@" else path)


def is_watched() -> bool:
    """Whether somebody waits for `WATCHDOG=1` every so often (`WatchdogSec=`)."""
    return SOCKET in os.environ and os.environ.get(WATCHDOG, "0").isdecimal() and os.environ.get(WATCHDOG, "0") != "0"


def forget() -> None:
    """Have nobody to tell any more: a service manager hears its main process alone, Asterisk would speak as well."""
    for name in (SOCKET, WATCHDOG):
        os.environ.pop(name, None)

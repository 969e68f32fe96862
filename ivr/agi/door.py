"""The listening end of FastAGI: who may come, how many, and how long they may take to say hello.

AGI knows no password: whoever reaches the port is taken for Asterisk. So it listens on loopback unless it is told
otherwise, takes connections of named networks alone, and holds no more than a set number of sessions. Who comes when
all are taken is cut off, but whoever has not said hello yet gives way first: silent connections keep nobody out.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

import structlog

from ivr.agi.hello import Hello
from ivr.agi.session import Dial, Ears, Play, Record, Session
from ivr.agi.speech import Lines

log = structlog.get_logger()

BACKLOG = 256
ENDS_WITHIN = 2.0
"""Seconds that the sessions' threads have to end, all together."""
_TELLS_EVERY = 5.0
"""Seconds between two words about connections that were refused."""
_IDLE, _BETWEEN, _PROBES = 30, 10, 3
"""Seconds of silence after which the kernel asks whether the other side still lives, how often, and how many times."""

Network = IPv4Network | IPv6Network


class Door:
    """`await run()` takes sessions until it is cancelled; then all of them are cut."""

    def __init__(self, ears: Ears, *, most: int, networks: Sequence[Network]) -> None:
        """At most `most` sessions at one time, from these networks."""
        self._ears, self._most, self._networks = ears, most, tuple(networks)
        self._sessions: dict[Session, threading.Thread] = {}
        self._silent: dict[Session, None] = {}
        """Those that have not said hello, the oldest first."""
        self.refused = 0
        """Connections that were cut off at the door."""
        self._told = float("-inf")

    @property
    def sessions(self) -> int:
        """Those that there are."""
        return len(self._sessions)

    async def run(self, listening: socket.socket) -> None:
        """Take whoever comes. `listening` is bound, listens, and is closed at the end."""
        loop = asyncio.get_running_loop()
        listening.setblocking(False)
        try:
            while True:
                try:
                    connection, address = await loop.sock_accept(listening)
                except OSError as error:  # out of files, or it was gone again
                    self._refuse(None, error.strerror or "it went away")
                    await asyncio.sleep(0.05)
                    continue
                self._take(connection, address[0], loop)
        finally:
            listening.close()
            await self._close()

    def _take(self, connection: socket.socket, peer: str, loop: asyncio.AbstractEventLoop) -> None:
        if not any(ip_address(peer.partition("%")[0]) in network for network in self._networks):
            self._refuse(connection, "it comes from a network that is not named")
            return
        if len(self._sessions) >= self._most and not self._make_room():
            self._refuse(connection, "all sessions are taken")
            return
        _keep_alive(connection)
        try:
            session = Session(Lines(connection), _Minded(self, self._ears), loop)
        except OSError as error:
            self._refuse(connection, error.strerror or "no session")
            return
        thread = threading.Thread(target=session.run, name="agi", daemon=True)
        self._sessions[session] = thread
        self._silent[session] = None
        try:
            thread.start()
        except RuntimeError as error:
            self.over(session)
            self._refuse(connection, str(error))

    def _make_room(self) -> bool:
        """Cut off who was silent for longest."""
        oldest = next(iter(self._silent), None)
        if oldest is None:
            return False
        self.over(oldest)
        oldest.cut()
        self.refused += 1
        return True

    def _refuse(self, connection: socket.socket | None, why: str) -> None:
        self.refused += 1
        if connection is not None:
            connection.close()
        now = asyncio.get_running_loop().time()
        if now - self._told >= _TELLS_EVERY:
            self._told = now
            log.warning("an AGI connection was refused", why=why, sessions=len(self._sessions), refused=self.refused)

    def speaks(self, session: Session) -> None:
        """It said hello."""
        self._silent.pop(session, None)

    def over(self, session: Session) -> None:
        """It is no more."""
        self._silent.pop(session, None)
        self._sessions.pop(session, None)

    async def _close(self) -> None:
        threads = list(self._sessions.values())
        for session in tuple(self._sessions):
            session.cut()
        until = asyncio.get_running_loop().time() + ENDS_WITHIN
        while any(thread.is_alive() for thread in threads) and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


class _Minded:
    """Tells on what a session tells, and lets the door count."""

    def __init__(self, door: Door, ears: Ears) -> None:
        self._door, self._ears = door, ears

    def began(self, session: Session, hello: Hello) -> None:
        self._door.speaks(session)
        self._ears.began(session, hello)

    def typed(self, session: Session, key: str) -> None:
        self._ears.typed(session, key)

    def played(self, session: Session, play: Play, *, failed: bool) -> None:
        self._ears.played(session, play, failed=failed)

    def took(
        self, session: Session, record: Record, seconds: float | None, spoken: float | None, *, failed: bool
    ) -> None:
        self._ears.took(session, record, seconds, spoken, failed=failed)

    def dialled(self, session: Session, dial: Dial, cause: int | None) -> None:
        self._ears.dialled(session, dial, cause)

    def ended(self, session: Session) -> None:
        self._door.over(session)
        self._ears.ended(session)


def listening_at(host: str, port: int) -> socket.socket:
    """A socket for `Door.run`. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def _keep_alive(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _IDLE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _BETWEEN)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _PROBES)

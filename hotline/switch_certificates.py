"""Renewed certificates of the trunk and of browsers of others: Asterisk takes them up while calls go on.

Asterisk looks at the files when it is told to reload, and opens the one door anew whose pair changed: the names of the
files must stay. A pair that does not fit together would close that door, so it is tried on the side first.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from hotline.certificate_watch import LOOKS_EVERY, Mark
from hotline.certificates import expiries
from hotline.settings import Settings, SettingsError
from hotline.switch_refused import SwitchRefused

log = structlog.get_logger()


@dataclass(slots=True)
class _Pair:
    use: str
    """As `expiries` has it."""
    files: tuple[Path, Path]
    reload: str
    """What Asterisk is told."""
    seen: Mark = ()
    """Taken up, or refused. None at first: Asterisk may be older than we are, and the pair be renewed since."""

    def mark(self) -> Mark:
        try:
            return tuple((about.st_ino, about.st_size, about.st_mtime_ns) for about in map(Path.stat, self.files))
        except OSError:
            return ()


class SwitchCertificates:
    """`run()` looks every half minute. `until` is told when what expires; `command` asks Asterisk."""

    def __init__(
        self,
        settings: Settings,
        command: Callable[[str], Awaitable[str]],
        until: MutableMapping[str, datetime],
        every: Callable[[], float] = lambda: LOOKS_EVERY,
    ) -> None:
        self._settings, self._command, self._until, self._every = settings, command, until, every
        self._pairs = tuple(_pairs(settings))

    async def run(self) -> None:
        while self._pairs:
            await asyncio.sleep(self._every())
            for pair in self._pairs:
                mark = await asyncio.to_thread(pair.mark)
                if mark not in (pair.seen, ()):
                    await self._take_up(pair, mark)

    async def _take_up(self, pair: _Pair, mark: Mark) -> None:
        try:
            until = await asyncio.to_thread(self._fits, pair)
        except (SettingsError, OSError, ssl.SSLError) as error:
            pair.seen = mark
            log.error("the certificate cannot be used: the one before goes on", of=pair.use, why=str(error))
            return
        try:
            await self._command(pair.reload)
        except SwitchRefused as error:  # it is being begun anew, say: the next look tries again
            log.warning("asterisk did not take up a certificate", of=pair.use, why=str(error))
            return
        pair.seen, self._until[pair.use] = mark, until
        log.info("the certificate is taken up", of=pair.use, until=until.isoformat())

    def _fits(self, pair: _Pair) -> datetime:
        """When it expires. Raises SettingsError, OSError, SSLError for half a pair."""
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*pair.files)
        return expiries(self._settings)[pair.use]


def _pairs(settings: Settings) -> Iterator[_Pair]:
    trunk, browsers = settings.trunk, settings.webrtc
    if trunk.tls is not None:
        yield _Pair("trunk", (trunk.tls.certificate, trunk.tls.key), "module reload res_pjsip.so")
    if browsers.enabled and browsers.certificate is not None and browsers.key is not None:
        yield _Pair("phones", (browsers.certificate, browsers.key), "module reload http")

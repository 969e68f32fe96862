"""A renewed certificate of the web is taken up while it serves: new connections get it, those that are open go on.

Whoever renews (certbot's deploy hook, a copy by hand) may replace its two files one after the other, so a pair is tried
on the side first; what does not fit together is left alone and looked at again, and the one before goes on.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, MutableMapping
from datetime import datetime
from pathlib import Path

import structlog

from hotline.certificates import expiries
from hotline.settings import Settings, SettingsError
from hotline.web_gate import names_in, tls_of

log = structlog.get_logger()

LOOKS_EVERY = 30.0
"""Seconds."""

Mark = tuple[tuple[int, int, int], ...]


class CertificateWatch:
    """Keeps `context`, with which the web listens, and `until` (when what expires) as the files are: `run()`."""

    def __init__(
        self,
        settings: Settings,
        context: ssl.SSLContext,
        until: MutableMapping[str, datetime],
        every: Callable[[], float] = lambda: LOOKS_EVERY,
    ) -> None:
        web = settings.web
        self._settings, self._context, self._until, self._every = settings, context, until, every
        if web.certificate is None or web.key is None:
            raise ValueError("there is no certificate to watch")
        self._files = (web.certificate, web.key)
        self._taken = self._refused = self._mark()

    async def run(self) -> None:
        """Look every half minute, in a thread."""
        while True:
            await asyncio.sleep(self._every())
            mark = await asyncio.to_thread(self._mark)
            if mark not in (self._taken, self._refused):
                await asyncio.to_thread(self._take_up, mark)

    def _take_up(self, mark: Mark) -> None:
        try:
            tls_of(self._settings)  # on the side: half a pair must not get into the one that serves
            names = names_in(self._files[0])
            until = expiries(self._settings)["web"]
            self._context.load_cert_chain(self._files[0], self._files[1])
        except (SettingsError, OSError, ssl.SSLError) as error:
            self._refused = mark
            log.error("the renewed certificate cannot be used: the one before goes on", why=str(error))
            return
        self._taken, self._until["web"] = mark, until
        log.info("the renewed certificate is taken up", until=until.isoformat(), names=sorted(names))

    def _mark(self) -> Mark:
        try:
            return tuple((about.st_ino, about.st_size, about.st_mtime_ns) for about in map(Path.stat, self._files))
        except OSError:
            return ()

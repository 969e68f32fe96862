"""Recordings are sealed in the background, as soon as their call has ended; what a crash left plain, at the start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError

from hotline.metrics import families as f
from hotline.settings import Settings
from hotline.settings_keeping import Sealing as Rules
from ivr.events import CallEnded, RecordingBegan
from ivr.journal import Entry
from records.audit import Act, Audit, Deed
from records.vault.ciphers import CIPHERS, Tampered
from records.vault.keys import KeyCommand, KeyFile, Keys, KeysError
from records.vault.vault import NoRecording, Vault, call_of, quiet_for
from routing.calendar import SHANGHAI

log = structlog.get_logger(__name__)

QUIET = 60.0
"""Seconds without a byte after which a recording that no call of ours is making counts as done."""
AGAIN = 60.0
"""Seconds after which what could not be sealed is tried again."""


def keys_of(settings: Settings) -> Keys:
    """Where this hotline's master keys come from."""
    rules = settings.sealing
    return KeyCommand(rules.key_command) if rules.key_command else KeyFile(key_file(settings))


def key_file(settings: Settings) -> Path:
    return settings.sealing.key_file or settings.var / "keys.json"


def vault_of(settings: Settings) -> Vault:
    return Vault(settings.recordings, keys_of(settings))


async def first_key(settings: Settings, vault: Vault) -> None:
    """Make the first master key of a new hotline, and write it into the audit log.

    Where sealed recordings are and their keys are not, none is made: that would hide the loss. `Sealing` raises the
    alarm then, and recordings stay plain until the keys are back.
    """
    keys = vault.keys
    if not settings.sealing.on or not isinstance(keys, KeyFile):
        return
    try:
        if await asyncio.to_thread(_has_keys_or_needs_them, vault):
            return
        key = await asyncio.to_thread(keys.rotate, CIPHERS[settings.sealing.cipher], datetime.now(UTC))
    except (KeysError, OSError):
        return  # told by `Sealing`, and again until it is mended
    deed = Deed(f"engine:{settings.node}", Act.KEY_MADE, key.id, "the first start", {"cipher": key.cipher.name})
    try:  # callers wait for the start: a database in trouble holds it up for a moment alone
        await Audit(settings.database_url, settings.var, busy=1.0).write(deed, datetime.now(UTC))
    except (DBAPIError, OSError, ValueError) as error:
        log.error("a key was made, and the audit log could not be told", key=key.id, error=str(error))


def _has_keys_or_needs_them(vault: Vault) -> bool:
    return bool(vault.keys.all()) or next(vault.folder.rglob("*.sealed"), None) is not None


class Sealing:
    """Seals what has ended. `living` says whether a call of this id is going on: its recordings are left alone."""

    def __init__(self, vault: Vault, rules: Rules, living: Callable[[str], bool], now: Callable[[], datetime]) -> None:
        self._vault, self._rules, self._living, self._now = vault, rules, living, now
        self._begun: dict[str, list[str]] = {}
        self._due: dict[str, None] = {}
        self._stirred = asyncio.Event()
        self.alarm: str | None = None
        """Why recordings stay plain at the moment; None when all is well."""
        self.sealed = 0
        """Recordings sealed since the start."""

    @property
    def due(self) -> int:
        """Recordings that are known to be plain and done."""
        return len(self._due)

    def hear(self, entry: Entry) -> None:
        """A fact of the journal."""
        match entry.event:
            case RecordingBegan(file=file):
                files = self._begun.setdefault(entry.call, [])
                if file not in files:
                    files.append(file)
            case CallEnded():
                if files := self._begun.pop(entry.call, []):
                    self._due |= dict.fromkeys(files)
                    self._stirred.set()

    async def run(self) -> None:
        """Work until cancelled; one recording at a time, in a thread: no call waits for it."""
        if not self._rules.on:
            log.warning("recordings are not encrypted: sealing.on is false")
            return
        places: tuple[str, ...] = ("",)
        while True:
            for place in places:
                self._due |= dict.fromkeys(await self._found(place))
            await self._seal_all()
            self._stirred.clear()
            places = ()
            try:
                async with asyncio.timeout(AGAIN):
                    await self._stirred.wait()
            except TimeoutError:
                places = self._recent()

    def _recent(self) -> tuple[str, ...]:
        """Where new recordings come to lie: a walk through years of them every minute would be too much."""
        today = self._now().astimezone(SHANGHAI)
        days = [f"{day:%Y/%m/%d}" for day in (today, today - timedelta(days=1))]
        return ("fallback", *(f"{kind}/{day}" for kind in ("talks", "messages") for day in days))

    async def _found(self, below: str) -> list[str]:
        """What lies there plain and is not being made: left over by a crash, or left by callers while we were away."""
        try:
            names = await asyncio.to_thread(self._vault.unsealed, below)
            return [name for name in names if await self._done(name)]
        except (OSError, Tampered) as error:
            self._tell(f"recordings cannot be looked through: {error}")
            return []

    async def _done(self, name: str) -> bool:
        if self._living(call_of(name)):
            return False
        try:
            return quiet_for(await asyncio.to_thread(self._vault.about, name)) > QUIET
        except NoRecording:
            return False

    async def _seal_all(self) -> None:
        for name in list(self._due):
            if self._living(call_of(name)):
                del self._due[name]  # found again when its call has ended
                continue
            try:
                if await asyncio.to_thread(self._vault.seal, name):
                    self.sealed += 1
            except (KeysError, Tampered, OSError) as error:
                self._tell(f"recordings stay plain: {error}")
                if isinstance(error, KeysError) or _full(error):
                    return  # the others would fare the same
                continue  # kept among those due: tried again
            del self._due[name]
            if not self._due:
                self._tell(None)

    def _tell(self, alarm: str | None) -> None:
        if alarm is not None and alarm != self.alarm:
            log.error("recordings are not sealed", why=alarm, waiting=self.due)
        elif alarm is None and self.alarm is not None:
            log.info("recordings are sealed again")
        self.alarm = alarm


def _full(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno is not None


class SealingGauges(Collector):
    """How sealing goes, for Prometheus."""

    def __init__(self, sealing: Sealing) -> None:
        self._sealing = sealing

    def collect(self) -> list[Metric]:
        return [
            f.RECORDINGS_SEALED.measured(self._sealing.sealed),
            f.RECORDINGS_PLAIN.measured(self._sealing.due),
            f.SEALING_ALARM.measured(self._sealing.alarm is not None),
        ]

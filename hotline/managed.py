"""The Asterisk that belongs to this hotline: configured, started, watched, taken over, stopped.

It outlives an engine that dies: it runs in a session of its own, and the next engine on the same `var` finds it by
its pid file and takes it over, talks and all. Only a graceful end of the engine stops it.
"""

from __future__ import annotations

import asyncio
import fcntl
import re
import resource
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import IO, NoReturn, Self

import aiohttp
import structlog

from hotline.asterisk_asked import NoAnswer, ask_asterisk
from hotline.asterisk_folder import AsteriskFolder
from hotline.asterisk_process import AsteriskProcess
from hotline.asterisk_program import AsteriskProgram, find_asterisk
from hotline.ports import taken
from hotline.secrets import Secrets
from hotline.settings import Settings
from hotline.switch_config import ACL, RELOADABLE, PhoneAccount, Places, refusing, render
from hotline.switch_refused import SwitchLost, SwitchRefused
from ivr.switch import SwitchTaken

log = structlog.get_logger(__name__)

START = 30.0
"""Seconds that Asterisk may take from start until ARI answers."""
PROOF = 3.0
"""Seconds that an Asterisk left by an earlier engine may take to answer before it counts as hung."""
GRACE = 5.0
"""Seconds that Asterisk may take to end when asked; then it is killed."""
ENDS_AT_MOST, WITHIN = 5, 60.0
"""So often, in so many seconds, may Asterisk end before the hotline ends with it."""
PAUSES = (0.0, 0.5, 1.0, 2.0)
"""Seconds before Asterisk is started anew after so many ends."""
OPEN_FILES = 65536


class ManagedAsterisk:
    """`async with ManagedAsterisk(settings, secrets, phones) as switch:` Asterisk runs inside, and ARI answers."""

    def __init__(
        self, settings: Settings, secrets: Secrets, phones: Sequence[PhoneAccount] = (), dialplan: str = ""
    ) -> None:
        """`dialplan` is the plan's own part of `extensions.conf`: what callers meet without an engine."""
        self._settings = settings
        self._secrets = secrets
        self._phones, self._dialplan = tuple(phones), dialplan
        self._banned: tuple[str, ...] = ()
        self._writing = asyncio.Lock()
        self._lock: IO[str] | None = None
        self._process: AsteriskProcess | None = None
        self.program: AsteriskProgram = find_asterisk(settings)
        self.places = Places.of(settings, self.program)
        self._folder = AsteriskFolder(self.places, self.program)
        self.taken_over = False
        """True when this Asterisk was already running: calls from before may be on it."""
        self.stays = False
        """Leave it running, with its calls, also when we end as we should."""
        self.spared = False
        """Leave it running, with its calls, when we end by an error: another engine takes it over."""

    async def __aenter__(self) -> Self:
        """Raises SwitchRefused, ValueError (a value that cannot be written), OSError (`var` not writable)."""
        self._lock = self._claim()
        try:
            await self._bring_up()
        except BaseException:
            await self._release()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.stays if error is None else self.spared and not _is_last(error):
            log.warning("asterisk is left running for the next engine", pid=self.pid)
            self._let_go()
        else:
            await self._release()

    @property
    def pid(self) -> int:
        return self._running.pid

    async def exited(self) -> str:
        """Wait until Asterisk is gone, asked or not; how it ended, with the last lines it logged."""
        process = self._running
        await process.ended()
        return f"Asterisk ended ({process.status}){self._folder.last_words()}"

    async def keep_running(self, lost: Callable[[], None]) -> NoReturn:
        """Start Asterisk anew whenever it ends, for ever; `lost` is called at once each time.

        What keeps it from being started, a full disk or a program that is being replaced, counts as one more end of it.
        Raises SwitchLost when it ended, or did not start, `ENDS_AT_MOST` times within `WITHIN` seconds.
        """
        now = asyncio.get_running_loop().time
        ends: list[float] = []
        while True:
            end = await self.exited()
            lost()
            while not self._running.alive:
                ends = [*(at for at in ends if now() - at < WITHIN), now()]
                if len(ends) >= ENDS_AT_MOST:
                    raise SwitchLost(f"{end}\nit ended {len(ends)} times within a minute: mend it, then start anew")
                log.error("asterisk ended and is started anew", how=end.partition("\n")[0], ends=len(ends))
                await asyncio.sleep(PAUSES[len(ends) - 1])
                try:
                    await self._begin(await asyncio.to_thread(self._rendered))
                except (SwitchRefused, OSError, ValueError) as error:
                    end = str(error) or type(error).__name__
                    if self._running.alive:  # hung in its beginnings
                        await self._running.stop(grace=0.0)

    async def stop(self) -> None:
        """End Asterisk and every call on it. Twice is fine."""
        if self._process:
            await self._process.stop(GRACE)
            self._process = None

    async def reload(self, phones: Sequence[PhoneAccount], dialplan: str = "") -> bool:
        """Let exactly these phones register from now on, and use this dialplan; talks go on. Whether anything changed.

        Raises SwitchRefused, ValueError when Asterisk does not take them; it has the former ones then.
        """
        async with self._writing:
            before = self._phones, self._dialplan
            self._phones, self._dialplan = tuple(phones), dialplan
            try:
                return await self._take_up(await asyncio.to_thread(self._write_anew))
            except (SwitchRefused, ValueError):
                self._phones, self._dialplan = before
                former = await asyncio.to_thread(self._write_anew)
                try:
                    await self._take_up(former)
                except SwitchRefused as error:
                    log.warning("asterisk did not read its former settings again", error=str(error))
                raise

    async def refuse(self, banned: Sequence[str]) -> None:
        """Answer SIP from exactly these addresses with 403 from now on. Raises SwitchRefused, OSError."""
        async with self._writing:
            self._banned = tuple(banned)
            self._folder.put(ACL, refusing(self._banned))  # nothing else: a scan goes on until it is read
            await self._take_up({ACL})

    async def _take_up(self, changed: set[str]) -> bool:
        """Let the running Asterisk read again what changed, and nothing else."""
        commands = {RELOADABLE.get(name, "core reload") for name in changed}
        for command in ("core reload",) if "core reload" in commands else sorted(commands):
            await self.command(command)
        return bool(changed)

    async def command(self, line: str) -> str:
        """What Asterisk's own command line answers, e.g. to `core show channels`. Raises SwitchRefused."""
        try:
            return await ask_asterisk(self.program, self.places.conf, line)
        except NoAnswer as error:
            raise SwitchRefused(str(error)) from None

    async def _bring_up(self) -> None:
        files = self._rendered()
        left = AsteriskProcess.find(self.places.pid_file, str(self.places.conf))
        if left:
            self._process = left
            same = self._folder.began_with(files)
            if await self._answers_within(PROOF) and (same or await self._has_calls()):
                self.taken_over = True
                log.info("asterisk taken over", pid=left.pid)
                if not same:
                    log.warning("asterisk's new settings wait until it is started anew: there are calls on it")
                self._folder.write(files)
                await self._take_up(set(RELOADABLE))  # what lies on the disk may not be what it has read
                return
            log.warning("asterisk replaced", pid=left.pid, why="it hangs" if same else "its settings changed")
            await left.stop(grace=1.0 if same else GRACE)
        await self._begin(files)

    async def _has_calls(self) -> bool:
        """Whether anything is on it. Raises SwitchRefused."""
        counted = await self.command("core show channels count")
        return re.search(r"^[1-9][0-9]* active channel", counted, re.M) is not None

    async def _begin(self, files: dict[str, str]) -> None:
        """Start it with these files, until it answers. Raises SwitchRefused."""
        refused = taken(self._settings)
        if refused:
            raise SwitchRefused("\n".join(refused))
        self._folder.furnish()
        _limit_ourselves()
        self._folder.write(files)
        self._folder.begins_with(files)
        self._process = AsteriskProcess.start(
            [*self.program.command, "-f", "-C", str(self.places.conf)], self.places.log / "console.log"
        )
        if not await self._answers_within(START):
            how = f"no answer from ARI within {START:.0f} s" if self._process.alive else self._process.status
            raise SwitchRefused(f"Asterisk did not start ({how}){self._folder.last_words()}")
        log.info("asterisk started", pid=self._process.pid, version=self.program.release)
        await self._look_for_phones()

    async def _look_for_phones(self) -> None:
        """Ask each phone whose registration was kept whether it is there: by itself Asterisk takes its time to."""
        at_once = asyncio.Semaphore(8)

        async def ask(phone: str) -> None:
            async with at_once:
                await self.command(f"pjsip qualify {phone}")

        try:
            kept = re.findall(r"^\s*Contact:\s+([a-z][a-z0-9_-]*)/", await self.command("pjsip show contacts"), re.M)
            await asyncio.gather(*(ask(phone) for phone in sorted({*kept} & {one.username for one in self._phones})))
        except (SwitchRefused, OSError) as error:
            log.warning("phones are not looked for", error=str(error))

    async def _release(self) -> None:
        try:
            await self.stop()
        finally:
            self._let_go()

    def _let_go(self) -> None:
        """Look away from Asterisk, which lives on if it lives."""
        if self._process:
            self._process.close()
            self._process = None
        if self._lock:
            self._lock.close()
            self._lock = None

    def _claim(self) -> IO[str]:
        lock = claim(self._settings)
        if lock is None:
            raise SwitchRefused(
                f"another hotline already runs on {self._settings.var}: stop it, or give this one its own --var"
            )
        return lock

    async def _answers_within(self, seconds: float) -> bool:
        """Whether ARI answers with our password before the time or the process is over."""
        ari = self._settings.ari
        host = "127.0.0.1" if ari.host == "0.0.0.0" else ari.host  # noqa: S104 - asked, not bound
        url = f"http://{host}:{ari.port}/ari/asterisk/info"
        headers = {"Authorization": aiohttp.encode_basic_auth(ari.user, self._secrets.ari_password)}
        try:
            async with asyncio.timeout(seconds), aiohttp.ClientSession(headers=headers) as http:
                while self._running.alive:
                    try:
                        async with http.get(url) as answer:
                            if answer.status == 200:
                                return True
                    except aiohttp.ClientError:
                        log.debug("asterisk not yet answering")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            return False
        return False

    def _rendered(self) -> dict[str, str]:
        return render(self._settings, self._secrets, self._phones, self.program, self._dialplan, self._banned)

    def _write_anew(self) -> set[str]:
        return self._folder.write(self._rendered())

    @property
    def _running(self) -> AsteriskProcess:
        if self._process is None:
            raise SwitchRefused("Asterisk is not running")
        return self._process


def claim(settings: Settings) -> IO[str] | None:
    """The right to run a hotline on `settings.var`, until the file is closed or we die; None when another has it."""
    home = settings.var / "asterisk"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = (home / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _is_last(error: BaseException) -> bool:
    """Whether an error of the engine's says that none of ours will follow it."""
    if isinstance(error, BaseExceptionGroup):
        return error.split((SwitchTaken, SwitchLost, asyncio.CancelledError))[0] is not None
    return isinstance(error, SwitchTaken | SwitchLost | asyncio.CancelledError)


def _limit_ourselves() -> None:
    """Files enough for every call, and no cores; Asterisk inherits both."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < enough:
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))  # a core holds secrets and voices: Asterisk's and ours

"""Asterisk's side of FastAGI, without Asterisk: channels that call the door, and phones that their `Dial` rings.

It does what `res_agi` does as far as the door may notice: one command after the other, a new one breaks off what is
played (and then nothing is said of that), `HANGUP` between two lines, 511 on a dead channel.
"""

from __future__ import annotations

import asyncio
import re
import shlex
import wave
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.ivr.fake_switch import Behaviour

SOUND = 0.4
"""Seconds that each sound lasts."""
_DEAD = re.compile(r"(NOOP|SET VARIABLE|GET VARIABLE)")


class Dead(Exception):
    """The channel hung up."""


@dataclass
class Channel:
    """One channel in `AGI()`, from the connection to its end."""

    home: FakeAsterisk
    name: str
    request: str
    number: str = "13900000001"
    extension: str = "12320"
    up: bool = False
    variables: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    music: bool = False
    speech: float = 0.0
    """Seconds of speech in what is recorded next."""
    hung_up: bool = False
    heard: list[str] = field(default_factory=list)
    """Sounds that were begun."""
    bridged: str = ""
    """The phone that it talks with."""
    takes_keys: bool = False
    """Whether a command hears keys just now; between two commands they are lost."""
    _keys: list[str] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list)
    _stirred: asyncio.Event = field(default_factory=asyncio.Event)
    _closed: bool = False
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the dialplan goes on."""

    # ── what happens outside ────────────────────────────────────────────────

    def press(self, keys: str) -> None:
        self._keys += keys
        self._stirred.set()

    def hang_up(self) -> None:
        self.hung_up = True
        self._stirred.set()

    async def until(self, holds: Callable[[], bool], seconds: float = 5.0) -> None:
        """Wait until something is so. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not holds():  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.005)

    # ── the session ─────────────────────────────────────────────────────────

    async def run(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.home.port)
        self._writer = writer
        said: Mapping[str, str] = {
            "network": "yes",
            "request": self.request,
            "channel": self.name,
            "language": "en",
            "type": "PJSIP",
            "uniqueid": "1763800000.1",
            "version": "22.10.1",
            "callerid": self.number,
            "calleridname": "unknown",
            "context": "hotline",
            "extension": self.extension,
            "priority": "1",
        }
        hello = "".join(f"agi_{name}: {value}\n" for name, value in said.items())
        writer.write(f"{hello}\n".encode())
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(self._read(reader))
            try:
                await self._serve()
            except ConnectionError:
                pass
            finally:
                reading.cancel()
                writer.close()
                self.left.set()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with suppress(ConnectionError):
            while line := await reader.readline():
                self._lines.append(line.decode().rstrip("\n"))
                self._stirred.set()
        self._closed = True
        self._stirred.set()

    async def _stir(self, until: float) -> bool:
        """Wait for anything; False when nothing came until this instant."""
        self._stirred.clear()
        try:
            async with asyncio.timeout_at(until):
                await self._stirred.wait()
        except TimeoutError:
            return False
        return True

    async def _serve(self) -> None:
        told = False
        while not self._closed or self._lines:
            if self.hung_up and not told:
                told = True
                self._say("HANGUP")
            if not self._lines:
                self._keys.clear()  # Asterisk reads them, and throws them away
                await self._stir(_now() + 3600)
                continue
            line = self._lines.pop(0)
            self.commands.append(line)
            if told and not _DEAD.match(line):
                self._say("511 Command Not Permitted on a dead channel")
                continue
            words = shlex.split(line)
            self.takes_keys = words[0] in ("STREAM", "WAIT", "RECORD")
            try:
                await self._obey(words)
            except Dead:
                self._say("200 result=-1")
            finally:
                self.takes_keys = False

    def _say(self, line: str) -> None:
        self._writer.write(f"{line}\n".encode())

    async def _obey(self, words: list[str]) -> None:
        match words:
            case ["ANSWER"]:
                self.up = True
                self._say("200 result=0")
            case ["STREAM", "FILE", file, keys, position]:
                await self._stream(file, keys, int(position))
            case ["WAIT", "FOR", "DIGIT", milliseconds]:
                await self._wait_for_digit(int(milliseconds) / 1000)
            case ["SET", "MUSIC", state]:
                self.music = state == "ON"
                self._say("200 result=0")
            case ["RECORD", "FILE", file, "wav", keys, limit, _, "BEEP", silence]:
                await self._record(Path(file), keys, int(limit) / 1000, float(silence.removeprefix("s=")))
            case ["EXEC", "Dial", arguments]:
                await self._dial(arguments)
            case ["EXEC", "MixMonitor", arguments]:
                self.variables["recorded"] = arguments
                self._say("200 result=0")
            case ["EXEC", _, *_]:
                self._say("200 result=0")
            case ["SET", "VARIABLE", name, value]:
                self.variables[name] = value
                self._say("200 result=1")
            case ["GET", "VARIABLE", name]:
                has = self.variables.get(name)
                self._say("200 result=0" if has is None else f"200 result=1 ({has})")
            case ["CHANNEL", "STATUS"]:
                self._say(f"200 result={6 if self.up else 4}")
            case ["HANGUP"]:
                self.hung_up = True
                self._say("200 result=1")
            case ["NOOP"]:
                self._say("200 result=0")
            case _:
                self._say("510 Invalid or unknown command")

    async def _stream(self, file: str, keys: str, position: int) -> None:
        if file.endswith("missing"):
            self._say("200 result=-1 endpos=0")
            return
        self.heard.append(file)
        began, ends = _now() - position / 8000, _now() - position / 8000 + SOUND
        while True:
            if self.hung_up:
                raise Dead
            if self._keys and (key := self._keys.pop(0)) in keys:
                heard = max(160, int((_now() - began) * 8000))  # a packet of sound at least, as Asterisk
                self._say(f"200 result={ord(key)} endpos={heard}")
                return
            if self._lines or self._closed:
                return  # and not a word
            if _now() >= ends or not await self._stir(ends):
                self._say(f"200 result=0 endpos={int(SOUND * 8000)}")
                return

    async def _wait_for_digit(self, seconds: float) -> None:
        ends = _now() + seconds
        while True:
            if self.hung_up:
                raise Dead
            if self._keys:
                self._say(f"200 result={ord(self._keys.pop(0))}")
                return
            if not await self._stir(ends):
                self._say("200 result=0")
                return

    async def _record(self, file: Path, keys: str, limit: float, silence: float) -> None:
        began, how = _now(), "timeout"
        code = 0
        while _now() < began + min(limit, self.speech + silence):
            if self.hung_up:
                code, how = -1, "hangup"
                break
            if self._keys and self._keys.pop(0) in keys:
                code, how = ord("#"), "dtmf"
                break
            await self._stir(began + min(limit, self.speech + silence))
        _write(file, self.speech)
        self._say(f"200 result={code} ({how}) endpos={int(self.speech * 8000)}")

    async def _dial(self, arguments: str) -> None:
        targets, seconds, options = arguments.split(",", 2)
        answered = re.search(r"U\(([^)^]*)\^([^)^]*)\)", options)
        assert answered is not None
        phones = [target.removeprefix("PJSIP/") for target in targets.split("&")]
        self.home.rung += phones
        behaviours = [self.home.phones[phone] for phone in phones]
        ends, began = _now() + float(seconds), _now()
        if all(behaviour.unknown for behaviour in behaviours):
            self._over("CHANUNAVAIL", 20)
            return
        while not self.hung_up and _now() < ends:
            for phone, behaviour in zip(phones, behaviours, strict=True):
                if behaviour.answers_after is not None and _now() >= began + behaviour.answers_after:
                    await self._talk(phone, answered[2])
                    return
                if behaviour.fails_after is not None and _now() >= began + behaviour.fails_after:
                    self._over("BUSY", behaviour.cause)
                    return
            await self._stir(_now() + 0.01)
        if self.hung_up:
            raise Dead
        self._over("NOANSWER", 0)

    async def _talk(self, phone: str, token: str) -> None:
        leg = Channel(
            self.home,
            f"PJSIP/{phone}-0000000a",
            f"agi://127.0.0.1:{self.home.port}/answered?leg={token}",
            number="",
            up=True,
        )
        self.home.legs[phone] = leg
        work = asyncio.ensure_future(leg.run())
        try:
            while not leg.left.is_set():
                if self.hung_up:
                    leg.hang_up()
                await self._stir(_now() + 0.01)
        finally:
            await work
        if leg.variables.get("GOSUB_RESULT") == "CONTINUE" or leg.hung_up:
            self._over("ANSWER", 16)
            return
        self.bridged = leg.bridged = phone
        while not (self.hung_up or leg.hung_up):
            await self._stir(_now() + 0.01)
        self.bridged = leg.bridged = ""
        if self.hung_up:
            raise Dead
        self._over("ANSWER", 16)

    def _over(self, status: str, cause: int) -> None:
        self.variables |= {"DIALSTATUS": status, "HANGUPCAUSE": str(cause)}
        self._say("200 result=0")


@dataclass
class FakeAsterisk:
    """Its channels, and the phones that answer, refuse or ring."""

    port: int
    tasks: asyncio.TaskGroup
    phones: dict[str, Behaviour] = field(default_factory=dict)
    channels: list[Channel] = field(default_factory=list)
    legs: dict[str, Channel] = field(default_factory=dict)
    """The answered channel of each phone."""
    rung: list[str] = field(default_factory=list)

    def calls(self, path: str = "", number: str = "13900000001", name: str = "") -> Channel:
        """A channel runs `AGI(agi://…/PATH)`."""
        name = name or f"PJSIP/trunk-{len(self.channels):08x}"
        channel = Channel(self, name, f"agi://127.0.0.1:{self.port}/{path}", number=number)
        self.channels.append(channel)
        self.tasks.create_task(channel.run())
        return channel

    def hang_up(self) -> None:
        """Everybody."""
        for channel in (*self.channels, *self.legs.values()):
            channel.hang_up()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _write(file: Path, seconds: float) -> None:
    with wave.open(f"{file}.wav", "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\x00\x20\x00\xe0" * int(4000 * seconds))

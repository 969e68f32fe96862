"""Two worlds in which the switch port is held to one contract: a fake one, and Asterisk with real telephones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Protocol, TypeVar

from bench.ports import free_ports
from hotline.agi_dialplan import snippet
from hotline.managed import ManagedAsterisk
from hotline.phone import Exchange, answers, never_answers, refuses
from hotline.phone import Phone as Telephone
from hotline.secrets import keep_secrets
from hotline.settings import Settings, load
from hotline.sound_file import a_law_code
from hotline.switch_config import PhoneAccount
from hotline.talk import Talk
from ivr.agi.door import Door, listening_at
from ivr.agi.switch import AgiSwitch, Ways
from ivr.ari.switch import AriSwitch
from ivr.switch import Arrived, LegAnswered, Phone, PhoneChanged, Switch, SwitchEvent
from tests.ivr.agi_client import FakeAsterisk
from tests.ivr.fake_switch import Behaviour, FakeSwitch
from tests.phone.voices import babble
from tests.phones import hears_only

CALLER = "13900000001"
ANSWERS, REFUSES, RINGS, ABSENT = "answers", "refuses", "rings", "absent"
SECOND = "second"
"""Phones of both worlds, named after what they do (the second answers too); the absent one is known and not
registered."""

VOICES = {CALLER: 932.0, ANSWERS: 622.0, SECOND: 1397.0}
"""Hertz in which each of them speaks all the time."""

T = TypeVar("T", bound=SwitchEvent)


class World(Protocol):
    """What happens outside the switch."""

    @property
    def switch(self) -> Switch: ...

    async def call(self) -> None:
        """A caller dials 12320."""

    async def press(self, keys: str) -> None: ...

    async def say(self) -> None:
        """The caller says something, for two seconds."""

    async def hang_up(self) -> None: ...

    async def hears(self, who: str, *whom: str) -> None:
        """Wait until the caller or this phone hears exactly the voices of these. Raises TimeoutError."""
        ...


class Listener:
    """Reads the switch's events, and waits for those that a test expects."""

    def __init__(self, switch: Switch) -> None:
        self.told: list[SwitchEvent] = []
        self._switch, self._stirred = switch, asyncio.Event()

    async def listen(self) -> None:
        async for event in self._switch.events():
            self.told.append(event)
            self._stirred.set()

    async def hears(self, kind: type[T], holds: Callable[[T], bool] = lambda _: True) -> T:
        """The first event of a kind of which something holds. Raises TimeoutError after 10 s."""
        async with asyncio.timeout(10.0):
            while True:
                for event in self.told:
                    if isinstance(event, kind) and holds(event):
                        return event
                self._stirred.clear()
                await self._stirred.wait()

    async def arrival(self, world: World) -> str:
        """A caller calls; the channel."""
        await world.call()
        return (await self.hears(Arrived)).channel

    async def leg(self, world: World, leg: str, phone: str, channel: str) -> str:
        """A phone is rung and answers; its leg."""
        await world.switch.ring(leg, Phone(phone), caller=CALLER, like=channel)
        await self.hears(LegAnswered, lambda event: event.leg == leg)
        return leg


class FakeWorld:
    def __init__(self) -> None:
        self.switch: FakeSwitch = FakeSwitch(
            {
                ANSWERS: Behaviour(answers_after=0.1),
                REFUSES: Behaviour(fails_after=0.1, cause=17),
                RINGS: Behaviour(),
                ABSENT: Behaviour(unknown=True),
                SECOND: Behaviour(answers_after=0.1),
            },
            speech=2.0,
        )
        self.switch.registered |= {ANSWERS, REFUSES, RINGS, SECOND}
        self.legs = {CALLER: "caller", ANSWERS: "leg-1", SECOND: "leg-2"}

    async def call(self) -> None:
        self.switch.caller_dials("caller", CALLER)

    async def press(self, keys: str) -> None:
        self.switch.caller_types("caller", keys)

    async def say(self) -> None:
        return

    async def hang_up(self) -> None:
        self.switch.ends("caller")

    async def hears(self, who: str, *whom: str) -> None:
        if self.switch.hears(self.legs[who]) != {self.legs[voice] for voice in whom}:
            raise TimeoutError(f"{who} hears {self.switch.hears(self.legs[who])}")


class AsteriskWorld:
    url: str
    password: str
    names: tuple[str, ...]
    tasks: asyncio.TaskGroup

    def __init__(self, switch: AriSwitch, exchange: Exchange, address: str) -> None:
        self.switch: AriSwitch = switch
        self._exchange, self._address = exchange, address
        self._talk: Talk | None = None
        self.phones: dict[str, Telephone] = {}
        self.work: list[asyncio.Task[None]] = []
        """What hears the switch: without it the engine is as good as dead."""

    async def call(self) -> None:
        phone = await self._exchange.phone(CALLER, switch=self._address)
        self._talk = await phone.dial("12320")
        self._talk.speak(VOICES[CALLER])

    @property
    def talk(self) -> Talk:
        assert self._talk is not None
        return self._talk

    async def press(self, keys: str) -> None:
        await self.talk.answered()
        await self.talk.press(keys)

    async def say(self) -> None:
        self.talk.speak(babble(5, 2.0))
        await self.talk.spoken()
        self.talk.speak(VOICES[CALLER])

    async def hang_up(self) -> None:
        await self.talk.hang_up()

    def another(self) -> AriSwitch:
        """The next engine's switch, on the same Asterisk."""
        return AriSwitch(self.url, "hotline", self.password, phones=self.names)

    async def cut(self) -> None:
        """The link to the switch is lost; it comes back by itself."""
        self.work[0].cancel()
        await asyncio.wait(self.work[:1])
        self.work[0] = self.tasks.create_task(self.switch.listen())

    async def hears(self, who: str, *whom: str) -> None:
        await hears_only(self.talk if who == CALLER else self.phones[who].talks[-1], *(VOICES[voice] for voice in whom))


@asynccontextmanager
async def fake_world() -> AsyncIterator[tuple[World, Listener]]:
    world = FakeWorld()
    listener = Listener(world.switch)
    async with asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(listener.listen())
        yield world, listener
        listening.cancel()


class AgiWorld:
    """A client that speaks FastAGI as Asterisk does, before the door."""

    def __init__(self, switch: AgiSwitch, asterisk: FakeAsterisk) -> None:
        self.switch: AgiSwitch = switch
        self.asterisk = asterisk

    async def call(self) -> None:
        self.asterisk.calls(number=CALLER).speech = 2.0

    async def press(self, keys: str) -> None:
        caller = self.asterisk.channels[-1]
        for key in keys:
            await caller.until(lambda: caller.up and caller.takes_keys)
            caller.press(key)
            await asyncio.sleep(0.1)

    async def say(self) -> None:
        caller = self.asterisk.channels[-1]
        await caller.until(lambda: any(line.startswith("RECORD") for line in caller.commands))

    async def hang_up(self) -> None:
        self.asterisk.channels[-1].hang_up()

    async def hears(self, who: str, *whom: str) -> None:
        del who, whom


@asynccontextmanager
async def agi_world(folder: Path) -> AsyncIterator[tuple[World, Listener]]:
    """The FastAGI door, with Asterisk's side made up."""
    switch = AgiSwitch(Ways(recordings=folder))
    door, listener, listening = agi_door(switch), Listener(switch), listening_at("127.0.0.1", 0)
    async with asyncio.TaskGroup() as tasks:
        works = [tasks.create_task(door.run(listening)), tasks.create_task(listener.listen())]
        asterisk = FakeAsterisk(listening.getsockname()[1], tasks)
        asterisk.phones = {
            ANSWERS: Behaviour(answers_after=0.1),
            REFUSES: Behaviour(fails_after=0.1, cause=17),
            RINGS: Behaviour(),
            ABSENT: Behaviour(unknown=True),
        }
        yield AgiWorld(switch, asterisk), listener
        asterisk.hang_up()
        for work in works:
            work.cancel()


def agi_door(switch: AgiSwitch, most: int = 50) -> Door:
    """A door that takes whoever is on this machine."""
    return Door(switch, most=most, networks=[ip_network("127.0.0.0/8")])


class AgiAsteriskWorld(AsteriskWorld):
    """Asterisk, whose callers come by FastAGI."""

    def __init__(self, switch: AgiSwitch, exchange: Exchange, address: str) -> None:
        self.agi: AgiSwitch = switch
        super().__init__(switch, exchange, address)  # type: ignore[arg-type]


@asynccontextmanager
async def agi_asterisk_world(folder: Path, exchange: Exchange) -> AsyncIterator[tuple[World, Listener]]:
    """An Asterisk of somebody else's, with a dialplan that sends callers to the FastAGI door."""
    sip, ari = free_ports(2)
    settings = load(var=folder / "var", config=folder, sip={"port": sip}, ari={"port": ari}, agi={"enabled": True})
    names = (ANSWERS, REFUSES, RINGS, ABSENT, SECOND)
    secrets = keep_secrets(settings.var, names)
    put_sounds(settings)
    address = f"127.0.0.1:{sip}"
    switch = AgiSwitch(Ways(recordings=settings.recordings), phones=lambda: names)
    listening = listening_at("127.0.0.1", 0)
    dialplan = f"[plan-start]\nexten => s,1,Goto(hotline,12320,1)\n{snippet(f'127.0.0.1:{listening.getsockname()[1]}')}"
    phones = [PhoneAccount(name, secrets.phones[name], name) for name in names]
    async with asyncio.TaskGroup() as tasks, ManagedAsterisk(settings, secrets, phones, dialplan):
        listener = Listener(switch)
        work = [tasks.create_task(agi_door(switch).run(listening)), tasks.create_task(listener.listen())]
        world = AgiAsteriskWorld(switch, exchange, address)
        for name, manner in (
            *((name, answers(0.1, speaking=VOICES[name])) for name in (ANSWERS, SECOND)),
            (REFUSES, refuses(0.1)),
            (RINGS, never_answers),
        ):
            phone = await exchange.phone(name, switch=address, secret=secrets.phones[name])
            phone.manner, world.phones[name] = manner, phone
            await phone.register()
        yield world, listener
        for task in work:
            task.cancel()


def put_sounds(settings: Settings) -> None:
    """Two prompts and music."""
    settings.sounds.mkdir()
    for sound in ("one", "two"):
        (settings.sounds / f"{sound}.alaw").write_bytes(a_law_code(babble(3, 2.0)))
    settings.moh.mkdir()
    (settings.moh / "music.alaw").write_bytes(a_law_code(babble(4, 3.0)))


@asynccontextmanager
async def asterisk_world(folder: Path, exchange: Exchange) -> AsyncIterator[tuple[World, Listener]]:
    """An Asterisk with five phones, of which four are registered."""
    sip, ari = free_ports(2)
    settings = load(var=folder / "var", config=folder, sip={"port": sip}, ari={"port": ari})
    names = (ANSWERS, REFUSES, RINGS, ABSENT, SECOND)
    voices = {name: answers(0.1, speaking=VOICES[name]) for name in (ANSWERS, SECOND)}
    secrets = keep_secrets(settings.var, names)
    put_sounds(settings)
    address = f"127.0.0.1:{sip}"
    async with (
        ManagedAsterisk(settings, secrets, [PhoneAccount(name, secrets.phones[name], name) for name in names]),
        AriSwitch(f"http://127.0.0.1:{ari}", "hotline", secrets.ari_password, phones=names) as switch,
        asyncio.TaskGroup() as tasks,
    ):
        listener = Listener(switch)
        work = [tasks.create_task(switch.listen()), tasks.create_task(listener.listen())]
        world = AsteriskWorld(switch, exchange, address)
        world.work, world.tasks = work, tasks
        world.url, world.password, world.names = f"http://127.0.0.1:{ari}", secrets.ari_password, names
        for name, manner in (*voices.items(), (REFUSES, refuses(0.1)), (RINGS, never_answers)):
            phone = await exchange.phone(name, switch=address, secret=secrets.phones[name])
            phone.manner, world.phones[name] = manner, phone
            await phone.register()
            await listener.hears(PhoneChanged, lambda event, name=name: event == PhoneChanged(name, up=True))  # type: ignore[misc]
        yield world, listener
        for task in work:
            task.cancel()

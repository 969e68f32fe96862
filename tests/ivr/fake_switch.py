"""A switch without telephones, for virtual time: the same port as Asterisk, held to the same contract."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field

from ivr.switch import (
    RING_AT_MOST,
    RINGING,
    Arrived,
    Census,
    ChannelGone,
    Found,
    Gone,
    KeyTyped,
    Kind,
    LegAnswered,
    LinkUp,
    Phone,
    PhoneChanged,
    Played,
    Recorded,
    Seen,
    Stranger,
    SwitchError,
    SwitchEvent,
)

PROMPT = 2.0
"""Seconds that each sound lasts."""
BUSY, NO_ANSWER, NORMAL = 17, 19, 16


@dataclass(slots=True)
class Behaviour:
    """What a rung phone does: answers after so many seconds, or ends with a cause, or rings for ever."""

    answers_after: float | None = None
    fails_after: float | None = None
    cause: int = BUSY
    unknown: bool = False
    speechless: bool = False
    """Never says that it rings."""


@dataclass(slots=True)
class Playback:
    channel: str
    sounds: tuple[str, ...]
    timer: asyncio.TimerHandle


@dataclass(slots=True)
class Recording:
    channel: str
    begun: float
    spoken: float = 0.0


@dataclass(slots=True)
class FakeSwitch:
    """Channels and legs that exist are in `channels`; what was ever played in `heard`."""

    phones: dict[str, Behaviour] = field(default_factory=dict)
    channels: set[str] = field(default_factory=set)
    music: set[str] = field(default_factory=set)
    playing: dict[str, Playback] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)
    bridges: dict[str, tuple[str, ...]] = field(default_factory=dict)
    registered: set[str] = field(default_factory=set)
    """Phones that are up."""
    callers: set[str] = field(default_factory=set)
    ears: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Ear → whom it listens to, and whether it whispers."""
    answered: set[str] = field(default_factory=set)
    heard: list[tuple[str, str]] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    """Legs and callers from whom no sound comes any more."""
    at: dict[str, str] = field(default_factory=dict)
    """Leg → the phone that it was to ring."""
    fixed: set[str] = field(default_factory=set)
    """Callers with whose talks nothing can be done."""
    released: list[str] = field(default_factory=list)
    kept_by_a_prompt: list[str] = field(default_factory=list)
    """Of those, whom the switch would have let go only when what was being played to them was over."""
    turned_away: list[tuple[str, str]] = field(default_factory=list)
    """Whom the engine did not let in, and what they heard; nothing is the busy tone."""
    rung: list[str] = field(default_factory=list)
    returning: list[tuple[str, str]] = field(default_factory=list)
    """Legs whose phones were told to answer at once, and to which call they come back."""
    speech: float = 0.0
    """Seconds that callers say into a recording."""
    broken: bool = False
    """Refuses to play: the switch fails us."""
    loses: type[SwitchEvent] | None = None
    """Events of this kind never reach us."""
    arrivals: dict[str, Arrived] = field(default_factory=dict)
    leg_phones: dict[str, str] = field(default_factory=dict)
    stored: dict[str, Recorded] = field(default_factory=dict)
    """Recordings that ended."""
    _left: bool = False
    """No engine listens."""
    _told: asyncio.Queue[SwitchEvent] = field(default_factory=asyncio.Queue)

    # ── what happens outside ────────────────────────────────────────────────

    def tell(self, event: SwitchEvent) -> None:
        if self._left:
            return
        if self.loses is None or not isinstance(event, self.loses):
            self._told.put_nowait(event)

    def connect(self) -> None:
        """An engine begins to listen; another one may have left something."""
        self._left = False
        while not self._told.empty():
            self._told.get_nowait()
        for name in sorted(self.channels - self.answered - self.callers):
            self.ends(name)
        self.tell(LinkUp(restarted=False))
        strangers = {
            name: Stranger(self._kind(name), name in self.answered, self.arrivals.get(name), self.leg_phones.get(name))
            for name in sorted(self.channels)
        }
        self.tell(Found(strangers, {name: frozenset(members) for name, members in self.bridges.items()}))
        for phone in sorted(self.registered):
            self.tell(PhoneChanged(phone, up=True))

    def hand_over(self) -> None:
        self._left = True

    def _obeys(self) -> None:
        if self._left:
            raise SwitchError("the next engine has the switch")

    def phone_up(self, phone: str, behaviour: Behaviour) -> None:
        self.phones[phone] = behaviour
        self.registered.add(phone)
        self.tell(PhoneChanged(phone, up=True))

    def vanish(self, phone: str) -> None:
        """A phone is gone without a word; nothing is told while it is in a call."""
        self.registered.discard(phone)
        legs = {leg for leg, rung in self.at.items() if rung == phone and leg in self.channels}
        self.silent |= legs
        self.phones[phone] = Behaviour()
        if not legs:
            self.tell(PhoneChanged(phone, up=False))

    def sound_stops(self, channel: str) -> None:
        """The switch ends a channel from which no sound comes."""
        self.ends(channel, lost=True)

    def caller_dials(self, channel: str, number: str = "13800138000") -> None:
        self.channels.add(channel)
        self.callers.add(channel)
        self.arrivals[channel] = Arrived(channel, number, "12320")
        self.tell(self.arrivals[channel])

    def caller_types(self, channel: str, keys: str) -> None:
        for key in keys:
            self.tell(KeyTyped(channel, key))
            for recording in [name for name, r in self.recordings.items() if r.channel == channel and key == "#"]:
                self._finish(recording)

    def ends(self, channel: str, cause: int = NORMAL, *, lost: bool = False) -> None:
        """A channel or leg is hung up by its own side, or by us."""
        if channel not in self.channels:
            return
        self.channels.discard(channel)
        self.music.discard(channel)
        for playback in [name for name, p in self.playing.items() if p.channel == channel]:
            self._stop(playback)
        for recording in [name for name, r in self.recordings.items() if r.channel == channel]:
            self._finish(recording)
        self._leave(channel)
        self.answered.discard(channel)
        self.tell(Gone(channel, None if lost else cause, lost))
        self.ears.pop(channel, None)
        for ear in [ear for ear, (target, _) in self.ears.items() if target == channel]:
            self.ends(ear)

    def hears(self, listener: str) -> set[str]:
        """Whose voices reach this caller or leg; `music` for that."""
        others = {other for members in self.bridges.values() if listener in members for other in members} - {listener}
        heard = {other for other in others if other not in self.ears} | ({"music"} if listener in self.music else set())
        for ear, (target, whispers) in self.ears.items():
            if ear in others:
                heard |= {target} | self.hears(target) - {listener}
            if whispers and target == listener:
                heard |= {other for members in self.bridges.values() if ear in members for other in members} - {ear}
        return heard

    # ── the port ────────────────────────────────────────────────────────────

    async def events(self) -> AsyncIterator[SwitchEvent]:
        while True:
            yield await self._told.get()

    async def answer(self, channel: str) -> None:
        self._obeys()
        self._need(channel)
        self.answered.add(channel)

    async def play(self, channel: str, playback: str, sounds: Sequence[str]) -> None:
        self._obeys()
        self._need(channel)
        if self.broken:
            raise SwitchError("500 the switch is ill")
        loop = asyncio.get_running_loop()
        timer = loop.call_later(86400.0 if RINGING in sounds else PROMPT * len(sounds), self._stop, playback)
        self.playing[playback] = Playback(channel, tuple(sounds), timer)
        self.heard += [(channel, sound) for sound in sounds]

    async def stop_playing(self, playback: str) -> None:
        self._obeys()
        if playback not in self.playing:
            raise ChannelGone(playback)
        self._stop(playback)

    async def plays(self, playback: str) -> bool:
        self._obeys()
        return playback in self.playing

    async def start_music(self, channel: str) -> None:
        self._obeys()
        self._need(channel)
        self.music.add(channel)

    async def stop_music(self, channel: str) -> None:
        self._obeys()
        self._need(channel)
        self.music.discard(channel)

    async def record(self, channel: str, recording: str, *, limit: float, silence: float) -> None:
        self._obeys()
        self._need(channel)
        if recording in self.recordings:
            raise SwitchError("409 a recording of this name exists")
        loop = asyncio.get_running_loop()
        self.recordings[recording] = Recording(channel, loop.time(), min(self.speech, limit))
        loop.call_later(min(self.speech + silence, limit), self._finish, recording)

    async def ring(
        self, leg: str, phone: Phone, *, caller: str, like: str, returns: str = "", at_most: float = RING_AT_MOST
    ) -> None:
        self._obeys()
        del caller, like, at_most
        if returns:
            self.returning.append((leg, returns))
        behaviour = self.phones.get(phone.name)
        if behaviour is None or behaviour.unknown:
            raise SwitchError("no such phone")
        if leg in self.channels:
            raise SwitchError("409 a channel of this name exists")
        self.channels.add(leg)
        self.rung.append(phone.name)
        self.at[leg] = phone.name
        if not phone.trunk:
            self.leg_phones[leg] = phone.name
        loop = asyncio.get_running_loop()
        if behaviour.answers_after is not None:
            loop.call_later(behaviour.answers_after, self._pick_up, leg)
        elif behaviour.fails_after is not None:
            loop.call_later(behaviour.fails_after, self.ends, leg, behaviour.cause)

    def is_fixed(self, channel: str) -> bool:
        return channel in self.fixed

    async def bridge(self, bridge: str, channels: Sequence[str]) -> None:
        self._obeys()
        for channel in channels:
            self._need(channel)
        for channel in channels:
            self._leave(channel)
        self.bridges[bridge] = (*self.bridges.get(bridge, ()), *channels)

    async def part(self, bridge: str, channel: str) -> None:
        self._obeys()
        if channel in self.bridges.get(bridge, ()):
            self._leave(channel)
        if not self.bridges.get(bridge):  # the recorder leaves too, and says nothing
            self.recordings = {name: one for name, one in self.recordings.items() if one.channel != bridge}

    async def snoop(self, ear: str, channel: str, *, whispers: bool) -> None:
        self._obeys()
        self._need(channel)
        if ear in self.channels:
            raise SwitchError("409 a channel of this name exists")
        self.channels.add(ear)
        self.answered.add(ear)
        self.ears[ear] = (channel, whispers)

    async def census(self) -> Census:
        self._obeys()
        return Census(
            {name: Seen(self._kind(name), name in self.answered) for name in self.channels},
            {bridge: frozenset(members) for bridge, members in self.bridges.items()},
            frozenset(self.registered),
        )

    async def there(self, phones: Collection[str]) -> frozenset[str]:
        return frozenset(self.registered.intersection(phones))

    async def rings(self, leg: str) -> bool:
        self._need(leg)
        return not self.phones[self.at[leg]].speechless

    async def packets(self, leg: str) -> int | None:
        self._need(leg)
        return 50 if leg in self.silent else int(50 * asyncio.get_running_loop().time())

    async def record_bridge(self, bridge: str, recording: str) -> None:
        self._obeys()
        if bridge not in self.bridges:
            raise ChannelGone(bridge)
        self.recordings[recording] = Recording(bridge, asyncio.get_running_loop().time())

    async def stop_recording(self, recording: str) -> None:
        self._obeys()
        self._finish(recording)

    async def drop_bridge(self, bridge: str) -> None:
        self._obeys()
        self.bridges.pop(bridge, None)
        for recording in [name for name, r in self.recordings.items() if r.channel == bridge]:
            self._finish(recording)  # its recorder goes with it

    async def hang_up(self, channel: str) -> None:
        self._obeys()
        self.ends(channel)

    async def turn_away(self, channel: str, sentence: str) -> None:
        if channel in self.channels:
            self.turned_away.append((channel, sentence))
            self.ends(channel)

    async def refuse(self, channel: str) -> None:
        if channel in self.channels:
            self.turned_away.append((channel, ""))
            self.ends(channel, BUSY)

    async def release(self, channel: str) -> None:
        self._obeys()
        if channel in self.channels:
            self.released.append(channel)
            self.kept_by_a_prompt += [p.channel for p in self.playing.values() if p.channel == channel]
            self.ends(channel)

    # ── within ──────────────────────────────────────────────────────────────

    def _leave(self, channel: str) -> None:
        for bridge, members in self.bridges.items():
            self.bridges[bridge] = tuple(member for member in members if member != channel)

    def _kind(self, channel: str) -> Kind:
        if channel in self.callers:
            return Kind.CALLER
        return Kind.EAR if channel in self.ears else Kind.LEG

    def _need(self, channel: str) -> None:
        if channel not in self.channels:
            raise ChannelGone(channel)

    def _stop(self, playback: str) -> None:
        if (playing := self.playing.pop(playback, None)) is not None:
            playing.timer.cancel()
            self.tell(Played(playback))

    def _finish(self, name: str) -> None:
        if (recording := self.recordings.pop(name, None)) is not None:
            lasted = asyncio.get_running_loop().time() - recording.begun
            self.stored[name] = Recorded(name, lasted, min(recording.spoken, lasted))
            self.tell(self.stored[name])

    async def recorded(self, recording: str) -> Recorded | None:
        self._obeys()
        return self.stored.get(recording)

    def _pick_up(self, leg: str) -> None:
        if leg in self.channels:
            self.answered.add(leg)
            self.tell(LegAnswered(leg))

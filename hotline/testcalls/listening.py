"""The call itself: dial, hear each leg to its end, press its key, and tell what was heard by ear."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hotline import ear
from hotline.handset import RATE, Handset, Samples
from hotline.phone import Exchange, free_port
from hotline.settings import Settings
from hotline.talk import NotAnswered, Talk
from hotline.testcalls.account import host_of
from hotline.testcalls.errand import Errand, Leg
from hotline.testcalls.heard import Heard, Sounded
from ivr.switch import TESTER

RINGS: Final = 10.0
"""Seconds in which the hotline has to answer."""
LATE: Final = 5.0
"""Seconds by which a leg may take longer than its sounds."""
HUSH: Final = 0.6
"""Seconds of silence after its sounds by which a leg is over: the plan waits for a key now."""
SHARE: Final = 0.5
"""So much of a sound has to be heard."""
UNSURE: Final = 0.6
"""Seconds under which a sound is too short to be told from others: it has to sound, and no more."""
LOUD: Final = -45.0
"""dBFS above which there is sound at all."""


@dataclass(slots=True)
class _Span:
    leg: Leg
    begin: float
    end: float = 0.0


async def listen(settings: Settings, errand: Errand, secret: str, references: Mapping[str, Samples | None]) -> Heard:
    """Make the call. Raises TimeoutError, OSError when no telephone can be opened."""
    host = host_of(settings)
    async with Exchange(host=host, port=free_port(host)) as exchange:
        phone = await exchange.phone(TESTER, switch=f"{host}:{settings.sip.port}", secret=secret, codecs=("pcma",))
        talk = await phone.dial(errand.dialled)
        try:
            await talk.answered(RINGS)
        except (NotAnswered, TimeoutError) as error:
            why = str(error) or f"no answer within {RINGS:.0f} s"
            await talk.hang_up()
            return Heard(False, why, 0.0, 0.0, False, ())
        spans, cut_off = await _walk(talk, errand, references)
        handset = talk.handset
        await talk.hang_up()
    legs = await asyncio.to_thread(lambda: tuple(_sounded(span, handset, references) for span in spans))
    return Heard(True, "", round(handset.arrived, 2), round(handset.seconds, 2), cut_off, legs)


async def _walk(talk: Talk, errand: Errand, references: Mapping[str, Samples | None]) -> tuple[list[_Span], bool]:
    """Hear every leg and press its key; whether the hotline hung up where it should not have."""
    spans: list[_Span] = []
    for leg in errand.legs:
        span = _Span(leg, talk.handset.seconds)
        spans.append(span)
        await _leg_is_over(talk, span.begin, _due(leg, references))
        span.end = talk.handset.seconds
        if talk.ending is not None:
            return spans, leg.key is not None
        if leg.key is not None:
            await talk.press(leg.key)
    if errand.legs and errand.legs[-1].key is None and errand.end.kind == "information":
        await _ended(talk, errand.wait + LATE)  # the silence after a recording is what makes it the end
    else:
        await _ended(talk, LATE)  # the hotline hangs up on us
    return spans, False


async def _leg_is_over(talk: Talk, begin: float, due: float) -> None:
    """Wait until its sounds are over: so long as they last, and then silence."""

    def over(talk: Talk) -> bool:
        now = talk.handset.seconds
        if talk.ending is not None or now >= begin + due + LATE:
            return True
        return now >= begin + due and ear.sounding(talk.handset.since(max(begin, now - HUSH)), above=LOUD) == 0

    await talk.until(over, due + LATE + RINGS)


async def _ended(talk: Talk, within: float) -> None:
    try:
        await talk.ended(within)
    except TimeoutError:
        return


def _due(leg: Leg, references: Mapping[str, Samples | None]) -> float:
    """Seconds that its sounds last."""
    known = [references.get(name) for name in leg.sounds]
    return sum(sound.size for sound in known if sound is not None) / RATE


def _sounded(span: _Span, handset: Handset, references: Mapping[str, Samples | None]) -> tuple[Sounded, ...]:
    return told(span.leg.sounds, handset.unbroken(span.begin, span.end), references)


def told(names: Sequence[str], heard: Samples, references: Mapping[str, Samples | None]) -> tuple[Sounded, ...]:
    """Which of these sounds are in what was heard while they were due, and how much else sounded."""
    rest = np.concatenate([heard, np.zeros(max(0, RATE - heard.size), np.int16)])
    whole, known = rest.copy(), dict[str, bool]()
    for name in names:
        sound = references.get(name)
        if sound is None or sound.size < UNSURE * RATE:
            continue
        match = ear.find(sound, whole, share=SHARE)
        known[name] = match is not None
        if match is not None:
            begin = max(0, round((match.at - match.begins) * RATE))
            rest[begin : begin + sound.size] = 0
    left = ear.sounding(rest, above=LOUD)
    return tuple(Sounded(name, known.get(name, left > 0), round(left, 2)) for name in names)

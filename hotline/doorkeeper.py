"""The keeper of a running hotline's door: gives it the plan, the lists, the switches and the load of this instant."""

from __future__ import annotations

from collections.abc import Callable

from hotline.settings import Settings
from ivr.door.door import Arrival, Capacity, Door, Treatment
from ivr.door.throttle import Load
from ivr.door.verdict import WELCOME, Verdict
from ivr.switch import Arrived
from routing.caller_rule import Callers

OF_CHANNELS = 0.4
"""Of the switch's channels, for callers, and for busy sentences."""


def capacity_of(settings: Settings) -> Capacity:
    """How much this hotline takes on."""
    admission, share = settings.admission, max(1, int(settings.sip.max_calls * OF_CHANNELS))
    calls = admission.calls or share
    sentences = share if admission.sentences is None else admission.sentences
    return Capacity(calls, min(calls - 1, round(calls * admission.kept)), admission.rate, sentences)


class Keeper:
    """Judges with what is known now. Agents' own calls, and who was on the switch before us, are let in."""

    def __init__(
        self,
        door: Door,
        *,
        callers: Callable[[], Callers],
        load: Callable[[], Load],
        monotonic: Callable[[], float],
        listed: Callable[[str], Treatment | None] = lambda number: None,
        attack: Callable[[], bool] = lambda: False,
    ) -> None:
        self.door = door
        self._callers, self._load, self._monotonic = callers, load, monotonic
        self._listed, self._attack = listed, attack

    def judge(self, call: str, arrived: Arrived) -> Verdict:
        """As `ivr.door.keeper.Doorkeeper`."""
        now = self._monotonic()
        if arrived.phone is not None or arrived.found:
            self.door.enter(call, (), now)
            return WELCOME
        arrival = Arrival(
            call,
            arrived.number,
            arrived.dialled,
            listed=self._listed(arrived.number),
            attack=self._attack(),
            load=self._load(),
        )
        return self.door.judge(arrival, self._callers(), now)

    def leave(self, call: str) -> None:
        """As `ivr.door.keeper.Doorkeeper`."""
        self.door.leave(call)

"""What was dialled outside today, by whom and for how long: a fold over the journal, so that a restart forgets nothing.

`hear` takes the facts of a day in order, live or from the journal; `refusal` says why one more number is not dialled.
An agent's blind transfer, and a consultation, count from the order; minutes from the answer. A callback is nobody's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import structlog

from ivr.callbacks.events import CallerRung
from ivr.events import (
    CallAnswered,
    CallEnded,
    ConsultationAnswered,
    ConsultationBegan,
    ConsultationEnded,
    PassedOn,
    TalkBegan,
    TalkEnded,
)
from ivr.journal import Entry
from ivr.outcomes import ConsultationEnd
from routing.calendar import SHANGHAI
from routing.outbound_rule import Outbound

log = structlog.get_logger()

FACTS = (
    CallAnswered,
    CallEnded,
    CallerRung,
    ConsultationAnswered,
    ConsultationBegan,
    ConsultationEnded,
    PassedOn,
    TalkBegan,
    TalkEnded,
)
"""The kinds of facts that the fold looks at."""

_NUMBER = "number"
_TALK, _ASKED, _CALLED_BACK = "talk", "asked", "called back"


class Capped(StrEnum):
    """Why a number was not dialled: the closed list of the metric."""

    CALLS = "calls"
    MINUTES = "minutes"
    AGENT_CALLS = "agent_calls"
    AGENT_MINUTES = "agent_minutes"


_TOLD = {
    Capped.CALLS: "no more outside numbers today: all agents together made {most} calls (`outbound.calls`)",
    Capped.MINUTES: "no more outside numbers today: all agents together talked {most} minutes (`outbound.minutes`)",
    Capped.AGENT_CALLS: "no more outside numbers today: you made {most} calls (`outbound.agent_calls`)",
    Capped.AGENT_MINUTES: "no more outside numbers today: you talked {most} minutes (`outbound.agent_minutes`)",
}


@dataclass(slots=True)
class _Call:
    agents: dict[int, str | None] = field(default_factory=dict)
    """Who has the talk of each offer."""
    dialler: str | None = None
    """The agent who dialled last in this call."""
    asks: str | None = None
    """What was asked last, if it is a number."""
    since: dict[str, tuple[str | None, datetime]] = field(default_factory=dict)
    """What goes on with an outside number: for whom, and since when."""


class OutboundToday:
    """The day's account. Days are Shanghai's."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._day = self._today()
        self._calls: Counter[str | None] = Counter()
        self._seconds: Counter[str | None] = Counter()
        self._living: dict[str, _Call] = {}
        self.refused: Counter[Capped] = Counter()
        """Since the start."""

    # ── asked ───────────────────────────────────────────────────────────────

    def refusal(self, rules: Outbound, agent: str | None) -> str | None:
        """Why this agent dials no outside number any more today, in words for them; None when they may."""
        capped = self._capped(rules, agent)
        if capped is None:
            return None
        self.refused[capped] += 1
        log.warning("an outside number is not dialled: a cap of the day is reached", cap=capped, agent=agent)
        return _TOLD[capped].format(most=getattr(rules, capped))

    def _capped(self, rules: Outbound, agent: str | None) -> Capped | None:
        if self.calls() >= rules.calls:
            return Capped.CALLS
        if self.minutes() >= rules.minutes:
            return Capped.MINUTES
        if agent is not None and self.calls(agent) >= rules.agent_calls:
            return Capped.AGENT_CALLS
        return Capped.AGENT_MINUTES if agent is not None and self.minutes(agent) >= rules.agent_minutes else None

    def calls(self, agent: str | None = None) -> int:
        """Dialled today, by one agent or in all."""
        self._turn_the_page()
        return self._calls.total() if agent is None else self._calls[agent]

    def minutes(self, agent: str | None = None) -> float:
        """Talked today, with what goes on now."""
        self._turn_the_page()
        now = self._now()
        going_on = sum(
            self._lasted(since, now)
            for call in self._living.values()
            for whose, since in call.since.values()
            if agent in (None, whose)
        )
        seconds = self._seconds.total() if agent is None else self._seconds[agent]
        return (seconds + going_on) / 60.0

    # ── told ────────────────────────────────────────────────────────────────

    def hear(self, entry: Entry) -> None:
        """Take in one fact; those of another day than today's are passed over, but for what they begin."""
        if not isinstance(entry.event, FACTS):
            return
        self._turn_the_page()
        call = self._living.setdefault(entry.call, _Call())
        match entry.event:
            case TalkBegan(offer=offer, agent=agent):
                call.agents[offer] = agent
                if agent is None and offer < 0:
                    self._begin(call, _TALK, call.dialler, entry.at)
            case TalkEnded(offer=offer):
                if call.agents.pop(offer, "") is None and offer < 0:
                    self._end(call, _TALK, entry.at)
            case PassedOn(offer=offer, to=to, warm=warm) if to == _NUMBER and not warm:
                self._dial(call, call.agents.get(offer), entry.at)
            case ConsultationBegan(offer=offer, to=to):
                call.asks = to
                if to == _NUMBER:
                    self._dial(call, call.agents.get(offer), entry.at)
            case ConsultationAnswered(agent=None):
                self._begin(call, _ASKED, call.dialler, entry.at)
            case ConsultationEnded(end=end):
                if end is ConsultationEnd.REFUSED and call.asks == _NUMBER and self._is_today(entry.at):
                    self._calls[call.dialler] -= 1
                self._end(call, _ASKED, entry.at)
            case CallerRung():
                call.since.pop(_CALLED_BACK, None)
                call.asks = _CALLED_BACK
                self._dial(call, None, entry.at)
            case CallAnswered() if call.asks == _CALLED_BACK:
                self._begin(call, _CALLED_BACK, None, entry.at)
            case CallEnded():
                for what in tuple(call.since):
                    self._end(call, what, entry.at)
                del self._living[entry.call]
            case _:
                pass

    def _dial(self, call: _Call, agent: str | None, at: datetime) -> None:
        call.dialler = agent
        if self._is_today(at):
            self._calls[agent] += 1

    @staticmethod
    def _begin(call: _Call, what: str, agent: str | None, at: datetime) -> None:
        call.since[what] = (agent, at)

    def _end(self, call: _Call, what: str, at: datetime) -> None:
        agent, since = call.since.pop(what, (None, at))
        self._seconds[agent] += round(self._lasted(since, at))

    # ── days ────────────────────────────────────────────────────────────────

    def _lasted(self, since: datetime, until: datetime) -> float:
        """Seconds of today between two instants."""
        since, until = since.astimezone(SHANGHAI), until.astimezone(SHANGHAI)
        begins = datetime(self._day.year, self._day.month, self._day.day, tzinfo=SHANGHAI)
        return max(0.0, (until - max(since, begins)).total_seconds())

    def _is_today(self, at: datetime) -> bool:
        return at.astimezone(SHANGHAI).date() == self._day

    def _today(self) -> date:
        return self._now().astimezone(SHANGHAI).date()

    def _turn_the_page(self) -> None:
        if (today := self._today()) != self._day:
            self._day = today
            self._calls.clear()
            self._seconds.clear()

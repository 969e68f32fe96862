"""The floor as data: what `hotline floor --json` prints and the desk shows. Looks; changes nothing.

Numbers of callers are masked, numbers of outside lines too. Times of the wall are Asia/Shanghai, lengths are seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from acd.agent import Presence
from acd.estimate import Estimate
from acd.floor import Floor
from acd.offer import Offer
from acd.seat import Seat
from hotline.attack import Attack
from hotline.confidence import secretive
from hotline.floor_watch import Alerted
from hotline.front import Front
from hotline.hand import attack_shown
from ivr.callbacks.ticket import Ticket
from ivr.clock import Clock
from ivr.events import Attendance
from ivr.switch import Phone
from ivr.talk.conversations import Conversations
from ivr.talk.states import State
from records.clock import wall_time
from records.privacy import mask
from routing.line_rule import LineRule
from routing.moment import line_opening
from routing.plan import Plan
from routing.scene import Scene

SHOWN = 100
"""Waiting callers of a line that are told one by one; `waiting_calls` counts all."""


class Figures(Protocol):
    """The day's figures: `hotline.today` has them."""

    def to_json(self) -> dict[str, Any]: ...
    def line(self, line: str) -> dict[str, Any]: ...
    def agent(self, agent: str, now: datetime) -> dict[str, Any]: ...


class FloorState:
    """Tells how the floor stands, with the live plan's names."""

    def __init__(
        self,
        floor: Floor,
        clock: Clock,
        *,
        plan: Callable[[], Plan],
        lines: Callable[[], Iterable[str]],
        number_of: Callable[[str], str | None],
        talks: Conversations,
        attending: Callable[[str], tuple[Attendance, str | None] | None],
        by_hand: Callable[[], Mapping[str, bool]],
        alerts: Callable[[], Iterable[Alerted]],
        callbacks: Callable[[], Iterable[Ticket]],
        quiet: Callable[[str], bool],
        answers: Callable[[], list[dict[str, Any]]] = list,
        today: Figures | None = None,
        front: Callable[[], Front | None] = lambda: None,
        attack: Callable[[], Attack | None] = lambda: None,
    ) -> None:
        """`lines` are those of the plan and those that a plan before it left callers on.

        `number_of` knows the callers of living calls, `attending` what a shift leader does with whose talk, `by_hand`
        the lines that were opened or closed by hand, `quiet` the calls that leave no number wherever they are now,
        `answers` the answer records that somebody has to do with, `today` the day's figures, `front`
        and `attack` what was turned on by hand.
        """
        self._floor, self._clock, self._plan, self._lines = floor, clock, plan, lines
        self._number_of, self._talks, self._attending, self._by_hand = number_of, talks, attending, by_hand
        self._alerts, self._callbacks, self._quiet, self._answers = alerts, callbacks, quiet, answers
        self._today, self._front, self._attack = today, front, attack

    def to_json(self, *, private: bool = False) -> dict[str, Any]:
        """Everything at once; with whole numbers when `private`, but for lines that keep none."""
        plan, now, by_hand = self._plan(), self._clock.now(), self._by_hand()
        seats = sorted(self._floor.seats(), key=lambda seat: (seat.position, seat.id))
        offers = {offer.id: offer for offer in (*self._floor.offers(), *self._floor.talks())}
        by_line: dict[str, Counter[Presence]] = {}
        for seat in seats:
            for line in seat.lines:
                by_line.setdefault(line, Counter())[seat.presence] += 1
        front, attend = self._front(), self._attending_whom(plan)
        return {
            "now": wall_time(now),
            "plan": plan.hotline.name,
            "front": None if front is None else {"name": front.name, "until": wall_time(front.until)},
            "attack": attack_shown(self._attack()),
            "today": None if self._today is None else self._today.to_json(),
            "break_names": dict(plan.breaks),
            "lines": [
                self._line(line, plan, now, by_hand, by_line.get(line, _NOBODY), private) for line in self._lines()
            ],
            "agents": [self._agent(seat, plan, offers) for seat in seats],
            "offers": [self._offer(offer, private) for offer in self._floor.offers()],
            "talks": [self._talk(offer, private, attend) for offer in self._floor.talks()],
            "callbacks": [
                self._callback(ticket, now, private and ticket.line not in secretive(plan))
                for ticket in self._callbacks()
            ],
            "answers": self._answers(),
            "alerts": [alerted.to_json() for alerted in self._alerts()],
        }

    def agent(self, agent: str) -> dict[str, Any]:
        """One agent. Raises KeyError for one that the floor does not have."""
        seat = self._floor.seat(agent)
        offers = {offer.id: offer for offer in (*self._floor.offers(), *self._floor.talks())}
        return self._agent(seat, self._plan(), offers)

    # ── lines ───────────────────────────────────────────────────────────────

    def _line(
        self,
        line: str,
        plan: Plan,
        now: datetime,
        by_hand: Mapping[str, bool],
        agents: Mapping[Presence, int],
        private: bool,
    ) -> dict[str, Any]:
        rule = plan.lines.get(line)
        opened = None if rule is None else line_opening(plan, line, Scene(now, by_hand=by_hand))
        known = self._floor.is_line(line)
        places = self._floor.waiting(line) if known else ()
        moment = self._clock.monotonic()
        return {
            "id": line,
            "name": line if rule is None else rule.name,
            "open": opened is not None and opened.open,
            "why": "" if opened is None else opened.why,
            "waiting_calls": len(places),
            "longest_wait": round(max((moment - place.since for place in places), default=0.0), 1),
            "expected_wait": _estimate(self._floor.expected_wait(line, moment)) if known else None,
            "agents": {presence: agents.get(presence, 0) for presence in Presence},
            "outside": rule is not None and rule.outside is not None,
            "by_hand": by_hand.get(line),
            "gives_up_after": None if rule is None else _longest(rule),
            "today": None if self._today is None else self._today.line(line),
            "waiting": [
                {
                    "place": number,
                    "call": place.call,
                    "number": self._number(place.call, private and line not in secretive(plan)),
                    "waited": round(moment - place.since, 1),
                    "expected": _estimate(self._floor.expected(place.call, moment)),
                    "urgent": place.rank == 0,
                    "rings": self._floor.rings_for(place.call),
                }
                for number, place in enumerate(places[:SHOWN], start=1)
            ],
        }

    # ── agents ──────────────────────────────────────────────────────────────

    def _agent(self, seat: Seat, plan: Plan, offers: Mapping[int, Offer]) -> dict[str, Any]:
        rule = plan.agents.get(seat.id)
        offer = None if seat.holds is None else offers.get(seat.holds)
        attending = self._attending(seat.id)
        return {
            "id": seat.id,
            "name": seat.id if rule is None else rule.name,
            "leader": rule is not None and rule.leader,
            "presence": seat.presence,
            "reason": seat.reason,
            "since": self._wall(seat.since) if seat.since else None,
            "seconds": round(self._clock.monotonic() - seat.since, 1) if seat.since else None,
            "back_at": None if seat.back_at is None else self._to_the_second(seat.back_at),
            "wish": seat.wish,
            "lines": dict(seat.lines),
            "moved": seat.moved is not None,
            "phones": {phone: phone in seat.phones for phone in seat.agent.phones},
            "browser": next((phone for phone in seat.agent.phones if Phone(phone).is_browser), None),
            "on_shift": seat.on_duty,
            "call": None if offer is None else offer.call,
            "line": None if offer is None else offer.line.id,
            "talk": self._doing(offer) if offer is not None and seat.presence is Presence.TALKING else None,
            "attending": None if attending is None else {"how": attending[0], "agent": attending[1]},
            "answered_today": seat.answered,
            "worked_today": round(seat.worked, 1),
            "today": None if self._today is None else self._today.agent(seat.id, self._clock.now()),
        }

    # ── phones ──────────────────────────────────────────────────────────────

    def _attending_whom(self, plan: Plan) -> Mapping[str, list[dict[str, str]]]:
        """The leaders who attend the talk of each agent, and how."""
        found: dict[str, list[dict[str, str]]] = {}
        for leader in (agent for agent, rule in plan.agents.items() if rule.leader):
            attending = self._attending(leader)
            if attending is not None and attending[1] is not None:
                found.setdefault(attending[1], []).append({"leader": leader, "how": attending[0]})
        return found

    def _offer(self, offer: Offer, private: bool) -> dict[str, Any]:
        line = offer.line.id
        since = next((place.since for place in self._floor.waiting(line) if place.call == offer.call), None)
        return {
            "offer": offer.id,
            "call": offer.call,
            "line": line,
            "agent": offer.agent,
            "number": self._number(offer.call, private and line not in secretive(self._plan())),
            "waited": None if since is None else round(self._clock.monotonic() - since, 1),
            "phones": list(offer.phones) if offer.agent is not None else [mask(phone) for phone in offer.phones],
            "rings_on": round(max(0.0, offer.deadline - self._clock.monotonic()), 1),
        }

    def _talk(self, offer: Offer, private: bool, attend: Mapping[str, list[dict[str, str]]]) -> dict[str, Any]:
        conversation = self._talks.of_call(offer.call.partition("~")[0])
        held = None if conversation is None else conversation.held_since
        since = None if offer.agent is None else self._floor.seat(offer.agent).since
        return {
            "offer": offer.id,
            "call": offer.call,
            "line": offer.line.id,
            "agent": offer.agent,
            "number": self._number(offer.call, private and offer.line.id not in secretive(self._plan())),
            "with": self._others(offer),
            "state": self._doing(offer),
            "seconds": None if since is None else round(self._clock.monotonic() - since, 1),
            "held": None if held is None else {"since": self._wall(held)},
            "recording": "off" if conversation is None else conversation.recording,
            "fixed": conversation is not None and conversation.is_fixed,
            "leaders": [] if offer.agent is None else attend.get(offer.agent, []),
        }

    @staticmethod
    def _callback(ticket: Ticket, now: datetime, private: bool) -> dict[str, Any]:
        return {
            "ticket": ticket.id,
            "line": ticket.line,
            "number": ticket.number if private else mask(ticket.number),
            "call": ticket.call,
            "booked": wall_time(ticket.booked),
            "waited": round(ticket.waited(now), 1),
            "tries": ticket.tries,
            "abandoned": ticket.abandoned,
        }

    def _doing(self, offer: Offer) -> str:
        """What goes on there: talking, held, asking, consulting, together or passing."""
        conversation = self._talks.of_call(offer.call.partition("~")[0])
        return State.TALKING if conversation is None else conversation.state

    def _others(self, offer: Offer) -> list[str]:
        """The other agents of the same caller, who was asked included."""
        conversation = self._talks.of_call(offer.call.partition("~")[0])
        if conversation is None:
            return []
        sides = [*conversation.sides, *([] if conversation.aside is None else [conversation.aside])]
        return [side.agent or "" for side in sides if side.offer != offer.id]

    def _number(self, call: str, private: bool) -> str | None:
        """Masked unless `private`, and then too where the call leaves none; that of a consultation is its caller's."""
        call = call.partition("~")[0]
        number = self._number_of(call)
        return number if number is None or (private and not self._quiet(call)) else mask(number)

    def _to_the_second(self, moment: float) -> str:
        """An instant to come; the same however often it is asked for, as long as nobody moves it."""
        at = self._clock.now() + timedelta(seconds=moment - self._clock.monotonic() + 0.5)
        return wall_time(at.replace(microsecond=0))

    def _wall(self, moment: float) -> str:
        return wall_time(self._clock.now() - timedelta(seconds=self._clock.monotonic() - moment))


_NOBODY: Mapping[Presence, int] = Counter()


def _longest(rule: LineRule) -> float:
    """Seconds after which the line gives a waiting caller up at the latest."""
    return min([rule.maximum_wait, *(limit.over for limit in rule.limits if limit.when == "waited" and limit.over)])


def _estimate(estimate: Estimate | None) -> dict[str, float] | None:
    if estimate is None:
        return None
    return {"seconds": round(estimate.seconds, 1), "low": round(estimate.low, 1), "high": round(estimate.high, 1)}
